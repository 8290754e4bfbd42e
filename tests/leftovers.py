"""What a test may leave behind: threads, child processes, sockets, temporary files."""

from __future__ import annotations

import gc
import threading
import time
from dataclasses import dataclass, fields
from pathlib import Path

import psutil

_PATIENCE_S = 5.0  # what was told to end may take a moment
_PYTHONS_OWN = "multiprocessing.resource_tracker"  # one for the whole life of a process that spawns
_LINGERING = "labctl.engine"  # an idle engine waits for the next client, by design; it ends with its folder


@dataclass(frozen=True)
class Held:
    """What this process holds at a moment, each in words that tell one from another."""

    threads: frozenset[str]
    processes: frozenset[str]
    sockets: frozenset[str]
    files: frozenset[str]

    @classmethod
    def now(cls, temporary: Path, *, whole: bool) -> Held:
        """Look around; not `whole`: without what a wider fixture may hold, or an engine that lingers."""
        me = psutil.Process()
        return cls(
            frozenset(
                f"{t.name} ({t.ident})"
                for t in threading.enumerate()
                if t.is_alive() and (whole or not t.daemon)
            ),
            frozenset(_processes(me, whole=whole)),
            frozenset(f"{c.laddr} → {c.raddr} (fd {c.fd})" for c in me.net_connections("all")),
            frozenset(path.name for path in temporary.iterdir()),
        )

    def more_than(self, before: Held) -> dict[str, list[str]]:
        """Return what is held now and was not before, by kind."""
        new = {f.name: sorted(getattr(self, f.name) - getattr(before, f.name)) for f in fields(self)}
        return {kind: found for kind, found in new.items() if found}


def left_behind(before: Held, temporary: Path, *, whole: bool) -> dict[str, list[str]]:
    """Return what is held and was not before, after what was told to end has had time to."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while (found := Held.now(temporary, whole=whole).more_than(before)) and time.monotonic() < deadline_s:
        gc.collect()  # an exception that the test caught holds on to what it went through
        time.sleep(0.02)
    return found


def _processes(me: psutil.Process, *, whole: bool) -> list[str]:
    found = []
    for child in me.children():
        try:
            words = " ".join(child.cmdline())
            if child.status() == psutil.STATUS_ZOMBIE:
                words = "ended, but nobody asked how"
        except psutil.NoSuchProcess:
            continue
        if _PYTHONS_OWN in words or (_LINGERING in words and not whole):
            continue
        found.append(f"{words} (process {child.pid})")
    return found
