"""Training cycles of a block in one compiled loop.

Each cycle: drive the sources, let the free copy settle, read the outputs, decide nudge and learning
time by the method, let the gates learn while the pulse lasts, then hold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.board import Converters, Edges
from sim_backend.circuit import Circuit
from sim_backend.compilation import JIT_NO_ALLOCATION
from sim_backend.edge_law import Devices
from sim_backend.learning import TOLERANCE_V, Nudged, Scratch, learn
from sim_backend.newton import Vector, copy_into, relax

CONSTANT, FAR_LABEL = 1, 2  # protocols.method.Nudge
PROPORTIONAL_TIME = 1  # protocols.method.Timing
REST, UNCLAMP = 1, 2  # protocols.method.Hinge


class Ports(NamedTuple):
    """Where sources and targets sit: source and target nodes, output and sign of each target."""

    source: NDArray[np.uint32]
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


class Memory(NamedTuple):
    """What the plant remembers per data point: voltages of both copies, factors, whether they are good."""

    free: NDArray[np.float64]
    clamped: NDArray[np.float64]
    lu: NDArray[np.float64]
    factored: NDArray[np.bool_]


class OutputScratch(NamedTuple):
    """Work arrays (T,): outputs as they are and as read, in volts, and which of them rest."""

    true_outputs: Vector
    read_outputs: Vector
    resting: NDArray[np.bool_]


class Trace(NamedTuple):
    """Where a block writes what happened; shapes as in protocols.CycleRecord."""

    free_outputs: NDArray[np.float64]
    clamped_outputs: NDArray[np.float64]
    learning_time: Vector
    start: Vector
    snapshot_gates: NDArray[np.float64]
    snapshot_free: NDArray[np.float64]
    snapshot_clamped: NDArray[np.float64]


@njit(**JIT_NO_ALLOCATION)
def quantise(value: float, step: float) -> float:
    """Round to the nearest multiple of step; step 0 means exact."""
    return step * np.round(value / step) if step > 0.0 else value


@njit(**JIT_NO_ALLOCATION)
def quantise_below(value: float, step: float, cap: float) -> float:
    """Round to the nearest multiple of step that is not above cap; step 0 means exact."""
    rounded: float = quantise(value, step)
    return rounded if rounded <= cap * (1.0 + 1e-9) else max(rounded - step, 0.0)


@njit(**JIT_NO_ALLOCATION)
def drive_sources(ports: Ports, k: Converters, inputs: Vector, v: Vector) -> None:
    """Put the commanded inputs (S,) on the source nodes through the outputs' errors."""
    source, gain, offset = ports.source, k.source_gain, k.source_offset
    for q in range(len(source)):
        volts = gain[q] * quantise(inputs[q], k.source_step) + offset[q]
        v[source[q]] = min(max(volts, 0.0), k.node_max)


@njit(**JIT_NO_ALLOCATION)
def read_target(k: Converters, t: int, volts: float, rng: np.random.Generator) -> float:
    """Return what the converter reads at target t, in volts."""
    value = k.adc_gain[t] * volts + k.adc_offset[t]
    if k.adc_noise > 0.0:
        value += k.adc_noise * rng.standard_normal()
    read: float = quantise(value, k.adc_step)
    return read


@njit(**JIT_NO_ALLOCATION)
def pulse_length(rule: Rule, k: Converters, error: float, wrong: int, rng: np.random.Generator) -> float:
    """Return the learning time for the largest remaining |error| (V), in seconds."""
    if error < rule.dead_band:
        return 0.0
    time = rule.pulse
    if rule.timing == PROPORTIONAL_TIME:
        time = min(rule.pulse * error / rule.reference, rule.max_pulse)
    if rule.normalise:
        time /= max(wrong, 1)
    cap = rule.max_pulse if rule.timing == PROPORTIONAL_TIME else rule.pulse
    time = float(quantise_below(quantise_below(time, rule.step, cap), k.pulse_step, k.pulse_max))
    if time > 0.0 and k.pulse_jitter > 0.0:
        time += k.pulse_jitter * rng.standard_normal()
    return min(max(time, 0.0), k.pulse_max)


@njit(**JIT_NO_ALLOCATION)
def nudge_targets(
    ports: Ports,
    rule: Rule,
    k: Converters,
    labels: Vector,
    true_outputs: Vector,
    read_outputs: Vector,
    resting: NDArray[np.bool_],
    v: Vector,
    n: Nudged,
    rng: np.random.Generator,
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
        base = v[target[t]]
        if k.software_clamp:
            base = read_target(k, t, base, rng)
        n_base[t] = base
        toward[t] = share * displacement + offset
        away[t] = -share * displacement + offset
        follow_gain[t] = share * follow


@njit(**JIT_NO_ALLOCATION)
def run_cycles(
    c: Circuit,
    ports: Ports,
    free: Devices,
    clamped: Devices,
    edges: Edges,
    k: Converters,
    rule: Rule,
    gates: Vector,
    memory: Memory,
    points: NDArray[np.int64],
    inputs: NDArray[np.float64],
    labels: NDArray[np.float64],
    margins: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    snapshots: NDArray[np.int64],
    clock: float,
    n: Nudged,
    s: Scratch,
    work: OutputScratch,
    trace: Trace,
    rng: np.random.Generator,
) -> int:
    """Run every cycle of a block; return −1, or the cycle whose voltages did not settle.

    gates (E,), memory and wrong (P,) change in place; clock is the bench time of the start, in seconds.
    """
    source, target, output, sign = ports.source, ports.target, ports.output, ports.sign
    free_memory, clamped_memory, lu_memory, factored = memory.free, memory.clamped, memory.lu, memory.factored
    free_outputs, clamped_outputs = trace.free_outputs, trace.clamped_outputs
    learning_time, start = trace.learning_time, trace.start
    unknowns = len(c.order)
    outputs = labels.shape[1]
    true_outputs, read_outputs, resting = work.true_outputs, work.read_outputs, work.resting
    taken = 0
    wrong_count = 0
    for p in range(len(wrong)):
        wrong_count += wrong[p]
    for cycle in range(len(points)):
        point = points[cycle]
        v, w, lu = free_memory[point], clamped_memory[point], lu_memory[point]
        drive_sources(ports, k, inputs[cycle], v)
        for q in range(len(source)):
            w[source[q]] = v[source[q]]
        known = factored[point]
        if not relax(c, free, gates, v, unknowns, lu, known, TOLERANCE_V, s.residual, s.row):
            return cycle
        if not known:
            copy_into(w, v)
            factored[point] = True
        true_outputs[:] = 0.0
        read_outputs[:] = 0.0
        for t in range(len(target)):
            volts = v[target[t]]
            true_outputs[output[t]] += sign[t] * volts
            read_outputs[output[t]] += sign[t] * read_target(k, t, volts, rng)
        largest = 0.0
        all_rest = True
        short = False
        for o in range(outputs):
            side = 1.0 if labels[cycle, o] >= 0.0 else -1.0
            past = rule.hinge != 0 and side * read_outputs[o] >= margins[point, o]
            error = abs(labels[cycle, o] - read_outputs[o])
            resting[o] = past
            if not past:
                largest = max(largest, error)
                all_rest = False
            short = short or (not past if rule.hinge != 0 else error > rule.tolerance)
        wrong_count += int(short) - int(wrong[point])
        wrong[point] = short
        time = 0.0
        if all_rest and rule.hinge == UNCLAMP:
            time = pulse_length(rule, k, rule.reference, wrong_count, rng)
        elif not all_rest:
            time = pulse_length(rule, k, largest, wrong_count, rng)
        n.released[0] = all_rest
        nudge_targets(ports, rule, k, labels[cycle], true_outputs, read_outputs, resting, v, n, rng)
        if time > 0.0:
            settled = learn(c, free, clamped, edges, gates, v, w, lu, n, time, s)
        else:  # no pulse, no clamp: both copies stand free
            settled = relax(c, clamped, gates, w, unknowns, lu, True, TOLERANCE_V, s.residual, s.row)
        if not settled:
            return cycle
        for o in range(outputs):
            free_outputs[cycle, o] = read_outputs[o]
            clamped_outputs[cycle, o] = 0.0
        for t in range(len(target)):
            clamped_outputs[cycle, output[t]] += sign[t] * w[target[t]]
        learning_time[cycle] = time
        start[cycle] = clock
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
            gates[e] = max(gates[e] - edges.leak[e] * duration, edges.wall_low)
