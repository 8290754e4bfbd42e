"""Linearise one data point of any network from its small-signal arrays, by the adjoint method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labctl.analysis.theory.linear_task import LinearTask
from protocols.block import BoolArray, FloatArray, IntArray
from protocols.errors import ProtocolError
from protocols.messages import say


@dataclass(frozen=True, eq=False)
class SmallSignal:
    """A settled network and how its currents answer to small changes.

    endpoints (E, 2): nodes (a, b) of each edge; nodes_V (N,): free copy; admittance_S (N, N): ∂(current
    leaving node n)/∂V_m, no need to be symmetric; gate_slope_A_per_V (E,): ∂I_e/∂g_e, current a to b.
    """

    endpoints: IntArray
    nodes_V: FloatArray
    admittance_S: FloatArray
    gate_slope_A_per_V: FloatArray

    @property
    def drops_V(self) -> FloatArray:
        """Return ΔV of every edge (E,), V_a − V_b."""
        drops: FloatArray = self.nodes_V[self.endpoints[:, 0]] - self.nodes_V[self.endpoints[:, 1]]
        return drops


def ohmic_signal(
    endpoints: IntArray,
    nodes_V: FloatArray,
    conductance_0V_S: FloatArray,
    strength_A_per_V2: FloatArray,
) -> SmallSignal:
    """Build the small signal of ohmic square-law edges and resistors.

    I = k·(a − b) − S/2·(a² − b²), with k (E,) the conductance at 0 V, S·(g − V_T) of a transistor, and
    S (E,) zero for a resistor (DESIGN §2.2). Edges in saturation or below threshold are not covered.
    """
    a, b = endpoints[:, 0], endpoints[:, 1]
    drop = nodes_V[a] - nodes_V[b]
    at_a = conductance_0V_S - strength_A_per_V2 * nodes_V[a]
    at_b = conductance_0V_S - strength_A_per_V2 * nodes_V[b]
    admittance = np.zeros((len(nodes_V), len(nodes_V)))
    for row, column, value in ((a, a, at_a), (a, b, -at_b), (b, b, at_b), (b, a, -at_a)):
        np.add.at(admittance, (row, column), value)
    return SmallSignal(np.asarray(endpoints), np.asarray(nodes_V), admittance, strength_A_per_V2 * drop)


def linearise(
    signal: SmallSignal,
    gates_V: FloatArray,
    residual_V: FloatArray,
    sources: IntArray,
    targets: IntArray,
    output_matrix: FloatArray,
    rate_per_V_s: float,
    bias_V_per_s: FloatArray,
    learns: BoolArray | None = None,
) -> LinearTask:
    """Linearise one data point of a network about its settled state.

    gates_V, bias_V_per_s (E,); residual_V = L − O (T,); sources: driven nodes; targets: clamped nodes;
    output_matrix (T, targets) makes outputs of target voltages (`Wiring.output_matrix`); rate: α·η, and
    2αη for the symmetric contrast. `learns` (E,) keeps only those edges in the result (default: all).

    Jacobian: with currents F(V, g) = 0 at the undriven nodes, ∂O/∂g = −xᵀ·∂F/∂g where x solves
    Fᵥᵀ·x = (∂O/∂V)ᵀ, one solve per output. Response: the clamp moves the targets by P⁺·ηe (half up, half
    down for a differential output), the other nodes follow, and to first order in e
    dG/dt = −2α·ΔV·δ(ΔV).
    Raises ProtocolError when part of the network floats.
    """
    nodes = len(signal.nodes_V)
    free = np.setdiff1d(np.arange(nodes), sources)
    rest = np.setdiff1d(free, targets)
    if not np.isin(targets, free).all():
        raise ProtocolError(say("a target is also a source: it cannot be clamped"))
    Y, a, b = signal.admittance_S, signal.endpoints[:, 0], signal.endpoints[:, 1]
    reading = np.zeros((len(output_matrix), nodes))
    reading[:, targets] = output_matrix
    adjoint, moved = np.zeros((nodes, len(output_matrix))), np.zeros((nodes, len(output_matrix)))
    moved[targets] = np.linalg.pinv(output_matrix)
    try:
        adjoint[free] = np.linalg.solve(Y[np.ix_(free, free)].T, reading[:, free].T)
        if len(rest):
            moved[rest] = np.linalg.solve(Y[np.ix_(rest, rest)], -Y[np.ix_(rest, targets)] @ moved[targets])
    except np.linalg.LinAlgError:
        raise ProtocolError(say("part of the network floats: its node voltages are not determined")) from None
    jacobian = -(signal.gate_slope_A_per_V[:, None] * (adjoint[a] - adjoint[b])).T
    response = -2 * rate_per_V_s * signal.drops_V[:, None] * (moved[a] - moved[b])
    kept = np.ones(len(a), dtype=bool) if learns is None else np.asarray(learns, dtype=bool)
    return LinearTask(
        np.asarray(gates_V)[kept],
        jacobian[:, kept],
        np.asarray(residual_V),
        response[kept],
        np.asarray(bias_V_per_s)[kept],
    )
