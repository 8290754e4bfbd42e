"""What a learning pulse reads and writes: both copies at a data point, how targets are held, work arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_backend.plant.circuit import Circuit
from sim_backend.plant.newton import Vector, no_factors


class Scratch(NamedTuple):
    """Work arrays of one thread: residual (M+1,), row (M,), slopes (E,) twice, trial gates (E,).

    v_start, w_start (M,): unknown voltages of both copies where a move began, see extrapolate.
    """

    residual: Vector
    row: Vector
    slope: Vector
    slope_end: Vector
    trial: Vector
    v_start: Vector
    w_start: Vector


class Nudged(NamedTuple):
    """How the targets are held during one pulse, per target node, in volts.

    The clamped copy stands at base + toward and, in a symmetric contrast, the first copy at
    base + away. With `follows` the base is the live free voltage and `toward` changes by
    −follow_gain·(live output − output at the start), as a mixing circuit does. `released[0]` leaves
    the targets of the clamped copy undriven.
    """

    node: NDArray[np.uint32]
    base: Vector
    toward: Vector
    away: Vector
    follow_gain: Vector
    sign: Vector
    output: NDArray[np.uint32]
    output_start: Vector
    output_now: Vector
    follows: bool
    symmetric: bool
    released: NDArray[np.bool_]
    low: float
    high: float


class Copies(NamedTuple):
    """State of both copies at one data point: voltages (N,) and factors of each.

    Of the last visit to this data point, what the next is extrapolated from: v_shift and w_shift (M,), in
    volts, how far the unknowns had moved since the visit before; v_rate and w_rate (M,), in V/s, how
    fast they moved in the pulse. slope (E,), in V/s, and bend (E,), in V/s²: slopes of the gates at the start
    of the last pulse that was tried in one step, and how they changed. reuse_budget (2,): how many visits
    that is good for, and how many there were.
    """

    v: Vector
    w: Vector
    lu_free: Vector
    lu_clamped: Vector
    v_shift: Vector
    w_shift: Vector
    v_rate: Vector
    w_rate: Vector
    slope: Vector
    bend: Vector
    reuse_budget: Vector


def no_scratch(unknowns: int, edges: int) -> Scratch:
    """Return work arrays for a circuit of this many unknowns and edges."""
    sizes = (unknowns + 1, unknowns, edges, edges, edges, unknowns, unknowns)
    return Scratch(*(np.zeros(size) for size in sizes))


def no_copies(c: Circuit, nodes: int) -> Copies:
    """Return room for both copies at one data point, at 0 V and without factors or foresight."""
    unknowns, edges = len(c.order), len(c.tail)
    foresight = [np.zeros(size) for size in (unknowns, unknowns, unknowns, unknowns, edges, edges, 2)]
    return Copies(np.zeros(nodes), np.zeros(nodes), no_factors(c), no_factors(c), *foresight)
