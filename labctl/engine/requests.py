"""What clients may ask an engine: one small handler each, run in the asking client's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NotInTime
from typing import Any

from labctl.engine.core import Engine
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import (
    AddMarker,
    AddNote,
    CalibrationEnded,
    CheckedRun,
    CheckEnded,
    Describe,
    Do,
    GetCalibration,
    GetCheck,
    GetPoll,
    GetRun,
    GetSnapshot,
    Introduce,
    Poll,
    Preflight,
    PreflightResume,
    Quit,
    R,
    Request,
    RunDescription,
    RunEnded,
    Start,
    StartCalibration,
    StartCheck,
)
from labctl.engine.snapshot import Snapshot
from protocols.errors import ProtocolError
from protocols.messages import say

ANSWER_S = 110.0  # longest preflight
_LONGEST_TEXT, _LONGEST_NAME = 2000, 80


class RequestHandler:
    """Answers clients of one engine; `quit` has it end when nothing is in hand."""

    def __init__(self, engine: Engine, quit_: Callable[[], None]) -> None:
        self._engine, self._quit_engine = engine, quit_
        self._handlers: Mapping[type, Callable[[Any, str], Any]] = {
            Introduce: self._snapshot,
            GetSnapshot: self._snapshot,
            GetPoll: self._poll,
            Describe: self._describe,
            Preflight: self._preflight,
            PreflightResume: self._preflight,
            Start: self._start,
            StartCheck: self._start_check,
            StartCalibration: self._start_calibration,
            Do: self._do,
            AddNote: self._note,
            AddMarker: self._mark,
            GetRun: self._run_ended,
            GetCheck: self._check_ended,
            GetCalibration: self._calibration_ended,
            Quit: self._quit,
        }

    def answer(self, request: Request[R], who: str) -> R:
        """Answer a request of this client. Raises LabError for what is refused."""
        found: R = self._handlers[type(request)](request, who)
        return found

    def _snapshot(self, request: Introduce | GetSnapshot, who: str) -> Snapshot:
        return self._engine.published.snapshot

    def _poll(self, request: GetPoll, who: str) -> Poll:
        return self._engine.published.poll(request.rings, request.since, request.serial)

    def _describe(self, request: Describe, who: str) -> RunDescription:
        found = self._engine.published.description()
        if found is None:
            raise ProtocolError(say("this engine has not run anything yet"))
        return found

    def _run_ended(self, request: GetRun, who: str) -> RunEnded:
        run = self._engine.last_run
        return RunEnded() if run is None else run.ended

    def _check_ended(self, request: GetCheck, who: str) -> CheckEnded:
        check = self._engine.last_check
        return CheckEnded() if check is None else check.ended

    def _calibration_ended(self, request: GetCalibration, who: str) -> CalibrationEnded:
        calibration = self._engine.last_calibration
        return CalibrationEnded() if calibration is None else calibration.ended

    def _quit(self, request: Quit, who: str) -> bool:
        self._engine.refuse_while_busy()
        self._quit_engine()
        return True

    def _note(self, request: AddNote, who: str) -> bool:
        s = self._engine.published.snapshot
        return self._write("note", request.text[:_LONGEST_TEXT], s.cycle, s.learning_time_s, who)

    def _mark(self, request: AddMarker, who: str) -> bool:
        """Write a marker where the asker saw the run when the key was pressed, never in the future."""
        s = self._engine.published.snapshot
        cycle = min(max(request.cycle, 0), s.cycle)
        time_s = min(max(request.learning_time_s, 0.0), s.learning_time_s)
        return self._write("marker", request.name[:_LONGEST_NAME], cycle, time_s, who)

    def _write(self, what: str, text: str, cycle: int, learning_time_s: float, who: str) -> bool:
        run = self._engine.last_run
        if run is None or run is not self._engine.job:
            raise ProtocolError(say("there is no run under way to write a {what} into", what=what))
        run.write(what, text, cycle, learning_time_s, who)
        return True

    def _do(self, request: Do, who: str) -> str:
        verb, reason = request.verb, request.reason
        row, engine = VERBS[verb], self._engine
        if verb is Verb.EMERGENCY_OFF:
            told = say("{verb}: {reason}", verb=row.label, reason=reason) if reason else row.label
            engine.emergency_off(told, who)
            return row.consequence
        job, state = engine.job, engine.published.snapshot.state
        begins = job is not None and not job.has_begun
        if job is None or not (begins or row.allowed_in(state)):
            told = say("{verb}: means nothing for a run that is {state}", verb=row.label, state=str(state))
            raise ProtocolError(told)
        job.ask(row.kind, reason or say("asked for by {who}", who=who), who)
        return row.consequence

    def _preflight(self, request: Preflight | PreflightResume, who: str) -> CheckedRun:
        self._engine.claim("checking")
        promise = self._engine.submit(lambda: self._engine.check_run(request))
        try:
            return promise.result(timeout=ANSWER_S)
        except NotInTime:
            raise ProtocolError(
                say("the checks have not ended within {limit_s:g} s", limit_s=ANSWER_S)
            ) from None

    def _start(self, request: Start, who: str) -> bool:
        self._engine.start_run(request.token, request.override[:_LONGEST_TEXT], who)
        return True

    def _start_check(self, request: StartCheck, who: str) -> bool:
        self._engine.start_check(request)
        return True

    def _start_calibration(self, request: StartCalibration, who: str) -> bool:
        self._engine.start_calibration(request)
        return True
