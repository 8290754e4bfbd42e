"""How span and error depend on the period τ: error floor, doubling and crossover period, saturation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import OptimizeWarning, curve_fit

from labctl.analysis.power_law import crossing, fit_power_law, geometric_mean, inside
from protocols.block import FloatArray

PLATEAU = 0.03  # values this close to the last one, relatively, belong to its plateau


@dataclass(frozen=True)
class FloorFit:
    """E(τ) = floor·(1 + (τ/τ₂)^exponent): floor in V², τ₂ (where it has doubled) in seconds.

    Uncertainties are standard errors: of the floor and of τ₂ relative, of the exponent absolute.
    """

    floor_V2: float
    double_s: float
    exponent: float
    floor_relative: float
    double_relative: float
    exponent_uncertainty: float

    def __call__(self, tau_s: ArrayLike) -> FloatArray:
        """Return the error at periods τ, in V²."""
        found: FloatArray = self.floor_V2 * (1 + (np.asarray(tau_s) / self.double_s) ** self.exponent)
        return found


def error_floor(tau_s: ArrayLike, error_V2: ArrayLike, window_s: tuple[float, float] | None = None) -> float:
    """Return the mean error of the periods in a window, both ends included, in V².

    tau_s (n,), error_V2 (n,). Raises ValueError when no period lies in the window.
    """
    tau, error = np.asarray(tau_s, dtype=float), np.asarray(error_V2, dtype=float)
    used = inside(tau, window_s)
    if not used.any():
        raise ValueError(f"no period lies in the window {window_s} s")
    return float(error[used].mean())


def fit_floor(tau_s: ArrayLike, error_V2: ArrayLike, window_s: tuple[float, float] | None = None) -> FloorFit:
    """Fit floor, doubling period and exponent to an error that rises from its floor, on log–log axes.

    Leave saturation out by the window. Raises ValueError for fewer than four points or when the error does
    not rise from a floor.
    """
    tau, error = np.asarray(tau_s, dtype=float), np.asarray(error_V2, dtype=float)
    used = inside(tau, window_s) & (error > 0) & (tau > 0)
    x, y = np.log(tau[used]), np.log(error[used])
    if len(x) < 4:
        raise ValueError("a floor and a rise need at least four periods")
    least = float(error[used].min())
    start = crossing(tau[used], error[used], 2 * least)
    if start is None:
        raise ValueError("the error does not rise to twice its least value within these periods")

    def model(log_tau: FloatArray, floor: float, double: float, exponent: float) -> FloatArray:
        return np.asarray(floor + np.logaddexp(0.0, exponent * (log_tau - double)))

    try:
        best, covariance = curve_fit(model, x, y, p0=(np.log(least), np.log(start), 1.5))
    except (RuntimeError, OptimizeWarning) as problem:
        raise ValueError(f"no floor fits these errors: {problem}") from None
    sigma = np.sqrt(np.diag(covariance))
    return FloorFit(
        float(np.exp(best[0])), float(np.exp(best[1])), float(best[2]), *(float(s) for s in sigma)
    )


def doubling_period(tau_s: ArrayLike, error_V2: ArrayLike, floor_V2: float) -> float | None:
    """Return the period beyond which the error stays above twice the floor, in seconds; None if nowhere."""
    return crossing(tau_s, error_V2, 2 * floor_V2)


def crossover_period(
    tau_s: ArrayLike,
    error_V2: ArrayLike,
    floor_V2: float,
    rise_s: tuple[float, float],
    exponent: float | None = None,
) -> float:
    """Return τ_x where the power law of the rise meets the floor, in seconds.

    rise_s: the window of periods in which the error follows a power law. exponent: fixed (the linear theory
    has 2, `labctl.analysis.theory.two_tasks.crossover_period`) or fitted.
    Raises ValueError without such points.
    """
    tau, error = np.asarray(tau_s, dtype=float), np.asarray(error_V2, dtype=float)
    if exponent is None:
        law = fit_power_law(tau, error, rise_s)
        exponent, prefactor = law.exponent, law.prefactor
    else:
        used = inside(tau, rise_s)
        if not used.any():
            raise ValueError(f"no period lies in the window {rise_s} s")
        prefactor = geometric_mean(error[used] / tau[used] ** exponent)
    if not exponent > 0:
        raise ValueError(f"the error does not rise in the window {rise_s} s")
    return float((floor_V2 / prefactor) ** (1 / exponent))


def saturation(values: ArrayLike, tolerance: float = PLATEAU) -> float:
    """Return the mean of the plateau a curve (n,) ends on: the last value and those before it near it."""
    found = np.asarray(values, dtype=float)
    if not len(found):
        raise ValueError("no values")
    off = np.flatnonzero(np.abs(found - found[-1]) > tolerance * abs(found[-1]))
    return float(found[off[-1] + 1 if len(off) else 0 :].mean())
