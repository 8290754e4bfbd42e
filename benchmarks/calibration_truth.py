"""What was injected into a simulated board, by the names calibrations give it, and the bars."""

from __future__ import annotations

import numpy as np

from protocols.block import FloatArray
from protocols.task import Wiring
from sim_backend import BenchConfig
from sim_backend.board.build import build_board

# Quantity → allowed error: the larger of an absolute one and a share of the true value.
BARS: dict[str, tuple[float, float]] = {
    "threshold": (5e-3, 0.0),
    "strength": (0.0, 0.02),
    "bias": (0.05, 0.10),
    "contrast offset": (1e-3, 0.0),
    "gate leak": (0.0, 0.10),
    "threshold mismatch": (2e-3, 0.0),
}


def true_values(config: BenchConfig, wiring: Wiring, seed: int) -> dict[str, FloatArray]:
    """Return the injected values per edge (E,) or per node (N,), in SI units."""
    board = build_board(config, wiring, seed)
    edges, k = board.edges, board.converters
    rate, strength = np.where(edges.rate > 0, edges.rate, np.nan), board.free.strength

    def nodes(values: FloatArray, at: tuple[int, ...]) -> FloatArray:
        column = np.full(wiring.network.nodes, np.nan)
        column[list(at)] = values
        return column

    sources, targets = wiring.source_nodes, wiring.target_nodes
    return {
        "threshold": board.free.threshold,
        "strength": strength,
        "threshold mismatch": board.clamped.threshold - board.free.threshold,
        "strength mismatch": board.clamped.strength / np.where(strength > 0, strength, np.nan) - 1,
        "learning rate": edges.rate,
        "bias": edges.bias,
        "contrast offset": edges.offset_rate / (2 * rate),
        "gate leak": edges.leak,
        "pulse charge": edges.charge,
        "wall low": edges.wall_low,
        "wall high": edges.wall_high,
        "source offset": nodes(k.source_offset, sources),
        "source gain error": nodes(k.source_gain - 1, sources),
        "reading offset": nodes(k.adc_offset, targets),
        "reading gain error": nodes(k.adc_gain - 1, targets),
        "clamp offset": nodes(k.clamp_offset, targets),
        "clamp gain error": nodes(k.clamp_gain - 1, targets),
    }
