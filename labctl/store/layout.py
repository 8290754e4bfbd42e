"""The layout of run.nc: every recorded variable, its dimensions, unit and long name.

One table for the writer of the live store, the converter and whoever reads a run while it grows.
"""

from __future__ import annotations

from dataclasses import dataclass

ROUND, CYCLE, SNAPSHOT = "round", "cycle", "snapshot"


@dataclass(frozen=True)
class Column:
    """A recorded variable: dimensions, the growing one first; unit; long name; type in run.nc."""

    dims: tuple[str, ...]
    units: str
    long_name: str
    dtype: str = "float64"

    @property
    def attributes(self) -> dict[str, str]:
        """Return the attributes it carries in run.nc."""
        return {"units": self.units, "long_name": self.long_name}


COLUMNS: dict[str, Column] = {
    # measurement rounds
    "round_cycle": Column((ROUND,), "1", "cycles trained before the round", "int64"),
    "learning_time": Column((ROUND,), "s", "learning time"),
    "wall_time": Column((ROUND,), "s", "wall time since the start"),
    "gate_voltage": Column((ROUND, "edge"), "V", "gate voltage as read"),
    "conductance": Column((ROUND, "edge"), "S", "conductance at 0 V"),
    "train_output": Column((ROUND, "train_point", "output"), "V", "free output, training set"),
    "free_node": Column((ROUND, "train_point", "node"), "V", "node voltage, free copy"),
    "clamped_node": Column(
        (ROUND, "train_point", "node"), "V", "node voltage, clamped copy with clamps released"
    ),
    "test_output": Column((ROUND, "test_point", "output"), "V", "free output, test set"),
    "train_error": Column((ROUND,), "V^2", "error, train set"),
    "train_mse": Column((ROUND,), "V^2", "mean square error, train set"),
    "train_accuracy": Column((ROUND,), "1", "fraction of the train set on the right side"),
    "train_worst_margin": Column((ROUND,), "V", "smallest output on its label's side, train set"),
    "test_error": Column((ROUND,), "V^2", "error, test set"),
    "test_mse": Column((ROUND,), "V^2", "mean square error, test set"),
    "test_accuracy": Column((ROUND,), "1", "fraction of the test set on the right side"),
    "test_worst_margin": Column((ROUND,), "V", "smallest output on its label's side, test set"),
    # single cycles
    "cycle": Column((CYCLE,), "1", "cycle number", "int64"),
    "cycle_point": Column((CYCLE,), "1", "data point", "int64"),
    "cycle_free_output": Column((CYCLE, "output"), "V", "free output as read"),
    "cycle_clamped_output": Column((CYCLE, "output"), "V", "clamped output at the end of the pulse"),
    "cycle_learning_time": Column((CYCLE,), "s", "learning pulse given"),
    "cycle_start": Column((CYCLE,), "s", "start on the bench's clock"),
    "cycle_duration": Column(
        (CYCLE,), "s", "from its start to the next one's, none for the last cycle of a block", "float32"
    ),
    "cycle_lateness": Column((CYCLE,), "s", "lateness of the start"),
    # cycles looked into
    "snapshot_cycle": Column((SNAPSHOT,), "1", "cycle number", "int64"),
    "snapshot_gate": Column((SNAPSHOT, "edge"), "V", "gate voltage at the end of the pulse"),
    "snapshot_free_node": Column((SNAPSHOT, "node"), "V", "node voltage at the end of the pulse, free copy"),
    "snapshot_clamped_node": Column(
        (SNAPSHOT, "node"), "V", "node voltage at the end of the pulse, clamped copy"
    ),
}

COORDINATES = (
    "round_cycle",
    "learning_time",
    "wall_time",
    "snapshot_cycle",
    "edge_name",
    "source_name",
    "output_name",
)  # besides variables named like their dimension, which are coordinates anyway


def columns_of(dimension: str) -> dict[str, Column]:
    """Return the columns that grow along a dimension."""
    return {name: column for name, column in COLUMNS.items() if column.dims[0] == dimension}
