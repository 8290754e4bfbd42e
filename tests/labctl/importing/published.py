"""Files to import: the published ones where they lie beside the repository, and small ones made here."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import xarray

from labctl.importing import import_file
from labctl.store import open_run

REFERENCE = Path(__file__).parents[4] / "shared" / "reference"
LATTICE, SMALL = REFERENCE / "lattice", REFERENCE / "small-network"
NODE_V, GATE_V = 4.985 / 11, 9.97  # full scales of the published board

needs_reference = pytest.mark.skipif(
    not LATTICE.is_dir(), reason="the published measurements are not there: put them in ../shared/reference"
)


@cache
def opened(file: Path) -> xarray.Dataset:
    """Import a published file, once for all tests, and open the run it became; not to be changed."""
    with tempfile.TemporaryDirectory() as folder:
        return open_run(import_file(file, Path(folder), figures=False).folder)


def experiment(**changes: Any) -> dict[str, Any]:
    """Return the fields of a tiny lattice run as the lab stores it: two points in turn, 3 rounds."""
    train = np.array([[0.04, 0.96], [0.96, 0.04], [0.5, 0.5], [0.362, 0.546]])  # input, complement, targets
    rounds = 3
    rng = np.random.default_rng(3)
    state = rng.uniform(0.1, 0.9, (4, 4, rounds))
    for m, point in enumerate((0, 1, 0)):  # nodes 15 and 7 are driven
        state[3, 3, m], state[1, 3, m] = train[:2, point]
    fields: dict[str, Any] = {
        "Name": "tiny_A_01",
        "Date": "24-11-07-00-15-31",
        "SOR": 2,
        "TAR": 2,
        "TRA": 2,
        "TST": 0,
        "EPO": 20,
        "ETA": 128,
        "ALF": 100,
        "DUP": 1,
        "DEL": 1,
        "CLA": 1,
        "GRU": 1,
        "VMN": 20,
        "NODEMULT": NODE_V,
        "GATEMULT": GATE_V,
        "TRAIN": train,
        "SLOC": np.array([[3, 3], [1, 3]]),
        "TLOC": np.array([[2, 2], [0, 0]]),
        "NSIZE": np.array([[4, 4]]),
        "TRAINIDX": np.full((1, rounds), -5),
        "TRAINGROUP": np.zeros((1, 2)),
        "DOTEST": np.array([[1, 6, 11]]),
        "LearnTimes": np.array([[0, 500, 500]]),
        "AbsoluteTimes": np.array([[8000, 40000, 40000]]),
        "HorizontalCapacitors": rng.uniform(0.2, 0.4, (4, 4, rounds)),
        "VerticalCapacitors": rng.uniform(0.2, 0.4, (4, 4, rounds)),
        "TrainFreeState": state,
        "TrainClampedState": state + 0.01,
        "TrainMeasurements": rng.uniform(0.3, 0.5, (2, 2, rounds)),
    }
    return {k: v for k, v in (fields | changes).items() if v is not None}


def save(path: Path, **changes: Any) -> Path:
    """Write the tiny run as a MATLAB file."""
    scipy.io.savemat(path, {"experiment": experiment(**changes)}, do_compression=True)
    return path


def save_drift(path: Path, samples: int = 40) -> Path:
    """Write a drift test under its published name into a folder."""
    time_s = np.concatenate([[1e-4], 0.9 + 0.03 * np.arange(samples - 1)])
    gates = {"GMINUS": 2.3 + 0.1 * time_s, "GPLUS": 2.7 + 0.2 * time_s}
    file = path / "exp1DriftTest_2.mat"
    scipy.io.savemat(file, {**gates, "time": time_s})
    return file
