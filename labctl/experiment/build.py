"""From the experiment file to protocol objects: network, task, method and plan."""

from __future__ import annotations

import math

import numpy as np

from labctl.experiment.model import (
    Experiment,
    GraphSettings,
    MethodKind,
    MethodSettings,
    NetworkSettings,
    OrderSettings,
    TwoEdgeSettings,
)
from labctl.experiment.tasks import DataSettings, TaskSettings
from protocols.bench import Limits
from protocols.block import FloatArray
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.method import ClampRule, Contrast, Hinge, LabelServo, Method, Nudge, TimeRule, Timing
from protocols.network import Network, lattice, two_edge_board
from protocols.order import Order, OrderKind
from protocols.plan import Noise, Plan, measurement_rounds
from protocols.task import DataSet, Output, Source, Task, TaskKind, Wiring, circle_points, class_labels

_LONGEST_PATTERN = 1_000_000  # cycles
_ONE_SIDED = 0.1  # share of a task's bias that chopping may leave


def build_plan(experiment: Experiment, limits: Limits, seed: int) -> Plan:
    """Turn an experiment into the plan of a run within a bench's limits.

    Raises ConfigError, with the key, for anything the bench cannot do or that makes no sense.
    """
    task = build_task(experiment, limits)
    method = build_method(experiment.method, task)
    longest = method.time.longest_s()
    if longest > limits.pulse_max_s:
        raise ConfigError(
            say("the longest learning pulse is more than the bench gives"),
            key=f"method.{_family(experiment.method.kind)}",
            value=f"{longest:g} s",
            allowed=say("at most {pulse_max_s:g} s", pulse_max_s=limits.pulse_max_s),
        )
    training, record = experiment.training, experiment.record
    order = _order(training.order, task.train, method)
    try:
        rounds = measurement_rounds(training.cycles, record.rounds, record.spacing, order)
    except ConfigError as error:
        raise error.at(key="record") from None
    return Plan(
        task=task,
        method=method,
        order=order,
        cycles=training.cycles,
        rounds=rounds,
        initial_gates_V=_initial_gates(experiment, task.wiring.network, limits, seed),
        seed=seed,
        noise=Noise(training.noise.inputs, training.noise.labels),
        stop_after_perfect=training.stop_after_perfect_rounds,
        stop_below_V=training.stop_below,
    )


def build_network(settings: NetworkSettings) -> Network:
    """Build the network a `[network]` table describes."""
    if isinstance(settings, TwoEdgeSettings):
        return two_edge_board(settings.input_resistance)
    if isinstance(settings, GraphSettings):
        resistances: dict[int, float] = {}
        edges, positions = tuple(settings.edges), tuple(settings.positions)
        for r in settings.resistors:
            if r.edge in resistances or not 0 <= r.edge < len(edges):
                allowed = say("each of edges 0…{count} once", count=len(edges) - 1)
                raise ConfigError(
                    say("names no edge, or one twice"), key="resistors", value=r.edge, allowed=allowed
                )
            resistances[r.edge] = r.resistance
        return Network(settings.nodes, edges, resistances, positions, name="graph")
    return lattice(settings.rows, settings.columns, periodic=settings.periodic)


def build_task(experiment: Experiment, limits: Limits) -> Task:
    """Build the wired task and check its voltages against the board's range."""
    try:
        network = build_network(experiment.network)
    except ConfigError as error:
        raise error.at(key="network") from None
    settings = experiment.task
    try:
        sources = tuple(Source(s.node, s.name, s.voltage) for s in settings.sources)
        outputs = tuple(
            Output(o.name, o.node) if o.node is not None else Output(o.name, o.positive or 0, o.negative)
            for o in settings.outputs
        )
        wiring = Wiring(network, sources, outputs)
        train = _data(settings, settings.train, "train", limits.node_max_V)
        test = _data(settings, settings.test, "test", limits.node_max_V) if settings.test else None
        task = Task(settings.kind, wiring, train, test, settings.margin)
        task.check_range(limits.node_min_V, limits.node_max_V)
    except ConfigError as error:
        raise error.at(key="task") from None
    return task


def build_method(settings: MethodSettings, task: Task) -> Method:
    """Build the training method; hinge "auto" rests points past their margin when classifying."""
    kind = task.kind
    hinges = {"off": Hinge.OFF, "rest": Hinge.REST, "unclamp": Hinge.UNCLAMP}
    automatic = Hinge.REST if kind is TaskKind.CLASSIFICATION else Hinge.OFF
    hinge = hinges.get(settings.hinge, automatic)
    if hinge is not Hinge.OFF and kind is not TaskKind.CLASSIFICATION:
        raise ConfigError(
            say("a hinge needs a classification task"), key="method.hinge", value=settings.hinge
        )
    symmetric = settings.kind in (MethodKind.SYMMETRIC, MethodKind.SYMMETRIC_OVERCLAMPING)
    contrast = Contrast.SYMMETRIC if symmetric else Contrast.ONE_SIDED
    if _family(settings.kind) == "standard":
        s = settings.standard
        direction = -1 if settings.kind is MethodKind.ANTI else 1
        clamp = ClampRule(Nudge.PROPORTIONAL, s.eta, direction=direction, contrast=contrast)
        time = TimeRule(Timing.FIXED, s.pulse, dead_band_V=s.dead_band)
    else:
        o = settings.overclamping
        far = o.far_label is not None
        nudge, amplitude = (Nudge.FAR_LABEL, o.far_label) if far else (Nudge.CONSTANT, o.amplitude)
        clamp = ClampRule(nudge, o.eta, amplitude or o.amplitude, contrast=contrast)
        time = TimeRule(
            Timing.PROPORTIONAL,
            o.pulse,
            o.reference_error,
            o.max_pulse,
            o.pulse_step,
            o.dead_band,
            o.normalise,
        )
    rounds = settings.chop_rounds
    if rounds is None:
        rounds = 1 if settings.kind is MethodKind.CHOPPING else 0
    servo = None
    if settings.kind is MethodKind.LABEL_SERVO:
        servo = LabelServo(settings.servo.gain, settings.servo.limit, settings.servo.interval_cycles)
        if hinge is not Hinge.OFF:
            raise ConfigError(
                say("a label servo needs a task without a hinge"),
                key="method.kind",
                value=settings.kind,
                allowed=say('another kind, or method.hinge = "off"'),
            )
    chop_cycles = rounds * len(task.train)
    return Method(str(settings.kind), clamp, time, hinge, settings.tolerance, chop_cycles, servo)


def _family(kind: MethodKind) -> str:
    overclamping = (MethodKind.OVERCLAMPING, MethodKind.SYMMETRIC_OVERCLAMPING)
    return "overclamping" if kind in overclamping else "standard"


def _data(settings: TaskSettings, data: DataSettings, name: str, full_scale_V: float) -> DataSet:
    columns = dict(data.inputs)
    if data.circle is not None:
        c = data.circle
        points = circle_points(c.diameter, c.points, (c.centre, c.centre))
        columns |= {c.x: [float(v) for v in points[:, 0]], c.y: [float(v) for v in points[:, 1]]}
    varying = [s.name for s in settings.sources if s.voltage is None and s.complement_of is None]
    for key in columns:
        if key not in varying:
            known = ", ".join(varying) or say("none: every source is a rail")
            raise ConfigError(
                say("no such input"),
                key=f"{name}.inputs",
                value=key,
                allowed=say("inputs are {known}", known=known),
            )
    count = _length(columns, name, bool(varying))
    inputs = np.empty((count, len(settings.sources)))
    for column, source in enumerate(settings.sources):
        if source.voltage is not None:
            inputs[:, column] = source.voltage
            continue
        key = source.complement_of or source.name
        if key not in columns:
            raise ConfigError(
                say("this input has no values"), key=f"{name}.inputs.{key}", allowed=say("list its voltages")
            )
        values = np.array(columns[key])
        inputs[:, column] = full_scale_V - values if source.complement_of else values
    classes = np.array(data.classes, dtype=np.int64) if data.classes else None
    return DataSet(
        inputs, _labels(settings, data, name, count), classes, np.array(data.groups, dtype=np.int64)
    )


def _length(columns: dict[str, list[float]], name: str, has_inputs: bool) -> int:
    lengths = {key: len(values) for key, values in columns.items()}
    if has_inputs and not any(lengths.values()):
        raise ConfigError(
            say("the data set is empty"),
            key=f"{name}.inputs",
            allowed=say("give at least one data point with a label"),
        )
    if len(set(lengths.values())) > 1:
        raise ConfigError(say("the inputs differ in length"), key=f"{name}.inputs", value=lengths)
    return next(iter(lengths.values()), 1)


def _labels(settings: TaskSettings, data: DataSettings, name: str, count: int) -> FloatArray:
    if settings.kind is TaskKind.CLASSIFICATION:
        if len(settings.outputs) != 1:
            raise ConfigError(say("a classification task has one differential output"), key="outputs")
        if len(data.classes) != count:
            raise ConfigError(
                say("{count} classes are needed, one per data point", count=count),
                key=f"{name}.classes",
                value=len(data.classes),
            )
        return class_labels(data.classes, settings.label or 0.0)
    names = [o.name for o in settings.outputs]
    if sorted(data.labels) != sorted(names):
        raise ConfigError(
            say("every output needs its labels"),
            key=f"{name}.labels",
            value=sorted(data.labels),
            allowed=say("outputs are {names}", names=", ".join(names)),
        )
    for key, values in data.labels.items():
        if len(values) != count:
            problem = (
                say("the data set is empty")
                if not values
                else say("{count} labels are needed, one per data point", count=count)
            )
            raise ConfigError(problem, key=f"{name}.labels.{key}", value=len(values))
    return np.array([data.labels[n] for n in names]).T


def _order(settings: OrderSettings, train: DataSet, method: Method) -> Order:
    half = 1
    if settings.kind is OrderKind.TASK_CYCLE:
        period = settings.period_cycles or (settings.period or 0.0) / method.time.pulse_s
        half = max(round(period / 2), 1)
    transition = np.array(settings.transition) if settings.transition is not None else None
    try:
        order = Order(settings.kind, train.groups, half, transition)
    except ConfigError as error:
        raise error.at(key="training.order") from None
    if settings.kind is OrderKind.TASK_CYCLE and method.chop_cycles:
        _check_in_step(half, len(np.unique(train.groups)), method.chop_cycles)
    return order


def _check_in_step(half: int, tasks: int, chop: int) -> None:
    """Refuse a task cycle whose turns see the copies mostly in the same roles: the bias would not cancel."""
    whole = math.lcm(half * tasks, 2 * chop)
    if whole > _LONGEST_PATTERN:  # so long that no task can be in step
        return
    cycles = np.arange(whole)
    role = 1 - 2 * ((cycles // chop) % 2)
    task = (cycles // half) % tasks
    one_sided = max(abs(float(role[task == t].mean())) for t in range(tasks))
    if one_sided > _ONE_SIDED:
        raise ConfigError(
            say("chopping is in step with the task cycle: a task would meet the copies mostly in one role"),
            key="method.chop_rounds",
            value=f"{chop} cycles, tasks take turns every {half}",
            allowed=say("let half a period hold an even number of chops"),
        )


def _initial_gates(experiment: Experiment, network: Network, limits: Limits, seed: int) -> FloatArray:
    training = experiment.training
    low, high = training.initial_gates - training.gate_spread, training.initial_gates + training.gate_spread
    if low < limits.gate_min_V - 1e-9 or high > limits.gate_max_V + 1e-9:
        raise ConfigError(
            say("initial gates lie beyond the walls"),
            key="training.initial_gates",
            value=f"{low:g} to {high:g} V",
            allowed=say(
                "the walls are at {gate_min_V:g} and {gate_max_V:g} V",
                gate_min_V=limits.gate_min_V,
                gate_max_V=limits.gate_max_V,
            ),
        )
    return np.random.default_rng([seed, 0]).uniform(low, high, network.n_edges)
