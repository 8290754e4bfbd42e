"""Conflicting tasks, and what walls leave of the drift."""

import numpy as np
import pytest

from labctl.analysis.theory import LinearTask, TwoEdgeBoard, join_points, steady_cycle
from labctl.analysis.theory.conflict import conflict_distance, conflict_gap, conflict_span
from labctl.analysis.theory.walls import drift_end, saturation
from protocols.errors import ProtocolError

from .published import EXP1, EXP2

BIAS = np.array([0.9, 0.6])


def conflicting(bias):
    """Return a task with one solution (two points), and another whose line misses it: the third board's."""
    board, near = TwoEdgeBoard(), np.array([2.5, 2.5])
    point = board.line(0.0181, 0.1432).crossing(board.line(0.4351, 0.2683))
    a = join_points([board.linear_task(*t, point, bias) for t in ((0.0181, 0.1432), (0.4351, 0.2683))])
    return a, board.linear_task(0.0181, 0.1557, near, bias), point


def test_the_distance_of_a_point_from_a_line():
    a, b, point = conflicting(np.zeros(2))
    line = TwoEdgeBoard().line(0.0181, 0.1557)
    assert conflict_distance(a, b) == pytest.approx(abs(line.distance_V(point)), rel=1e-9)
    np.testing.assert_allclose(conflict_gap(a, b) @ line.direction, 0, atol=1e-9)


def test_compatible_tasks_have_no_gap():
    assert conflict_distance(*EXP1.tasks(np.array([2.86, 4.72]))) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("tau_s", [20.0, 60.0])
def test_slow_alternation_spans_the_gap_and_the_drift(tau_s):
    a, b, _ = conflicting(BIAS)
    slowest = np.linalg.eigvalsh(a.stiffness_per_s).min()
    assert slowest * tau_s / 2 > 10  # each task has the time to settle
    assert conflict_span(a, b, tau_s) == pytest.approx(steady_cycle([a, b], tau_s).span_V, rel=1e-3)


def test_conflict_without_bias_is_a_plateau():
    a, b, _ = conflicting(np.zeros(2))
    spans = [steady_cycle([a, b], tau_s).span_V for tau_s in (20.0, 200.0)]
    np.testing.assert_allclose(spans, conflict_distance(a, b), rtol=1e-6)


# The published boards' lines were slightly curved far from the crossing; here they are straight.
@pytest.mark.parametrize(
    ("published", "high_V", "measured_V2"), [(EXP1, (5.03, 5.18), 4.973), (EXP2, (5.03, 5.19), 1.566)]
)
def test_saturated_span_of_the_published_boards(published, high_V, measured_V2):
    tasks = published.tasks(np.array(published.fitted_bias_V_per_s))
    got = saturation(*tasks, np.array([0.99, 0.99]), np.array(high_V))
    assert got.span_V**2 == pytest.approx(measured_V2, rel=0.2)
    for end in got.ends_V:
        assert np.min(np.abs(end - high_V)) < 1e-9  # each stands on a wall


def test_drift_ends_at_the_first_wall():
    end = drift_end(np.array([2.0, 3.0]), np.array([1.0, -1.0]), np.array([1.0, 1.0]), np.array([5.0, 5.0]))
    np.testing.assert_allclose(end, [4.0, 1.0])


def test_drift_without_motion_or_from_outside_is_refused():
    low, high = np.array([1.0, 1.0]), np.array([5.0, 5.0])
    with pytest.raises(ProtocolError, match="without drift"):
        drift_end(np.array([2.0, 3.0]), np.zeros(2), low, high)
    with pytest.raises(ProtocolError, match="outside the walls"):
        drift_end(np.array([2.0, 5.3]), np.ones(2), low, high)


def test_saturated_error_is_the_error_at_the_ends():
    n = np.array([0.0, 1.0])
    a = LinearTask(np.array([3.0, 2.0]), 0.1 * n[None], np.zeros(1), 500 * n[:, None], np.array([1.0, 0.0]))
    m = np.array([1.0, 0.0])
    b = LinearTask(np.array([3.0, 2.0]), 0.1 * m[None], np.zeros(1), 500 * m[:, None], np.array([0.0, 1.0]))
    got = saturation(a, b, np.array([1.0, 1.0]), np.array([5.0, 5.0]))
    np.testing.assert_allclose(got.ends_V, [[5.0, 2.0], [3.0, 5.0]], atol=1e-9)
    # One task's gates are 2 V, the other's 3 V off the other's line at 0.1 V/V, each at one of two ends.
    assert got.error_V2 == pytest.approx((0.3**2 + 0.2**2) / 4)
