"""Training cycles of a block in one compiled loop.

Each cycle: drive the sources, let the free copy settle, read the outputs, decide nudge and learning
time by the method, let the gates learn while the pulse lasts, then hold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.board_arrays import Converters, Edges
from sim_backend.plant.circuit import Circuit
from sim_backend.plant.compilation import JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.learning import TOLERANCE_V, Copies, Nudged, Scratch, extrapolate, learn, record_shift
from sim_backend.plant.newton import Vector, copy_into, relax

CONSTANT, FAR_LABEL = 1, 2  # protocols.method.Nudge
PROPORTIONAL_TIME = 1  # protocols.method.Timing
REST, UNCLAMP = 1, 2  # protocols.method.Hinge


class Ports(NamedTuple):
    """Nodes of sources and targets, which source wires are on; output, sign and share of each target."""

    source: NDArray[np.uint32]
    wired: NDArray[np.bool_]
    target: NDArray[np.uint32]
    output: NDArray[np.uint32]
    sign: Vector
    share: Vector


class Rule(NamedTuple):
    """A Method as numbers; names and units as in protocols.method."""

    nudge: int
    eta: float
    amplitude: float
    direction: int
    symmetric: bool
    timing: int
    pulse: float
    reference: float
    max_pulse: float
    step: float
    dead_band: float
    normalise: bool
    hinge: int
    tolerance: float
    chop: int


class Memory(NamedTuple):
    """What the plant remembers per data point (P, …): the fields of learning.Copies, and if visited (P,)."""

    free: NDArray[np.float64]
    clamped: NDArray[np.float64]
    lu_free: NDArray[np.float64]
    lu_clamped: NDArray[np.float64]
    free_shift: NDArray[np.float64]
    clamped_shift: NDArray[np.float64]
    free_rate: NDArray[np.float64]
    clamped_rate: NDArray[np.float64]
    slope: NDArray[np.float64]
    bend: NDArray[np.float64]
    reuse_budget: NDArray[np.float64]
    visited: NDArray[np.bool_]


class Noise(NamedTuple):
    """Random numbers of a block, drawn beforehand.

    Standard normal: reading and clamp (n, T), pulse (n,); dropped (n,) tells whether a cycle's reading
    is lost, late (n,) by how many seconds it starts too late. Length 0 where the board has no such noise.
    """

    reading: NDArray[np.float64]
    clamp: NDArray[np.float64]
    pulse: Vector
    dropped: NDArray[np.bool_]
    late: Vector


class Drift(NamedTuple):
    """Slow common drift of all thresholds: amplitude (V), period (s), phase, undrifted thresholds (E,)."""

    amplitude: float
    period: float
    phase: float
    free: Vector
    clamped: Vector


class OutputScratch(NamedTuple):
    """Work arrays: target voltages (T,); outputs (O,) as they are and as read, in volts, and which rest."""

    volts: Vector
    true_outputs: Vector
    read_outputs: Vector
    resting: NDArray[np.bool_]


class Trace(NamedTuple):
    """Where a block writes what happened; shapes as in protocols.CycleRecord."""

    free_outputs: NDArray[np.float64]
    clamped_outputs: NDArray[np.float64]
    learning_time: Vector
    start: Vector
    lateness: Vector
    snapshot_gates: NDArray[np.float64]
    snapshot_free: NDArray[np.float64]
    snapshot_clamped: NDArray[np.float64]


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def quantise(value: float, step: float) -> float:
    """Round to the nearest multiple of step; step 0 means exact."""
    return step * np.rint(value / step) if step > 0.0 else value


@njit(**JIT_INNER, forceinline=True)
def quantise_below(value: float, step: float, cap: float) -> float:
    """Round to the nearest multiple of step that is not above cap; step 0 means exact."""
    rounded: float = quantise(value, step)
    return rounded if rounded <= cap * (1.0 + 1e-9) else max(rounded - step, 0.0)


@njit(**JIT_NO_ALLOCATION)
def drive_sources(ports: Ports, k: Converters, inputs: Vector, v: Vector, w: Vector) -> None:
    """Put the commanded inputs (S,) on the source nodes of both copies through the outputs' errors."""
    source, gain, offset = ports.source, k.source_gain, k.source_offset
    for q in range(len(source)):
        if ports.wired[q]:
            volts = gain[q] * quantise(inputs[q], k.source_step) + offset[q]
            v[source[q]] = min(max(volts, 0.0), k.node_max)
            w[source[q]] = v[source[q]]


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def read_target(k: Converters, t: int, volts: float, noise: float) -> float:
    """Return what the converter reads at target t, in volts; noise is standard normal."""
    read: float = quantise(k.adc_gain[t] * volts + k.adc_offset[t] + k.adc_noise * noise, k.adc_step)
    return read


@njit(**JIT_NO_ALLOCATION)
def drift_thresholds(drift: Drift, clock: float, free: Devices, clamped: Devices) -> None:
    """Set the thresholds of both copies to what they are at bench time `clock`, in seconds."""
    shift = drift.amplitude * np.sin(2.0 * np.pi * clock / drift.period + drift.phase)
    for e in range(len(drift.free)):
        free.threshold[e] = drift.free[e] + shift
        clamped.threshold[e] = drift.clamped[e] + shift


@njit(**JIT_INNER, forceinline=True)
def pulse_length(rule: Rule, k: Converters, error: float, wrong: int, jitter: float) -> float:
    """Return the learning time for the largest remaining |error| (V), in seconds; jitter too."""
    if error < rule.dead_band:
        return 0.0
    time = rule.pulse
    if rule.timing == PROPORTIONAL_TIME:
        time = min(rule.pulse * error / rule.reference, rule.max_pulse)
    if rule.normalise:
        time /= max(wrong, 1)
    cap = rule.max_pulse if rule.timing == PROPORTIONAL_TIME else rule.pulse
    time = float(quantise_below(quantise_below(time, rule.step, cap), k.pulse_step, k.pulse_max))
    if time > 0.0:
        time += jitter
    return min(max(time, 0.0), k.pulse_max)


@njit(**JIT_INNER, forceinline=True)
def nudge_targets(
    ports: Ports,
    rule: Rule,
    k: Converters,
    labels: Vector,
    true_outputs: Vector,
    read_outputs: Vector,
    resting: NDArray[np.bool_],
    volts: Vector,
    n: Nudged,
    noise: Noise,
    cycle: int,
) -> None:
    """Fill in how the targets are held during this pulse."""
    target, output, sign, share_of = ports.target, ports.output, ports.sign, ports.share
    clamp_gain, clamp_offset = k.clamp_gain, k.clamp_offset
    n_base, toward, away, follow_gain = n.base, n.toward, n.away, n.follow_gain
    copy_into(n.output_start, true_outputs)
    for t in range(len(target)):
        o = output[t]
        start = read_outputs[o] if k.software_clamp else true_outputs[o]
        label = quantise(labels[o], k.label_step)
        side = 1.0 if labels[o] >= read_outputs[o] else -1.0
        displacement = rule.eta * (label - start)
        follow = rule.eta
        if rule.nudge == CONSTANT:
            displacement, follow = rule.amplitude * side, 0.0
        elif rule.nudge == FAR_LABEL:
            displacement = rule.eta * (rule.amplitude * side - start)
        offset = clamp_offset[t]
        if resting[o]:
            displacement, follow, offset = 0.0, 0.0, 0.0
        share = sign[t] * share_of[t] * clamp_gain[t] * rule.direction
        base = volts[t]
        if k.software_clamp:
            base = read_target(k, t, base, noise.clamp[cycle, t] if k.adc_noise > 0.0 else 0.0)
        n_base[t] = base
        toward[t] = share * displacement + offset
        away[t] = -share * displacement + offset
        follow_gain[t] = share * follow


@njit(**JIT_INNER, forceinline=True)
def decide(
    ports: Ports,
    rule: Rule,
    k: Converters,
    labels: Vector,
    margins: Vector,
    wrong: NDArray[np.bool_],
    wrong_count: int,
    point: int,
    work: OutputScratch,
    n: Nudged,
    noise: Noise,
    cycle: int,
) -> tuple[float, int]:
    """Read the outputs and decide how the targets are nudged, and for how long.

    Returns the learning time in seconds and by how much the number of wrong points changed.
    work.volts (T,) holds the free targets. A lost reading reads nan: learning stays off, clamps released.
    """
    true_outputs, read_outputs, resting = work.true_outputs, work.read_outputs, work.resting
    true_outputs[:] = 0.0
    read_outputs[:] = 0.0
    for t in range(len(ports.target)):
        o = ports.output[t]
        true_outputs[o] += ports.sign[t] * work.volts[t]
        reading = read_target(k, t, work.volts[t], noise.reading[cycle, t] if k.adc_noise > 0.0 else 0.0)
        read_outputs[o] += ports.sign[t] * reading
    if len(noise.dropped) > 0 and noise.dropped[cycle]:
        read_outputs[:] = np.nan
        n.released[0] = True
        return 0.0, 0
    largest = 0.0
    all_rest = True
    short = False
    for o in range(len(labels)):
        side = 1.0 if labels[o] >= 0.0 else -1.0
        past = rule.hinge != 0 and side * read_outputs[o] >= margins[o]
        error = abs(labels[o] - read_outputs[o])
        resting[o] = past
        if not past:
            largest = max(largest, error)
            all_rest = False
        short = short or (not past if rule.hinge != 0 else error > rule.tolerance)
    change = int(short) - int(wrong[point])
    wrong[point] = short
    jitter = k.pulse_jitter * noise.pulse[cycle] if k.pulse_jitter > 0.0 else 0.0
    time = 0.0
    if all_rest and rule.hinge == UNCLAMP:
        time = pulse_length(rule, k, rule.reference, wrong_count + change, jitter)
    elif not all_rest:
        time = pulse_length(rule, k, largest, wrong_count + change, jitter)
    n.released[0] = all_rest
    nudge_targets(ports, rule, k, labels, true_outputs, read_outputs, resting, work.volts, n, noise, cycle)
    return time, change


@njit(**JIT_NO_ALLOCATION)
def run_cycles(
    c: Circuit,
    ports: Ports,
    free: Devices,
    clamped: Devices,
    edges: Edges,
    k: Converters,
    drift: Drift,
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
    noise: Noise,
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
