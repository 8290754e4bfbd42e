"""Edge laws as settings: what kind of device an edge is, with its nominal parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocols.block import FloatArray
from protocols.errors import ConfigError
from protocols.messages import Message, say
from protocols.network import Network
from sim_backend.plant.diode import GMIN_S, THERMAL_V
from sim_backend.plant.edge_law import DIODE, LEVEL1, PARAMETERS, RESISTOR, SQUARE_LAW, Devices

GATED = (SQUARE_LAW, LEVEL1)  # kinds whose current depends on the gate


class Rows(NamedTuple):
    """One device per edge, arrays (E,): the fields of Devices, and what each of its two ends leaks.

    end_leak in siemens: conductance from an end of the edge to ground.
    """

    kind: NDArray[np.uint8]
    threshold: FloatArray
    strength: FloatArray
    more: FloatArray
    end_leak: FloatArray


class EdgeLaw(ABC):
    """How the transistors of a network conduct; fixed resistors keep their conductance."""

    @abstractmethod
    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network in which every edge follows this law, fixed resistors too."""

    def rows(self, network: Network) -> Rows:
        """Return the devices of a network, its fixed resistors among them."""
        rows = self.everywhere(network)
        for edge, ohm in network.fixed_resistance.items():
            _put(rows, edge, Short(ohm).everywhere(network))
        return rows

    def devices(self, network: Network) -> Devices:
        """Return the device arrays of one copy."""
        rows = self.rows(network)
        ends = network.endpoints().ravel()
        leak = np.zeros(network.nodes)
        np.add.at(leak, ends, np.repeat(rows.end_leak, 2))
        return Devices(rows.kind, rows.threshold, rows.strength, rows.more, leak, bool(leak.any()))

    def conductance(self, gates_V: ArrayLike, network: Network) -> FloatArray:
        """Return the small-signal conductance of every edge with both ends at 0 V, (…, E), in siemens.

        gates_V (…, E) in volts, ignored for edges without a gate. Square law: S·(g − V_T), not below 0;
        Level1: beta·(g − vto), not below 0, in series with both resistances; diode: I_s/(n·kT/q), its
        gmin left out.
        """
        rows = self.rows(network)
        gates = np.broadcast_arrays(np.asarray(gates_V, dtype=float), rows.strength)[0]
        gated = np.isin(rows.kind, GATED)
        channel = rows.strength * np.maximum(np.where(gated, gates - rows.threshold, 1.0), 0.0)
        level1, diode = rows.kind == LEVEL1, rows.kind == DIODE
        series = np.where(level1, rows.more[:, 3] + rows.more[:, 4], 0.0)
        at_rest = np.divide(rows.more[:, 0], rows.more[:, 1], out=np.zeros(len(diode)), where=diode)
        return np.where(diode, at_rest, channel / (1.0 + channel * series))


@dataclass(frozen=True)
class SquareLaw(EdgeLaw):
    """Square-law transistors: threshold in volts, strength S in A/V², scalars or per edge (DESIGN §2.2)."""

    threshold_V: float | FloatArray = 0.62
    strength_A_per_V2: float | FloatArray = 8.5e-4

    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network in which every edge follows this law, fixed resistors too."""
        return _rows(network, SQUARE_LAW, self.threshold_V, self.strength_A_per_V2)


@dataclass(frozen=True)
class Level1(EdgeLaw):
    """SPICE LEVEL=1 n-MOS with body effect, tail = drain, head = source, bulk at 0 V (ngspice mos1load.c).

    The defaults are the ALD1106 card; vto and kp may be arrays, one value per edge. Below threshold
    such a transistor passes nothing at all. What holds a node whose edges are all cut off is the
    leakage of ngspice's bulk junctions: gmin from each end of each transistor to ground, so it rests at
    0 V. The junctions' own current is left out, 1e-14 A per end and less near 0 V: microvolts at a node held
    up by transistors on the edge of cut-off, millivolts where only reverse-biased diodes hold one. So is
    their forward conduction: node voltages should not go far below 0 V.
    """

    vto_V: float | FloatArray = 0.75
    gamma_sqrt_V: float = 1.09
    phi_V: float = 0.94995
    kp_A_per_V2: float | FloatArray = 6.24961e-5
    lambda_per_V: float = 0.199985
    rsh_ohm: float = 73.213  # per square
    length_m: float = 7.8e-6
    width_m: float = 138e-6
    drain_squares: float = 0.3
    source_squares: float = 1.0
    gmin_S: float = GMIN_S

    def __post_init__(self) -> None:
        _refuse_unless(self.phi_V > 0, say("a surface potential must be above 0 V"), "phi_V", self.phi_V)
        _refuse_unless(
            self.length_m > 0, say("a channel must be longer than nothing"), "length_m", self.length_m
        )

    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network in which every edge follows this law, fixed resistors too."""
        beta = np.asarray(self.kp_A_per_V2) * self.width_m / self.length_m
        resistances = self.rsh_ohm * self.drain_squares, self.rsh_ohm * self.source_squares
        more = (self.gamma_sqrt_V, self.phi_V, self.lambda_per_V, *resistances)
        return _rows(network, LEVEL1, self.vto_V, beta, more, self.gmin_S)


@dataclass(frozen=True)
class Diode(EdgeLaw):
    """Junction diodes at 27 °C, tail = anode, with SPICE's gmin in parallel; gates do nothing."""

    saturation_current_A: float = 1e-14
    ideality: float = 1.0

    def __post_init__(self) -> None:
        _refuse_unless(self.ideality > 0, say("an ideality must be above 0"), "ideality", self.ideality)

    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network in which every edge follows this law, fixed resistors too."""
        more = (self.saturation_current_A, self.ideality * THERMAL_V)
        return _rows(network, DIODE, 0.0, 0.0, more)


@dataclass(frozen=True)
class Open(EdgeLaw):
    """Edges that conduct nothing: a fault, for MixedLaw."""

    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network in which every edge is open."""
        return _rows(network, RESISTOR, 0.0, 0.0)


@dataclass(frozen=True)
class Short(EdgeLaw):
    """Edges that are a resistance and nothing else: a fault, for MixedLaw."""

    resistance_ohm: float = 1.0

    def __post_init__(self) -> None:
        ohm = self.resistance_ohm
        _refuse_unless(ohm > 0, say("a resistance must be above 0 ohm"), "resistance_ohm", ohm)

    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network in which every edge is this resistance."""
        return _rows(network, RESISTOR, 0.0, 1.0 / self.resistance_ohm)


@dataclass(frozen=True)
class MixedLaw(EdgeLaw):
    """One law for the network and others for single edges, by edge number; those replace fixed resistors too.

    A law in `by_edge` that has values per edge is asked for the value of that edge.
    """

    default: EdgeLaw = field(default_factory=SquareLaw)
    by_edge: Mapping[int, EdgeLaw] = field(default_factory=dict)

    def everywhere(self, network: Network) -> Rows:
        """Return the devices of a network without its fixed resistors."""
        return self._over(self.default.everywhere(network), network)

    def rows(self, network: Network) -> Rows:
        """Return the devices of a network, its fixed resistors among them unless replaced."""
        return self._over(self.default.rows(network), network)

    def _over(self, rows: Rows, network: Network) -> Rows:
        for edge, law in self.by_edge.items():
            known = 0 <= edge < network.n_edges
            _refuse_unless(known, say("no such edge"), "by_edge", edge)
            _put(rows, edge, law.everywhere(network))
        return rows


def select_devices(devices: Devices, edges: list[int] | NDArray[np.int64]) -> Devices:
    """Return the devices of some edges only; what nodes leak stays."""
    return devices._replace(
        kind=devices.kind[edges],
        threshold=devices.threshold[edges],
        strength=devices.strength[edges],
        more=devices.more[edges],
    )


def _rows(
    network: Network,
    kind: int,
    threshold_V: ArrayLike,
    strength: ArrayLike,
    more: tuple[float, ...] = (),
    end_leak_S: float = 0.0,
) -> Rows:
    """Lay out one device per edge, all of one kind; values scalar or per edge."""
    table = np.zeros((network.n_edges, PARAMETERS))
    table[:, : len(more)] = more
    return Rows(
        np.full(network.n_edges, kind, dtype=np.uint8),
        _per_edge(threshold_V, network),
        _per_edge(strength, network),
        table,
        _per_edge(end_leak_S, network),
    )


def _put(rows: Rows, edge: int, other: Rows) -> None:
    """Replace one edge by what it is in other rows."""
    rows.kind[edge] = other.kind[edge]
    rows.threshold[edge] = other.threshold[edge]
    rows.strength[edge] = other.strength[edge]
    rows.more[edge] = other.more[edge]
    rows.end_leak[edge] = other.end_leak[edge]


def _per_edge(value: ArrayLike, network: Network) -> FloatArray:
    return np.array(np.broadcast_to(np.asarray(value, dtype=float), (network.n_edges,)))


def _refuse_unless(good: bool, message: Message, key: str, value: float) -> None:
    if not good:
        raise ConfigError(message, key=key, value=value)
