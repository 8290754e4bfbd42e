"""One linear task: rest, drift, erasure, and joining data points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.analysis.theory import LinearTask, join_points
from protocols.errors import ProtocolError

seeds = st.integers(0, 2**32 - 1)


def random_task(rng, edges=4, rows=1, symmetric=True, points=1):
    jacobian = 0.1 * rng.normal(size=(rows, edges))
    mix = (
        np.diag(rng.uniform(50, 500, rows))
        if symmetric
        else rng.uniform(100, 300, (rows, rows)) * np.eye(rows)
    )
    response = jacobian.T @ mix
    if not symmetric:
        response = response + 2.0 * rng.normal(size=response.shape)
    return LinearTask(
        rng.uniform(2, 4, edges),
        jacobian,
        0.01 * rng.normal(size=rows),
        response,
        rng.normal(size=edges),
        points,
    )


@given(seeds, st.booleans())
def test_at_rest_only_the_drift_is_left(seed, symmetric):
    rng = np.random.default_rng(seed)
    task = random_task(rng, 5, 2, symmetric)
    velocity = task.velocity_V_per_s(task.rest())
    np.testing.assert_allclose(velocity, task.drift_V_per_s(), atol=1e-7)
    np.testing.assert_allclose(task.jacobian @ velocity, 0, atol=1e-8)  # outputs stay where they are


@given(seeds)
def test_after_a_long_time_training_has_brought_the_gates_to_rest(seed):
    rng = np.random.default_rng(seed)
    task = random_task(rng, 4, 1)
    start = task.gates_V + rng.normal(size=4)
    time_s = 40 / np.linalg.eigvalsh(task.stiffness_per_s).max()
    end = task.propagator(time_s)(start)
    expected = task.rest(near_V=start) + task.drift_V_per_s() * time_s
    np.testing.assert_allclose(end, expected, atol=1e-6)


def test_drift_of_one_output_is_the_bias_projected_on_its_line():
    n, bias = np.array([0.6, 0.8]), np.array([2.0, -1.0])
    task = LinearTask(np.ones(2), 0.04 * n[None], np.zeros(1), 2000 * n[:, None], bias)
    np.testing.assert_allclose(task.drift_V_per_s(), bias - n * (n @ bias), atol=1e-12)


def test_erasure_is_the_rate_at_which_the_stored_output_moves():
    rng = np.random.default_rng(3)
    stored, trained = random_task(rng, 4, 2, points=2), random_task(rng, 4, 1)
    v = trained.drift_V_per_s()
    here, later = (stored.residuals_V(trained.rest() + v * t) for t in (0.0, 0.5))
    rms = np.sqrt(np.mean(((later - here) / 0.5) ** 2))
    assert stored.erasure_V_per_s(trained) == pytest.approx(rms, rel=1e-9)
    assert trained.erasure_V_per_s(trained) == pytest.approx(0, abs=1e-12)


def test_joined_points_learn_at_the_mean_velocity_and_have_the_mean_error():
    rng = np.random.default_rng(4)
    first = random_task(rng, 4, 1)
    second = LinearTask(
        first.gates_V, 0.1 * rng.normal(size=(1, 4)), [0.02], rng.normal(size=(4, 1)), rng.normal(size=4)
    )
    both = join_points([first, second])
    gates = first.gates_V + 0.1
    mean = (first.velocity_V_per_s(gates) + second.velocity_V_per_s(gates)) / 2
    np.testing.assert_allclose(both.velocity_V_per_s(gates), mean, atol=1e-12)
    assert both.error_V2(gates) == pytest.approx((first.error_V2(gates) + second.error_V2(gates)) / 2)


def test_joining_three_points_in_any_grouping_is_the_same():
    rng = np.random.default_rng(5)
    gates = rng.uniform(2, 4, 3)
    a, b, c = (
        LinearTask(
            gates, rng.normal(size=(1, 3)), rng.normal(size=1), rng.normal(size=(3, 1)), rng.normal(size=3)
        )
        for _ in range(3)
    )
    flat, nested = join_points([a, b, c]), join_points([join_points([a, b]), c])
    np.testing.assert_allclose(flat.stiffness_per_s, nested.stiffness_per_s, atol=1e-12)
    np.testing.assert_allclose(flat.force_V_per_s, nested.force_V_per_s, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"jacobian": np.ones((2, 2))}, "jacobian"),
        ({"bias_V_per_s": np.ones(3)}, "bias"),
        ({"points": 2}, "data points"),
    ],
)
def test_shapes_that_disagree_are_refused(change, words):
    good = {
        "gates_V": np.ones(2),
        "jacobian": np.ones((1, 2)),
        "residual_V": np.zeros(1),
        "response_per_s": np.ones((2, 1)),
        "bias_V_per_s": np.zeros(2),
    }
    LinearTask(**good)
    with pytest.raises(ProtocolError, match=words):
        LinearTask(**(good | change))


def test_points_written_about_other_gates_are_joined_as_the_same_model():
    rng = np.random.default_rng(6)
    a, b = random_task(rng), random_task(rng)
    gates = rng.uniform(2, 4, (3, 4))
    mean = (a.velocity_V_per_s(gates) + b.velocity_V_per_s(gates)) / 2
    np.testing.assert_allclose(join_points([a, b]).velocity_V_per_s(gates), mean, atol=1e-10)


def test_no_points_are_no_task():
    with pytest.raises(ProtocolError, match="at least one data point"):
        join_points([])
