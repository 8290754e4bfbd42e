"""Reading and writing stored runs for the run browser; all of it is done beside the window."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import xarray as xr
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage

from labctl.experiment.tables import TomlTable
from labctl.gui.panels.runs.table import THUMB
from labctl.store import Manifest, open_run
from labctl.store.catalogue import Entry, entry_of
from labctl.store.export import export_csv
from labctl.store.recovery import find_orphans, recover
from labctl.store.tags import split_tags
from protocols.errors import DataError


@dataclass(frozen=True)
class ComparedRun:
    """A stored run as it is compared: what the catalogue says, what it measured, what it was asked to do."""

    entry: Entry
    run: xr.Dataset
    settings: TomlTable  # tables of its files, nested


def read_compared(folder: Path) -> ComparedRun:
    """Read a run to compare it. Raises DataError."""
    return ComparedRun(entry_of(folder), load_run(folder), settings_of(folder))


def load_run(folder: Path) -> xr.Dataset:
    """Read a stored run whole. Raises DataError."""
    if not (folder / "run.nc").exists():
        raise DataError(
            f"{folder.name} has no run.nc: if its engine died, press Recover; else it measured nothing"
        )
    with open_run(folder) as run:
        return run.load()


def settings_of(folder: Path) -> TomlTable:
    """Return what a run was asked to do, as nested plain values."""
    found: TomlTable = {}
    for name in ("experiment", "bench"):
        file = folder / f"{name}.toml"
        if file.exists():
            found[name] = tomllib.loads(file.read_text("utf-8"))
    found["seed"] = (Manifest.load(folder).values.get("seeds") or {}).get("run")
    return found


def export_run(folder: Path, target: Path) -> list[Path]:
    """Write a run's tables as CSV into a folder, made when missing; return the files. Raises DataError."""
    run = load_run(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        return export_csv(run, target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror}; choose another folder") from None


def recover_runs(out: Path) -> list[str]:
    """Store what was committed of every run whose process died, and return a line for each."""
    return [f"{r.folder.name}: {r.cycles:,} cycles, {r.reason}" for r in map(recover, find_orphans(out))]


def thumb(picture: Path) -> QImage:
    """Read a picture, small."""
    how = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QImage(str(picture)).scaled(2 * THUMB, *how)


def shared_tags(entries: list[Entry]) -> list[str]:
    """Return the tags that all of these runs have, as ordered in the first."""
    first, *others = ([*split_tags(e.tags)] for e in entries)
    return [tag for tag in first if all(tag in other for other in others)]
