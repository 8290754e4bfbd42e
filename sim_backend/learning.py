"""Learning as an ordinary differential equation, for as long as the pulse lasts.

While learning is on both copies stay at rest (their relaxation is far faster) and every gate obeys
dG/dt = α[ΔV_F² − ΔV_C²] + 2α·o·ΔV_F + b (DESIGN §2.3, §2.5), stopped at the walls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.board import Edges
from sim_backend.circuit import Circuit
from sim_backend.compilation import JIT_NO_ALLOCATION
from sim_backend.edge_law import Devices
from sim_backend.newton import Vector, copy_into, relax

TOLERANCE_V = 1e-9  # of node voltages while learning
TRIAL_TOLERANCE_V = 1e-7  # of node voltages at the trial end of a step, which only corrects it
STEP_ERROR_V = 1e-7  # allowed error of the gates per step of the pulse
WALL_ERROR_V = 3e-6  # allowed error of the other gates when one reaches its wall within a step
SHORTEST_STEP = 1e-3  # of the pulse


class Scratch(NamedTuple):
    """Work arrays of one thread: residual (M+1,), row (M,), slopes (E,) twice, trial gates (E,)."""

    residual: Vector
    row: Vector
    slope: Vector
    slope_end: Vector
    trial: Vector


class Nudged(NamedTuple):
    """How the targets are held during one pulse, per target node, in volts.

    The clamped copy stands at base + toward and, in a symmetric contrast, the first copy at
    base + away. With `follows` the base is the live free voltage and `toward` changes by
    −follow_gain·(live output − output at the start), as a mixing circuit does. `released[0]` leaves
    the targets of the clamped copy undriven.
    """

    node: NDArray[np.uint32]
    base: Vector
    toward: Vector
    away: Vector
    follow_gain: Vector
    sign: Vector
    output: NDArray[np.uint32]
    output_start: Vector
    output_now: Vector
    follows: bool
    symmetric: bool
    released: NDArray[np.bool_]
    low: float
    high: float


@njit(**JIT_NO_ALLOCATION)
def settle(
    c: Circuit,
    free: Devices,
    clamped: Devices,
    gates: Vector,
    v: Vector,
    w: Vector,
    lu: Vector,
    factored: bool,
    n: Nudged,
    tolerance_V: float,
    s: Scratch,
) -> bool:
    """Bring both copies to rest with the targets held as `n` says; v and w (N,) change in place."""
    unknowns = len(c.order)
    node, base, toward, away, follow_gain = n.node, n.base, n.toward, n.away, n.follow_gain
    sign, output, output_start, output_now = n.sign, n.output, n.output_start, n.output_now
    if n.symmetric and not n.released[0]:
        for t in range(len(node)):
            v[node[t]] = min(max(base[t] + away[t], n.low), n.high)
        if not relax(c, free, gates, v, c.interior, lu, factored, tolerance_V, s.residual, s.row):
            return False
    elif not relax(c, free, gates, v, unknowns, lu, factored, tolerance_V, s.residual, s.row):
        return False
    if n.released[0]:
        settled: bool = relax(c, clamped, gates, w, unknowns, lu, True, tolerance_V, s.residual, s.row)
        return settled
    if n.follows:
        output_now[:] = 0.0
        for t in range(len(node)):
            output_now[output[t]] += sign[t] * v[node[t]]
    for t in range(len(node)):
        held = base[t] + toward[t]
        if n.follows:
            o = output[t]
            held = v[node[t]] + toward[t] - follow_gain[t] * (output_now[o] - output_start[o])
        w[node[t]] = min(max(held, n.low), n.high)
    both: bool = relax(c, clamped, gates, w, c.interior, lu, True, tolerance_V, s.residual, s.row)
    return both


@njit(**JIT_NO_ALLOCATION)
def gate_slopes(c: Circuit, edges: Edges, gates: Vector, v: Vector, w: Vector, out: Vector) -> float:
    """Write dG/dt of every gate, in V/s, and return the largest magnitude; 0 where a wall stops it."""
    tail, head = c.tail, c.head
    rate, bias, offset_rate = edges.rate, edges.bias, edges.offset_rate
    wall_low, wall_high = edges.wall_low, edges.wall_high
    bias_factor = 1.0
    if edges.growth != 0.0:
        total = 0.0
        for e in range(len(out)):
            if rate[e] > 0.0:
                total += gates[e]
        bias_factor = 1.0 + edges.growth * (total - edges.reference)
    fastest = 0.0
    for e in range(len(out)):
        x = v[tail[e]] - v[head[e]]
        y = w[tail[e]] - w[head[e]]
        slope = rate[e] * (x * x - y * y) + offset_rate[e] * x + bias[e] * bias_factor
        if (slope > 0.0 and gates[e] >= wall_high) or (slope < 0.0 and gates[e] <= wall_low):
            slope = 0.0
        out[e] = slope
        fastest = max(fastest, abs(slope))
    return fastest


@njit(**JIT_NO_ALLOCATION)
def learn(
    c: Circuit,
    free: Devices,
    clamped: Devices,
    edges: Edges,
    gates: Vector,
    v: Vector,
    w: Vector,
    lu: Vector,
    n: Nudged,
    duration: float,
    s: Scratch,
) -> bool:
    """Move the gates (E,) through one pulse of `duration` seconds, in place.

    Heun steps with the error of a step estimated from how much its slopes change; a step so short
    that Euler is as good is taken as Euler. Returns whether every state came to rest.
    """
    slope, slope_end, trial = s.slope, s.slope_end, s.trial
    wall_low, wall_high = edges.wall_low, edges.wall_high
    left = duration
    step = duration
    shortest = SHORTEST_STEP * duration
    if not settle(c, free, clamped, gates, v, w, lu, True, n, TOLERANCE_V, s):
        return False
    fastest = gate_slopes(c, edges, gates, v, w, slope)
    while left > 0.0:
        h = min(step, left)
        if h > 0.999 * left:
            h = left
        for e in range(len(gates)):
            trial[e] = min(max(gates[e] + h * slope[e], wall_low), wall_high)
        if h * fastest > 10.0 * STEP_ERROR_V:
            if not settle(c, free, clamped, trial, v, w, lu, True, n, TRIAL_TOLERANCE_V, s):
                return False
            gate_slopes(c, edges, trial, v, w, slope_end)
            change = 0.0
            reach, first_hit = 0.0, h
            for e in range(len(gates)):
                if slope_end[e] == 0.0 and slope[e] != 0.0:  # reaches its wall in this step
                    room = abs(trial[e] - gates[e])
                    reach, first_hit = max(reach, room), min(first_hit, max(room / abs(slope[e]), shortest))
                    slope_end[e] = slope[e]
                change = max(change, 0.5 * h * abs(slope_end[e] - slope[e]))
            # Until it hits, such a gate is off its course by less than its way to the wall; what the
            # others feel of that is as much smaller as their slopes change little in the step.
            if reach * min(1.0, 2.0 * change / (h * fastest)) > WALL_ERROR_V and first_hit < 0.9 * h:
                step = first_hit
                continue
            error = change * change / (h * fastest + change)
            if error > STEP_ERROR_V and h > shortest:
                step = h * max(0.2, 0.9 * (STEP_ERROR_V / error) ** (1.0 / 3.0))
                continue
            for e in range(len(gates)):
                moved = gates[e] + 0.5 * h * (slope[e] + slope_end[e])
                trial[e] = min(max(moved, wall_low), wall_high)
            step = h * min(3.0, 0.9 * (STEP_ERROR_V / (error + 1e-30)) ** (1.0 / 3.0))
        copy_into(gates, trial)
        left -= h
        if left > 0.0:
            if not settle(c, free, clamped, gates, v, w, lu, True, n, TOLERANCE_V, s):
                return False
            fastest = gate_slopes(c, edges, gates, v, w, slope)
    return True
