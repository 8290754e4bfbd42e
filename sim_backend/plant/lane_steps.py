"""One step of a learning pulse on LANES boards: where it leads, its correction, and what it teaches.

The stages of learning.learn, each one pass over the gates' arrays: what is read from memory sets the pace.
"""

from __future__ import annotations

from numba import njit

from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_APART
from sim_backend.plant.lane_arrays import LaneCopies, LaneEdges, PulseScratch
from sim_backend.plant.lanes import LANES, Lanes
from sim_backend.plant.learning import STEP_ERROR_V, TURNED, WALL_ERROR_V, visits_good_for
from sim_backend.plant.newton import Vector


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
def step_ahead(
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
def step_end(
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
def goes_as_extrapolated(edges: LaneEdges, gates: Lanes, s: LaneCopies, p: PulseScratch) -> bool:
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
    # One board that must be tried decides for the group: out of budget, slopes turned, or not its whole
    # pulse.
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
def note_bend(s: LaneCopies, first: bool, p: PulseScratch) -> None:
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
def judge_steps(gates: Lanes, count: int, shortest: float, hits: int, p: PulseScratch) -> None:
    """Judge the trial steps by Heun's rule: which are taken, and the next step sizes."""
    slope, slope_end, trial, h, change = p.slope, p.slope_end, p.trial, p.h, p.change
    for l in range(LANES):
        if not p.trying[l]:
            continue
        change[l] *= 0.5 * h[l]
        speed = h[l] * p.fastest[l]
        # A gate at its wall bends the course of the others: cut the step there if that is felt; see
        # learning.learn.
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
        # Heun's third-order error from the ratio of correction and step, as in learning.learn.
        error = change[l] * change[l] / (speed + change[l])
        if error > STEP_ERROR_V and h[l] > shortest:
            p.step[l] = h[l] * max(0.2, 0.9 * (STEP_ERROR_V / error) ** (1.0 / 3.0))
            p.taken[l] = 0.0
            continue
        p.step[l] = h[l]
        if h[l] < p.left[l]:  # there is a next step
            p.step[l] = h[l] * min(3.0, 0.9 * (STEP_ERROR_V / (error + 1e-30)) ** (1.0 / 3.0))
