"""Published measurements, read from the folder `--data` names: the authors' files in their own layout."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labctl.twins.from_drift import read_samples
from protocols.block import FloatArray

SMALL, LATTICE = "small-network", "lattice"


@dataclass(frozen=True, eq=False)
class MeasuredDrift:
    """A published drift test: time (n,) in seconds of learning, gates (n, 2) as (G₋, G₊) in volts."""

    time_s: FloatArray
    gates_V: FloatArray


def spans(data: Path | None, board: str) -> FloatArray | None:
    """Return τ (s) and D² (V²), (2, n), of a board; None where there is no such file."""
    if board == "lattice":
        rows = _memory_cycles(data)
        return None if rows is None else np.array([rows["tau_s"], np.square(rows["D_V"])])
    return _pairs(data, f"measured-DG2-{board}.csv")


def errors(data: Path | None, board: str) -> FloatArray | None:
    """Return τ (s) and combined error (V²), (2, n), of a board; None where there is no such file."""
    if board == "lattice":
        rows = _memory_cycles(data)
        return None if rows is None else np.array([rows["tau_s"], rows["MSE_V2"]])
    return _pairs(data, f"measured-MSE-{board}.csv")


def bowtie(data: Path | None, board: str, tau_s: float) -> FloatArray | None:
    """Return the gates (n, 2) along one averaged cycle, in volts; None where there is no such file."""
    path = _existing(data, SMALL, f"bowtie-{board}-{tau_s:g}s.csv")
    return None if path is None else np.loadtxt(path, delimiter=",").T


def drift(data: Path | None, board: str, task: int) -> MeasuredDrift | None:
    """Return the drift test of task 0 (α) or 1 (β); the first two samples precede it and are left out."""
    path = _existing(data, SMALL, f"{board}DriftTest_{2 - task}.mat")
    if path is None:
        return None
    time, gates = (samples[2:] for samples in read_samples(path))
    return MeasuredDrift(time - time[0], gates)


def circle(data: Path | None) -> list[dict[str, str]]:
    """Return the rows of the published circle runs (Fig. 5), none where there is no such file."""
    path = _existing(data, LATTICE, "fig5-measured.csv")
    if path is None:
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _memory_cycles(data: Path | None) -> dict[str, list[float]] | None:
    path = _existing(data, LATTICE, "fig1-measured.csv")
    if path is None:
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["run"].startswith("memorycycle")]
    return {key: [float(row[key]) for row in rows] for key in ("tau_s", "D_V", "MSE_V2")}


def _pairs(data: Path | None, name: str) -> FloatArray | None:
    path = _existing(data, SMALL, name)
    return None if path is None else np.loadtxt(path, delimiter=",").T


def _existing(data: Path | None, folder: str, name: str) -> Path | None:
    path = None if data is None else data / folder / name
    return path if path is not None and path.exists() else None
