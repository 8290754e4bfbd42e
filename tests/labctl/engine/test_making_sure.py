"""What an engine says when its guardian had to try too: what a person must do comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from labctl.engine.core import Engine
from labctl.engine.guardian_lines import SafeReport, WatchBench
from labctl.engine.jobs.job import failure_of
from labctl.engine.snapshot import JobFacts
from protocols.engine import EventKind, RunState
from protocols.errors import InstrumentError
from protocols.messages import NOTHING, Message

ADDRESSES = {"TCPIP0::127.0.0.1::9::SOCKET": "supply"}


class Guard:
    """Stands where the guardian's line would be."""

    alive, watching, pid = True, True, 0

    def __init__(self, safe: bool) -> None:
        self.safe, self.did = safe, []

    def watch(self, bench: WatchBench) -> None:
        self.did.append("watch")

    def folder(self, folder: Path) -> None:
        self.did.append("folder")

    def release(self) -> None:
        self.did.append("release")

    def make_safe(self, reason: str, limit_s: float) -> SafeReport | None:
        self.did.append("make safe")
        return SafeReport(reason, "a board", "", self.safe, problem="" if self.safe else "no answer")

    def take_over(self, reason: str) -> None:
        self.did.append("take over")


class Job:
    """A job on a bench of instruments that is told how to end."""

    user, would, stop_when_unwatched_s, has_begun = "a test", NOTHING, None, True
    ends_with_its_client = False

    def __init__(self, error: Exception | None, touched: bool, addresses: dict[str, str] = ADDRESSES) -> None:
        self._error, self.touched = error, touched
        self.watched = WatchBench("a board", "{}", addresses)
        self.told: str = ""

    @property
    def has_read_safe(self) -> bool:
        return not self.touched

    def carry_out(self) -> None:
        if self._error is not None:
            raise self._error

    def over(self, failure: Exception | None, left: Message | None) -> None:
        self.told = failure_of(failure, left).message if failure is not None else str(left or "")

    def ask(self, kind: EventKind, reason: str, by: str) -> None:
        """Nobody asks."""

    def ask_off(self, reason: str, by: str) -> None:
        """Nobody asks."""

    def strike(self) -> None:
        """Nobody strikes."""


BROKE = InstrumentError("controller", "the connection broke")


def carried_out(engine: Engine, job: Job) -> None:
    engine.published.update(job=JobFacts("check", "a test", "a board"), activity="testing")
    engine._start(job)  # noqa: SLF001
    engine.serve_one(timeout_s=5.0)


def engine_with(guard: Guard) -> Engine:
    return Engine("tested", guard, strike=None, watchers=lambda: 0)


@pytest.fixture(autouse=True)
def _locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_bench_that_may_not_be_safe_is_told_first_and_remembered() -> None:
    guard = Guard(safe=False)
    engine, job = engine_with(guard), Job(BROKE, touched=True)
    carried_out(engine, job)
    first = "THE BENCH MAY NOT BE SAFE, switch its supply off by hand: no answer"
    assert job.told == f"{first}; controller: the connection broke"
    snapshot = engine.published.snapshot
    assert (snapshot.state, snapshot.problem) == (RunState.FAULT, job.told)
    assert [(fault.bench, fault.problem) for fault in snapshot.unresolved] == [("a board", first)]
    assert guard.did == ["watch", "make safe", "release"]


def test_only_a_job_that_leaves_the_same_bench_safe_settles_a_fault() -> None:
    engine = engine_with(Guard(safe=False))
    carried_out(engine, Job(BROKE, touched=True))
    carried_out(engine, Job(None, touched=False, addresses={"elsewhere": "supply"}))
    assert len(engine.published.snapshot.unresolved) == 1
    assert engine.published.snapshot.state is RunState.SAFE  # of the bench that was used last
    carried_out(engine, Job(None, touched=False))
    assert engine.published.snapshot.unresolved == ()


def test_a_guardian_that_makes_it_safe_leaves_no_fault_behind() -> None:
    engine, job = engine_with(Guard(safe=True)), Job(BROKE, touched=True)
    carried_out(engine, job)
    assert job.told == "the guardian made the bench safe; controller: the connection broke"
    assert engine.published.snapshot.unresolved == ()


def test_a_failure_before_anything_was_touched_needs_no_guardian() -> None:
    guard = Guard(safe=True)
    engine, job = engine_with(guard), Job(BROKE, touched=False)
    carried_out(engine, job)
    assert (job.told, guard.did) == (str(BROKE), ["watch", "release"])
    assert engine.published.snapshot.state is RunState.SAFE
