"""Closed forms for two compatible tasks of one output each on two edges.

Task i has a solution line with unit normal n_i and feels only the distance from it: M_i = λ_i·n_i·n_iᵀ, and
the error is (σ_i·distance)², σ_i = |∇O_i|. The bias is decomposed obliquely, B = B_α·n_α + B_β·n_β.
All vectors are (2,) arrays, gates in volts, rates per second of learning time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say


class Well(NamedTuple):
    """One task: its unit normal (2,), λ in 1/s, and σ = |∇O|, dimensionless."""

    normal: FloatArray
    rate_per_s: float
    sensitivity: float


def oblique_components(bias_V_per_s: FloatArray, n_a: FloatArray, n_b: FloatArray) -> tuple[float, float]:
    """Return (B_α, B_β) with B = B_α·n_α + B_β·n_β, in V/s. Raises ProtocolError for parallel lines."""
    if abs(n_a[0] * n_b[1] - n_a[1] * n_b[0]) < 1e-12:
        raise ProtocolError(say("the solution lines are parallel: these tasks have no common solution"))
    first, second = np.linalg.solve(np.column_stack([n_a, n_b]), bias_V_per_s)
    return float(first), float(second)


def bias_from_drifts(v_a_V_per_s: FloatArray, v_b_V_per_s: FloatArray) -> FloatArray:
    """Return the bias (2,) whose projections on two lines are the drifts measured along them, in V/s.

    Each drift velocity is v_i = (1 − n_i·n_iᵀ)B, so v̂_i·B = |v_i|.
    """
    speeds = np.array([np.linalg.norm(v_a_V_per_s), np.linalg.norm(v_b_V_per_s)])
    directions = np.array([v_a_V_per_s, v_b_V_per_s]) / speeds[:, None]
    bias: FloatArray = np.linalg.solve(directions, speeds)
    return bias


def span_rate(
    bias_V_per_s: FloatArray, n_a: FloatArray, n_b: FloatArray, bias_b_V_per_s: FloatArray | None = None
) -> float:
    """Return D/τ in V/s: the cycle span is exactly linear in the period, whatever the learning rate.

    D = τ/2·|B_β·n_β − B_α·n_α|. During task α the gates move t_α·B·τ/2 along its line, during β the
    same way back has −t_β·B·τ/2 along the other; those two numbers fix the displacement. The bias may differ
    between the tasks.
    """
    t_a, t_b = _along(n_a), _along(n_b)
    second = bias_V_per_s if bias_b_V_per_s is None else bias_b_V_per_s
    step = np.linalg.solve(np.array([t_a, t_b]), np.array([t_a @ bias_V_per_s, -(t_b @ second)]) / 2)
    return float(np.linalg.norm(step))


def error_floor(bias_V_per_s: FloatArray, d_a_V: FloatArray, d_b_V: FloatArray, rate_per_V_s: float) -> float:
    """Return the combined error as τ → 0, in V²: the mean of (B_i/(α|d_i|))².

    d_i = (V₋ − L_i, V₊ − L_i) in volts; rate α in 1/(V·s), times η when η is not 1.
    """
    floors = floor_errors(bias_V_per_s, d_a_V, d_b_V, rate_per_V_s)
    return float(np.mean(np.square(floors)))


def floor_errors(
    bias_V_per_s: FloatArray, d_a_V: FloatArray, d_b_V: FloatArray, rate_per_V_s: float
) -> tuple[float, float]:
    """Return |O − L| of both tasks as τ → 0, in volts.

    Overclamping with a nudge amplitude above this removes the floor.
    """
    lengths = float(np.linalg.norm(d_a_V)), float(np.linalg.norm(d_b_V))
    parts = oblique_components(bias_V_per_s, d_a_V / lengths[0], d_b_V / lengths[1])
    return abs(parts[0]) / (rate_per_V_s * lengths[0]), abs(parts[1]) / (rate_per_V_s * lengths[1])


def combined_error(tau_s: FloatArray, bias_V_per_s: FloatArray, a: Well, b: Well) -> FloatArray:
    """Return Ē at periods τ (…), in V²; exact at every period of the linear model.

    The displacement Δ = τ/2·(B_β·n_β − B_α·n_α) between the switches is known, and during its turn task i
    relaxes by e^(−λ_i·τ/2) toward the offset n_i·B/λ_i, which fixes both distances from both lines.
    """
    half = np.asarray(tau_s, dtype=float) / 2
    B_a, B_b = oblique_components(bias_V_per_s, a.normal, b.normal)
    cosine = float(a.normal @ b.normal)
    total = np.zeros_like(half)
    for well, away in ((a, cosine * B_b - B_a), (b, cosine * B_a - B_b)):
        moved = half * away  # n_i·Δ, counted over the turn of task i
        offset = float(well.normal @ bias_V_per_s) / well.rate_per_s
        gone = -np.expm1(-well.rate_per_s * half)
        before, after = offset - moved / gone, offset - moved * (1 - gone) / gone
        total = total + well.sensitivity**2 * (before**2 + after**2) / 4
    return total


def large_period_error(bias_V_per_s: FloatArray, a: Well, b: Well) -> float:
    """Return Ē/τ² for τ ≫ 1/λ, in V²/s²: [σ_β²(B_β − cB_α)² + σ_α²(B_α − cB_β)²]/16."""
    B_a, B_b = oblique_components(bias_V_per_s, a.normal, b.normal)
    c = float(a.normal @ b.normal)
    return float(b.sensitivity**2 * (B_b - c * B_a) ** 2 + a.sensitivity**2 * (B_a - c * B_b) ** 2) / 16


def crossover_period(bias_V_per_s: FloatArray, a: Well, b: Well) -> float:
    """Return τ_x where floor and large-period error would meet, in seconds; it does not depend on |B|.

    Faster alternation keeps both memories. For equal wells
    τ_x = √32/λ·√((B_α² + B_β²)/((B_β − cB_α)² + (B_α − cB_β)²)). Raises ProtocolError when the bias is zero.
    """
    B_a, B_b = oblique_components(bias_V_per_s, a.normal, b.normal)
    floor = 2 * ((a.sensitivity * B_a / a.rate_per_s) ** 2 + (b.sensitivity * B_b / b.rate_per_s) ** 2)
    slope = large_period_error(bias_V_per_s, a, b)
    if slope == 0:
        raise ProtocolError(say("without bias the error stays zero: there is no crossover"))
    return float(np.sqrt(floor / slope))


def erasure_rate(bias_V_per_s: FloatArray, stored: Well, trained: Well) -> float:
    """Return how fast the stored task's output error grows while the other is trained, in V/s.

    σ_α·|n_α·t_β|·|t_β·B|.
    """
    t = _along(trained.normal)
    return float(stored.sensitivity * abs(stored.normal @ t) * abs(t @ bias_V_per_s))


def _along(normal: FloatArray) -> FloatArray:
    return np.array([normal[1], -normal[0]])
