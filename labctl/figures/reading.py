"""Read a run's dataset into plain arrays; strings may have come back as bytes or objects."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def floats(run: xr.Dataset, name: str) -> FloatArray:
    """Return a variable as floats, in the units it is stored in."""
    return np.asarray(run[name].values, dtype=np.float64)


def ints(run: xr.Dataset, name: str) -> IntArray:
    """Return a variable as integers."""
    return np.asarray(run[name].values).astype(np.int64)


def measured(run: xr.Dataset, name: str) -> bool:
    """Tell whether the run has this variable with at least one value that is a number."""
    return name in run and bool(np.isfinite(floats(run, name)).any())


def texts(run: xr.Dataset, name: str) -> list[str]:
    """Return a variable of strings, shape (n,), as str."""
    return [_text(value) for value in np.ravel(run[name].values)]


def text_of(run: xr.Dataset, name: str, default: str = "") -> str:
    """Return an attribute as str."""
    return _text(run.attrs.get(name, default))


def number_of(run: xr.Dataset, name: str, default: float = math.nan) -> float:
    """Return an attribute as a float."""
    return float(np.ravel(run.attrs.get(name, default))[0])


def transistors(run: xr.Dataset) -> IntArray:
    """Return the edges that learn, shape (≤ E,)."""
    return np.flatnonzero(ints(run, "edge_is_transistor") != 0)


def is_classification(run: xr.Dataset) -> bool:
    """Tell whether the task has classes."""
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


def quantity(value: float, unit: str, digits: int = 2) -> str:
    """Write a value for reading, such as '1.7×10⁻⁵ V²' or '0.35 V²'."""
    if not math.isfinite(value):
        return f"– {unit}"
    if value == 0 or 0.1 <= abs(value) < 1e4:
        return f"{value:.{digits + 1}g} {unit}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}×{power_of_ten(int(exponent))} {unit}"


def power_of_ten(exponent: int) -> str:
    """Write a power of ten, such as '10⁻⁵'."""
    return "10" + str(exponent).translate(_RAISED)


def shortened(name: str, longest: int = 24) -> str:
    """Cut a name to so many letters."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _text(value: Any) -> str:
    plain = value.item() if isinstance(value, np.ndarray | np.generic) else value
    plain = plain.decode("utf-8", "replace") if isinstance(plain, bytes) else str(plain)
    return plain.replace("$", r"\$")  # matplotlib takes a pair of dollars for mathematics
