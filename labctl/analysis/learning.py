"""The learning curve of one run: where the error ends, with and without the noise of the readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from labctl.analysis.losses import hinge_losses, mean_square_errors
from labctl.store.reading import half_period_cycles, is_classification, misses
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say

TAIL = 0.2  # of the rounds: what counts as the end of a run
STEADY_RATIO = 1.5  # of the two halves of the tail, within which an error counts as settled


@dataclass(frozen=True)
class Settled:
    """The error at the end of a run, in V²: mean and standard deviation over its last rounds.

    noise_free_V2: the same without what readings add by chance (nan where it cannot be told), with its
    standard error; settled: both halves of the last rounds agree within a factor of 1.5.
    """

    error_V2: float
    spread_V2: float
    noise_free_V2: float
    noise_free_uncertainty_V2: float
    settled: bool
    rounds: int


def settled_error(run: xr.Dataset, tail: float = TAIL) -> Settled:
    """Return the error floor of a run: what is left over its last rounds, the share `tail` of all.

    The hinge loss where points are sorted into classes, otherwise the mean square error; unless tasks take
    turns, that is given without the noise of readings, too. Raises DataError when no outputs were read.
    """
    classes = is_classification(run)
    errors = hinge_losses(run) if classes else mean_square_errors(run)
    read = np.flatnonzero(np.isfinite(errors))
    if not len(read):
        raise DataError(say("no outputs were read"))
    count = min(max(round(tail * len(errors)), 2), len(read))
    late = errors[read[-count:]]
    alike = not classes and half_period_cycles(run) is None  # successive rounds differ by noise alone
    products = _successive_products(misses(run)[read[-count:]] if alike else np.empty((0, 0, 0)))
    free, uncertainty = _mean_and_error(products)
    first, second = late[: count // 2], late[count // 2 :]
    low, high = sorted((float(first.mean()), float(second.mean()))) if count > 1 else (0.0, 1.0)
    steady = high <= STEADY_RATIO * low if high > 0 else count > 1
    return Settled(float(late.mean()), float(late.std()), free, uncertainty, steady, count)


def noise_free_error(misses_V: FloatArray) -> float:
    """Return the mean square of misses (n, P, T) that does not change from round to round, in V².

    The mean product of successive rounds' misses: noise of one reading has nothing to do with that of
    the next, so it averages out (and may leave a value a little below zero). nan for fewer than two rounds.
    """
    return _mean_and_error(_successive_products(misses_V))[0]


def _successive_products(misses_V: FloatArray) -> FloatArray:
    """Return the products of successive rounds' misses, (n − 1, P), summed over outputs, in V²."""
    missed = np.asarray(misses_V, dtype=float)
    return np.asarray(np.sum(missed[1:] * missed[:-1], axis=2))


def _mean_and_error(values: FloatArray) -> tuple[float, float]:
    """Return mean and standard error of all values; nan for none."""
    if not values.size:
        return float("nan"), float("nan")
    return float(values.mean()), float(values.std() / np.sqrt(values.size))


def reduction(baseline_V2: float, error_V2: float) -> float:
    """Return by what factor an error is lower than a baseline; infinite for no error at all."""
    return baseline_V2 / error_V2 if error_V2 > 0 else float("inf")
