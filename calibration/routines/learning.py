"""`learning-rate` and `bias`: how every edge learns, from bursts of pulses of four kinds."""

from __future__ import annotations

import numpy as np

from calibration.board_under_test import BoardUnderTest, Learned
from calibration.learning_fit import LEAST_RATE, Burst, LearningFit, burst, fit_learning
from calibration.records import edge_channel, edge_values, value
from calibration.routine import MISFIT, NO_FIT, Nominal, Result
from calibration.routines.gates import kept_back
from protocols.block import FloatArray
from protocols.messages import say

CONTRAST, RELEASED, ONE_TASK, TWO_TASKS = "contrast", "zero-error pulses", "one task", "two tasks"
PULSES = ((100e-6, 300), (2e-3, 15))  # length in s and number: as much learning, few charges or many
CONTRAST_PULSES, _PILOT = 40, (10e-6, 10)
_MOVE_V = 0.12  # a clamped burst moves the fastest gate about so far
_LONGEST_S, _SHORTEST_S = 30e-3, 0.4e-3
_GATES = 0.15, 0.84  # of a gate's range: bursts must not reach a wall
_IDENTIFIED_V = 1e-3  # an offset known less well than this is called not identifiable
_CORRELATED = 0.95
_ODD = 0.5  # of the nominal rate
_DISAGREE = 4.0  # χ² per burst


def calibrate_learning_rate(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Predict each gate's update from the voltages of both copies and compare it with the measured one.

    Bursts clamped toward random labels, and bursts with the clamps released to tell bias from rate.
    """
    bursts = _bursts(board, nominal, {CONTRAST: 48, RELEASED: 24})
    with board.computing():
        fit = fit_learning(board.network, bursts, nominal.learning_rate_per_V_s)
    result = _result("weighted regression of gate changes on predicted ones", bursts, fit)
    _judge_rates(result, board, fit, nominal)
    gated = np.flatnonzero(board.network.transistors())
    rate = fit.rate
    result.values = [
        *edge_values(board.network, "learning rate", "1/(V·s)", *rate, gated),
        *edge_values(
            board.network,
            "rate error",
            "",
            rate.mean / nominal.learning_rate_per_V_s - 1,
            rate.uncertainty / nominal.learning_rate_per_V_s,
            gated,
        ),
    ]
    return result


def calibrate_bias(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Measure what moves each gate when nothing should: constant bias and contrast offset.

    From zero-error pulses (clamps released), from drift while one task stays solved, while two tasks
    alternate, and from contrasted bursts, which tell the learning rate; one regression for all, and
    χ² of each kind as a check that they agree.
    """
    bursts = _bursts(board, nominal, {CONTRAST: 30, RELEASED: 60, ONE_TASK: 15, TWO_TASKS: 15})
    with board.computing():
        fit = fit_learning(board.network, bursts, nominal.learning_rate_per_V_s)
    result = _result("weighted regression over four kinds of bursts", bursts, fit)
    gated = np.flatnonzero(board.network.transistors())
    offset = fit.offset
    known = offset.uncertainty < np.inf
    result.values = [
        *edge_values(board.network, "bias", "V/s", *fit.bias, gated),
        *edge_values(board.network, "contrast offset", "V", *offset, gated[known[gated]]),
        value("bias growth", "board", fit.growth, fit.growth_u, "1/V"),
        value("bias reference", "board", fit.reference_V, 0.0, "V"),
    ]
    for e in gated:
        name = edge_channel(board.network, int(e))
        if not 2 * offset.uncertainty[e] < _IDENTIFIED_V:
            if offset.uncertainty[e] < np.inf:
                text = say(
                    "is only known to {uncertainty_mV:.2g} mV, its voltage hardly varies in this wiring",
                    uncertainty_mV=2e3 * offset.uncertainty[e],
                )
            else:
                text = say("cannot be told, it does not learn")
            result.warn(
                "not identifiable", name, say("{name}: the contrast offset {text}", name=name, text=text)
            )
        elif abs(fit.correlation[e]) > _CORRELATED:
            text = say("{name}: bias and contrast offset can hardly be told apart", name=name)
            result.warn(
                "not identifiable",
                name,
                say("{text} (correlation {correlation:.2f})", text=text, correlation=fit.correlation[e]),
            )
    return result


def _result(method: str, bursts: list[Burst], fit: LearningFit) -> Result:
    kinds = {f"bursts, {kind}": sum(b.kind == kind for b in bursts) for kind in fit.kind_chi2}
    raw = {
        "regressors": np.array([b.regressors for b in bursts]),
        "moved": np.array([b.moved for b in bursts]),
        "moved_u": np.array([b.moved_u for b in bursts]),
        "usable": np.array([b.usable for b in bursts]),
        "kind": np.array([b.kind for b in bursts]),
        "coefficients": fit.coefficients,
        "chi2": fit.chi2,
    }
    checks = {f"chi2, {kind}": round(chi2, 3) for kind, chi2 in fit.kind_chi2.items() if np.isfinite(chi2)}
    result = Result(method, conditions={**kinds, **checks}, raw=raw)
    for kind, chi2 in fit.kind_chi2.items():
        text = say("{kind}: gates moved unlike predicted (χ² {chi2:.3g} per burst)", kind=kind, chi2=chi2)
        if chi2 > MISFIT:
            result.fault(
                NO_FIT, "board", say("{text}; look for what else moves them, then measure again", text=text)
            )
        elif chi2 > _DISAGREE:
            result.warn("kinds disagree", "board", text)
    return result


def _judge_rates(result: Result, board: BoardUnderTest, fit: LearningFit, nominal: Nominal) -> None:
    rate = fit.rate
    for e in np.flatnonzero(board.network.transistors()):
        name = edge_channel(board.network, int(e))
        part = rate.mean[e] / nominal.learning_rate_per_V_s
        u = rate.uncertainty[e] / nominal.learning_rate_per_V_s
        if u > 0.25:
            result.warn(
                "rate unknown",
                name,
                say("{name}: too little contrast in this wiring to tell its rate", name=name),
            )
        elif part + 3 * u < 0:
            result.fault(
                "wrong way",
                name,
                say("{name} learns the wrong way: {part:.2f} of the nominal rate", name=name, part=part),
            )
        elif part + 3 * u < LEAST_RATE:
            result.fault(
                "does not learn",
                name,
                say("{name} does not learn: {part:.2f} of the nominal rate", name=name, part=part),
            )
        elif part - 3 * u < _ODD or part + 3 * u > 1 / _ODD:
            result.warn(
                "odd rate", name, say("{name} learns at {part:.2f} of the nominal rate", name=name, part=part)
            )


def _bursts(board: BoardUnderTest, nominal: Nominal, counts: dict[str, int]) -> list[Burst]:
    """Run bursts of each kind, mixed, from random gates that stay away from the walls."""
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    noise = board.read_nodes(board.random_inputs(8), max(board.node_readings, 8)).noise
    node_noise_V = float(np.sqrt(np.mean(noise**2)))
    walls = _walls(board, nominal)
    low, high = (walls[0] + part * (walls[1] - walls[0]) for part in _GATES)
    contrast_s = _contrast_time(board, nominal, low, high)
    bursts = []
    for k, kind in enumerate(kinds):
        board.told(kind, k, len(kinds))
        board.set_gates(board.random_gates(low, high))
        length, pulses = PULSES[k % 2]
        length = min(length, board.limits.pulse_max_s)
        _settle(board, kind)
        before, began_s = board.read_gates_when()
        runs = _run_kind(board, kind, length, pulses, contrast_s)
        after, ended_s = board.read_gates_when()
        idle_s = max(ended_s - began_s - sum(run.total_s for run in runs), 0.0)
        leaked_V = 0.0 if nominal.leak_V_per_s is None else np.nan_to_num(nominal.leak_V_per_s) * idle_s
        bursts.append(burst(board.network, kind, runs, before, after, walls, node_noise_V, leaked_V))
    board.told(say("done"), len(kinds), len(kinds))
    return bursts


def _walls(board: BoardUnderTest, nominal: Nominal) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper wall of every gate (E,), as far as known, in volts.

    They are the bench's limits, unless a gate cannot be charged so far or a calibration found it to stop
    earlier.
    """
    limits = board.limits
    found = []
    for number, (at, sign) in enumerate(((limits.gate_min_V, -1.0), (limits.gate_max_V, 1.0))):
        board.set_gates(at)
        read = board.read_gates()
        wall = np.where(kept_back(read, at, sign), read.mean, at)
        if nominal.walls_V is not None:
            known = np.nan_to_num(nominal.walls_V[number], nan=at)
            wall = sign * np.minimum(sign * wall, sign * known)
        found.append(wall)
    return found[0], found[1]


def _settle(board: BoardUnderTest, kind: str) -> None:
    """Learn the tasks of this burst first, so that what is measured is drift."""
    if kind not in (ONE_TASK, TWO_TASKS):
        return
    count = 1 if kind == ONE_TASK else 2
    board.task = board.random_inputs(count), _near_outputs(board, count)
    inputs, labels = board.task
    board.learn(inputs, labels, pulse_s=100e-6, pulses=300 * count, kept=0)


def _near_outputs(board: BoardUnderTest, count: int) -> FloatArray:
    """Return labels a board with mid gates can reach: the middle half of the range."""
    return board.random_labels(count, 0.35, 0.65)


def _contrast_time(board: BoardUnderTest, nominal: Nominal, low: FloatArray, high: FloatArray) -> float:
    """Return how long a clamped burst may last for the fastest gate to move about 0.12 V, in seconds.

    Longer, and the contrast would change too quickly to be integrated over the snapshots.
    """
    tail, head = board.network.endpoints().T
    fastest = 0.0
    for _ in range(8):
        board.set_gates(board.random_gates(low, high))
        length, pulses = _PILOT
        run = board.learn(board.random_inputs(1), board.random_labels(1), pulse_s=length, pulses=pulses)
        x, y = run.free[:, tail] - run.free[:, head], run.clamped[:, tail] - run.clamped[:, head]
        fastest = max(fastest, float(np.abs((x - y) * (x + y)).max()))
    velocity = nominal.learning_rate_per_V_s * fastest
    return float(np.clip(_MOVE_V / max(velocity, 1e-9), _SHORTEST_S, _LONGEST_S))


def _run_kind(
    board: BoardUnderTest, kind: str, length: float, pulses: int, contrast_s: float
) -> list[Learned]:
    if kind == RELEASED:
        inputs, labels = board.random_inputs(1), board.random_labels(1)
        return [board.learn(inputs, labels, pulse_s=length, pulses=pulses, unclamped=True)]
    if kind == CONTRAST:
        inputs, labels = board.random_inputs(1), board.random_labels(1)
        each = max(contrast_s / CONTRAST_PULSES, 10e-6)
        return [board.learn(inputs, labels, pulse_s=each, pulses=CONTRAST_PULSES, kept=CONTRAST_PULSES)]
    inputs, labels = board.task
    runs = []
    for turn in range(2 * len(inputs)):
        p = turn % len(inputs)
        share = max(pulses // (2 * len(inputs)), 2)
        runs.append(board.learn(inputs[[p]], labels[[p]], pulse_s=length, pulses=share))
    return runs
