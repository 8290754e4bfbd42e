"""The propagator against direct integration, for singular and for non-symmetric stiffness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from labctl.analysis.theory.propagator import propagator, row_space
from protocols.errors import ProtocolError

seeds = st.integers(0, 2**32 - 1)


def integrate(stiffness, force, start, time_s):
    found = solve_ivp(
        lambda _, g: force - stiffness @ g, (0, time_s), start, "DOP853", rtol=1e-12, atol=1e-13
    )
    return found.y[:, -1]


@given(seeds, st.integers(1, 5), st.integers(0, 5), st.floats(1e-4, 0.3))
def test_symmetric_stiffness_of_any_rank_matches_integration(seed, size, rank, time_s):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(min(rank, size), size))
    stiffness = 8 * rows.T @ rows
    force, start = rng.normal(size=size), rng.normal(size=size)
    got = propagator(stiffness, force, time_s, row_space(rows))(start)
    np.testing.assert_allclose(got, integrate(stiffness, force, start, time_s), rtol=0, atol=1e-9)


@given(seeds, st.floats(1e-6, 2.0))
def test_non_symmetric_stiffness_matches_the_augmented_exponential(seed, time_s):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(2, 5))
    response = rows.T @ np.diag([2.0, 5.0]) + 0.2 * rng.normal(size=(5, 2))
    stiffness, force, start = response @ rows, rng.normal(size=5), rng.normal(size=5)
    both = np.zeros((6, 6))
    both[:5, :5], both[:5, 5] = -stiffness, force
    expected = (expm(both * time_s) @ np.append(start, 1.0))[:5]
    np.testing.assert_allclose(propagator(stiffness, force, time_s)(start), expected, rtol=1e-8, atol=1e-8)


def test_without_stiffness_gates_move_at_the_force():
    step = propagator(np.zeros((3, 3)), np.array([1.0, -2.0, 0.5]), 0.25)
    np.testing.assert_array_equal(step.matrix, np.eye(3))
    np.testing.assert_allclose(step(np.ones(3)), [1.25, 0.5, 1.125], rtol=1e-15)


def test_a_tiny_time_keeps_the_second_order():
    """The series must not lose the −½·M·µ·t² term to cancellation."""
    stiffness, force, t = np.diag([3.0, 0.0]), np.array([1.0, 1.0]), 1e-7
    shift = propagator(stiffness, force, t).shift
    assert shift[0] - t == pytest.approx(-1.5 * t**2, rel=1e-6, abs=1e-22)
    assert shift[1] == pytest.approx(t, rel=1e-12)


def test_defective_stiffness_is_refused():
    with pytest.raises(ProtocolError, match="too few eigenvectors"):
        propagator(np.array([[1.0, 1.0], [0.0, 1.0]]), np.zeros(2), 0.1)


def test_row_space_and_null_space_complete_each_other():
    rows = np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]])
    felt, null = row_space(rows)
    assert felt.shape == (3, 1)
    np.testing.assert_allclose(rows @ null, 0, atol=1e-14)
    np.testing.assert_allclose(np.hstack([felt, null]).T @ np.hstack([felt, null]), np.eye(3), atol=1e-14)
