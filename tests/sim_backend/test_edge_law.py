"""The square law against DESIGN §2.2 written out in numpy: all regimes, 1e-12 relative."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import Network
from sim_backend import SquareLaw
from sim_backend.plant import edge_law

from . import reference

S = 8.5e-4
VOLT = st.floats(0, 0.5)
OVERDRIVE = st.floats(-1.0, 5.0)


def table(count, low, high, seed):
    """Overdrives in [low, high] with pairs of node voltages at least 1 mV apart."""
    rng = np.random.default_rng(seed)
    a, drop = rng.uniform(0, 0.3), rng.uniform(1e-3, 0.4, count)
    pairs = np.column_stack([np.full(count, a), a + drop])
    swap = rng.random(count) < 0.5
    pairs[swap] = pairs[swap, ::-1]
    return rng.uniform(low, high, count), pairs[:, 0], pairs[:, 1]


@pytest.mark.parametrize(("low", "high"), [(0.8, 5.0), (0.0, 0.8), (-0.6, 0.3)])
def test_current_follows_the_closed_form_in_every_regime(low, high):
    over, a, b = table(2000, low, high, seed=1)
    got = np.array([edge_law.square_law(*x, S)[0] for x in zip(over, a, b, strict=True)])
    np.testing.assert_allclose(got, reference.current(over, a, b, S), rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("overdrive", "a", "b", "amperes"),
    [
        (2.0, 0.3, 0.1, S * 1.8 * 0.2),  # ohmic: S·(u_od − mean)·δ
        (0.25, 0.4, 0.1, S * 0.15**2 / 2),  # saturated
        (0.096, 0.4, 0.0, S * 0.096**2 / 2),  # the boundary of saturation
        (-0.004, 0.4, 0.0, S * 0.096**2 / 20),  # a decade down
        (-0.104, 0.4, 0.0, S * 0.096**2 / 200),  # two
        (0.05, 0.05, 0.0, S * 0.05**2 / 2),  # small drop: the boundary is δ itself
        (-0.05, 0.05, 0.0, S * 0.05**2 / 20),
        (0.0, 0.2, 0.2, 0.0),
    ],
)
def test_current_worked_by_hand(overdrive, a, b, amperes):
    assert edge_law.square_law(overdrive, a, b, S)[0] == pytest.approx(amperes, rel=1e-12, abs=0)
    assert edge_law.square_law(overdrive, b, a, S)[0] == pytest.approx(-amperes, rel=1e-12, abs=0)


@given(OVERDRIVE, VOLT, VOLT)
def test_current_is_antisymmetric_and_flows_downhill(overdrive, a, b):
    current, by_a, by_b = edge_law.square_law(overdrive, a, b, S)
    back, back_by_b, back_by_a = edge_law.square_law(overdrive, b, a, S)
    assert current == -back
    assert (by_a, by_b) == (-back_by_a, -back_by_b) or a == b
    assert current * (a - b) >= 0


@given(st.floats(0, 0.3), st.floats(1e-3, 0.45))
def test_current_is_continuous_at_every_boundary(low, drop):
    tiny = 1e-9
    boundaries = [drop, 0.096] if drop > 0.096 else [drop]
    for u in boundaries:
        below = edge_law.square_law(low + u - tiny, low + drop, low, S)[0]
        above = edge_law.square_law(low + u + tiny, low + drop, low, S)[0]
        steepest = S * max(drop, 0.096) * 30
        assert abs(above - below) <= 2 * tiny * steepest
    for d in (0.096 - tiny, 0.096 + tiny):  # from a drop-limited to a 96 mV-limited boundary
        at = edge_law.square_law(low + 0.02, low + d, low, S)[0]
        assert at == pytest.approx(edge_law.square_law(low + 0.02, low + 0.096, low, S)[0], rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(0.8, 5.0), (0.1, 0.5), (-0.4, 0.3)])
def test_slopes_are_the_derivatives(low, high):
    over, a, b = table(500, low, high, seed=2)
    h = 1e-6
    for u, x, y in zip(over, a, b, strict=True):
        edges = (abs(u - max(x, y)), abs(u - min(x, y) - 0.096), abs(abs(x - y) - 0.096))
        if min(edges) < 1e-5:  # a kink: no derivative
            continue
        current, by_a, by_b = edge_law.square_law(u, x, y, S)
        step_a = (reference.current(u, x + h, y, S) - reference.current(u, x - h, y, S)) / (2 * h)
        step_b = (reference.current(u, x, y + h, S) - reference.current(u, x, y - h, S)) / (2 * h)
        scale = abs(step_a) + abs(step_b) + abs(current)
        assert abs(by_a - step_a) < 1e-6 * scale
        assert abs(by_b - step_b) < 1e-6 * scale


def test_reference_slopes_agree_with_the_compiled_ones():
    over, a, b = table(2000, -0.5, 5.0, seed=3)
    compiled = np.array([edge_law.square_law(*x, S)[1:] for x in zip(over, a, b, strict=True)])
    np.testing.assert_allclose(
        compiled, np.transpose(reference.slopes(over, a, b, S)), rtol=1e-11, atol=1e-30
    )


def test_a_resistor_obeys_ohm():
    devices = SquareLaw().devices(Network(2, ((0, 1),), {0: 500.0}))
    assert edge_law.edge_current(devices, 0, 3.0, 0.3, 0.1) == (pytest.approx(4e-4), 2e-3, -2e-3)


def test_published_constants_are_the_defaults():
    assert (SquareLaw().threshold_V, SquareLaw().strength_A_per_V2) == (0.62, 8.5e-4)
    assert edge_law.SATURATION_ONSET_V == 0.096
