"""Level1, diodes and faults against ngspice, an independent simulator with the same equations."""

import numpy as np
import pytest

from protocols import Network, periodic_lattice
from sim_backend import Diode, Level1, MixedLaw, Open, Short, SquareLaw, solve
from sim_backend.plant import level1

from . import spice

CONTRACT_V = 50e-6
# ngspice's bulk junctions also pass 1e-14 A: at a node held up by transistors on the edge of cut-off,
# microvolts. Without that current only ngspice's own tolerance is left (measured: 1.4 nV).
AGREED_V, AGREED_WITHOUT_JUNCTIONS_V = 5e-6, 2e-8
NO_JUNCTION_A = 1e-18
TOP_V = 0.4532
LATTICE = periodic_lattice(4, 4)
CARD = Level1().devices(Network(2, ((0, 1),)))


def apart(volts, expected):
    """Return the largest difference at any node that ngspice knows."""
    return max(abs(volts[node] - value) for node, value in expected.items())


def all_parts(gates):
    return [spice.transistor(gate) for gate in gates]


def carried(gate, tail, head):
    """Return the current of one transistor of the card, in amperes."""
    return level1.level1(gate, tail, head, CARD.threshold[0], CARD.strength[0], *CARD.more[0, :5])[0]


def regime(gate, tail, head):
    """Tell what a transistor of the card does: cut off, saturated or ohmic."""
    current = carried(gate, tail, head)
    if current == 0:
        return "cut off" if tail != head else "at rest"
    gamma, phi, _, r_tail, r_head, _ = CARD.more[0]
    ends = tail - r_tail * current, head + r_head * current
    over = gate - min(ends) - CARD.threshold[0] - gamma * (np.sqrt(phi + min(ends)) - np.sqrt(phi))
    return "ohmic" if over > abs(ends[0] - ends[1]) else "saturated"


@pytest.fixture(scope="module")
def lattices():
    """A hundred lattices: (gates, fixed); half as on the board, half with low gates or large drops."""
    rng = np.random.default_rng(2026)
    cases = []
    for number in range(100):
        gates = rng.uniform(0.6, 1.4 if number % 4 == 2 else 5.0, LATTICE.n_edges)
        driven = rng.choice(LATTICE.nodes, int(rng.integers(4, 6)), replace=False)
        volts = rng.uniform(0, 3.0 if number % 4 == 3 else TOP_V, len(driven))
        cases.append((gates, {int(n): float(v) for n, v in zip(driven, volts, strict=True)}))
    return cases


def test_one_transistor():
    grid = np.array(np.meshgrid([0.6, 0.76, 1.0, 1.5, 3, 5], [0, 0.02, 0.2, 0.45, 1, 3, 5])).reshape(2, -1).T
    cases = [(gate, tail, head) for gate, tail in grid for head in (0, 0.05, 0.3, 0.45, 1.2, 5)]
    seen = {regime(*case) for case in cases}
    assert {"cut off", "saturated", "ohmic"} <= seen
    circuits = [(((0, 1),), all_parts([gate]), {0: tail, 1: head}) for gate, tail, head in cases]
    for case, (_, supplied) in zip(cases, spice.solve(circuits, NO_JUNCTION_A), strict=True):
        current, leak = carried(*case), Level1().gmin_S
        # the absolute part: ngspice's leaks hang inside the series resistances and share out differently
        assert supplied[0] == pytest.approx(current + leak * case[1], rel=1e-9, abs=1e-12), case
        assert supplied[1] == pytest.approx(-current + leak * case[2], rel=1e-9, abs=1e-12), case


@pytest.mark.parametrize(
    ("junction_A", "agreed_V"), [(1e-14, AGREED_V), (NO_JUNCTION_A, AGREED_WITHOUT_JUNCTIONS_V)]
)
def test_a_hundred_lattices(lattices, junction_A, agreed_V):
    circuits = [(LATTICE.edges, all_parts(gates), fixed) for gates, fixed in lattices]
    worst = 0.0
    for (gates, fixed), (expected, _) in zip(lattices, spice.solve(circuits, junction_A), strict=True):
        assert len(expected) == LATTICE.nodes
        worst = max(worst, apart(solve(LATTICE, gates, fixed, Level1()), expected))
    assert worst <= CONTRACT_V
    assert worst <= agreed_V


def test_the_lattices_hold_every_regime(lattices):
    seen = {"cut off": 0, "saturated": 0, "ohmic": 0, "at rest": 0}
    for gates, fixed in lattices:
        volts = solve(LATTICE, gates, fixed, Level1())
        for gate, (tail, head) in zip(gates, LATTICE.edges, strict=True):
            seen[regime(gate, volts[tail], volts[head])] += 1
    assert min(seen["cut off"], seen["saturated"], seen["ohmic"]) >= 100, seen


def test_all_edges_off():
    fixed = {0: 0.1, 5: TOP_V, 10: 0.3}
    [(expected, _)] = spice.solve([(LATTICE.edges, all_parts(np.full(32, 0.2)), fixed)])
    volts = solve(LATTICE, 0.2, fixed, Level1())
    assert apart(volts, expected) < 1e-9
    np.testing.assert_allclose(np.delete(volts, list(fixed)), 0, rtol=0, atol=1e-12)


def test_dead_ends_leak():
    # nodes 2 and 3 hang on node 1; what they leak flows through transistors that limit their voltage
    network, gates, fixed = Network(4, ((0, 1), (1, 2), (3, 2))), [2.0, 1.0, 0.9], {0: TOP_V}
    [(expected, _)] = spice.solve([(network.edges, all_parts(gates), fixed)])
    volts = solve(network, gates, fixed, Level1())
    assert apart(volts, expected) < AGREED_V
    assert volts[3] < volts[2] < volts[1] - 0.2


def some_of_everything(rng, edges, *, diodes):
    """Return (laws, parts, gates): half of the edges transistors, the others resistors, shorts and opens."""
    gates = rng.uniform(0.6, 5.0, edges)
    laws, parts = {}, all_parts(gates)
    for edge in np.flatnonzero(rng.random(edges) < 0.5):
        ohm = 10 ** rng.uniform(0, 4)
        others = [(Short(ohm), spice.resistor(ohm)), (Short(), spice.resistor(1)), (Open(), spice.nothing())]
        others += [(Diode(), spice.diode())] * diodes
        laws[edge], parts[edge] = others[rng.integers(len(others))]
    return laws, parts, gates


# A node behind reverse-biased diodes only has leaks to stand on: there even 1e-14 A counts (7 mV).
@pytest.mark.parametrize(("diodes", "junction_A"), [(False, 1e-14), (True, NO_JUNCTION_A)])
def test_a_mixture_of_everything(diodes, junction_A):
    rng = np.random.default_rng(7)
    circuits, ours = [], []
    for number in range(40):
        laws, parts, gates = some_of_everything(rng, LATTICE.n_edges, diodes=diodes)
        driven = rng.choice(LATTICE.nodes, 4, replace=False)
        top = TOP_V if number % 2 else 2.0
        fixed = {int(n): float(v) for n, v in zip(driven, rng.uniform(0, top, 4), strict=True)}
        circuits.append((LATTICE.edges, parts, fixed))
        ours.append(solve(LATTICE, gates, fixed, MixedLaw(Level1(), laws)))
    answers = spice.solve(circuits, junction_A)
    worst = max(apart(volts, expected) for volts, (expected, _) in zip(ours, answers, strict=True))
    assert worst <= CONTRACT_V
    assert worst <= AGREED_V


def test_diodes_among_fixed_resistors():
    edges = ((0, 1), (1, 2), (2, 3), (1, 3), (3, 4), (4, 2), (0, 4))
    network = Network(5, edges, {0: 1e3, 2: 470.0, 4: 2.2e3, 5: 1e4})
    law = MixedLaw(SquareLaw(), {1: Diode(), 3: Diode(), 6: Diode()})
    parts = [
        spice.resistor(network.fixed_resistance[e]) if e in network.fixed_resistance else spice.diode()
        for e in range(len(edges))
    ]
    drives = [{0: 0.45, 3: 0.0}, {0: 5.0, 3: 0.0}, {0: 0.0, 3: 3.0}, {0: 1.0, 2: 0.4, 3: 0.2}]
    answers = spice.solve([(edges, parts, fixed) for fixed in drives])
    for fixed, (expected, _) in zip(drives, answers, strict=True):
        assert apart(solve(network, 0.0, fixed, law), expected) < 1e-7
