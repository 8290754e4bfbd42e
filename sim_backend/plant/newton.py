"""The static solve: Kirchhoff at every free node, by Newton and chord steps on a fixed pattern.

The Jacobian is not symmetric (DESIGN §2.2 has no co-content) but diagonally dominant by columns
wherever the laws are monotone, so LU without pivoting is safe. Factors are kept and re-used as
long as they still contract (chord steps). Where Newton does not settle, half steps with secant
conductances do the way: every edge passes current from the higher to the lower voltage, so its
secant is a positive resistor, whatever the law; Newton then finishes. Where that does not settle
either, as with transistors on the edge of cut-off, every node gets a large leak to ground that is
taken away little by little: SPICE's gmin stepping. Nodes that are tied to each other but to nothing
else within round-off keep a leak below FLOATING_S, so that they rest near 0 V.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.plant.edge_law import Devices, edge_current

Vector = NDArray[np.float64]

REFACTOR_ABOVE_V = 2e-3  # a Newton step longer than this asks for a new factor
REFACTOR_CONTRACTION = 0.1  # a chord step that shrinks the error less than this does, too
LONGEST_STEP_V = 0.2
NEWTON_STEPS = 60
PATIENCE = 10  # steps before a Newton step that does not shrink is shortened
SWEEPS = 12
ROUNDS = 8  # of sweeps before leaks are tried
FIRST_LEAK_S = 1e-3
LAST_LEAK_S = 1e-45
LARGEST_RATIO = 10.0  # of two leaks, one after the other
SMALLEST_RATIO = 1.1  # … with which it is still worth going on
FLOATING_S = 1e-15  # nodes that need a leak as small as this to come to rest may keep it
LEAK_STEPS = 200
SMALLEST_SLOPE_S = 1e-60  # keeps the factors finite where nothing at all flows
SMALLEST_PIVOT = 1e-14  # of a node's conductance: nodes tied together float against the rest below this
SLOPE_RATIO = 1e-6  # a saturated edge pulls on its drain this much, in the Jacobian only
SECANT_V = 1e-6  # the shortest drop a secant conductance is taken over
TRUST_CONTRACTION_BELOW_V = 1e-3
LEAST_TELLING_STEP_V = 1e-11  # shorter steps are rounding and tell nothing of the contraction
FORGOTTEN = 0.1  # what one observed chord step leaves of a worse contraction remembered or guessed
UNOBSERVED = 1e-3  # how much a contraction may have grown since it was last observed, beside 1.5 times
NO_FACTORS = -1.0
NOTHING_KNOWN = 1.0  # of how well factors contract
BEST_BELIEVED = 1e-3  # contraction: nodes that move little may lag behind those it was observed at
EXTRA_SLOTS = 2  # after the factors: where entries of driven nodes go, and the contraction


def no_factors(c: Circuit, *points: int) -> Vector:
    """Return room for factors, shape (*points, …), with none in it yet.

    Behind the factors: a place for entries of driven nodes, the unknowns of a state to go back to, and
    the contraction.
    """
    room = np.zeros((*points, len(c.column) + len(c.order) + EXTRA_SLOTS))
    room[..., -1] = NO_FACTORS
    return room


@njit(**JIT_INNER)
def copy_into(target: Vector, source: Vector) -> None:
    """Copy one vector into another, element by element."""
    for k in range(len(source)):
        target[k] = source[k]


@njit(**JIT_INNER, forceinline=True)
def residual(c: Circuit, d: Devices, gates: Vector, v: Vector, leak_S: float, r: Vector) -> None:
    """Write the current leaving every unknown node into r, in amperes; each leaks leak_S besides."""
    tail, head, row_tail, row_head = c.tail, c.head, c.row_tail, c.row_head
    r[:] = 0.0
    for e in range(len(tail)):
        i, _, _ = edge_current(d, e, gates[e], v[tail[e]], v[head[e]])
        r[row_tail[e]] += i
        r[row_head[e]] -= i
    if d.leaks or leak_S > 0.0:
        for k in range(len(c.order)):
            r[k] += (d.leak[c.order[k]] + leak_S) * v[c.order[k]]


@njit(**JIT_INNER, forceinline=True)
def _start(c: Circuit, d: Devices, v: Vector, leak_S: float, r: Vector, lu: Vector) -> None:
    """Begin residual and Jacobian: leaks to ground, and a trace that keeps the factors finite."""
    r[:] = 0.0
    for k in range(len(c.column) + 1):
        lu[k] = 0.0
    for k in range(len(c.order)):
        lu[k] = SMALLEST_SLOPE_S
    if d.leaks or leak_S > 0.0:
        for k in range(len(c.order)):
            node = c.order[k]
            r[k] += (d.leak[node] + leak_S) * v[node]
            lu[k] += d.leak[node] + leak_S


@njit(**JIT_INNER, forceinline=True)
def assemble(c: Circuit, d: Devices, gates: Vector, v: Vector, leak_S: float, r: Vector, lu: Vector) -> None:
    """Write the residual into r and the Jacobian into lu, in amperes and siemens."""
    tail, head, row_tail, row_head = c.tail, c.head, c.row_tail, c.row_head
    tail_tail, tail_head = c.slot_tail_tail, c.slot_tail_head
    head_tail, head_head = c.slot_head_tail, c.slot_head_head
    _start(c, d, v, leak_S, r, lu)
    for e in range(len(tail)):
        i, at_tail, at_head = edge_current(d, e, gates[e], v[tail[e]], v[head[e]])
        r[row_tail[e]] += i
        r[row_head[e]] -= i
        at_tail, at_head = max(at_tail, -SLOPE_RATIO * at_head), min(at_head, -SLOPE_RATIO * at_tail)
        lu[tail_tail[e]] += at_tail
        lu[tail_head[e]] += at_head
        lu[head_tail[e]] -= at_tail
        lu[head_head[e]] -= at_head


@njit(**JIT_INNER)
def factorise(c: Circuit, lu: Vector, row: Vector) -> None:
    """Factor lu in place, row by row; the diagonal then holds its inverse. `row` is scratch (M,)."""
    column, lower, upper = c.column, c.lower, c.upper
    for i in range(len(c.order)):
        row[i] = lu[i]
        for x in range(lower[i], lower[i + 1]):
            row[column[x]] = lu[x]
        for x in range(upper[i + 1], upper[i]):
            row[column[x]] = lu[x]
        smallest = SMALLEST_PIVOT * row[i]
        for x in range(lower[i], lower[i + 1]):
            k = column[x]
            factor = row[k] * lu[k]
            lu[x] = factor
            for y in range(upper[k + 1], upper[k]):
                row[column[y]] -= factor * lu[y]
        for x in range(upper[i + 1], upper[i]):
            lu[x] = row[column[x]]
        lu[i] = 1.0 / max(row[i], smallest)


@njit(**JIT_INNER, forceinline=True)
def back_substitute(c: Circuit, lu: Vector, unknowns: int, r: Vector) -> None:
    """Solve the leading block of `unknowns` rows in place; the rest of r is set to 0."""
    lower, upper = c.lower, c.upper
    for i in range(unknowns):
        r[i] -= _row_times(c, lu, lower[i], lower[i + 1], r)
    for i in range(unknowns, len(r)):
        r[i] = 0.0
    for k in range(unknowns):
        i = unknowns - 1 - k
        r[i] = (r[i] - _row_times(c, lu, upper[i + 1], upper[i], r)) * lu[i]


@njit(**JIT_INNER, forceinline=True)
def _row_times(c: Circuit, lu: Vector, begin: int, end: int, r: Vector) -> float:
    """Return part of a row of lu times r: four sums side by side, for one would wait for itself."""
    column = c.column
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    x = begin
    while x + 4 <= end:
        first += lu[x] * r[column[x]]
        second += lu[x + 1] * r[column[x + 1]]
        third += lu[x + 2] * r[column[x + 2]]
        fourth += lu[x + 3] * r[column[x + 3]]
        x += 4
    while x < end:
        first += lu[x] * r[column[x]]
        x += 1
    return (first + second) + (third + fourth)


@njit(**JIT_NO_ALLOCATION)
def relax(
    c: Circuit,
    d: Devices,
    gates: Vector,
    v: Vector,
    unknowns: int,
    lu: Vector,
    tolerance_V: float,
    r: Vector,
    row: Vector,
) -> bool:
    """Bring the first `unknowns` unknown nodes of v to rest; return whether it succeeded.

    v (N,) holds driven nodes and the starting point and is changed in place. lu holds factors from an
    earlier call, and in its last place how well they contract; NO_FACTORS there asks for new ones.
    r (M+1,) and row (M,) are scratch.
    """
    if unknowns == 0:
        return True
    order, kept = c.order, lu[len(c.column) + 1 :]
    # First Newton from where the nodes stand, which is all that nearly every call needs. Old factors that led
    # astray are not given a second chance.
    leak, reached, ratio = 0.0, 0.0, LARGEST_RATIO
    for attempt in range(ROUNDS + LEAK_STEPS):
        if attempt > 0:
            lu[-1] = NO_FACTORS
        if _newton(c, d, gates, v, unknowns, lu, tolerance_V, leak, r, row):
            if leak == 0.0:
                return True
            # At rest with a leak: keep that, and go on with less of it, the faster the better it went
            # (SPICE's gmin stepping). Without a leak left, this is the answer.
            for k in range(unknowns):
                kept[k] = v[order[k]]
            reached, ratio = leak, min(ratio * ratio, LARGEST_RATIO)
            leak = reached / ratio if reached > LAST_LEAK_S else 0.0
        elif attempt < ROUNDS:
            # Newton bounced between sides of a kink: sweeps of secant conductances are slow, but go toward
            # rest from nearly anywhere, and bring it near enough to try again.
            for _ in range(SWEEPS):
                _picard(c, d, gates, v, unknowns, lu, r, row)
        elif reached == 0.0:  # even the first leak was too small, or not tried yet
            # Nor did that: with a leak to ground so large that 0 V is nearly right, Newton can begin at 0 V.
            leak = max(FIRST_LEAK_S, LARGEST_RATIO * leak)
            for k in range(unknowns):
                v[order[k]] = 0.0
        else:
            # Too large a stride of the leak: back to the last rest, and half of it in decades. Nodes that
            # only a leak of FLOATING_S holds float; where they stand then is as good as any place.
            ratio = np.sqrt(ratio)
            leak = reached / ratio
            for k in range(unknowns):
                v[order[k]] = kept[k]
            if ratio < SMALLEST_RATIO and reached <= FLOATING_S:
                lu[-1] = NO_FACTORS
                return True
    lu[-1] = NO_FACTORS
    return False


@njit(**JIT_INNER, forceinline=True)
def _newton(
    c: Circuit,
    d: Devices,
    gates: Vector,
    v: Vector,
    unknowns: int,
    lu: Vector,
    tolerance_V: float,
    leak_S: float,
    r: Vector,
    row: Vector,
) -> bool:
    """Take Newton steps while they are long, chord steps with the same factors when they are short.

    The factors' contraction is remembered between calls, so that a step known to leave less than the
    tolerance needs no further step to prove it. What is not observed anew is trusted less every time.
    """
    order = c.order
    previous = np.inf
    known = lu[-1]
    renew = known == NO_FACTORS
    seen = 0.0
    for iteration in range(NEWTON_STEPS):
        if renew:
            assemble(c, d, gates, v, leak_S, r, lu)
            factorise(c, lu, row)
            known = NOTHING_KNOWN
        else:
            residual(c, d, gates, v, leak_S, r)
        back_substitute(c, lu, unknowns, r)
        longest, total = 0.0, 0.0
        for k in range(unknowns):
            longest = max(longest, abs(r[k]))
            total += abs(r[k])
        if not total < np.inf:  # nan, too
            return False
        # A full step at a kink between two laws can bounce for ever; a shortened one crosses it.
        contraction = longest / previous
        damped = iteration >= PATIENCE and contraction > 0.5  # bouncing between two sides of a kink
        scale = 0.6 if damped else 1.0
        for k in range(unknowns):
            v[order[k]] -= scale * min(max(r[k], -LONGEST_STEP_V), LONGEST_STEP_V)
        # How well these factors contract: what two steps in a row show, not forgotten at once; steps near the
        # rounding of voltages show nothing, and what was not seen anew counts less each time (decision 0009).
        if not renew:
            if LEAST_TELLING_STEP_V < previous < np.inf:
                seen = contraction
                known = max(contraction, 0.0 if known == NOTHING_KNOWN else FORGOTTEN * known, BEST_BELIEVED)
            else:
                known = min(NOTHING_KNOWN, 1.5 * known + UNOBSERVED)
        # Done when the step is below the tolerance, or what it leaves is: ρ times its size, twice for safety.
        small = longest < TRUST_CONTRACTION_BELOW_V and 2.0 * known * longest < tolerance_V
        if (small or longest < tolerance_V) and not damped:
            lu[-1] = NO_FACTORS if seen > c.renewal else known  # a guess would be no reason
            return True
        # New factors after a long Newton step, or when chord steps do not shrink; else these serve on.
        renew = longest > REFACTOR_ABOVE_V if renew else contraction > REFACTOR_CONTRACTION
        previous = longest
    return False


@njit(**JIT_INNER)
def _picard(
    c: Circuit, d: Devices, gates: Vector, v: Vector, unknowns: int, lu: Vector, r: Vector, row: Vector
) -> None:
    """Go half a step toward rest with every edge replaced by its secant conductance."""
    tail, head, row_tail, row_head = c.tail, c.head, c.row_tail, c.row_head
    _start(c, d, v, 0.0, r, lu)
    for e in range(len(tail)):
        a, b = v[tail[e]], v[head[e]]
        i, _, _ = edge_current(d, e, gates[e], a, b)
        r[row_tail[e]] += i
        r[row_head[e]] -= i
        drop = a - b
        if abs(drop) < SECANT_V:
            drop = SECANT_V
            i, _, _ = edge_current(d, e, gates[e], b + drop, b)
        secant = i / drop
        lu[c.slot_tail_tail[e]] += secant
        lu[c.slot_tail_head[e]] -= secant
        lu[c.slot_head_tail[e]] -= secant
        lu[c.slot_head_head[e]] += secant
    factorise(c, lu, row)
    back_substitute(c, lu, unknowns, r)
    for k in range(unknowns):
        if abs(r[k]) < np.inf:
            v[c.order[k]] -= 0.5 * min(max(r[k], -LONGEST_STEP_V), LONGEST_STEP_V)
