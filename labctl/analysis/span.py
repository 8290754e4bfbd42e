"""The steady cycle of tasks that take turns: cycle span D and combined error (arXiv:2505.22887).

Everything is taken at switches, where one task ends and the next begins. Every edge counts once; the
authors' own code writes each edge of the lattice into two cells, which makes their D √2 larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from labctl.analysis.losses import hinge_losses, mean_square_errors
from labctl.store.reading import (
    half_period_cycles,
    is_classification,
    learning_gates,
    measured_rounds,
    period_s,
    round_cycles,
)
from protocols.block import FloatArray, IntArray
from protocols.errors import DataError
from protocols.messages import say

LATE_ROUNDS = 40  # of a run, that the published analysis looks at
LATE_ROUNDS_CLASSES = 20  # the same for classification
ALL_ROUNDS = 0


@dataclass(frozen=True)
class Span:
    """How far the gates swing between switches, in volts.

    span_V: length of the mean displacement from one kind of switch to the other, there and back, in which
    readings' noise and a steady drift average out; span_uncertainty_V: its standard error, from the
    scatter of single displacements along it; span_as_read_V: root mean square of single displacements,
    noise and all, the published measure.
    """

    span_V: float
    span_uncertainty_V: float
    span_as_read_V: float
    displacements: int

    @property
    def span2_as_read_V2(self) -> float:
        """Return D² as published, in V²."""
        return self.span_as_read_V**2


@dataclass(frozen=True)
class MeasuredCycle:
    """The steady cycle of a run: period τ in seconds, span, errors in V².

    pairs: how many pairs of switches it was taken from; error_V2: the combined error, the mean square error
    over all tasks averaged over both switches of each pair; hinge_V2: the same of the hinge loss, nan unless
    points are sorted into classes. nan where outputs were not measured.
    """

    period_s: float
    span: Span
    error_V2: float
    hinge_V2: float
    pairs: int


def cycle_span(
    before_V: FloatArray, after_V: FloatArray, sign: FloatArray | None = None, *, double_counted: bool = False
) -> Span:
    """Return the span of displacements after − before, arrays (n, E) in volts.

    sign (n,): +1 for one direction, −1 for the way back (default: all +1). With `double_counted` every edge
    counts twice, as in the published numbers, √2 larger. Raises ValueError for arrays of other shapes.
    """
    before, after = np.atleast_2d(before_V).astype(float), np.atleast_2d(after_V).astype(float)
    if before.shape != after.shape or not len(before):
        raise ValueError(f"gates before and after must pair up, not {before.shape} and {after.shape}")
    factor = np.sqrt(2.0) if double_counted else 1.0
    moved = factor * (after - before)
    there = moved if sign is None else moved * np.asarray(sign, dtype=float)[:, None]
    mean = there.mean(axis=0)
    length = float(np.linalg.norm(mean))
    n = len(there)
    along = there @ (mean / length) if length > 0 else np.zeros(n)
    scatter = float(np.std(along, ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    as_read = float(np.sqrt(np.mean(np.sum(moved**2, axis=1))))
    return Span(length, scatter, as_read, n)


def switch_pairs(cycles: IntArray, half_period: int, last: int = ALL_ROUNDS) -> list[tuple[int, int]]:
    """Pair rounds at two consecutive switches, each used once: the published way.

    cycles (n,): cycles trained before each round; last: only among the last so many rounds (0: all).
    """
    at = _rounds_at_switches(cycles, half_period, last)
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for start in sorted(at):
        if start + half_period in at and not {start, start + half_period} & used:
            pairs.append((at[start], at[start + half_period]))
            used |= {start, start + half_period}
    return pairs


def steady_cycle(run: xr.Dataset, last: int | None = None, *, double_counted: bool = False) -> MeasuredCycle:
    """Measure the steady cycle of a run whose tasks take turns, over its late rounds at switches.

    last: how many rounds from the end (default: as published, 40, or 20 for classification; 0: all).
    Raises DataError when tasks do not take turns, or no two rounds lie at consecutive switches.
    """
    half = half_period_cycles(run)
    if half is None:
        raise DataError(say("its tasks do not take turns, so there is no cycle"))
    last = late_rounds(run) if last is None else last
    cycles, gates = round_cycles(run), learning_gates(run)
    known = measured_rounds(run) & np.isfinite(gates).all(axis=1)
    candidates = np.where(known, cycles, -1)  # −1 is at no switch, whatever the period
    pairs = switch_pairs(candidates, half, last)
    if not pairs:
        raise DataError(say("no two rounds lie half a period ({half} cycles) apart at switches", half=half))
    steps = _steps(candidates, half, last)
    signs = np.where((cycles[steps[:, 0]] // half) % 2 == 0, 1.0, -1.0)
    both = cycle_span(gates[steps[:, 0]], gates[steps[:, 1]], signs, double_counted=double_counted)
    first, second = np.array(pairs).T
    published = cycle_span(gates[first], gates[second], double_counted=double_counted)
    span = Span(both.span_V, both.span_uncertainty_V, published.span_as_read_V, both.displacements)
    hinge = hinge_losses(run) if is_classification(run) else np.full(len(cycles), np.nan)
    errors = mean_square_errors(run)
    return MeasuredCycle(
        period_s(run), span, _over_pairs(errors, pairs), _over_pairs(hinge, pairs), len(pairs)
    )


def late_rounds(run: xr.Dataset) -> int:
    """Return how many rounds from the end the published analysis looks at."""
    return LATE_ROUNDS_CLASSES if is_classification(run) else LATE_ROUNDS


def path_diameter(gates_V: FloatArray) -> float:
    """Return the largest distance between two states of a path (n, E), in volts.

    Of one averaged cycle (a bowtie) it is the distance between the tips of its wings.
    """
    gates = np.asarray(gates_V, dtype=float)
    gates = gates[np.isfinite(gates).all(axis=1)]
    if len(gates) < 2:
        return float("nan")
    return max(float(np.linalg.norm(gates - state, axis=1).max()) for state in gates)


def _rounds_at_switches(cycles: IntArray, half: int, last: int) -> dict[int, int]:
    """Return which round lies at each switch, by its cycle, among the last so many rounds (0: all)."""
    late = range(max(len(cycles) - last, 0) if last else 0, len(cycles))
    return {int(cycles[m]): m for m in late if cycles[m] >= 0 and cycles[m] % half == 0}


def _steps(cycles: IntArray, half: int, last: int) -> IntArray:
    """Return all rounds a switch apart, (k, 2), as many there as back where both are known."""
    at = _rounds_at_switches(cycles, half, last)
    ways: list[list[tuple[int, int]]] = [[], []]
    for start in sorted(at):
        if start + half in at:
            ways[(start // half) % 2].append((at[start], at[start + half]))
    there, back = ways
    even = min(len(there), len(back))
    chosen = [*there[-even:], *back[-even:]] if even else [*there, *back]
    return np.array(sorted(chosen))


def _over_pairs(values: FloatArray, pairs: list[tuple[int, int]]) -> float:
    return float(np.mean([(values[a] + values[b]) / 2 for a, b in pairs]))
