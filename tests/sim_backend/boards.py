"""Wired boards and blocks of cycles for the tests of the simulated bench."""

import networkx
import numpy as np

from protocols import (
    CycleBlock,
    Method,
    Network,
    Output,
    Source,
    TimeRule,
    Wiring,
    periodic_lattice,
    two_edge_board,
)
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, BoardSettings, Imperfections, SimBench


def two_edge():
    """The two-edge board: sources V₋, V₊, input; one single-ended output."""
    sources = (Source(1, "minus", 0.0181), Source(2, "plus", 0.4351), Source(3, "input"))
    return Wiring(two_edge_board(), sources, (Output("O", 0),))


def lattice_wiring():
    """The 4×4 lattice with two rails, two inputs and a differential output, as in the XOR task."""
    sources = (Source(5, "low", 0.11), Source(7, "high", 0.33), Source(15, "x"), Source(13, "y"))
    return Wiring(periodic_lattice(4, 4), sources, (Output("O", 10, 0),))


def graph_wiring():
    """A random graph of transistors and resistors with a single-ended and a differential output."""
    graph = networkx.connected_watts_strogatz_graph(12, 4, 0.3, seed=4)
    edges = tuple(graph.edges)
    network = Network(12, edges, {3: 300.0, 8: 1500.0, 15: 800.0})
    return Wiring(
        network, (Source(0, "a"), Source(5, "b"), Source(9, "c")), (Output("P", 2), Output("Q", 7, 11))
    )


INPUTS = {
    "two-edge": [0.0181, 0.4351, 0.2],
    "lattice": [0.11, 0.33, 0.45, 0.0],
    "graph": [0.02, 0.43, 0.25],
}
LABELS = {"two-edge": [0.31], "lattice": [0.06], "graph": [0.3, -0.08]}
WIRINGS = {"two-edge": two_edge, "lattice": lattice_wiring, "graph": graph_wiring}


def bench(wiring, *, circuit=ClampCircuit.ANALOG, seed=0, doses=None, gates=None, **board):
    """Return an open SimBench; `doses` are imperfections in SI, as text with units or bare zeros."""
    settings = BoardSettings(clamp_circuit=circuit, **board)
    config = BenchConfig(board=settings, imperfections=Imperfections.model_validate(doses or {}))
    opened = SimBench(config, seed)
    opened.open(wiring)
    if gates is not None:
        opened.reset_gates(np.array(gates, dtype=float))
    return opened


def gates_for(wiring, low=1.5, high=4.0, seed=3):
    """Return random gates (E,) in volts."""
    return np.random.default_rng(seed).uniform(low, high, wiring.network.n_edges)


def block(inputs, labels, method=None, *, points=None, margins=None, wrong=None, snapshots=(), first=0):
    """Return a block: inputs (n, S), labels (n, T); every cycle is data point 0 unless told otherwise."""
    inputs, labels = np.array(inputs, dtype=float, ndmin=2), np.array(labels, dtype=float, ndmin=2)
    points = np.zeros(len(inputs), dtype=np.int64) if points is None else np.array(points, dtype=np.int64)
    count = int(points.max()) + 1
    margins = np.full((count, labels.shape[1]), 0.01) if margins is None else np.array(margins, dtype=float)
    wrong = np.ones(count, dtype=bool) if wrong is None else np.array(wrong)
    kept = np.array(snapshots, dtype=np.int64)
    return CycleBlock(first, points, inputs, labels, method or Method(), margins, wrong, kept)


def repeated(inputs, labels, count, method=None, **more):
    """Return a block of `count` equal cycles."""
    return block(np.tile(inputs, (count, 1)), np.tile(labels, (count, 1)), method, **more)


def fixed_time(pulse_s, **more):
    """Return a learning-time rule of one fixed pulse."""
    return TimeRule(pulse_s=pulse_s, **more)
