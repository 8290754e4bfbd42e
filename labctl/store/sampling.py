"""What a run keeps, and how much room it takes: decided and predicted before anything moves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from labctl.store.folder import check_place
from labctl.store.layout import COLUMNS, CYCLE, SNAPSHOT, Column, columns_of
from protocols.errors import DataError
from protocols.plan import Plan

_FIXED_BYTES = 400_000  # empty tables, manifest, events, experiment and bench files
_FIGURES_BYTES = 3_000_000
_BLOB_HEAD_BYTES = 700


@dataclass(frozen=True)
class Sampling:
    """Which cycles are kept: every `stride`-th, in all about `rows`."""

    stride: int
    rows: int

    @classmethod
    def of(cls, plan: Plan, cycle_rows: int) -> Sampling:
        """Keep every cycle when there are at most `cycle_rows`, otherwise every n-th."""
        stride = -(-plan.cycles // cycle_rows)
        return cls(stride, -(-plan.cycles // stride))

    def kept(self, first_cycle: int, cycles: int) -> slice:
        """Return which cycles of a block are kept, counted from its first."""
        return slice(-first_cycle % self.stride, cycles, self.stride)


@dataclass(frozen=True)
class Size:
    """Predicted sizes in bytes: live.db at the end, run.nc before packing, and both with the figures."""

    live: int
    run: int

    @property
    def most(self) -> int:
        """Return the room a run needs at most: while run.nc is written, live.db is still there."""
        return self.live + self.run + _FIGURES_BYTES


def predicted_size(plan: Plan, sampling: Sampling, block_cycles: int) -> Size:
    """Predict what a run leaves on disk when it trains all its cycles.

    block_cycles: cycles per block of the bench. Compressed values take less.
    """
    task, network = plan.task, plan.task.wiring.network
    sizes = {
        "edge": network.n_edges,
        "node": network.nodes,
        "output": len(task.wiring.outputs),
        "train_point": len(task.train),
        "test_point": len(task.test) if task.test is not None else 0,
    }
    rounds = len(plan.rounds)
    per_round = sum(_row_bytes(c, sizes) for c in COLUMNS.values() if c.dims[0] == "round")
    per_cycle = sum(_row_bytes(c, sizes) for c in columns_of(CYCLE).values())
    per_look = sum(_row_bytes(c, sizes) for c in columns_of(SNAPSHOT).values())
    data = per_round * rounds + per_cycle * sampling.rows + per_look * (rounds - 1)
    blobs = plan.cycles // block_cycles + 2 * rounds
    return Size(_FIXED_BYTES + data + blobs * _BLOB_HEAD_BYTES, _FIXED_BYTES + data)


def check_room(root: Path, size: Size) -> int:
    """Return the bytes free where `root` is or will be. Raises DataError when it is no place for this run."""
    free = shutil.disk_usage(check_place(root)).free
    if free < size.most:
        raise DataError(
            f"{root}: the run may need {readable(size.most)}, {readable(free)} are free here; "
            "make room, choose another --out, or lower record.cycle_rows in the experiment file"
        )
    return free


def readable(size: float) -> str:
    """Write a number of bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(size) < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _row_bytes(column: Column, sizes: dict[str, int]) -> int:
    size = 4 if column.dtype == "float32" else 8
    for dimension in column.dims[1:]:
        size *= sizes[dimension]
    return size
