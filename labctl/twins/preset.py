"""The twin of a board as a preset file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import tomlkit

from labctl.experiment.load import validate
from labctl.experiment.tables import TomlTable
from protocols.errors import ConfigError
from protocols.messages import say
from sim_backend import Imperfections

TWIN = "twin.toml"


def find_twins(folder: Path) -> dict[str, Path]:
    """Return the twins kept beside the calibrations in a folder, by the name of their board."""
    return {file.parent.name: file for file in sorted(folder.glob(f"*/{TWIN}"))}


def write_twin(doses: TomlTable, path: Path) -> Path:
    """Write a twin's doses as a TOML preset for --imperfections; return the path.

    Raises ConfigError when they are no doses, or the file cannot be written.
    """
    validate(Imperfections, doses, str(path))
    document = tomlkit.document()
    for key, entry in doses.items():
        if not isinstance(entry, dict):
            document.add(key, tomlkit.item(entry))
    for key, entry in doses.items():
        if isinstance(entry, dict):
            table = tomlkit.table()
            for name, column in entry.items():
                table.add(name, _inline(column) if isinstance(column, dict) else tomlkit.item(column))
            document.add(key, table)
    temporary = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(tomlkit.dumps(document), "utf-8")
        os.replace(temporary, path)
    except OSError as error:
        raise ConfigError(
            say("the twin cannot be written: {error}", error=error.strerror or error),
            file=str(path),
            allowed=say("choose another --out"),
        ) from None
    return path


def _inline(column: TomlTable) -> Any:
    table = tomlkit.inline_table()
    table.update(column)
    return table
