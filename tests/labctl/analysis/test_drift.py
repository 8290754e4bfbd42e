"""Drift along and across the solution manifold, erasure, walls: closed forms of two tasks on two edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.analysis import (
    DriftClock,
    drift_end,
    erasure_in_turns,
    erasure_rate,
    fitted_velocity,
    gate_drift,
    mean_velocity,
    on_walls,
    output_jacobian,
    path_speeds,
    saturated_span2,
    speed_growth,
    split_velocity,
    walls_share,
)
from labctl.analysis.theory import TwoEdgeBoard, two_tasks
from protocols.errors import DataError

from .made import two_edge_run

BOARD = TwoEdgeBoard()
BIAS = np.array([2.87, 4.72])
ALPHA, BETA = (0.4351, 0.31), (0.0181, 0.14)


def held(task=ALPHA, seconds: float = 0.05, n: int = 40):
    """Return times and gates of a task held alone, slid along its line, and its well."""
    line = BOARD.line(*task)
    start = line.nearest(np.array([3.0, 3.5]))
    speed = line.direction @ BIAS
    time = np.linspace(0, seconds, n)
    return time, start + speed * time[:, None] * line.direction, BOARD.well(start, task[1]), line


def test_velocities_are_those_of_straight_lines() -> None:
    rng = np.random.default_rng(1)
    time = np.sort(rng.uniform(0, 1, 30))
    gates = rng.normal(0, 1, (30, 5)) + 3 * time[:, None]
    np.testing.assert_allclose(fitted_velocity(time, gates), np.polyfit(time, gates, 1)[0])
    np.testing.assert_allclose(mean_velocity(time, gates), (gates[-1] - gates[0]) / (time[-1] - time[0]))
    with pytest.raises(ValueError, match="two different times"):
        fitted_velocity(np.zeros(30), gates)


def test_a_held_task_drifts_along_its_line_at_the_bias_projected_on_it() -> None:
    time, gates, _, line = held()
    run = two_edge_run({"gate_voltage": gates, "learning_time": time}, inputs_V=ALPHA[:1], labels_V=ALPHA[1:])
    found = gate_drift(run, jacobian=output_jacobian(run))
    assert found.speed_V_per_s == pytest.approx(abs(line.direction @ BIAS), rel=1e-9)
    assert found.along_V_per_s == pytest.approx(found.speed_V_per_s, rel=1e-6)
    assert found.across_V_per_s < 1e-3 * found.along_V_per_s
    assert found.per_edge_V_per_s == pytest.approx(found.speed_V_per_s / np.sqrt(2))
    assert found.duration_s == pytest.approx(0.025, rel=0.1)


def test_a_push_off_the_line_is_across() -> None:
    time, gates, _, line = held()
    pushed = gates + 0.7 * time[:, None] * line.normal
    run = two_edge_run(
        {"gate_voltage": pushed, "learning_time": time}, inputs_V=ALPHA[:1], labels_V=ALPHA[1:]
    )
    found = gate_drift(run, since=0.0, jacobian=output_jacobian(run, 0))
    assert found.across_V_per_s == pytest.approx(0.7, rel=1e-3)


@given(st.integers(1, 4), st.integers(0, 999))
def test_the_two_parts_of_a_velocity_are_normal_and_only_one_is_felt(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    jacobian, velocity = rng.standard_normal((rows, 6)), rng.standard_normal(6)
    along, across = split_velocity(velocity, jacobian)
    np.testing.assert_allclose(along + across, velocity, atol=1e-12)
    np.testing.assert_allclose(jacobian @ along, 0, atol=1e-9)
    assert along @ across == pytest.approx(0, abs=1e-9)


def test_cycles_measure_drift_where_learning_hardly_goes_on() -> None:
    gates = 2.0 + 1e-3 * np.arange(11)[:, None] * np.ones(2)
    run = two_edge_run(
        {"gate_voltage": gates, "round_cycle": 100 * np.arange(11), "learning_time": np.zeros(11)}
    )
    per_time = gate_drift(run, clock=DriftClock.CYCLES, cycle_s=1e-4)
    assert per_time.per_edge_V_per_s == pytest.approx(1e-3 / 1e-2)
    with pytest.raises(DataError, match="no learning time"):
        gate_drift(run)


def test_the_swing_of_a_task_cycle_is_no_drift() -> None:
    n, half = 41, 50
    swing = np.where(np.arange(n) % 2 == 0, -0.2, 0.2)
    time = 5e-3 * np.arange(n)
    gates = 3 + swing[:, None] + 0.4 * time[:, None] * np.array([1.0, 0.0])
    run = two_edge_run(
        {"gate_voltage": gates, "round_cycle": half * np.arange(n), "learning_time": time}, half=half
    )
    found = gate_drift(run).velocity_V_per_s
    np.testing.assert_allclose(found, [0.4, 0], atol=1e-9)


def test_speed_that_grows_exponentially_grows_at_its_rate() -> None:
    time = np.linspace(0, 1, 200)
    gates = (np.exp(0.6 * time) / 0.6)[:, None] * np.array([[0.6, 0.8]])
    assert speed_growth(time, gates) == pytest.approx(0.6, rel=1e-4)
    at, speed = path_speeds(time, gates)
    np.testing.assert_allclose(speed, np.exp(0.6 * at), rtol=1e-4)


def test_what_is_stored_runs_away_at_the_rate_of_the_theory() -> None:
    time, gates, beta, _ = held(BETA, seconds=1e-3)
    alpha = BOARD.well(gates[0], ALPHA[1])
    missed = ALPHA[1] - BOARD.output_V(gates, ALPHA[0])
    # The theory takes α's sensitivity at its own line, so start where both lines cross.
    crossing = BOARD.line(*ALPHA).crossing(BOARD.line(*BETA))
    missed = ALPHA[1] - BOARD.output_V(crossing + gates - gates[0], ALPHA[0])
    alpha = BOARD.well(crossing, ALPHA[1])
    expected = two_tasks.erasure_rate(BIAS, alpha, beta)
    assert erasure_rate(time, missed[:, None, None]) == pytest.approx(expected, rel=0.02)
    with pytest.raises(ValueError, match="two different times"):
        erasure_rate(np.zeros(3), np.zeros((3, 1)))


def test_turns_erase_what_the_other_turn_stored() -> None:
    """Task 0 misses by 1 mV after its own turn and 5 mV after the other's; task 1 by 2 and −4 mV."""
    n, half = 21, 100
    own = np.arange(n) % 2 == 1  # odd switches end a turn of task 0
    miss = np.where(own[:, None], [1e-3, -4e-3], [5e-3, 2e-3])
    run = two_edge_run(
        {
            "gate_voltage": np.full((n, 2), 2.0),
            "round_cycle": half * np.arange(n),
            "train_output": (np.array([0.31, 0.14]) - miss)[:, :, None],
        },
        half=half,
    )
    first, second = erasure_in_turns(run)
    assert (first.kept_V, first.lost_V) == (pytest.approx(1e-3), pytest.approx(5e-3))
    assert (second.kept_V, second.lost_V) == (pytest.approx(2e-3), pytest.approx(4e-3))
    assert first.rate_V_per_s == pytest.approx(4e-3 / 1e-2)
    assert second.rate_V_per_s == pytest.approx(6e-3 / 1e-2)
    with pytest.raises(DataError, match="two tasks"):
        erasure_in_turns(two_edge_run({"gate_voltage": np.full((n, 2), 2.0)}))


def test_gates_on_walls_and_ends_of_drifts() -> None:
    gates = np.array([[2.0, 2.0], [5.16, 2.0], [5.18, 1.0]])
    assert on_walls(gates, 0.99, 5.18).tolist() == [[False, False], [True, False], [True, True]]
    assert not on_walls(np.array([np.nan]), 0.99, 5.18).any()
    run = two_edge_run({"gate_voltage": gates})
    assert walls_share(run).tolist() == [0, 0.5, 1]
    a = drift_end(np.vstack([np.zeros((10, 2)), np.full((5, 2), 3.0)]), last=5)
    assert saturated_span2(a, np.array([3.0, 1.0])) == pytest.approx(4.0)
