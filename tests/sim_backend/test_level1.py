"""Level1, Diode, MixedLaw and the faults without a circuit simulator: closed forms, brentq, dividers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq

from protocols import ConfigError, Network, periodic_lattice
from sim_backend import Diode, Level1, MixedLaw, Open, Short, SquareLaw, solve
from sim_backend.plant import diode, edge_law, level1

from .networks import random_case

VTO, GAMMA, PHI, LAMBDA = 0.75, 1.09, 0.94995, 0.199985
BETA = 6.24961e-5 * 138 / 7.8
R_TAIL, R_HEAD = 0.3 * 73.213, 73.213
PAIR = Network(2, ((0, 1),))
GATE = st.floats(0.3, 5)
VOLT = st.floats(-0.3, 5)


def law(gate, a, b, r_tail=R_TAIL, r_head=R_HEAD):
    return level1.level1(gate, a, b, VTO, BETA, GAMMA, PHI, LAMBDA, r_tail, r_head)


def channel(gate, a, b):
    """Return the current without series resistances, written out anew, in amperes."""
    low, drop = min(a, b), abs(a - b)
    root = np.sqrt(PHI + low) if low >= 0 else max(np.sqrt(PHI) + low / (2 * np.sqrt(PHI)), 0.0)
    over = max(gate - low - VTO - GAMMA * (root - np.sqrt(PHI)), 0.0)
    reach = min(over, drop)  # beyond pinch-off the drop adds nothing but the lambda factor
    return np.sign(a - b) * BETA * (over - reach / 2) * reach * (1 + LAMBDA * drop)


def by_bisection(gate, a, b, r_tail=R_TAIL, r_head=R_HEAD):
    end = channel(gate, a, b)
    if end == 0:
        return 0.0
    return brentq(
        lambda i: i - channel(gate, a - r_tail * i, b + r_head * i), *sorted((0, end)), xtol=1e-18, rtol=1e-14
    )


@pytest.mark.parametrize(
    ("gate", "a", "b", "amperes"),
    [
        (0.7, 0.4, 0.0, 0.0),  # cut off
        (1.0, 0.4, 0.3, 0.0),  # cut off by the body effect too
        (0.95, 0.4, 0.0, BETA * 0.2**2 / 2 * (1 + LAMBDA * 0.4)),  # saturated
        (2.75, 0.4, 0.0, BETA * 1.8 * 0.4 * (1 + LAMBDA * 0.4)),  # ohmic
        (2.0, 0.2, 0.2, 0.0),
    ],
)
def test_channel_worked_by_hand(gate, a, b, amperes):
    assert law(gate, a, b, 0.0, 0.0)[0] == pytest.approx(amperes, rel=1e-12, abs=0)
    assert law(gate, b, a, 0.0, 0.0)[0] == pytest.approx(-amperes, rel=1e-12, abs=0)


@given(GATE, VOLT, VOLT, st.floats(0, 1e4), st.floats(0, 1e4))
def test_current_is_the_root_with_the_series_resistances(gate, a, b, r_tail, r_head):
    expected = by_bisection(gate, a, b, r_tail, r_head)
    assert law(gate, a, b, r_tail, r_head)[0] == pytest.approx(expected, rel=1e-12, abs=1e-17)


def test_current_is_the_root_far_below_ground_and_for_the_card():
    rng = np.random.default_rng(1)
    for gate, a, b in rng.uniform([0.3, -4, -4], [5, 5, 5], (2000, 3)):
        assert law(gate, a, b)[0] == pytest.approx(by_bisection(gate, a, b), rel=1e-12, abs=1e-17)


@given(GATE, VOLT, VOLT)
def test_slopes_are_the_derivatives(gate, a, b):
    h = 1e-6
    current, by_a, by_b = law(gate, a, b)
    for slope, da, db in ((by_a, h, 0), (by_b, 0, h)):
        difference = (by_bisection(gate, a + da, b + db) - by_bisection(gate, a - da, b - db)) / (2 * h)
        # slopes are continuous, their derivatives are not: a kink within h costs h times the curvature
        assert slope == pytest.approx(difference, rel=1e-6, abs=BETA * 10 * h)
    assert (by_a, by_b) == (0.0, 0.0) if current == 0 and a != b else by_a - by_b >= 0


@given(GATE, VOLT, VOLT, VOLT)
def test_current_rises_with_the_tail_and_falls_with_the_head(gate, a, b, other):
    low, high = sorted((a, other))
    assert law(gate, low, b)[0] <= law(gate, high, b)[0] + 1e-17
    assert law(gate, b, low)[0] >= law(gate, b, high)[0] - 1e-17
    assert law(gate, a, b)[1] >= 0
    assert law(gate, a, b)[2] <= 0
    assert law(gate, a, b)[0] * (a - b) >= 0


@given(GATE, VOLT, VOLT, st.floats(0, 1e3))
def test_equal_resistances_make_it_antisymmetric(gate, a, b, ohm):
    forward, (back, by_b, by_a) = law(gate, a, b, ohm, ohm), law(gate, b, a, ohm, ohm)
    assert forward == pytest.approx((-back, -by_a, -by_b), rel=1e-12, abs=1e-18)


@given(st.floats(-3, 0.9), st.floats(1e-16, 1e-8), st.floats(1, 2))
def test_diode_follows_shockley(volts, saturation, ideality):
    scale = ideality * diode.THERMAL_V
    assume(volts / scale < 39)
    devices = Diode(saturation, ideality).devices(PAIR)
    current, by_a, by_b = edge_law.edge_current(devices, 0, np.nan, 0.2 + volts, 0.2)
    drop = (0.2 + volts) - 0.2
    exact = saturation * np.expm1(drop / scale) + 1e-12 * drop
    assert current == pytest.approx(exact, rel=1e-11, abs=1e-30)
    assert by_a == pytest.approx(saturation * np.exp(drop / scale) / scale + 1e-12, rel=1e-11)
    assert by_b == -by_a


def test_diode_goes_on_straight_far_above():
    edge, scale = 40 * diode.THERMAL_V, diode.THERMAL_V
    below, at_edge = diode.diode(edge - 1e-9, 0.0, 1e-14, scale), diode.diode(edge, 0.0, 1e-14, scale)
    assert below[:2] == pytest.approx(at_edge[:2], rel=1e-6)
    far = diode.diode(edge + 50, 0.0, 1e-14, scale)
    assert far[1] == at_edge[1]
    assert far[0] == pytest.approx(at_edge[0] + 50 * at_edge[1])
    assert abs(diode.THERMAL_V - 0.02586) < 1e-5


CHAIN = Network(3, ((0, 1), (1, 2)), {0: 100.0})


@pytest.mark.parametrize(
    ("by_edge", "middle"),
    [
        ({1: Short(300.0)}, 0.3),  # beside the fixed 100 Ω
        ({0: Short(300.0), 1: Short(100.0)}, 0.1),  # in place of it
        ({0: Short(), 1: Short(3.0)}, 0.3),
        ({1: Open()}, 0.4),  # a dead end behind the fixed resistor
        ({0: Open(), 1: Short()}, 0.0),
        ({0: Open(), 1: Open()}, 0.0),  # floating
    ],
)
def test_dividers(by_edge, middle):
    v = solve(CHAIN, 2.0, {0: 0.4, 2: 0.0}, MixedLaw(SquareLaw(), by_edge))
    np.testing.assert_allclose(v, [0.4, middle, 0.0], rtol=0, atol=1e-13)


def test_a_diode_in_place_of_a_fixed_resistor():
    v = solve(CHAIN, 2.0, {0: 1.0, 2: 0.0}, MixedLaw(Open(), {0: Diode(), 1: Short(1e3)}))
    assert v[1] == pytest.approx(
        brentq(lambda x: x / 1e3 - edge_law.edge_current(Diode().devices(PAIR), 0, 0.0, 1.0, x)[0], 0, 1)
    )


def test_a_transistor_in_place_of_a_fixed_resistor_needs_its_gate():
    mixed, fixed = MixedLaw(SquareLaw(), {0: Level1(), 1: Short(1e3)}), {0: 0.4, 2: 0.0}
    v = solve(CHAIN, [2.0, np.nan], fixed, mixed)
    assert v[1] == pytest.approx(brentq(lambda x: x / 1e3 + 2e-12 * x - by_bisection(2.0, 0.4, x), 0, 0.4))
    with pytest.raises(ConfigError, match="no number"):
        solve(CHAIN, [np.nan, 2.0], fixed, mixed)


def test_nodes_cut_off_by_open_edges_are_at_zero():
    ring = Network(6, tuple((n, (n + 1) % 6) for n in range(6)), {3: 50.0})
    for default in (SquareLaw(), Level1(), Diode()):
        v = solve(ring, 3.0, {0: 0.4, 1: 0.2}, MixedLaw(default, {1: Open(), 5: Open()}))
        np.testing.assert_array_equal(v, [0.4, 0.2, 0, 0, 0, 0])
    np.testing.assert_array_equal(solve(ring, 3.0, {0: 0.4}, Open()), [0.4, 0, 0, 0, 0, 0])


def test_an_open_edge_leaves_a_dead_end():
    ring = Network(4, ((0, 1), (1, 2), (2, 3), (3, 0)))
    v = solve(ring, 3.0, {0: 0.4}, MixedLaw(SquareLaw(), {3: Open()}))
    np.testing.assert_array_equal(v, 0.4)


def test_cut_off_nodes_leak_to_zero():
    lattice = periodic_lattice(4, 4)
    assert Level1().devices(lattice).leak == pytest.approx(4e-12)
    v = solve(lattice, 0.5, {0: 0.4, 7: 0.2}, Level1())
    np.testing.assert_allclose(np.delete(v, [0, 7]), 0, rtol=0, atol=1e-12)


def test_only_the_ends_of_level1_edges_leak():
    chain = Network(5, ((0, 1), (1, 2), (2, 3), (3, 4)), {2: 50.0})
    mixed = MixedLaw(Level1(), {3: Diode()})
    assert mixed.devices(chain).leak == pytest.approx([1e-12, 2e-12, 1e-12, 0, 0], abs=0)
    assert MixedLaw(SquareLaw(), {1: Level1(gmin_S=1e-9)}).devices(chain).leak[2] == 1e-9
    assert not SquareLaw().devices(chain).leaks
    assert not MixedLaw(Level1(), dict.fromkeys(range(4), Open())).devices(chain).leaks


def test_a_node_hanging_on_a_transistor_rises_no_higher_than_its_gate_lets_it():
    # 1e-12 S pull the node down: the transistor is on the very edge of cut-off
    v = solve(PAIR, 1.0, {0: 3.0}, Level1())
    over = 1.0 - v[1] - VTO - GAMMA * (np.sqrt(PHI + v[1]) - np.sqrt(PHI))
    assert 0 < over < 1e-4


@pytest.mark.parametrize("number", [380, 381, 578, 773, 914, 995])
def test_nodes_held_by_nothing_but_transistors_on_the_edge_of_cut_off_settle(number):
    # Newton alone loses its way in these: drops of volts, gates of 0.7 to 1.1 V
    network, gates, fixed, _, _ = random_case(number)
    fixed = {node: volts * 11 for node, volts in fixed.items()}
    law, held = Level1(), list(fixed)
    v, devices = solve(network, gates, fixed, law), law.devices(network)
    leaving = devices.leak * v
    for edge, (a, b) in enumerate(network.edges):
        current = edge_law.edge_current(devices, edge, gates[edge], v[a], v[b])[0]
        leaving[a] += current
        leaving[b] -= current
    assert np.max(np.abs(np.delete(leaving, held))) < 1e-14
    assert v.min() >= 0
    assert v.max() <= max(fixed.values())


def test_values_per_edge_and_laws_within_laws():
    vto = np.array([0.75, 0.5])
    inner = MixedLaw(Level1(vto_V=vto), {0: Open()})
    devices = MixedLaw(inner, {1: SquareLaw(np.array([9.0, 0.7]), 1e-3)}).devices(CHAIN)
    assert devices.kind.tolist() == [edge_law.RESISTOR, edge_law.SQUARE_LAW]
    assert devices.strength.tolist() == [0.0, 1e-3]
    assert devices.threshold[1] == 0.7
    row = Level1(vto, kp_A_per_V2=np.array([1e-5, 2e-5])).devices(Network(3, CHAIN.edges))
    assert row.threshold.tolist() == [0.75, 0.5]
    assert row.strength == pytest.approx(np.array([1e-5, 2e-5]) * 138 / 7.8)
    np.testing.assert_allclose(row.more[1], [GAMMA, PHI, LAMBDA, R_TAIL, R_HEAD, 0], rtol=1e-14)


def test_conductance():
    network = Network(4, ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3)), {5: 400.0})
    mixed = MixedLaw(SquareLaw(), {1: Level1(), 2: Diode(1e-9, 2.0), 3: Open(), 4: Short(20.0)})
    gates = np.array([[2.62, 1.75, 0, 0, 0, np.nan], [0.5, 0.5, 9, 9, 9, 9]])
    rest = [1e-9 / (2 * diode.THERMAL_V), 0.0, 0.05, 1 / 400]
    expected = [[8.5e-4 * 2, 1 / (1 / BETA + R_TAIL + R_HEAD), *rest], [0, 0, *rest]]
    np.testing.assert_allclose(mixed.conductance(gates, network), expected, rtol=1e-12)
    assert mixed.conductance(gates[0], network).shape == (6,)
    assert mixed.conductance(2.0, network).shape == (6,)


@pytest.mark.parametrize("uniform", [SquareLaw(), Level1(), Short(7.0), Open()])
@given(gate=st.floats(0.9, 5))
def test_conductance_is_the_slope_at_zero(uniform, gate):
    slope = edge_law.edge_current(uniform.devices(PAIR), 0, gate, 0.0, 0.0)[1]
    assert uniform.conductance(gate, PAIR)[0] == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Short(0.0), "above 0 ohm"),
        (lambda: Diode(ideality=0.0), "ideality"),
        (lambda: Level1(phi_V=0.0), "surface potential"),
        (lambda: Level1(length_m=0.0), "channel"),
        (lambda: MixedLaw(SquareLaw(), {2: Open()}).devices(CHAIN), "no such edge"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
