"""Orphans: found when, and only when, their process is gone; recovered as far as they got."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from labctl.prepared import prepare_resume
from labctl.runner import carry_out
from labctl.store import marker, open_run
from labctl.store.events import read_events
from labctl.store.marker import Process
from labctl.store.recovery import find_orphans, recover
from protocols.errors import DataError

from .runs import cut_short


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


def test_a_manifest_of_something_else_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, _ = run_image(tmp_path, monkeypatch)
    (image / "manifest.json").write_text("[1]", "utf-8")
    assert recover(image).resumable
    run, resumption = prepare_resume(image, figures=False)
    assert carry_out(run, resumption=resumption).summary["status"] == "completed"


def test_a_line_cut_short_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"what": "run armed"}\n{"what": "run ru', "utf-8")
    assert read_events(tmp_path) == [{"what": "run armed"}]
    assert read_events(tmp_path / "none") == []
