"""Power laws: slopes on log–log axes with their uncertainty, and where a curve crosses a level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from protocols.block import BoolArray, FloatArray


@dataclass(frozen=True)
class PowerLaw:
    """y = prefactor·x^exponent through `points` points.

    exponent_uncertainty: one standard error (nan for fewer than three points); rms_dex: scatter of
    log10 y about the line.
    """

    exponent: float
    exponent_uncertainty: float
    prefactor: float
    rms_dex: float
    points: int


def fit_power_law(x: ArrayLike, y: ArrayLike, window: tuple[float, float] | None = None) -> PowerLaw:
    """Fit a straight line to log y against log x, every point with the same weight.

    x, y (n,); window: least and largest x used, both included. Points that are not finite and positive
    are left out. Raises ValueError when fewer than two different x are left.
    """
    xs, ys = _columns(x, y)
    used = inside(xs, window) & np.isfinite(xs) & np.isfinite(ys) & (xs > 0) & (ys > 0)
    a, b = np.log(xs[used]), np.log(ys[used])
    if len(np.unique(a)) < 2:
        raise ValueError("a power law needs points at two different x, positive and finite")
    centred = a - a.mean()
    sxx = float(centred @ centred)
    exponent = float(centred @ b) / sxx
    rest = b - b.mean() - exponent * centred
    n = len(a)
    uncertainty = float(np.sqrt(rest @ rest / (n - 2) / sxx)) if n > 2 else float("nan")
    prefactor = float(np.exp(b.mean() - exponent * a.mean()))
    return PowerLaw(exponent, uncertainty, prefactor, float(np.std(rest)) / np.log(10), n)


def geometric_mean(values: ArrayLike) -> float:
    """Return the geometric mean of positive values; nan for none."""
    found = np.asarray(values, dtype=float)
    return float(np.exp(np.mean(np.log(found)))) if found.size else float("nan")


def crossing(x: ArrayLike, y: ArrayLike, level: float) -> float | None:
    """Return the x beyond which y (n,) stays above a level, between points on a log–log line.

    x (n,) must rise. None when y never stays above it within the data, or always was.
    """
    xs, ys = _columns(x, y)
    low = np.flatnonzero(~(ys > level))
    if not len(low) or low[-1] + 1 >= len(xs):
        return None
    k = int(low[-1])
    if ys[k] <= 0 or xs[k] <= 0:
        share = (level - ys[k]) / (ys[k + 1] - ys[k])  # no logarithm to interpolate in
        return float(xs[k] + share * (xs[k + 1] - xs[k]))
    share = np.log(level / ys[k]) / np.log(ys[k + 1] / ys[k])
    return float(xs[k] * (xs[k + 1] / xs[k]) ** share)


def rms_dex(x: ArrayLike, y: ArrayLike, x_reference: ArrayLike, y_reference: ArrayLike) -> float:
    """Return the rms of log10(y/reference) at the reference's points, y interpolated on log–log axes.

    Reference points outside the range of x are left out; nan when none is inside.
    """
    xs, ys = _columns(x, y)
    at, expected = _columns(x_reference, y_reference)
    known = inside(at, (float(xs.min()) * (1 - 1e-9), float(xs.max()) * (1 + 1e-9)))
    if not known.any():
        return float("nan")
    found = np.interp(np.log(at[known]), np.log(xs), np.log10(ys))
    return float(np.sqrt(np.mean((found - np.log10(expected[known])) ** 2)))


def inside(x: FloatArray, window: tuple[float, float] | None) -> BoolArray:
    """Tell which x lie within a window, both ends included; all without one."""
    if window is None:
        return np.ones(len(x), dtype=np.bool_)
    return np.asarray((x >= window[0]) & (x <= window[1]))


def _columns(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if xs.ndim != 1 or xs.shape != ys.shape:
        raise ValueError(f"x and y must be two columns of one length, not {xs.shape} and {ys.shape}")
    return xs, ys
