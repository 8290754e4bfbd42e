"""What an engine makes public: the snapshot, the rings, events and log lines, under one lock.

The engine's own thread writes, the threads that serve clients read. Nobody holds the lock for longer than it
takes to copy what is new.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from labctl.engine.messages import LogLine, Poll, RunDescription, RunEvent
from labctl.engine.rings import CAPACITY, Ring
from labctl.engine.snapshot import RunFacts, Snapshot

T = TypeVar("T")
_TAIL = 500


class Tail(Generic[T]):
    """The latest lines of something that only grows."""

    def __init__(self, length: int = _TAIL) -> None:
        self._lines: deque[T] = deque(maxlen=length)
        self._count = 0

    def add(self, line: T) -> None:
        """Append a line."""
        self._lines.append(line)
        self._count += 1

    def since(self, number: int) -> tuple[list[T], int]:
        """Return the lines from `number` on that are still there, and the number of the next one."""
        fresh = min(max(self._count - number, 0), len(self._lines))
        return list(self._lines)[len(self._lines) - fresh :], self._count


class Published:
    """Everything clients can read of an engine; any method may be called from any thread."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._lock = threading.Lock()
        self._snapshot = snapshot
        self._rings: dict[str, Ring] = {}
        self._events: Tail[RunEvent] = Tail()
        self._log: Tail[LogLine] = Tail()
        self._description: RunDescription | None = None

    @property
    def snapshot(self) -> Snapshot:
        """Return the snapshot as it is now."""
        return self._snapshot

    def update(self, **changes: Any) -> None:
        """Replace fields of the snapshot."""
        with self._lock:
            sequence = self._snapshot.sequence + 1
            self._snapshot = dataclasses.replace(self._snapshot, sequence=sequence, **changes)

    def begin(self, run: RunFacts, description: RunDescription, **first: Any) -> None:
        """Forget the last run; `first` are fields of the new one's first snapshot."""
        with self._lock:
            s = self._snapshot
            kept = ("engine", "guardian", "watchers", "unresolved")
            self._snapshot = Snapshot(
                sequence=s.sequence + 1, run=run, **{name: getattr(s, name) for name in kept}, **first
            )
            self._rings = {name: Ring(capacity) for name, capacity in CAPACITY.items()}
            self._events = Tail()
            self._description = description

    def add(self, ring: str, rows: Mapping[str, Any]) -> None:
        """Append rows to a ring."""
        with self._lock:
            self._rings[ring].add({name: np.asarray(values) for name, values in rows.items()})

    def note(self, event: RunEvent) -> None:
        """Append an event."""
        with self._lock:
            self._events.add(event)

    def logged(self, line: LogLine) -> None:
        """Append a line of the log."""
        with self._lock:
            self._log.add(line)

    def description(self) -> RunDescription | None:
        """Return what the run is about, None before the first."""
        return self._description

    def poll(self, rings: Sequence[str], since: Mapping[str, int], serial: int) -> Poll:
        """Return what is new since these numbers of the run `serial`; all of it when that is another run."""
        with self._lock:
            snapshot = self._snapshot
            current = snapshot.run.serial if snapshot.run is not None else 0
            seen = since if serial == current else {"log": since.get("log", 0)}
            samples = {n: self._rings[n].since(seen.get(n, 0)) for n in rings if n in self._rings}
            events, next_event = self._events.since(seen.get("events", 0))
            log, next_log = self._log.since(seen.get("log", 0))
        return Poll(snapshot, current, samples, events, log, next_event, next_log)
