"""Node voltages of many boards in step: the same arithmetic on LANES boards at a time.

All boards of a group share one circuit, and every array has the boards as its last axis, so the
compiler turns each inner loop into vector instructions. What differs from board to board is when a
board is at rest; a lane that is done waits for the others. The solver is that of newton.py: Newton
while steps are long, chord steps with remembered contraction after that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.circuit import Circuit
from sim_backend.compilation import JIT_NO_ALLOCATION
from sim_backend.edge_law import RESISTOR, SATURATION_ONSET_V, square_law
from sim_backend.newton import (
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
)

LANES = 16
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
    going: Mask
    fresh: Mask


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def _current(d: LaneDevices, e: int, gates: Lanes, v: Lanes, t: int, h: int, s: LaneScratch) -> None:
    """Write the currents of edge e into s.current: in one expression unless a board is below threshold.

    Ohmic and saturated are both S/2·(B² − A²) with A, B the overdrive against either end, or 0.
    """
    current = s.current
    if d.kind[e] == RESISTOR:
        for l in range(LANES):
            current[l] = d.strength[e, l] * (v[t, l] - v[h, l])
        return
    below = 0
    for l in range(LANES):
        overdrive = gates[e, l] - d.threshold[e, l]
        a, b = overdrive - v[t, l], overdrive - v[h, l]
        at_a = a if a > 0.0 else 0.0
        at_b = b if b > 0.0 else 0.0
        current[l] = 0.5 * d.strength[e, l] * (at_b - at_a) * (at_b + at_a)
        below += (a <= SATURATION_ONSET_V) & (b <= SATURATION_ONSET_V)
    if below > 0:
        for l in range(LANES):
            overdrive = gates[e, l] - d.threshold[e, l]
            current[l], _, _ = square_law(overdrive, v[t, l], v[h, l], d.strength[e, l])


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def residual(c: Circuit, d: LaneDevices, gates: Lanes, v: Lanes, s: LaneScratch) -> None:
    """Write the current leaving every unknown node into s.residual, in amperes."""
    r, current = s.residual, s.current
    for k in range(r.shape[0]):
        for l in range(LANES):
            r[k, l] = 0.0
    for e in range(len(c.tail)):
        _current(d, e, gates, v, c.tail[e], c.head[e], s)
        p, q = c.row_tail[e], c.row_head[e]
        for l in range(LANES):
            r[p, l] += current[l]
        for l in range(LANES):
            r[q, l] -= current[l]


@njit(**JIT_NO_ALLOCATION)
def assemble(c: Circuit, d: LaneDevices, gates: Lanes, v: Lanes, lu: Lanes, s: LaneScratch) -> None:
    """Write the residual and the Jacobian, in amperes and siemens; lu's last row is left alone."""
    r, current, at_tail, at_head = s.residual, s.current, s.at_tail, s.at_head
    for k in range(r.shape[0]):
        for l in range(LANES):
            r[k, l] = 0.0
    for k in range(lu.shape[0] - 1):
        for l in range(LANES):
            lu[k, l] = 0.0
    for k in range(len(c.diagonal)):
        for l in range(LANES):
            lu[c.diagonal[k], l] = SMALLEST_SLOPE_S
    for e in range(len(c.tail)):
        t, h, p, q = c.tail[e], c.head[e], c.row_tail[e], c.row_head[e]
        for l in range(LANES):
            strength = d.strength[e, l]
            if d.kind[e] == RESISTOR:
                current[l], at_tail[l], at_head[l] = strength * (v[t, l] - v[h, l]), strength, -strength
            else:
                overdrive = gates[e, l] - d.threshold[e, l]
                current[l], x, y = square_law(overdrive, v[t, l], v[h, l], strength)
                at_tail[l], at_head[l] = max(x, -SLOPE_RATIO * y), min(y, -SLOPE_RATIO * x)
        tt, th, ht, hh = c.slot_tail_tail[e], c.slot_tail_head[e], c.slot_head_tail[e], c.slot_head_head[e]
        for l in range(LANES):
            r[p, l] += current[l]
            r[q, l] -= current[l]
            lu[tt, l] += at_tail[l]
            lu[th, l] += at_head[l]
            lu[ht, l] -= at_tail[l]
            lu[hh, l] -= at_head[l]


@njit(**JIT_NO_ALLOCATION)
def factorise(c: Circuit, lu: Lanes, s: LaneScratch) -> None:
    """Factor lu in place, row by row, as newton.factorise does."""
    row_start, column, diagonal, row = c.row_start, c.column, c.diagonal, s.row
    smallest = s.step
    for i in range(len(diagonal)):
        begin, middle, end = row_start[i], diagonal[i], row_start[i + 1]
        for x in range(begin, end):
            j = column[x]
            for l in range(LANES):
                row[j, l] = lu[x, l]
        for l in range(LANES):
            smallest[l] = SMALLEST_PIVOT * row[i, l]
        for x in range(begin, middle):
            k = column[x]
            pivot = diagonal[k]
            for l in range(LANES):
                row[k, l] *= lu[pivot, l]
            for y in range(pivot + 1, row_start[k + 1]):
                j = column[y]
                for l in range(LANES):
                    row[j, l] -= row[k, l] * lu[y, l]
        for x in range(begin, end):
            j = column[x]
            for l in range(LANES):
                lu[x, l] = row[j, l]
        for l in range(LANES):
            lu[middle, l] = 1.0 / max(row[i, l], smallest[l])


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def back_substitute(c: Circuit, lu: Lanes, unknowns: int, r: Lanes) -> None:
    """Solve the leading block of `unknowns` rows in place."""
    row_start, column, diagonal = c.row_start, c.column, c.diagonal
    for i in range(unknowns):
        for x in range(row_start[i], diagonal[i]):
            j = column[x]
            for l in range(LANES):
                r[i, l] -= lu[x, l] * r[j, l]
    for k in range(unknowns):
        i = unknowns - 1 - k
        middle = diagonal[i]
        for x in range(middle + 1, row_start[i + 1]):
            j = column[x]
            if j < unknowns:
                for l in range(LANES):
                    r[i, l] -= lu[x, l] * r[j, l]
        for l in range(LANES):
            r[i, l] *= lu[middle, l]


@njit(**JIT_NO_ALLOCATION)
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
    longest, previous, known, step, going, fresh = (
        s.longest,
        s.previous,
        s.known,
        s.step,
        s.going,
        s.fresh,
    )
    r, order, last = s.residual, c.order, lu.shape[0] - 1
    left = 0
    renew = False
    for l in range(LANES):
        going[l], fresh[l], previous[l], known[l] = active[l], False, np.inf, lu[last, l]
        left += active[l]
        renew = renew or (active[l] and known[l] == NO_FACTORS)
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
            for l in range(LANES):
                size = abs(r[k, l])
                longest[l] = longest[l] if size <= longest[l] else size  # nan goes through
        for l in range(LANES):
            step[l] = 1.0 if going[l] else 0.0
        for k in range(unknowns):
            node = order[k]
            for l in range(LANES):
                move = r[k, l]
                move = move if move < LONGEST_STEP_V else LONGEST_STEP_V
                move = move if move > -LONGEST_STEP_V else -LONGEST_STEP_V
                v[node, l] -= step[l] * move
        again = False
        for l in range(LANES):
            if renew:
                known[l], fresh[l] = 1.0, True
            if not going[l]:
                continue
            contraction = longest[l] / previous[l]
            if not renew:
                if LEAST_TELLING_STEP_V < previous[l] < np.inf:
                    known[l] = contraction if fresh[l] else max(contraction, 0.5 * known[l])
                    fresh[l] = False
                else:
                    known[l] = min(1.0, 1.5 * known[l] + UNOBSERVED)
            small = longest[l] < TRUST_CONTRACTION_BELOW_V and 2.0 * known[l] * longest[l] < tolerance_V
            if small or longest[l] < tolerance_V:
                going[l] = False
                left -= 1
                lu[last, l] = NO_FACTORS if c.renewal < known[l] < 1.0 else known[l]
            elif renew:
                again = again or longest[l] > REFACTOR_ABOVE_V
            else:
                again = again or contraction > REFACTOR_CONTRACTION
            previous[l] = longest[l]
        renew = again
    return left
