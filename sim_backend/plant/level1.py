"""SPICE LEVEL=1 n-MOS (Shichman–Hodges) with body effect and series resistances, compiled.

The equations are those of ngspice's mos1load.c at 27 °C, with the bulk at 0 V. Its two bulk
junctions are not in here: for nodes at or above 0 V they only leak, see laws.Level1.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim_backend.plant.compilation import JIT_INNER, JIT_NO_ALLOCATION

STEPS = 60
SMALL_STEP = 1e-9  # of the current: Newton's next error is of the order of its square
SMALL_STEP_A = 1e-17  # what round-off in the node voltages makes of the current


@njit(**JIT_NO_ALLOCATION)
def level1(
    gate: float,
    a: float,
    b: float,
    vto: float,
    beta: float,
    gamma: float,
    phi: float,
    modulation: float,
    r_tail: float,
    r_head: float,
) -> tuple[float, float, float]:
    """Return the current of a LEVEL=1 transistor and its slopes, seen from outside its resistances.

    gate, a (drain) and b (source) in volts, vto and phi in volts, beta = kp·W/L in A/V², gamma in √V,
    modulation (SPICE's lambda) in 1/V, r_tail and r_head in ohm. The current solves
    I = f(a − r_tail·I, b + r_head·I), f the channel. f rises with a and falls with b, so I − f rises
    at least as fast as I: there is one root, between 0 and f(a, b), and Newton on it is safe.
    """
    root_phi = np.sqrt(phi)
    current, below, above = 0.0, 0.0, 0.0
    at_a, at_b, stiffness = 0.0, 0.0, 1.0
    for k in range(STEPS):
        wanted, at_a, at_b = _channel(
            gate, a - r_tail * current, b + r_head * current, vto, beta, gamma, phi, root_phi, modulation
        )
        stiffness = 1.0 + r_tail * at_a - r_head * at_b
        step = (wanted - current) / stiffness
        if k == 0:
            below, above = min(0.0, wanted), max(0.0, wanted)
        elif wanted > current:
            below = current
        else:
            above = current
        current += step
        if abs(step) <= SMALL_STEP * abs(current) + SMALL_STEP_A:
            break
        if current < below or current > above:
            current = 0.5 * (below + above)
    return current, at_a / stiffness, at_b / stiffness


@njit(**JIT_INNER)
def _channel(
    gate: float,
    drain: float,
    source: float,
    vto: float,
    beta: float,
    gamma: float,
    phi: float,
    root_phi: float,
    modulation: float,
) -> tuple[float, float, float]:
    """Return the channel's current and slopes; with drain below source the two change places."""
    if drain >= source:
        current, at_drain, at_source = _forward(
            gate, drain, source, vto, beta, gamma, phi, root_phi, modulation
        )
        return current, at_drain, at_source
    current, at_source, at_drain = _forward(gate, source, drain, vto, beta, gamma, phi, root_phi, modulation)
    return -current, -at_drain, -at_source


@njit(**JIT_INNER)
def _forward(
    gate: float,
    hi: float,
    lo: float,
    vto: float,
    beta: float,
    gamma: float,
    phi: float,
    root_phi: float,
    modulation: float,
) -> tuple[float, float, float]:
    """Return current from hi to lo and its slopes: cut off, saturated or ohmic (mos1load.c)."""
    if lo >= 0.0:
        depletion = np.sqrt(phi + lo)
        widening = 0.5 / depletion
    else:  # ngspice goes on along the tangent, down to zero
        depletion = root_phi + 0.5 * lo / root_phi
        widening = 0.5 / root_phi
        if depletion < 0.0:
            depletion, widening = 0.0, 0.0
    overdrive = gate - lo - vto - gamma * (depletion - root_phi)
    if overdrive <= 0.0:
        return 0.0, 0.0, 0.0
    drop = hi - lo
    strength = beta * (1.0 + modulation * drop)
    if overdrive <= drop:
        shape, by_gate, by_drop = 0.5 * overdrive * overdrive, strength * overdrive, 0.0
    else:
        shape = drop * (overdrive - 0.5 * drop)
        by_gate, by_drop = strength * drop, strength * (overdrive - drop)
    by_drop += beta * modulation * shape
    return strength * shape, by_drop, -by_drop - by_gate * (1.0 + gamma * widening)
