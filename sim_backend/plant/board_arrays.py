"""What compiled code sees of a board: plain arrays for its edges, its converters and its chances."""

from __future__ import annotations

from typing import NamedTuple

from protocols.block import FloatArray


class Edges(NamedTuple):
    """How gates move: per-edge rates (E,) for compiled code.

    rate α in 1/(V·s), 0 for edges that do not learn, and so are bias in V/s, offset_rate = 2α·o in 1/s,
    leak in V/s and charge in V per learning pulse; lower and upper wall in V; growth in 1/V and
    reference in V of the bias, common to all edges.
    """

    rate: FloatArray
    bias: FloatArray
    offset_rate: FloatArray
    leak: FloatArray
    charge: FloatArray
    wall_low: FloatArray
    wall_high: FloatArray
    growth: float
    reference: float


class Converters(NamedTuple):
    """What stands between numbers and volts: sources, clamps, readings, the pulse.

    source_* (S,), clamp_* and adc_* per target node, volts; steps are quantisation steps, 0 for none.
    """

    source_gain: FloatArray
    source_offset: FloatArray
    source_step: float
    label_step: float
    clamp_gain: FloatArray
    clamp_offset: FloatArray
    adc_gain: FloatArray
    adc_offset: FloatArray
    adc_noise: float
    adc_step: float
    pulse_step: float
    pulse_jitter: float
    pulse_max: float
    overhead: float
    node_max: float
    software_clamp: bool


class Chances(NamedTuple):
    """What happens while cycles run: probabilities per cycle, and the slow drift of all thresholds.

    dropped and late are probabilities, late_by a mean in seconds; the drift is
    drift·sin(2πt/drift_period + drift_phase), in volts, seconds and radians; period 0: none.
    """

    dropped: float
    late: float
    late_by: float
    drift: float
    drift_period: float
    drift_phase: float
