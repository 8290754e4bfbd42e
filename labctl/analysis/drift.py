"""Drift of the gates: how fast they move, along the solution manifold and across it.

While a task is held its outputs stay and its gates slide along the manifold of gates that solve it; only
what goes across changes outputs (arXiv:2505.22887). Gates in volts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import xarray as xr

from labctl.analysis.theory.propagator import row_space
from labctl.store.reading import (
    floats,
    groups,
    half_period_cycles,
    learning_gates,
    measured_rounds,
    round_cycles,
)
from protocols.block import BoolArray, FloatArray
from protocols.errors import DataError
from protocols.messages import say

LATE = 0.5  # of the time of a run: what counts as drift, once it has learnt


class DriftClock(StrEnum):
    """What time means: learning switched on, or cycles of a nominal length whether or not it was."""

    LEARNING = "learning"
    CYCLES = "cycles"


@dataclass(frozen=True, eq=False)
class GateDrift:
    """A mean velocity of the gates (L,) in V/s, split by what outputs feel of it.

    speed: its length over all edges; per_edge: root mean square over edges; along and across: lengths of
    the parts in and normal to the solution manifold, nan when that is not known; duration_s: over how long.
    """

    velocity_V_per_s: FloatArray
    along_V_per_s: float
    across_V_per_s: float
    duration_s: float

    @property
    def speed_V_per_s(self) -> float:
        """Return the length of the velocity over all edges, in V/s."""
        return float(np.linalg.norm(self.velocity_V_per_s))

    @property
    def per_edge_V_per_s(self) -> float:
        """Return the root mean square velocity of an edge, in V/s."""
        return self.speed_V_per_s / float(np.sqrt(len(self.velocity_V_per_s)))


def fitted_velocity(time_s: FloatArray, gates_V: FloatArray) -> FloatArray:
    """Return dG/dt (E,) of straight lines through gates (n, E) against time (n,), in V/s.

    Raises ValueError when time does not go on.
    """
    time, gates = _path(time_s, gates_V)
    centred = time - time.mean()
    slopes: FloatArray = centred @ (gates - gates.mean(axis=0)) / float(centred @ centred)
    return slopes


def mean_velocity(time_s: FloatArray, gates_V: FloatArray) -> FloatArray:
    """Return (last − first)/duration of gates (n, E), in V/s: the published measure of drift tests."""
    time, gates = _path(time_s, gates_V)
    moved: FloatArray = (gates[-1] - gates[0]) / (time[-1] - time[0])
    return moved


def path_speeds(time_s: FloatArray, gates_V: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return times (n − 1,) in seconds and speeds |ΔG|/Δt there, in V/s, between samples of a path (n, E)."""
    time, gates = _path(time_s, gates_V)
    step = np.diff(time)
    moving = step > 0
    speed = np.linalg.norm(np.diff(gates, axis=0), axis=1)[moving] / step[moving]
    return ((time[1:] + time[:-1]) / 2)[moving], speed


def speed_growth(time_s: FloatArray, gates_V: FloatArray) -> float:
    """Return d ln(speed)/dt of a path (n, E), in 1/s: how much the bias grows along it."""
    time, speed = path_speeds(time_s, gates_V)
    moving = speed > 0
    if moving.sum() < 2:
        raise ValueError("a growth needs speeds at two times at least")
    return float(np.polyfit(time[moving], np.log(speed[moving]), 1)[0])


def split_velocity(velocity: FloatArray, jacobian: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split a velocity (E,) into its parts along and across the manifold on which outputs stay, each (E,).

    jacobian (R, E) = ∂O/∂G, one row per data point and output: across is its row space, along its null space.
    """
    felt, null = row_space(np.atleast_2d(jacobian))
    return np.asarray(null @ (null.T @ velocity)), np.asarray(felt @ (felt.T @ velocity))


def gate_drift(
    run: xr.Dataset,
    since: float = LATE,
    clock: DriftClock = DriftClock.LEARNING,
    cycle_s: float = 100e-6,
    jacobian: FloatArray | None = None,
) -> GateDrift:
    """Return the drift of a run's gates over the rounds after a share `since` of its time.

    cycle_s: nominal length of a cycle in seconds, for DriftClock.CYCLES, which compares methods of different
    learning times. jacobian (R, L): splits the velocity, see `split_velocity` and `manifold.output_jacobian`.
    Where tasks take turns only the rounds at the end of a whole period count, so that the swing does not.
    Raises DataError when fewer than two rounds are left or no time passes between them.
    """
    gates = learning_gates(run)
    trained = round_cycles(run).astype(np.float64)
    time = floats(run, "learning_time") if clock is DriftClock.LEARNING else trained * cycle_s
    known = measured_rounds(run) & np.isfinite(gates).all(axis=1) & np.isfinite(time)
    if not known.any():
        raise DataError(say("no gates were read"))
    known &= _alike(run)
    if not known.any():
        raise DataError(say("no round lies at a switch of tasks"))
    late = known & (time >= time[known][0] + since * (time[known][-1] - time[known][0]))
    try:
        velocity = fitted_velocity(time[late], gates[late])
    except ValueError:
        raise DataError(say("there is no learning time over which gates could drift")) from None
    along = across = float("nan")
    if jacobian is not None:
        along, across = (float(np.linalg.norm(v)) for v in split_velocity(velocity, jacobian))
    return GateDrift(velocity, along, across, float(time[late][-1] - time[late][0]))


def _alike(run: xr.Dataset) -> BoolArray:
    """Tell which rounds are at the same place of a task cycle, where only drift tells them apart, (n,)."""
    half, cycles = half_period_cycles(run), round_cycles(run)
    if half is None:
        return np.ones(len(cycles), dtype=np.bool_)
    return np.asarray(cycles % (half * len(np.unique(groups(run)))) == 0)


def _path(time_s: FloatArray, gates_V: FloatArray) -> tuple[FloatArray, FloatArray]:
    time, gates = np.asarray(time_s, dtype=float), np.asarray(gates_V, dtype=float)
    if gates.ndim != 2 or len(time) != len(gates) or len(time) < 2 or np.ptp(time) == 0:
        raise ValueError("a velocity needs gates (n, E) at two different times at least")
    return time, gates
