"""Mode errors against numpy's polynomials, overlaps against numpy's correlations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labctl.analysis import mode_errors, modes_of, overlap_with_round, state_overlap, state_overlaps
from protocols.errors import DataError

from .made import two_edge_run

X = np.array([[0.02], [0.11], [0.19], [0.31], [0.43]])
ERRORS = arrays(float, (2, 5, 1), elements=st.floats(-0.1, 0.1))


@given(ERRORS)
def test_squares_of_the_modes_add_up_to_the_mean_square_error(missed) -> None:
    modes = mode_errors(missed, X)
    total = modes.mean_V**2 + modes.slope_V**2 + modes.curvature_V**2 + modes.rest_V**2
    np.testing.assert_allclose(total, np.mean(missed[:, :, 0] ** 2, axis=1), atol=1e-15)


@given(ERRORS)
def test_what_is_left_is_what_a_parabola_cannot_fit(missed) -> None:
    modes = mode_errors(missed, X)
    x = X[:, 0]
    for k, e in enumerate(missed[:, :, 0]):
        for degree, left in ((0, ("slope", "curvature", "rest")), (1, ("curvature", "rest")), (2, ("rest",))):
            rest = e - np.polyval(np.polyfit(x, e, degree), x)
            found = sum(getattr(modes, f"{name}_V")[k] ** 2 for name in left)
            assert found == pytest.approx(np.mean(rest**2), abs=1e-14)


@given(ERRORS, st.permutations(range(5)), st.floats(0.1, 10), st.floats(-1, 1))
def test_order_unit_and_origin_of_the_inputs_do_not_matter(missed, order, scale, shift) -> None:
    reference, other = mode_errors(missed, X), mode_errors(missed[:, order], scale * X[order] + shift)
    for name in ("mean_V", "slope_V", "curvature_V", "rest_V"):
        np.testing.assert_allclose(getattr(other, name), getattr(reference, name), atol=1e-12)


def test_pure_modes_are_told_apart() -> None:
    x = X[:, 0]
    for coefficients, name in (([0.3], "mean"), ([0.2, -0.2 * x.mean()], "slope")):
        error = np.polyval(coefficients, x)[None, :, None]
        modes = mode_errors(error, X)
        assert getattr(modes, f"{name}_V")[0] == pytest.approx(np.sqrt(np.mean(error**2)))
        others = {"mean", "slope", "curvature", "rest"} - {name}
        assert max(getattr(modes, f"{o}_V")[0] for o in others) < 1e-12


def test_in_two_inputs_a_product_is_curvature() -> None:
    x, y = (g.ravel() for g in np.meshgrid([-1.0, 0, 1], [-1.0, 0, 1]))
    modes = mode_errors((x * y)[None, :, None], np.column_stack([x, y]))
    assert modes.curvature_V[0] == pytest.approx(np.sqrt(np.mean((x * y) ** 2)))
    assert max(modes.mean_V[0], modes.slope_V[0], modes.rest_V[0]) < 1e-12


def test_two_points_have_no_curvature_and_nothing_left() -> None:
    run = two_edge_run(
        {"gate_voltage": np.full((2, 2), 2.0), "train_output": np.array([[[0.3], [0.1]], [[0.31], [0.15]]])}
    )
    modes = modes_of(run)
    np.testing.assert_allclose(modes.mean_V, [0.025, 0.005])
    np.testing.assert_allclose(modes.slope_V, [0.015, 0.005])
    assert np.isnan(modes.curvature_V).all()
    assert np.isnan(modes.rest_V).all()
    alone = two_edge_run(
        {"gate_voltage": np.full((2, 2), 2.0), "train_output": np.zeros((2, 1, 1))},
        inputs_V=(0.2,),
        labels_V=(0.3,),
    )
    with pytest.raises(DataError, match="no input varies"):
        modes_of(alone)


@given(st.integers(0, 999), st.permutations(range(7)))
def test_overlap_is_the_correlation_over_edges(seed, order) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, 7))
    assert state_overlap(a, b) == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert state_overlap(a[order], b[order]) == pytest.approx(state_overlap(a, b))
    assert state_overlap(2 * a + 3, b) == pytest.approx(state_overlap(a, b))
    assert state_overlap(a, a) == pytest.approx(1)


def test_changes_overlap_by_their_angle() -> None:
    start = np.array([2.0, 3.0])
    states = start + np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0], [0.0, 0.0]])
    found = state_overlaps(states, start)
    np.testing.assert_allclose(found[:3, :3], [[1, 0, -1], [0, 1, 0], [-1, 0, 1]], atol=1e-12)
    assert np.isnan(found[3]).all()
    run = two_edge_run({"gate_voltage": np.vstack([start, states[:2]])})
    np.testing.assert_allclose(overlap_with_round(run), [np.nan, 0, 1], atol=1e-12)
    # a state alike at all edges has no pattern
    np.testing.assert_allclose(overlap_with_round(run, from_start=False), [1, np.nan, 1])
