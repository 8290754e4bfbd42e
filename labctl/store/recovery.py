"""Runs whose process died: finding them, and making them whole.

An orphan has a running marker whose process is gone. Recovering one stores what was committed as run.nc and
says so in its manifest; live.db stays, so that the run can still be resumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labctl.store import live, marker
from labctl.store.catalogue import update
from labctl.store.checkpoint import Checkpoint
from labctl.store.convert import convert
from labctl.store.events import EventLine, EventLog, read_events
from labctl.store.live_reader import LiveReader
from labctl.store.manifest import Manifest
from labctl.store.marker import Process
from labctl.store.stored_contents import StoredContents, contents_of
from protocols.errors import DataError

RECOVERED = "recovered"


@dataclass(frozen=True)
class Recovered:
    """A run made whole: cycles and rounds kept, why it had ended, whether it can be resumed."""

    folder: Path
    cycles: int
    rounds: int
    reason: str
    resumable: bool
    damaged_blocks: int = 0


def find_orphans(root: Path) -> list[Path]:
    """Return the run folders under `root` whose process is gone, oldest first.

    A marker that cannot be read was cut short by what killed its process.
    """
    found = []
    for file in sorted(root.glob(f"*-*-*/*/{marker.NAME}")):
        owner = marker.owner_of(file.parent)
        if owner is None or not owner.is_alive():
            found.append(file.parent)
    return found


def recover(folder: Path, *, force: bool = False) -> Recovered:
    """Store an orphan run as run.nc with exit status 'recovered', and say why it ended.

    `force` takes a run from a process of which nothing can be known: on another host, or without a marker.
    Raises DataError when the run is alive, ended by itself, its store is damaged, or cannot be written.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such run folder")
    if not (folder / marker.NAME).exists():
        if Manifest.load(folder).values.get("status") != "running":
            raise DataError(f"{folder}: nothing to recover: the run ended by itself")
        if not force:
            raise DataError(
                f"{folder}: {marker.NAME} is missing, so whether its process lives cannot be known; "
                "add --force when you know that it does not"
            )
    kept = contents_of(folder)
    ended = _last_written(folder)
    try:
        owner = marker.take(folder, even_alive=force)
        manifest = Manifest.load(folder)
        if manifest.values.get("status", "running") != "running":  # died after everything was stored
            found = Recovered(
                folder, manifest.values.get("cycles", 0), 0, str(manifest.values["reason"]), False
            )
        else:
            found = _store(folder, owner, manifest, ended, kept)
        marker.release(folder)
    except OSError as error:
        raise live.cannot_store(folder, error) from error
    update(folder)
    return found


def load_checkpoint(reader: LiveReader) -> Checkpoint | None:
    """Return the latest checkpoint of a run, or None."""
    stored = reader.checkpoint()
    return Checkpoint.unpack(stored) if stored is not None else None


def _store(
    folder: Path, owner: Process | None, manifest: Manifest, ended: datetime, kept: StoredContents | None
) -> Recovered:
    status, damaged, events = RECOVERED, 0, read_events(folder)
    if kept is None:
        kept, reason = StoredContents(0, 0), "the process died before anything was recorded"
    elif kept.is_live:
        reason = f"{owner or 'its process'} died "
        if kept.ended is None:
            reason += f"at cycle {kept.cycles:,} of {kept.planned:,}"
        else:
            reason += f"while the data were stored, after: {kept.ended['reason']}"
        bench = (manifest.values.get("bench_identity") or {}).get(
            "name", manifest.values.get("bench_name", "")
        )
        manifest.values["run_id"] = kept.attributes.get("run_id") or manifest.values.get("run_id", "")
        attributes = {"run_id": manifest.values["run_id"], "status": RECOVERED, "bench": bench}
        damaged = convert(folder, attributes).damaged_blocks
    else:
        status, reason = _told_by_run_nc(manifest, kept.attributes)
    if problem := _last_problem(events):
        reason += f", after: {problem}"
    deed = _guardians_deed(folder, events)
    if deed is not None:
        reason += f"; {_told(deed)}"
    elif _left_alone(folder, events):
        reason += "; NOBODY MADE THE BENCH SAFE, engine and guardian died together: switch its supply off"
    EventLog(folder).note("run recovered", by="labctl runs recover", reason=reason, cycle=kept.cycles)
    results = asdict(kept.results) if kept.results is not None else {}
    summary = {**manifest.values.get("summary", {}), **results, "status": status, "reason": reason}
    manifest.add(
        status=status,
        reason=reason,
        ended=ended.isoformat(timespec="milliseconds"),
        recovered=datetime.now(UTC).isoformat(timespec="milliseconds"),
        cycles=kept.cycles,
        damaged_blocks=damaged,
        guardian=deed,
        summary=summary,
    )
    return Recovered(folder, kept.cycles, kept.rounds, reason, kept.resumable, damaged)


def _told_by_run_nc(manifest: Manifest, attributes: Mapping[str, Any]) -> tuple[str, str]:
    """Fill a manifest that was lost with what run.nc tells; return how the run ended, and why."""
    known = {n: attributes[n] for n in ("name", "bench", "method", "imperfections") if n in attributes}
    manifest.values = {**manifest.values, **known}
    manifest.values["run_id"] = attributes.get("run_id") or manifest.values.get("run_id", "")
    why = f"{attributes['reason']}; " if attributes.get("reason") else ""
    return str(attributes.get("status") or RECOVERED), f"{why}its manifest was lost, run.nc tells this"


def _guardians_deed(folder: Path, events: list[EventLine]) -> EventLine | None:
    """Return what the guardian did to instruments when the engine died, None if there was nothing to do.

    A note of an earlier death, before the run was resumed, says nothing of this one.
    """
    try:
        deed: EventLine = json.loads((folder / "guardian.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    began = next((str(e.get("time", "")) for e in _last_session(events)), "")
    if str(deed.get("noticed", "")) < began:
        return None
    return deed if deed.get("parts") or not deed.get("safe") else None


def _last_problem(events: list[EventLine]) -> str:
    """Return what a run failed of, when it still could write that down."""
    failures = [e for e in _last_session(events) if e.get("event") == "failed" and e.get("reason")]
    return str(failures[-1]["reason"]) if failures else ""


def _left_alone(folder: Path, events: list[EventLine]) -> bool:
    """Tell whether a bench of instruments was opened and nobody has written down that it was made safe."""
    try:
        sheet = json.loads((folder / "preflight.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(sheet.get("energises")) and "run safe" not in {e.get("what") for e in _last_session(events)}


def _last_session(events: list[EventLine]) -> list[EventLine]:
    """Return what happened since the run was begun, or taken up again, the last time."""
    starts = [k for k, e in enumerate(events) if e.get("what") == "run preflight"]
    return events[starts[-1] :] if starts else []


def _told(deed: EventLine) -> str:
    if deed["safe"]:
        return f"the guardian made the bench safe within {deed['safe_after_s']:.2g} s"
    return f"THE BENCH MAY NOT BE SAFE, the guardian could not reach it: {deed['problem']}"


def _last_written(folder: Path) -> datetime:
    """Return when the run wrote last: the modification time of its newest file."""
    times = [f.stat().st_mtime for f in folder.iterdir() if f.is_file()]
    return datetime.fromtimestamp(max(times, default=0.0), UTC)
