"""The engine: one job at a time on the instruments it owns, with a guardian; clients are answered beside it.

Nothing here knows of sockets, signals or processes: `labctl.engine.process` makes a process of it, a test may
have one in a thread.
"""

from __future__ import annotations

import os
import queue
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

import labctl
from labctl.bench_files import bench_lock
from labctl.engine import logs
from labctl.engine.guardian_link import final_status
from labctl.engine.jobs.job import MAKE_SAFE_S, Guards, Job, Strike, failure_of
from labctl.engine.messages import CheckedRun, Preflight, PreflightResume, StartCalibration, StartCheck
from labctl.engine.publish import Published
from labctl.engine.snapshot import EngineFacts, GuardianFacts, JobFacts, Snapshot, UnresolvedFault
from labctl.runs.request import file_seen_from
from protocols.engine import EventKind, RunState
from protocols.errors import LabError, ProtocolError
from protocols.messages import NOTHING, Message, say

if TYPE_CHECKING:  # slow to import: clients are let in first
    from labctl.engine.jobs.calibrate import CalibrationJob
    from labctl.engine.jobs.check import CheckJob
    from labctl.engine.jobs.run import RunJob

T = TypeVar("T")
EMERGENCY_S = 1.0  # then the guardian takes over
_UNDER_WAY = (RunState.PREFLIGHT, RunState.ARMED, RunState.RUNNING, RunState.PAUSED)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Left:
    """How a bench was left that its job could not make safe: what the guardian told, and whether it did."""

    told: Message
    safe: bool


class Engine:
    """One engine: at most one job at a time, any number of clients.

    strike: has this engine's own thread call `strike` of the job in hand, wherever it is; None where nothing
    can. watchers: how many clients watch. notes: where the guardian notes what it did while there is no run.
    """

    def __init__(
        self,
        name: str,
        guardian: Guards,
        *,
        strike: Strike | None,
        watchers: Callable[[], int],
        notes: Path | None = None,
    ) -> None:
        self.name, self.guardian, self._watchers = name, guardian, watchers
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.published = Published(Snapshot(0, EngineFacts(name, os.getpid(), labctl.__version__, started)))
        self.run_log = logs.RunLog()
        self.job: Job | None = None  # under way
        self.last_run: RunJob | None = None
        self.last_check: CheckJob | None = None
        self.last_calibration: CalibrationJob | None = None
        self.prepared: tuple[str, RunJob] | None = None  # the run checked last, and the token that starts it
        self._strike, self._notes = strike, notes
        self._claiming = threading.Lock()
        self._work: queue.Queue[Callable[[], None]] = queue.Queue()
        self._unresolved: dict[frozenset[str], UnresolvedFault] = {}
        self._serial = 0
        self.idle_since = time.monotonic()

    def watchers(self) -> int:
        """Return how many clients watch."""
        return self._watchers()

    # ── the engine's own thread ──────────────────────────────────────────────────────────────────

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have something done by the engine's own thread, after what it is doing."""
        promise: Future[T] = Future()

        def do() -> None:
            try:
                promise.set_result(work())
            except Exception as problem:  # whoever waits for the promise is told
                promise.set_exception(problem)

        self._work.put(do)
        return promise

    def serve_one(self, timeout_s: float) -> bool:
        """Do the next thing in hand, if there is one in time; tell whether there was."""
        try:
            work = self._work.get(timeout=timeout_s)
        except queue.Empty:
            return False
        work()
        self.idle_since = time.monotonic()
        return True

    @property
    def has_work(self) -> bool:
        """Tell whether something waits to be done."""
        return not self._work.empty()

    def claim(self, activity: str) -> None:
        """Be busy from now on; of two clients that ask at once, one is refused."""
        with self._claiming:
            self.refuse_while_busy()
            self.published.update(activity=activity)

    def refuse_while_busy(self) -> None:
        """Raise ProtocolError unless there is nothing in hand."""
        snapshot = self.published.snapshot
        if snapshot.activity != "idle":
            doing = Message.of(snapshot.activity)
            if snapshot.run is not None and snapshot.job is None:
                doing = say("{activity} '{run}'", activity=doing, run=snapshot.run.name)
            raise ProtocolError(
                say("engine {name} is {doing}; wait, or stop it", name=self.name, doing=doing)
            )

    # ── runs ─────────────────────────────────────────────────────────────────────────────────────

    def check_run(self, request: Preflight | PreflightResume) -> CheckedRun:
        """Check a run; return its report with a token. Nothing moves."""
        from labctl.engine.jobs.run import RunJob
        from labctl.runs import preflight
        from labctl.runs.prepared import prepare, prepare_resume
        from sim_backend.plant.compilation import is_compiled

        try:
            resumption = None
            if isinstance(request, PreflightResume):
                here = request.cwd == Path.cwd()
                folder = request.folder if here else request.cwd / request.folder
                run, resumption = prepare_resume(folder, figures=request.figures)
            else:
                run = prepare(request.run.seen_from(request.cwd))
            guardian = "" if self.guardian.alive else say("no guardian is running")
            report = preflight.check(run, resumption, guardian=guardian)
        finally:
            self.published.update(activity="idle")
        token = secrets.token_hex(8)
        self.prepared = token, RunJob(self, run, resumption, report, self._strike)
        return CheckedRun(report, token, is_compiled())

    def start_run(self, token: str, override: str, by: str) -> None:
        """Start what was checked. Raises ProtocolError when it is out of date."""
        if self.prepared is None or self.prepared[0] != token:
            raise ProtocolError(say("this preflight sheet is out of date; check again"))
        self.claim("running")
        job = self.prepared[1]
        if override:
            job.report = replace(job.report, override={"reason": override, "by": by})
        self.prepared, self.last_run = None, job
        self._serial += 1
        job.begin(self._serial)
        self._start(job)

    # ── checks and calibrations ──────────────────────────────────────────────────────────────────

    def start_check(self, request: StartCheck) -> None:
        """Check a bench of instruments. Raises ConfigError for a bench file that cannot be used."""
        from labctl.bench_files.load import read_hardware
        from labctl.engine.jobs.check import CheckJob

        config, values = read_hardware(file_seen_from(request.cwd, request.bench), request.overrides)
        self.claim("checking the bench")
        job = self.last_check = CheckJob(config, values, wiring=request.wiring, strike=self._strike)
        self._begin(job, JobFacts("check", "bench check", config.name))

    def start_calibration(self, request: StartCalibration) -> None:
        """Carry calibration routines out. Raises ConfigError for what cannot be used."""
        from labctl.bench_files.load import load_bench
        from labctl.calibrating.carrying_out import prepare_bench
        from labctl.engine.jobs.calibrate import CalibrationJob

        cwd = request.cwd
        loaded = load_bench(
            file_seen_from(cwd, request.bench),
            None if request.imperfections is None else file_seen_from(cwd, request.imperfections),
            request.seed,
            request.bench_overrides,
            request.dose_overrides,
        )
        bench = prepare_bench(
            loaded,
            None if request.experiment is None else cwd / request.experiment,
            None if request.store is None else cwd / request.store,
            request.seed,
            request.operator,
            request.valid_for_s,
        )
        self.claim("calibrating")
        job = self.last_calibration = CalibrationJob(
            bench, request.routines, self.published, figures=request.figures, strike=self._strike
        )
        first = request.routines[0] if request.routines else ""
        self._begin(job, JobFacts("calibrate", first, loaded.file.name, routines=request.routines))

    def _begin(self, job: Job, facts: JobFacts) -> None:
        """Show a job that is no run as the one under way."""
        self.published.update(job=facts, state=RunState.RUNNING, problem="", warnings=())
        self._start(job)

    # ── any job ──────────────────────────────────────────────────────────────────────────────────

    def _start(self, job: Job) -> None:
        self.job = job
        self.submit(lambda: self._carry_out(job))

    def _carry_out(self, job: Job) -> None:
        """Carry a job out; whatever happens, how it ended is kept and the engine goes on."""
        failure: Exception | None = None
        left: Left | None = None
        with ExitStack() as locks:
            try:
                locks.enter_context(bench_lock.held(job.watched.addresses, job.user))
                self.guardian.watch(job.watched)
                if self._notes is not None:  # a run will name its own
                    self.guardian.folder(self._notes)
                guarded = GuardianFacts(True, self.guardian.pid, job.would)
                self.published.update(guardian=guarded)
                job.carry_out()
            except Exception as error:
                failure = error
                if not isinstance(error, LabError):
                    log.error("a job failed by a defect of labctl", exc_info=True)
            if job.touched:
                left = self._make_sure()
            self.guardian.release()
        job.over(failure, left.told if left is not None else None)
        self.run_log.end()
        self._remember(job, left)
        problem = _problem(failure, left)
        changes: dict[str, object] = {"activity": "idle", "problem": problem, "job": None}
        if self.published.snapshot.job is not None:  # a run has told its state itself
            changes["state"] = RunState.FAULT if left is not None else RunState.SAFE
        self.job = None
        self.published.update(unresolved=tuple(self._unresolved.values()), **changes)

    def _make_sure(self) -> Left:
        """Have the guardian try when a job has not left its bench safe; return what came of it."""
        did = None
        if self.guardian.watching:
            did = self.guardian.make_safe(say("the engine could not make the bench safe"), MAKE_SAFE_S)
        told = final_status(did)
        log.error(str(told))
        return Left(told, did is not None and did.safe)

    def _remember(self, job: Job, left: Left | None) -> None:
        """Remember which benches are not known to be safe; a job that left one safe has settled that."""
        key = frozenset(job.watched.addresses)
        if left is not None and not left.safe:
            self._unresolved[key] = UnresolvedFault(job.watched.bench, left.told)
        elif left is not None or job.has_read_safe:
            self._unresolved.pop(key, None)

    def emergency_off(self, reason: str, by: str) -> None:
        """Break off the step in hand; have the guardian take over when that does not help."""
        job = self.job
        if job is None:  # nothing is connected
            return
        job.ask_off(reason, by)

        def see() -> None:
            same = self.job is job  # by now the next one may have begun
            if same and job.touched:
                self.guardian.take_over(
                    say(
                        "{reason}, and the engine was not safe after {time_s:g} s",
                        reason=reason,
                        time_s=EMERGENCY_S,
                    )
                )

        if job.watched.addresses:
            threading.Timer(EMERGENCY_S, see).start()

    def stop_if_unwatched(self, unwatched_s: float, *, is_alone: bool) -> None:
        """Stop a job that asks for it when nobody has watched for so long.

        is_alone: no client is attached any more; a check or a calibration is then broken off at once, for
        whoever asked for it was killed, and a bench is not left energised for nobody.
        """
        job = self.job
        if job is None or self.published.snapshot.state not in _UNDER_WAY:
            return
        limit_s = job.stop_when_unwatched_s
        if job.ends_with_its_client and is_alone:
            job.ask(EventKind.STOP, say("whoever asked for it has gone"), "engine")
        elif limit_s is not None and unwatched_s > limit_s:
            job.ask(EventKind.STOP, say("nobody has watched for {time:g} s", time=limit_s), "engine")


def _problem(failure: Exception | None, left: Left | None) -> Message:
    """Return what ended a job, for people: what they must do about the bench comes first."""
    if failure is None:
        return left.told if left is not None else NOTHING
    return failure_of(failure, left.told if left is not None else None).message
