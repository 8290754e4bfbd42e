"""Training cycles of a block in one compiled loop.

Each cycle: drive the sources, let the free copy settle, read the outputs, decide nudge and learning
time by the method, let the gates learn while the pulse lasts, then hold.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.board_arrays import Converters, Edges
from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_NO_ALLOCATION
from sim_backend.plant.cycle_arrays import (
    Memory,
    NoiseDraws,
    OutputScratch,
    Ports,
    Rule,
    ThresholdDrift,
    Trace,
)
from sim_backend.plant.deciding import decide, quantise
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.learning import TOLERANCE_V, extrapolate, learn, record_shift
from sim_backend.plant.learning_arrays import Copies, Nudged, Scratch
from sim_backend.plant.newton import Vector, copy_into, relax


@njit(**JIT_NO_ALLOCATION)
def drive_sources(ports: Ports, k: Converters, inputs: Vector, v: Vector, w: Vector) -> None:
    """Put the commanded inputs (S,) on the source nodes of both copies through the outputs' errors."""
    source, gain, offset = ports.source, k.source_gain, k.source_offset
    for q in range(len(source)):
        if ports.wired[q]:
            volts = gain[q] * quantise(inputs[q], k.source_step) + offset[q]
            v[source[q]] = min(max(volts, 0.0), k.node_max)
            w[source[q]] = v[source[q]]


@njit(**JIT_NO_ALLOCATION)
def drift_thresholds(drift: ThresholdDrift, clock: float, free: Devices, clamped: Devices) -> None:
    """Set the thresholds of both copies to what they are at bench time `clock`, in seconds."""
    shift = drift.amplitude * np.sin(2.0 * np.pi * clock / drift.period + drift.phase)
    for e in range(len(drift.free)):
        free.threshold[e] = drift.free[e] + shift
        clamped.threshold[e] = drift.clamped[e] + shift


@njit(**JIT_NO_ALLOCATION)
def run_cycles(
    c: Circuit,
    ports: Ports,
    free: Devices,
    clamped: Devices,
    edges: Edges,
    k: Converters,
    drift: ThresholdDrift,
    rule: Rule,
    gates: Vector,
    memory: Memory,
    points: NDArray[np.int64],
    inputs: NDArray[np.float64],
    labels: NDArray[np.float64],
    margins: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    snapshots: NDArray[np.int64],
    first_cycle: int,
    clock: float,
    n: Nudged,
    s: Scratch,
    work: OutputScratch,
    trace: Trace,
    noise: NoiseDraws,
) -> int:
    """Run every cycle of a block; return −1, or the cycle whose voltages did not settle.

    gates (E,), memory and wrong (P,) change in place; clock is the bench time of the start, in seconds.
    """
    target, output, sign = ports.target, ports.output, ports.sign
    learning_time = trace.learning_time
    unknowns = len(c.order)
    outputs = labels.shape[1]
    taken = 0
    wrong_count = np.int64(0)  # a plain 0 has decide compiled twice
    for p in range(len(wrong)):
        wrong_count += wrong[p]
    quickest = 1e-300
    for e in range(len(gates)):
        quickest = max(quickest, edges.rate[e])
    for cycle in range(len(points)):
        point = points[cycle]
        late = noise.late[cycle] if len(noise.late) > 0 else 0.0
        if late > 0.0:
            clock += late
            hold(edges, gates, late)
        if drift.amplitude > 0.0:
            drift_thresholds(drift, clock, free, clamped)
        # Chopping: with roles and sign changed a constant bias counts the other way, and cancels over two
        # turns.
        first, second, polarity = free, clamped, 1.0
        if rule.chop > 0 and ((first_cycle + cycle) // rule.chop) % 2 == 1:  # copies in changed roles
            first, second, polarity = clamped, free, -1.0
        copies = Copies(
            memory.free[point],
            memory.clamped[point],
            memory.lu_free[point],
            memory.lu_clamped[point],
            memory.free_shift[point],
            memory.clamped_shift[point],
            memory.free_rate[point],
            memory.clamped_rate[point],
            memory.slope[point],
            memory.bend[point],
            memory.reuse_budget[point],
        )
        v, w = copies.v, copies.w
        # The free copy at rest, from where the last two visits to this data point lead (decision 0019).
        drive_sources(ports, k, inputs[cycle], v, w)
        extrapolate(c.order, v, copies.v_shift, 1.0, s.v_start)
        if not relax(c, first, gates, v, unknowns, copies.lu_free, TOLERANCE_V, s.residual, s.row):
            return cycle
        if memory.visited[point]:
            record_shift(c.order, v, s.v_start, 1.0, copies.v_shift)
        else:
            memory.visited[point] = True
            copy_into(w, v)
        for t in range(len(target)):
            work.volts[t] = v[target[t]]
        # Read, decide nudge and length of the pulse, and let the gates learn while it lasts.
        time, change = decide(
            ports, rule, k, labels[cycle], margins[point], wrong, wrong_count, point, work, n, noise, cycle
        )
        wrong_count += change
        if time > 0.0:
            settled = learn(c, first, second, edges, gates, copies, n, time, quickest, polarity, s)
            for e in range(len(gates)):
                if edges.charge[e] != 0.0:
                    gates[e] = min(max(gates[e] + edges.charge[e], edges.wall_low[e]), edges.wall_high[e])
        else:  # no pulse, no clamp: both copies stand free
            settled = relax(c, second, gates, w, unknowns, copies.lu_clamped, TOLERANCE_V, s.residual, s.row)
        if not settled:
            return cycle
        for o in range(outputs):
            trace.free_outputs[cycle, o] = work.read_outputs[o]
            trace.clamped_outputs[cycle, o] = 0.0
        for t in range(len(target)):
            trace.clamped_outputs[cycle, output[t]] += sign[t] * w[target[t]]
        learning_time[cycle] = time
        trace.start[cycle] = clock
        trace.lateness[cycle] = late
        if taken < len(snapshots) and snapshots[taken] == cycle:
            copy_into(trace.snapshot_gates[taken], gates)
            copy_into(trace.snapshot_free[taken], v)
            copy_into(trace.snapshot_clamped[taken], w)
            taken += 1
        clock += time + k.overhead
        hold(edges, gates, k.overhead)
    return -1


@njit(**JIT_NO_ALLOCATION)
def hold(edges: Edges, gates: Vector, duration: float) -> None:
    """Let held gates leak for `duration` seconds; the lower wall stops them."""
    for e in range(len(gates)):
        if edges.leak[e] > 0.0:
            gates[e] = max(gates[e] - edges.leak[e] * duration, edges.wall_low[e])
