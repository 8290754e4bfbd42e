"""Node voltages of many boards in step: the same arithmetic on LANES boards at a time.

All boards of a group share one circuit, and every array has the boards as its last axis, so the
compiler turns each inner loop into vector instructions. What differs from board to board is when a
board is at rest; a lane that is done goes along with the others, and learns from it how well its
factors still serve. The solver is that of newton.py: Newton
while steps are long, chord steps with remembered contraction after that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_APART, JIT_INNER
from sim_backend.plant.edge_law import RESISTOR, SATURATION_ONSET_V, square_law
from sim_backend.plant.newton import (
    FORGOTTEN,
    LEAST_TELLING_STEP_V,
    LONGEST_STEP_V,
    NO_FACTORS,
    REFACTOR_ABOVE_V,
    REFACTOR_CONTRACTION,
    SLOPE_RATIO,
    SMALLEST_PIVOT,
    SMALLEST_SLOPE_S,
    TRUST_CONTRACTION_BELOW_V,
    UNOBSERVED,
    Vector,
)

LANES = 64
STEPS = 12  # a board not at rest by then is settled alone

Lanes = NDArray[np.float64]
Mask = NDArray[np.bool_]


class LaneDevices(NamedTuple):
    """Devices of one copy of every board: kind (E,), threshold and strength (E, LANES); no leaks."""

    kind: NDArray[np.uint8]
    threshold: Lanes
    strength: Lanes


class LaneScratch(NamedTuple):
    """Work arrays: residual (M+1, L), row (M, L), edge currents and both slopes (L), lane states (L)."""

    residual: Lanes
    row: Lanes
    current: Lanes
    at_tail: Lanes
    at_head: Lanes
    longest: Lanes
    previous: Lanes
    known: Lanes
    step: Lanes
    going: Lanes
    moving: Lanes
    fresh: Lanes


@njit(**JIT_INNER)
def _below_onset(overdrive: float, a: float, b: float, strength: float) -> tuple[float, float, float]:
    """Return current and slopes of one edge of one board; seldom needed, so not part of every loop."""
    current, at_a, at_b = square_law(overdrive, a, b, strength)
    return current, at_a, at_b


@njit(**JIT_APART, forceinline=True)
def _currents(d: LaneDevices, e: int, gate: Vector, tail: Vector, head: Vector, s: LaneScratch) -> None:
    """Write the currents of edge e and their slopes into s: in one expression unless below threshold.

    Ohmic and saturated are both S/2·(B² − A²) with A, B the overdrive against either end, or 0.
    """
    current, at_tail, at_head = s.current, s.at_tail, s.at_head
    threshold, strength = d.threshold[e], d.strength[e]
    if d.kind[e] == RESISTOR:
        for l in range(LANES):
            current[l] = strength[l] * (tail[l] - head[l])
            at_tail[l], at_head[l] = strength[l], -strength[l]
        return
    below = 0
    for l in range(LANES):
        overdrive = gate[l] - threshold[l]
        a, b = overdrive - tail[l], overdrive - head[l]
        above_a = max(a, 0.0)
        above_b = max(b, 0.0)
        half = 0.5 * strength[l]
        current[l] = half * (above_b - above_a) * (above_b + above_a)
        at_tail[l] = strength[l] * above_a
        at_head[l] = -strength[l] * above_b
        below += max(a, b) <= SATURATION_ONSET_V
    if below > 0:
        for l in range(LANES):
            overdrive = gate[l] - threshold[l]
            if overdrive - min(tail[l], head[l]) <= SATURATION_ONSET_V:
                current[l], at_tail[l], at_head[l] = _below_onset(overdrive, tail[l], head[l], strength[l])


@njit(**JIT_APART)
def residual(c: Circuit, d: LaneDevices, gates: Lanes, v: Lanes, s: LaneScratch) -> None:
    """Write the current leaving every unknown node into s.residual, in amperes."""
    r, current = s.residual, s.current
    tails, heads, row_tail, row_head = c.tail, c.head, c.row_tail, c.row_head
    kind, thresholds, strengths = d.kind, d.threshold, d.strength
    for k in range(r.shape[0]):
        for l in range(LANES):
            r[k, l] = 0.0
    for e in range(len(tails)):
        gate, threshold, strength = gates[e], thresholds[e], strengths[e]
        tail, head = v[tails[e]], v[heads[e]]
        below = 0
        if kind[e] == RESISTOR:
            for l in range(LANES):
                current[l] = strength[l] * (tail[l] - head[l])
        else:
            for l in range(LANES):
                overdrive = gate[l] - threshold[l]
                a, b = overdrive - tail[l], overdrive - head[l]
                above_a, above_b = max(a, 0.0), max(b, 0.0)
                current[l] = 0.5 * strength[l] * (above_b - above_a) * (above_b + above_a)
                below += max(a, b) <= SATURATION_ONSET_V
        if below > 0:
            for l in range(LANES):
                overdrive = gate[l] - threshold[l]
                if overdrive - min(tail[l], head[l]) <= SATURATION_ONSET_V:
                    current[l], _, _ = _below_onset(overdrive, tail[l], head[l], strength[l])
        leaving, arriving = r[row_tail[e]], r[row_head[e]]
        for l in range(LANES):
            leaving[l] += current[l]
            arriving[l] -= current[l]


@njit(**JIT_APART)
def assemble(c: Circuit, d: LaneDevices, gates: Lanes, v: Lanes, lu: Lanes, s: LaneScratch) -> None:
    """Write the residual and the Jacobian, in amperes and siemens; lu's last row is left alone."""
    r, current, at_tail, at_head = s.residual, s.current, s.at_tail, s.at_head
    for k in range(r.shape[0]):
        for l in range(LANES):
            r[k, l] = 0.0
    for k in range(lu.shape[0] - 1):
        for l in range(LANES):
            lu[k, l] = 0.0
    for k in range(len(c.order)):
        for l in range(LANES):
            lu[k, l] = SMALLEST_SLOPE_S
    for e in range(len(c.tail)):
        _currents(d, e, gates[e], v[c.tail[e]], v[c.head[e]], s)
        leaving, arriving = r[c.row_tail[e]], r[c.row_head[e]]
        for l in range(LANES):
            leaving[l] += current[l]
            arriving[l] -= current[l]
        tt, th = lu[c.slot_tail_tail[e]], lu[c.slot_tail_head[e]]
        ht, hh = lu[c.slot_head_tail[e]], lu[c.slot_head_head[e]]
        for l in range(LANES):
            x, y = at_tail[l], at_head[l]
            of_tail = max(x, -SLOPE_RATIO * y)
            of_head = min(y, -SLOPE_RATIO * x)
            tt[l] += of_tail
            th[l] += of_head
            ht[l] -= of_tail
            hh[l] -= of_head


@njit(**JIT_APART)
def factorise(c: Circuit, lu: Lanes, s: LaneScratch) -> None:
    """Factor lu in place, row by row, as newton.factorise does."""
    column, lower, upper, row = c.column, c.lower, c.upper, s.row
    smallest = s.step
    for i in range(len(c.order)):
        for l in range(LANES):
            row[i, l] = lu[i, l]
            smallest[l] = SMALLEST_PIVOT * lu[i, l]
        for begin, end in ((lower[i], lower[i + 1]), (upper[i + 1], upper[i])):
            for x in range(begin, end):
                j = column[x]
                for l in range(LANES):
                    row[j, l] = lu[x, l]
        for x in range(lower[i], lower[i + 1]):
            k = column[x]
            for l in range(LANES):
                row[k, l] *= lu[k, l]
                lu[x, l] = row[k, l]
            for y in range(upper[k + 1], upper[k]):
                j = column[y]
                for l in range(LANES):
                    row[j, l] -= row[k, l] * lu[y, l]
        for x in range(upper[i + 1], upper[i]):
            j = column[x]
            for l in range(LANES):
                lu[x, l] = row[j, l]
        for l in range(LANES):
            lu[i, l] = 1.0 / max(row[i, l], smallest[l])


@njit(**JIT_APART, forceinline=True)
def back_substitute(c: Circuit, lu: Lanes, unknowns: int, r: Lanes) -> None:
    """Solve the leading block of `unknowns` rows in place; the rest of r is set to 0."""
    lower, upper = c.lower, c.upper
    for i in range(unknowns):
        _subtract_row(c, lu, lower[i], lower[i + 1], r, r[i])
    for i in range(unknowns, r.shape[0]):
        here = r[i]
        for l in range(LANES):
            here[l] = 0.0
    for k in range(unknowns):
        i = unknowns - 1 - k
        here, inverse = r[i], lu[i]
        _subtract_row(c, lu, upper[i + 1], upper[i], r, here)
        for l in range(LANES):
            here[l] *= inverse[l]


@njit(**JIT_APART, forceinline=True)
def _subtract_row(c: Circuit, lu: Lanes, begin: int, end: int, r: Lanes, here: Vector) -> None:
    """Subtract part of a row of lu times r from one of its rows, two entries at a time."""
    column = c.column
    x = begin
    while x + 2 <= end:
        first, second = lu[x], lu[x + 1]
        one, other = r[column[x]], r[column[x + 1]]
        for l in range(LANES):
            here[l] -= first[l] * one[l] + second[l] * other[l]
        x += 2
    if x < end:
        first, one = lu[x], r[column[x]]
        for l in range(LANES):
            here[l] -= first[l] * one[l]


@njit(**JIT_APART)
def relax_lanes(
    c: Circuit,
    d: LaneDevices,
    gates: Lanes,
    v: Lanes,
    unknowns: int,
    lu: Lanes,
    active: Mask,
    tolerance_V: float,
    s: LaneScratch,
) -> int:
    """Bring the active boards to rest; s.going tells which of them are not, their number is returned.

    v (N, L) changes in place for active boards only; lu (…, L) holds factors and, last, contractions.
    """
    longest, previous, known, fresh = s.longest, s.previous, s.known, s.fresh
    going, moving = s.going, s.moving
    r, order, last = s.residual, c.order, lu.shape[0] - 1
    # One board without factors has them made for all: in step, a factorisation costs the same for one as for
    # 64.
    left = 0
    renew = False
    for l in range(LANES):
        moving[l] = 1.0 if active[l] else 0.0
        going[l] = moving[l]
        fresh[l], previous[l], known[l] = 0.0, np.inf, lu[last, l]
        left += active[l]
        renew = renew or (active[l] and known[l] == NO_FACTORS)
    # As newton._newton, with masks for branches: boards at rest are multiplied by 0 and not left out, for a
    # loop without a branch runs in vector registers. No damping and no rescue: who needs that is done alone.
    for _ in range(STEPS):
        if left == 0 or unknowns == 0:
            break
        if renew:
            assemble(c, d, gates, v, lu, s)
            factorise(c, lu, s)
        else:
            residual(c, d, gates, v, s)
        back_substitute(c, lu, unknowns, r)
        for l in range(LANES):
            longest[l] = 0.0
        for k in range(unknowns):
            found = r[k]
            for l in range(LANES):
                size = abs(found[l])
                longest[l] = longest[l] if size <= longest[l] else size  # nan goes through
        for k in range(unknowns):
            volts, found = v[order[k]], r[k]
            for l in range(LANES):
                move = min(max(found[l], -LONGEST_STEP_V), LONGEST_STEP_V)
                volts[l] -= moving[l] * move
        if renew:
            for l in range(LANES):
                known[l], fresh[l] = 1.0, 1.0
        # Contraction, end and renewal of each board by its own numbers. The whole group gets new factors as
        # soon as one board asks; those at rest by then have left the loop's result alone.
        left, again = 0, 0
        factors = lu[last]
        for l in range(LANES):
            on = moving[l] > 0.0
            contraction = longest[l] / previous[l]
            kept = max(contraction, FORGOTTEN * known[l])
            seen = contraction if fresh[l] > 0.0 else kept
            guessed = min(1.0, 1.5 * known[l] + UNOBSERVED)
            telling = (previous[l] > LEAST_TELLING_STEP_V) & (previous[l] < np.inf)
            now = known[l] if renew else (seen if telling else guessed)
            fresh[l] = 0.0 if telling & (not renew) & on else fresh[l]
            known[l] = now if on else known[l]
            small = (longest[l] < TRUST_CONTRACTION_BELOW_V) & (2.0 * now * longest[l] < tolerance_V)
            done = on & (small | (longest[l] < tolerance_V))
            slow = telling & (not renew) & (contraction > c.renewal) & (now < 1.0)
            kept_for_good = NO_FACTORS if slow else now  # only what was seen asks for new factors
            factors[l] = kept_for_good if done else factors[l]
            going[l] = 1.0 if on & (not done) else 0.0
            long = longest[l] > REFACTOR_ABOVE_V if renew else contraction > REFACTOR_CONTRACTION
            left += on & (not done)
            again += on & (not done) & long
            previous[l] = longest[l]
        renew = again > 0
    return left
