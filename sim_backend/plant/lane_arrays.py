"""Arrays of many boards in step: what learning.py holds of one board, with the boards as last axis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_backend.plant.lanes import Lanes, Mask


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
