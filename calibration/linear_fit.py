"""A straight line through readings, with what is left over."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from protocols.block import FloatArray

LEAST_U_V = 0.5e-6  # no offset is known better: which way a command near an edge is rounded shows as such
_FINEST = 1e-4  # of the range of the commands: finer steps are as good as none, and take too long to try


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


def find_step(
    commands: FloatArray, response: Callable[[FloatArray], FloatArray], readings: FloatArray, rough: float
) -> float:
    """Return the quantisation step of commands that best explains the readings, in the commands' unit.

    commands, readings (n,); response turns quantised commands into what would be read, up to a straight
    line. Steps from 0.8 to 1.2 of `rough` are tried, in the end so finely that the last command of the
    range is told to less than a hundredth of a step. 0 when none explains the readings clearly better, or
    `rough` is below a ten-thousandth of the range.
    """
    if rough < _FINEST * float(np.ptp(commands)):
        return 0.0

    def rms_of(step: float) -> float:
        return fit_line(response(quantised(commands, step)), readings).rms

    # So that, half way between two tries, one command in eighty is rounded the wrong way.
    spacing = rough**2 / (40 * float(np.ptp(commands)) + rough)
    coarse = np.arange(0.8 * rough, 1.2 * rough, spacing)
    found = [rms_of(float(step)) for step in coarse]
    if min(found) > 0.6 * fit_line(response(commands), readings).rms:
        return 0.0
    fine = coarse[int(np.argmin(found))] + spacing * np.linspace(-2, 2, 161)
    found = [rms_of(float(step)) for step in fine]
    as_good = fine[np.array(found) <= 1.001 * min(found) + 1e-15]  # commands near an edge fall either way
    return float(np.median(as_good))


def quantised(values: FloatArray, step: float) -> FloatArray:
    """Return values rounded to multiples of a step; 0: as they are."""
    rounded: FloatArray = step * np.round(values / step) if step > 0 else values
    return rounded
