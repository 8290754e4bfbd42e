"""Read a stored run's dataset into plain arrays and attributes, by the names of `labctl.store.layout`.

The one reader for analysis, figures, window, studies and twins. Strings may have come back from a file as
bytes or objects; here they are str.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from protocols.block import BoolArray, FloatArray, IntArray
from protocols.errors import DataError


def described(
    attributes: Mapping[str, str | float],
    dims: Mapping[str, tuple[str, ...]],
    texts: Mapping[str, tuple[str, ...]],
    arrays: Mapping[str, NDArray[Any]],
) -> xr.Dataset:
    """Return what an engine tells of a run that goes on as the dataset that its run.nc begins with.

    dims: dimensions of every variable; texts: variables that hold strings; arrays: the others.
    """
    values = {**arrays, **{name: np.array(found, dtype=object) for name, found in texts.items()}}
    return xr.Dataset({name: (of, values[name]) for name, of in dims.items()}, attrs=dict(attributes))


def floats(run: xr.Dataset, name: str) -> FloatArray:
    """Return a variable as floats, in the unit it is stored in. Raises DataError when it is not there."""
    if name not in run:
        raise DataError(f"the run has no '{name}'")
    return np.asarray(run[name].values, dtype=np.float64)


def ints(run: xr.Dataset, name: str) -> IntArray:
    """Return a variable as integers. Raises DataError when it is not there."""
    if name not in run:
        raise DataError(f"the run has no '{name}'")
    return np.asarray(run[name].values).astype(np.int64)


def texts(run: xr.Dataset, name: str) -> list[str]:
    """Return a variable of strings, shape (n,), as str."""
    return [_text(value) for value in np.ravel(run[name].values)]


def number_of(run: xr.Dataset, name: str, default: float = math.nan) -> float:
    """Return an attribute as a float."""
    return float(np.ravel(run.attrs.get(name, default))[0])


def text_of(run: xr.Dataset, name: str, default: str = "") -> str:
    """Return an attribute as str."""
    return _text(run.attrs.get(name, default))


def has_numbers(run: xr.Dataset, name: str) -> bool:
    """Tell whether a variable is there with at least one number in it."""
    return name in run and bool(np.isfinite(floats(run, name)).any())


def learning_edges(run: xr.Dataset) -> IntArray:
    """Return the edges whose gates learn, shape (L,)."""
    return np.flatnonzero(ints(run, "edge_is_transistor"))


def learning_gates(run: xr.Dataset) -> FloatArray:
    """Return the gate voltages of the edges that learn at every round, (n, L), in volts."""
    return floats(run, "gate_voltage")[:, learning_edges(run)]


def round_cycles(run: xr.Dataset) -> IntArray:
    """Return the number of cycles trained before each round, (n,)."""
    return ints(run, "round_cycle")


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
    return ints(run, "train_group")


def is_classification(run: xr.Dataset) -> bool:
    """Tell whether the run sorts points into classes."""
    return text_of(run, "task_kind") == "classification" and "train_class" in run


def swept_source(run: xr.Dataset) -> int | None:
    """Return the one source that varies over the data points, or None when none or several do.

    Sources that follow another one (a complement V₁ → V₀ − V₁) count as one with it.
    """
    inputs = floats(run, "train_input")
    span = np.ptp(inputs, axis=0)
    varying = np.flatnonzero(span > 1e-9)
    if not varying.size:
        return None
    centred = inputs[:, varying] - inputs[:, varying].mean(axis=0)
    if np.linalg.matrix_rank(centred, tol=1e-6) > 1:
        return None
    return int(varying[0])


def half_period_cycles(run: xr.Dataset) -> int | None:
    """Return how many cycles each task is trained in turn; None when tasks do not take turns.

    As the run says; one that does not is asked for its single cycles, if all were kept: every turn of
    one task, the first and last left out, must have the same length.
    """
    stated = number_of(run, "period_cycles")
    names = np.unique(groups(run))
    if math.isfinite(stated):
        return round(stated / max(len(names), 2))
    if len(names) < 2 or "cycle_point" not in run or run.sizes.get("cycle", 0) < 2:
        return None
    if np.any(np.diff(ints(run, "cycle")) != 1):
        return None
    task = groups(run)[ints(run, "cycle_point")]
    turns = np.diff(np.flatnonzero(np.diff(task)))
    return int(turns[0]) if len(turns) and np.all(turns == turns[0]) else None


def period_s(run: xr.Dataset) -> float:
    """Return the period τ of a task cycle in seconds of nominal learning time; nan when not known."""
    stated = number_of(run, "period_s")
    if math.isfinite(stated):
        return stated
    half, time_s = half_period_cycles(run), floats(run, "learning_time")
    cycles = round_cycles(run)
    if half is None or not len(cycles) or cycles[-1] == 0:
        return math.nan
    return float(half * len(np.unique(groups(run))) * time_s[-1] / cycles[-1])


def _text(value: Any) -> str:
    plain = value.item() if isinstance(value, np.ndarray | np.generic) else value
    return plain.decode("utf-8", "replace") if isinstance(plain, bytes) else str(plain)
