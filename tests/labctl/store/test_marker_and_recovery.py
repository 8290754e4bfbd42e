"""Orphans: found when, and only when, their process is gone; recovered as far as they got."""

from __future__ import annotations

import errno
import json
import sqlite3
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from labctl.runs import runner
from labctl.runs.prepared import prepare_resume
from labctl.runs.runner import carry_out
from labctl.store import LiveStore, Manifest, catalogue, marker, open_run
from labctl.store.events import read_events
from labctl.store.marker import Process
from labctl.store.recovery import find_orphans, recover
from protocols.errors import DataError

from .runs import cut_short, small_run


def mark(folder: Path, process: Process) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / marker.NAME).write_text(json.dumps(asdict(process)), "utf-8")


def dead_process() -> Process:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        return replace(Process.current(), pid=child.pid, start=1)


def run_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: int = 10) -> tuple[Path, Path]:
    """Return a folder as a killed process leaves it, and the folder of the run that was not killed."""
    image, whole = cut_short(tmp_path, monkeypatch, event=event)
    mark(image, dead_process())
    return image, whole


def test_a_process_lives_until_it_is_gone() -> None:
    mine = Process.current()
    assert mine.is_alive()
    assert not replace(mine, start=mine.start + 1).is_alive()  # the number was given to somebody else
    assert not replace(mine, boot="another boot").is_alive()
    assert replace(mine, host="elsewhere").is_alive()  # nobody can know
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        stat = Path(f"/proc/{child.pid}/stat").read_text("ascii")
        there = replace(mine, pid=child.pid, start=int(stat.rpartition(")")[2].split()[19]))
        assert there.is_alive()
        child.kill()
        while Path(f"/proc/{child.pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z":
            pass
        assert not there.is_alive()  # dead, although nobody has asked about it yet
    assert not there.is_alive()


def test_only_dead_processes_leave_orphans(tmp_path: Path) -> None:
    day = tmp_path / "2026-01-02"
    mark(day / "00001-alive", Process.current())
    mark(day / "00002-dead", dead_process())
    mark(day / "00003-elsewhere", replace(Process.current(), host="elsewhere"))
    (day / "00004-done").mkdir()
    mark(day / "00005-cut", dead_process())
    (day / "00005-cut" / marker.NAME).write_text("{", "utf-8")
    assert [f.name for f in find_orphans(tmp_path)] == ["00002-dead", "00005-cut"]


def test_a_run_belongs_to_one_process(tmp_path: Path) -> None:
    assert marker.take(tmp_path) is None
    assert marker.take(tmp_path) == Process.current()
    marker.release(tmp_path)
    assert marker.read_marker(tmp_path) is None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        stat = Path(f"/proc/{child.pid}/stat").read_text("ascii")
        start = int(stat.rpartition(")")[2].split()[19])
        mark(tmp_path, replace(Process.current(), pid=child.pid, start=start))
        with pytest.raises(DataError, match=rf"is being run by process {child.pid} on .*; stop that first"):
            marker.take(tmp_path)
        child.kill()
    mark(tmp_path, replace(Process.current(), host="elsewhere"))
    with pytest.raises(DataError, match="add --force when that is switched off"):
        marker.take(tmp_path)
    assert marker.take(tmp_path, even_alive=True).host == "elsewhere"
    assert marker.read_marker(tmp_path) == Process.current()


def test_recovery_stores_every_committed_row_and_says_what_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, whole = run_image(tmp_path, monkeypatch)
    found = recover(image)
    a, b = open_run(image), open_run(whole)
    assert a.sizes["cycle"] == found.cycles > 0
    assert a.sizes["round"] == found.rounds > 1
    for name in ("cycle_free_output", "cycle_start", "gate_voltage", "train_error"):
        np.testing.assert_array_equal(a[name].values, b[name].values[: len(a[name])])
    assert f"died at cycle {found.cycles:,} of 3,000" in found.reason
    manifest = json.loads((image / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == a.attrs["status"] == "recovered"
    assert manifest["reason"] == found.reason
    assert manifest["summary"]["error_end_V2"] == a["train_error"].values[-1]
    assert read_events(image)[-1]["what"] == "run recovered"
    assert find_orphans(image.parent.parent) == []
    with pytest.raises(DataError, match="nothing to recover"):
        recover(image)


def test_a_run_killed_before_its_first_round_is_recovered_as_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01-02" / "00001-short"
    mark(folder, dead_process())
    found = recover(folder)
    assert (found.cycles, found.resumable) == (0, False)
    assert "before anything was recorded" in found.reason
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["status"], manifest["name"]) == ("recovered", "short")
    assert find_orphans(tmp_path) == []


def test_a_run_killed_after_opening_has_an_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = run_image(tmp_path, monkeypatch, event=2)
    found = recover(image)
    assert (found.cycles, found.rounds, found.resumable) == (0, 0, False)
    run = open_run(image)
    assert (run.sizes["cycle"], run.sizes["round"], run.sizes["edge"]) == (0, 0, 32)


def test_a_run_killed_while_it_was_stored_keeps_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, whole = run_image(tmp_path, monkeypatch)
    manifest = json.loads((whole / "manifest.json").read_text("utf-8"))
    (image / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    found = recover(image)  # everything was stored, only the marker was left
    assert found.reason == "all cycles trained"
    assert json.loads((image / "manifest.json").read_text("utf-8")) == manifest


def test_a_marker_that_a_power_cut_has_spoilt_or_taken_does_not_stop_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    text = (image / marker.NAME).read_text("utf-8")
    (image / marker.NAME).unlink()
    with pytest.raises(DataError, match=r"running.json is missing, .* add --force"):
        recover(image)
    (image / marker.NAME).write_text("", "utf-8")
    assert recover(image).cycles > 0
    (image / marker.NAME).write_text(text, "utf-8")
    assert find_orphans(image.parent.parent) == [image]


@pytest.mark.parametrize("damage", ["zeros", "gone"])
def test_a_damaged_store_is_told_and_nothing_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    for file in image.glob("live.db-*"):
        file.unlink()
    if damage == "gone":
        (image / "live.db").unlink()
    else:
        whole = (image / "live.db").read_bytes()
        (image / "live.db").write_bytes(b"\0" * 64 + whole[64:])
    before = (image / "manifest.json").read_bytes()
    with pytest.raises(DataError, match=r"live.db: is (damaged|missing).* put .* back, or delete the run"):
        recover(image)
    assert (image / marker.NAME).exists()
    assert (image / "manifest.json").read_bytes() == before


def test_recovery_says_what_the_run_failed_of_and_that_nobody_made_the_bench_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    (image / "preflight.json").write_text('{"energises": true}', "utf-8")
    with (image / "events.jsonl").open("a", encoding="utf-8") as events:
        events.write('{"what": "run fault", "event": "failed", "reason": "StoreError: the disk is full"}\n')
    found = recover(image)
    assert "after: StoreError: the disk is full" in found.reason
    assert "NOBODY MADE THE BENCH SAFE" in found.reason


def guardians_note(image: Path, noticed: str) -> None:
    deed = {"noticed": noticed, "safe": True, "safe_after_s": 0.02, "parts": [{"name": "supply"}]}
    (image / "preflight.json").write_text('{"energises": true}', "utf-8")
    (image / "guardian.json").write_text(json.dumps(deed), "utf-8")


@pytest.mark.parametrize("before", [True, False])
def test_a_guardians_note_of_an_earlier_crash_says_nothing_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    began = next(e["time"] for e in read_events(image) if e["what"] == "run preflight")
    guardians_note(image, f"{'2001' if before else '2999'}{began[4:]}")
    reason = recover(image).reason
    assert ("NOBODY MADE THE BENCH SAFE" in reason) is before
    assert ("the guardian made the bench safe" in reason) is not before
    assert (json.loads((image / "manifest.json").read_text("utf-8"))["guardian"] is None) is before


class Refusing:
    """A connection to live.db on a disk that is full: every query is refused."""

    def execute(self, *_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
        raise error

    def close(self) -> None:
        pass


def test_a_disk_that_is_full_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    with monkeypatch.context() as full:
        full.setattr(sqlite3, "connect", lambda *_, **__: Refusing())
        with pytest.raises(DataError, match=r"read now \(disk I/O error\).*run the command again") as told:
            recover(image)
    assert "delete" not in str(told.value)
    assert recover(image).cycles > 0


def test_damage_in_the_middle_is_told_and_nothing_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    with sqlite3.connect(image / "live.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'blocks'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with (image / "live.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes(size))
    before = {f.name: f.read_bytes() for f in image.iterdir() if not f.name.startswith("live.db-")}
    with pytest.raises(DataError, match=r"is damaged .*nothing was changed; save what is left .*\.recover"):
        recover(image)
    assert before == {f.name: f.read_bytes() for f in image.iterdir() if not f.name.startswith("live.db-")}


def test_a_run_whose_manifest_was_lost_is_told_by_its_run_nc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, whole = run_image(tmp_path, monkeypatch)
    manifest = whole / "manifest.json"
    lost = json.loads(manifest.read_text("utf-8"))
    manifest.write_text("", "utf-8")
    found = recover(whole, force=True)
    assert (found.cycles, found.rounds) == (3000, open_run(whole).sizes["round"])
    assert "its manifest was lost" in found.reason
    again = json.loads(manifest.read_text("utf-8"))
    kept = ("run_id", "status", "cycles", "name")
    assert [again[n] for n in kept] == [lost[n] for n in kept]


def test_a_run_whose_manifest_was_lost_keeps_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, whole = run_image(tmp_path, monkeypatch)
    (image / "manifest.json").unlink()
    recover(image)
    run_id = json.loads((whole / "manifest.json").read_text("utf-8"))["run_id"]
    assert json.loads((image / "manifest.json").read_text("utf-8"))["run_id"] == run_id
    assert open_run(image).attrs["run_id"] == run_id


def test_a_run_killed_before_its_plan_was_noted_is_recovered_as_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01-02" / "00001-short"
    mark(folder, dead_process())
    LiveStore(folder).close()
    assert "before anything was recorded" in recover(folder).reason


def test_a_manifest_of_something_else_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    (image / "manifest.json").write_text("[1]", "utf-8")
    assert recover(image).resumable
    run, resumption = prepare_resume(image, figures=False)
    assert carry_out(run, resumption=resumption).summary.status == "completed"


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def left_to_recovery(folder: Path) -> bool:
    """Tell whether a run is an orphan although this process, which ran it, lives on."""
    return catalogue.entry_of(folder).status == "orphan" and marker.owner_of(folder) is None


def test_a_run_whose_end_could_not_be_stored_is_nobodys_although_its_engine_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(runner, "convert", full)
        with pytest.raises(DataError, match="make room, then run 'labctl runs recover"):
            carry_out(small_run(tmp_path))
    (folder,) = find_orphans(tmp_path)
    assert left_to_recovery(folder)
    assert recover(folder).cycles == 3000


def test_a_run_that_could_not_begin_or_be_taken_up_is_nobodys_although_its_engine_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="no space left on device"):
        carry_out(small_run(tmp_path / "new"), begun=full)
    assert left_to_recovery(*find_orphans(tmp_path / "new"))
    image, _ = run_image(tmp_path, monkeypatch)
    run, resumption = prepare_resume(image, figures=False)
    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "add", full)
        with pytest.raises(DataError, match="no space left on device"):
            carry_out(run, resumption=resumption)
    assert left_to_recovery(image)


def test_a_marker_that_cannot_be_written_anew_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = dead_process()
    mark(tmp_path, dead)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            marker.take(tmp_path)
    assert marker.read_marker(tmp_path) == dead
    marker.abandon(tmp_path)  # another process's
    assert marker.read_marker(tmp_path) == dead


def test_a_line_cut_short_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"what": "run armed"}\n{"what": "run ru', "utf-8")
    assert read_events(tmp_path) == [{"what": "run armed"}]
    assert read_events(tmp_path / "none") == []
