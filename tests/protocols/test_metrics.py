"""Metrics against slow, literal versions of their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from protocols import DataSet, TaskKind
from protocols.metrics import (
    hinge_loss,
    margins,
    mean_square_error,
    rest_margins,
    score,
    wrong_points,
)

volts = st.floats(-0.5, 0.5, allow_nan=False).map(lambda v: round(v, 4))
shapes = st.tuples(st.integers(1, 8), st.integers(1, 3))
pairs = shapes.flatmap(
    lambda s: st.tuples(hnp.arrays(float, s, elements=volts), hnp.arrays(float, s, elements=volts))
)


def data_of(labels: object) -> DataSet:
    column = np.array(labels, dtype=float)
    return DataSet(np.zeros((len(column), 1)), column, classes=(column[:, 0] > 0).astype(np.int64))


def sign(x: float) -> float:
    return float(x > 0) - float(x < 0)


# ── mean square error ────────────────────────────────────────────────────────────────────────────


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_mean_square_error_averages_points_and_sums_outputs(case: tuple[np.ndarray, np.ndarray]) -> None:
    outputs, labels = case
    slow = sum((l - o) ** 2 for o, l in zip(outputs.flat, labels.flat, strict=True)) / len(outputs)
    assert mean_square_error(outputs, labels) == pytest.approx(slow, abs=1e-15)


def test_mean_square_error_by_hand() -> None:
    assert mean_square_error(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 2.0], [0.0, 1.0]])) == 3.0


# ── hinge loss ───────────────────────────────────────────────────────────────────────────────────


def literal_hinge(outputs: np.ndarray, labels: np.ndarray, margin: np.ndarray) -> float:
    """Go by the published words: past its margin a point costs nothing, otherwise its square error."""
    total = 0.0
    for p in range(len(outputs)):
        for t in range(outputs.shape[1]):
            past = sign(labels[p, t]) * outputs[p, t] >= margin[p, t]
            total += 0.0 if past else (labels[p, t] - outputs[p, t]) ** 2
    return total / len(outputs)


@given(pairs, st.one_of(st.just(0.0), st.floats(1e-3, 0.5)))
@settings(max_examples=120, deadline=None)
def test_hinge_loss_is_the_published_one(case: tuple[np.ndarray, np.ndarray], margin: float) -> None:
    outputs, labels = case
    each = np.full(labels.shape, margin)
    assert hinge_loss(outputs, labels, margin) == pytest.approx(
        literal_hinge(outputs, labels, each), abs=1e-15
    )
    own = np.abs(labels)
    assert hinge_loss(outputs, labels, own) == pytest.approx(literal_hinge(outputs, labels, own), abs=1e-15)


@pytest.mark.parametrize(
    ("output", "label", "loss"),
    [
        pytest.param(0.02, 0.02, 0.0, id="on the margin"),
        pytest.param(0.05, 0.02, 0.0, id="past it"),
        pytest.param(0.01, 0.02, 1e-4, id="short of it"),
        pytest.param(-0.01, 0.02, 9e-4, id="on the wrong side"),
        pytest.param(-0.05, -0.02, 0.0, id="past it below"),
        pytest.param(0.05, -0.02, 49e-4, id="far on the wrong side"),
    ],
)
def test_hinge_loss_by_hand(output: float, label: float, loss: float) -> None:
    assert hinge_loss(np.array([[output]]), np.array([[label]]), 0.02) == pytest.approx(loss, abs=1e-15)


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_hinge_loss_never_exceeds_the_mean_square_error(case: tuple[np.ndarray, np.ndarray]) -> None:
    outputs, labels = case
    assert 0.0 <= hinge_loss(outputs, labels, np.abs(labels)) <= mean_square_error(outputs, labels) + 1e-15


# ── margins ──────────────────────────────────────────────────────────────────────────────────────


def test_margins_are_measured_on_the_side_of_the_label() -> None:
    found = margins(np.array([[0.03], [0.03], [-0.03]]), np.array([[0.02], [-0.02], [-0.02]]))
    assert found.tolist() == [[0.03], [-0.03], [0.03]]


def test_rest_margins_are_the_tasks_or_each_points_own_label() -> None:
    data = data_of([[0.02], [-0.05]])
    assert rest_margins(data, 0.012).tolist() == [[0.012], [0.012]]
    assert rest_margins(data, 0.0).tolist() == [[0.02], [0.05]]


def test_rest_margins_have_one_column_per_output() -> None:
    data = DataSet(np.zeros((2, 1)), np.array([[0.1, -0.2], [0.3, 0.0]]))
    assert rest_margins(data, 0.0).tolist() == [[0.1, 0.2], [0.3, 0.0]]
    assert rest_margins(data, 0.05).shape == (2, 2)


# ── wrong points ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [TaskKind.REGRESSION, TaskKind.ALLOSTERY])
def test_without_a_hinge_a_point_is_wrong_when_off_by_more_than_the_tolerance(kind: TaskKind) -> None:
    data = data_of([[0.25]] * 5)
    outputs = np.array([[0.25], [0.375], [0.125], [0.3755], [0.1245]])
    assert wrong_points(outputs, data, kind, 0.5, 0.125).tolist() == [False, False, False, True, True]


def test_a_class_is_wrong_when_short_of_the_margin() -> None:
    data = data_of([[0.02], [0.02], [-0.02], [-0.02]])
    outputs = np.array([[0.02], [0.019], [-0.5], [0.5]])
    kind = TaskKind.CLASSIFICATION
    assert wrong_points(outputs, data, kind, 0.0, 9.9).tolist() == [False, True, False, True]
    assert wrong_points(outputs, data, kind, 0.019, 9.9).tolist() == [False, False, False, True]
    assert wrong_points(outputs, data, kind, 0.3, 9.9).tolist() == [True, True, False, True]


def test_one_wrong_output_makes_its_point_wrong() -> None:
    data = DataSet(np.zeros((3, 1)), np.full((3, 2), 0.1))
    outputs = np.array([[0.1, 0.1], [0.1, 0.2], [0.2, 0.1]])
    found = wrong_points(outputs, data, TaskKind.REGRESSION, 0.0, 1e-3)
    assert found.tolist() == [False, True, True]
    assert found.dtype == np.bool_


@given(pairs, st.one_of(st.just(0.0), st.floats(1e-3, 0.5)))
@settings(max_examples=60, deadline=None)
def test_no_wrong_class_means_no_hinge_loss_and_the_other_way_round(
    case: tuple[np.ndarray, np.ndarray], margin: float
) -> None:
    outputs, labels = case
    labels = np.where(labels == 0, 0.1, labels)
    data = data_of(labels)
    wrong = wrong_points(outputs, data, TaskKind.CLASSIFICATION, margin, 0.0)
    short = np.array(
        [
            literal_hinge(outputs[[p]], labels[[p]], rest_margins(data, margin)[[p]])
            for p in range(len(labels))
        ]
    )
    assert np.all(wrong[short > 0])  # a loss can also be 0 where output and label agree short of the margin
    if not wrong.any():
        assert score(outputs, data, TaskKind.CLASSIFICATION, margin).error_V2 == 0.0


@pytest.mark.parametrize("kind", list(TaskKind))
def test_a_reading_that_is_not_a_number_is_never_right(kind: TaskKind) -> None:
    """A broken reading must not end a run as perfect."""
    data = data_of([[0.02], [-0.02]])
    outputs = np.array([[np.nan], [-0.02]])
    assert wrong_points(outputs, data, kind, 0.0, 1e-3).tolist() == [True, False]


def test_a_reading_that_is_not_a_number_does_not_pass_the_margin() -> None:
    loss = hinge_loss(np.array([[np.nan], [-0.02]]), np.array([[0.02], [-0.02]]), 0.02)
    assert math.isnan(loss)


# ── scores ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [TaskKind.REGRESSION, TaskKind.ALLOSTERY])
def test_the_score_of_a_regression_is_its_mean_square_error(kind: TaskKind) -> None:
    found = score(np.array([[0.1], [0.2]]), data_of([[0.1], [0.1]]), kind, 0.5)
    assert found.error_V2 == found.mse_V2 == pytest.approx(0.005)
    assert found.accuracy is None
    assert found.worst_margin_V is None


def test_the_score_of_a_classification_is_its_hinge_loss_accuracy_and_worst_margin() -> None:
    data = data_of([[0.02], [0.02], [-0.02], [-0.02]])
    outputs = np.array([[0.03], [0.01], [-0.02], [0.005]])
    found = score(outputs, data, TaskKind.CLASSIFICATION, 0.0)
    assert found.error_V2 == pytest.approx((0.01**2 + 0.025**2) / 4)
    assert found.mse_V2 == pytest.approx((0.01**2 + 0.01**2 + 0.025**2) / 4)
    assert found.accuracy == 0.75
    assert found.worst_margin_V == pytest.approx(-0.005)


def test_accuracy_asks_for_the_right_side_only_and_zero_is_no_side() -> None:
    data = data_of([[0.02], [0.02], [-0.02]])
    found = score(np.array([[1e-9], [0.0], [-1e-9]]), data, TaskKind.CLASSIFICATION, 0.01)
    assert found.accuracy == pytest.approx(2 / 3)


def test_a_point_of_two_outputs_is_right_when_both_are() -> None:
    data = DataSet(np.zeros((2, 1)), np.array([[0.1, -0.1], [0.1, -0.1]]), classes=np.array([0, 1]))
    found = score(np.array([[0.2, -0.2], [0.2, 0.2]]), data, TaskKind.CLASSIFICATION, 0.0)
    assert found.accuracy == 0.5
