"""run.nc from complete arrays: for runs that were recorded elsewhere and are stored in one go."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray
from numpy.typing import NDArray

from labctl.store.convert import NAME
from labctl.store.dataset import run_attributes, static_variables
from labctl.store.layout import COLUMNS, COORDINATES, CYCLE, ROUND, SNAPSHOT
from labctl.store.live import Static
from protocols.bench import Limits
from protocols.errors import DataError
from protocols.plan import Plan
from protocols.task import TaskKind

_CLASSES_ONLY = ("accuracy", "worst_margin")
_WORTH_PACKING = 1000  # values


def complete_dataset(
    plan: Plan,
    limits: Limits,
    arrays: Mapping[str, NDArray[Any]],
    extra: Mapping[str, Static],
    attributes: Mapping[str, Any],
) -> xarray.Dataset:
    """Assemble a run from arrays named as in the layout, SI units, growing dimension first.

    Columns that are not given are there all the same, filled with NaN, so that whoever reads the run finds
    every name; whole-numbered columns must be given when their dimension has a length. `extra` are variables
    of one's own. Raises DataError for a name the layout does not have or a shape that does not fit.
    """
    unknown = sorted(set(arrays) - set(COLUMNS))
    if unknown:
        raise DataError(f"'{unknown[0]}' is no recorded variable of a run")
    variables: dict[str, Static] = {**static_variables(plan)}
    sizes = {d: n for dims, v, _ in variables.values() for d, n in zip(dims, v.shape, strict=True)}
    sizes |= {d: _length(d, arrays) for d in (ROUND, CYCLE, SNAPSHOT)} | {
        "node": plan.task.wiring.network.nodes
    }
    for name, column in COLUMNS.items():
        if not set(column.dims) <= set(sizes) or not _belongs(name, plan):
            continue
        shape = tuple(sizes[d] for d in column.dims)
        values = arrays.get(name)
        if values is None and np.dtype(column.dtype).kind != "f" and shape[0]:
            raise DataError(f"'{name}' is missing: it is a whole number and has no 'not measured'")
        filled = np.full(shape, np.nan) if values is None else np.asarray(values)
        if filled.shape != shape:
            raise DataError(f"'{name}' has the shape {filled.shape}, not {shape} as {column.dims} need")
        variables[name] = (column.dims, filled.astype(column.dtype), column.attributes)
    variables |= extra
    named = {n for n, (dims, _, _) in variables.items() if n in COORDINATES or n in dims}
    return xarray.Dataset(
        {n: v for n, v in variables.items() if n not in named},
        {n: v for n, v in variables.items() if n in named},
        {**run_attributes(plan, limits), **attributes},
    )


def write_complete(dataset: xarray.Dataset, folder: Path) -> None:
    """Write run.nc into a run folder, complete or not at all. Raises OSError."""
    packed = {
        name: {"zlib": True, "complevel": 4}
        for name, v in dataset.variables.items()
        if v.dtype.kind == "f" and v.size > _WORTH_PACKING
    }
    part = folder / f"{NAME}.part"
    try:
        dataset.to_netcdf(part, engine="h5netcdf", encoding=packed)
        part.replace(folder / NAME)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _length(dimension: str, arrays: Mapping[str, NDArray[Any]]) -> int:
    lengths = {len(v) for n, v in arrays.items() if COLUMNS[n].dims[0] == dimension}
    if len(lengths) > 1:
        raise DataError(f"the arrays along '{dimension}' differ in length: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def _belongs(name: str, plan: Plan) -> bool:
    """Tell whether a run of this plan has the column at all."""
    if name.startswith("test_") and plan.task.test is None:
        return False
    return plan.task.kind is TaskKind.CLASSIFICATION or not name.endswith(_CLASSES_ONLY)
