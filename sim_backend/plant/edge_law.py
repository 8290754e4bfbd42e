"""Edge laws: the current through one edge and its slopes, compiled.

Every law returns (I, ∂I/∂V_a, ∂I/∂V_b) for the current from a to b, in amperes and siemens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim_backend.plant.compilation import JIT_INNER, JIT_NO_ALLOCATION
from sim_backend.plant.diode import diode
from sim_backend.plant.level1 import level1

RESISTOR = 0  # strength: conductance
SQUARE_LAW = 1  # strength: S
LEVEL1 = 2  # strength: beta; more: gamma, phi, lambda, resistance at the tail, at the head
DIODE = 3  # more: saturation current, n·kT/q; the tail is the anode

PARAMETERS = 6  # columns of Devices.more

SATURATION_ONSET_V = 0.096  # published fit: the square law holds down to this overdrive
DECADE_V = 0.1  # below it, one decade of current per 0.1 V of gate voltage
_SLOPE = np.log(10.0) / DECADE_V


class Devices(NamedTuple):
    """The devices of one copy, per edge (E,) and per node (N,).

    kind; threshold in volts; strength in A/V², or siemens for a resistor; more (E, PARAMETERS): what
    else a law needs, in the order its kind documents; leak (N,) in siemens: conductance of every node
    to ground, looked at only when `leaks`.
    """

    kind: NDArray[np.uint8]
    threshold: NDArray[np.float64]
    strength: NDArray[np.float64]
    more: NDArray[np.float64]
    leak: NDArray[np.float64]
    leaks: bool


@njit(**JIT_NO_ALLOCATION, forceinline=True)
def square_law(overdrive: float, a: float, b: float, strength: float) -> tuple[float, float, float]:
    """Return the current of a square-law transistor and its slopes.

    overdrive = gate − threshold, node voltages a and b in volts, strength in A/V². With lo and hi
    the smaller and larger of a, b, δ = hi − lo and u = overdrive − lo (DESIGN §2.2):
    ohmic, u > δ: S(u − δ/2)δ; saturated, 0.096 V < u ≤ δ: S·u²/2; below: from the end of the
    regime above, u₀ = min(δ, 0.096 V), one decade per 0.1 V, S·u₀²/2·10^((u − u₀)/0.1 V).
    The current is continuous everywhere.

    Ohmic and saturated are one expression, S/2·(B² − A²) with A, B the overdrive against either end or
    0: the processor has fewer turns to guess, and guessing wrong costs more than the arithmetic.
    """
    over_a, over_b = overdrive - a, overdrive - b
    u, against_high = max(over_a, over_b), min(over_a, over_b)
    if u > SATURATION_ONSET_V or against_high > 0.0:
        end_a, end_b = max(over_a, 0.0), max(over_b, 0.0)
        drop = a - b if against_high > 0.0 else end_b - end_a
        current = 0.5 * strength * drop * (end_a + end_b)
        return current, strength * end_a, -strength * end_b
    drop = u - against_high
    top = min(drop, SATURATION_ONSET_V)
    half = 0.5 * strength * top * np.exp(_SLOPE * (u - top))
    current = half * top
    pinched = drop >= SATURATION_ONSET_V  # the drain pulls on nothing
    to_high = 0.0 if pinched else half * (2.0 - _SLOPE * drop)
    to_low = -_SLOPE * current if pinched else -2.0 * half
    if a >= b:
        return current, to_high, to_low
    return -current, -to_low, -to_high


# Inlined by force: with the rarer laws in it LLVM would not, and the static solve would take twice as long.
@njit(**JIT_NO_ALLOCATION, forceinline=True)
def edge_current(d: Devices, e: int, gate: float, a: float, b: float) -> tuple[float, float, float]:
    """Return current and slopes of edge e, whatever its kind; a resistor's strength is its conductance."""
    kind, strength = d.kind[e], d.strength[e]
    if kind == SQUARE_LAW:
        current, at_a, at_b = square_law(gate - d.threshold[e], a, b, strength)
        return current, at_a, at_b
    if kind == RESISTOR:
        return strength * (a - b), strength, -strength
    m = d.more
    current, at_a, at_b = _rarer_current(
        kind, gate, a, b, d.threshold[e], strength, m[e, 0], m[e, 1], m[e, 2], m[e, 3], m[e, 4]
    )
    return current, at_a, at_b


@njit(**JIT_INNER)
def _rarer_current(
    kind: int,
    gate: float,
    a: float,
    b: float,
    threshold: float,
    strength: float,
    more_0: float,
    more_1: float,
    more_2: float,
    more_3: float,
    more_4: float,
) -> tuple[float, float, float]:
    """Return current and slopes of an edge that is neither resistor nor square law."""
    if kind == LEVEL1:
        current, at_a, at_b = level1(gate, a, b, threshold, strength, more_0, more_1, more_2, more_3, more_4)
        return current, at_a, at_b
    current, at_a, at_b = diode(a, b, more_0, more_1)
    return current, at_a, at_b
