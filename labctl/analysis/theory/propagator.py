"""The exact solution of dG/dt = −M·G + µ over a time t, M singular or not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say

# Singular values of a Jacobian below this share of the largest count as zero; the stiffness, which goes
# as its square, is then still above round-off.
RANK_TOLERANCE = 1e-7


class Propagator(NamedTuple):
    """G(t) = matrix·G(0) + shift: matrix (n, n), shift (n,) in volts."""

    matrix: FloatArray
    shift: FloatArray

    def __call__(self, gates_V: FloatArray) -> FloatArray:
        """Carry gates (n,) over the time this was made for."""
        carried: FloatArray = self.matrix @ gates_V + self.shift
        return carried


def row_space(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split R^n in what a matrix (m, n) feels and its null space: orthonormal columns (n, r), (n, n − r)."""
    _, sizes, rows = np.linalg.svd(matrix, full_matrices=True)
    rank = int(np.sum(sizes > RANK_TOLERANCE * sizes.max(initial=0.0)))
    return rows[:rank].T, rows[rank:].T


def propagator(
    stiffness_per_s: FloatArray,
    force_V_per_s: FloatArray,
    time_s: float,
    spaces: tuple[FloatArray, FloatArray] | None = None,
) -> Propagator:
    """Solve dG/dt = −M·G + µ for a time; M (n, n) in 1/s, µ (n,) in V/s, time ≥ 0 in seconds.

    With M symmetric A = e^(−Mt) (DESIGN §2.6); directions without stiffness move as µ·t. M
    need not be symmetric (transistors conduct differently at their two ends), but on what it feels it
    must have as many eigenvectors as dimensions. Raises ProtocolError otherwise. `spaces`: what M feels and
    its null space, when the caller knows them better than M itself tells (the row space of a Jacobian).
    """
    felt, null = row_space(stiffness_per_s) if spaces is None else spaces
    inner = felt.T @ stiffness_per_s @ felt
    values, vectors = _eigen(inner)
    inverse = np.linalg.inv(vectors)
    x = values * time_s

    def function(of_x: FloatArray, scale: float) -> FloatArray:
        return np.real((vectors * (scale * of_x)) @ inverse)

    decay = function(np.exp(-x), 1.0)
    once = function(_phi1(x), time_s)
    twice = function(_phi2(x), time_s**2)
    outer = null.T @ stiffness_per_s @ felt  # zero when M is symmetric: the task pushes along its null space
    matrix = felt @ decay @ felt.T + null @ (null.T - outer @ once @ felt.T)
    inner_force, outer_force = felt.T @ force_V_per_s, null.T @ force_V_per_s
    shift = felt @ (once @ inner_force) + null @ (time_s * outer_force - outer @ twice @ inner_force)
    return Propagator(matrix, shift)


def _eigen(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    if np.allclose(matrix, matrix.T, rtol=1e-10, atol=1e-12 * np.abs(matrix).max(initial=0.0)):
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        return values, vectors
    values, vectors = np.linalg.eig(matrix)
    if np.linalg.cond(vectors) > 1e10:
        raise ProtocolError(say("this stiffness has too few eigenvectors to be propagated"))
    return values, vectors


def _phi1(x: FloatArray) -> FloatArray:
    """Return (1 − e^(−x))/x, 1 at 0."""
    small = np.abs(x) < 1e-12
    safe = np.where(small, 1.0, x)
    return np.where(small, 1.0, -np.expm1(-safe) / safe)


def _phi2(x: FloatArray) -> FloatArray:
    """Return (x − 1 + e^(−x))/x², ½ at 0; a series where the difference would cancel."""
    small = np.abs(x) < 1e-2
    safe = np.where(small, 1.0, x)
    series = 1 / 2 - x / 6 + x**2 / 24 - x**3 / 120 + x**4 / 720 - x**5 / 5040
    return np.where(small, series, (safe + np.expm1(-safe)) / safe**2)
