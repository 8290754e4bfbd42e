"""The square law and its slopes, on whole arrays: what the edge fit believes a transistor does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray

ONSET_V = 0.096  # overdrive below which the square law ends
DECADE_V = 0.1  # gate voltage per decade of current below it
_SLOPE = float(np.log(10.0)) / DECADE_V

SUB_THRESHOLD, SATURATED, OHMIC = 1, 2, 3


class UnitCurrents(NamedTuple):
    """Current from a to b per unit of strength, in V², and its slopes by overdrive, a and b, in V."""

    current: FloatArray
    by_overdrive: FloatArray
    by_a: FloatArray
    by_b: FloatArray


def unit_currents(overdrive: FloatArray, a: FloatArray, b: FloatArray) -> UnitCurrents:
    """Return I/S of square-law transistors and its slopes; overdrive = gate − threshold, all in volts.

    Arrays of one shape. DESIGN §2.2: ohmic, saturated, and one decade per 0.1 V below; continuous.
    """
    od, a, b = np.broadcast_arrays(overdrive, a, b)
    high, low = np.maximum(a, b), np.minimum(a, b)
    drop, u = high - low, od - low
    kind = regimes(od, a, b)
    top = np.minimum(drop, ONSET_V)
    tail = 0.5 * top**2 * np.exp(_SLOPE * np.minimum(u - top, 0.0))
    wide = drop >= ONSET_V
    choices = [kind == OHMIC, kind == SATURATED]
    current = np.select(choices, [(u - 0.5 * drop) * drop, 0.5 * u * u], tail)
    by_overdrive = np.select(choices, [drop, u], _SLOPE * tail)
    narrow_high = np.divide(2.0 * tail, drop, out=np.zeros_like(tail), where=drop > 0) - _SLOPE * tail
    by_high = np.select(choices, [od - high, np.zeros_like(u)], np.where(wide, 0.0, narrow_high))
    narrow_low = -np.divide(2.0 * tail, drop, out=np.zeros_like(tail), where=drop > 0)
    by_low = np.select(choices, [low - od, -u], np.where(wide, -_SLOPE * tail, narrow_low))
    sign = np.where(a >= b, 1.0, -1.0)
    forward = a >= b
    return UnitCurrents(
        sign * current,
        sign * by_overdrive,
        np.where(forward, by_high, -by_low),
        np.where(forward, by_low, -by_high),
    )


def regimes(overdrive: FloatArray, a: FloatArray, b: FloatArray) -> NDArray[np.int64]:
    """Return the regime of each transistor: 3 ohmic, 2 saturated, 1 below threshold."""
    high, low = np.maximum(a, b), np.minimum(a, b)
    saturated = np.where(overdrive - low > ONSET_V, SATURATED, SUB_THRESHOLD)
    kinds: NDArray[np.int64] = np.where(overdrive > high, OHMIC, saturated)
    return kinds
