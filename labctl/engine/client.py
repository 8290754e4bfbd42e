"""A client of an engine: attach, ask, poll. Light to import; never waits for a cycle."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import labctl
from labctl.engine.codec import decode, encode
from labctl.engine.errors import EngineGone, EngineRefused
from labctl.engine.launch import launch
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import (
    AddMarker,
    AddNote,
    Answer,
    CheckedRun,
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
    Start,
    StartCalibration,
    StartCheck,
    answer_of,
)
from labctl.engine.places import EngineAddress, find_engine
from labctl.engine.reports import CalibrationReport, CheckReport, RunReport
from labctl.engine.snapshot import Snapshot
from labctl.runs.request import RunRequest
from protocols.messages import Message, say

__all__ = ["EngineClient", "Poll"]

REPLY_S = 10.0
PREFLIGHT_S = 120.0
EMERGENCY_S = 1.5


class EngineClient:
    """A connection to an engine. Every method raises EngineGone when it does not answer in time.

    Methods may be called from any thread, one at a time. Closing changes nothing for the engine; what
    a client started goes on without it.
    """

    def __init__(self, place: EngineAddress, who: str = "user") -> None:
        self.place = place
        self._lock = threading.Lock()
        self._serial = 0
        self._next: dict[str, int] = {}
        self._folder = ""  # of the run seen last
        try:
            self._line = place.connect()
        except (OSError, EOFError) as error:
            raise self._gone() from error
        process = place.process()
        self.pid = process.pid if process is not None else 0
        self.ask(Introduce(who=who, version=labctl.__version__, pid=os.getpid()))

    # ── coming and going ─────────────────────────────────────────────────────────────────────────

    @classmethod
    def attach(cls, name: str | None = None, who: str = "user") -> EngineClient:
        """Attach to a running engine by its name, or to the only one there is. Raises ConfigError."""
        return cls(find_engine(name), who)

    @classmethod
    def start(
        cls, name: str | None = None, who: str = "user", *, linger_s: float = 10.0, verbose: bool = False
    ) -> EngineClient:
        """Start an engine in a process of its own and attach to it.

        It ends `linger_s` after its last job once no client is attached. Raises EngineGone when it
        cannot start.
        """
        return cls(launch(name, linger_s=linger_s, verbose=verbose), who)

    def close(self) -> None:
        """Detach. The engine goes on."""
        self._line.close()

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def quit_engine(self, *, wait_s: float = 5.0) -> None:
        """Ask the engine to end and wait until it has; refused while a job is under way."""
        process = self.place.process()
        self.ask(Quit())
        deadline = time.monotonic() + wait_s
        while process is not None and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)

    # ── runs ─────────────────────────────────────────────────────────────────────────────────────

    def preflight(self, request: RunRequest) -> CheckedRun:
        """Check everything about a run and return the report, with the token that starts exactly this.

        Nothing moves. Raises ConfigError for bad input and EngineRefused for everything else, such as a run
        under way.
        """
        return self.ask(Preflight(run=request, cwd=Path.cwd()), timeout_s=PREFLIGHT_S)

    def preflight_resume(self, folder: Path, *, figures: bool = True) -> CheckedRun:
        """Check everything about going on with a run that was cut short."""
        request = PreflightResume(folder=folder.absolute(), figures=figures, cwd=Path.cwd())
        return self.ask(request, timeout_s=PREFLIGHT_S)

    def start_run(self, checked: CheckedRun, override: str = "") -> None:
        """Start what a preflight has checked. Raises EngineRefused when that is out of date.

        override: why it is started in spite of warnings; stored with the report and in the run's events.
        """
        self.ask(Start(token=checked.token, override=override))

    def result(self) -> RunReport | None:
        """Return how the last run ended, None while it is under way or before the first.

        Raises the run's error as ConfigError or EngineRefused.
        """
        ended = self.ask(GetRun())
        if ended.failure is not None:
            raise ended.failure.error()
        return ended.report

    def describe(self) -> RunDescription:
        """Return what the run is about: names and sizes, and arrays (edges, inputs, labels, rounds)."""
        return self.ask(Describe())

    # ── checks and calibrations ──────────────────────────────────────────────────────────────────

    def start_check(self, bench: str, overrides: Sequence[str] = (), *, wiring: bool = True) -> None:
        """Check a bench of instruments; it is left safe. Raises ConfigError for a file that is none."""
        self.ask(StartCheck(bench=bench, overrides=tuple(overrides), wiring=wiring, cwd=Path.cwd()))

    def check_result(self) -> CheckReport | None:
        """Return what the last check found, None while it is under way. Raises what ended it."""
        ended = self.ask(GetCheck())
        if ended.failure is not None:
            raise ended.failure.error()
        return ended.report

    def start_calibration(self, request: StartCalibration) -> None:
        """Carry calibration routines out. Raises ConfigError for what cannot be used."""
        self.ask(request, timeout_s=PREFLIGHT_S)

    def calibration_result(self) -> CalibrationReport | None:
        """Return what the last calibration came to, None while it is under way. Raises what ended it."""
        ended = self.ask(GetCalibration())
        if ended.failure is not None:
            raise ended.failure.error()
        return ended.report

    # ── verbs ────────────────────────────────────────────────────────────────────────────────────

    def do(self, verb: Verb, reason: str = "") -> None:
        """Ask for a verb of the life cycle. Raises EngineRefused when it means nothing now."""
        if verb is Verb.EMERGENCY_OFF:
            self.emergency_off(reason)
            return
        self.ask(Do(verb=verb, reason=Message.of(reason)))

    def pause(self, reason: str = "") -> None:
        """Pause after the block in hand."""
        self.do(Verb.PAUSE, reason)

    def resume(self, reason: str = "") -> None:
        """Go on with a paused run."""
        self.do(Verb.RESUME, reason)

    def stop(self, reason: str = "") -> None:
        """Stop and keep."""
        self.do(Verb.STOP, reason)

    def abort(self, reason: str = "") -> None:
        """Abort."""
        self.do(Verb.ABORT, reason)

    def emergency_off(self, reason: str = "") -> None:
        """Make the bench safe now, whatever the engine is doing.

        An engine that does not answer within EMERGENCY_S is killed; its guardian then makes the bench safe.
        """
        reason = reason or VERBS[Verb.EMERGENCY_OFF].label
        try:
            self.ask(Do(verb=Verb.EMERGENCY_OFF, reason=Message.of(reason)), timeout_s=EMERGENCY_S)
        except EngineGone:
            process = self.place.process()
            if process is not None and process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
            raise

    def note(self, text: str) -> None:
        """Write a note into the run's events, at the present cycle."""
        self.ask(AddNote(text=text))

    def mark(self, name: str, cycle: int, learning_time_s: float) -> None:
        """Drop a named marker into the run's events, at a cycle and learning time that have been."""
        self.ask(AddMarker(name=name, cycle=cycle, learning_time_s=learning_time_s))

    # ── watching ─────────────────────────────────────────────────────────────────────────────────

    def poll(self, rings: Sequence[str] = ("cycles", "gates", "nodes", "rounds")) -> Poll:
        """Return the snapshot and what is new since the last poll of this client."""
        since = {name: self._next.get(name, 0) for name in (*rings, "events", "log")}
        poll = self.ask(GetPoll(rings=tuple(rings), since=since, serial=self._serial))
        if poll.serial != self._serial:
            self._serial = poll.serial
            self._next = {"log": self._next.get("log", 0)}
        self._next |= {name: samples.following for name, samples in poll.rings.items()}
        self._next |= {"events": poll.next_event, "log": poll.next_log}
        self._seen(poll.snapshot)
        return poll

    def snapshot(self) -> Snapshot:
        """Return the snapshot alone."""
        return self._seen(self.ask(GetSnapshot()))

    def wait(self, *, timeout_s: float = float("inf"), every_s: float = 0.05) -> Snapshot:
        """Wait until the job is over and everything stored. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while True:
            snapshot = self.snapshot()
            if snapshot.is_over:
                return snapshot
            if time.monotonic() > deadline:
                raise TimeoutError(f"engine {self.place.name} is still {snapshot.activity}")
            time.sleep(every_s)

    # ── the inside ───────────────────────────────────────────────────────────────────────────────

    def ask(self, request: Request[R], *, timeout_s: float = REPLY_S) -> R:
        """Send one request and return its answer. Raises ConfigError, EngineRefused or EngineGone."""
        with self._lock:
            try:
                blob = self._line.exchange(encode(request), timeout_s)
            except TimeoutError:
                self._line.close()  # a late answer must not be taken for the next one's
                raise EngineGone(
                    say(
                        "engine {name} (process {pid}) has not answered for {time:g} s",
                        name=self.place.name,
                        pid=self.pid,
                        time=timeout_s,
                    )
                ) from None
            except (OSError, EOFError) as error:
                raise self._gone() from error
        answer: Answer[R] = decode(blob, answer_of(request))
        if answer.failure is not None:
            raise answer.failure.error()
        if answer.value is None:
            raise EngineRefused("DataError", say("engine {name} has answered nothing", name=self.place.name))
        return answer.value

    def _seen(self, snapshot: Snapshot) -> Snapshot:
        self._folder = snapshot.run.folder if snapshot.run is not None else ""
        return snapshot

    def _gone(self) -> EngineGone:
        last = self.place.last_error()
        return EngineGone(
            say(
                "engine {name} has ended or was killed{last}; "
                "committed cycles are kept: 'labctl runs recover {folder}' stores them",
                name=self.place.name,
                last=f" ({last})" if last else "",
                folder=self._folder or "--all",
            )
        )
