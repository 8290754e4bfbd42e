"""Gates on walls, and where a drift ends: at the walls everything saturates."""

from __future__ import annotations

import numpy as np
import xarray as xr

from labctl.store.reading import learning_gates, number_of
from protocols.block import BoolArray, FloatArray

NEAR_V = 0.03  # a few steps of the gate converter and what readings scatter


def on_walls(gates_V: FloatArray, low_V: float, high_V: float, near_V: float = NEAR_V) -> BoolArray:
    """Tell which gates (…) stand on a wall, or within near_V of it; a gate that was not read does not."""
    gates = np.asarray(gates_V, dtype=float)
    return np.asarray((gates <= low_V + near_V) | (gates >= high_V - near_V))


def walls_share(run: xr.Dataset, near_V: float = NEAR_V) -> FloatArray:
    """Return the share of learning edges whose gate stands on a wall of the board at each round, (n,).

    The walls are the bench's limits as stored with the run. nan where gates were not read.
    """
    gates = learning_gates(run)
    share = on_walls(gates, number_of(run, "gate_min_V"), number_of(run, "gate_max_V"), near_V).mean(axis=1)
    share[~np.isfinite(gates).all(axis=1)] = np.nan
    return np.asarray(share, dtype=float)


def drift_end(gates_V: FloatArray, last: int = 50) -> FloatArray:
    """Return where a drift (n, E) came to rest, (E,), in volts: the mean of its last samples."""
    end: FloatArray = np.asarray(gates_V, dtype=float)[-last:].mean(axis=0)
    return end


def saturated_span2(end_a_V: FloatArray, end_b_V: FloatArray) -> float:
    """Return D² between the ends of two tasks' drifts (E,), in V²: where the cycle span saturates."""
    apart = np.asarray(end_a_V, dtype=float) - np.asarray(end_b_V, dtype=float)
    return float(apart @ apart)
