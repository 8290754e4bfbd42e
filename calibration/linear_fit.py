"""A straight line through readings, with what is left over."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from protocols.block import FloatArray


class LineFit(NamedTuple):
    """y = gain·x + offset: estimates, standard uncertainties, rms and greatest residual."""

    gain: float
    offset: float
    gain_u: float
    offset_u: float
    rms: float
    worst: float
    residual: FloatArray


def fit_line(x: FloatArray, y: FloatArray, uncertainty: float = 0.0) -> LineFit:
    """Fit a line by least squares; the scatter about it gives the uncertainties.

    x, y (n,). uncertainty: of one y, where it is more than the scatter shows, in the unit of y.
    """
    design = np.column_stack([x, np.ones_like(x)])
    normal = np.linalg.inv(design.T @ design)
    gain, offset = normal @ (design.T @ y)
    residual = y - design @ np.array([gain, offset])
    rms = float(np.sqrt(residual @ residual / max(len(x) - 2, 1)))
    u = np.sqrt(np.diag(normal)) * max(rms, uncertainty)
    return LineFit(
        float(gain), float(offset), float(u[0]), float(u[1]), rms, float(np.abs(residual).max()), residual
    )


def integral_nonlinearity(x: FloatArray, residual: FloatArray, bins: int = 8) -> float:
    """Return the greatest mean residual of neighbouring readings: bends, not noise or steps.

    x, residual (n,); the readings are sorted by x and cut into `bins` groups of one size.
    """
    groups = np.array_split(residual[np.argsort(x)], bins)
    return float(max(abs(float(np.mean(g))) for g in groups if len(g)))
