"""Where drift ends: gates stop at the walls of their voltage range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory.linear_task import LinearTask
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class Saturation:
    """What is left when τ is so long that each task drifts into a wall: span in volts, error in V²."""

    span_V: float
    error_V2: float
    ends_V: FloatArray


def drift_end(
    start_V: FloatArray, drift_V_per_s: FloatArray, low_V: FloatArray, high_V: FloatArray
) -> FloatArray:
    """Follow a drift (E,) from gates (E,) to the first wall; return where (E,), in volts.

    On two edges this is the end of the drift: one gate stands on its wall, and the solution line fixes
    the other. Raises ProtocolError for a start outside the walls or gates that do not move.
    """
    start, drift = np.asarray(start_V, dtype=float), np.asarray(drift_V_per_s, dtype=float)
    low, high = np.broadcast_to(low_V, start.shape), np.broadcast_to(high_V, start.shape)
    if np.any(start < low) or np.any(start > high):
        raise ProtocolError(say("the drift starts outside the walls"))
    moving = drift != 0
    if not moving.any():
        raise ProtocolError(say("without drift no wall is ever reached"))
    ahead = np.where(drift > 0, high, low)
    times_s = (ahead[moving] - start[moving]) / drift[moving]
    end: FloatArray = start + drift * times_s.min()
    return np.clip(end, low, high)


def saturation(a: LinearTask, b: LinearTask, low_V: FloatArray, high_V: FloatArray) -> Saturation:
    """Return span and combined error of two tasks that each drift along their line to a wall.

    D_sat = |G_α^end − G_β^end|. The error is that of the linearised outputs: far from where the tasks were
    linearised evaluate the board's own outputs at `ends_V` (2, E) instead.
    """
    ends = np.array([drift_end(t.rest(), t.drift_V_per_s(), low_V, high_V) for t in (a, b)])
    error = np.mean([a.error_V2(ends), b.error_V2(ends)])
    return Saturation(float(np.linalg.norm(ends[0] - ends[1])), float(error), ends)
