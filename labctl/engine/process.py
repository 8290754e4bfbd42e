"""The engine process: its own thread prepares and carries out runs; clients are answered beside it."""

from __future__ import annotations

import os
import queue
import secrets
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog

import labctl
from labctl.bench_files import bench_lock
from labctl.engine import logs, realtime
from labctl.engine.desk import Desk, Now, Prepared
from labctl.engine.messages import error_notes
from labctl.engine.places import Place
from labctl.engine.publish import Published
from labctl.engine.server import Server
from labctl.engine.snapshot import EngineFacts, GuardianFacts, RunFacts, Snapshot
from labctl.engine.watch import Watch, last_words
from labctl.runs.request import RunRequest
from labctl.store.events import EventLog
from labctl.store.final_status import add_to_reason
from protocols.engine import Kind, RunState
from protocols.errors import LabError, ProtocolError

if TYPE_CHECKING:  # slow to import: clients are let in first
    from labctl.runs.preflight import Sheet
    from labctl.runs.prepared import PreparedRun, Resumption
    from labctl.runs.session import Session

_UNDER_WAY = (RunState.PREFLIGHT, RunState.ARMED, RunState.RUNNING, RunState.PAUSED)
log = structlog.get_logger(__name__)


class Engine:
    """One engine: at most one run at a time, any number of clients."""

    def __init__(self, place: Place, *, linger_s: float, verbose: bool) -> None:
        self._place, self._linger_s, self._verbose = place, linger_s, verbose
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        facts = EngineFacts(place.name, os.getpid(), labctl.__version__, started)
        self._published = Published(Snapshot(0, facts))
        self._jobs: queue.Queue[tuple[Callable[[], Any], Future[Any]]] = queue.Queue()
        self._run_log = logs.RunLog()
        self._watch = Watch()
        self._now = Now()
        self._serial = 0
        self._signals_seen = 0
        self._quitting = False
        self._idle_since = time.monotonic()
        desk = Desk(self, self._now, self._published, self._watch)
        self._server = Server(place.socket, desk.handlers)

    # ── the engine's own thread ──────────────────────────────────────────────────────────────────

    def serve(self) -> None:
        """Answer clients and carry out runs until asked to quit, or until nobody needs the engine."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGUSR1, self._on_emergency)
        logs.configure_engine(self._run_log, self._published.logged, verbose=self._verbose)
        self._server.start(self._place.settle())
        threading.Thread(target=self._look_around, name="look-around", daemon=True).start()
        try:
            import labctl.engine.observer
            import labctl.runs.preflight
            import labctl.runs.runner  # noqa: F401  everything slow, while the client says what it wants

            while not self._is_done():
                try:
                    work, promise = self._jobs.get(timeout=0.1)
                except queue.Empty:
                    continue
                self._carry_out(work, promise)
                self._idle_since = time.monotonic()
        finally:
            self._server.close()
            self._watch.leave()
        self._place.leave()  # after a defect the folder stays: the log in it tells

    def _carry_out(self, work: Callable[[], Any], promise: Future[Any]) -> None:
        try:
            promise.set_result(work())
        except Exception as problem:  # whoever waits for the promise is told
            promise.set_exception(problem)

    def _is_done(self) -> bool:
        if self._quitting and self._jobs.empty():
            return True
        idle_s = time.monotonic() - self._idle_since
        return self._server.attached() == 0 and self._jobs.empty() and idle_s > self._linger_s

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """Stop and keep at the first signal, abort at the second; then leave."""
        self._signals_seen += 1
        self._quitting = True
        kind = Kind.STOP if self._signals_seen == 1 else Kind.ABORT
        name = signal.Signals(number).name
        if self._now.session is not None:
            self._now.session.request(kind, f"{name} received", by=name)
        else:
            self._now.early.append((kind, f"{name} received", name))

    def _on_emergency(self, number: int, frame: FrameType | None) -> None:
        if self._now.session is not None and self._now.emergency is not None:
            self._now.session.break_off(*self._now.emergency)

    def _look_around(self) -> None:
        """See whether somebody watches and whether the guardian lives."""
        while True:
            time.sleep(0.25)
            snapshot = self._published.snapshot
            changes: dict[str, Any] = {}
            watchers = self._server.watchers()
            if watchers != snapshot.watchers:
                changes["watchers"] = watchers
            guardian = replace(snapshot.guardian, watching=self._watch.watching, pid=self._watch.pid)
            if guardian != snapshot.guardian:
                changes["guardian"] = guardian
            if changes:
                self._published.update(**changes)
            self._stop_if_unwatched(snapshot)

    def _stop_if_unwatched(self, snapshot: Snapshot) -> None:
        prepared, session = self._now.prepared, self._now.session
        if prepared is None or session is None or snapshot.state not in _UNDER_WAY:
            return
        limit_s = prepared.run.bench.engine.stop_when_unwatched
        if limit_s is not None and self._server.unwatched_s() > limit_s:
            session.request(Kind.STOP, f"nobody has watched for {limit_s:g} s", by="engine")

    # ── preparing and running ────────────────────────────────────────────────────────────────────

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Have something done by this engine's own thread, after what it is doing."""
        promise: Future[Any] = Future()
        self._jobs.put((work, promise))
        return promise

    def quit(self) -> None:
        """End when there is nothing in hand."""
        self._quitting = True
        self.submit(lambda: None)  # wakes the engine's own thread

    def check(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a run; return its sheet with a token."""
        from labctl.runs import preflight
        from labctl.runs.prepared import prepare, prepare_resume
        from sim_backend.plant.compilation import is_compiled

        try:
            folder = Path(str(request["cwd"]))
            resumption: Resumption | None = None
            if "resume" in request:
                where = Path(str(request["resume"]))
                where = where if folder == Path.cwd() else folder / where
                prepared, resumption = prepare_resume(where, figures=bool(request["figures"]))
            else:
                asked = RunRequest.from_plain(request["request"]).seen_from(folder)
                doses = [f"imperfections.{n}={v}" for n, v in self._published.snapshot.doses.items()]
                prepared = prepare(replace(asked, overrides=(*doses, *asked.overrides)))
            guardian = "" if self._watch.alive else "no guardian is running"
            sheet = preflight.check(prepared, resumption, guardian=guardian)
        finally:
            self._published.update(activity="idle")
        token = secrets.token_hex(8)
        self._now.prepared = Prepared(token, prepared, resumption, sheet)
        return {**sheet.to_plain(), "token": token, "compiled": is_compiled()}

    def run(self) -> None:
        """Carry the prepared run out; whatever happens, the result tells and the engine goes on."""
        prepared = self._in_hand()
        locks = ExitStack()
        try:
            user = f"run '{prepared.sheet.name}' of engine {self._place.name}"
            locks.enter_context(bench_lock.held(prepared.run.bench.values, user))
            self._now.result = self._carried_out(prepared.run, prepared.resumption, prepared.sheet)
        except Exception as problem:
            if not isinstance(problem, LabError):
                log.error("the run failed by a defect of labctl", exc_info=True)
            self._now.result = error_notes(problem)
        finally:
            realtime.relax()
            self._make_sure(prepared.sheet)
            locks.close()
            self._run_log.end()
            logs.trace(on=False)
            self._now.over()
            problem_text = (self._now.result or {}).get("error", {}).get("text", "")
            self._published.update(activity="idle", problem=problem_text)

    def _carried_out(self, run: PreparedRun, resumption: Resumption | None, sheet: Sheet) -> dict[str, Any]:
        from labctl.engine.observer import Observer
        from labctl.runs.runner import carry_out

        request, settings = run.request, run.bench.engine
        point = resumption.checkpoint if resumption is not None else None
        observer = Observer(
            run.plan,
            self._published,
            lambda: self._server.watchers() > 0,
            run_time_s=point.run_time_s if point is not None else 0.0,
            tally=point.lateness if point is not None else None,
        )
        self._watch.watch("hardware" if sheet.energises else "sim", sheet.bench, run.bench.values)
        guarded = GuardianFacts(True, self._watch.pid, "; ".join(sheet.safe))
        self._published.update(guardian=guarded)

        def begun(folder: Path, run_id: str) -> None:
            self._now.folder = folder
            self._watch.folder(folder)
            self._run_log.begin(folder)
            logs.trace(on=request.trace_io)
            sheet.write(folder)
            if sheet.override:
                what, by, why = "preflight overridden", sheet.override["by"], sheet.override["reason"]
                EventLog(folder, observer.run_time_s).note(what, by, text=why)
                self._published.note(run_time_s=observer.run_time_s(), what=what, by=by, reason=why)
            facts = self._published.snapshot.run
            if facts is not None:
                self._published.update(run=replace(facts, folder=str(folder), run_id=run_id))
            told = realtime.settle(settings.realtime_priority)
            self._published.update(realtime=told)
            (log.warning if "refused" in told else log.info)("scheduling", told=told)
            log.info("run begins", folder=str(folder), bench=sheet.bench, cycles=sheet.cycles)

        def hook(session: Session) -> None:
            self._now.session, self._now.observer = session, observer
            observer.attend(session)
            for kind, reason, who in self._now.early:
                session.request(kind, reason, by=who)

        result = carry_out(run, (observer, self), hook, resumption, begun)
        log.info("run ended", status=result.summary["status"], reason=result.summary["reason"])
        return {
            "summary": result.summary,
            "figures": [str(f) for f in result.figures],
            "outcome": str(result.state.outcome or "failed"),
            "state": str(result.state.run),
        }

    def begin(self) -> None:
        """Show the prepared run as the one under way, from the moment it is asked for."""
        from labctl.engine.observer import describe

        run, sheet = self._in_hand().run, self._in_hand().sheet
        self._serial += 1
        facts = RunFacts(
            serial=self._serial,
            name=sheet.name,
            experiment=sheet.experiment,
            bench=sheet.bench,
            imperfections=sheet.imperfections,
            seed=run.request.seed,
            task=str(run.plan.task.kind),
            method=sheet.method,
            cycles=sheet.cycles,
            rounds=sheet.rounds,
            from_cycle=sheet.from_cycle,
        )
        self._published.begin(facts, describe(run.plan), activity="running")

    def _in_hand(self) -> Prepared:
        if self._now.prepared is None:
            raise ProtocolError("nothing has been prepared")
        return self._now.prepared

    def on_event(self, event: object, state: Any) -> None:
        """Let go of guardian and priority once the bench is safe: what follows is storing and drawing."""
        if state.run is RunState.SAFE:
            self._watch.release()

    def _make_sure(self, sheet: Sheet) -> None:
        """Have the guardian try when the session could not make the bench safe.

        Without a session no instrument was spoken to, and what they do may be somebody else's.
        """
        if not self._watch.watching:
            return
        if sheet.energises and self._now.session is not None:
            did = self._watch.make_safe("the engine could not make the bench safe", limit_s=10.0)
            told = last_words(did)
            log.error(told)
            if self._now.result is not None and "error" in self._now.result:
                error = self._now.result["error"]
                error["text"] = f"{told}; {error['text']}"  # what a person must do comes first
            if self._now.folder is not None:
                add_to_reason(self._now.folder, told)
        self._watch.release()
