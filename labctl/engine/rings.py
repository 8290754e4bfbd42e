"""Bounded rings of recent samples: what a live view draws, without memory that grows with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

# Rows each ring keeps, and the columns in it. Shapes: T outputs, E edges, N nodes, P training points.
CAPACITY: Mapping[str, int] = {"cycles": 8192, "gates": 2048, "nodes": 256, "rounds": 1024}
RINGS: Mapping[str, Mapping[str, str]] = {
    "cycles": {
        "cycle": "cycle number",
        "point": "data point trained",
        "learning_time_s": "learning time given, s",
        "start_s": "start on the bench's clock, s",
        "lateness_s": "lateness of the start, s",
        "free_V": "free outputs (T), V",
        "clamped_V": "clamped outputs (T), V",
        "label_V": "labels of that data point (T), V",
    },
    "gates": {
        "cycle": "cycles trained before the reading",
        "run_time_s": "wall time since the run began, s",
        "gates_V": "gate voltages (E), V; NaN for fixed resistors",
        "conductances_S": "conductances at 0 V (E), S",
    },
    "nodes": {
        "cycle": "cycle in whose pulse the nodes were read",
        "free_V": "node voltages of the free copy (N), V",
        "clamped_V": "node voltages of the clamped copy (N), V",
    },
    "rounds": {
        "cycle": "cycles trained before the round",
        "learning_time_s": "learning time until then, s",
        "run_time_s": "wall time since the run began, s",
        "train_error_V2": "training error, V²",
        "train_accuracy": "fraction of the training points on the right side; NaN for regression",
        "train_margin_V": "smallest output on its label's side, V; NaN for regression",
        "test_error_V2": "test error, V²; NaN without a test set",
        "test_accuracy": "fraction of the test points on the right side; NaN without",
        "output_V": "free outputs for every training point (P, T), V",
    },
}


@dataclass(frozen=True)
class Samples:
    """Rows of a ring by column, oldest first, numbered from `first`; `lost` came and went unseen."""

    first: int
    arrays: Arrays
    lost: int = 0

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values()), ()))

    @property
    def following(self) -> int:
        """Return the number of the row that comes next."""
        return self.first + len(self)


class Ring:
    """The latest rows of a table with columns of fixed shape; not thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._columns: Arrays = {}
        self._count = 0

    def add(self, rows: Mapping[str, NDArray[Any]]) -> None:
        """Append rows: every column with the same number of them; of too many only the last are kept."""
        arrays = {name: np.asarray(values) for name, values in rows.items()}
        n = len(next(iter(arrays.values())))
        if not self._columns:
            self._columns = {
                name: np.empty((self._capacity, *values.shape[1:]), values.dtype)
                for name, values in arrays.items()
            }
        skip = max(0, n - self._capacity)
        places = np.arange(self._count + skip, self._count + n) % self._capacity
        for name, column in self._columns.items():
            column[places] = arrays[name][skip:]
        self._count += n

    def since(self, number: int) -> Samples:
        """Return copies of the rows from `number` on that are still there."""
        oldest = max(0, self._count - self._capacity)
        first = min(max(number, oldest), self._count)
        places = np.arange(first, self._count) % self._capacity
        arrays = {name: column[places] for name, column in self._columns.items()}
        return Samples(first, arrays, lost=max(0, oldest - number))
