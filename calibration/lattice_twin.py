"""The twin of a lattice board from runs that were measured elsewhere: its walls, and the drift of every gate.

While tasks in quick turns stay solved, what moves a gate is its bias and its contrast offset times the
voltage across it: drift = b + 2αo·ΔV. One task set tells the sum for its own voltages and no more. Thresholds
and strengths are not told at all: gates that move together along a few lines leave Kirchhoff's law nothing
to tell them apart by (docs/calibration.md has the numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say

LEAST_S, MOST_S = 0.15, 3.0  # of learning: the tasks are learned by then, and few gates have met a wall yet
WALL_MARGIN_V = 0.25
_LEAST_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class MeasuredGates:
    """Learning time (n,) in s and gates (n, E) in V of the rounds of one run."""

    learning_s: FloatArray
    gates_V: FloatArray


@dataclass(frozen=True, eq=False)
class LatticeTwin:
    """What runs of one task set tell of a board, per edge (E,).

    drift and its standard uncertainty in V/s, 0 and inf for a gate that was never free of its walls; walls
    in V.
    """

    drift: FloatArray
    drift_u: FloatArray
    wall_low: FloatArray
    wall_high: FloatArray
    runs: int


def lattice_twin(runs: Sequence[MeasuredGates]) -> LatticeTwin:
    """Return the mean drift of every gate over runs of the same tasks, and how far runs differ in it.

    Raises DataError when no run has enough rounds while its gates were free.
    """
    low, high = (np.array([f(r.gates_V, axis=0) for r in runs]) for f in (np.min, np.max))
    least, most = float(low.min()), float(high.max())
    slopes, own = np.array([_drift(r, least + WALL_MARGIN_V, most - WALL_MARGIN_V) for r in runs]).swapaxes(
        0, 1
    )
    count = np.isfinite(slopes).sum(axis=0)
    if not count.any():
        raise DataError(
            say(
                "no run has {rounds} rounds between {least_s:g} and {most_s:g} s of learning; "
                "give runs whose tasks take turns quickly",
                rounds=_LEAST_ROUNDS,
                least_s=LEAST_S,
                most_s=MOST_S,
            )
        )
    weight = np.where(np.isfinite(slopes), 1.0, 0.0)
    total = np.maximum(weight.sum(axis=0), 1.0)
    filled = np.nan_to_num(slopes)
    drift = (filled * weight).sum(axis=0) / total
    scatter = np.sqrt((weight * (filled - drift) ** 2).sum(axis=0) / np.maximum(total - 1, 1) / total)
    single = np.sqrt((weight * np.nan_to_num(own) ** 2).sum(axis=0)) / total
    u = np.where(count > 0, np.hypot(scatter, single), np.inf)
    at_low, at_high = low.min(axis=0), high.max(axis=0)
    return LatticeTwin(
        drift,
        u,
        np.where(at_low < least + WALL_MARGIN_V, at_low, least),
        np.where(at_high > most - WALL_MARGIN_V, at_high, most),
        len(runs),
    )


def twin_doses(twin: LatticeTwin, common: dict[str, Any], description: str) -> dict[str, Any]:
    """Return the doses, in SI, of the simulated board; common: doses of the kind of board, nothing drawn."""

    def column(values: FloatArray, unit: str) -> dict[str, Any]:
        return {"values": [float(f"{v:.6g}") for v in values], "unit": unit}

    per_edge = {
        "bias": column(twin.drift, "V/s"),
        "wall_low": column(twin.wall_low, "V"),
        "wall_high": column(twin.wall_high, "V"),
    }
    return {"description": description, **common, "per_edge": per_edge}


def _drift(run: MeasuredGates, low_V: float, high_V: float) -> tuple[FloatArray, FloatArray]:
    """Return slopes (E,) in V/s and their uncertainty while gates are between two voltages, nan if never."""
    edges = run.gates_V.shape[1]
    slope, u = np.full(edges, np.nan), np.full(edges, np.nan)
    time = run.learning_s
    window = (time > LEAST_S) & (time < MOST_S)
    for e in range(edges):
        gate = run.gates_V[:, e]
        inside = window & (gate > low_V) & (gate < high_V)
        met = np.flatnonzero(window & ~inside)
        if len(met):
            inside &= time < time[met[0]]
        if inside.sum() < _LEAST_ROUNDS:
            continue
        x = time[inside] - time[inside].mean()
        slope[e] = x @ gate[inside] / (x @ x)
        left = gate[inside] - gate[inside].mean() - slope[e] * x
        u[e] = np.sqrt(left @ left / (inside.sum() - 2) / (x @ x))
    return slope, u
