"""Peer: SciPy's least squares on Kirchhoff's residuals.

Analytic Jacobian and warm start, as the first author's simulator solves, with nothing built anew that can
be kept; the gates move by one Euler step of the pulse.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from scipy.optimize import least_squares

from benchmarks.single import ideal_s_per_cycle
from benchmarks.timing import Effort, Spread, seconds
from benchmarks.workloads import memory_cycle, resting_nodes
from protocols.block import FloatArray, IntArray
from sim_backend import BoardSettings, SquareLaw

Solver: TypeAlias = Literal["trf", "lm"]

# Of the step, the sum of squares and its gradient. Newton's convergence is quadratic: what is left
# after the last step is far below 1e-9 V, and the disagreement with labctl that is reported shows it.
TOLERANCE = 1e-10
START_V = 0.2266
BOARD = BoardSettings()


class LeastSquaresBoard:
    """The memory cycle on an ideal 4×4 board, every edge above threshold."""

    def __init__(self, solver: Solver = "trf", gates_V: FloatArray | None = None) -> None:
        self.work = memory_cycle()
        self.solver: Solver = solver
        self.gates_V = (self.work.gates_V if gates_V is None else gates_V).copy()
        network = self.work.network
        self.tail, self.head = network.endpoints().T
        self.edges = np.arange(network.n_edges)
        self.incidence = np.zeros((network.nodes, network.n_edges))
        self.incidence[self.tail, self.edges] = 1.0
        self.incidence[self.head, self.edges] -= 1.0
        driven = list(self.work.wiring.source_nodes)
        self.sources = np.array(driven)
        self.targets = np.array(self.work.wiring.target_nodes)
        self.free_unknowns = np.setdiff1d(np.arange(network.nodes), driven)
        self.clamped_unknowns = np.setdiff1d(self.free_unknowns, self.targets)
        shape = (len(self.work.train), network.nodes)
        self.free_V, self.clamped_V = np.full(shape, START_V), np.full(shape, START_V)

    def cycle(self, point: int) -> None:
        """Train one cycle: free solve, clamped solve, gate update."""
        v, w = self.settle(point)
        free_drop, clamped_drop = v[self.tail] - v[self.head], w[self.tail] - w[self.head]
        slope = BOARD.learning_rate * (free_drop**2 - clamped_drop**2)
        moved = self.gates_V + self.work.method.time.pulse_s * slope
        self.gates_V = np.clip(moved, BOARD.gate_min, BOARD.gate_max)

    def settle(self, point: int) -> tuple[FloatArray, FloatArray]:
        """Return the nodes (N,) of both copies for a data point, in volts."""
        v, w = self.free_V[point], self.clamped_V[point]
        v[self.sources] = w[self.sources] = self.work.train.inputs[point]
        self._solve(v, self.free_unknowns)
        positive, negative = self.targets
        output = v[positive] - v[negative]
        nudge = 0.5 * self.work.method.clamp.eta * (self.work.train.labels[point, 0] - output)
        w[positive], w[negative] = v[positive] + nudge, v[negative] - nudge
        self._solve(w, self.clamped_unknowns)
        return v, w

    def _solve(self, nodes: FloatArray, unknowns: IntArray) -> None:
        """Bring the unknown nodes to rest; currents are in units of the strength S, so in V²."""
        rows = self.incidence[unknowns]
        overdrive = self.gates_V - SquareLaw().threshold_V

        def residuals(unknown_V: FloatArray) -> FloatArray:
            nodes[unknowns] = unknown_V
            at_tail = np.maximum(overdrive - nodes[self.tail], 0.0)
            at_head = np.maximum(overdrive - nodes[self.head], 0.0)
            return np.asarray(rows @ (0.5 * (at_head * at_head - at_tail * at_tail)))

        def jacobian(unknown_V: FloatArray) -> FloatArray:
            nodes[unknowns] = unknown_V
            slopes = np.zeros((len(self.edges), len(nodes)))
            slopes[self.edges, self.tail] = np.maximum(overdrive - nodes[self.tail], 0.0)
            slopes[self.edges, self.head] -= np.maximum(overdrive - nodes[self.head], 0.0)
            return np.asarray(rows @ slopes[:, unknowns])

        found = least_squares(
            residuals,
            nodes[unknowns],
            jacobian,
            method=self.solver,
            xtol=TOLERANCE,
            ftol=TOLERANCE,
            gtol=TOLERANCE,
        )
        nodes[unknowns] = found.x


def peer(effort: Effort) -> dict[str, Spread]:
    """Measure least squares per training cycle, and how many cycles labctl's ideal board does meanwhile."""
    default, fastest = _s_per_cycle("trf", effort), _s_per_cycle("lm", effort)
    own = ideal_s_per_cycle(effort)
    return {
        "speedup_vs_least_squares": default.over(own),
        "speedup_vs_least_squares_lm": fastest.over(own),
        "least_squares_s_per_cycle": default,
        "least_squares_lm_s_per_cycle": fastest,
        "least_squares_disagreement_V": Spread.of([disagreement_V()]),
    }


def disagreement_V(solver: Solver = "trf") -> float:
    """Return the largest difference of a node voltage from labctl's in the memory cycle, in volts."""
    peer_board = LeastSquaresBoard(solver)
    own = resting_nodes(peer_board.gates_V)
    worst = 0.0
    for point in range(len(peer_board.work.train)):
        for nodes, own_nodes in zip(peer_board.settle(point), own, strict=True):
            worst = max(worst, float(np.abs(nodes - own_nodes[point]).max()))
    return worst


def _s_per_cycle(solver: Solver, effort: Effort) -> Spread:
    peer_board = LeastSquaresBoard(solver)
    points, cycles = len(peer_board.work.train), effort.least_squares_cycles

    def train() -> None:
        for cycle in range(cycles):
            peer_board.cycle(cycle % points)

    return Spread.of([t / cycles for t in seconds(train, effort.repetitions)])
