"""Edge laws as settings: what kind of device an edge is, with its nominal parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from protocols.block import FloatArray
from protocols.network import Network
from sim_backend.edge_law import RESISTOR, SQUARE_LAW
from sim_backend.newton import Devices


@dataclass(frozen=True)
class SquareLaw:
    """Square-law transistors: threshold in volts, strength S in A/V², scalars or per edge (DESIGN §2.2)."""

    threshold_V: float | FloatArray = 0.62
    strength_A_per_V2: float | FloatArray = 8.5e-4

    def devices(self, network: Network) -> Devices:
        """Return the device arrays of one copy; fixed resistors keep their conductance."""
        transistor = network.transistors()
        strength = _per_edge(self.strength_A_per_V2, network)
        for edge, ohm in network.fixed_resistance.items():
            strength[edge] = 1.0 / ohm
        kind = np.where(transistor, SQUARE_LAW, RESISTOR).astype(np.uint8)
        return Devices(kind, _per_edge(self.threshold_V, network), strength)


def _per_edge(value: ArrayLike, network: Network) -> FloatArray:
    return np.array(np.broadcast_to(np.asarray(value, dtype=float), (network.n_edges,)))
