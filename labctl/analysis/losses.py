"""Losses of a run at every round: mean square error, hinge loss, class error, accuracy, margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from labctl.store.reading import floats, is_classification, number_of
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say
from protocols.metrics import hinge_loss, margins, mean_square_error, rest_margins
from protocols.task import DataSet

LAST_ROUNDS = 2  # that the published losses of Fig. 5 are the mean of


@dataclass(frozen=True)
class ClassLoss:
    """How well points are sorted: hinge loss in V², shares of the points, worst margin in volts."""

    hinge_V2: float
    class_error: float
    accuracy: float
    worst_margin_V: float
    rounds: int


def mean_square_errors(run: xr.Dataset, data: str = "train") -> FloatArray:
    """Return the mean square error of every round, (n,), in V²; nan where outputs were not read."""
    outputs, labels = floats(run, f"{data}_output"), floats(run, f"{data}_label")
    return np.array([mean_square_error(o, labels) for o in outputs], dtype=float)


def hinge_losses(run: xr.Dataset, data: str = "train") -> FloatArray:
    """Return the hinge loss of every round, (n,), in V²; nan where outputs were not read.

    Raises DataError unless the run sorts points into classes.
    """
    outputs, labels = floats(run, f"{data}_output"), floats(run, f"{data}_label")
    rest = _rest_margins(run, labels)
    found = np.array([hinge_loss(o, labels, rest) for o in outputs], dtype=float)
    found[~np.isfinite(outputs).all(axis=(1, 2))] = np.nan
    return found


def accuracies(run: xr.Dataset, data: str = "train") -> FloatArray:
    """Return the share of points on the right side of zero at every round, (n,). Raises DataError."""
    signed = _margins(run, data)
    right = (signed > 0).all(axis=2).mean(axis=1)
    right[~np.isfinite(signed).all(axis=(1, 2))] = np.nan
    return np.asarray(right, dtype=float)


def class_loss(run: xr.Dataset, data: str = "train", last: int = LAST_ROUNDS) -> ClassLoss:
    """Return hinge loss, class error, accuracy and worst margin, means over the last rounds read.

    Raises DataError unless the run sorts points into classes and read outputs.
    """
    hinge, right, signed = hinge_losses(run, data), accuracies(run, data), _margins(run, data)
    read = np.flatnonzero(np.isfinite(hinge))[-last:]
    if not len(read):
        raise DataError(say("no outputs were read"))
    accuracy = float(right[read].mean())
    worst = float(signed[read].min(axis=(1, 2)).mean())
    return ClassLoss(float(hinge[read].mean()), 1.0 - accuracy, accuracy, worst, len(read))


def _margins(run: xr.Dataset, data: str) -> FloatArray:
    _check(run)
    return np.asarray(margins(floats(run, f"{data}_output"), floats(run, f"{data}_label")))


def _rest_margins(run: xr.Dataset, labels: FloatArray) -> FloatArray:
    _check(run)
    return rest_margins(DataSet(np.zeros((len(labels), 1)), labels), number_of(run, "margin_V", 0.0))


def _check(run: xr.Dataset) -> None:
    if not is_classification(run):
        raise DataError(say("the run does not sort points into classes"))
