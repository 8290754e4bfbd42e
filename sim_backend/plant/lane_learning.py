"""Learning pulses of many boards in step: learning.learn on LANES boards at a time.

Every board keeps its own step sizes; boards whose pulse is over are left out by a mask. Boards with their
clamps released go through their pulses together, after the others.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_APART
from sim_backend.plant.lane_arrays import LaneCopies, LaneEdges, LaneNudged, PulseScratch
from sim_backend.plant.lane_steps import goes_as_extrapolated, judge_steps, note_bend, step_ahead, step_end
from sim_backend.plant.lanes import LANES, LaneDevices, Lanes, LaneScratch, Mask, relax_lanes
from sim_backend.plant.learning import (
    SHORTEST_STEP,
    STEP_ERROR_V,
    TOLERANCE_V,
    TRIAL_SHARE,
    TRIAL_TOLERANCE_V,
)
from sim_backend.plant.newton import Vector


@njit(**JIT_APART)
def settle_both(
    c: Circuit,
    free: LaneDevices,
    clamped: LaneDevices,
    gates: Lanes,
    s: LaneCopies,
    n: LaneNudged,
    released: bool,
    first: bool,
    active: Mask,
    tolerance_V: float,
    work: LaneScratch,
) -> bool:
    """Bring the first copy (if asked) and the clamped copy of the active boards to rest.

    Their targets are held as `n` says, or not at all when `released`.
    """
    v, w = s.v, s.w
    if first:
        unknowns = len(c.order)
        if n.symmetric and not released:
            unknowns = c.interior
            for t in range(len(n.node)):
                for l in range(LANES):
                    if active[l]:
                        v[n.node[t], l] = min(max(n.base[t, l] + n.away[t, l], n.low), n.high)
        if relax_lanes(c, free, gates, v, unknowns, s.lu_free, active, tolerance_V, work) > 0:
            return False
    if released:
        all_nodes = len(c.order)
        return bool(
            relax_lanes(c, clamped, gates, w, all_nodes, s.lu_clamped, active, tolerance_V, work) == 0
        )
    if n.follows:
        for o in range(n.output_now.shape[0]):
            for l in range(LANES):
                n.output_now[o, l] = 0.0
        for t in range(len(n.node)):
            for l in range(LANES):
                n.output_now[n.output[t], l] += n.sign[t] * v[n.node[t], l]
    for t in range(len(n.node)):
        o, node = n.output[t], n.node[t]
        for l in range(LANES):
            held = n.base[t, l] + n.toward[t, l]
            if n.follows:
                moved = n.output_now[o, l] - n.output_start[o, l]
                held = v[node, l] + n.toward[t, l] - n.follow_gain[t, l] * moved
            if active[l]:
                w[node, l] = min(max(held, n.low), n.high)
    stuck = relax_lanes(c, clamped, gates, w, c.interior, s.lu_clamped, active, tolerance_V, work)
    return bool(stuck == 0)


@njit(**JIT_APART)
def extrapolate(order: NDArray[np.uint32], x: Lanes, rate: Lanes, h: Vector, start: Lanes) -> None:
    """Move the unknown voltages x (N, L) on by h (L,) times what they did last time; keep the start."""
    for k in range(len(order)):
        volts, speed, before = x[order[k]], rate[order[k]], start[order[k]]
        for l in range(LANES):
            before[l] = volts[l]
            volts[l] += h[l] * speed[l]


@njit(**JIT_APART)
def record_shift(
    order: NDArray[np.uint32], x: Lanes, start: Lanes, h: Vector, per_h: Vector, rate: Lanes
) -> None:
    """Write how far the unknown voltages moved per h, on the boards whose h is above 0; per_h is scratch."""
    for l in range(LANES):
        per_h[l] = 1.0 / max(h[l], 1e-30)
    for k in range(len(order)):
        volts, speed, before = x[order[k]], rate[order[k]], start[order[k]]
        for l in range(LANES):
            found = (volts[l] - before[l]) * per_h[l]
            speed[l] = found if h[l] > 0.0 else speed[l]


@njit(**JIT_APART)
def learn_lanes(
    c: Circuit,
    free: LaneDevices,
    clamped: LaneDevices,
    edges: LaneEdges,
    gates: Lanes,
    s: LaneCopies,
    n: LaneNudged,
    released: bool,
    growing: bool,
    quickest: float,
    work: LaneScratch,
    p: PulseScratch,
) -> bool:
    """Move the gates of the boards p.active through pulses of p.left seconds, in place; see learning.learn.

    released: the targets of all of them are undriven.
    Voltages start from where the last visit to this data point lets one extrapolate them, so that one chord
    step usually brings them to rest. Returns False when some board did not come to rest; its state is then
    not to be used.
    """
    h, left, step, taken, tried = p.h, p.left, p.step, p.taken, p.tried
    active, trying, fastest, trials = p.active, p.trying, p.fastest, p.trial
    first = True
    going = 0
    longest_pulse = 0.0
    for l in range(LANES):
        step[l] = left[l]
        going += active[l]
        longest_pulse = max(longest_pulse, left[l])
    if going == 0:
        return True
    # Start, as in learning.learn: the clamped copies at rest, from where the last two visits lead.
    shortest = SHORTEST_STEP * longest_pulse
    both = np.bool_(True)  # with a plain True numba would compile settle_both twice
    for l in range(LANES):
        tried[l] = 1.0 if active[l] else 0.0
    extrapolate(c.order, s.w, s.w_shift, tried, p.w_start)
    if not settle_both(
        c, free, clamped, gates, s, n, released, n.symmetric and not released, active, TOLERANCE_V, work
    ):
        return False
    record_shift(c.order, s.w, p.w_start, tried, p.per_h, s.w_shift)
    while going > 0:
        # Each board has its own step; one without a pulse, or at its end, takes one of 0 s and so stays as it
        # is.
        longest_step = 0.0
        for l in range(LANES):
            length = min(step[l], left[l])
            length = left[l] if length > 0.999 * left[l] else length
            taken[l] = 1.0 if active[l] else 0.0
            h[l] = length * taken[l]
            longest_step = max(longest_step, h[l])
        step_ahead(c, edges, gates, s.v, s.w, growing, p)
        # Boards that move little are content with Euler's step, the others ask for a trial.
        heun = 0
        for l in range(LANES):
            worth = h[l] * fastest[l] > 10.0 * STEP_ERROR_V
            trying[l] = worth
            tried[l] = h[l] if worth else 0.0
            heun += worth
        # What earlier visits found stands for the trial if it does for every board: when one needs the solve,
        # the others get theirs in the same loops for nothing.
        if heun > 0 and first and goes_as_extrapolated(edges, gates, s, p):
            heun = 0
            extrapolate(c.order, s.v, s.v_rate, tried, p.v_start)
            extrapolate(c.order, s.w, s.w_rate, tried, p.w_start)
        if heun > 0:
            # One tolerance for all: the strictest, of the longest step.
            tolerance = TRIAL_SHARE * STEP_ERROR_V / (longest_step * quickest)
            tolerance = min(max(tolerance, TOLERANCE_V), TRIAL_TOLERANCE_V)
            extrapolate(c.order, s.v, s.v_rate, tried, p.v_start)
            extrapolate(c.order, s.w, s.w_rate, tried, p.w_start)
            if not settle_both(c, free, clamped, trials, s, n, released, both, trying, tolerance, work):
                return False
            record_shift(c.order, s.v, p.v_start, tried, p.per_h, s.v_rate)
            record_shift(c.order, s.w, p.w_start, tried, p.per_h, s.w_rate)
            hits = step_end(c, edges, gates, s.v, s.w, growing, p)
            judge_steps(gates, len(c.tail), shortest, hits, p)
            note_bend(s, first, p)
        # Take the steps that were good; the others go back to their gates and try the shorter step just set.
        first = False
        going = 0
        for l in range(LANES):
            left[l] -= taken[l] * h[l]
            active[l] = active[l] & (left[l] > 0.0)
            going += active[l]
        for e in range(len(c.tail)):
            now, ahead = gates[e], trials[e]
            for l in range(LANES):
                kept, moved = now[l], ahead[l]
                now[l] = moved if taken[l] > 0.0 else kept
        # Who goes on needs both copies at rest at its gates, after a step refused as after a step taken.
        if going > 0 and not settle_both(
            c, free, clamped, gates, s, n, released, both, active, TOLERANCE_V, work
        ):
            return False
    return True
