"""The catalogue: an index of all runs under a folder, for lists and searches.

`runs/catalogue.db` only repeats what manifests and tags say, so it can be deleted at any time and is rebuilt
by scanning the folders; one that another version of labctl made is rebuilt by itself. Failing to keep it up
to date never fails a run.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import structlog

from labctl.store import marker
from labctl.store.manifest import read_manifest
from labctl.store.tags import read_tags, write_tags
from protocols.errors import DataError

log = structlog.get_logger(__name__)
NAME = "catalogue.db"
_PASSING = ("running", "orphan")  # may have changed without a word
_RUNS = "*-*-*/[0-9]*-*"


@dataclass(frozen=True)
class Entry:
    """A run as the catalogue knows it; None where its manifest does not say. tags are parted by commas."""

    folder: str
    number: int
    run_id: str
    name: str
    status: str
    reason: str | None
    started: str | None
    ended: str | None
    host: str | None
    operator: str | None
    bench: str | None
    imperfections: str | None
    task: str | None
    method: str | None
    seed: int | None
    cycles: int | None
    learning_time_s: float | None
    error_start_V2: float | None
    error_end_V2: float | None
    accuracy_end: float | None
    tags: str = ""


_COLUMNS = tuple(f.name for f in fields(Entry))


def rebuild(root: Path) -> int:
    """Make the catalogue of `root` anew from the run folders and return how many runs there are.

    Raises DataError when it cannot be written.
    """
    entries = [entry_of(folder) for folder in sorted(root.glob(_RUNS)) if folder.is_dir()]
    with contextlib.suppress(OSError):  # opening it says what is wrong
        (root / NAME).unlink(missing_ok=True)
    with _catalogue(root) as db:
        _put(db, entries)
    return len(entries)


def update(folder: Path) -> None:
    """Bring one run's entry up to date; a catalogue that cannot be written is left for the next rebuild."""
    root = folder.parent.parent
    try:
        if not _is_usable(root):
            rebuild(root)
        with _catalogue(root) as db:
            _put(db, [entry_of(folder)])
    except DataError as problem:
        log.warning("the catalogue was not brought up to date", problem=str(problem))


def tag(folder: Path, tags: Iterable[str]) -> tuple[str, ...]:
    """Give a run exactly these tags, in its folder and in the catalogue; return them. Raises ConfigError."""
    chosen = write_tags(folder, tags)
    update(folder)
    return chosen


def find(
    root: Path, text: str = "", status: str = "", method: str = "", since: str = "", limit: int = 0
) -> list[Entry]:
    """Return runs, newest first: those whose name, tags, bench, method, task or imperfections hold `text`.

    since: an ISO date; limit 0: all. Makes the catalogue when there is none yet. Raises DataError.
    """
    if not root.is_dir():
        return []
    if not _is_usable(root):
        rebuild(root)
    where, values = ["1"], list[Any]()
    for column, wanted in (("status", status), ("method", method)):
        if wanted:
            where.append(f"{column} = ?")
            values.append(wanted)
    if since:
        where.append("started >= ?")
        values.append(since)
    if text:
        searched = (
            "name",
            "tags",
            "folder",
            "bench",
            "method",
            "task",
            "imperfections",
            "operator",
            "run_id",
        )
        where.append("(" + " OR ".join(f"instr(lower(coalesce({c}, '')), ?) > 0" for c in searched) + ")")
        values += [text.lower()] * len(searched)
    query = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE {' AND '.join(where)}"
    query += " ORDER BY number DESC, folder DESC"
    with _catalogue(root) as db:
        rows = db.execute(query + (f" LIMIT {int(limit)}" if limit else ""), values).fetchall()
    entries = [e for e in (Entry(*row) for row in rows) if (root / e.folder).is_dir()]
    return [entry_of(root / e.folder) if e.status in _PASSING else e for e in entries]


def find_run(root: Path, text: str) -> Path:
    """Return the folder a person means: a path, a run number, `latest`, or the start of a run's UUID.

    Raises DataError when there is none, or more than one.
    """
    path = Path(text)
    if (path / "manifest.json").exists() or (path / marker.NAME).exists():
        return path
    folders = sorted((f for f in root.glob(_RUNS) if f.is_dir()), key=lambda f: f.name)
    if text == "latest" and folders:
        return folders[-1]
    if text.isdigit():
        found = [f for f in folders if int(f.name.partition("-")[0]) == int(text)]
    else:
        found = (
            [f for f in folders if f.name == text or _identity(f).startswith(text)] if len(text) >= 4 else []
        )
    if len(found) == 1:
        return found[0]
    problem = "no such run" if not found else f"{len(found)} runs fit"
    raise DataError(f"{text}: {problem} in {root}; give a run's folder, its number, or 'latest'")


def entry_of(folder: Path) -> Entry:
    """Return what a run's manifest says; a run without a readable one has the status 'unreadable'."""
    number = int(folder.name.partition("-")[0])
    place = f"{folder.parent.name}/{folder.name}"
    try:
        manifest = read_manifest(folder)
        summary = manifest.get("summary") or {}
        seed = (manifest.get("seeds") or {}).get("run")
        values = {c: manifest.get(c, summary.get(c)) for c in _COLUMNS}
        values["name"] = values["name"] or folder.name
    except (DataError, AttributeError):
        values = dict.fromkeys(_COLUMNS) | {"run_id": "", "name": folder.name, "status": "unreadable"}
        seed = None
    if values["status"] == "running" and _is_orphan(folder):
        values["status"] = "orphan"
    bench = values["bench"]
    if isinstance(bench, dict):  # the manifest's settings of the bench
        values["bench"] = bench.get("name")
    known: dict[str, Any] = {**values, "folder": place, "number": number, "seed": seed}
    known["tags"] = ", ".join(read_tags(folder))
    return Entry(**known)


def _is_orphan(folder: Path) -> bool:
    try:
        owner = marker.read_marker(folder)
    except DataError:
        return True
    return owner is None or not owner.is_alive()


def _identity(folder: Path) -> str:
    return entry_of(folder).run_id or ""


def _put(db: sqlite3.Connection, entries: list[Entry]) -> None:
    places = ", ".join("?" * len(_COLUMNS))
    rows = [tuple(getattr(entry, c) for c in _COLUMNS) for entry in entries]
    db.executemany(f"INSERT OR REPLACE INTO runs ({', '.join(_COLUMNS)}) VALUES ({places})", rows)


def _is_usable(root: Path) -> bool:
    """Tell whether there is a catalogue with this version's columns; a damaged one speaks when opened."""
    path = root / NAME
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as db:
            columns = tuple(str(row[1]) for row in db.execute("PRAGMA table_info(runs)"))
    except sqlite3.Error:
        return True
    return columns == _COLUMNS


@contextlib.contextmanager
def _catalogue(root: Path) -> Iterator[sqlite3.Connection]:
    """Open the catalogue for one transaction."""
    path = root / NAME
    columns = ", ".join(f"{c} TEXT PRIMARY KEY" if c == "folder" else c for c in _COLUMNS)
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as db, db:
            db.execute(f"CREATE TABLE IF NOT EXISTS runs ({columns})")
            yield db
    except (sqlite3.Error, OSError) as error:
        raise DataError(
            f"{path}: the catalogue cannot be used: {error}; delete it and run 'labctl runs list --rebuild'"
        ) from error
