"""Mode errors: the error over the data points as mean, slope, curvature and what is left.

A network learns these one after the other (Dillavou et al., PNAS 121, e2319718121, 2024). Their squares
add up to the mean square error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from labctl.store.reading import floats, misses
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say

_SAME_V = 1e-9
_INDEPENDENT = 1e-6


@dataclass(frozen=True, eq=False)
class Modes:
    """Mode errors at every round, each (n,), rms in volts over the data points and all outputs."""

    mean_V: FloatArray
    slope_V: FloatArray
    curvature_V: FloatArray
    rest_V: FloatArray


def mode_errors(misses_V: FloatArray, inputs_V: FloatArray) -> Modes:
    """Project misses L − O on orthogonal polynomials of the inputs over the data points.

    misses_V (n, P, T); inputs_V (P, D): D independent inputs. The mean is polynomial degree 0, slope 1,
    curvature 2, each orthogonal to those before it on these points (in several inputs: all polynomials of
    that degree together). nan for a degree that the points cannot tell from lower ones, and for the rest
    when there are no more points than polynomials.
    """
    missed = np.asarray(misses_V, dtype=float)
    x = np.atleast_2d(np.asarray(inputs_V, dtype=float))
    points = missed.shape[1]
    if len(x) != points:
        raise ValueError(f"{points} data points need as many inputs, not {len(x)}")
    spread = np.ptp(x, axis=0)
    scaled = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    columns = scaled.T
    degrees = [
        np.ones((points, 1)),
        scaled,
        np.array([a * b for k, a in enumerate(columns) for b in columns[k:]]).reshape(-1, points).T,
    ]
    basis = np.zeros((points, 0))
    found, left = [], missed
    for degree in degrees:
        fresh = _orthonormal(degree, basis)
        basis = np.hstack([basis, fresh])
        parts = np.einsum("pk,npt->nkt", fresh, missed)
        size = np.sqrt(np.sum(parts**2, axis=(1, 2)) / points)
        found.append(size if fresh.shape[1] else np.full(len(missed), np.nan))
        left = left - np.einsum("pk,nkt->npt", fresh, parts)
    rest = np.sqrt(np.sum(left**2, axis=(1, 2)) / points)
    if basis.shape[1] == points:
        rest = np.full(len(missed), np.nan)
    mean, slope, curvature = found
    return Modes(mean, slope, curvature, rest)


def modes_of(run: xr.Dataset) -> Modes:
    """Return the mode errors of a run over the training points; inputs that follow others count once.

    Raises DataError when no input varies.
    """
    inputs = independent_inputs(floats(run, "train_input"))
    if not inputs.shape[1]:
        raise DataError(say("no input varies over the data points"))
    return mode_errors(misses(run), inputs)


def independent_inputs(inputs_V: FloatArray) -> FloatArray:
    """Return the columns (P, D) of inputs (P, S) that vary and are no straight function of those before."""
    chosen: list[int] = []
    for s in range(inputs_V.shape[1]):
        if np.ptp(inputs_V[:, s]) < _SAME_V:
            continue
        basis = np.column_stack([np.ones(len(inputs_V)), *(inputs_V[:, c] for c in chosen)])
        rest = inputs_V[:, s] - basis @ np.linalg.lstsq(basis, inputs_V[:, s], rcond=None)[0]
        if np.abs(rest).max() > _INDEPENDENT:
            chosen.append(s)
    return np.asarray(inputs_V[:, chosen])


def _orthonormal(columns: FloatArray, basis: FloatArray) -> FloatArray:
    """Return an orthonormal basis (P, k) of what columns (P, m) add to an orthonormal basis (P, b)."""
    rest = columns - basis @ (basis.T @ columns)
    rest = rest - basis @ (basis.T @ rest)  # twice is enough against round-off
    left, sizes, _ = np.linalg.svd(rest, full_matrices=False)
    return np.asarray(left[:, sizes > _INDEPENDENT])
