"""What is done with the readings of a cycle: how the targets are nudged, and for how long.

The compiled form of protocols.cycle_rules, with the converters' errors; single boards and lanes use it alike.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.board_arrays import Converters
from sim_backend.plant.compilation import JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.plant.cycle_arrays import NoiseDraws, OutputScratch, Ports, Rule
from sim_backend.plant.learning_arrays import Nudged
from sim_backend.plant.newton import Vector, copy_into

CONSTANT, FAR_LABEL = 1, 2  # protocols.method.Nudge
PROPORTIONAL_TIME = 1  # protocols.method.Timing
REST, UNCLAMP = 1, 2  # protocols.method.Hinge


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def quantise(value: float, step: float) -> float:
    """Round to the nearest multiple of step; step 0 means exact."""
    return step * np.rint(value / step) if step > 0.0 else value


@njit(**JIT_INNER, forceinline=True)
def quantise_below(value: float, step: float, cap: float) -> float:
    """Round to the nearest multiple of step that is not above cap; step 0 means exact."""
    rounded: float = quantise(value, step)
    return rounded if rounded <= cap * (1.0 + 1e-9) else max(rounded - step, 0.0)


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def read_target(k: Converters, t: int, volts: float, noise: float) -> float:
    """Return what the converter reads at target t, in volts; noise is standard normal."""
    read: float = quantise(k.adc_gain[t] * volts + k.adc_offset[t] + k.adc_noise * noise, k.adc_step)
    return read


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
    noise: NoiseDraws,
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
    noise: NoiseDraws,
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
