"""The static solve against scipy root finding, Kirchhoff, Ohm and the maximum principle."""

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import ConfigError, InstrumentError, Network, lattice, periodic_lattice, two_edge_board
from sim_backend import SquareLaw, solve

from . import reference
from .networks import random_case

AGREED_V = 1e-9
KIRCHHOFF_A = 1e-12
CASES, CHUNK = 200, 20


@pytest.mark.parametrize("first", range(0, CASES, CHUNK))
def test_random_networks_agree_with_scipy(first):
    for number in range(first, first + CHUNK):
        network, gates, fixed, threshold, strength = random_case(number)
        plant = reference.Plant.of(network, threshold, strength)
        expected = reference.voltages(plant, gates, fixed)
        got = solve(network, gates, fixed, SquareLaw(threshold, strength))
        # in this order: NaN fails a comparison
        assert np.max(np.abs(got - expected)) < AGREED_V, network.name
        left = np.delete(plant.leaving(gates, got), list(fixed))
        assert np.max(np.abs(left), initial=0.0) < KIRCHHOFF_A, network.name


def test_the_zoo_covers_every_regime_and_floating_nodes():
    seen = dict.fromkeys(("ohmic", "saturated", "sub-threshold", "resistor", "floating", "parallel"), 0)
    for number in range(CASES):
        network, gates, fixed, threshold, strength = random_case(number)
        v = reference.voltages(reference.Plant.of(network, threshold, strength), gates, fixed)
        a, b = v[np.array(network.edges).T]
        transistor = np.array([e not in network.fixed_resistance for e in range(len(network.edges))])
        u, drop = gates - threshold - np.minimum(a, b), np.abs(a - b)
        live = transistor & (drop > 1e-6)
        seen["ohmic"] += np.sum(live & (u > drop))
        seen["saturated"] += np.sum(live & (u <= drop) & (u > 0.096))
        seen["sub-threshold"] += np.sum(live & (u <= drop) & (u <= 0.096))
        seen["resistor"] += np.sum(~transistor)
        seen["floating"] += len(network.unreachable(fixed))
        seen["parallel"] += len(network.edges) - len({frozenset(e) for e in network.edges})
    assert min(seen.values()) >= 30, {name: int(count) for name, count in seen.items()}


@pytest.mark.parametrize("seed", range(10))
def test_resistor_networks_obey_the_graph_laplacian(seed):
    rng = np.random.default_rng(seed)
    graph = networkx.connected_watts_strogatz_graph(24, 4, 0.4, seed=seed)
    ohms = 10 ** rng.uniform(1, 5, graph.number_of_edges())
    network = Network(24, tuple(graph.edges), dict(enumerate(ohms)))
    laplacian = np.zeros((24, 24))
    for (a, b), ohm in zip(graph.edges, ohms, strict=True):
        laplacian[[a, b], [a, b]] += 1 / ohm
        laplacian[[a, b], [b, a]] -= 1 / ohm
    fixed = {0: 0.0181, 7: 0.4351, 13: 0.2}
    expected = reference.laplacian_voltages(laplacian, fixed)
    np.testing.assert_allclose(solve(network, 0.0, fixed), expected, rtol=0, atol=1e-13)


def test_a_transistor_divider_has_a_closed_form():
    # two equal edges in series: S(u − (a+m)/2)(a − m) = S(u − (m+b)/2)(m − b), so (u−m)² is the mean
    network, gate = Network(3, ((0, 1), (1, 2))), 2.0
    u, a, b = gate - 0.62, 0.4, 0.1
    middle = u - np.sqrt(((u - a) ** 2 + (u - b) ** 2) / 2)
    assert solve(network, gate, {0: a, 2: b})[1] == pytest.approx(middle, abs=1e-13)


def test_a_wide_gap_of_currents_does_not_matter():
    # a node between a 50 Ω resistor and an edge twenty decades weaker
    network = Network(3, ((0, 1), (1, 2)), {0: 50.0})
    assert solve(network, -1.5, {0: 0.3, 2: 0.1})[1] == pytest.approx(0.3, abs=1e-12)


@pytest.mark.parametrize("gate", [0.0, 0.4, 0.6, 0.75, 3.0])
def test_a_dead_end_takes_the_voltage_of_what_it_hangs_on(gate):
    # node 2 joins node 1 well, but the pair joins the source only by an edge far below threshold
    network = Network(3, ((0, 1), (1, 2)))
    np.testing.assert_allclose(solve(network, [gate, 2.0], {0: 0.3}), 0.3, rtol=0, atol=AGREED_V)


def test_floating_nodes_are_at_zero():
    network = Network(6, ((0, 1), (1, 2), (3, 4), (4, 5)))
    v = solve(network, 2.0, {0: 0.4, 2: 0.2})
    assert np.all(v[3:] == 0)
    assert 0.2 < v[1] < 0.4
    assert np.all(solve(network, 2.0, {}) == 0)


def test_everything_driven_is_returned_as_driven():
    network = two_edge_board()
    np.testing.assert_array_equal(solve(network, 2.0, {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4}), [0.1, 0.2, 0.3, 0.4])


def test_turning_an_edge_around_changes_nothing():
    rng = np.random.default_rng(5)
    network = periodic_lattice(4, 4)
    gates, fixed = rng.uniform(0.6, 4, 32), {0: 0.05, 6: 0.44, 11: 0.2}
    turned = Network(16, tuple((b, a) if k % 2 else (a, b) for k, (a, b) in enumerate(network.edges)))
    np.testing.assert_allclose(solve(network, gates, fixed), solve(turned, gates, fixed), rtol=0, atol=1e-11)


@settings(max_examples=100)
@given(
    data=st.data(),
    shape=st.tuples(st.integers(2, 5), st.integers(2, 5), st.booleans()),
    low=st.floats(0, 5),
    width=st.floats(0, 5),
    seed=st.integers(0, 10**6),
)
def test_maximum_principle_for_any_gates(data, shape, low, width, seed):
    network = lattice(*shape[:2], periodic=shape[2])
    edges, nodes = network.n_edges, network.nodes
    gates = low + width * np.random.default_rng(seed).random(edges)
    driven = data.draw(st.lists(st.integers(0, nodes - 1), min_size=1, max_size=4, unique=True))
    fixed = {n: data.draw(st.floats(0, 0.4532)) for n in driven}
    v = solve(network, gates, fixed)
    assert np.all(np.isfinite(v))
    assert v.min() >= min(fixed.values()) - 1e-12
    assert v.max() <= max(fixed.values()) + 1e-12
    left = np.delete(reference.Plant.of(network).leaving(gates, v), driven)
    assert np.max(np.abs(left), initial=0.0) < KIRCHHOFF_A


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1))
def test_maximum_principle_on_random_graphs(seed):
    network, gates, fixed, threshold, strength = random_case(seed)
    v = solve(network, gates, fixed, SquareLaw(threshold, strength))
    assert np.all(np.isfinite(v))
    floating = network.unreachable(fixed)
    joined = np.delete(v, floating)
    assert np.all(v[floating] == 0)
    assert joined.min() >= min(fixed.values()) - 1e-12
    assert joined.max() <= max(fixed.values()) + 1e-12


def test_a_large_lattice():
    network = periodic_lattice(20, 20)
    gates = np.random.default_rng(8).uniform(0.7, 4, network.n_edges)
    fixed = {0: 0.0, 210: 0.45, 333: 0.3}
    left = np.delete(reference.Plant.of(network).leaving(gates, solve(network, gates, fixed)), list(fixed))
    assert np.max(np.abs(left)) < KIRCHHOFF_A


def test_a_node_that_does_not_exist_is_refused():
    with pytest.raises(ConfigError, match="no such node"):
        solve(two_edge_board(), 2.0, {4: 0.1})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gate_that_is_no_number_is_refused_not_solved(bad):
    with pytest.raises((ConfigError, InstrumentError)):
        solve(two_edge_board(), [bad, 2.0, 0.0], {1: 0.1, 2: 0.4, 3: 0.2})


@pytest.mark.parametrize(
    ("gates", "fixed", "key"),
    [
        (np.ones(3), {0: 0.1}, "gates"),
        (4.0, {1.5: 0.2}, "fixed"),
        (4.0, {"a": 0.2}, "fixed"),
        (4.0, {0: "a"}, "fixed[0]"),
        (4.0, {0: np.nan}, "fixed[0]"),
        (4.0, {0: 0.1, 1: np.inf}, "fixed[1]"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(gates, fixed, key):
    with pytest.raises(ConfigError) as caught:
        solve(periodic_lattice(4, 4), gates, fixed)
    assert caught.value.key == key
