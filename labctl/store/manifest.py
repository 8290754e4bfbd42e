"""manifest.json: what ran, where, with what, and how it ended."""

from __future__ import annotations

import getpass
import json
import os
import platform
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import labctl
from protocols.errors import DataError

_LIBRARIES = (
    "numpy",
    "numba",
    "scipy",
    "h5py",
    "xarray",
    "pydantic",
    "nidaqmx",
    "pyvisa",
    "pyserial",
    "PyQt6",
)


@dataclass
class Manifest:
    """The provenance of one run, rewritten whole each time something is added."""

    folder: Path
    values: dict[str, Any] = field(default_factory=dict)
    _started_ns: int = field(default_factory=time.monotonic_ns)

    @classmethod
    def start(cls, folder: Path, name: str, command: list[str]) -> Manifest:
        """Begin the manifest of a run that is about to start, and write it."""
        manifest = cls(folder)
        manifest.add(
            run_id=str(uuid.uuid4()),
            name=name,
            status="running",
            started=datetime.now(UTC).isoformat(timespec="milliseconds"),
            command=command,
            operator=_operator(),
            host=platform.node(),
            platform=platform.platform(),
            python=sys.version.split()[0],
            labctl=labctl.__version__,
            git_commit=_git_commit(),
            libraries=_versions(),
            calibrations=[],
        )
        return manifest

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read a run's manifest to go on with it; without a readable one, begin with the folder's name."""
        try:
            values = read_manifest(folder)
        except DataError:  # killed before it was written
            values = {"run_id": str(uuid.uuid4()), "name": folder.name.partition("-")[2], "status": "running"}
        return cls(folder, values)

    def add(self, **values: Any) -> None:
        """Add or replace entries and write the file, complete or not at all."""
        self.values |= values
        temporary = self.folder / "manifest.json.part"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(json.dumps(self.values, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())  # or a power cut leaves the new name with no content
        temporary.replace(self.folder / "manifest.json")

    def finish(self, status: str, reason: str, **values: Any) -> None:
        """Note how the run ended, with both clocks; sessions of a resumed run add up."""
        before_s = float(self.values.get("wall_time_s", 0.0))
        self.add(
            status=status,
            reason=reason,
            ended=datetime.now(UTC).isoformat(timespec="milliseconds"),
            wall_time_s=before_s + (time.monotonic_ns() - self._started_ns) / 1e9,
            **values,
        )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a run's manifest says. Raises DataError when it is missing, damaged or not a run's."""
    try:
        values = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{folder}: the manifest cannot be read: {error}") from None
    if not isinstance(values, dict) or not values.get("status"):
        raise DataError(f"{folder}: the manifest cannot be read: it does not say how the run stands")
    return values


def _operator() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in the password file
        return "unknown"


def _git_commit() -> str | None:
    """Return the commit labctl itself runs from, with + when files were changed; None if not a checkout."""
    home = Path(labctl.__file__).parent.parent
    if not (home / ".git").exists():
        return None
    try:
        commit = _git(home, "rev-parse", "HEAD")
        return commit + ("+" if _git(home, "status", "--porcelain") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(folder: Path, *words: str) -> str:
    result = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=5, check=True
    )
    return result.stdout.strip()


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
