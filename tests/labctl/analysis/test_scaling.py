"""Floors, doublings, crossovers and saturations: curves of the linear theory, curves put in by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.analysis import (
    crossover_period,
    doubling_period,
    error_floor,
    fit_floor,
    fit_power_law,
    geometric_mean,
    saturation,
)
from labctl.analysis.theory import TwoEdgeBoard, sweep_periods, two_tasks

TASKS = ((0.4351, 0.31), (0.0181, 0.14))
BIAS = np.array([2.87, 4.72])


@pytest.fixture(scope="module")
def board():
    """Return the periods, the theory's sweep over them, and both wells."""
    model = TwoEdgeBoard(node_voltages=False)
    crossing = model.line(*TASKS[0]).crossing(model.line(*TASKS[1]))
    tau = np.geomspace(1e-4, 10, 60)
    tasks = [model.linear_task(*t, crossing, BIAS) for t in TASKS]
    return model, tau, sweep_periods(tasks, tau), [model.well(crossing, t[1]) for t in TASKS]


def test_span_of_the_theory_is_linear_in_the_period(board) -> None:
    _, tau, sweep, (a, b) = board
    law = fit_power_law(tau, sweep.D_V**2)
    assert law.exponent == pytest.approx(2, abs=1e-4)
    expected = two_tasks.span_rate(BIAS, a.normal, b.normal)
    assert geometric_mean(sweep.D_V / tau) == pytest.approx(expected, rel=1e-4)


def test_floor_and_crossover_of_the_theory_are_found_in_its_curve(board) -> None:
    model, tau, sweep, (a, b) = board
    drops = [model.drops_V(t[1]) for t in TASKS]
    expected = two_tasks.error_floor(BIAS, *drops, model.learning_rate_per_V_s)
    floor = error_floor(tau, sweep.error_V2, (0, 3e-4))
    assert floor == pytest.approx(expected, rel=2e-3)
    crossing = crossover_period(tau, sweep.error_V2, floor, (3, 10), exponent=2)
    assert crossing == pytest.approx(two_tasks.crossover_period(BIAS, a, b), rel=0.02)
    assert crossover_period(tau, sweep.error_V2, floor, (3, 10)) == pytest.approx(crossing, rel=0.2)


@given(st.floats(1e-6, 1e-2), st.floats(5e-3, 0.2), st.floats(0.8, 3))
def test_a_floor_with_a_rise_is_fitted_exactly(floor: float, double: float, p: float) -> None:
    tau = np.geomspace(1e-3, 2, 25)
    fit = fit_floor(tau, floor * (1 + (tau / double) ** p))
    assert fit.floor_V2 == pytest.approx(floor, rel=1e-3)
    assert fit.double_s == pytest.approx(double, rel=1e-3)
    assert fit.exponent == pytest.approx(p, rel=1e-3)
    assert fit(double) == pytest.approx(2 * fit.floor_V2, rel=1e-2)
    found = doubling_period(tau, fit(tau), fit.floor_V2)
    assert found == pytest.approx(fit.double_s, rel=0.03)  # a straight line between two periods


def test_what_has_no_floor_or_no_rise_is_refused() -> None:
    tau = np.geomspace(1e-3, 1, 10)
    with pytest.raises(ValueError, match="does not rise"):
        fit_floor(tau, np.full(10, 2.0))
    with pytest.raises(ValueError, match="four periods"):
        fit_floor(tau[:3], tau[:3])
    with pytest.raises(ValueError, match="no period lies"):
        error_floor(tau, tau, (2, 3))
    with pytest.raises(ValueError, match="no period lies"):
        crossover_period(tau, tau, 1.0, (2, 3), exponent=2)
    with pytest.raises(ValueError, match="does not rise"):
        crossover_period(tau, 1 / tau, 1.0, (1e-3, 1))
    assert doubling_period(tau, np.ones(10), 1.0) is None


def test_saturation_is_the_mean_of_the_last_plateau() -> None:
    assert saturation([1, 4, 9.8, 10.1, 10]) == pytest.approx(9.967, abs=1e-3)
    assert saturation([1, 2, 4]) == 4
    assert saturation([10, 3, 10, 10]) == 10
    with pytest.raises(ValueError, match="no values"):
        saturation([])
