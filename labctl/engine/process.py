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
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog

import labctl
from labctl import logs
from labctl.engine import realtime
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import error_notes
from labctl.engine.places import Place
from labctl.engine.publish import Published
from labctl.engine.server import Answer, Server
from labctl.engine.snapshot import EngineFacts, GuardianFacts, RunFacts, Snapshot, to_plain
from labctl.engine.watch import Watch
from labctl.request import RunRequest
from labctl.store.events import EventLog
from protocols.engine import Kind, RunState
from protocols.errors import LabError, ProtocolError

if TYPE_CHECKING:  # slow to import: clients are let in first
    from labctl.engine.observer import Observer
    from labctl.preflight import Sheet
    from labctl.runner import PreparedRun, Resumption
    from labctl.session import Session

EMERGENCY_S = 1.0  # then the guardian takes over
_ANSWER_S = 110.0  # longest preflight
_UNDER_WAY = (RunState.PREFLIGHT, RunState.ARMED, RunState.RUNNING, RunState.PAUSED)
log = structlog.get_logger(__name__)


class Engine:
    """One engine: at most one run at a time, any number of clients."""

    def __init__(self, place: Place, *, linger_s: float, verbose: bool) -> None:
        self._place, self._linger_s, self._verbose = place, linger_s, verbose
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        facts = EngineFacts(place.name, os.getpid(), labctl.__version__, started)
        self.published = Published(Snapshot(0, facts))
        self._jobs: queue.Queue[tuple[Callable[[], Any], Future[Any]]] = queue.Queue()
        self._run_log = logs.RunLog()
        self._watch = Watch()
        self._prepared: tuple[str, PreparedRun, Resumption | None, Sheet] | None = None
        self._session: Session | None = None
        self._observer: Observer | None = None
        self._folder: Path | None = None
        self._result: dict[str, Any] | None = None
        self._serial = 0
        self._emergency: tuple[str, str] | None = None
        self._claiming = threading.Lock()
        self._early: list[tuple[Kind, str, str]] = []  # asked for before the session was there
        self._signals_seen = 0
        self._quitting = False
        self._idle_since = time.monotonic()
        handlers = {
            "hello": self._hello,
            "preflight": self._preflight,
            "start": self._start,
            "verb": self._verb,
            "note": self._note,
            "doses": self._doses,
            "snapshot": self._snapshot,
            "poll": self._poll,
            "describe": self._describe,
            "result": self._last_result,
            "quit": self._quit,
        }
        self.server = Server(place.socket, handlers)

    # ── the engine's own thread ──────────────────────────────────────────────────────────────────

    def serve(self) -> None:
        """Answer clients and carry out runs until asked to quit, or until nobody needs the engine."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGUSR1, self._on_emergency)
        logs.configure_engine(self._run_log, self.published.logged, verbose=self._verbose)
        self.server.start(self._place.settle())
        threading.Thread(target=self._look_around, name="look-around", daemon=True).start()
        try:
            import labctl.engine.observer
            import labctl.preflight
            import labctl.runner  # noqa: F401  everything slow, while the client says what it wants

            while not self._is_done():
                try:
                    work, promise = self._jobs.get(timeout=0.1)
                except queue.Empty:
                    continue
                self._carry_out(work, promise)
                self._idle_since = time.monotonic()
        finally:
            self.server.close()
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
        return self.server.attached() == 0 and self._jobs.empty() and idle_s > self._linger_s

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """Stop and keep at the first signal, abort at the second; then leave."""
        self._signals_seen += 1
        self._quitting = True
        if self._session is not None:
            kind = Kind.STOP if self._signals_seen == 1 else Kind.ABORT
            name = signal.Signals(number).name
            self._session.request(kind, f"{name} received", by=name)

    def _on_emergency(self, number: int, frame: FrameType | None) -> None:
        if self._session is not None and self._emergency is not None:
            self._session.break_off(*self._emergency)

    def _look_around(self) -> None:
        """See whether somebody watches and whether the guardian lives."""
        while True:
            time.sleep(0.25)
            snapshot = self.published.snapshot
            changes: dict[str, Any] = {}
            watchers = self.server.watchers()
            if watchers != snapshot.watchers:
                changes["watchers"] = watchers
            guardian = replace(snapshot.guardian, watching=self._watch.watching, pid=self._watch.pid)
            if guardian != snapshot.guardian:
                changes["guardian"] = guardian
            if changes:
                self.published.update(**changes)
            self._stop_if_unwatched(snapshot)

    def _stop_if_unwatched(self, snapshot: Snapshot) -> None:
        prepared, session = self._prepared, self._session
        if prepared is None or session is None or snapshot.state not in _UNDER_WAY:
            return
        limit_s = prepared[1].bench.engine.stop_when_unwatched
        if limit_s is not None and self.server.unwatched_s() > limit_s:
            session.request(Kind.STOP, f"nobody has watched for {limit_s:g} s", by="engine")

    # ── what clients ask ─────────────────────────────────────────────────────────────────────────

    def _hello(self, request: Mapping[str, Any], who: str) -> Answer:
        return to_plain(self.published.snapshot), {}

    def _snapshot(self, request: Mapping[str, Any], who: str) -> Answer:
        return to_plain(self.published.snapshot), {}

    def _poll(self, request: Mapping[str, Any], who: str) -> Answer:
        return self.published.poll(request["rings"], request["since"], int(request["serial"]))

    def _describe(self, request: Mapping[str, Any], who: str) -> Answer:
        found = self.published.description()
        if found is None:
            raise ProtocolError("this engine has not run anything yet")
        return found

    def _last_result(self, request: Mapping[str, Any], who: str) -> Answer:
        return self._result, {}

    def _quit(self, request: Mapping[str, Any], who: str) -> Answer:
        self._refuse_while_busy()
        self._quitting = True
        self._jobs.put((lambda: None, Future()))  # wakes the engine's own thread
        return True, {}

    def _doses(self, request: Mapping[str, Any], who: str) -> Answer:
        self._refuse_while_busy()
        doses = {str(name): str(value) for name, value in request["doses"].items()}
        self.published.update(doses=doses)
        return doses, {}

    def _note(self, request: Mapping[str, Any], who: str) -> Answer:
        observer, folder = self._observer, self._folder
        if observer is None or folder is None:
            raise ProtocolError("there is no run under way to note something in")
        text, cycle = str(request["text"])[:2000], self.published.snapshot.cycle
        EventLog(folder, observer.run_time_s).note("note", by=who, text=text, cycle=cycle)
        self.published.note(run_time_s=observer.run_time_s(), cycle=cycle, what="note", by=who, reason=text)
        return True, {}

    def _verb(self, request: Mapping[str, Any], who: str) -> Answer:
        verb = Verb(request["verb"])
        row, state, reason = VERBS[verb], self.published.snapshot.state, str(request.get("reason", ""))
        if verb is Verb.EMERGENCY_OFF:
            self._emergency_off(reason or row.label, who)
            return row.consequence, {}
        reason = reason or f"asked for by {who}"
        if self._session is None and self.published.snapshot.activity == "running":
            self._early.append((row.kind, reason, who))
        elif self._session is None or not row.allowed_in(state):
            raise ProtocolError(f"{row.label}: means nothing for a run that is {state}")
        else:
            self._session.request(row.kind, reason, by=who)
        return row.consequence, {}

    def _emergency_off(self, reason: str, who: str) -> None:
        """Break off the step in hand; have the guardian take over when that does not help."""
        if self._session is None:  # nothing is connected; a run about to begin is aborted before it opens any
            self._early.append((Kind.ABORT, reason, who))
            return
        self._emergency = (reason, who)
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGUSR1)

        def see() -> None:
            if self._session is not None and self.published.snapshot.state is not RunState.SAFE:
                self._watch.take_over(f"{reason}, and the engine was not safe after {EMERGENCY_S:g} s")

        prepared = self._prepared
        if prepared is not None and prepared[3].energises:
            threading.Timer(EMERGENCY_S, see).start()

    def _preflight(self, request: Mapping[str, Any], who: str) -> Answer:
        self._claim("checking")
        promise: Future[Any] = Future()
        self._jobs.put((lambda: self._check(request), promise))
        try:
            return promise.result(timeout=_ANSWER_S), {}
        except NotInTime:
            raise ProtocolError(f"the checks have not ended within {_ANSWER_S:g} s") from None

    def _start(self, request: Mapping[str, Any], who: str) -> Answer:
        if self._prepared is None or self._prepared[0] != request["token"]:
            raise ProtocolError("this preflight sheet is out of date; check again")
        self._claim("running")
        self._result = None
        self._early.clear()
        self._publish_begin(self._prepared[1], self._prepared[3])
        self._jobs.put((lambda: self._run(who), Future()))
        return True, {}

    def _claim(self, activity: str) -> None:
        """Be busy from now on; of two clients that ask at once, one is refused."""
        with self._claiming:
            self._refuse_while_busy()
            self.published.update(activity=activity)

    def _refuse_while_busy(self) -> None:
        snapshot = self.published.snapshot
        if snapshot.activity != "idle":
            name = f" '{snapshot.run.name}'" if snapshot.run is not None else ""
            raise ProtocolError(f"engine {self._place.name} is {snapshot.activity}{name}; wait, or stop it")

    # ── preparing and running ────────────────────────────────────────────────────────────────────

    def _check(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from labctl import preflight
        from labctl.runner import prepare, prepare_resume
        from sim_backend.compilation import is_compiled

        try:
            folder = Path(str(request["cwd"]))
            resumption: Resumption | None = None
            if "resume" in request:
                where = Path(str(request["resume"]))
                where = where if folder == Path.cwd() else folder / where
                prepared, resumption = prepare_resume(where, figures=bool(request["figures"]))
            else:
                asked = RunRequest.from_plain(request["request"]).seen_from(folder)
                doses = [f"imperfections.{n}={v}" for n, v in self.published.snapshot.doses.items()]
                prepared = prepare(replace(asked, overrides=(*doses, *asked.overrides)))
            guardian = "" if self._watch.alive else "no guardian is running"
            sheet = preflight.check(prepared, resumption, guardian=guardian)
        finally:
            self.published.update(activity="idle")
        token = secrets.token_hex(8)
        self._prepared = token, prepared, resumption, sheet
        return {**sheet.to_plain(), "token": token, "compiled": is_compiled()}

    def _run(self, who: str) -> None:
        """Carry a prepared run out; whatever happens, the result tells and the engine goes on."""
        if self._prepared is None:
            raise ProtocolError("nothing has been prepared")
        _, run, resumption, sheet = self._prepared
        try:
            self._result = self._carried_out(run, resumption, sheet)
        except Exception as problem:
            if not isinstance(problem, LabError):
                log.error("the run failed by a defect of labctl", exc_info=True)
            self._result = error_notes(problem)
        finally:
            realtime.relax()
            self._make_sure(sheet)
            self._run_log.end()
            logs.trace(on=False)
            self._session = self._observer = self._folder = self._emergency = None
            problem_text = (self._result or {}).get("error", {}).get("text", "")
            self.published.update(activity="idle", problem=problem_text)

    def _carried_out(self, run: PreparedRun, resumption: Resumption | None, sheet: Sheet) -> dict[str, Any]:
        from labctl.engine.observer import Observer
        from labctl.runner import carry_out

        request, settings = run.request, run.bench.engine
        point = resumption.checkpoint if resumption is not None else None
        observer = Observer(
            run.plan,
            self.published,
            lambda: self.server.watchers() > 0,
            run_time_s=point.run_time_s if point is not None else 0.0,
            tally=point.lateness if point is not None else None,
        )
        self._watch.watch("hardware" if sheet.energises else "sim", sheet.bench, run.bench.values)
        guarded = GuardianFacts(True, self._watch.pid, "; ".join(sheet.safe))
        self.published.update(guardian=guarded)

        def begun(folder: Path, run_id: str) -> None:
            self._folder = folder
            self._watch.folder(folder)
            self._run_log.begin(folder)
            logs.trace(on=request.trace_io)
            sheet.write(folder)
            facts = self.published.snapshot.run
            if facts is not None:
                self.published.update(run=replace(facts, folder=str(folder), run_id=run_id))
            told = realtime.settle(settings.realtime_priority)
            self.published.update(realtime=told)
            (log.warning if "refused" in told else log.info)("scheduling", told=told)
            log.info("run begins", folder=str(folder), bench=sheet.bench, cycles=sheet.cycles)

        def hook(session: Session) -> None:
            self._session, self._observer = session, observer
            observer.attend(session)
            for kind, reason, who in self._early:
                session.request(kind, reason, by=who)

        result = carry_out(run, (observer, self), hook, resumption, begun)
        log.info("run ended", status=result.summary["status"], reason=result.summary["reason"])
        return {
            "summary": result.summary,
            "figures": [str(f) for f in result.figures],
            "outcome": str(result.state.outcome or "failed"),
            "state": str(result.state.run),
        }

    def _publish_begin(self, run: PreparedRun, sheet: Sheet) -> None:
        """Show the new run from the moment it is asked for."""
        from labctl.engine.observer import describe

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
        self.published.begin(facts, describe(run.plan), activity="running")

    def on_event(self, event: object, state: Any) -> None:
        """Let go of guardian and priority once the bench is safe: what follows is storing and drawing."""
        if state.run is RunState.SAFE:
            self._watch.release()

    def _make_sure(self, sheet: Sheet) -> None:
        """Have the guardian try when the session could not make the bench safe."""
        if not self._watch.watching:
            return
        if sheet.energises:
            did = self._watch.make_safe("the engine could not make the bench safe", timeout_s=70.0)
            log.error("the engine could not make the bench safe; the guardian tried", did=did)
        self._watch.release()
