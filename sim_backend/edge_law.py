"""Edge laws: the current through one edge and its slopes, compiled.

Every law returns (I, ∂I/∂V_a, ∂I/∂V_b) for the current from a to b, in amperes and siemens.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim_backend.compilation import JIT_NO_ALLOCATION

RESISTOR = 0
SQUARE_LAW = 1

SATURATION_ONSET_V = 0.096  # published fit: the square law holds down to this overdrive
DECADE_V = 0.1  # below it, one decade of current per 0.1 V of gate voltage
_SLOPE = np.log(10.0) / DECADE_V


@njit(**JIT_NO_ALLOCATION)
def square_law(overdrive: float, a: float, b: float, strength: float) -> tuple[float, float, float]:
    """Return the current of a square-law transistor and its slopes.

    overdrive = gate − threshold, node voltages a and b in volts, strength in A/V². With lo and hi
    the smaller and larger of a, b, δ = hi − lo and u = overdrive − lo (DESIGN §2.2):
    ohmic, u > δ: S(u − δ/2)δ; saturated, 0.096 V < u ≤ δ: S·u²/2; below: from the end of the
    regime above, u₀ = min(δ, 0.096 V), one decade per 0.1 V, S·u₀²/2·10^((u − u₀)/0.1 V).
    The current is continuous everywhere.
    """
    if overdrive > max(a, b):
        current = strength * (overdrive - 0.5 * (a + b)) * (a - b)
        return current, strength * (overdrive - a), -strength * (overdrive - b)
    if a >= b:
        current, to_high, to_low = _pinched_off(overdrive, a, b, strength)
        return current, to_high, to_low
    current, to_high, to_low = _pinched_off(overdrive, b, a, strength)
    return -current, -to_low, -to_high


@njit(**JIT_NO_ALLOCATION)
def _pinched_off(overdrive: float, hi: float, lo: float, strength: float) -> tuple[float, float, float]:
    """Return current from hi to lo and its slopes, saturated or below threshold."""
    u = overdrive - lo
    drop = hi - lo
    if u > SATURATION_ONSET_V:
        return 0.5 * strength * u * u, 0.0, -strength * u
    if drop >= SATURATION_ONSET_V:
        top = SATURATION_ONSET_V
        current = 0.5 * strength * top * top * np.exp(_SLOPE * (u - top))
        return current, 0.0, -_SLOPE * current
    tail = 0.5 * strength * drop * np.exp(_SLOPE * (u - drop))
    return tail * drop, tail * (2.0 - _SLOPE * drop), -2.0 * tail


@njit(**JIT_NO_ALLOCATION)
def edge_current(
    kind: int, gate: float, threshold: float, strength: float, a: float, b: float
) -> tuple[float, float, float]:
    """Return current and slopes of an edge of any kind; a resistor's strength is its conductance."""
    if kind == SQUARE_LAW:
        current, at_a, at_b = square_law(gate - threshold, a, b, strength)
        return current, at_a, at_b
    return strength * (a - b), strength, -strength
