"""Learning pulses of many boards in step: learning.learn on LANES boards at a time.

Every board keeps its own step sizes; boards whose pulse is over are left out by a mask. Boards with their
clamps released go through their pulses together, after the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_APART
from sim_backend.plant.lanes import LANES, LaneDevices, Lanes, LaneScratch, Mask, Vector, relax_lanes
from sim_backend.plant.learning import (
    SHORTEST_STEP,
    STEP_ERROR_V,
    TOLERANCE_V,
    TRIAL_SHARE,
    TRIAL_TOLERANCE_V,
    TURNED,
    WALL_ERROR_V,
    visits_good_for,
)


class LaneEdges(NamedTuple):
    """board.Edges of every board: arrays (E, L), growth and reference (L,)."""

    rate: Lanes
    bias: Lanes
    offset_rate: Lanes
    leak: Lanes
    charge: Lanes
    wall_low: Lanes
    wall_high: Lanes
    growth: NDArray[np.float64]
    reference: NDArray[np.float64]


class LaneNudged(NamedTuple):
    """learning.Nudged of every board: arrays (T, L) and (O, L), what all boards share as it is."""

    node: NDArray[np.uint32]
    base: Lanes
    toward: Lanes
    away: Lanes
    follow_gain: Lanes
    sign: NDArray[np.float64]
    output: NDArray[np.uint32]
    output_start: Lanes
    output_now: Lanes
    follows: bool
    symmetric: bool
    low: float
    high: float


class LaneCopies(NamedTuple):
    """State of both copies of every board at one data point: voltages (N, L), factors (…, L).

    Of the last visit to this data point, what the next is extrapolated from: v_rate and w_rate (N, L), in
    V/s, how fast the voltages moved in the pulse; v_shift and w_shift (N, L), in volts, how far they
    had moved since the visit before. slope, bend (E, L) and reuse_budget (2, L): as in learning.Copies.
    """

    v: Lanes
    w: Lanes
    lu_free: Lanes
    lu_clamped: Lanes
    v_rate: Lanes
    w_rate: Lanes
    v_shift: Lanes
    w_shift: Lanes
    slope: Lanes
    bend: Lanes
    reuse_budget: Lanes


class PulseScratch(NamedTuple):
    """Work arrays: slopes and trial gates (E, L), voltages (N, L); times, step sizes and masks (L)."""

    slope: Lanes
    slope_end: Lanes
    trial: Lanes
    left: Lanes
    step: Lanes
    h: Lanes
    fastest: Lanes
    change: Lanes
    growth: Lanes
    taken: Lanes
    tried: Lanes
    per_h: Lanes
    v_start: Lanes
    w_start: Lanes
    active: Mask
    trying: Mask
    inside: Mask
    released: Mask


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
def _bias_growth(edges: LaneEdges, gates: Lanes, growing: bool, growth: Vector) -> None:
    """Write by what factor each board's bias has grown with its gates."""
    for l in range(LANES):
        growth[l] = 1.0
    if growing:
        for l in range(LANES):
            total = 0.0
            for e in range(gates.shape[0]):
                if edges.rate[e, l] > 0.0:
                    total += gates[e, l]
            growth[l] = 1.0 + edges.growth[l] * (total - edges.reference[l])


@njit(**JIT_APART)
def _step_ahead(
    c: Circuit, edges: LaneEdges, gates: Lanes, v: Lanes, w: Lanes, growing: bool, p: PulseScratch
) -> None:
    """Write dG/dt of every gate, in V/s, and where Euler's step of p.h seconds leads; the walls limit both.

    p.fastest becomes each board's largest slope. One pass: what is read from memory sets the pace.
    """
    growth, fastest, h = p.growth, p.fastest, p.h
    slopes, trials = p.slope, p.trial
    _bias_growth(edges, gates, growing, growth)
    for l in range(LANES):
        fastest[l] = 0.0
    for e in range(len(c.tail)):
        free_tail, free_head = v[c.tail[e]], v[c.head[e]]
        held_tail, held_head = w[c.tail[e]], w[c.head[e]]
        rate, offset_rate, bias, gate = edges.rate[e], edges.offset_rate[e], edges.bias[e], gates[e]
        wall_low, wall_high, row, ahead = edges.wall_low[e], edges.wall_high[e], slopes[e], trials[e]
        for l in range(LANES):
            x = free_tail[l] - free_head[l]
            y = held_tail[l] - held_head[l]
            low, high, now = wall_low[l], wall_high[l], gate[l]
            slope = rate[l] * (x * x - y * y) + offset_rate[l] * x + bias[l] * growth[l]
            up = (slope > 0.0) & (now >= high)
            down = (slope < 0.0) & (now <= low)
            slope = 0.0 if up | down else slope
            row[l] = slope
            ahead[l] = min(max(now + h[l] * slope, low), high)
            size = abs(slope)
            fastest[l] = size if size > fastest[l] else fastest[l]


@njit(**JIT_APART)
def _step_end(
    c: Circuit, edges: LaneEdges, gates: Lanes, v: Lanes, w: Lanes, growing: bool, p: PulseScratch
) -> int:
    """Correct the steps of the boards p.tried by their slopes at the trial end; see learning.learn.

    p.trial becomes Heun's end, p.slope_end the slopes there, p.change how much a slope has changed at
    most. Returns how many gates reach a wall in the step: of those the slope at the end does not count.
    """
    growth, change, h, tried = p.growth, p.change, p.h, p.tried
    slopes, ends, trials = p.slope, p.slope_end, p.trial
    _bias_growth(edges, p.trial, growing, growth)
    hits = 0
    for l in range(LANES):
        change[l] = 0.0
    for e in range(len(c.tail)):
        free_tail, free_head = v[c.tail[e]], v[c.head[e]]
        held_tail, held_head = w[c.tail[e]], w[c.head[e]]
        rate, offset_rate, bias, gate = edges.rate[e], edges.offset_rate[e], edges.bias[e], gates[e]
        wall_low, wall_high = edges.wall_low[e], edges.wall_high[e]
        first, end, trial = slopes[e], ends[e], trials[e]
        for l in range(LANES):
            x = free_tail[l] - free_head[l]
            y = held_tail[l] - held_head[l]
            low, high, there, before = wall_low[l], wall_high[l], trial[l], first[l]
            slope = rate[l] * (x * x - y * y) + offset_rate[l] * x + bias[l] * growth[l]
            up = (slope > 0.0) & (there >= high)
            down = (slope < 0.0) & (there <= low)
            slope = 0.0 if up | down else slope
            end[l] = slope
            hit = (slope == 0.0) & (before != 0.0)
            hits += hit
            slope = before if hit else slope
            size = abs(slope - before)
            change[l] = size if size > change[l] else change[l]
            corrected = min(max(gate[l] + 0.5 * h[l] * (before + slope), low), high)
            trial[l] = corrected if tried[l] > 0.0 else there
    return hits


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
def _goes_as_foreseen(edges: LaneEdges, gates: Lanes, s: LaneCopies, p: PulseScratch) -> bool:
    """Correct the steps of the boards p.trying by how slopes bent last time, if that will do for all of them.

    Where one board asks for a trial, all others get it for nothing. See learning.learn.
    """
    turned, tried, left, since = p.change, p.tried, s.reuse_budget[0], s.reuse_budget[1]
    for l in range(LANES):
        turned[l] = 0.0
    for e in range(gates.shape[0]):
        now, then = p.slope[e], s.slope[e]
        for l in range(LANES):
            size = abs(now[l] - then[l])
            turned[l] = size if size > turned[l] else turned[l]
    asking = 0
    for l in range(LANES):
        asks = (left[l] <= 0.0) | (turned[l] > TURNED * p.fastest[l]) | (tried[l] < p.left[l])
        asking += (tried[l] > 0.0) & asks
    if asking > 0:
        return False
    for e in range(gates.shape[0]):
        gate, slope, bend, ahead = gates[e], p.slope[e], s.bend[e], p.trial[e]
        low, high = edges.wall_low[e], edges.wall_high[e]
        for l in range(LANES):
            moved = gate[l] + tried[l] * (slope[l] + 0.5 * tried[l] * bend[l])
            moved = min(max(moved, low[l]), high[l])
            ahead[l] = moved if tried[l] > 0.0 else ahead[l]
    for l in range(LANES):
        left[l] -= 1.0
        since[l] += 1.0
    return True


@njit(**JIT_APART)
def _note_bend(s: LaneCopies, first: bool, p: PulseScratch) -> None:
    """Note how slopes bent on the boards whose pulse was one step that is taken; else there is no telling."""
    prediction_error, h, left, since = p.change, p.h, s.reuse_budget[0], s.reuse_budget[1]
    for l in range(LANES):
        whole = first & (p.tried[l] > 0.0) & (p.taken[l] > 0.0) & (h[l] == p.left[l])
        p.per_h[l] = 1.0 / h[l] if whole else 0.0
        prediction_error[l] = 0.0
    for e in range(s.bend.shape[0]):
        start, end, slope, bend = p.slope[e], p.slope_end[e], s.slope[e], s.bend[e]
        for l in range(LANES):
            stopped = (end[l] == 0.0) & (start[l] != 0.0)  # at a wall
            bent = 0.0 if stopped else (end[l] - start[l]) * p.per_h[l]
            size = 0.5 * h[l] * h[l] * abs(bent - bend[l])
            prediction_error[l] = size if size > prediction_error[l] else prediction_error[l]
            whole = p.per_h[l] > 0.0
            bend[l] = bent if whole else bend[l]
            slope[l] = start[l] if whole else slope[l]
    for l in range(LANES):
        good_for = visits_good_for(prediction_error[l], since[l])
        left[l] = good_for if p.per_h[l] > 0.0 else 0.0
        since[l] = 0.0


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
        longest_step = 0.0
        for l in range(LANES):
            length = min(step[l], left[l])
            length = left[l] if length > 0.999 * left[l] else length
            taken[l] = 1.0 if active[l] else 0.0
            h[l] = length * taken[l]
            longest_step = max(longest_step, h[l])
        _step_ahead(c, edges, gates, s.v, s.w, growing, p)
        heun = 0
        for l in range(LANES):
            worth = h[l] * fastest[l] > 10.0 * STEP_ERROR_V
            trying[l] = worth
            tried[l] = h[l] if worth else 0.0
            heun += worth
        if heun > 0 and first and _goes_as_foreseen(edges, gates, s, p):
            heun = 0
            extrapolate(c.order, s.v, s.v_rate, tried, p.v_start)
            extrapolate(c.order, s.w, s.w_rate, tried, p.w_start)
        if heun > 0:
            tolerance = TRIAL_SHARE * STEP_ERROR_V / (longest_step * quickest)
            tolerance = min(max(tolerance, TOLERANCE_V), TRIAL_TOLERANCE_V)
            extrapolate(c.order, s.v, s.v_rate, tried, p.v_start)
            extrapolate(c.order, s.w, s.w_rate, tried, p.w_start)
            if not settle_both(c, free, clamped, trials, s, n, released, both, trying, tolerance, work):
                return False
            record_shift(c.order, s.v, p.v_start, tried, p.per_h, s.v_rate)
            record_shift(c.order, s.w, p.w_start, tried, p.per_h, s.w_rate)
            hits = _step_end(c, edges, gates, s.v, s.w, growing, p)
            _judge(gates, len(c.tail), shortest, hits, p)
            _note_bend(s, first, p)
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
        if going > 0 and not settle_both(
            c, free, clamped, gates, s, n, released, both, active, TOLERANCE_V, work
        ):
            return False
    return True


@njit(**JIT_APART)
def _judge(gates: Lanes, count: int, shortest: float, hits: int, p: PulseScratch) -> None:
    """Judge the trial steps by Heun's rule: which are taken, and the next step sizes."""
    slope, slope_end, trial, h, change = p.slope, p.slope_end, p.trial, p.h, p.change
    for l in range(LANES):
        if not p.trying[l]:
            continue
        change[l] *= 0.5 * h[l]
        speed = h[l] * p.fastest[l]
        if hits > 0:
            reach, first_hit = 0.0, h[l]
            for e in range(count):
                if slope_end[e, l] == 0.0 and slope[e, l] != 0.0:  # reaches its wall in this step
                    room = abs(trial[e, l] - gates[e, l])
                    reach = max(reach, room)
                    first_hit = min(first_hit, max(room / abs(slope[e, l]), shortest))
            if reach * min(1.0, 2.0 * change[l] / speed) > WALL_ERROR_V and first_hit < 0.9 * h[l]:
                p.step[l], p.taken[l] = first_hit, 0.0
                continue
        error = change[l] * change[l] / (speed + change[l])
        if error > STEP_ERROR_V and h[l] > shortest:
            p.step[l] = h[l] * max(0.2, 0.9 * (STEP_ERROR_V / error) ** (1.0 / 3.0))
            p.taken[l] = 0.0
            continue
        p.step[l] = h[l]
        if h[l] < p.left[l]:  # there is a next step
            p.step[l] = h[l] * min(3.0, 0.9 * (STEP_ERROR_V / (error + 1e-30)) ** (1.0 / 3.0))
