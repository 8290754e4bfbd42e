"""Learning as an ordinary differential equation, for as long as the pulse lasts.

While learning is on both copies stay at rest (their relaxation is far faster) and every gate obeys
dG/dt = α[ΔV_F² − ΔV_C²] + 2α·o·ΔV_F + b (DESIGN §2.3, §2.5), stopped at the walls.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.board_arrays import Edges
from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.learning_arrays import Copies, Nudged, Scratch
from sim_backend.plant.newton import Vector, copy_into, relax

TOLERANCE_V = 1e-8  # of node voltages while learning: moves a gate by 1e-9 V in a pulse of 100 µs
TRIAL_TOLERANCE_V = 1e-6  # at most, at the trial end of a step, which only corrects it
TRIAL_SHARE = 0.3  # of a step's allowed error that the trial's voltages may cause
STEP_ERROR_V = 1e-7  # allowed error of the gates per step of the pulse
EXTRAPOLATION_ERROR_V = 1e-8  # of a step's end, up to which what former visits told may stand for its trial
MOST_VISITS = 20.0  # to a data point without a trial
TURNED = 0.05  # of the largest slope: slopes that have changed this much since the last trial ask for another
WALL_ERROR_V = 3e-6  # allowed error of the other gates when one reaches its wall within a step
SHORTEST_STEP = 1e-3  # of the pulse


@njit(**JIT_INNER)
def extrapolate(order: NDArray[np.uint32], x: Vector, rate: Vector, h: float, start: Vector) -> None:
    """Move the unknowns of x on by h times `rate`, what they did last time; keep where they started.

    A start this near lets one chord step bring them to rest where two were needed.
    """
    for k in range(len(order)):
        start[k] = x[order[k]]
        x[order[k]] += h * rate[k]


@njit(**JIT_INNER)
def record_shift(order: NDArray[np.uint32], x: Vector, start: Vector, h: float, rate: Vector) -> None:
    """Write how far the unknowns of x have moved from their start, per h."""
    for k in range(len(order)):
        rate[k] = (x[order[k]] - start[k]) / h


@njit(**JIT_INNER)
def settle_both(
    c: Circuit,
    free: Devices,
    clamped: Devices,
    gates: Vector,
    s: Copies,
    n: Nudged,
    both: bool,
    tolerance_V: float,
    work: Scratch,
) -> bool:
    """Bring the first copy (if asked) and the clamped copy to rest, their targets held as `n` says."""
    v, w = s.v, s.w
    if both:
        unknowns = len(c.order)
        if n.symmetric and not n.released[0]:
            unknowns = c.interior
            for t in range(len(n.node)):
                v[n.node[t]] = min(max(n.base[t] + n.away[t], n.low), n.high)
        if not relax(c, free, gates, v, unknowns, s.lu_free, tolerance_V, work.residual, work.row):
            return False
    unknowns = len(c.order)
    if not n.released[0]:
        unknowns = c.interior
        if n.follows:
            n.output_now[:] = 0.0
            for t in range(len(n.node)):
                n.output_now[n.output[t]] += n.sign[t] * v[n.node[t]]
        for t in range(len(n.node)):
            held = n.base[t] + n.toward[t]
            if n.follows:
                o = n.output[t]
                moved = n.output_now[o] - n.output_start[o]
                held = v[n.node[t]] + n.toward[t] - n.follow_gain[t] * moved
            w[n.node[t]] = min(max(held, n.low), n.high)
    settled: bool = relax(c, clamped, gates, w, unknowns, s.lu_clamped, tolerance_V, work.residual, work.row)
    return settled


@njit(**JIT_INNER)
def visits_good_for(prediction_error: float, since: float) -> float:
    """Return how many visits can do without a trial after one that surprised by so many volts.

    since: visits before it without one. What is extrapolated goes wrong in proportion to how long ago it was.
    """
    visits = (since + 1.0) * EXTRAPOLATION_ERROR_V / (prediction_error + 1e-30)
    return float(np.floor(min(visits, MOST_VISITS)))


@njit(**JIT_NO_ALLOCATION)
def settle_once(
    c: Circuit, free: Devices, clamped: Devices, gates: Vector, s: Copies, n: Nudged, work: Scratch
) -> bool:
    """Bring both copies to rest for Python; unless both are clamped the first one rests already."""
    settled: bool = settle_both(c, free, clamped, gates, s, n, n.symmetric, TOLERANCE_V, work)
    return settled


@njit(**JIT_INNER, forceinline=True)
def gate_slopes(
    c: Circuit, edges: Edges, gates: Vector, v: Vector, w: Vector, polarity: float, out: Vector
) -> float:
    """Write dG/dt of every gate, in V/s, and return the largest magnitude; 0 where a wall stops it.

    polarity is −1 while the copies have changed roles and the circuit its sign: what the circuit adds
    by itself, bias and offsets, then counts the other way.
    """
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
        slope = rate[e] * (x * x - y * y) + polarity * (offset_rate[e] * x + bias[e] * bias_factor)
        if (slope > 0.0 and gates[e] >= wall_high[e]) or (slope < 0.0 and gates[e] <= wall_low[e]):
            slope = 0.0
        out[e] = slope
        fastest = max(fastest, abs(slope))
    return fastest


@njit(**JIT_INNER)
def learn(
    c: Circuit,
    free: Devices,
    clamped: Devices,
    edges: Edges,
    gates: Vector,
    s: Copies,
    n: Nudged,
    duration: float,
    quickest: float,
    polarity: float,
    work: Scratch,
) -> bool:
    """Move the gates (E,) through one pulse of `duration` seconds, in place; the free copy is at rest.

    Heun steps with the error of a step estimated from how much its slopes change; a step so short
    that Euler is as good is taken as Euler. A pulse of one step need not be tried at every visit: slopes
    bend as they did last time, until they have turned or that has gone wrong before. `quickest` is
    the largest rate α of an edge, in 1/(V·s): an error of 1 V in a node voltage moves a gate by less
    than α·h. polarity: see gate_slopes. Returns whether every state came to rest.
    """
    slope, slope_end, trial = work.slope, work.slope_end, work.trial
    wall_low, wall_high, reuse_budget = edges.wall_low, edges.wall_high, s.reuse_budget
    left = duration
    step = duration
    shortest = SHORTEST_STEP * duration
    both = np.bool_(True)  # with a plain True numba would compile settle_both twice
    # Start: the clamped copy at rest, from where the last two visits to this point lead. Gates have moved
    # little since, so one chord step does where a start from the last visit alone took two (decision 0019).
    extrapolate(c.order, s.w, s.w_shift, 1.0, work.w_start)
    if not settle_both(c, free, clamped, gates, s, n, n.symmetric, TOLERANCE_V, work):
        return False
    record_shift(c.order, s.w, work.w_start, 1.0, s.w_shift)
    fastest = gate_slopes(c, edges, gates, s.v, s.w, polarity, slope)
    while left > 0.0:
        # The rest of the pulse in one step where the step size allows: no sliver of a step is left behind.
        h = min(step, left)
        if h > 0.999 * left:
            h = left
        # Euler's step to the trial end; it will do when it moves no gate by ten allowed errors, for a trial
        # corrects only a part of the move.
        for e in range(len(gates)):
            trial[e] = min(max(gates[e] + h * slope[e], wall_low[e]), wall_high[e])
        worth = h * fastest > 10.0 * STEP_ERROR_V
        # A pulse of one step, and trials of earlier visits are still good for it: the bend they found stands
        # for a new one while the slopes have turned little. The budget bounds what many visits can add up to.
        if worth and h == duration and reuse_budget[0] > 0.0:
            turned = 0.0
            for e in range(len(gates)):
                turned = max(turned, abs(slope[e] - s.slope[e]))
            if turned <= TURNED * fastest:
                worth = False
                reuse_budget[0] -= 1.0
                reuse_budget[1] += 1.0
                for e in range(len(gates)):
                    moved = gates[e] + h * (slope[e] + 0.5 * h * s.bend[e])
                    trial[e] = min(max(moved, wall_low[e]), wall_high[e])
                # Nothing is solved at the end of the pulse: voltages go where the last trial's rates lead.
                extrapolate(c.order, s.v, s.v_rate, h, work.v_start)
                extrapolate(c.order, s.w, s.w_rate, h, work.w_start)
        if worth:
            # The trial end, solved only as well as its correction needs: an error of u volts there moves a
            # gate by less than α·u·h, which may be a share of the step's own error (decision 0009).
            tolerance = min(max(TRIAL_SHARE * STEP_ERROR_V / (h * quickest), TOLERANCE_V), TRIAL_TOLERANCE_V)
            extrapolate(c.order, s.v, s.v_rate, h, work.v_start)
            extrapolate(c.order, s.w, s.w_rate, h, work.w_start)
            if not settle_both(c, free, clamped, trial, s, n, both, tolerance, work):
                return False
            record_shift(c.order, s.v, work.v_start, h, s.v_rate)
            record_shift(c.order, s.w, work.w_start, h, s.w_rate)
            gate_slopes(c, edges, trial, s.v, s.w, polarity, slope_end)
            # How far Heun's end lies from Euler's, at most. A gate that arrives at its wall counts with the
            # slope it had, for the wall, not the network, stops it.
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
                extrapolate(c.order, s.v, s.v_rate, -h, work.v_start)
                extrapolate(c.order, s.w, s.w_rate, -h, work.w_start)
                continue
            # Heun's error is of third order, the correction of second and the step of first: their ratio
            # tells the next one. A step too long is cut and tried again from where it began.
            error = change * change / (h * fastest + change)
            if error > STEP_ERROR_V and h > shortest:
                step = h * max(0.2, 0.9 * (STEP_ERROR_V / error) ** (1.0 / 3.0))
                extrapolate(c.order, s.v, s.v_rate, -h, work.v_start)
                extrapolate(c.order, s.w, s.w_rate, -h, work.w_start)
                continue
            # Taken: Heun's end, and what it teaches the next visits. How far the bend remembered was off says
            # for how many of them the new one may stand; a pulse of several steps teaches nothing.
            for e in range(len(gates)):
                moved = gates[e] + 0.5 * h * (slope[e] + slope_end[e])
                trial[e] = min(max(moved, wall_low[e]), wall_high[e])
            reuse_budget[0] = 0.0
            if h == duration:
                prediction_error = 0.0
                for e in range(len(gates)):
                    bent = (slope_end[e] - slope[e]) / h
                    prediction_error = max(prediction_error, 0.5 * h * h * abs(bent - s.bend[e]))
                    s.slope[e], s.bend[e] = slope[e], bent
                reuse_budget[0], reuse_budget[1] = visits_good_for(prediction_error, reuse_budget[1]), 0.0
            step = h * min(3.0, 0.9 * (STEP_ERROR_V / (error + 1e-30)) ** (1.0 / 3.0))
        # On to the next step of this pulse, both copies at rest at the gates reached.
        copy_into(gates, trial)
        left -= h
        if left > 0.0:
            if not settle_both(c, free, clamped, gates, s, n, both, TOLERANCE_V, work):
                return False
            fastest = gate_slopes(c, edges, gates, s.v, s.w, polarity, slope)
    return True


@njit(**JIT_NO_ALLOCATION)
def learn_once(
    c: Circuit,
    free: Devices,
    clamped: Devices,
    edges: Edges,
    gates: Vector,
    s: Copies,
    n: Nudged,
    duration: float,
    quickest: float,
    polarity: float,
    work: Scratch,
) -> bool:
    """Do what learn does, for Python, and as if never done before at this data point.

    Its own function, for ways in from Python take as long to compile as the work itself.
    """
    s.reuse_budget[0] = 0.0
    settled: bool = learn(c, free, clamped, edges, gates, s, n, duration, quickest, polarity, work)
    return settled
