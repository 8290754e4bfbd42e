"""The two-edge board: its output in closed form, and what standard learning makes of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import ClampRule, Contrast, Method, Nudge, TimeRule, Timing
from protocols.tables import ClampCircuit
from sim_backend import solve

from .boards import bench, repeated, two_edge

S, V_T, G_IN = 8.5e-4, 0.62, 1 / 500
V_MINUS, V_PLUS = 0.0181, 0.4351


def output(gate_minus, gate_plus, volts_in):
    """Return O with both edges ohmic: Kirchhoff at the output is then a quadratic in O."""
    u = np.array([gate_minus, gate_plus]) - V_T
    rails = np.array([V_MINUS, V_PLUS])
    linear = S * u.sum() + G_IN
    constant = S * np.sum(u * rails - rails**2 / 2) + G_IN * volts_in
    return 2 * constant / (linear + np.sqrt(linear**2 - 4 * S * constant))


@given(st.floats(1.1, 5.0), st.floats(1.1, 5.0), st.floats(0, 0.4532))
def test_output_has_a_closed_form(gate_minus, gate_plus, volts_in):
    wiring = two_edge()
    expected = output(gate_minus, gate_plus, volts_in)
    fixed = {1: V_MINUS, 2: V_PLUS, 3: volts_in}
    assert solve(wiring.network, [gate_minus, gate_plus, 0.0], fixed)[0] == pytest.approx(expected, abs=1e-12)


def test_the_bench_measures_the_closed_form():
    opened = bench(two_edge(), gates=[2.2, 3.7, 0.0])
    inputs = np.array([[V_MINUS, V_PLUS, v] for v in (0.0, 0.1, 0.4351)])
    got = opened.measure(inputs)
    np.testing.assert_allclose(
        got[:, 0], [output(2.2, 3.7, v) for v in (0.0, 0.1, 0.4351)], rtol=0, atol=1e-11
    )


@pytest.mark.parametrize(("volts_in", "label"), [(0.4351, 0.31), (0.0181, 0.14), (0.0181, 0.18)])
@pytest.mark.parametrize("circuit", list(ClampCircuit))
@pytest.mark.parametrize("contrast", list(Contrast))
def test_standard_learning_reaches_the_published_labels(volts_in, label, circuit, contrast):
    opened = bench(two_edge(), circuit=circuit, gates=[3.0, 3.5, 0.0])
    method = Method(clamp=ClampRule(contrast=contrast), time=TimeRule(pulse_s=1e-3))
    record = opened.run(repeated([V_MINUS, V_PLUS, volts_in], [label], 1000, method))
    errors = np.abs(record.free_outputs[:, 0] - label)
    assert errors[-1] < 1e-5
    assert np.all(np.diff(errors) < 1e-9)  # never a step away
    gates = opened.read_gates()
    assert output(gates[0], gates[1], volts_in) == pytest.approx(label, abs=1e-5)


def test_overclamping_reaches_the_label_and_then_stops_learning():
    opened = bench(two_edge(), gates=[3.0, 3.5, 0.0])
    time = TimeRule(Timing.PROPORTIONAL, pulse_s=200e-6, reference_V=0.02, dead_band_V=1e-5)
    method = Method(clamp=ClampRule(Nudge.CONSTANT, amplitude_V=0.1), time=time)
    record = opened.run(repeated([V_MINUS, V_PLUS, 0.4351], [0.31], 500, method))
    assert abs(record.free_outputs[-1, 0] - 0.31) < 1e-5
    assert record.learning_time_s[0] > 0
    assert record.learning_time_s[-1] == 0


def test_at_the_label_a_proportional_nudge_moves_nothing():
    opened = bench(two_edge(), gates=[2.0, 3.0, 0.0])
    inputs = [V_MINUS, V_PLUS, 0.2]
    label = opened.measure(np.array([inputs]))[0]
    opened.run(repeated(inputs, label, 50, Method(time=TimeRule(pulse_s=0.01))))
    np.testing.assert_allclose(opened.read_gates()[:2], [2.0, 3.0], rtol=0, atol=1e-7)
