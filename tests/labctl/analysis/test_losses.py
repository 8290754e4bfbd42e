"""Losses at every round: by hand, and the same as the engine's scores of a run."""

from __future__ import annotations

import numpy as np
import pytest

from labctl.analysis import accuracies, class_loss, hinge_losses, mean_square_errors, settled_error
from protocols.errors import DataError
from protocols.metrics import score
from protocols.task import DataSet, TaskKind

from .made import class_run, two_edge_run

LABEL_V = 18.13e-3


def outputs(*, in_mV: list[float]) -> np.ndarray:
    return 1e-3 * np.array([in_mV])


def test_hinge_counts_only_what_is_short_of_its_label() -> None:
    # right and past; right but short; on the wrong side; exactly at the label
    run = class_run(outputs(in_mV=[40, 10, -5, -18.13]), [1, 1, 1, 0])
    expected = ((18.13 - 10) ** 2 + (18.13 + 5) ** 2) / 4 * 1e-6
    assert hinge_losses(run)[0] == pytest.approx(expected)
    assert accuracies(run)[0] == 0.75
    loss = class_loss(run)
    assert (loss.class_error, loss.accuracy, loss.rounds) == (0.25, 0.75, 1)
    assert loss.worst_margin_V == pytest.approx(-5e-3)


def test_rounds_agree_with_the_scores_of_the_engine() -> None:
    rng = np.random.default_rng(4)
    read = rng.normal(0, 0.03, (7, 8))
    classes = [1, 1, 1, 1, 0, 0, 0, 0]
    run = class_run(read, classes)
    labels = np.where(np.array(classes) == 1, LABEL_V, -LABEL_V)[:, None]
    for k, of_round in enumerate(read[:, :, None]):
        expected = score(of_round, DataSet(np.zeros((8, 1)), labels), TaskKind.CLASSIFICATION, 0.0)
        assert hinge_losses(run)[k] == pytest.approx(expected.error_V2)
        assert mean_square_errors(run)[k] == pytest.approx(expected.mse_V2)
        assert accuracies(run)[k] == expected.accuracy
    last = class_loss(run, last=3)
    assert last.hinge_V2 == pytest.approx(hinge_losses(run)[-3:].mean())
    assert last.class_error == pytest.approx(1 - accuracies(run)[-3:].mean())


def test_rounds_that_were_not_read_have_no_loss() -> None:
    read = np.full((3, 4), 0.03)
    read[1, 2] = np.nan
    run = class_run(read, [1, 1, 1, 1])
    assert np.isnan(hinge_losses(run)).tolist() == [False, True, False]
    assert np.isnan(mean_square_errors(run)).tolist() == [False, True, False]
    assert class_loss(run).hinge_V2 == 0
    with pytest.raises(DataError, match="no outputs were read"):
        class_loss(class_run(np.full((2, 4), np.nan), [1, 1, 0, 0]))


def test_regression_has_no_classes() -> None:
    run = two_edge_run({"gate_voltage": np.full((3, 2), 2.0), "train_output": np.zeros((3, 2, 1))})
    assert mean_square_errors(run) == pytest.approx((0.31**2 + 0.14**2) / 2)
    for what in (hinge_losses, accuracies, class_loss):
        with pytest.raises(DataError, match="does not sort"):
            what(run)


def test_the_end_of_a_run_is_told_with_and_without_noise() -> None:
    rng = np.random.default_rng(2)
    true_V, noise_V, n = 2e-4, 1e-3, 5000
    read = np.array([0.31, 0.14]) + true_V + noise_V * rng.standard_normal((n, 2))
    run = two_edge_run({"gate_voltage": np.full((n, 2), 2.0), "train_output": read[:, :, None]})
    end = settled_error(run, tail=1.0)
    assert end.settled
    assert end.error_V2 == pytest.approx(true_V**2 + noise_V**2, rel=0.05)
    assert end.noise_free_V2 == pytest.approx(true_V**2, abs=4 * noise_V**2 / np.sqrt(2 * n))


def test_an_error_that_still_falls_is_not_settled() -> None:
    n = 100
    miss = 0.1 * np.exp(-np.arange(n) / 10)
    read = np.array([0.31, 0.14]) - miss[:, None]
    arrays = {"gate_voltage": np.full((n, 2), 2.0), "train_output": read[:, :, None]}
    end = settled_error(two_edge_run(arrays))
    assert not end.settled
    assert end.error_V2 == pytest.approx(np.mean(miss[-20:] ** 2))
    assert np.isnan(settled_error(two_edge_run(arrays, half=10)).noise_free_V2)
    with pytest.raises(DataError, match="no outputs"):
        settled_error(two_edge_run({"gate_voltage": np.full((n, 2), 2.0)}))
