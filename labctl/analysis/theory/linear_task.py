"""One task near its solutions: how outputs follow the gates, and how learning moves the gates back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory.propagator import Propagator, propagator, row_space
from protocols.block import FloatArray, frozen
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class LinearTask:
    """A task linearised about a point of gate space.

    gates_V (E,) where; jacobian (R, E) = ∂O/∂G, one row per data point and output; residual_V (R,) =
    L − O there (zero on a solution); response_per_s (E, R) = dG/dt per volt of residual, averaged over
    the data points; bias_V_per_s (E,); points: how many data points the rows belong to.
    Raises ProtocolError when the shapes do not agree.
    """

    gates_V: FloatArray
    jacobian: FloatArray
    residual_V: FloatArray
    response_per_s: FloatArray
    bias_V_per_s: FloatArray
    points: int = 1

    def __post_init__(self) -> None:
        for name in ("gates_V", "jacobian", "residual_V", "response_per_s", "bias_V_per_s"):
            object.__setattr__(self, name, frozen(np.asarray(getattr(self, name), dtype=float)))
        edges, rows = len(self.gates_V), len(self.residual_V)
        if self.jacobian.shape != (rows, edges) or self.response_per_s.shape != (edges, rows):
            raise ProtocolError(
                say(
                    "{rows} residuals and {edges} gates need a jacobian ({rows}, {edges}) and a response "
                    "({edges}, {rows}), not {jacobian} and {response}",
                    rows=rows,
                    edges=edges,
                    jacobian=self.jacobian.shape,
                    response=self.response_per_s.shape,
                )
            )
        if self.bias_V_per_s.shape != (edges,):
            raise ProtocolError(say("the bias needs one value for each of {edges} gates", edges=edges))
        if self.points < 1 or rows % self.points:
            raise ProtocolError(
                say("{rows} residuals cannot belong to {points} data points", rows=rows, points=self.points)
            )

    @property
    def stiffness_per_s(self) -> FloatArray:
        """Return M = response·jacobian (E, E), in 1/s; symmetric when edges are linear resistors."""
        stiffness: FloatArray = self.response_per_s @ self.jacobian
        return stiffness

    @property
    def force_V_per_s(self) -> FloatArray:
        """Return µ (E,) of dG/dt = −M·G + µ, in V/s."""
        return self.velocity_V_per_s(np.zeros_like(self.gates_V))

    def residuals_V(self, gates_V: FloatArray) -> FloatArray:
        """Return L − O at gates (…, E), shape (…, R), in volts."""
        away: FloatArray = self.residual_V - (np.asarray(gates_V) - self.gates_V) @ self.jacobian.T
        return away

    def error_V2(self, gates_V: FloatArray) -> FloatArray:
        """Return the mean square error at gates (…, E), shape (…): sum of outputs, mean of points."""
        mean: FloatArray = np.sum(self.residuals_V(gates_V) ** 2, axis=-1) / self.points
        return mean

    def velocity_V_per_s(self, gates_V: FloatArray) -> FloatArray:
        """Return dG/dt at gates (…, E) while this task is trained, in V/s."""
        pull: FloatArray = self.residuals_V(gates_V) @ self.response_per_s.T
        return pull + self.bias_V_per_s

    def propagator(self, time_s: float) -> Propagator:
        """Return what training this task for a time does to the gates."""
        return propagator(self.stiffness_per_s, self.force_V_per_s, time_s, row_space(self.jacobian))

    def rest(self, near_V: FloatArray | None = None) -> FloatArray:
        """Return where training this task alone brings the gates (E,), in volts, but for the drift.

        In every direction the task feels, bias and pull balance there; along its null space the
        point has the coordinates of `near_V` (default: where the task was linearised).
        """
        felt, null = row_space(self.jacobian)
        start = self.gates_V if near_V is None else np.asarray(near_V, dtype=float)
        held = np.linalg.solve(felt.T @ self.stiffness_per_s @ felt, felt.T @ self.force_V_per_s)
        point: FloatArray = felt @ held + null @ (null.T @ start)
        return point

    def drift_V_per_s(self) -> FloatArray:
        """Return the velocity (E,) along the solution manifold while this task alone is held, in V/s.

        With M symmetric it is the bias projected on the null space, (1 − n·nᵀ)B for one output: the task
        stays solved while its representation moves.
        """
        _, null = row_space(self.jacobian)
        drift: FloatArray = null @ (null.T @ self.velocity_V_per_s(self.rest()))
        return drift

    def erasure_V_per_s(self, trained: LinearTask) -> float:
        """Return how fast this task's output error grows while another one is trained, in V/s.

        Root of the summed squares over outputs, mean over data points, of J·v with v the other task's
        drift: σ_α|n_α·t_β||t_β·B| for one output and two edges.
        """
        growth = self.jacobian @ trained.drift_V_per_s()
        return float(np.sqrt(np.sum(growth**2) / self.points))


def join_points(tasks: Sequence[LinearTask]) -> LinearTask:
    """Make one task of several data points trained in turn, written about the first one's gates.

    Each gets its share of the learning time, so M and B are the means. Raises ProtocolError for none.
    """
    if not tasks:
        raise ProtocolError(say("a task needs at least one data point"))
    gates = tasks[0].gates_V
    points = sum(t.points for t in tasks)
    return LinearTask(
        gates,
        np.concatenate([t.jacobian for t in tasks]),
        np.concatenate([t.residuals_V(gates) for t in tasks]),
        np.concatenate([t.response_per_s * (t.points / points) for t in tasks], axis=1),
        np.sum([t.bias_V_per_s * (t.points / points) for t in tasks], axis=0),
        points,
    )
