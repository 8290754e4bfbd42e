"""The regression itself, on bursts made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.learning_fit import Burst, fit_learning
from calibration.routine import Nominal, Result
from calibration.routines.learning import _judge_rates, _result
from protocols import periodic_lattice

NETWORK = periodic_lattice(2, 2)
GATES = np.full(NETWORK.n_edges, 2.5)
RNG = np.random.default_rng(3)


def bursts(rate, count=60, noise=2e-4, **changes):
    """Bursts of a board whose edges have these rates, bias 1 V/s, offset 5 mV."""
    made = []
    for k in range(count):
        contrast = RNG.normal(0, 1e-4, NETWORK.n_edges)
        drop = RNG.normal(0, 3e-3, NETWORK.n_edges)
        x = np.column_stack(
            [contrast, drop, np.full(NETWORK.n_edges, 0.03), np.full(NETWORK.n_edges, 15.0 + k)]
        )
        moved = x @ np.array([0, 0, 1.0, 2e-6]) + rate * (contrast + 2 * 5e-3 * drop)
        moved += noise * RNG.standard_normal(NETWORK.n_edges)
        usable = np.ones(NETWORK.n_edges, dtype=bool)
        made.append(
            Burst("made", x, np.zeros(NETWORK.n_edges), moved, np.full(NETWORK.n_edges, noise), usable, GATES)
        )
    return made


def test_rate_bias_offset_and_charge_come_out():
    fit = fit_learning(NETWORK, bursts(1400.0), 1377.0)
    for found, true in ((fit.rate, 1400.0), (fit.bias, 1.0), (fit.offset, 5e-3), (fit.charge, 2e-6)):
        assert np.all(np.abs(found.mean - true) < 4 * found.uncertainty)
    assert fit.growth == 0.0
    assert 0.6 < np.median(fit.chi2) < 1.5


def test_a_fit_that_does_not_fit_is_no_pass():
    made = bursts(1400.0, noise=2e-4)
    for b in made:
        b.moved_u[:] = 1e-6
    fit = fit_learning(NETWORK, made, 1377.0)
    result = _result("made", made, fit)
    assert not result.passed
    assert [(f.kind, f.channel) for f in result.findings] == [("no fit", "board")]
    assert _result("made", made, replace(fit, kind_chi2={"made": 1.2})).findings == []


def test_without_a_bias_its_growth_is_unknown():
    made = bursts(1400.0)
    for k, b in enumerate(made):
        moved = b.moved - b.regressors[:, 2]  # the bias of 1 V/s
        made[k] = replace(b, moved=moved, gates_V=GATES + 0.5 * k / NETWORK.n_edges)
    fit = fit_learning(NETWORK, made, 1377.0)
    assert fit.growth == 0.0
    assert 0.01 < fit.growth_u <= 1.0


def test_a_burst_that_a_wall_cut_short_does_not_count():
    made = bursts(1400.0)
    made[7].moved[:] = 0.3
    fit = fit_learning(NETWORK, made, 1377.0)
    assert np.all(np.abs(fit.bias.mean - 1.0) < 4 * fit.bias.uncertainty)
    assert np.all(fit.bias.uncertainty < 0.01)


def test_an_edge_that_learns_the_wrong_way_is_named():
    class Seen:
        network = NETWORK

    rates = np.full(NETWORK.n_edges, 1400.0)
    rates[2] = -1400.0
    rates[3] = 0.0
    result = Result("made")
    _judge_rates(result, Seen(), fit_learning(NETWORK, bursts(rates), 1377.0), Nominal())
    names = NETWORK.edge_names()
    assert {(f.kind, f.channel) for f in result.findings} == {
        ("wrong way", f"edge 2 ({names[2]})"),
        ("does not learn", f"edge 3 ({names[3]})"),
    }


def test_offset_and_bias_that_cannot_be_told_apart_are_known_as_such():
    made = bursts(1400.0)
    for b in made:
        b.regressors[:, 1] = 0.1 * b.regressors[:, 2]  # the drop never varies
    fit = fit_learning(NETWORK, made, 1377.0)
    assert np.all(np.abs(fit.correlation) > 0.95)
    assert np.all(2 * fit.offset.uncertainty > 1e-3)
    assert fit.bias.uncertainty.min() > 0.1  # honest: not the 0.002 V/s of the other tests


def test_weights_of_snapshots_integrate_a_straight_line_exactly():
    from calibration.learning_fit import _trapezoid_weights

    times = np.array([0.1, 0.3, 0.4, 0.9])
    weights = _trapezoid_weights(times, 0.9)
    assert weights.sum() == pytest.approx(0.9)
    assert weights @ (2 + 3 * times) == pytest.approx(2 * 0.9 + 1.5 * 0.9**2)
