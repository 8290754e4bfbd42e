"""A stored run as CSV tables or as one JSON file, for programs that do not read netCDF."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray


def export_csv(dataset: xarray.Dataset, folder: Path) -> list[Path]:
    """Write a table per leading dimension, such as round.csv, and return the files. Raises OSError.

    A variable with further dimensions takes a column for each of their entries, `gate_voltage[3] (V)`;
    what was not measured is an empty cell.
    """
    written = []
    tables: dict[str, list[str]] = {}
    for name, variable in dataset.variables.items():
        if variable.dims and variable.shape[0]:
            tables.setdefault(str(variable.dims[0]), []).append(str(name))
    for dimension, names in tables.items():
        columns = [column for name in names for column in _columns(name, dataset)]
        file = folder / f"{dimension}.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow([dimension + " number", *(head for head, _ in columns)])
            for row in range(dataset.sizes[dimension]):
                table.writerow([row, *(_cell(values[row]) for _, values in columns)])
        written.append(file)
    return written


def export_json(dataset: xarray.Dataset, folder: Path) -> list[Path]:
    """Write run.json: attributes, and every variable with dimensions, unit and values. Raises OSError.

    What was not measured is null.
    """
    variables = {
        str(name): {
            "dims": [str(d) for d in v.dims],
            "units": str(v.attrs.get("units", "1")),
            "long_name": str(v.attrs.get("long_name", "")),
            "values": _plain(v.values),
        }
        for name, v in dataset.variables.items()
    }
    attributes = {str(name): _plain(value) for name, value in dataset.attrs.items()}
    file = folder / "run.json"
    file.write_text(
        json.dumps({"attributes": attributes, "variables": variables}, ensure_ascii=False), "utf-8"
    )
    return [file]


def _columns(name: str, dataset: xarray.Dataset) -> list[tuple[str, Any]]:
    variable = dataset[name]
    unit = str(variable.attrs.get("units", "1"))
    suffix = "" if unit == "1" else f" ({unit})"
    shape = variable.shape[1:]
    flat = variable.values.reshape(len(variable), -1)
    places = [list(at) for at in np.ndindex(*shape)]
    return [(f"{name}{at or ''}{suffix}", flat[:, k]) for k, at in enumerate(places)]


def _cell(value: Any) -> Any:
    """Return what a cell holds: numbers in full, nothing for NaN."""
    plain = _plain(value)
    return "" if plain is None else plain


def _plain(value: Any) -> Any:
    """Turn an array or a scalar into what JSON can hold; NaN and infinities become None."""
    if isinstance(value, np.ndarray):
        return [_plain(entry) for entry in value] if value.ndim else _plain(value.item())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
