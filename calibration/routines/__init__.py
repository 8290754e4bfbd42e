"""The calibration routines, by name."""

from __future__ import annotations

from datetime import timedelta

from calibration.routine import Routine
from calibration.routines.clamp import calibrate_clamp
from calibration.routines.converters import calibrate_adc, calibrate_dac
from calibration.routines.edges import calibrate_edges
from calibration.routines.gates import calibrate_gates
from calibration.routines.learning import calibrate_bias, calibrate_learning_rate
from calibration.routines.timing import calibrate_timing
from calibration.routines.wiring import calibrate_wiring

_DAY = timedelta(days=1)

ROUTINES: dict[str, Routine] = {
    r.name: r
    for r in (
        Routine("wiring", "which wire goes where", _DAY, calibrate_wiring),
        Routine("dac", "offset, gain and steps of the sources", 30 * _DAY, calibrate_dac),
        Routine("adc", "offset, gain and noise of the target readings", 30 * _DAY, calibrate_adc),
        Routine("timing", "pulse length asked for and given", 30 * _DAY, calibrate_timing),
        Routine("edges", "threshold and strength of both copies", 7 * _DAY, calibrate_edges),
        Routine("gates", "reset, walls, leak, charge per pulse, read-out", 7 * _DAY, calibrate_gates),
        Routine("clamp", "nudge achieved and clamp offset", 7 * _DAY, calibrate_clamp),
        Routine("learning-rate", "learning rate of every edge", 7 * _DAY, calibrate_learning_rate),
        Routine("bias", "bias and contrast offset of every edge", _DAY, calibrate_bias),
    )
}
