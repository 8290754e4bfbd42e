"""Runs to draw: datasets laid out as run.nc, filled by training on the simulated bench."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr

from protocols.block import CycleBlock
from protocols.method import ClampRule, Hinge, Method, Nudge, TimeRule, Timing
from protocols.metrics import Score, rest_margins, score
from protocols.network import Network, lattice, periodic_lattice, two_edge_board
from protocols.task import DataSet, Output, Source, Task, TaskKind, Wiring, circle_points, class_labels
from sim_backend import BenchConfig, Imperfections, SimBench, preset_values

mV = 1e-3
UNITS = {
    "learning_time": "s",
    "train_error": "V^2",
    "gate_voltage": "V",
    "conductance": "S",
    "map_output": "V",
}


def train(
    task: Task,
    method: Method,
    cycles: int,
    rounds: int,
    *,
    name: str,
    seed: int = 1,
    imperfections: str = "ideal",
    gates_V: float = 2.0,
    spread_V: float = 0.3,
    map_points: int = 0,
) -> xr.Dataset:
    """Train on SimBench and return what a run writes to run.nc."""
    values = preset_values(imperfections)
    bench = SimBench(BenchConfig(imperfections=Imperfections(**values)), seed=seed)
    bench.open(task.wiring)
    network = task.wiring.network
    rng = np.random.default_rng(seed)
    bench.reset_gates(rng.uniform(gates_V - spread_V, gates_V + spread_V, network.n_edges))
    data, points = task.train, len(task.train)
    marks = np.unique(np.concatenate([[0], np.geomspace(1, cycles, rounds - 1).astype(int)]))
    wrong, done, learned = np.ones(points, bool), 0, 0.0
    rows: list[dict[str, Any]] = []
    outputs: list[Any] = []
    times: list[Any] = []
    for mark in marks:
        while done < mark:
            n = min(20_000, int(mark) - done)
            turn = (done + np.arange(n)) % points
            margins = rest_margins(data, task.margin_V)
            record = bench.run(
                CycleBlock(done, turn, data.inputs[turn], data.labels[turn], method, margins, wrong)
            )
            wrong, done = record.wrong, done + n
            learned += float(record.learning_time_s.sum())
            outputs.append(record.free_outputs[-50:])
            times.append(record.learning_time_s[-50:])
        rows.append(_measure(bench, task) | {"round_cycle": int(mark), "learning_time": learned})
    run = _dataset(bench, task, rows, map_points)
    run["cycle_free_output"] = (("cycle", "output"), np.concatenate(outputs))
    run["cycle_learning_time"] = ("cycle", np.concatenate(times))
    return run.assign_attrs(name=name, method=method.name, seed=seed, imperfections=imperfections)


def _measure(bench: SimBench, task: Task) -> dict[str, Any]:
    gates = bench.read_gates()
    nodes = bench.read_nodes(task.train.inputs)
    row: dict[str, Any] = {
        "gate_voltage": gates,
        "conductance": bench.conductances(gates),
        "free_node": nodes.free,
        "clamped_node": nodes.clamped,
    }
    for part, data in (("train", task.train), ("test", task.test)):
        if data is None:
            continue
        outputs = bench.measure(data.inputs)
        s: Score = score(outputs, data, task.kind, task.margin_V)
        row |= {f"{part}_output": outputs, f"{part}_error": s.error_V2, f"{part}_mse": s.mse_V2}
        if s.accuracy is not None:
            row[f"{part}_accuracy"] = s.accuracy
            if part == "train":
                row["train_worst_margin"] = s.worst_margin_V
    return row


def _dataset(bench: SimBench, task: Task, rows: list[dict[str, Any]], map_points: int) -> xr.Dataset:
    wiring, network = task.wiring, task.wiring.network
    of_round = {
        "gate_voltage": ("edge",),
        "conductance": ("edge",),
        "free_node": ("train_point", "node"),
        "clamped_node": ("train_point", "node"),
        "train_output": ("train_point", "output"),
        "test_output": ("test_point", "output"),
    }
    v: dict[str, Any] = {
        key: (("round", *of_round.get(key, ())), np.array([row[key] for row in rows])) for key in rows[0]
    }
    v["wall_time"] = ("round", 1.5 * v["learning_time"][1])
    for part, data in (("train", task.train), ("test", task.test)):
        if data is None:
            continue
        point = f"{part}_point"
        v[f"{part}_input"] = ((point, "source"), data.inputs)
        v[f"{part}_label"] = ((point, "output"), data.labels)
        v[f"{part}_group"] = (point, data.groups)
        if data.classes is not None:
            v[f"{part}_class"] = (point, data.classes)
    v |= _wiring_variables(network, wiring)
    coords: dict[str, Any] = {}
    if map_points:
        varying = [k for k, s in enumerate(wiring.sources) if s.rail_V is None]
        axis = np.linspace(0, bench.config.board.node_max, map_points)
        base = np.array([s.rail_V or 0.0 for s in wiring.sources])
        inputs = np.tile(base, (map_points**2, 1))
        xx, yy = np.meshgrid(axis, axis)
        inputs[:, varying[0]], inputs[:, varying[1]] = xx.ravel(), yy.ravel()
        v["map_output"] = (
            ("map_y", "map_x", "output"),
            bench.measure(inputs).reshape(map_points, map_points, -1),
        )
        coords = {"map_x": axis, "map_y": axis}
    board = bench.config.board
    attrs = {
        "task_kind": str(task.kind),
        "bench": bench.identity().name,
        "simulated": 1,
        "gate_min_V": board.gate_min,
        "gate_max_V": board.gate_max,
        "node_max_V": board.node_max,
        "margin_V": task.margin_V,
        "status": "completed",
    }
    dataset = xr.Dataset(v, coords, attrs)
    for key, unit in UNITS.items():
        if key in dataset:
            dataset[key].attrs = {"units": unit, "long_name": key.replace("_", " ")}
    return dataset


def _wiring_variables(network: Network, wiring: Wiring) -> dict[str, Any]:
    ohms = [network.fixed_resistance.get(e, np.nan) for e in range(network.n_edges)]
    return {
        "edge_name": ("edge", np.array(network.edge_names(), dtype=object)),
        "edge_tail": ("edge", network.endpoints()[:, 0]),
        "edge_head": ("edge", network.endpoints()[:, 1]),
        "edge_is_transistor": ("edge", network.transistors().astype(np.int8)),
        "edge_resistance": ("edge", np.array(ohms)),
        "node_x": ("node", np.array([p[0] for p in network.positions])),
        "node_y": ("node", np.array([p[1] for p in network.positions])),
        "source_name": ("source", np.array([s.name for s in wiring.sources], dtype=object)),
        "source_node": ("source", np.array(wiring.source_nodes)),
        "source_rail": (
            "source",
            np.array([np.nan if s.rail_V is None else s.rail_V for s in wiring.sources]),
        ),
        "output_name": ("output", np.array([o.name for o in wiring.outputs], dtype=object)),
        "output_positive": ("output", np.array([o.positive for o in wiring.outputs])),
        "output_negative": (
            "output",
            np.array([-1 if o.negative is None else o.negative for o in wiring.outputs]),
        ),
    }


# ── the cases ────────────────────────────────────────────────────────────────────────────────────

CURVE_IN = np.array([0.5, 62.8, 125.1, 187.3, 247.9, 311.8, 372.4, 434.7]) * mV
CURVE_OUT = np.array([108.8, 147.2, 187.2, 225.6, 264.9, 304.1, 304.1, 304.1]) * mV
OVERCLAMPING = Method(
    "overclamping",
    ClampRule(Nudge.CONSTANT, amplitude_V=0.05),
    TimeRule(Timing.PROPORTIONAL, reference_V=0.02),
)


def regression(network: Network | None = None, *, test: bool = True) -> Task:
    """The published nonlinear curve, with test points half way between."""
    sources = (Source(15, "V1"), Source(7, "V−", 0.0), Source(5, "V+", 0.45))
    wiring = Wiring(network or periodic_lattice(4, 4), sources, (Output("O", 0),))
    between = 0.5 * (CURVE_IN[1:] + CURVE_IN[:-1])
    values = np.interp(between, CURVE_IN, CURVE_OUT)
    return Task(
        TaskKind.REGRESSION,
        wiring,
        _curve(CURVE_IN, CURVE_OUT),
        _curve(between, values) if test else None,
    )


def _curve(inputs: Any, outputs: Any) -> DataSet:
    return DataSet(np.column_stack([inputs, 0 * inputs, 0 * inputs + 0.45]), outputs[:, None])


def circle() -> Task:
    """Eight points on a circle, two classes, differential output: the published Fig. 5 task."""
    sources = (Source(15, "V1"), Source(13, "V2"), Source(7, "V−", 18.1 * mV), Source(5, "V+", 226.6 * mV))
    wiring = Wiring(periodic_lattice(4, 4), sources, (Output("O", 8, 10),))
    classes = np.array([1, 1, 1, 1, 0, 0, 0, 0])

    def data(count_phase: float) -> DataSet:
        xy = circle_points(0.334, 8, phase_rad=count_phase)
        inputs = np.column_stack([xy, np.full(8, 18.1 * mV), np.full(8, 226.6 * mV)])
        return DataSet(inputs, class_labels(classes, 18.13 * mV), classes)

    return Task(TaskKind.CLASSIFICATION, wiring, data(0.0), data(0.2))


def two_edges() -> Task:
    """The two-edge board: one transistor to each rail, a fixed resistor to the input."""
    sources = (Source(1, "V−", 18.1 * mV), Source(2, "V+", 435.1 * mV), Source(3, "V1"))
    wiring = Wiring(two_edge_board(), sources, (Output("O", 0),))
    inputs = np.array([[0.0181, 0.4351, 0.4351], [0.0181, 0.4351, 0.0181]])
    return Task(TaskKind.REGRESSION, wiring, DataSet(inputs, np.array([[0.31], [0.14]])))


def allostery() -> Task:
    """One data point, two outputs, one of them differential."""
    sources = (Source(3, "V−", 0.0), Source(12, "V+", 0.45))
    wiring = Wiring(lattice(4, 4, periodic=False), sources, (Output("near", 6), Output("far", 9, 10)))
    return Task(TaskKind.ALLOSTERY, wiring, DataSet([[0.0, 0.45]], [[0.12, 0.06]]))


def two_inputs() -> Task:
    """Two inputs, two outputs, on a lattice only two rows high: parallel edges and an output map."""
    sources = (Source(0, "left"), Source(5, "right"), Source(8, "V−", 0.0))
    outputs = (Output("sum", 3), Output("difference of the two", 10, 4))
    wiring = Wiring(periodic_lattice(2, 6), sources, outputs)
    rng = np.random.default_rng(0)
    inputs = np.column_stack([rng.uniform(0, 0.45, (18, 2)), np.zeros(18)])
    labels = np.column_stack([0.7 * inputs[:, :2].mean(axis=1), 0.1 * (inputs[:, 0] - inputs[:, 1])])
    return Task(
        TaskKind.REGRESSION, wiring, DataSet(inputs[:12], labels[:12]), DataSet(inputs[12:], labels[12:])
    )


def ring() -> Task:
    """Three outputs on a ring with chords, a twin edge and a resistor across."""
    edges = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 0), (0, 3), (1, 4), (0, 3), (2, 6))
    network = Network(7, edges, fixed_resistance={8: 2200.0})
    outputs = (Output("A", 2), Output("B", 6), Output("C", 5))
    wiring = Wiring(network, (Source(0, "V1"), Source(4, "ground", 0.0)), outputs)
    x = np.linspace(0, 0.45, 9)
    labels = np.column_stack([0.5 * x, 0.3 * x, 0.2 * x])
    return Task(TaskKind.REGRESSION, wiring, DataSet(np.column_stack([x, 0 * x]), labels))


def many_points() -> Task:
    """Sixty points in two classes, a margin, no test set."""
    classes = (np.arange(60) // 10) % 2
    inputs = np.column_stack(
        [circle_points(0.4, 60), np.full(60, 18.1 * mV), np.full(60, 226.6 * mV)],
    )
    data = DataSet(inputs, class_labels(classes, 30 * mV), classes)
    return Task(TaskKind.CLASSIFICATION, circle().wiring, data, margin_V=10 * mV)


@cache
def _case(name: str) -> xr.Dataset:
    if name == "regression":
        return train(regression(), Method(), 60_000, 36, name=name, imperfections="lattice-paper")
    if name == "circle":
        method = Method("overclamping with hinge", OVERCLAMPING.clamp, OVERCLAMPING.time, Hinge.REST)
        return train(circle(), method, 20_000, 30, name=name, imperfections="lattice-paper", map_points=41)
    if name == "two-edge":
        return train(two_edges(), Method(), 4_000, 24, name=name, gates_V=3.0)
    if name == "open-lattice":
        task = regression(lattice(4, 4, periodic=False), test=False)
        return train(task, OVERCLAMPING, 20_000, 24, name=name)
    if name == "allostery":
        return train(allostery(), Method(), 2_000, 20, name=name)
    if name == "two-inputs":
        return train(
            two_inputs(), Method(), 2_000, 12, name="A name much too long for any page " * 4, map_points=11
        )
    if name == "ring":
        return train(ring(), Method(), 2_000, 12, name=name)
    if name == "many-points":
        return train(many_points(), OVERCLAMPING, 1_000, 60, name="costs $3 to $4")
    return train(regression(), Method(), 40, 2, name="two rounds")


@pytest.fixture(scope="session")
def run_of() -> Callable[[str], xr.Dataset]:
    """Give a fresh copy of a trained run by name."""
    return lambda name: _case(name).copy(deep=True)
