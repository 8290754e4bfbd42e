"""What a foreign file is turned into before anything is written: a recording in labctl's own terms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.experiment.tables import TomlTable
from labctl.store.live import Static
from protocols.bench import Limits
from protocols.block import FloatArray
from protocols.errors import ConfigError
from protocols.messages import say

PAPER = "arXiv:2505.22887"


@dataclass(frozen=True)
class SourceFile:
    """A file to import: where it is, its bytes, and the licence that lies beside it."""

    path: Path
    content: bytes
    sha256: str
    licence: dict[str, str] | None

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Read a file. Raises ConfigError when it cannot be read or holds nothing."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ConfigError(
                say("cannot be read: {error}", error=error.strerror or error),
                file=str(path),
                allowed=say("give a measured file"),
            ) from None
        if not content:
            raise ConfigError(
                say("the file is empty"),
                file=str(path),
                allowed=say("copy it again from where it was published"),
            )
        return cls(path, content, hashlib.sha256(content).hexdigest(), _licence(path.parent))

    def refuse(self, problem: str, allowed: str = "") -> ConfigError:
        """Return the sentence that says why this file is not imported."""
        return ConfigError(problem, file=str(self.path), allowed=allowed)


@dataclass(frozen=True, eq=False)
class Recording:
    """A run recorded elsewhere.

    experiment: the values of an experiment file that describes it; arrays: by the names of the run layout,
    SI units; extra: further variables of run.nc; attributes: further attributes of run.nc; facts: entries of
    the manifest, parameters as the file had them among them; inferred: one sentence for everything that the
    file does not say and labctl concluded.
    """

    experiment: TomlTable
    limits: Limits
    arrays: dict[str, NDArray[Any]]
    bench: str
    inferred: tuple[str, ...]
    extra: dict[str, Static] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    started: str | None = None
    reason: str = ""


def conductance_at_zero(gates_V: FloatArray, threshold_V: float, strength_A_per_V2: float) -> FloatArray:
    """Return the square law's conductance with both ends at 0 V, in siemens: S·(g − V_T), none below V_T."""
    found: FloatArray = np.maximum(strength_A_per_V2 * (gates_V - threshold_V), 0.0)
    return found


def quantity(value: float, unit: str) -> str:
    """Write volts or seconds the way an experiment file has them, in mV, us or as they are."""
    if value == 0 or abs(value) >= 1:
        return f"{value:.10g} {unit}"
    prefix, scale = ("u", 1e6) if abs(value) < 1e-3 else ("m", 1e3)
    return f"{scale * value:.10g} {prefix}{unit}"


def column(values_V: FloatArray) -> TomlTable:
    """Write a column of voltages the way an experiment file has it, in mV."""
    return {"values": [float(f"{1e3 * v:.10g}") for v in values_V], "unit": "mV"}


def _licence(folder: Path) -> dict[str, str] | None:
    """Return file name, title and copyright line of the licence in a folder."""
    for file in sorted(folder.glob("LICEN[CS]E*")):
        lines = [line.strip() for line in file.read_text("utf-8", "replace").splitlines() if line.strip()]
        if lines:
            owner = next((line for line in lines if line.lower().startswith("copyright")), "")
            return {"file": file.name, "title": lines[0], "copyright": owner}
    return None
