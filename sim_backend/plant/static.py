"""`solve`: the node voltages of any network at rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocols.block import FloatArray
from protocols.errors import ConfigError, InstrumentError
from protocols.messages import say
from protocols.network import Network
from sim_backend.plant.circuit import build_circuit
from sim_backend.plant.edge_law import RESISTOR, Devices
from sim_backend.plant.laws import GATED, EdgeLaw, SquareLaw, select_devices
from sim_backend.plant.newton import NO_FACTORS, no_factors, relax

TOLERANCE_V = 1e-13
TRIMMED_V = 1e-9  # what a node may rest outside the fixed ones before its solution is taken for none
# Leaks to ground tried one after the other, as shares of the resistors and shorts at a node, where nodes
# that these tie together conduct to the rest less than rounding tells.
TIED_LEAKS = (0.0, 1e-15, 1e-14, 1e-13, 1e-12)


def solve(
    network: Network, gates: ArrayLike, fixed: Mapping[int, float], law: EdgeLaw | None = None
) -> FloatArray:
    """Return the node voltages at rest, shape (n,), in volts.

    gates (E,) in volts (ignored for edges without a gate); fixed maps node → volts; law says what every
    edge is, by default SquareLaw(). Nodes that no path of edges joins to a fixed node return 0 V, and an
    edge that cannot conduct (Open) is no edge; nodes that hang on a single node carry no current and
    return its voltage, unless they leak to ground (Level1). Nodes that conduct among each other, but to the
    rest less than 1e-12 of that, float within round-off: they may rest nearer to 0 V, as if each leaked to
    ground 1e-15 S or that share of the resistors and shorts at it, whichever is more.
    Raises ConfigError for shapes or nodes that do not fit, InstrumentError when no solution is found.
    """
    for node, volts in fixed.items():
        try:
            known = bool(np.isfinite(volts))
        except TypeError:
            known = False
        if not known:
            raise ConfigError(
                say("is no voltage"), key=f"fixed[{node}]", value=volts, allowed=say("a number of volts")
            )
    return Solver(network, fixed, law).voltages(gates, list(fixed.values()))


class Solver:
    """A network made ready to be solved again and again, other gates and voltages each time; see `solve`."""

    def __init__(self, network: Network, fixed: Iterable[int], law: EdgeLaw | None = None) -> None:
        nodes = tuple(fixed)
        for node in nodes:
            if node not in range(network.nodes):
                allowed = say("nodes are 0…{nodes}", nodes=network.nodes - 1)
                raise ConfigError(say("no such node"), key="fixed", value=node, allowed=allowed)
        self.network, self.fixed = network, tuple(int(node) for node in nodes)
        devices = (law or SquareLaw()).devices(network)
        self._gated = np.isin(devices.kind, GATED)
        conducting = np.flatnonzero((devices.kind != RESISTOR) | (devices.strength > 0))
        self._dead_ends = _dead_ends(network, conducting, self.fixed, devices)
        self._keep = [int(e) for e in conducting if not set(network.edges[e]) & set(self._dead_ends)]
        self._devices = select_devices(devices, self._keep)
        if self._keep:
            self._circuit = build_circuit(_only(network, self._keep), self.fixed, ())
            unknowns = len(self._circuit.order)
            self._room = no_factors(self._circuit), np.empty(unknowns + 1), np.empty(unknowns)
            self._tied_S = _tied(network, self._keep, self._devices)

    def voltages(self, gates: ArrayLike, fixed_V: ArrayLike) -> FloatArray:
        """Return the node voltages (n,) at rest for gates (E,) and voltages of the fixed nodes, in volts."""
        try:
            every = np.broadcast_to(np.asarray(gates, dtype=float), (self.network.n_edges,))
        except ValueError:
            allowed = say("one voltage, or one for each of {edges} edges", edges=self.network.n_edges)
            shape = say("shape {shape}", shape=np.shape(gates))
            raise ConfigError(
                say("does not fit the network"), key="gates", value=shape, allowed=allowed
            ) from None
        if not np.all(np.isfinite(every[self._gated])):
            raise ConfigError(say("a gate voltage is no number"), key="gates")
        voltages = np.zeros(self.network.nodes)
        voltages[list(self.fixed)] = fixed_V
        if self._keep:
            self._settle(np.ascontiguousarray(every[self._keep]), voltages)
        for node, anchor in self._dead_ends.items():
            voltages[node] = voltages[anchor]
        return voltages

    def _settle(self, gates: FloatArray, voltages: FloatArray) -> None:
        """Bring the nodes that are not fixed to rest, in place, from the mean of those that are."""
        circuit, (lu, residual, row) = self._circuit, self._room
        start_V = np.mean(voltages[list(self.fixed)]) if self.fixed else 0.0
        unknowns = len(circuit.order)
        for share in TIED_LEAKS:
            devices = self._devices
            if share:
                devices = devices._replace(leak=devices.leak + share * self._tied_S, leaks=True)
            voltages[circuit.order] = start_V
            lu[-1] = NO_FACTORS
            if not relax(circuit, devices, gates, voltages, unknowns, lu, TOLERANCE_V, residual, row):
                continue
            if self._stays_between(voltages, devices.leaks):
                return
        raise InstrumentError(
            "plant", say("the node voltages did not settle"), say("report this network as a bug")
        )

    def _stays_between(self, voltages: FloatArray, leaks: bool) -> bool:
        """Tell whether all nodes rest between the fixed ones, or ground if they leak; trim rounding in place.

        No edge gives power, so every node of a solution does. Nodes tied by a short may seem at rest
        anywhere: its current, told from rounded voltages, drowns what transistors far below cut-off bring.
        """
        held = [*voltages[list(self.fixed)], *([0.0] if leaks or not self.fixed else [])]
        low, high = min(held), max(held)
        order = self._circuit.order
        free = voltages[order]
        if np.any(free < low - TRIMMED_V) or np.any(free > high + TRIMMED_V):
            return False
        voltages[order] = np.clip(free, low, high)
        return True


def _tied(network: Network, edges: list[int], devices: Devices) -> FloatArray:
    """Return the sum of the resistors and shorts at each node, shape (n,), in siemens."""
    fixed_S = np.where(devices.kind == RESISTOR, devices.strength, 0.0)
    ends = network.endpoints()[edges]
    tied_S: FloatArray = np.zeros(network.nodes)
    np.add.at(tied_S, ends, fixed_S[:, np.newaxis])
    return tied_S


def _only(network: Network, edges: list[int]) -> Network:
    """Return the wiring of some edges, one at least."""
    return Network(network.nodes, tuple(network.edges[e] for e in edges))


def _dead_ends(
    network: Network, conducting: NDArray[np.intp], fixed: tuple[int, ...], devices: Devices
) -> dict[int, int]:
    """Map each node that can carry no current to the node whose voltage it takes.

    A node that leaks draws a current, so what lies on its way to the fixed nodes carries one.
    """
    if not len(conducting):
        return {}
    supplies = {*fixed, *np.flatnonzero(devices.leak).tolist()}
    return _only(network, conducting.tolist()).dead_ends(supplies)
