"""Steady cycles against direct integration of the alternating linear ODE, and their limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from labctl.analysis.theory import LinearTask, doubling_period, small_period, steady_cycle, sweep_periods
from protocols.errors import ProtocolError

from .published import EXP1, EXP2

seeds = st.integers(0, 2**32 - 1)


def task_about(rng, gates, rows, bias, residual=0.0):
    jacobian = rng.normal(size=(rows, len(gates)))
    response = jacobian.T @ np.diag(rng.uniform(5, 20, rows))
    return LinearTask(gates, jacobian, residual * rng.normal(size=rows), response, bias, rows)


def integrate_cycles(tasks, start, period_s, cycles):
    """Alternate tasks by a general ODE solver; return the start of the last cycle and its switches."""
    gates, switches = start, []
    for number in range(cycles * len(tasks)):
        task = tasks[number % len(tasks)]
        if number == (cycles - 1) * len(tasks):
            first = gates
        span = (0, period_s / len(tasks))
        rule = lambda _, g, task=task: task.velocity_V_per_s(g)  # noqa: E731
        gates = solve_ivp(rule, span, gates, "DOP853", rtol=1e-11, atol=1e-12).y[:, -1]
        switches.append(gates)
    return first, np.array(switches[-len(tasks) :])


@pytest.mark.parametrize(
    ("edges", "rows", "conflict_V"),
    [(2, (1, 1), 0.0), (2, (2, 1), 0.3), (4, (1, 1), 0.0), (5, (2, 1, 1), 0.1)],
)
def test_integration_settles_into_the_steady_cycle(edges, rows, conflict_V):
    rng = np.random.default_rng(edges + 10 * len(rows))
    gates, bias = rng.uniform(2, 4, edges), rng.normal(size=edges)
    tasks = [task_about(rng, gates, r, bias, conflict_V) for r in rows]
    cycle = steady_cycle(tasks, 0.3)
    first, switches = integrate_cycles(tasks, gates, 0.3, 150)
    # Nothing fixes the cycle along what no task feels, so only steps and errors compare.
    steps = np.diff(np.vstack([first, switches]), axis=0)
    expected = np.diff(np.vstack([cycle.start_V, cycle.switches_V]), axis=0)
    np.testing.assert_allclose(steps, expected, atol=1e-8)
    np.testing.assert_allclose((switches[-1] - first) / 0.3, cycle.drift_V_per_s, atol=1e-7)
    assert np.mean([t.error_V2(switches) for t in tasks]) == pytest.approx(cycle.error_V2, rel=1e-7)
    assert cycle.span_V == pytest.approx(np.sqrt(np.mean(np.sum(steps**2, axis=1))), rel=1e-7)


def test_common_drift_counts_in_the_span_a_board_shows_but_not_in_the_orbit():
    rng = np.random.default_rng(1)
    gates, bias = rng.uniform(2, 4, 4), rng.normal(size=4)
    tasks = [task_about(rng, gates, 1, bias), task_about(rng, gates, 1, bias)]
    cycle = steady_cycle(tasks, 0.02)
    per_turn = np.linalg.norm(cycle.drift_V_per_s) * 0.01
    assert per_turn > 0
    assert cycle.span_V**2 == pytest.approx(cycle.span_felt_V**2 + per_turn**2, rel=1e-6)
    np.testing.assert_allclose(
        [t.jacobian @ cycle.drift_V_per_s for t in tasks], 0, atol=1e-9
    )  # no output sees it


@given(seeds, st.floats(1e-4, 10.0))
def test_without_bias_compatible_tasks_do_not_cycle(seed, period_s):
    rng = np.random.default_rng(seed)
    gates = rng.uniform(2, 4, 3)
    cycle = steady_cycle([task_about(rng, gates, 1, np.zeros(3)) for _ in range(2)], period_s)
    assert cycle.span_V < 1e-6
    assert cycle.error_V2 < 1e-12


def test_the_path_closes_and_passes_the_switches():
    a, b = EXP1.tasks(np.array([2.86, 4.72]))
    cycle = steady_cycle([a, b], 0.08)
    path = cycle.path_V(31)
    assert path.shape == (62, 2)
    np.testing.assert_allclose(path[30], cycle.switches_V[0], atol=1e-12)
    np.testing.assert_allclose(path[-1], path[0], atol=1e-10)


@pytest.mark.parametrize("published", [EXP1, EXP2])
def test_small_period_is_the_limit_of_the_steady_cycle(published):
    tasks = published.tasks(np.array(published.fitted_bias_V_per_s))
    limit, cycle = small_period(tasks), steady_cycle(tasks, 1e-5)
    assert cycle.span_V / 1e-5 == pytest.approx(limit.span_rate_V_per_s, rel=1e-6)
    assert cycle.error_V2 == pytest.approx(limit.floor_V2, rel=1e-5)
    np.testing.assert_allclose(limit.drift_V_per_s, 0, atol=1e-12)


def test_small_period_of_three_conflicting_tasks_is_the_limit_too():
    rng = np.random.default_rng(8)
    gates, bias = rng.uniform(2, 4, 4), rng.normal(size=4)
    tasks = [task_about(rng, gates, 1, bias, 0.2) for _ in range(3)]
    limit, cycle = small_period(tasks), steady_cycle(tasks, 1e-6)
    assert cycle.span_V / 1e-6 == pytest.approx(limit.span_rate_V_per_s, rel=1e-4)
    assert cycle.error_V2 == pytest.approx(limit.floor_V2, rel=1e-4)
    np.testing.assert_allclose(cycle.drift_V_per_s, limit.drift_V_per_s, atol=1e-6)


def test_at_the_doubling_period_the_error_is_twice_the_floor():
    tasks = EXP1.tasks(np.array(EXP1.fitted_bias_V_per_s))
    tau_s = doubling_period(tasks)
    assert steady_cycle(tasks, tau_s).error_V2 == pytest.approx(2 * small_period(tasks).floor_V2, rel=1e-8)


def test_a_sweep_is_its_cycles():
    tasks = EXP2.tasks(np.array(EXP2.fitted_bias_V_per_s))
    sweep = sweep_periods(tasks, [0.001, 0.1])
    one = steady_cycle(tasks, 0.1)
    assert (sweep.D_V[1], sweep.error_V2[1]) == (one.span_V, one.error_V2)


def test_bad_periods_and_tasks_are_refused():
    tasks = EXP1.tasks(np.zeros(2))
    with pytest.raises(ProtocolError, match="above 0 s"):
        steady_cycle(tasks, 0.0)
    with pytest.raises(ProtocolError, match="at least one task"):
        steady_cycle([], 0.1)
    with pytest.raises(ProtocolError, match="no error floor"):
        doubling_period(tasks)
    with pytest.raises(ProtocolError, match="above 1"):
        doubling_period(tasks, 1.0)
