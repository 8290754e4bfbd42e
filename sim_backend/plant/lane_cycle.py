"""Training cycles of many boards in step: cycle.run_cycles on LANES boards at a time.

Reading, deciding and noise are the functions of cycle.py, board by board; node voltages and learning go in
step. Where boards do not come to rest in step the cycle is left half done: lane_alone.py does those one by
one, and the next call goes on from there. That is rare, and keeps the solver of single boards out of what
is compiled here.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.board_arrays import Converters
from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_APART, JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.plant.cycle_arrays import NoiseDraws, Ports, Rule
from sim_backend.plant.deciding import decide, quantise
from sim_backend.plant.lane_arrays import (
    LaneConverters,
    LaneCopies,
    LaneDrift,
    LaneEdges,
    LaneMemory,
    LaneNudged,
    LaneTrace,
    NudgeScratch,
    PulseScratch,
)
from sim_backend.plant.lane_learning import extrapolate, learn_lanes, record_shift
from sim_backend.plant.lanes import LANES, LaneDevices, Lanes, LaneScratch, relax_lanes
from sim_backend.plant.learning import TOLERANCE_V
from sim_backend.plant.newton import Vector

BEGINNING, DECIDING, LEARNING, LEARNING_RELEASED, ENDING = range(5)  # parts of a cycle


@njit(**JIT_APART)
def copy_lanes(target: Lanes, source: Lanes) -> None:
    """Copy the rows both arrays have."""
    for k in range(source.shape[0]):
        there, here = target[k], source[k]
        for l in range(LANES):
            there[l] = here[l]


@njit(**JIT_INNER, forceinline=True)
def converters_of(k: LaneConverters, lane: int) -> Converters:
    """Return one board's converters out of the stacked ones."""
    return Converters(
        k.source_gain[lane],
        k.source_offset[lane],
        k.source_step[lane],
        k.label_step[lane],
        k.clamp_gain[lane],
        k.clamp_offset[lane],
        k.adc_gain[lane],
        k.adc_offset[lane],
        k.adc_noise[lane],
        k.adc_step[lane],
        k.pulse_step[lane],
        k.pulse_jitter[lane],
        k.pulse_max[lane],
        k.overhead[lane],
        k.node_max[lane],
        k.software_clamp[lane],
    )


@njit(**JIT_APART)
def drive_lanes(ports: Ports, k: LaneConverters, inputs: Vector, v: Lanes, w: Lanes) -> None:
    """Put the commanded inputs (S,) on the source nodes of every board; see cycle.drive_sources."""
    for q in range(len(ports.source)):
        if ports.wired[q]:
            first, second = v[ports.source[q]], w[ports.source[q]]
            for l in range(LANES):
                volts = k.source_gain[l, q] * quantise(inputs[q], k.source_step[l]) + k.source_offset[l, q]
                first[l] = min(max(volts, 0.0), k.node_max[l])
                second[l] = first[l]


@njit(**JIT_APART)
def hold_lanes(edges: LaneEdges, gates: Lanes, duration: Vector) -> None:
    """Let every board's held gates leak for its own duration, in seconds."""
    for e in range(gates.shape[0]):
        gate, leak, low = gates[e], edges.leak[e], edges.wall_low[e]
        for l in range(LANES):
            held = max(gate[l] - leak[l] * duration[l], low[l])
            gate[l] = held if leak[l] > 0.0 else gate[l]


@njit(**JIT_APART)
def charge_lanes(edges: LaneEdges, gates: Lanes, pulse: Vector) -> None:
    """Add the charge a learning pulse injects, on the boards whose pulse was longer than 0 s."""
    for e in range(gates.shape[0]):
        gate, charge, low, high = gates[e], edges.charge[e], edges.wall_low[e], edges.wall_high[e]
        for l in range(LANES):
            moved = min(max(gate[l] + charge[l], low[l]), high[l])
            gate[l] = moved if (charge[l] != 0.0) & (pulse[l] > 0.0) else gate[l]


@njit(**JIT_INNER, forceinline=True)
def decide_lane(
    ports: Ports,
    rule: Rule,
    k: LaneConverters,
    labels: Vector,
    margins: Vector,
    wrong: NDArray[np.bool_],
    wrong_count: NDArray[np.int64],
    point: int,
    lane: int,
    cycle: int,
    s: LaneCopies,
    n: LaneNudged,
    room: NudgeScratch,
    noise: NoiseDraws,
) -> float:
    """Let cycle.decide decide for one board, note its nudge in n, and return its learning time in seconds."""
    for t in range(len(ports.target)):
        room.output.volts[t] = s.v[ports.target[t], lane]
    of_lane = NoiseDraws(
        noise.reading[lane], noise.clamp[lane], noise.pulse[lane], noise.dropped[lane], noise.late[lane]
    )
    own = converters_of(k, lane)
    count = wrong_count[lane]
    time, change = decide(
        ports,
        rule,
        own,
        labels,
        margins,
        wrong[lane],
        count,
        point,
        room.output,
        room.nudged,
        of_lane,
        cycle,
    )
    wrong_count[lane] += change
    for t in range(len(ports.target)):
        n.base[t, lane], n.toward[t, lane] = room.nudged.base[t], room.nudged.toward[t]
        n.away[t, lane], n.follow_gain[t, lane] = room.nudged.away[t], room.nudged.follow_gain[t]
    for o in range(len(labels)):
        n.output_start[o, lane] = room.nudged.output_start[o]
    return float(time)


@njit(**JIT_NO_ALLOCATION)
def run_lanes(
    c: Circuit,
    ports: Ports,
    free: LaneDevices,
    clamped: LaneDevices,
    edges: LaneEdges,
    k: LaneConverters,
    drift: LaneDrift,
    rule: Rule,
    growing: bool,
    charging: bool,
    holding: bool,
    quickest: float,
    gates: Lanes,
    memory: LaneMemory,
    points: NDArray[np.int64],
    inputs: NDArray[np.float64],
    labels: NDArray[np.float64],
    margins: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    wrong_count: NDArray[np.int64],
    clock: Vector,
    n: LaneNudged,
    work: LaneScratch,
    p: PulseScratch,
    room: NudgeScratch,
    trace: LaneTrace,
    noise: NoiseDraws,
    at: NDArray[np.int64],
) -> bool:
    """Run the cycles of a block on a group; return whether all is done.

    at (2,): the cycle and the part of it to begin with, both 0 at first. When boards did not come to rest
    in a part, `at` is set to the part that comes after it: do those boards alone, then call again.
    """
    unknowns, targets = len(c.order), len(ports.target)
    part = at[1]
    for cycle in range(at[0], len(points)):
        at[0] = cycle
        point = points[cycle]
        s = LaneCopies(
            memory.free[point],
            memory.clamped[point],
            memory.lu_free[point],
            memory.lu_clamped[point],
            memory.free_rate[point],
            memory.clamped_rate[point],
            memory.free_shift[point],
            memory.clamped_shift[point],
            memory.slope[point],
            memory.bend[point],
            memory.reuse_budget[point],
        )
        # Part 1, sources: time that is lost before the cycle, drift, the new inputs; then the free copies at
        # rest from where the last two visits to this point lead.
        if part < DECIDING:
            any_late = False
            for l in range(LANES):
                late = noise.late[l, cycle] if noise.late.shape[1] > 0 else 0.0
                trace.lateness[cycle, trace.board[l]] = late
                clock[l] += late
                p.h[l] = late
                any_late = any_late or late > 0.0
                if drift.amplitude[l] > 0.0:
                    angle = 2.0 * np.pi * clock[l] / drift.period[l] + drift.phase[l]
                    shift = drift.amplitude[l] * np.sin(angle)
                    for e in range(gates.shape[0]):
                        free.threshold[e, l] = drift.free[e, l] + shift
                        clamped.threshold[e, l] = drift.clamped[e, l] + shift
                p.inside[l] = True
                p.tried[l] = 1.0
            drive_lanes(ports, k, inputs[cycle], s.v, s.w)
            if any_late:
                hold_lanes(edges, gates, p.h)
            extrapolate(c.order, s.v, s.v_shift, p.tried, p.v_start)
            if relax_lanes(c, free, gates, s.v, unknowns, s.lu_free, p.inside, TOLERANCE_V, work) > 0:
                at[1] = DECIDING
                return False
        # Part 2, deciding: by the single board's own function, board by board, so that a rule stands in one
        # place. Boards that do not learn in this cycle have their clamped copies put to rest here.
        if part < LEARNING:
            if memory.visited[point]:
                record_shift(c.order, s.v, p.v_start, p.tried, p.per_h, s.v_shift)
            else:
                memory.visited[point] = True
                copy_lanes(s.w, s.v)
            for l in range(LANES):
                time = decide_lane(
                    ports,
                    rule,
                    k,
                    labels[cycle],
                    margins[point],
                    wrong,
                    wrong_count,
                    point,
                    l,
                    cycle,
                    s,
                    n,
                    room,
                    noise,
                )
                trace.learning_time[cycle, trace.board[l]] = time
                for o in range(labels.shape[1]):
                    trace.free_outputs[cycle, trace.board[l], o] = room.output.read_outputs[o]
                p.inside[l] = time <= 0.0  # no pulse, no clamp: both copies stand free
                p.released[l] = room.nudged.released[0]
            if relax_lanes(c, clamped, gates, s.w, unknowns, s.lu_clamped, p.inside, TOLERANCE_V, work) > 0:
                at[1] = LEARNING
                return False
        # Parts 3 and 4, the pulses: boards with clamps on, then those with clamps released, for in each solve
        # all boards must have the same unknowns.
        for released in (False, True):
            following = LEARNING_RELEASED + int(released)
            if part >= following:
                continue
            for l in range(LANES):
                time = trace.learning_time[cycle, trace.board[l]]
                p.inside[l] = time > 0.0 and p.released[l] == released
                p.active[l] = p.inside[l]
                p.left[l] = time if p.inside[l] else 0.0
            if not learn_lanes(c, free, clamped, edges, gates, s, n, released, growing, quickest, work, p):
                at[1] = following
                return False
        # What the cycle left: clamped outputs, time, charge injected by the pulse, leak until the next one.
        for l in range(LANES):
            column = trace.board[l]
            time = trace.learning_time[cycle, column]
            for o in range(labels.shape[1]):
                trace.clamped_outputs[cycle, column, o] = 0.0
            for t in range(targets):
                trace.clamped_outputs[cycle, column, ports.output[t]] += (
                    ports.sign[t] * s.w[ports.target[t], l]
                )
            clock[l] += time + k.overhead[l]
            p.h[l] = time
        if charging:
            charge_lanes(edges, gates, p.h)
        if holding:
            hold_lanes(edges, gates, k.overhead)
        part = BEGINNING
    return True
