"""Errors of a set of outputs: mean square, hinge, accuracy, margin. All in SI, all pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protocols.block import BoolArray, FloatArray
from protocols.task import DataSet, TaskKind


@dataclass(frozen=True)
class Score:
    """How good the outputs on one data set are.

    error_V2 is what training lowers: the mean square error for regression and allostery, the hinge
    loss for classification. accuracy (a fraction) and worst_margin_V exist for classification only.
    """

    error_V2: float
    mse_V2: float
    accuracy: float | None
    worst_margin_V: float | None


def mean_square_error(outputs: FloatArray, labels: FloatArray) -> float:
    """Average over points the squared error summed over outputs, in V²; arrays are (P, T)."""
    return float(np.mean(np.sum((labels - outputs) ** 2, axis=1)))


def hinge_loss(outputs: FloatArray, labels: FloatArray, margin_V: FloatArray | float) -> float:
    """Average the squared distance to the label over points not past the margin, in V².

    A point is past when sign(L)·O reaches the margin; it then costs nothing, otherwise (L − O)²
    (the published definition, mode 1 of the authors' analysis).
    """
    short = ~(np.sign(labels) * outputs >= margin_V)  # a reading that is no number is short, too
    return float(np.mean(np.sum(np.where(short, (labels - outputs) ** 2, 0.0), axis=1)))


def margins(outputs: FloatArray, labels: FloatArray) -> FloatArray:
    """Return how far each output lies on its label's side of zero, in volts; negative is wrong."""
    signed: FloatArray = np.sign(labels) * outputs
    return signed


def rest_margins(data: DataSet, margin_V: float) -> FloatArray:
    """Return the |output| beyond which a point rests: the margin, or its own label when 0, (P, T)."""
    return np.where(margin_V > 0, margin_V, np.abs(data.labels)).astype(float)


def wrong_points(
    outputs: FloatArray, data: DataSet, kind: TaskKind, margin_V: float, tolerance_V: float
) -> BoolArray:
    """Tell which points are not right yet, shape (P,): short of the margin, or off by more than tolerance."""
    if kind is TaskKind.CLASSIFICATION:
        right = margins(outputs, data.labels) >= rest_margins(data, margin_V)
    else:
        right = np.abs(data.labels - outputs) <= tolerance_V
    return np.asarray(~right.all(axis=1))


def score(outputs: FloatArray, data: DataSet, kind: TaskKind, margin_V: float) -> Score:
    """Score outputs (P, T) in volts against a data set."""
    mse = mean_square_error(outputs, data.labels)
    if kind is not TaskKind.CLASSIFICATION:
        return Score(mse, mse, None, None)
    signed = margins(outputs, data.labels)
    hinge = hinge_loss(outputs, data.labels, rest_margins(data, margin_V))
    right = np.all(signed > 0, axis=1)
    return Score(hinge, mse, float(np.mean(right)), float(signed.min()))
