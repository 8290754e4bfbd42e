"""The guardian: an engine that dies, hangs or gives up leaves its bench to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labctl.bench_files import bench_lock
from labctl.engine import guardian
from labctl.engine.codec import encode_line
from labctl.engine.guardian import Guardian
from labctl.engine.guardian_lines import (
    AnyLine,
    AnyReply,
    Beat,
    Bye,
    MadeSafe,
    MakeSafe,
    NoteFolder,
    Release,
    TakeOver,
    WatchBench,
    Watching,
)
from labctl.engine.reports import PartLeft

from ...timing import wait_for

HANGS_S = 1.0


class Bench:
    """What the guardian makes safe; the first attempts fail."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.attempts = failures, 0

    def make_safe(self) -> tuple[tuple[PartLeft, ...], str]:
        self.attempts += 1
        if self.attempts <= self.failures:
            raise OSError("port in use")
        return (PartLeft("board", "port 9", True, "sources 0 V"),), ""


class Line:
    """The engine's end of a guardian that runs in a thread; the engine itself is a process that sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
        monkeypatch.setattr(guardian, "reach_of", lambda watched: bench.make_safe)
        monkeypatch.setattr(guardian, "HANGS_S", HANGS_S)
        monkeypatch.setattr(guardian, "RETRY_S", 0.01)
        self.engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        ours, self._end = os.pipe()
        self.told: list[AnyReply] = []
        self._ours = ours
        self._thread = threading.Thread(target=Guardian(ours, self.engine.pid, self.told.append).run)
        self._thread.start()

    def say(self, line: AnyLine) -> None:
        os.write(self._end, encode_line(line))

    def watch(self, folder: Path, addresses: dict[str, str] | None = None) -> None:
        self.say(WatchBench("a board", "{}", addresses or {}))
        self.say(NoteFolder(str(folder)))
        wait_for(lambda: self.told)
        assert self.told == [Watching()]

    def hang_up(self) -> None:
        if self._end >= 0:
            os.close(self._end)
            self._end = -1

    def end(self) -> None:
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()

    def close(self) -> None:
        self.hang_up()
        self.end()
        os.close(self._ours)
        self.engine.kill()
        self.engine.wait()


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> Iterator[Line]:
    made = Line(monkeypatch, bench)
    yield made
    made.close()


def deed(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / guardian.NOTE).read_text("utf-8")))


def test_an_engine_that_dies_leaves_the_bench_to_the_guardian(
    line: Line, bench: Bench, tmp_path: Path
) -> None:
    bench.failures = 2
    line.watch(tmp_path)
    line.hang_up()
    line.end()
    did = deed(tmp_path)
    assert (did["safe"], did["attempts"], did["bench"]) == (True, 3, "a board")
    assert "died" in did["reason"]
    (event,) = [json.loads(text) for text in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()][-1:]
    assert (event["what"], event["by"]) == ("bench made safe by the guardian", "guardian")
    assert line.engine.wait(timeout=5) == -9  # it may have lived on with a port in hand


def test_an_engine_that_hangs_is_killed_first(line: Line, bench: Bench, tmp_path: Path) -> None:
    line.watch(tmp_path)
    for _ in range(6):
        time.sleep(0.2 * HANGS_S)
        line.say(Beat())
    assert bench.attempts == 0
    line.end()
    assert bench.attempts == 1
    assert "hung" in deed(tmp_path)["reason"]
    assert line.engine.wait(timeout=5) == -9


def test_a_released_bench_is_left_alone(line: Line, bench: Bench, tmp_path: Path) -> None:
    line.watch(tmp_path)
    line.say(Release())
    time.sleep(1.2 * HANGS_S)  # no beats are needed any more
    line.hang_up()
    line.end()
    assert bench.attempts == 0
    assert line.engine.poll() is None
    assert not (tmp_path / guardian.NOTE).exists()


def test_taking_over_kills_the_engine(line: Line, bench: Bench, tmp_path: Path) -> None:
    line.watch(tmp_path)
    line.say(TakeOver("EMERGENCY OFF"))
    line.end()
    assert bench.attempts == 1
    assert deed(tmp_path)["reason"] == "EMERGENCY OFF"
    assert line.engine.wait(timeout=5) == -9


def test_asked_to_make_safe_it_tells_what_it_did_and_goes_on(
    line: Line, bench: Bench, tmp_path: Path
) -> None:
    line.watch(tmp_path)
    line.say(MakeSafe("the engine could not", 5.0))
    wait_for(lambda: len(line.told) == 2)
    made = line.told[-1]
    assert isinstance(made, MadeSafe)
    assert made.report.safe
    line.say(Bye())
    line.end()
    assert bench.attempts == 1


def test_a_folder_that_cannot_be_written_does_not_keep_the_bench_from_safety(
    line: Line, bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    line.watch(tmp_path / "gone")
    line.hang_up()
    line.end()
    assert bench.attempts == 1
    assert "could not note" in capfd.readouterr().err


ADDRESSES = {"TCPIP0::127.0.0.1::9::SOCKET": "supply"}


@pytest.fixture
def _locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.usefixtures("_locks")
def test_a_bench_that_somebody_else_uses_is_touched_when_they_have_done_and_kept_meanwhile(
    line: Line, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []

    def make_safe() -> tuple[tuple[PartLeft, ...], str]:
        with pytest.raises(bench_lock.BenchInUse) as refused:
            bench_lock.check_free(ADDRESSES)
        kept.append(str(refused.value))
        return bench.make_safe()

    monkeypatch.setattr(guardian, "reach_of", lambda watched: make_safe)
    line.watch(tmp_path, ADDRESSES)
    with bench_lock.held(ADDRESSES, "run 'next'"):
        line.hang_up()
        wait_for((tmp_path / guardian.NOTE).exists)
        assert bench.attempts == 0
        waiting = deed(tmp_path)
        assert not waiting["safe"]
        assert waiting["problem"].endswith(f"by run 'next' (process {os.getpid()}), which answers for it")
    line.end()
    assert (deed(tmp_path)["safe"], deed(tmp_path)["problem"]) == (True, "")
    assert guardian.USER in kept[0]
    bench_lock.check_free(ADDRESSES)


@pytest.mark.usefixtures("_locks")
def test_a_bench_that_somebody_else_goes_on_using_is_given_up(
    line: Line, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guardian, "GIVE_UP_S", 0.1)
    line.watch(tmp_path, ADDRESSES)
    with bench_lock.held(ADDRESSES, "run 'next'"):
        line.hang_up()
        line.end()
    assert bench.attempts == 0
    assert "run 'next'" in deed(tmp_path)["problem"]


@pytest.mark.usefixtures("_locks")
def test_for_an_engine_that_lives_and_keeps_the_bench_it_is_made_safe_at_once(
    line: Line, bench: Bench, tmp_path: Path
) -> None:
    line.watch(tmp_path, ADDRESSES)
    with bench_lock.held(ADDRESSES, "run 'this'"):
        line.say(MakeSafe("the engine could not", 5.0))
        wait_for(lambda: len(line.told) == 2)
        assert bench.attempts == 1
        line.say(Bye())
        line.end()


def test_a_killed_engine_that_cannot_die_is_not_waited_for(
    line: Line, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise bench_lock.BenchInUse("supply", "port 9", f"run 'this' (process {line.engine.pid})")

    monkeypatch.setattr(bench_lock, "held", held)
    monkeypatch.setattr(guardian, "DIES_S", 0.1)
    line.watch(tmp_path, ADDRESSES)
    line.hang_up()
    line.end()
    assert (bench.attempts, deed(tmp_path)["safe"]) == (1, True)


def test_a_bench_that_cannot_be_kept_is_made_safe_all_the_same(
    line: Line, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(bench_lock, "held", held)
    line.watch(tmp_path, ADDRESSES)
    line.hang_up()
    line.end()
    assert (bench.attempts, deed(tmp_path)["safe"]) == (1, True)


def test_a_simulated_bench_has_nothing_to_make_safe() -> None:
    assert guardian.reach_of(WatchBench("a board", "", {}))() == ((), "")
