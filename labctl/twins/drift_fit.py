"""The twin of a two-edge board from nothing but two drift tests: each task trained alone.

A gate pair that is trained on one task relaxes onto its solution line and then slides along it at
the projection of the bias on the line. Two lines give two projections and so the bias (the linear
method, NOTES of arXiv:2505.22887); the lines themselves give the tasks as the board sees them; where
gates stop are the walls, and how they scatter there is the noise of their reading. The learning rate
hardly shows in a drift: it is the authors' own, twice the nominal one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import least_squares

from labctl.analysis.theory import SolutionLine, TwoEdgeBoard
from labctl.analysis.theory.two_tasks import bias_from_drifts
from labctl.experiment.tables import TomlTable
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say

ETA = 128 / 129  # of the published runs
RATE_FACTOR = 2.0  # learning rate over A²/(V₀RC): what the authors' notebook uses for both experiments
_SMOOTHED = 5  # samples over which speeds are averaged to find the greatest
_AT_REST = 100  # last samples of a test, long after the gates met their walls
_LEAST_SLOPES_APART = 0.05


@dataclass(frozen=True, eq=False)
class DriftTest:
    """One task trained alone: input and label in volts; time (n,) in s, gates (n, 2) = (G₋, G₊)."""

    input_V: float
    label_V: float
    time_s: FloatArray
    gates_V: FloatArray


@dataclass(frozen=True, eq=False)
class TwoEdgeTwin:
    """A two-edge board as its drift tests tell it; gates are (G₋, G₊).

    bias (2,) in V/s and its standard uncertainty: how far it changes over the gates both tests pass;
    growth_per_s (2,): d ln(speed)/dt of each test, in 1/s; rate in 1/(V·s); tasks: effective input and label
    of each, in volts; lines as measured; wall_high (2,) and gate_noise in volts.
    """

    bias: FloatArray
    bias_u: FloatArray
    growth_per_s: tuple[float, float]
    rate: float
    tasks: tuple[tuple[float, float], tuple[float, float]]
    lines: tuple[SolutionLine, SolutionLine]
    wall_high: FloatArray
    gate_noise: float


def split_drift_test(time_s: FloatArray, gates_V: FloatArray, input_V: float, label_V: float) -> DriftTest:
    """Return a published drift test without its first two samples, which precede the drift.

    Raises DataError when it is too short, or its times do not rise.
    """
    if len(time_s) < 2 * _SMOOTHED + 2 or np.any(np.diff(time_s) <= 0):
        raise DataError(
            say("a drift test of {count} samples is too short, or its times do not rise", count=len(time_s))
        )
    return DriftTest(input_V, label_V, time_s[2:], gates_V[2:])


def free_part(test: DriftTest) -> slice:
    """Return the samples of a test up to its greatest speed: beyond it, a wall slows the gates down."""
    speed = np.linalg.norm(np.diff(test.gates_V, axis=0), axis=1) / np.diff(test.time_s)
    smooth = np.convolve(speed, np.full(_SMOOTHED, 1 / _SMOOTHED), "valid")
    return slice(0, int(np.argmax(smooth)) + _SMOOTHED // 2 + 2)


def drift_line(test: DriftTest) -> SolutionLine:
    """Return the straight line through the free part."""
    gates = test.gates_V[free_part(test)]
    slope, intercept = np.polyfit(gates[:, 0], gates[:, 1], 1)
    return SolutionLine(float(slope), float(intercept))


def linear_bias(tests: Sequence[DriftTest], part: tuple[float, float] = (0.0, 1.0)) -> FloatArray:
    """Return the bias (2,) whose projections on the two lines are the mean drifts, in V/s.

    The drifts are those over gate sums that both tests pass, (last − first)/time: the bias changes with
    the gates, and only there do both tell of the same one. part: which part of that range. Raises
    DataError when there is no such range.
    """
    paths = [(t.time_s[free_part(t)], t.gates_V[free_part(t)]) for t in tests]
    least = max(float(gates[0].sum()) for _, gates in paths)
    most = min(float(gates[-1].sum()) for _, gates in paths)
    low, high = (least + share * (most - least) for share in part)
    velocities = []
    for time, gates in paths:
        sums = gates.sum(axis=1)
        inside = np.flatnonzero((sums >= low) & (sums <= high))
        if len(inside) < 2:
            raise DataError(say("the two drift tests have no range of gates in common"))
        first, last = inside[0], inside[-1]
        velocities.append((gates[last] - gates[first]) / (time[last] - time[first]))
    return bias_from_drifts(*velocities)


def drift_twin(tests: Sequence[DriftTest], board: TwoEdgeBoard | None = None) -> TwoEdgeTwin:
    """Return the twin of the board that made two drift tests, one of each task.

    board: nominal parts. Raises DataError when the tests do not tell two different lines.
    """
    if len(tests) != 2:
        raise DataError(say("a twin needs two drift tests, one of each task (got {count})", count=len(tests)))
    nominal = board or TwoEdgeBoard(eta=ETA)
    lines = drift_line(tests[0]), drift_line(tests[1])
    if abs(lines[0].slope - lines[1].slope) < _LEAST_SLOPES_APART:
        raise DataError(say("both drift tests run along the same line: they are of one task"))
    bias = linear_bias(tests)
    halves = linear_bias(tests, (0.5, 1.0)) - linear_bias(tests, (0.0, 0.5))
    real = replace(nominal, learning_rate_per_V_s=RATE_FACTOR * nominal.learning_rate_per_V_s)
    first, second = (_effective_task(t, line, real, bias) for t, line in zip(tests, lines, strict=True))
    ends = [t.gates_V[-_AT_REST:] for t in tests]
    noise = [np.diff(end, axis=0).std(axis=0) / np.sqrt(2) for end in ends]
    return TwoEdgeTwin(
        bias=bias,
        bias_u=np.abs(halves) / np.sqrt(3),  # twice the halves' distance is the whole change: /√12
        growth_per_s=(_growth(tests[0]), _growth(tests[1])),
        rate=real.learning_rate_per_V_s,
        tasks=(first, second),
        lines=lines,
        wall_high=np.max([end.mean(axis=0) for end in ends], axis=0),
        gate_noise=float(np.sqrt(np.mean(np.square(noise)))),
    )


def twin_doses(twin: TwoEdgeTwin, board: TwoEdgeBoard | None = None, label: str = "") -> TomlTable:
    """Return the doses, in SI, of the simulated two-edge board: edges G₋, G₊ and the fixed resistor."""
    nominal = board or TwoEdgeBoard()

    def column(pair: Iterable[float], third: float, unit: str) -> TomlTable:
        return {"values": [float(f"{v:.6g}") for v in (*pair, third)], "unit": unit}

    (in_a, label_a), (in_b, label_b) = twin.tasks
    tasks = f"{1e3 * in_a:.1f} → {1e3 * label_a:.1f} mV and {1e3 * in_b:.1f} → {1e3 * label_b:.1f} mV"
    threshold = nominal.threshold_V
    wall = float(twin.wall_high.max())
    return {
        "description": f"twin of the two-edge board{label}, from its two drift tests alone; "
        f"train it on the tasks as the board sees them: {tasks}",
        "rate_error": float(f"{twin.rate / nominal.learning_rate_per_V_s - 1:.6g}"),
        "gate_adc_noise": f"{twin.gate_noise:.3g} V",
        "per_edge": {
            "bias": column(twin.bias, 0.0, "V/s"),
            "threshold": column((threshold, threshold), threshold, "V"),
            "wall_high": column(twin.wall_high, wall, "V"),
        },
    }


def _growth(test: DriftTest) -> float:
    """Return d ln(speed)/dt over the free part, in 1/s."""
    part = free_part(test)
    time, gates = test.time_s[part], test.gates_V[part]
    speed = np.linalg.norm(np.diff(gates, axis=0), axis=1) / np.diff(time)
    return float(np.polyfit(0.5 * (time[1:] + time[:-1]), np.log(speed), 1)[0])


def _effective_task(
    test: DriftTest, line: SolutionLine, board: TwoEdgeBoard, bias: FloatArray
) -> tuple[float, float]:
    """Return the input and label (V) for which gates on the measured line do not move off it.

    The bias holds a drifting gate pair a little beside the solution line, by n·B/λ; here that is taken off.
    """
    gates = test.gates_V[free_part(test)]

    def off_the_line(task: FloatArray) -> FloatArray:
        velocity = board.velocity_V_per_s(gates, float(task[0]), float(task[1]), bias)
        return velocity @ line.normal

    start = np.array(board.effective_task(line))
    found = least_squares(off_the_line, start, x_scale=np.array([0.02, 0.02]))
    return float(found.x[0]), float(found.x[1])
