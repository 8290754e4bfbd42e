"""Training cycles of many boards in step: cycle.run_cycles on LANES boards at a time.

Reading, deciding and noise are the functions of cycle.py, board by board; node voltages and learning go in
step. A board that does not settle in step, or learns with its clamps released, is done alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.board import Converters, Edges
from sim_backend.circuit import Circuit
from sim_backend.compilation import JIT_APART, JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.cycle import Noise, OutputScratch, Ports, Rule, decide, quantise
from sim_backend.edge_law import Devices
from sim_backend.lane_learning import (
    LaneCopies,
    LaneEdges,
    LaneNudged,
    PulseScratch,
    foresee,
    learn_lanes,
    remember,
)
from sim_backend.lanes import LANES, LaneDevices, Lanes, LaneScratch, relax_lanes
from sim_backend.learning import TOLERANCE_V, Copies, Nudged, Scratch, learn
from sim_backend.newton import NO_FACTORS, Vector, relax

NEUTRAL_V = 0.2  # where the unknown nodes of a board start that did not settle with the others


class LaneMemory(NamedTuple):
    """What a group remembers per data point: voltages (P, N, L), factors (P, …, L), whether visited (P,).

    Rates (V/s) and shifts (V), both (P, N, L), are those of LaneCopies.
    """

    free: NDArray[np.float64]
    clamped: NDArray[np.float64]
    lu_free: NDArray[np.float64]
    lu_clamped: NDArray[np.float64]
    free_rate: NDArray[np.float64]
    clamped_rate: NDArray[np.float64]
    free_shift: NDArray[np.float64]
    clamped_shift: NDArray[np.float64]
    visited: NDArray[np.bool_]


class LaneConverters(NamedTuple):
    """board.Converters of every board, stacked along the first axis."""

    source_gain: NDArray[np.float64]
    source_offset: NDArray[np.float64]
    source_step: Vector
    label_step: Vector
    clamp_gain: NDArray[np.float64]
    clamp_offset: NDArray[np.float64]
    adc_gain: NDArray[np.float64]
    adc_offset: NDArray[np.float64]
    adc_noise: Vector
    adc_step: Vector
    pulse_step: Vector
    pulse_jitter: Vector
    pulse_max: Vector
    overhead: Vector
    node_max: Vector
    software_clamp: NDArray[np.bool_]


class LaneDrift(NamedTuple):
    """Slow drift of thresholds: amplitude (V), period (s), phase (L,), undrifted thresholds (E, L)."""

    amplitude: Vector
    period: Vector
    phase: Vector
    free: Lanes
    clamped: Lanes


class LaneTrace(NamedTuple):
    """Where a block writes what happened: outputs (n, B, O) in volts, times (n, B) in seconds.

    board (L,): the column of each lane. A group that is not full writes its last board's several times.
    """

    board: NDArray[np.int64]
    free_outputs: NDArray[np.float64]
    clamped_outputs: NDArray[np.float64]
    learning_time: NDArray[np.float64]
    lateness: NDArray[np.float64]


class Alone(NamedTuple):
    """Room for one board taken out of its group."""

    free: Devices
    clamped: Devices
    edges: Edges
    gates: Vector
    copies: Copies
    nudged: Nudged
    scratch: Scratch
    output: OutputScratch


@njit(**JIT_INNER)
def take_out(
    free: LaneDevices,
    clamped: LaneDevices,
    edges: LaneEdges,
    gates: Lanes,
    s: LaneCopies,
    lane: int,
    one: Alone,
) -> None:
    """Copy one board's devices, gates and voltages into `one`; its factors are made anew."""
    for e in range(len(one.gates)):
        one.gates[e] = gates[e, lane]
        one.free.threshold[e], one.free.strength[e] = free.threshold[e, lane], free.strength[e, lane]
        one.clamped.threshold[e], one.clamped.strength[e] = (
            clamped.threshold[e, lane],
            clamped.strength[e, lane],
        )
        one.edges.rate[e], one.edges.bias[e] = edges.rate[e, lane], edges.bias[e, lane]
        one.edges.offset_rate[e] = edges.offset_rate[e, lane]
        one.edges.wall_low[e], one.edges.wall_high[e] = edges.wall_low[e, lane], edges.wall_high[e, lane]
    for i in range(len(one.copies.v)):
        one.copies.v[i], one.copies.w[i] = s.v[i, lane], s.w[i, lane]
    one.copies.lu_free[-1] = NO_FACTORS
    one.copies.lu_clamped[-1] = NO_FACTORS
    for k in range(len(one.copies.w_shift)):
        one.copies.w_shift[k], one.copies.v_rate[k], one.copies.w_rate[k] = 0.0, 0.0, 0.0


@njit(**JIT_INNER)
def put_back(gates: Lanes, s: LaneCopies, lane: int, one: Alone) -> None:
    """Copy one board's gates and voltages back into its group; its factors there are made anew."""
    for e in range(len(one.gates)):
        gates[e, lane] = one.gates[e]
    for i in range(len(one.copies.v)):
        s.v[i, lane], s.w[i, lane] = one.copies.v[i], one.copies.w[i]
    s.lu_free[s.lu_free.shape[0] - 1, lane] = NO_FACTORS
    s.lu_clamped[s.lu_clamped.shape[0] - 1, lane] = NO_FACTORS


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


@njit(**JIT_INNER)
def settle_alone(
    c: Circuit,
    free: LaneDevices,
    clamped: LaneDevices,
    edges: LaneEdges,
    gates: Lanes,
    s: LaneCopies,
    lane: int,
    second: bool,
    one: Alone,
) -> bool:
    """Bring one copy of one board to rest, its targets undriven, from a neutral start."""
    take_out(free, clamped, edges, gates, s, lane, one)
    x = one.copies.w if second else one.copies.v
    for k in range(len(c.order)):
        x[c.order[k]] = NEUTRAL_V
    d = one.clamped if second else one.free
    settled: bool = relax(
        c,
        d,
        one.gates,
        x,
        len(c.order),
        one.copies.lu_free,
        TOLERANCE_V,
        one.scratch.residual,
        one.scratch.row,
    )
    put_back(gates, s, lane, one)
    return settled


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
    one: Alone,
    noise: Noise,
) -> float:
    """Let cycle.decide decide for one board, note its nudge in n, and return its learning time in seconds."""
    for t in range(len(ports.target)):
        one.output.volts[t] = s.v[ports.target[t], lane]
    of_lane = Noise(
        noise.reading[lane], noise.clamp[lane], noise.pulse[lane], noise.dropped[lane], noise.late[lane]
    )
    own = converters_of(k, lane)
    count = wrong_count[lane]
    time, change = decide(
        ports, rule, own, labels, margins, wrong[lane], count, point, one.output, one.nudged, of_lane, cycle
    )
    wrong_count[lane] += change
    for t in range(len(ports.target)):
        n.base[t, lane], n.toward[t, lane] = one.nudged.base[t], one.nudged.toward[t]
        n.away[t, lane], n.follow_gain[t, lane] = one.nudged.away[t], one.nudged.follow_gain[t]
    for o in range(len(labels)):
        n.output_start[o, lane] = one.nudged.output_start[o]
    return float(time)


@njit(**JIT_INNER)
def learn_alone(
    c: Circuit,
    free: LaneDevices,
    clamped: LaneDevices,
    edges: LaneEdges,
    gates: Lanes,
    s: LaneCopies,
    n: LaneNudged,
    lane: int,
    held: bool,
    afresh: bool,
    time: float,
    quickest: float,
    one: Alone,
) -> bool:
    """Give one board its pulse by learning.learn; `held` tells whether its clamps are on.

    afresh: its voltages are not those of its gates, both copies start from a neutral place.
    """
    take_out(free, clamped, edges, gates, s, lane, one)
    m = one.nudged
    if afresh:
        for k in range(len(c.order)):
            one.copies.v[c.order[k]], one.copies.w[c.order[k]] = NEUTRAL_V, NEUTRAL_V
        scratch = one.scratch
        if not m.symmetric and not relax(
            c,
            one.free,
            one.gates,
            one.copies.v,
            len(c.order),
            one.copies.lu_free,
            TOLERANCE_V,
            scratch.residual,
            scratch.row,
        ):
            return False
    m.released[0] = not held
    for t in range(len(n.node)):
        m.base[t], m.toward[t] = n.base[t, lane], n.toward[t, lane]
        m.away[t], m.follow_gain[t] = n.away[t, lane], n.follow_gain[t, lane]
    for o in range(len(m.output_start)):
        m.output_start[o] = n.output_start[o, lane]
    x = one.edges
    own = Edges(
        x.rate,
        x.bias,
        x.offset_rate,
        x.leak,
        x.charge,
        x.wall_low,
        x.wall_high,
        edges.growth[lane],
        edges.reference[lane],
    )
    settled: bool = learn(
        c, one.free, one.clamped, own, one.gates, one.copies, m, time, quickest, 1.0, one.scratch
    )
    put_back(gates, s, lane, one)
    return settled


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
    one: Alone,
    trace: LaneTrace,
    noise: Noise,
) -> int:
    """Run every cycle of a block on a group; return −1, or the cycle in which a board did not settle."""
    unknowns = len(c.order)
    everyone, targets = p.trying, len(ports.target)
    for cycle in range(len(points)):
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
        )
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
            everyone[l] = True
            p.tried[l] = 1.0
        drive_lanes(ports, k, inputs[cycle], s.v, s.w)
        if any_late:
            hold_lanes(edges, gates, p.h)
        foresee(c.order, s.v, s.v_shift, p.tried, p.v_start)
        stuck = relax_lanes(c, free, gates, s.v, unknowns, s.lu_free, everyone, TOLERANCE_V, work)
        if stuck > 0:
            for l in range(LANES):
                if work.going[l] > 0.0 and not settle_alone(c, free, clamped, edges, gates, s, l, False, one):
                    return cycle
        if memory.visited[point]:
            remember(c.order, s.v, p.v_start, p.tried, p.per_h, s.v_shift)
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
                one,
                noise,
            )
            trace.learning_time[cycle, trace.board[l]] = time
            for o in range(labels.shape[1]):
                trace.free_outputs[cycle, trace.board[l], o] = one.output.read_outputs[o]
            p.trying[l] = time <= 0.0  # no pulse, no clamp: both copies stand free
            p.inside[l] = time > 0.0 and not one.nudged.released[0]
            p.active[l] = p.inside[l]
            p.left[l] = time if p.inside[l] else 0.0
        stuck = relax_lanes(c, clamped, gates, s.w, unknowns, s.lu_clamped, p.trying, TOLERANCE_V, work)
        if stuck > 0:
            for l in range(LANES):
                if work.going[l] > 0.0 and not settle_alone(c, free, clamped, edges, gates, s, l, True, one):
                    return cycle
        together = learn_lanes(c, free, clamped, edges, gates, s, n, growing, quickest, work, p)
        for l in range(LANES):
            column = trace.board[l]
            time = trace.learning_time[cycle, column]
            left = p.left[l] if p.inside[l] else time  # the others stopped here when one did not settle
            by_itself = time > 0.0 and not (together and p.inside[l])
            if by_itself and left > 0.0:
                afresh = p.inside[l]
                if not learn_alone(
                    c, free, clamped, edges, gates, s, n, l, p.inside[l], afresh, left, quickest, one
                ):
                    return cycle
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
    return -1
