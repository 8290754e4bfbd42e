"""What the studies find, as their figures draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from labctl.studies.measured import MeasuredDrift
from protocols.block import FloatArray

Numbers = dict[str, Any]  # of a study, as `--json` prints them
Path_V = tuple[FloatArray, FloatArray, FloatArray]  # time (s), gates (V), error of the other task (V)


@dataclass(frozen=True, eq=False)
class Scaling:
    """A finished sweep: τ (n,) in s; D (seeds, n) in V, D² as read and combined error (seeds, n) in V².

    The same (n,) without imperfections; measured τ and D², τ and error (2, m); theory: τ, D, error (3, k).
    """

    board: str
    tau_s: FloatArray
    span_V: FloatArray
    span2_as_read_V2: FloatArray
    error_V2: FloatArray
    span_unbiased_V: FloatArray
    error_unbiased_V2: FloatArray
    measured_span2: FloatArray | None
    measured_error: FloatArray | None
    theory: FloatArray | None


@dataclass(frozen=True, eq=False)
class Cycle:
    """One steady cycle of period τ (s): gates (n, E) in volts, the switches being samples 0 and n/2.

    theory: the same path by the linear theory, measured: as published; None where there is none.
    """

    tau_s: float
    gates_V: FloatArray
    theory_V: FloatArray | None
    measured_V: FloatArray | None

    @property
    def span_V(self) -> float:
        """Return the distance between the switches, in volts."""
        return float(np.linalg.norm(self.gates_V[len(self.gates_V) // 2] - self.gates_V[0]))


@dataclass(frozen=True, eq=False)
class Plane:
    """Two principal directions of the cycles together: axes (2, E), and their share of the variance."""

    axes: FloatArray
    share: float

    def of(self, gates_V: FloatArray) -> FloatArray:
        """Project a path (n, E), about its own mean, onto the plane, (n, 2), in volts."""
        projected: FloatArray = (gates_V - gates_V.mean(axis=0)) @ self.axes.T
        return projected


@dataclass(frozen=True, eq=False)
class Alone:
    """One task trained alone: time of pulses (n,) in s, gates (n, 2), errors of both tasks (n,) in V.

    velocity_V_per_s (2,): while it slides along its line; off_line_V: rms distance from it meanwhile;
    erasure_V_per_s: how fast the other task's error grows then.
    """

    task: int
    method: str
    time_s: FloatArray
    gates_V: FloatArray
    own_error_V: FloatArray
    other_error_V: FloatArray
    velocity_V_per_s: FloatArray
    off_line_V: float
    erasure_V_per_s: float


@dataclass(frozen=True, eq=False)
class Expected:
    """The same by theory and by publication, for one task.

    velocity_V_per_s (2,) and erasure_V_per_s by the linear theory near the board's reference gates; path:
    time (n,), gates (n, 2) and the other task's error (n,) by integrating the learning rule, no walls;
    measured: the published drift test, its time moved so that it begins where the path passes its first
    gates; measured_erasure_V: the other task's error that belongs to its gates.
    """

    velocity_V_per_s: FloatArray
    erasure_V_per_s: float
    path: Path_V
    measured: MeasuredDrift | None
    measured_velocity_V_per_s: FloatArray | None
    measured_erasure_V: FloatArray | None
    measured_erasure_V_per_s: float | None


@dataclass(frozen=True, eq=False)
class Losses:
    """One method at every ε, arrays (ε, boards): hinge loss in V², class error, learning time in s."""

    hinge_V2: FloatArray
    class_error: FloatArray
    learning_time_s: FloatArray


@dataclass(frozen=True, eq=False)
class PublishedRuns:
    """Published runs of one method: ε (n,) in volts, hinge loss in V², class error, learning time in s."""

    epsilon_V: FloatArray
    hinge_V2: FloatArray
    class_error: FloatArray
    learning_time_s: FloatArray


@dataclass(frozen=True, eq=False)
class Overclamping:
    """A finished study: ε (n,) in volts, losses by method, published runs by the same names."""

    epsilon_V: FloatArray
    losses: dict[str, Losses]
    published: dict[str, PublishedRuns]


@dataclass(frozen=True, eq=False)
class MethodOutcome:
    """One training method on every board, arrays (boards,): error floor in V², the same as read, drift.

    floor_V2: without the noise of single readings, and never below what can be told of it, one standard
    error; drift_V_per_s: speed of all gates together, per second of nominal pulses; over the last rounds.
    """

    floor_V2: FloatArray
    floor_as_read_V2: FloatArray
    drift_V_per_s: FloatArray
