"""Bounded rings of recent samples: what a live view draws, without memory that grows with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.store.layout import COLUMNS

RingArrays = dict[str, NDArray[Any]]

# Rows each ring keeps, and its columns by the names, units and types of labctl/store/layout.py.
CAPACITY: Mapping[str, int] = {"cycles": 8192, "gates": 2048, "nodes": 256, "rounds": 1024}
RINGS: Mapping[str, tuple[str, ...]] = {
    "cycles": (
        "cycle",
        "cycle_point",
        "cycle_learning_time",
        "cycle_start",
        "cycle_lateness",
        "cycle_free_output",
        "cycle_clamped_output",
    ),
    # of rounds and of snapshots between them: round_cycle is the number of cycles trained before the reading
    "gates": ("round_cycle", "wall_time", "gate_voltage", "conductance"),
    "nodes": ("snapshot_cycle", "snapshot_free_node", "snapshot_clamped_node"),
    # what a task has no number for is NaN: accuracies and margins of a regression, a test set it has not
    "rounds": (
        "round_cycle",
        "learning_time",
        "wall_time",
        "train_error",
        "train_accuracy",
        "train_worst_margin",
        "test_error",
        "test_accuracy",
        "train_output",
    ),
}


def ring_rows(ring: str, found: Mapping[str, NDArray[Any]], n: int) -> RingArrays:
    """Return n rows of a ring from arrays by the names of the layout, in the layout's types.

    A number that is not there is NaN in every row.
    """
    missing = np.full(n, np.nan)
    return {name: np.asarray(found.get(name, missing), COLUMNS[name].dtype) for name in RINGS[ring]}


@dataclass(frozen=True)
class Samples:
    """Rows of a ring by column, oldest first, numbered from `first`; `lost` came and went unseen."""

    first: int
    arrays: RingArrays
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
        self._columns: RingArrays = {}
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
