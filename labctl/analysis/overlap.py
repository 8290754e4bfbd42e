"""Representational overlap: how alike two states of the gates are, whatever their outputs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from labctl.store.reading import learning_gates
from protocols.block import FloatArray


def state_overlap(a_V: FloatArray, b_V: FloatArray, reference_V: FloatArray | None = None) -> float:
    """Return the cosine of the angle between two states (E,): 1 the same pattern, 0 nothing in common.

    States are taken from a reference (E,), or, without one, from their own mean over the edges (Pearson's
    correlation). nan when a state equals its reference.
    """
    return float(state_overlaps(np.array([a_V, b_V]), reference_V)[0, 1])


def state_overlaps(gates_V: FloatArray, reference_V: FloatArray | None = None) -> FloatArray:
    """Return the overlap of every two of the states (n, E), shape (n, n)."""
    gates = np.asarray(gates_V, dtype=float)
    away = gates - (gates.mean(axis=1, keepdims=True) if reference_V is None else reference_V)
    length = np.linalg.norm(away, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = away / np.where(length > 0, length, np.nan)[:, None]
    return np.clip(unit @ unit.T, -1.0, 1.0)


def overlap_with_round(run: xr.Dataset, at: int = -1, *, from_start: bool = True) -> FloatArray:
    """Return the overlap of every round's gates with one round's, (n,).

    from_start: compare what has changed since the first round, otherwise the patterns themselves.
    """
    gates = learning_gates(run)
    reference = gates[0] if from_start else None
    found: FloatArray = state_overlaps(gates, reference)[:, at]
    return found
