"""Conductances by the transistors' nominal square law, until a calibration says better."""

from __future__ import annotations

import numpy as np

from drivers.hardware.config import TransistorSettings
from protocols.block import FloatArray
from protocols.network import Network


def conductances(transistors: TransistorSettings, network: Network, gates_V: FloatArray) -> FloatArray:
    """Turn gate voltages (…, E) into conductances near 0 V, (…, E), in siemens.

    Transistors: S·(g − V_T), not below 0 (DESIGN §2.2); fixed resistors keep theirs.
    """
    gates = np.asarray(gates_V, dtype=float)
    channel = transistors.strength * np.maximum(gates - transistors.threshold, 0.0)
    for edge, ohm in network.fixed_resistance.items():
        channel[..., edge] = 1.0 / ohm
    return channel
