"""What every job has in common: which bench it uses, and how it is asked to end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labctl.engine.errors import Failure
from labctl.engine.guardian_lines import SafeReport, WatchBench
from labctl.engine.logs import RunLog
from labctl.engine.publish import Published
from labctl.runs.session import EmergencyOff
from protocols.engine import EventKind
from protocols.errors import ProtocolError
from protocols.messages import Message, joined, say

if TYPE_CHECKING:
    from labctl.bench_files.load import BenchFile

WOULD = say("learning off, sources at 0 V, clamps released, the supply as the bench file says")
UNWATCHED_S = 2.0  # after so long a client that is there has hung
MAKE_SAFE_S = 10.0  # for the guardian, when a job could not make its bench safe
Strike = Callable[[], None]  # has the engine's own thread call `Job.strike`, wherever it is


class Guards(Protocol):
    """The engine's end of a guardian: `labctl.engine.guardian_link.GuardianLink`."""

    @property
    def pid(self) -> int:
        """Return the guardian's process number."""

    @property
    def alive(self) -> bool:
        """Tell whether the guardian's process runs."""

    @property
    def watching(self) -> bool:
        """Tell whether it lives, has something to watch, and all it needs to make that safe."""

    def watch(self, bench: WatchBench) -> None:
        """Have a bench watched and wait until it is. Raises NoGuardian."""

    def folder(self, folder: Path) -> None:
        """Tell where the run is stored."""

    def release(self) -> None:
        """Say that the bench is safe and nothing needs watching."""

    def make_safe(self, reason: str, limit_s: float) -> SafeReport | None:
        """Have the bench made safe, which we have let go; return what was done, or None."""

    def take_over(self, reason: str) -> None:
        """Have this process killed and the bench made safe."""


class Host(Protocol):
    """What a job needs of the engine that does it."""

    @property
    def name(self) -> str:
        """Return the engine's name."""

    @property
    def guardian(self) -> Guards:
        """Return the line to the guardian."""

    @property
    def published(self) -> Published:
        """Return what clients read."""

    @property
    def run_log(self) -> RunLog:
        """Return the log of the run under way."""

    def watchers(self) -> int:
        """Return how many clients watch."""


class Job(Protocol):
    """Something an engine does with a bench, in the engine's own thread."""

    @property
    def user(self) -> str:
        """Return what others are told who want the bench meanwhile."""

    @property
    def watched(self) -> WatchBench:
        """Return what the guardian is to watch."""

    @property
    def has_begun(self) -> bool:
        """Tell whether it can be asked by its state; until then anything asked for is kept."""

    @property
    def would(self) -> Message:
        """Say what the guardian would do."""

    @property
    def has_read_safe(self) -> bool:
        """Tell whether every instrument was read back in its safe state at the end."""

    @property
    def stop_when_unwatched_s(self) -> float | None:
        """Return after how many seconds without a client it is stopped; None: never."""

    @property
    def ends_with_its_client(self) -> bool:
        """Tell whether it is broken off as soon as no client is attached: it is of use to nobody then."""

    @property
    def touched(self) -> bool:
        """Tell whether instruments may have been driven and are not known to be safe."""

    def carry_out(self) -> None:
        """Do it and keep how it ended; the bench is left safe, or the failure is raised."""

    def over(self, failure: Exception | None, left: Message | None) -> None:
        """Keep the error that ended it, if any, and what the guardian told of the bench if it was asked."""

    def ask(self, kind: EventKind, reason: str, by: str) -> None:
        """Ask it to pause, go on, stop or abort. Raises ProtocolError when that means nothing now."""

    def ask_off(self, reason: str, by: str) -> None:
        """Ask it to end without waiting for the step in hand."""

    def strike(self) -> None:
        """End the step in hand as was asked: raises EmergencyOff. Only in the engine's own thread."""


def watch_of(bench: BenchFile, values: Mapping[str, Any]) -> WatchBench:
    """Return what a guardian must know of a bench: its file as written, and the addresses to keep."""
    return WatchBench(bench.name, json.dumps(values) if bench.is_hardware else "", bench.addresses())


def failure_of(error: Exception, left: Message | None) -> Failure:
    """Return an error as it travels; what a person must do about the bench comes first."""
    failure = Failure.of(error)
    return failure if left is None else Failure(failure.kind, joined([left, failure.message]), failure.key)


class Breakable:
    """Steps that may be broken off at any moment, and what follows them, which may not.

    Python raises from a signal handler in the main thread only; `strike` has the handler called, None where
    the engine lives in another thread: there the end waits for `check`, between two steps.
    """

    def __init__(self, strike: Strike | None) -> None:
        self._strike = strike
        self._open = False
        self.asked: EmergencyOff | None = None

    @contextmanager
    def steps(self) -> Iterator[None]:
        """Let the body be broken off: it raises EmergencyOff, wherever it is."""
        self._open = True
        try:
            self.check()
            yield
        finally:
            self._open = False

    def ask(self, reason: str, by: str) -> None:
        """Ask for the end of the steps; from any thread."""
        self.asked = EmergencyOff(reason, by)
        if self._strike is not None:
            self._strike()

    def check(self) -> None:
        """Raise EmergencyOff once when the end was asked for: the way to safe must not be broken off."""
        if self._open and self.asked is not None:
            self._open = False
            raise self.asked


class AttendedJob:
    """What a check and a calibration have in common: they cannot pause, and end with their client."""

    def __init__(self, strike: Strike | None, cannot_pause: Message) -> None:
        self._breakable, self._cannot_pause = Breakable(strike), cannot_pause
        self.would: Message = WOULD
        self.stop_when_unwatched_s: float | None = UNWATCHED_S
        self.ends_with_its_client = True
        self.has_begun = True

    def ask(self, kind: EventKind, reason: str, by: str) -> None:
        """Break the step in hand off. Raises ProtocolError for a pause."""
        if kind not in (EventKind.STOP, EventKind.ABORT):
            raise ProtocolError(self._cannot_pause)
        self._breakable.ask(reason, by)

    def ask_off(self, reason: str, by: str) -> None:
        """Break the step in hand off."""
        self._breakable.ask(reason, by)

    def strike(self) -> None:
        """Break off what is in hand; the way to safe is not."""
        self._breakable.check()
