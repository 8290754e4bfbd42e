"""Edge laws as settings: what kind of device an edge is, with its nominal parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocols.block import FloatArray
from protocols.network import Network
from sim_backend.edge_law import PARAMETERS, RESISTOR, SQUARE_LAW, Devices


class EdgeLaw(Protocol):
    """How the transistors of a network conduct; fixed resistors keep their conductance under any law."""

    def devices(self, network: Network) -> Devices:
        """Return the device arrays of one copy."""


@dataclass(frozen=True)
class SquareLaw:
    """Square-law transistors: threshold in volts, strength S in A/V², scalars or per edge (DESIGN §2.2)."""

    threshold_V: float | FloatArray = 0.62
    strength_A_per_V2: float | FloatArray = 8.5e-4

    def devices(self, network: Network) -> Devices:
        """Return the device arrays of one copy; fixed resistors keep their conductance."""
        return build_devices(network, SQUARE_LAW, self.threshold_V, self.strength_A_per_V2)


def build_devices(
    network: Network,
    kind: int,
    threshold_V: ArrayLike,
    strength: ArrayLike,
    more: tuple[ArrayLike, ...] = (),
    leak_S: FloatArray | None = None,
) -> Devices:
    """Lay out the arrays of a network whose transistors are all of one kind; values scalar or per edge."""
    transistor = network.transistors()
    strengths = _per_edge(strength, network)
    for edge, ohm in network.fixed_resistance.items():
        strengths[edge] = 1.0 / ohm
    table = np.zeros((network.n_edges, PARAMETERS))
    for column, value in enumerate(more):
        table[:, column] = _per_edge(value, network)
    leak = np.zeros(network.nodes) if leak_S is None else leak_S
    return Devices(
        kind=np.where(transistor, kind, RESISTOR).astype(np.uint8),
        threshold=_per_edge(threshold_V, network),
        strength=strengths,
        more=table,
        leak=leak,
        leaks=bool(leak.any()),
    )


def select_devices(devices: Devices, edges: list[int] | NDArray[np.int64]) -> Devices:
    """Return the devices of some edges only; what nodes leak stays."""
    return devices._replace(
        kind=devices.kind[edges],
        threshold=devices.threshold[edges],
        strength=devices.strength[edges],
        more=devices.more[edges],
    )


def _per_edge(value: ArrayLike, network: Network) -> FloatArray:
    return np.array(np.broadcast_to(np.asarray(value, dtype=float), (network.n_edges,)))
