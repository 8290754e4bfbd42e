"""The static solve: Kirchhoff at every free node, by Newton and chord steps on a fixed pattern.

The Jacobian is not symmetric (DESIGN §2.2 has no co-content) but diagonally dominant by columns
wherever the laws are monotone, so LU without pivoting is safe. Factors are kept and re-used as
long as they still contract (chord steps). Where Newton does not settle, node-wise bisection does:
every law's current rises with its own end and falls with the other, so sweeps close in from
anywhere, and Newton finishes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.circuit import Circuit
from sim_backend.compilation import JIT
from sim_backend.edge_law import edge_current

Vector = NDArray[np.float64]

REFACTOR_ABOVE_V = 2e-3  # a Newton step longer than this asks for a new factor
REFACTOR_CONTRACTION = 0.25  # a chord step that shrinks the error less than this does, too
LONGEST_STEP_V = 0.2
NEWTON_STEPS = 60
SWEEPS = 12
ROUNDS = 25
SMALLEST_SLOPE_S = 1e-30  # keeps the factors finite where nothing at all flows
SLOPE_RATIO = 1e-6  # a saturated edge pulls on its drain this much, in the Jacobian only
TRUST_CONTRACTION_BELOW_V = 1e-4


class Devices(NamedTuple):
    """The devices of one copy: kind, threshold (V) and strength (A/V², or S for a resistor), (E,)."""

    kind: NDArray[np.uint8]
    threshold: Vector
    strength: Vector


@njit(**JIT)
def residual(c: Circuit, d: Devices, gates: Vector, v: Vector, r: Vector) -> None:
    """Write the current leaving every unknown node into r, in amperes."""
    r[:] = 0.0
    for e in range(len(c.tail)):
        i, _, _ = edge_current(d.kind[e], gates[e], d.threshold[e], d.strength[e], v[c.tail[e]], v[c.head[e]])
        r[c.row_tail[e]] += i
        r[c.row_head[e]] -= i


@njit(**JIT)
def assemble(c: Circuit, d: Devices, gates: Vector, v: Vector, r: Vector, lu: Vector) -> None:
    """Write the residual into r and the Jacobian into lu, in amperes and siemens."""
    r[:] = 0.0
    lu[:] = 0.0
    for k in range(len(c.diagonal)):
        lu[c.diagonal[k]] = SMALLEST_SLOPE_S
    for e in range(len(c.tail)):
        i, at_tail, at_head = edge_current(
            d.kind[e], gates[e], d.threshold[e], d.strength[e], v[c.tail[e]], v[c.head[e]]
        )
        r[c.row_tail[e]] += i
        r[c.row_head[e]] -= i
        at_tail, at_head = max(at_tail, -SLOPE_RATIO * at_head), min(at_head, -SLOPE_RATIO * at_tail)
        lu[c.slot_tail_tail[e]] += at_tail
        lu[c.slot_tail_head[e]] += at_head
        lu[c.slot_head_tail[e]] -= at_tail
        lu[c.slot_head_head[e]] -= at_head


@njit(**JIT)
def factorise(c: Circuit, lu: Vector, row: Vector) -> None:
    """Factor lu in place, row by row; the diagonal then holds its inverse. `row` is scratch (M,)."""
    for i in range(len(c.diagonal)):
        begin, middle, end = c.row_start[i], c.diagonal[i], c.row_start[i + 1]
        for x in range(begin, end):
            row[c.column[x]] = lu[x]
        for x in range(begin, middle):
            k = c.column[x]
            factor = row[k] * lu[c.diagonal[k]]
            row[k] = factor
            for y in range(c.diagonal[k] + 1, c.row_start[k + 1]):
                row[c.column[y]] -= factor * lu[y]
        for x in range(begin, end):
            lu[x] = row[c.column[x]]
        lu[middle] = 1.0 / row[i]


@njit(**JIT)
def back_substitute(c: Circuit, lu: Vector, unknowns: int, r: Vector) -> None:
    """Solve the leading block of `unknowns` rows in place; the rest of r is set to 0."""
    for i in range(unknowns):
        total = r[i]
        for x in range(c.row_start[i], c.diagonal[i]):
            total -= lu[x] * r[c.column[x]]
        r[i] = total
    for i in range(unknowns, len(r)):
        r[i] = 0.0
    for k in range(unknowns):
        i = unknowns - 1 - k
        total = r[i]
        for x in range(c.diagonal[i] + 1, c.row_start[i + 1]):
            total -= lu[x] * r[c.column[x]]
        r[i] = total * lu[c.diagonal[i]]


@njit(**JIT)
def relax(
    c: Circuit,
    d: Devices,
    gates: Vector,
    v: Vector,
    unknowns: int,
    lu: Vector,
    factored: bool,
    tolerance_V: float,
    r: Vector,
    row: Vector,
) -> bool:
    """Bring the first `unknowns` unknown nodes of v to rest; return whether it succeeded.

    v (N,) holds driven nodes and the starting point and is changed in place; lu holds factors from
    an earlier call when `factored`. r (M+1,) and row (M,) are scratch.
    """
    if unknowns == 0:
        return True
    if _newton(c, d, gates, v, unknowns, lu, factored, tolerance_V, r, row):
        return True
    for _ in range(ROUNDS):
        for _ in range(SWEEPS):
            _sweep(c, d, gates, v, unknowns)
        if _newton(c, d, gates, v, unknowns, lu, False, tolerance_V, r, row):
            return True
    return False


@njit(**JIT)
def _newton(
    c: Circuit,
    d: Devices,
    gates: Vector,
    v: Vector,
    unknowns: int,
    lu: Vector,
    factored: bool,
    tolerance_V: float,
    r: Vector,
    row: Vector,
) -> bool:
    previous = np.inf
    renew = not factored
    for _ in range(NEWTON_STEPS):
        if renew:
            assemble(c, d, gates, v, r, lu)
            factorise(c, lu, row)
        else:
            residual(c, d, gates, v, r)
        back_substitute(c, lu, unknowns, r)
        longest = 0.0
        for k in range(unknowns):
            longest = max(longest, abs(r[k]))
        if not longest < np.inf:
            return False
        for k in range(unknowns):
            v[c.order[k]] -= min(max(r[k], -LONGEST_STEP_V), LONGEST_STEP_V)
        contraction = longest / previous
        if longest < tolerance_V:
            return True
        settling = previous < TRUST_CONTRACTION_BELOW_V and contraction < 0.5
        if settling and longest * contraction < 0.5 * tolerance_V:
            return True
        renew = longest > REFACTOR_ABOVE_V if renew else contraction > REFACTOR_CONTRACTION
        previous = longest
    return False


@njit(**JIT)
def _sweep(c: Circuit, d: Devices, gates: Vector, v: Vector, unknowns: int) -> None:
    """Bring each node in turn to rest by bisection between its lowest and highest neighbour."""
    for k in range(unknowns):
        node = c.order[k]
        low, high = np.inf, -np.inf
        for x in range(c.node_start[k], c.node_start[k + 1]):
            e = c.node_edge[x]
            other = v[c.head[e]] if c.tail[e] == node else v[c.tail[e]]
            low, high = min(low, other), max(high, other)
        for _ in range(60):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            if _leaving(c, d, gates, v, k, middle) > 0.0:
                high = middle
            else:
                low = middle
        v[node] = 0.5 * (low + high)


@njit(**JIT)
def _leaving(c: Circuit, d: Devices, gates: Vector, v: Vector, k: int, at: float) -> float:
    """Return the current leaving unknown k if it stood at voltage `at`, in amperes."""
    node = c.order[k]
    total = 0.0
    for x in range(c.node_start[k], c.node_start[k + 1]):
        e = c.node_edge[x]
        if c.tail[e] == node:
            other = v[c.head[e]]
        else:
            other = v[c.tail[e]]
        total += edge_current(d.kind[e], gates[e], d.threshold[e], d.strength[e], at, other)[0]
    return total
