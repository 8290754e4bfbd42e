"""The running marker: which process a run belongs to, and whether that process is still alive.

`running.json` lies in a run's folder from before the first voltage moves until everything is stored. A
marker whose process is gone makes the run an orphan. A process is known by host, boot, number and start,
so that a number the system has given to somebody else is not taken for ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

from protocols.errors import DataError

NAME = "running.json"
_GONE = -1


@dataclass(frozen=True)
class Process:
    """A process: host, boot of that host ("" when unknown), number, start in clock ticks (0: unknown)."""

    host: str
    boot: str
    pid: int
    start: int

    @classmethod
    def current(cls) -> Process:
        """Return the calling process."""
        return cls(platform.node(), _boot(), os.getpid(), _start(os.getpid()))

    def is_here(self) -> bool:
        """Tell whether the process belongs to this host, so that its life can be judged."""
        return self.host == platform.node()

    def is_alive(self) -> bool:
        """Tell whether the process still runs; one of another host is taken to be alive."""
        if not self.is_here():
            return True
        if self.boot != _boot():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # it exists and belongs to somebody else
        return self.start == _start(self.pid) != _GONE

    def __str__(self) -> str:
        """Return the process as a person names it."""
        return f"process {self.pid} on {self.host}"


def read_marker(folder: Path) -> Process | None:
    """Return whose run this is; None without a marker. Raises DataError for a marker that cannot be read."""
    try:
        return Process(**json.loads((folder / NAME).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{folder / NAME}: cannot be read: {error}") from None


def owner_of(folder: Path) -> Process | None:
    """Return whose run this is, None when that is not known: no marker, or a power cut has spoilt it."""
    try:
        return read_marker(folder)
    except DataError:
        return None


def check_takeable(folder: Path, *, even_alive: bool = False) -> Process | None:
    """Return whose run this is, None when that is not known.

    Raises DataError when it is a living process's, or one's on another host unless `even_alive`.
    """
    owner = owner_of(folder)
    if owner is None or owner == Process.current():
        return owner
    if owner.is_here() and owner.is_alive():
        raise DataError(f"{folder}: is being run by {owner}; stop that first")
    if not owner.is_here() and not even_alive:
        raise DataError(
            f"{folder}: belongs to {owner}; recover it there, or add --force when that is switched off"
        )
    return owner


def take(folder: Path, *, even_alive: bool = False) -> Process | None:
    """Make the run this process's own and return who had it before.

    Raises DataError when a living process has it, or another one takes it at the same moment; `even_alive`
    takes it from a process on another host, of which nothing can be known.
    """
    mine, before = Process.current(), check_takeable(folder, even_alive=even_alive)
    marker, fresh = folder / NAME, folder / f"{NAME}.{mine.pid}"
    try:
        with fresh.open("w", encoding="utf-8") as file:  # first of all: a full disk leaves the old marker
            file.write(json.dumps(asdict(mine)) + "\n")
            file.flush()
            os.fsync(file.fileno())  # or a power cut leaves the name with no content
        if marker.exists():
            marker.replace(folder / f"{NAME}.old")  # only one of two that try gets it
            (folder / f"{NAME}.old").unlink()
        try:
            os.link(fresh, marker)  # fails when the name is taken, and the file is whole at once
        except PermissionError:  # a file system without links, a memory stick, say
            fresh.replace(marker)
    except (FileNotFoundError, FileExistsError):
        raise DataError(f"{folder}: another process is taking this run at this moment") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
    return before


def release(folder: Path) -> None:
    """Take the marker away: the run is stored."""
    (folder / NAME).unlink(missing_ok=True)


def abandon(folder: Path) -> None:
    """Leave a run of this process to whoever recovers it: its end could not be stored.

    The marker is emptied, for which a full disk has room; where even that fails it stands as it is.
    """
    with contextlib.suppress(OSError):
        if owner_of(folder) == Process.current():
            os.truncate(folder / NAME, 0)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # not Linux
        return ""


def _start(pid: int) -> int:
    """Return when a process started, in clock ticks since boot; 0 where the system does not tell.

    A process that has died and that its parent has not asked about yet is gone.
    """
    try:
        words = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return _GONE if words[0] in "ZX" else int(words[19])
