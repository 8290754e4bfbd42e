"""Boards whose transistors are near cut-off, where Newton by itself finds no way to rest."""

import numpy as np
import pytest

from protocols import Network, Output, Source, Wiring
from sim_backend import Level1, SquareLaw, solve

from .boards import INPUTS, LABELS, bench, lattice_wiring, repeated

LAWS = {"level1": Level1(), "square-law": SquareLaw()}


@pytest.mark.parametrize("law", LAWS)
def test_cycles_come_to_rest_near_cut_off_where_the_static_solve_does(law):
    rng, wiring = np.random.default_rng(2), lattice_wiring()
    fixed = dict(zip(wiring.source_nodes, INPUTS["lattice"], strict=True))
    for seed in range(60):
        gates = rng.uniform(0.746, rng.uniform(0.8, 1.6), wiring.network.n_edges)
        opened = bench(wiring, gates=gates, seed=seed, law=law)
        opened.run(repeated(INPUTS["lattice"], LABELS["lattice"], 5))
        nodes = opened.read_nodes(np.array([INPUTS["lattice"]])).free[0]
        expected = solve(wiring.network, opened.read_gates(), fixed, LAWS[law])
        np.testing.assert_allclose(nodes, expected, rtol=0, atol=1e-7)


def test_nodes_tied_to_each_other_but_to_nothing_else_rest_between_ground_and_their_sources():
    # nodes 1 and 2 are one piece of metal, held by edges thirty decades weaker
    network = Network(4, ((0, 1), (1, 2), (2, 3), (1, 2), (1, 3)), {1: 1e-3})
    v = solve(network, [-2.0, 0.0, -2.0, 5.0, -1.9], {0: 0.4, 3: 0.3})
    assert v[1] == pytest.approx(v[2], abs=1e-12)
    assert 0.0 <= v[1] <= 0.4


def test_a_board_with_everything_cut_off_does_not_learn_and_does_not_fail():
    wiring = Wiring(Network(4, ((0, 1), (1, 2), (2, 3))), (Source(0, "a"), Source(3, "b")), (Output("O", 1),))
    opened = bench(wiring, gates=[0.746] * 3, law="level1", gate_min="0.2 V")
    opened.reset_gates(np.full(3, 0.3))
    record = opened.run(repeated([0.4, 0.1], [0.2], 4))
    assert record.free_outputs == pytest.approx(0.0, abs=1e-7)  # gmin is all that holds it
