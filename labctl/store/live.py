"""live.db: a run while it grows, in SQLite's write-ahead mode.

One row per block of cycles and per measurement round, each a blob of `labctl.store.codec`; what never
changes (wiring, data points) in `statics`; the two latest checkpoints. Written by one process only; anybody
may read meanwhile. A transaction holds whole blocks and the checkpoint that follows them, so whatever is
readable after a crash is also consistent.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labctl.store.codec import Arrays, encode
from protocols.errors import DataError

NAME = "live.db"
FORMAT = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE statics (
    name TEXT PRIMARY KEY, dims TEXT NOT NULL, attributes TEXT NOT NULL, texts TEXT, blob BLOB);
CREATE TABLE rounds (number INTEGER PRIMARY KEY, cycle INTEGER NOT NULL, blob BLOB NOT NULL);
CREATE TABLE blocks (
    first_cycle INTEGER PRIMARY KEY, cycles INTEGER NOT NULL, first_kept INTEGER NOT NULL,
    stride INTEGER NOT NULL, kept INTEGER NOT NULL, snapshots INTEGER NOT NULL, learning_time_s REAL NOT NULL,
    blob BLOB NOT NULL);
CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY, cycle INTEGER NOT NULL, rounds INTEGER NOT NULL,
    blob BLOB NOT NULL, bench BLOB);
"""
_HDF5_REASON = re.compile(r"error message = '([^']+)'")
_PAGE_BYTES = 16384  # blobs are large: fewer overflow pages than with the default of 4096

Static = tuple[tuple[str, ...], NDArray[Any], dict[str, str]]


@dataclass(frozen=True)
class BlockRow:
    """What is known of a block without reading it; `kept` are the numbers of the cycles kept."""

    first_cycle: int
    cycles: int
    kept: range
    snapshots: int
    learning_time_s: float


class StoreError(DataError):
    """Nothing more can be stored: the disk is full, the folder read-only, the file damaged."""


class LiveStore:
    """The writer of live.db. Every method raises StoreError when the disk does not take it.

    Rows are added to the transaction that is open; `commit` makes them last. `committed_cycles` is how
    many cycles have been trained in what was committed; `failed` tells that the disk has refused something.
    """

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        self.path = folder / NAME
        self.committed_cycles = 0
        self.failed = False
        self._cycles = 0
        self._open = False
        with self._storing():
            self._db = sqlite3.connect(self.path, isolation_level=None, timeout=10.0)
            if create:
                self._db.execute(f"PRAGMA page_size={_PAGE_BYTES}")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            if create:
                self._db.executescript(f"BEGIN;{_SCHEMA}INSERT INTO meta VALUES ('format', {FORMAT});COMMIT;")
            else:
                (self._cycles,) = self._db.execute(
                    "SELECT coalesce(max(first_cycle + cycles), 0) FROM blocks"
                ).fetchone()
                self.committed_cycles = self._cycles

    def put(self, key: str, value: Any) -> None:
        """Note a value that JSON can hold."""
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))

    def add_statics(self, variables: Mapping[str, Static]) -> None:
        """Add variables that do not grow: dimensions, values, attributes; names are kept as text."""
        for name, (dims, values, attributes) in variables.items():
            texts = json.dumps([str(v) for v in values]) if values.dtype == object else None
            blob = None if texts is not None else encode({"values": values})
            self._execute(
                "INSERT OR REPLACE INTO statics VALUES (?, ?, ?, ?, ?)",
                (name, json.dumps(dims), json.dumps(attributes), texts, blob),
            )

    def add_round(self, number: int, cycle: int, arrays: Arrays) -> None:
        """Add what a measurement round read, by names of the layout."""
        self._execute("INSERT INTO rounds VALUES (?, ?, ?)", (number, cycle, encode(arrays)))

    def add_block(self, row: BlockRow, arrays: Arrays) -> None:
        """Add a block of cycles: what is kept of it, by names of the layout."""
        kept = row.kept
        values = row.first_cycle, row.cycles, kept.start, kept.step, len(kept), row.snapshots
        self._execute(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, row.learning_time_s, encode(arrays)),
        )
        self._cycles = row.first_cycle + row.cycles

    def add_checkpoint(self, cycle: int, rounds: int, blob: bytes, bench: bytes | None) -> None:
        """Add a checkpoint; the two latest are kept."""
        self._execute(
            "INSERT INTO checkpoints SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ? FROM checkpoints",
            (cycle, rounds, blob, bench),
        )
        self._execute("DELETE FROM checkpoints WHERE number <= (SELECT max(number) - 2 FROM checkpoints)")

    def cut(self, cycle: int, rounds: int) -> None:
        """Forget rows from `cycle` on, rounds from number `rounds` on, and how an earlier session ended."""
        self._execute("DELETE FROM blocks WHERE first_cycle >= ?", (cycle,))
        self._execute("DELETE FROM rounds WHERE number >= ?", (rounds,))
        self._execute("DELETE FROM statics WHERE name GLOB 'map_*'")  # measured at that end
        self._execute("DELETE FROM meta WHERE key = 'ended'")
        self._cycles = cycle

    def commit(self) -> None:
        """Make everything added so far last, through the disk's own cache."""
        if self._open:
            with self._storing():
                self._db.execute("COMMIT")
            self._open = False
        self.committed_cycles = self._cycles

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        with self._storing():
            if self._db.in_transaction:
                with contextlib.suppress(sqlite3.Error):  # closing does it, too
                    self._db.execute("ROLLBACK")
            self._db.close()

    def _execute(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        with self._storing():
            if not self._open:
                self._db.execute("BEGIN IMMEDIATE")
                self._open = True
            self._db.execute(statement, values)

    @contextlib.contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self.failed = True
            raise cannot_store(self.path.parent, error, self.committed_cycles) from error


def cannot_store(folder: Path, error: Exception, committed_cycles: int | None = None) -> StoreError:
    """Return what a technician reads when the disk does not take any more."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    told = _HDF5_REASON.search(reason)  # HDF5 wraps the system's words in many of its own
    reason = (told[1] if told else reason.splitlines()[0]).lower()
    kept = "" if committed_cycles is None else f"; {committed_cycles:,} cycles are kept there"
    return StoreError(f"{folder}: nothing more can be stored: {reason}{kept}")


def static_texts(texts: str) -> NDArray[Any]:
    """Return names stored as text, shape (n,)."""
    return np.array(json.loads(texts), dtype=object)
