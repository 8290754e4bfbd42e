"""Reading live.db: while the run goes on, or after whatever ended it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.store.codec import decode
from labctl.store.layout import CYCLE, SNAPSHOT, columns_of
from labctl.store.live import FORMAT, NAME, BlockRow, Static, static_texts
from protocols.errors import DataError

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_AT_ONCE = 64  # rows per query, so that no reader keeps the writer's journal from being reused


@dataclass(frozen=True)
class Extent:
    """How much a run holds: rounds, cycles trained, single cycles kept, snapshots, blocks, learning time."""

    rounds: int
    cycles: int
    kept: int
    snapshots: int
    blocks: int
    learning_time_s: float


@dataclass(frozen=True, eq=False)
class StoredBlock:
    """A block as stored; arrays is None when the block is damaged, its place is known all the same."""

    row: BlockRow
    arrays: dict[str, NDArray[Any]] | None


@dataclass(frozen=True, eq=False)
class StoredCheckpoint:
    """A checkpoint as stored: schedule position, packed progress, packed bench state if it has one."""

    cycle: int
    rounds: int
    blob: bytes
    bench: bytes | None


class NothingRecorded(DataError):
    """There is no live.db, or one in which nothing was noted yet."""


class LiveReader:
    """A view of live.db. Each query sees what was committed at that moment. Raises DataError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        if not self.path.exists():
            raise NothingRecorded(
                f"{folder}: has no {NAME}: nothing was recorded here, or it is stored already"
            )
        with self._reading():
            self._db = sqlite3.connect(self.path, isolation_level=None, timeout=10.0)
            self._db.execute("PRAGMA query_only=ON")
        try:
            if not self._rows("SELECT 1 FROM sqlite_master LIMIT 1"):
                raise NothingRecorded(f"{self.path}: is empty: its process died before it recorded anything")
            if self.meta("format") != FORMAT:
                raise DataError(f"{self.path}: was written by another version of labctl; use that one")
        except DataError:
            self._db.close()
            raise

    def __enter__(self) -> LiveReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def meta(self, key: str, default: Any = None) -> Any:
        """Return a noted value."""
        row = self._rows("SELECT value FROM meta WHERE key = ?", key)
        return json.loads(row[0][0]) if row else default

    def extent(self) -> Extent:
        """Return how much is committed."""
        rounds = self._rows("SELECT count(*) FROM rounds")[0][0]
        sums = "coalesce(sum(cycles), 0), coalesce(sum(kept), 0), coalesce(sum(snapshots), 0), count(*)"
        sums += ", coalesce(sum(learning_time_s), 0.0)"
        return Extent(rounds, *self._rows(f"SELECT {sums} FROM blocks")[0])

    def statics(self) -> dict[str, Static]:
        """Return the variables that do not grow."""
        found: dict[str, Static] = {}
        for name, dims, attributes, texts, blob in self._rows("SELECT * FROM statics ORDER BY rowid"):
            values = static_texts(texts) if texts is not None else decode(blob)[0]["values"]
            found[name] = tuple(json.loads(dims)), values, json.loads(attributes)
        return found

    def round_at(self, number: int) -> dict[str, NDArray[Any]] | None:
        """Return one round; a negative number counts from the last; None when there is none."""
        key = number if number >= 0 else self.extent().rounds + number
        return next(self.rounds(key), None) if key >= 0 else None

    def rounds(self, first: int = 0) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the rounds from number `first` on; a damaged one is left out."""
        for (number,) in self._keys("rounds", "number", first):
            arrays = self._blob("rounds", "number", number)
            if arrays is not None:
                yield arrays

    def blocks(self, first_cycle: int = 0) -> Iterator[StoredBlock]:
        """Yield the blocks from a cycle on, in order, with the arrays of the layout."""
        names = "first_cycle, cycles, first_kept, stride, kept, snapshots, learning_time_s"
        for first, cycles, start, stride, kept, looks, time_s in self._keys("blocks", names, first_cycle):
            row = BlockRow(first, cycles, range(start, start + stride * kept, stride), looks, time_s)
            yield StoredBlock(row, self._blob("blocks", "first_cycle", first))

    def checkpoint(self) -> StoredCheckpoint | None:
        """Return the latest checkpoint that is whole, or None."""
        rows = self._rows("SELECT cycle, rounds, blob, bench FROM checkpoints ORDER BY number DESC")
        for cycle, rounds, blob, bench in rows:
            with contextlib.suppress(DataError):
                decode(blob)
                return StoredCheckpoint(cycle, rounds, blob, bench)
        return None

    def _keys(self, table: str, columns: str, first: int) -> Iterator[Any]:
        key = columns.partition(",")[0]
        query = f"SELECT {columns} FROM {table} WHERE {key} >= ? ORDER BY {key} LIMIT {_AT_ONCE}"
        while rows := self._rows(query, first):
            yield from rows
            first = rows[-1][0] + 1

    def _blob(self, table: str, key: str, value: int) -> dict[str, NDArray[Any]] | None:
        with contextlib.suppress(DataError):
            return decode(self._rows(f"SELECT blob FROM {table} WHERE {key} = ?", value)[0][0])[0]
        return None

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._reading():
            return self._db.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _unreadable(self.path, error) from error


def _unreadable(path: Path, error: sqlite3.Error) -> DataError:
    """Return what to tell: only what SQLite itself calls damaged is; a full disk passes."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
        return DataError(
            f"{path}: is damaged ({error}); nothing was changed; save what is left with "
            f"'sqlite3 {NAME} .recover', put a good copy back, or delete the run"
        )
    return DataError(
        f"{path}: cannot be read now ({error}); nothing was changed; make room there, or the folder "
        "writable, and run the command again"
    )


def filled(block: StoredBlock, shapes: dict[str, tuple[int, ...]]) -> dict[str, NDArray[Any]]:
    """Return a block's arrays with its cycle numbers; a damaged block has NaN, and −1 for whole numbers.

    shapes: of one row of each column.
    """
    arrays = dict(block.arrays) if block.arrays is not None else {}
    kept = block.row.kept
    arrays["cycle"] = np.arange(kept.start, kept.stop, kept.step, dtype=np.int64)
    for dimension, rows in ((CYCLE, len(kept)), (SNAPSHOT, block.row.snapshots)):
        for name, column in columns_of(dimension).items():
            if name not in arrays:
                missing = -1 if column.dtype.startswith("int") else np.nan
                arrays[name] = np.full((rows, *shapes[name]), missing, dtype=column.dtype)
    return arrays
