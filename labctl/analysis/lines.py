"""Solution lines of two-edge boards: G₊ = m·G₋ + c, where gates drift while one task is held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from protocols.block import FloatArray


@dataclass(frozen=True)
class LineFit:
    """G₊ = slope·G₋ + offset_V, with standard errors; rms_V: scatter of G₊ about the line, in volts."""

    slope: float
    offset_V: float
    slope_uncertainty: float
    offset_uncertainty_V: float
    rms_V: float
    points: int

    @property
    def direction(self) -> FloatArray:
        """Return the unit vector along the line (2,), toward larger G₋."""
        return np.asarray(np.array([1.0, self.slope]) / np.hypot(1.0, self.slope))

    @property
    def normal(self) -> FloatArray:
        """Return the unit vector across the line (2,)."""
        return np.asarray(np.array([-self.slope, 1.0]) / np.hypot(1.0, self.slope))

    def crossing(self, other: LineFit) -> FloatArray:
        """Return where two lines meet (2,), in volts: both tasks are solved. Raises ValueError."""
        if self.slope == other.slope:
            raise ValueError("the lines are parallel: they meet nowhere")
        minus = (other.offset_V - self.offset_V) / (self.slope - other.slope)
        return np.array([minus, self.slope * minus + self.offset_V])


def fit_line(minus_V: ArrayLike, plus_V: ArrayLike) -> LineFit:
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
    return LineFit(
        slope,
        offset,
        float(np.sqrt(variance / sxx)),
        float(np.sqrt(variance * (1 / n + x.mean() ** 2 / sxx))),
        float(np.sqrt(np.mean(rest**2))),
        n,
    )
