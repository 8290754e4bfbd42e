"""Random networks of every kind and regime, for judging the static solve."""

import networkx
import numpy as np

from protocols import Network, lattice

SHAPES = ("periodic lattice", "open lattice", "gnm", "regular", "small world", "scale free", "tree and loops")
REGIMES = ("everything", "ohmic", "saturated", "sub-threshold")
GATES_V = {
    "everything": (0.2, 5.0),
    "ohmic": (1.2, 5.0),
    "saturated": (0.7, 1.1),
    "sub-threshold": (0.2, 0.75),
}


def random_case(number):
    """Return (network, gates, fixed, threshold, strength) number `number` of the zoo."""
    rng = np.random.default_rng([20, number])
    shape, regime = SHAPES[number % len(SHAPES)], REGIMES[number // len(SHAPES) % len(REGIMES)]
    nodes, edges = _wires(shape, rng)
    resistors = rng.random(len(edges)) < rng.choice([0.0, 0.3, 0.7])
    fixed_resistance = {int(e): 10 ** rng.uniform(1.7, 4) for e in np.flatnonzero(resistors)}
    network = Network(nodes, tuple(edges), fixed_resistance, name=f"{number}: {shape}, {regime}")
    driven = rng.choice(nodes, size=min(nodes, int(rng.integers(2, 6))), replace=False)
    volts = rng.uniform(0, 0.4532, len(driven))
    if regime == "saturated":  # takes large drops: drive hard
        volts = np.where(np.arange(len(driven)) % 2, 0.4532 - 0.1 * volts, 0.1 * volts)
    fixed = {int(n): float(v) for n, v in zip(driven, volts, strict=True)}
    gates = rng.uniform(*GATES_V[regime], size=len(edges))
    spread = rng.choice([0.0, 1.0])
    threshold = 0.62 + spread * 0.05 * rng.standard_normal(len(edges))
    strength = 8.5e-4 * (1 + spread * 0.02 * rng.standard_normal(len(edges)))
    return network, gates, fixed, threshold, strength


def _wires(shape, rng):
    seed = int(rng.integers(2**31))
    rows, columns = int(rng.integers(2, 7)), int(rng.integers(2, 7))
    nodes = int(rng.integers(6, 31))
    if shape.endswith("lattice"):
        network = lattice(rows, columns, periodic=shape.startswith("periodic"))
        return network.nodes, list(network.edges)
    if shape == "gnm":  # sparse: leaves floating nodes and dead ends
        graph = networkx.gnm_random_graph(nodes, int(rng.integers(nodes // 2, 3 * nodes)), seed=seed)
    elif shape == "regular":
        graph = networkx.random_regular_graph(4, nodes, seed=seed)
    elif shape == "small world":
        graph = networkx.connected_watts_strogatz_graph(nodes, 4, 0.3, seed=seed)
    elif shape == "scale free":
        graph = networkx.barabasi_albert_graph(nodes, 2, seed=seed)
    else:
        graph = networkx.random_labeled_tree(nodes, seed=seed)
        graph.add_edges_from(rng.choice(nodes, size=2, replace=False).tolist() for _ in range(nodes // 3))
    edges = [(int(a), int(b)) if rng.random() < 0.5 else (int(b), int(a)) for a, b in graph.edges]
    return nodes, edges or [(0, 1)]
