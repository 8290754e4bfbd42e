"""Peer: SciPy's least squares on Kirchhoff's residuals, with analytic Jacobian and warm start.

Two styles. "edges" goes edge by edge in Python, with the solver and tolerance of the simulator the
published boards' first author uses (github.com/sdillavou/PhysicalReinforcementLearning,
src/ResistorNetwork.py); it is what labctl is held against. "arrays" is what least squares can do at its
best: NumPy over all edges at once, nothing built anew that can be kept. The gates move by one Euler step
of the pulse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from scipy.optimize import least_squares

from benchmarks.single import ideal_s_per_cycle
from benchmarks.timing import Effort, Spread, seconds
from benchmarks.workloads import memory_cycle, resting_nodes
from protocols.block import FloatArray, IntArray
from sim_backend import BoardSettings, SquareLaw

Function: TypeAlias = Callable[[FloatArray], FloatArray]
Style: TypeAlias = Literal["edges", "arrays"]
Solver: TypeAlias = Literal["trf", "lm"]

# Of the step and the sum of squares. The steps converge quadratically: what is left after the last one is
# far below either, and the disagreement with labctl that is reported shows it.
TOLERANCE = {"edges": 1e-8, "arrays": 1e-10}
SCALE = 1000.0  # of the edges' currents: SciPy's tolerance of the gradient is absolute
LEAST_CONDUCTANCE = 1e-5  # in units of the strength S times volts
START_V = 0.2266
BOARD = BoardSettings()


class LeastSquaresBoard:
    """The memory cycle on an ideal 4×4 board, every edge above threshold."""

    def __init__(
        self, style: Style = "edges", solver: Solver = "trf", gates_V: FloatArray | None = None
    ) -> None:
        self.work = memory_cycle()
        self.style: Style = style
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
        """Bring the unknown nodes to rest."""
        network = self._by_edges if self.style == "edges" else self._by_arrays
        residuals, jacobian = network(nodes, unknowns)
        tolerance = TOLERANCE[self.style]
        found = least_squares(
            residuals, nodes[unknowns], jacobian, method=self.solver, xtol=tolerance, ftol=tolerance
        )
        nodes[unknowns] = found.x

    def _by_edges(self, nodes: FloatArray, unknowns: IntArray) -> tuple[Function, Function]:
        """Return residuals and Jacobian of the unknown nodes, computed edge by edge."""
        edges = list(zip(self.tail, self.head, self.gates_V, strict=True))
        row = {node: k for k, node in enumerate(unknowns)}
        scale, threshold_V = SCALE, SquareLaw().threshold_V

        def conductance(gate_V: float, a_V: float, b_V: float) -> tuple[float, float]:
            """Return conductance and its slope against either node's voltage."""
            overdrive = gate_V - threshold_V - 0.5 * (a_V + b_V)
            held = np.clip(overdrive, LEAST_CONDUCTANCE, None)
            return float(scale * held), -0.5 * scale * float(overdrive > LEAST_CONDUCTANCE)

        def residuals(unknown_V: FloatArray) -> FloatArray:
            now = nodes.copy()
            now[unknowns] = unknown_V
            leaving = np.zeros_like(now)
            for tail, head, gate in edges:
                of_edge, _ = conductance(gate, now[tail], now[head])
                current = of_edge * (now[tail] - now[head])
                leaving[tail] += current
                leaving[head] -= current
            return leaving[unknowns]

        def jacobian(unknown_V: FloatArray) -> FloatArray:
            now = nodes.copy()
            now[unknowns] = unknown_V
            slopes = np.zeros((len(unknowns), len(unknowns)))
            for tail, head, gate in edges:
                of_edge, slope = conductance(gate, now[tail], now[head])
                bent = slope * (now[tail] - now[head])
                i, j = row.get(tail), row.get(head)
                if i is not None:
                    slopes[i, i] += of_edge + bent
                    if j is not None:
                        slopes[i, j] += bent - of_edge
                if j is not None:
                    slopes[j, j] += of_edge - bent
                    if i is not None:
                        slopes[j, i] -= of_edge + bent
            return slopes

        return residuals, jacobian

    def _by_arrays(self, nodes: FloatArray, unknowns: IntArray) -> tuple[Function, Function]:
        """Return residuals and Jacobian of the unknown nodes, computed for all edges at once."""
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

        return residuals, jacobian


def peer(effort: Effort) -> dict[str, Spread]:
    """Measure least squares per training cycle, and how many cycles labctl's ideal board does meanwhile."""
    edges, arrays = _s_per_cycle("edges", "trf", effort), _s_per_cycle("arrays", "trf", effort)
    fastest = _s_per_cycle("arrays", "lm", effort)
    own = ideal_s_per_cycle(effort)
    return {
        "speedup_vs_least_squares": edges.over(own),
        "speedup_vs_least_squares_arrays": arrays.over(own),
        "speedup_vs_least_squares_lm": fastest.over(own),
        "least_squares_s_per_cycle": edges,
        "least_squares_arrays_s_per_cycle": arrays,
        "least_squares_lm_s_per_cycle": fastest,
        "least_squares_disagreement_V": Spread.of([disagreement_V()]),
    }


def disagreement_V(style: Style = "edges", solver: Solver = "trf") -> float:
    """Return the largest difference of a node voltage from labctl's in the memory cycle, in volts."""
    peer_board = LeastSquaresBoard(style, solver)
    own = resting_nodes(peer_board.gates_V)
    worst = 0.0
    for point in range(len(peer_board.work.train)):
        for nodes, own_nodes in zip(peer_board.settle(point), own, strict=True):
            worst = max(worst, float(np.abs(nodes - own_nodes[point]).max()))
    return worst


def _s_per_cycle(style: Style, solver: Solver, effort: Effort) -> Spread:
    peer_board = LeastSquaresBoard(style, solver)
    points, cycles = len(peer_board.work.train), effort.least_squares_cycles

    def train() -> None:
        for cycle in range(cycles):
            peer_board.cycle(cycle % points)

    return Spread.of([t / cycles for t in seconds(train, effort.repetitions)])
