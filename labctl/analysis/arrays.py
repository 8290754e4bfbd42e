"""What analysis reads of a run: plain arrays of the edges that learn, errors, tasks and limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from protocols.block import BoolArray, FloatArray, IntArray
from protocols.errors import DataError


def floats(run: xr.Dataset, name: str) -> FloatArray:
    """Return a variable as floats, in the unit it is stored in. Raises DataError when it is not there."""
    if name not in run:
        raise DataError(f"the run has no '{name}'")
    return np.asarray(run[name].values, dtype=np.float64)


def has_numbers(run: xr.Dataset, name: str) -> bool:
    """Tell whether a variable is there with at least one number in it."""
    return name in run and bool(np.isfinite(np.asarray(run[name].values, dtype=np.float64)).any())


def learning_edges(run: xr.Dataset) -> IntArray:
    """Return the edges whose gates learn, shape (L,)."""
    return np.flatnonzero(np.asarray(run["edge_is_transistor"].values).astype(np.int64))


def learning_gates(run: xr.Dataset) -> FloatArray:
    """Return the gate voltages of the edges that learn at every round, (n, L), in volts."""
    return floats(run, "gate_voltage")[:, learning_edges(run)]


def round_cycles(run: xr.Dataset) -> IntArray:
    """Return the number of cycles trained before each round, (n,)."""
    return np.asarray(run["round_cycle"].values).astype(np.int64)


def measured_rounds(run: xr.Dataset) -> BoolArray:
    """Tell which rounds were really read, (n,): some boards repeat the last one after they have stopped."""
    if "round_measured" not in run:
        return np.ones(run.sizes["round"], dtype=np.bool_)
    return np.asarray(run["round_measured"].values).astype(np.bool_)


def misses(run: xr.Dataset) -> FloatArray:
    """Return L − O of the training set at every round, (n, P, T), in volts."""
    missed: FloatArray = floats(run, "train_label") - floats(run, "train_output")
    return missed


def groups(run: xr.Dataset) -> IntArray:
    """Return the task of each training point, (P,)."""
    return np.asarray(run["train_group"].values).astype(np.int64)


def number(run: xr.Dataset, name: str, default: float = math.nan) -> float:
    """Return an attribute as a float."""
    return float(np.ravel(run.attrs.get(name, default))[0])


def text(run: xr.Dataset, name: str, default: str = "") -> str:
    """Return an attribute as text."""
    value: Any = run.attrs.get(name, default)
    value = value.item() if isinstance(value, np.ndarray | np.generic) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def is_classification(run: xr.Dataset) -> bool:
    """Tell whether the run sorts points into classes."""
    return text(run, "task_kind") == "classification" and "train_class" in run


def half_period_cycles(run: xr.Dataset) -> int | None:
    """Return how many cycles each task is trained in turn; None when tasks do not take turns.

    As the run says; one that does not is asked for its single cycles, if all were kept: every turn of
    one task, the first and last left out, must have the same length.
    """
    stated = number(run, "period_cycles")
    names = np.unique(groups(run))
    if math.isfinite(stated):
        return round(stated / max(len(names), 2))
    if len(names) < 2 or "cycle_point" not in run or run.sizes.get("cycle", 0) < 2:
        return None
    if np.any(np.diff(np.asarray(run["cycle"].values).astype(np.int64)) != 1):
        return None
    task = groups(run)[np.asarray(run["cycle_point"].values).astype(np.int64)]
    turns = np.diff(np.flatnonzero(np.diff(task)))
    return int(turns[0]) if len(turns) and np.all(turns == turns[0]) else None


def period_s(run: xr.Dataset) -> float:
    """Return the period τ of a task cycle in seconds of nominal learning time; nan when not known."""
    stated = number(run, "period_s")
    if math.isfinite(stated):
        return stated
    half, time_s = half_period_cycles(run), floats(run, "learning_time")
    cycles = round_cycles(run)
    if half is None or not len(cycles) or cycles[-1] == 0:
        return math.nan
    return float(half * len(np.unique(groups(run))) * time_s[-1] / cycles[-1])
