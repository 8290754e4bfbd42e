"""Closed forms for two tasks on two edges against the steady cycle, and against the published numbers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labctl.analysis.theory import LinearTask, steady_cycle
from labctl.analysis.theory import two_tasks as closed
from labctl.analysis.theory.two_tasks import Well
from protocols.errors import ProtocolError

from .published import EXP1, EXP2, NOMINAL_RATE

angles = st.floats(0.0, np.pi)
speeds = st.floats(-5, 5)
rates = st.floats(5, 200)
sensitivities = st.floats(0.01, 0.1)


def well(angle, rate, sensitivity):
    return Well(np.array([np.cos(angle), np.sin(angle)]), rate, sensitivity)


def linear(well, bias):
    jacobian = well.sensitivity * well.normal
    response = well.rate_per_s / well.sensitivity * well.normal
    return LinearTask(np.array([3.0, 3.5]), jacobian[None], np.zeros(1), response[:, None], bias)


@given(angles, angles, rates, rates, sensitivities, sensitivities, speeds, speeds, st.floats(1e-3, 1.0))
def test_span_and_error_are_those_of_the_steady_cycle(ta, tb, ra, rb, sa, sb, bx, by, tau_s):
    assume(abs(np.sin(ta - tb)) > 0.1)
    bias = np.array([bx, by])
    assume(np.linalg.norm(bias) > 1e-3)
    a, b = well(ta, ra, sa), well(tb, rb, sb)
    cycle = steady_cycle([linear(a, bias), linear(b, bias)], tau_s)
    assert closed.span_rate(bias, a.normal, b.normal) * tau_s == pytest.approx(cycle.span_V, rel=1e-6)
    assert closed.combined_error(tau_s, bias, a, b) == pytest.approx(cycle.error_V2, rel=1e-6)


def test_tasks_with_biases_of_their_own():
    a, b = well(0.3, 80, 0.04), well(1.4, 50, 0.05)
    bias_a, bias_b = np.array([1.0, 2.0]), np.array([-0.5, 1.5])
    cycle = steady_cycle([linear(a, bias_a), linear(b, bias_b)], 0.05)
    assert closed.span_rate(bias_a, a.normal, b.normal, bias_b) == pytest.approx(
        cycle.span_V / 0.05, rel=1e-8
    )


@given(angles, angles, speeds, speeds)
def test_the_bias_comes_back_from_its_two_drifts(ta, tb, bx, by):
    bias = np.array([bx, by])
    a, b = linear(well(ta, 80, 0.04), bias), linear(well(tb, 60, 0.04), bias)
    va, vb = a.drift_V_per_s(), b.drift_V_per_s()
    assume(abs(np.sin(ta - tb)) > 0.05 and min(np.linalg.norm(va), np.linalg.norm(vb)) > 1e-2)
    np.testing.assert_allclose(closed.bias_from_drifts(va, vb), bias, atol=1e-6)


def test_limits_of_the_error():
    bias, a, b = np.array([2.0, -1.0]), well(0.3, 80, 0.04), well(1.4, 50, 0.05)
    slope = closed.large_period_error(bias, a, b)
    assert closed.combined_error(1e4, bias, a, b) == pytest.approx(slope * 1e8, rel=1e-3)
    crossover_s = closed.crossover_period(bias, a, b)
    assert slope * crossover_s**2 == pytest.approx(closed.combined_error(1e-7, bias, a, b), rel=1e-5)
    assert closed.crossover_period(3 * bias, a, b) == pytest.approx(crossover_s, rel=1e-12)  # whatever |B|


def test_erasure_is_that_of_the_linear_tasks():
    bias, a, b = np.array([2.0, -1.0]), well(0.3, 80, 0.04), well(1.4, 50, 0.05)
    expected = linear(a, bias).erasure_V_per_s(linear(b, bias))
    assert closed.erasure_rate(bias, a, b) == pytest.approx(expected, rel=1e-9)


def test_parallel_lines_and_absent_bias_are_refused():
    a, b = well(0.3, 80, 0.04), well(1.4, 50, 0.05)
    with pytest.raises(ProtocolError, match="parallel"):
        closed.oblique_components(np.ones(2), a.normal, -a.normal)
    with pytest.raises(ProtocolError, match="no crossover"):
        closed.crossover_period(np.zeros(2), a, b)


# Numbers published with arXiv:2505.22887 or following from its notebook: bias and span rate to 1e-3,
# what is quoted with two or three digits to those digits.
NOTEBOOK = {
    "exp1": (EXP1, (2.8653, 4.7175), 6.3431, 6.16e-5, (81.1, 76.8), 0.043, 0.148),
    "exp2": (EXP2, (-0.2856, 2.0014), 2.4923, 1.04e-5, (69.7, 58.6), 0.051, 0.020),
}


@pytest.mark.parametrize("name", NOTEBOOK)
def test_published_two_edge_numbers(name):
    published, bias, rate, floor, stiffness, crossover, erasure = NOTEBOOK[name]
    got = closed.bias_from_drifts(*(np.array(v) for v in published.drifts_V_per_s))
    np.testing.assert_allclose(got, bias, atol=1.5e-3)
    a, b = published.tasks(np.array(bias))
    na, nb = (line.normal for line in published.lines)
    assert closed.span_rate(np.array(bias), na, nb) == pytest.approx(rate, rel=1e-3)
    wells = []
    for task, expected in zip((a, b), stiffness, strict=True):
        sigma = float(np.linalg.norm(task.jacobian))
        wells.append(Well(task.jacobian[0] / sigma, float(np.trace(task.stiffness_per_s)), sigma))
        assert wells[-1].rate_per_s == pytest.approx(expected, abs=0.06)
    assert closed.combined_error(1e-6, np.array(bias), *wells) == pytest.approx(floor, rel=5e-3)
    assert closed.crossover_period(np.array(bias), *wells) == pytest.approx(crossover, abs=6e-4)
    assert closed.erasure_rate(np.array(bias), *wells) == pytest.approx(erasure, abs=6e-4)


# Measured on the boards: (D/τ in V/s, error floor in V², τ at twice the floor in s).
@pytest.mark.parametrize(("published", "measured"), [(EXP1, (6.9, 4.6e-5)), (EXP2, (2.5, 1.06e-5))])
def test_the_fitted_bias_explains_what_was_measured(published, measured):
    bias = np.array(published.fitted_bias_V_per_s)
    na, nb = (line.normal for line in published.lines)
    assert closed.span_rate(bias, na, nb) == pytest.approx(measured[0], rel=0.1)
    tasks = published.tasks(bias, published.fitted_rate)
    drops = [t.response_per_s[:, 0] / (2 * published.fitted_rate * NOMINAL_RATE) for t in tasks]
    floor = closed.error_floor(bias, *drops, published.fitted_rate * NOMINAL_RATE * 128 / 129)
    assert floor == pytest.approx(measured[1], rel=0.3)
