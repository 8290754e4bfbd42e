"""Arrays of many boards in step: what learning.py holds of one board, with the boards as last axis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_backend.plant.cycle_arrays import OutputScratch
from sim_backend.plant.lanes import Lanes, Mask
from sim_backend.plant.learning_arrays import Nudged
from sim_backend.plant.newton import Vector


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


class LaneMemory(NamedTuple):
    """What a group remembers per data point: voltages (P, N, L), factors (P, …, L), whether visited (P,).

    Rates, shifts (P, N, L), slope, bend (P, E, L) and reuse_budget (P, 2, L) are those of LaneCopies.
    """

    free: NDArray[np.float64]
    clamped: NDArray[np.float64]
    lu_free: NDArray[np.float64]
    lu_clamped: NDArray[np.float64]
    free_rate: NDArray[np.float64]
    clamped_rate: NDArray[np.float64]
    free_shift: NDArray[np.float64]
    clamped_shift: NDArray[np.float64]
    slope: NDArray[np.float64]
    bend: NDArray[np.float64]
    reuse_budget: NDArray[np.float64]
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


class NudgeScratch(NamedTuple):
    """Room for one board while its nudge is decided."""

    nudged: Nudged
    output: OutputScratch
