"""The junction diode: Shockley's law with the small conductance SPICE puts beside it, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim_backend.plant.compilation import JIT_NO_ALLOCATION

# k·T/q at 27 °C with the CODATA 2014 constants ngspice 26 to 44 is built with
THERMAL_V = 1.38064852e-23 * 300.15 / 1.6021766208e-19
GMIN_S = 1e-12  # ngspice's default
LARGEST_EXPONENT = 40.0  # straight above: 1.03 V and kiloamperes for an ordinary diode


@njit(**JIT_NO_ALLOCATION)
def diode(a: float, b: float, saturation: float, scale: float) -> tuple[float, float, float]:
    """Return the current from anode a to cathode b and its slopes.

    a, b in volts, saturation current I_s in amperes, scale n·kT/q in volts:
    I = I_s·(exp((a − b)/scale) − 1) + gmin·(a − b), along its tangent above an exponent of 40.
    (In reverse, ngspice comes near −I_s by a cubic rather than the exponential: 5 % of I_s apart at most.)
    """
    drop = a - b
    exponent = drop / scale
    bent = min(exponent, LARGEST_EXPONENT)
    slope = saturation * np.exp(bent) / scale
    current = saturation * np.expm1(bent) + slope * scale * (exponent - bent) + GMIN_S * drop
    slope += GMIN_S
    return current, slope, -slope
