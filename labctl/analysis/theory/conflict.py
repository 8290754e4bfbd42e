"""Tasks that cannot both be solved: the distance between where each would rest."""

from __future__ import annotations

import numpy as np

from labctl.analysis.theory.linear_task import LinearTask
from labctl.analysis.theory.propagator import row_space
from protocols.block import FloatArray


def conflict_gap(a: LinearTask, b: LinearTask) -> FloatArray:
    """Return the shortest vector (E,) from where task b rests to where task a rests, in volts.

    A task rests on a manifold: all gates at which its pull and the bias balance in every direction it
    feels. Compatible tasks have manifolds that meet, and the vector is zero but for round-off.
    """
    (_, null_a), (_, null_b) = row_space(a.jacobian), row_space(b.jacobian)
    between: FloatArray = a.rest() - b.rest()
    free = np.hstack([null_a, null_b])
    if free.shape[1]:
        between = between - free @ np.linalg.lstsq(free, between, rcond=1e-12)[0]
    return between


def conflict_distance(a: LinearTask, b: LinearTask) -> float:
    """Return the cycle span d that remains without drift for τ ≫ 1/λ, in volts.

    For a point against a line d = |n_β·(G_α* + M_α⁻¹B − G_β* − M_β⁺B)|; a line measured on a biased board
    already contains its own shift M_β⁺B.
    """
    return float(np.linalg.norm(conflict_gap(a, b)))


def conflict_span(a: LinearTask, b: LinearTask, tau_s: FloatArray) -> FloatArray:
    """Return D at periods τ (…) ≫ 1/λ when `a` has a single solution and b a manifold, in volts.

    D² = d² + (τ/2·|drift of b|)²: a plateau d, then the drift along b, until a wall.
    """
    drift_V_per_s = float(np.linalg.norm(b.drift_V_per_s()))
    span: FloatArray = np.hypot(conflict_distance(a, b), np.asarray(tau_s, dtype=float) / 2 * drift_V_per_s)
    return span
