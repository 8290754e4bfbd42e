"""A run as a job of the engine: the prepared run carried out, published, and logged into its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from labctl.engine import logs, realtime
from labctl.engine.jobs.job import Host, Strike, failure_of, watch_of
from labctl.engine.messages import RunEnded, RunEvent
from labctl.engine.observer import Observer, describe
from labctl.engine.reports import RunReport
from labctl.engine.snapshot import RunFacts
from labctl.runs.preflight_report import PreflightReport
from labctl.runs.runner import carry_out
from labctl.store.events import EventLog
from labctl.store.final_status import add_to_reason
from protocols.engine import EngineState, Event, EventKind, RunState
from protocols.errors import ProtocolError
from protocols.messages import Message, joined, say

if TYPE_CHECKING:
    from labctl.runs.prepared import PreparedRun, Resumption
    from labctl.runs.session import Session

log = structlog.get_logger(__name__)


class RunJob:
    """A run that was checked and is to be started, or is under way.

    run, resumption, report: what was checked. `early` holds what was asked for before there was a session.
    """

    def __init__(
        self,
        engine: Host,
        run: PreparedRun,
        resumption: Resumption | None,
        report: PreflightReport,
        strike: Strike | None,
    ) -> None:
        self._engine, self.run, self._resumption, self.report = engine, run, resumption, report
        self._strike = strike
        self._off: tuple[str, str] | None = None
        self._early: list[tuple[EventKind, str, str]] = []
        self.session: Session | None = None
        self.observer: Observer | None = None
        self.folder: Path | None = None
        self.watched = watch_of(run.bench.file, run.bench.values)
        self.user = f"run '{report.name}' of engine {engine.name}"
        self.ended = RunEnded()
        self.ends_with_its_client = False

    @property
    def touched(self) -> bool:
        """Tell whether instruments may have been driven and are not known to be safe.

        Without a session no instrument was spoken to, and what they do may be somebody else's.
        """
        is_safe = self._engine.published.snapshot.state is RunState.SAFE
        return self.report.energises and self.session is not None and not is_safe

    @property
    def would(self) -> Message:
        """Say what the guardian would do."""
        return joined(self.report.safe)

    @property
    def has_read_safe(self) -> bool:
        """Tell whether every instrument was read back in its safe state at the end."""
        return self.session is not None and self.session.safe is not None

    @property
    def stop_when_unwatched_s(self) -> float | None:
        """Return after how many seconds without a client it is stopped; None: never."""
        return self.run.bench.engine.stop_when_unwatched

    @property
    def has_begun(self) -> bool:
        """Tell whether there is a session; until then anything asked for is kept for it."""
        return self.session is not None

    def begin(self, serial: int) -> None:
        """Show it as the run under way, from the moment it is asked for."""
        run, report = self.run, self.report
        facts = RunFacts(
            serial=serial,
            name=report.name,
            experiment=report.experiment,
            bench=report.bench,
            imperfections=str(report.imperfections),
            seed=run.request.seed,
            task=str(run.plan.task.kind),
            method=report.method,
            cycles=report.cycles,
            rounds=report.rounds,
            from_cycle=report.from_cycle,
        )
        self._engine.published.begin(facts, describe(run.plan), activity="running")

    def carry_out(self) -> None:
        """Run, store and draw; keep how it ended."""
        point = self._resumption.checkpoint if self._resumption is not None else None
        observer = Observer(
            self.run.plan,
            self._engine.published,
            lambda: self._engine.watchers() > 0,
            run_time_s=point.run_time_s if point is not None else 0.0,
            tally=point.lateness if point is not None else None,
        )

        def hook(session: Session) -> None:
            self.session, self.observer = session, observer
            observer.attend(session)
            for kind, reason, who in self._early:
                session.request(kind, reason, by=who)

        def begun(folder: Path, run_id: str) -> None:
            self._begun(observer, folder, run_id)

        try:
            result = carry_out(self.run, (observer, self), hook, self._resumption, begun)
            log.info("run ended", status=result.summary.status, reason=result.summary.reason)
            outcome = str(result.state.outcome or "failed")
            report = RunReport(result.summary, tuple(result.figures), outcome, str(result.state.run))
            self.ended = RunEnded(report)
        finally:
            realtime.relax()
            logs.trace(on=False)

    def _begun(self, observer: Observer, folder: Path, run_id: str) -> None:
        """Take in that there is a folder: guardian, log and report know it from now on."""
        engine, report = self._engine, self.report
        self.folder = folder
        engine.guardian.folder(folder)
        engine.run_log.begin(folder)
        logs.trace(on=self.run.request.trace_io)
        report.write(folder)
        if report.override:
            what, by, why = "preflight overridden", report.override["by"], report.override["reason"]
            EventLog(folder, observer.run_time_s).note(what, by, text=why)
            engine.published.note(RunEvent(Message.of(what), by, Message.of(why), observer.run_time_s()))
        facts = engine.published.snapshot.run
        if facts is not None:
            engine.published.update(run=replace(facts, folder=str(folder), run_id=run_id))
        told = realtime.settle(self.run.bench.engine.realtime_priority)
        engine.published.update(realtime=told)
        (log.warning if "refused" in told else log.info)("scheduling", told=told)
        log.info("run begins", folder=str(folder), bench=report.bench, cycles=report.cycles)

    def over(self, failure: Exception | None, left: Message | None) -> None:
        """Keep the error that ended it, if any; what a person must do about the bench comes first."""
        if left is not None and self.folder is not None:
            add_to_reason(self.folder, left)
        if failure is not None:
            self.ended = RunEnded(failure=failure_of(failure, left))

    def on_event(self, event: Event, state: EngineState) -> None:
        """Let go of the guardian once the bench is safe: what follows is storing and drawing."""
        if state.run is RunState.SAFE:
            self._engine.guardian.release()

    def ask(self, kind: EventKind, reason: str, by: str) -> None:
        """Ask the session, or keep it until there is one."""
        if self.session is None:
            self._early.append((kind, reason, by))
        else:
            self.session.request(kind, reason, by=by)

    def ask_off(self, reason: str, by: str) -> None:
        """Break off the step in hand; a run about to begin is aborted first."""
        self._off = (reason, by)
        if self.session is None or self._strike is None:
            self.ask(EventKind.ABORT, reason, by)
        else:
            self._strike()

    def strike(self) -> None:
        """Break off the step in hand."""
        if self.session is not None and self._off is not None:
            self.session.break_off(*self._off)

    def write(self, what: str, text: str, cycle: int, learning_time_s: float, by: str) -> None:
        """Write a line into the run's events. Raises ProtocolError before it has a folder."""
        if self.observer is None or self.folder is None:
            raise ProtocolError(say("there is no run under way to write a {what} into", what=what))
        EventLog(self.folder, self.observer.run_time_s).note(
            what, by=by, text=text, cycle=cycle, learning_time_s=learning_time_s
        )
        now_s = self.observer.run_time_s()
        event = RunEvent(Message.of(what), by, Message.of(text), now_s, cycle, learning_time_s)
        self._engine.published.note(event)
