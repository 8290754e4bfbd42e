"""`solve`: the node voltages of any network at rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from protocols.block import FloatArray
from protocols.errors import ConfigError, InstrumentError
from protocols.network import Network
from sim_backend.circuit import build_circuit
from sim_backend.laws import EdgeLaw, SquareLaw, select_devices
from sim_backend.newton import relax

TOLERANCE_V = 1e-13


def solve(
    network: Network, gates: ArrayLike, fixed: Mapping[int, float], law: EdgeLaw | None = None
) -> FloatArray:
    """Return the node voltages at rest, shape (n,), in volts.

    gates (E,) in volts (ignored for resistors); fixed maps node → volts; law gives threshold and strength,
    scalars or per edge. Nodes that no path of edges joins to a fixed node return 0 V;
    nodes that hang on a single node carry no current and return its voltage.
    Raises ConfigError for shapes or nodes that do not fit, InstrumentError when no solution is found.
    """
    law = law or SquareLaw()
    gate_array = np.ascontiguousarray(np.broadcast_to(np.asarray(gates, dtype=float), (network.n_edges,)))
    for node in fixed:
        if not 0 <= node < network.nodes:
            raise ConfigError("no such node", key="fixed", value=node)
    if not np.all(np.isfinite(gate_array[network.transistors()])):
        raise ConfigError("a gate voltage is no number", key="gates")
    dead_ends = network.dead_ends(fixed)
    keep = [e for e, ends in enumerate(network.edges) if not set(ends) & set(dead_ends)]
    devices = law.devices(network)
    voltages = np.zeros(network.nodes)
    voltages[list(fixed)] = list(fixed.values())
    if keep:
        live = Network(
            network.nodes,
            tuple(network.edges[e] for e in keep),
            {k: network.fixed_resistance[e] for k, e in enumerate(keep) if e in network.fixed_resistance},
        )
        circuit = build_circuit(live, tuple(fixed), ())
        live_devices = select_devices(devices, keep)
        voltages[circuit.order] = np.mean(list(fixed.values())) if fixed else 0.0
        unknowns = len(circuit.order)
        scratch = np.empty(unknowns + 1), np.empty(unknowns)
        lu = np.empty(len(circuit.column) + 1)
        if not relax(
            circuit, live_devices, gate_array[keep], voltages, unknowns, lu, False, TOLERANCE_V, *scratch
        ):
            raise InstrumentError("plant", "the node voltages did not settle", "report this network as a bug")
    for node, anchor in dead_ends.items():
        voltages[node] = voltages[anchor]
    return voltages
