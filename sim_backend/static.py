"""`solve`: the node voltages of any network at rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocols.block import FloatArray
from protocols.errors import ConfigError, InstrumentError
from protocols.network import Network
from sim_backend.circuit import build_circuit
from sim_backend.edge_law import RESISTOR, Devices
from sim_backend.laws import GATED, EdgeLaw, SquareLaw, select_devices
from sim_backend.newton import no_factors, relax

TOLERANCE_V = 1e-13
FIRST_LEAK_S = 1e-3
LAST_LEAK_S = 1e-15
LARGEST_RATIO = 10.0
LEAK_STEPS = 100


def solve(
    network: Network, gates: ArrayLike, fixed: Mapping[int, float], law: EdgeLaw | None = None
) -> FloatArray:
    """Return the node voltages at rest, shape (n,), in volts.

    gates (E,) in volts (ignored for edges without a gate); fixed maps node → volts; law says what every
    edge is, by default SquareLaw(). Nodes that no path of edges joins to a fixed node return 0 V, and an
    edge that cannot conduct (Open) is no edge; nodes that hang on a single node carry no current and
    return its voltage, unless they leak to ground (Level1).
    Raises ConfigError for shapes or nodes that do not fit, InstrumentError when no solution is found.
    """
    devices = (law or SquareLaw()).devices(network)
    gate_array = np.ascontiguousarray(np.broadcast_to(np.asarray(gates, dtype=float), (network.n_edges,)))
    for node in fixed:
        if not 0 <= node < network.nodes:
            raise ConfigError("no such node", key="fixed", value=node)
    if not np.all(np.isfinite(gate_array[np.isin(devices.kind, GATED)])):
        raise ConfigError("a gate voltage is no number", key="gates")
    conducting = np.flatnonzero((devices.kind != RESISTOR) | (devices.strength > 0))
    dead_ends = _dead_ends(network, conducting, fixed, devices)
    keep = [int(e) for e in conducting if not set(network.edges[e]) & set(dead_ends)]
    voltages = np.zeros(network.nodes)
    voltages[list(fixed)] = list(fixed.values())
    if keep:
        _settle(_only(network, keep), gate_array[keep], tuple(fixed), select_devices(devices, keep), voltages)
    for node, anchor in dead_ends.items():
        voltages[node] = voltages[anchor]
    return voltages


def _only(network: Network, edges: list[int]) -> Network:
    """Return the wiring of some edges, one at least."""
    return Network(network.nodes, tuple(network.edges[e] for e in edges))


def _dead_ends(
    network: Network, conducting: NDArray[np.intp], fixed: Mapping[int, float], devices: Devices
) -> dict[int, int]:
    """Map each node that can carry no current to the node whose voltage it takes.

    A node that leaks draws a current, so what lies on its way to the fixed nodes carries one.
    """
    if not len(conducting):
        return {}
    supplies = {*fixed, *np.flatnonzero(devices.leak).tolist()}
    return _only(network, conducting.tolist()).dead_ends(supplies)


def _settle(
    network: Network, gates: FloatArray, driven: tuple[int, ...], devices: Devices, voltages: FloatArray
) -> None:
    """Bring the nodes that are not driven to rest, in place, from the mean of those that are."""
    circuit = build_circuit(network, driven, ())
    voltages[circuit.order] = np.mean(voltages[list(driven)]) if driven else 0.0
    unknowns = len(circuit.order)
    scratch = np.empty(unknowns + 1), np.empty(unknowns)

    def relaxed(extra_S: float) -> bool:
        leak = devices.leak + extra_S
        leaky = devices._replace(leak=leak, leaks=bool(leak.any()))
        lu = no_factors(circuit)
        return bool(relax(circuit, leaky, gates, voltages, unknowns, lu, TOLERANCE_V, *scratch))

    if not relaxed(0.0) and not _led_by_leaks(relaxed, voltages):
        raise InstrumentError("plant", "the node voltages did not settle", "report this network as a bug")


def _led_by_leaks(relaxed: Callable[[float], bool], voltages: FloatArray) -> bool:
    """Come to rest with a large leak at every node, then with less and less: SPICE's gmin stepping.

    Where transistors at the edge of cut-off hold a node, Newton finds no way from just anywhere.
    `relaxed` relaxes the voltages with some siemens more to ground; a step that fails is tried smaller.
    """
    reached, ratio, good = FIRST_LEAK_S, LARGEST_RATIO, voltages.copy()
    for _ in range(LEAK_STEPS):
        leak = reached / ratio if reached > LAST_LEAK_S else 0.0
        if relaxed(leak):
            if leak == 0.0:
                return True
            good[:], reached, ratio = voltages, leak, min(ratio**2, LARGEST_RATIO)
        else:
            voltages[:], ratio = good, np.sqrt(ratio)
    return False
