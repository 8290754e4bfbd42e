"""Stored runs as commands name them: found and opened, or one sentence about what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labctl.store import catalogue
from protocols.errors import ConfigError, DataError

if TYPE_CHECKING:  # slow to import
    import xarray


def find(out: Path, run: str) -> Path:
    """Return the folder of a run named by folder, number, 'latest' or UUID. Raises ConfigError."""
    try:
        return catalogue.find_run(out, run)
    except DataError as error:
        raise ConfigError(str(error)) from None


def opened(folder: Path) -> xarray.Dataset:
    """Return what a run has stored. Raises ConfigError."""
    if not (folder / "run.nc").exists():
        raise ConfigError(
            "the run has no run.nc",
            file=str(folder),
            allowed="if it died: labctl runs recover; else it measured nothing",
        )
    from labctl.store import open_run

    try:
        return open_run(folder)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"run.nc cannot be read: {error}", file=str(folder)) from None
