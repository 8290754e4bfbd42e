"""The pattern of the factors is that of a dense elimination: every fill is in it and nothing else."""

import numpy as np
import pytest

from protocols import Network, periodic_lattice
from sim_backend.plant.circuit import build_circuit


def eliminated(circuit):
    """Return what a dense elimination without pivots leaves where the pattern of a circuit comes from."""
    m = len(circuit.order)
    dense = np.zeros((m, m))
    for i, j in zip(circuit.row_tail, circuit.row_head, strict=True):
        if i < m and j < m:
            dense[i, j] = dense[j, i] = -1.0
    dense += np.diag(1.0 - dense.sum(axis=1))
    for k in range(m):
        rows = k + 1 + np.flatnonzero(dense[k + 1 :, k])
        dense[rows, k] /= dense[k, k]
        dense[rows, k + 1 :] -= np.outer(dense[rows, k], dense[k, k + 1 :])
    return dense


def patterned(circuit):
    """Return the places (M, M) that a circuit keeps values for."""
    m = len(circuit.order)
    kept = np.zeros((m, m), dtype=bool)
    for i in range(m):
        kept[i, circuit.column[circuit.lower[i] : circuit.lower[i + 1]]] = True
        kept[i, circuit.column[circuit.upper[i + 1] : circuit.upper[i]]] = True
        kept[i, circuit.column[i]] = True
    return kept


def random_network(seed):
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(3, 30))
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, nodes, (3 * nodes, 2)) if a != b}
    return Network(nodes, tuple(sorted(pairs)))


@pytest.mark.parametrize("network", [periodic_lattice(12, 12), *map(random_network, range(15))])
def test_the_pattern_of_the_factors_is_all_the_fill_and_nothing_else(network):
    circuit = build_circuit(network, [0], [1])
    assert np.array_equal(patterned(circuit), eliminated(circuit) != 0.0)


def test_a_network_with_every_node_driven_has_no_unknowns():
    circuit = build_circuit(Network(2, ((0, 1),)), [0, 1], [])
    assert len(circuit.order) == len(circuit.column) == 0
    assert circuit.slot_tail_head.tolist() == [0]
