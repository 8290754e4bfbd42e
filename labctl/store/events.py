"""events.jsonl: what happened and who asked for it, one JSON object a line, appended."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "events.jsonl"
EventLine = dict[str, Any]  # time, what, by, and what belongs to this kind of event


class EventLog:
    """Appends lines to a run's events.jsonl, each with the date and the time since the run began."""

    def __init__(self, folder: Path, run_time_s: Callable[[], float] | None = None) -> None:
        started = time.monotonic()
        self._file = folder / NAME
        self._run_time_s = run_time_s or (lambda: time.monotonic() - started)

    def note(self, what: str, by: str, *, urgent: bool = False, **details: object) -> None:
        """Append a line: what happened, who asked. Raises OSError.

        An urgent line does not wait for the disk: the bench is on its way to its safe state.
        """
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "run_time_s": round(self._run_time_s(), 6),
            "what": what,
            "by": by,
            **{key: value for key, value in details.items() if value not in ("", None)},
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            if not urgent:
                os.fsync(file.fileno())


def read_events(folder: Path) -> list[EventLine]:
    """Return the lines of events.jsonl; one cut short by a crash is left out."""
    found = []
    file = folder / NAME
    for line in file.read_text("utf-8", "replace").splitlines() if file.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
