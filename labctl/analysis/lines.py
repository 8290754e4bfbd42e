"""Solution lines of two-edge boards: G₊ = m·G₋ + c, where gates drift while one task is held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from labctl.analysis.theory import SolutionLine


@dataclass(frozen=True)
class SolutionLineFit:
    """G₊ = slope·G₋ + offset_V, with standard errors; rms_V: scatter of G₊ about the line, in volts."""

    slope: float
    offset_V: float
    slope_uncertainty: float
    offset_uncertainty_V: float
    rms_V: float
    points: int

    @property
    def line(self) -> SolutionLine:
        """Return the line itself: direction, normal, distances, crossing with another."""
        return SolutionLine(self.slope, self.offset_V)


def fit_line(minus_V: ArrayLike, plus_V: ArrayLike) -> SolutionLineFit:
    """Fit G₊ = m·G₋ + c to gates (n,) by least squares in G₊. Raises ValueError for too few points."""
    x, y = np.asarray(minus_V, dtype=float), np.asarray(plus_V, dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    n = len(x)
    if n < 2 or np.ptp(x) == 0:
        raise ValueError("a line needs at least two different points")
    centred = x - x.mean()
    sxx = float(centred @ centred)
    slope = float(centred @ y) / sxx
    offset = float(y.mean() - slope * x.mean())
    rest = y - slope * x - offset
    variance = float(rest @ rest) / (n - 2) if n > 2 else float("nan")
    return SolutionLineFit(
        slope,
        offset,
        float(np.sqrt(variance / sxx)),
        float(np.sqrt(variance * (1 / n + x.mean() ** 2 / sxx))),
        float(np.sqrt(np.mean(rest**2))),
        n,
    )
