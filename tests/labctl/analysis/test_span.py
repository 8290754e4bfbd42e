"""Cycle span and combined error: against the linear theory, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labctl.analysis import cycle_span, path_diameter, steady_cycle, switch_pairs
from labctl.analysis.theory import TwoEdgeBoard
from labctl.analysis.theory import steady_cycle as theory_cycle
from protocols.errors import DataError

from .made import two_edge_run

TASKS = ((0.4351, 0.31), (0.0181, 0.14))
BIAS = np.array([2.87, 4.72])


def theory(tau_s: float):
    board = TwoEdgeBoard()
    crossing = board.line(*TASKS[0]).crossing(board.line(*TASKS[1]))
    return theory_cycle([board.linear_task(*t, crossing, BIAS) for t in TASKS], tau_s)


def run_of(tau_s: float, periods: int = 12, noise_V: float = 0.0, drift_V: float = 0.0, **kwargs):
    """Return a run whose rounds stand at the switches of the exact steady cycle."""
    cycle = theory(tau_s)
    half = round(tau_s / 2e-4)
    n = 2 * periods + 1
    # round 0: the second task has just ended
    ends = np.array([cycle.switches_V[k % 2 - 1] for k in range(n)])
    rng = np.random.default_rng(1)
    gates = ends + noise_V * rng.standard_normal(ends.shape) + drift_V * np.arange(n)[:, None]
    residual = np.array([[t.residuals_V(g)[0] for t in cycle.tasks] for g in ends])
    return cycle, two_edge_run(
        {
            "gate_voltage": gates,
            "train_output": (np.array([0.31, 0.14]) - residual)[:, :, None],
            "round_cycle": half * np.arange(n),
        },
        half=half,
        **kwargs,
    )


@pytest.mark.parametrize("tau_s", [0.002, 0.02, 0.2])
def test_a_steady_cycle_has_the_span_and_error_of_the_theory(tau_s: float) -> None:
    expected, run = run_of(tau_s)
    found = steady_cycle(run)
    assert found.period_s == pytest.approx(tau_s)
    assert found.span.span_V == pytest.approx(expected.span_V, rel=1e-9)
    assert found.span.span_as_read_V == pytest.approx(expected.span_V, rel=1e-9)
    assert found.error_V2 == pytest.approx(expected.error_V2, rel=1e-6)
    assert found.pairs == 12
    assert np.isnan(found.hinge_V2)


def test_noise_of_readings_averages_out_of_the_mean_displacement() -> None:
    expected, run = run_of(0.002, periods=400, noise_V=5e-3)
    found = steady_cycle(run, last=0).span
    assert found.span_V == pytest.approx(expected.span_V, abs=4 * found.span_uncertainty_V + 1e-4)
    assert found.span_uncertainty_V == pytest.approx(5e-3 * np.sqrt(2) / np.sqrt(800), rel=0.3)
    noise2 = 2 * 2 * (5e-3) ** 2  # two edges, two readings
    assert found.span2_as_read_V2 == pytest.approx(expected.span_V**2 + noise2, rel=0.1)


def test_a_steady_drift_is_no_part_of_the_span() -> None:
    expected, run = run_of(0.02, drift_V=1e-2)
    found = steady_cycle(run).span
    assert found.span_V == pytest.approx(expected.span_V, rel=1e-9)
    assert found.span_as_read_V != pytest.approx(expected.span_V, rel=1e-3)


def test_counting_every_edge_twice_makes_it_larger_by_root_two() -> None:
    _, run = run_of(0.02)
    once, twice = steady_cycle(run).span, steady_cycle(run, double_counted=True).span
    assert twice.span_V == pytest.approx(np.sqrt(2) * once.span_V)
    assert twice.span2_as_read_V2 == pytest.approx(2 * once.span2_as_read_V2)


STATES = arrays(float, (6, 5), elements=st.floats(0.5, 5.0))


@given(STATES, STATES, st.permutations(range(5)), st.integers(0, 99))
def test_numbering_shifting_and_turning_gate_space_changes_nothing(before, after, order, seed) -> None:
    reference = cycle_span(before, after)
    turned, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((5, 5)))
    for a, b in (
        (before[:, order], after[:, order]),
        (before + 0.3, after + 0.3),
        (before @ turned, after @ turned),
        (after, before),
    ):
        other = cycle_span(a, b)
        assert other.span_V == pytest.approx(reference.span_V, abs=1e-9)
        assert other.span_as_read_V == pytest.approx(reference.span_as_read_V, abs=1e-9)
    assert reference.span_V <= reference.span_as_read_V + 1e-12


def test_a_span_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="pair up"):
        cycle_span(np.zeros((2, 3)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="pair up"):
        cycle_span(np.zeros((0, 3)), np.zeros((0, 3)))


def test_pairs_lie_half_a_period_apart_and_use_each_round_once() -> None:
    cycles = np.array([0, 3, 5, 10, 15, 25, 30, 31])
    assert switch_pairs(cycles, 5) == [(0, 2), (3, 4), (5, 6)]
    assert switch_pairs(cycles, 5, last=4) == [(5, 6)]
    assert switch_pairs(cycles, 100) == []


def test_runs_without_a_cycle_say_so() -> None:
    gates = np.full((4, 2), 2.0)
    with pytest.raises(DataError, match="do not take turns"):
        steady_cycle(two_edge_run({"gate_voltage": gates}, inputs_V=(0.4351,), labels_V=(0.31,)))
    odd = {
        "gate_voltage": gates,
        "round_cycle": np.array([0, 7, 11, 13]),
        "train_output": np.zeros((4, 2, 1)),
    }
    with pytest.raises(DataError, match=r"half a period \(50 cycles\)"):
        steady_cycle(two_edge_run(odd, half=50))


def test_the_diameter_of_a_path_is_its_largest_distance() -> None:
    angle = np.linspace(0, 2 * np.pi, 33)
    circle = np.column_stack([3 + 0.2 * np.cos(angle), 4 + 0.2 * np.sin(angle)])
    assert path_diameter(circle) == pytest.approx(0.4)
    assert path_diameter(np.vstack([circle, [np.nan, 4.0]])) == pytest.approx(0.4)
    assert np.isnan(path_diameter(circle[:1]))
