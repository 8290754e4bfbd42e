"""What clients may ask an engine: one small handler each, run in the asking client's thread."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.publish import Published
from labctl.engine.server import Answer, Handler
from labctl.engine.snapshot import to_plain
from labctl.engine.watch import Watch
from labctl.store.events import EventLog
from protocols.engine import EventKind, RunState
from protocols.errors import ProtocolError

if TYPE_CHECKING:  # slow to import: clients are let in first
    from labctl.engine.observer import Observer
    from labctl.runs.preflight import Sheet
    from labctl.runs.prepared import PreparedRun, Resumption
    from labctl.runs.session import Session

EMERGENCY_S = 1.0  # then the guardian takes over
ANSWER_S = 110.0  # longest preflight


@dataclass(frozen=True)
class Prepared:
    """A run that was checked, and the token that starts it."""

    token: str
    run: PreparedRun
    resumption: Resumption | None
    sheet: Sheet

    def overridden(self, reason: str, who: str) -> Prepared:
        """Return it with why, and by whom, it is started in spite of warnings."""
        override = {"reason": reason, "by": who} if reason else {}
        return replace(self, sheet=replace(self.sheet, override=override))


@dataclass
class Now:
    """What an engine has in hand: the run checked last, and the one under way.

    early: verbs asked for before the session was there; emergency: reason and asker of EMERGENCY OFF.
    """

    prepared: Prepared | None = None
    session: Session | None = None
    observer: Observer | None = None
    folder: Path | None = None
    result: dict[str, Any] | None = None
    emergency: tuple[str, str] | None = None
    early: list[tuple[EventKind, str, str]] = field(default_factory=list)

    def over(self) -> None:
        """Forget the run that was under way; its result stays."""
        self.session = self.observer = self.folder = self.emergency = None


class Work(Protocol):
    """What the desk has the engine's own thread do."""

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Have something done by the engine's own thread, after what it is doing."""

    def check(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a run; return its sheet with a token."""

    def begin(self) -> None:
        """Show the prepared run as the one under way."""

    def run(self) -> None:
        """Carry the prepared run out."""

    def quit(self) -> None:
        """End the engine when it has nothing in hand."""


class Desk:
    """Answers requests; `handlers` has one for each name a client may ask."""

    def __init__(self, work: Work, now: Now, published: Published, watch: Watch) -> None:
        self._work, self._now, self._published, self._watch = work, now, published, watch
        self._claiming = threading.Lock()
        self.handlers: Mapping[str, Handler] = {
            "hello": self._snapshot,
            "preflight": self._preflight,
            "start": self._start,
            "verb": self._verb,
            "note": self._note,
            "mark": self._mark,
            "doses": self._doses,
            "snapshot": self._snapshot,
            "poll": self._poll,
            "describe": self._describe,
            "result": self._last_result,
            "quit": self._quit,
        }

    def _snapshot(self, request: Mapping[str, Any], who: str) -> Answer:
        return to_plain(self._published.snapshot), {}

    def _poll(self, request: Mapping[str, Any], who: str) -> Answer:
        return self._published.poll(request["rings"], request["since"], int(request["serial"]))

    def _describe(self, request: Mapping[str, Any], who: str) -> Answer:
        found = self._published.description()
        if found is None:
            raise ProtocolError("this engine has not run anything yet")
        return found

    def _last_result(self, request: Mapping[str, Any], who: str) -> Answer:
        return self._now.result, {}

    def _quit(self, request: Mapping[str, Any], who: str) -> Answer:
        self._refuse_while_busy()
        self._work.quit()
        return True, {}

    def _doses(self, request: Mapping[str, Any], who: str) -> Answer:
        self._refuse_while_busy()
        doses = {str(name): str(value) for name, value in request["doses"].items()}
        self._published.update(doses=doses)
        return doses, {}

    def _note(self, request: Mapping[str, Any], who: str) -> Answer:
        s = self._published.snapshot
        return self._write("note", str(request["text"])[:2000], s.cycle, s.learning_time_s, who)

    def _mark(self, request: Mapping[str, Any], who: str) -> Answer:
        """Write a marker where the asker saw the run when the key was pressed, never in the future."""
        s = self._published.snapshot
        cycle = min(max(int(request["cycle"]), 0), s.cycle)
        time_s = min(max(float(request["learning_time_s"]), 0.0), s.learning_time_s)
        return self._write("marker", str(request["name"])[:80], cycle, time_s, who)

    def _write(self, what: str, text: str, cycle: int, learning_time_s: float, who: str) -> Answer:
        observer, folder = self._now.observer, self._now.folder
        if observer is None or folder is None:
            raise ProtocolError(f"there is no run under way to write a {what} into")
        where: dict[str, Any] = {"cycle": cycle, "learning_time_s": learning_time_s}
        EventLog(folder, observer.run_time_s).note(what, by=who, text=text, **where)
        self._published.note(run_time_s=observer.run_time_s(), what=what, by=who, reason=text, **where)
        return True, {}

    def _verb(self, request: Mapping[str, Any], who: str) -> Answer:
        verb = Verb(request["verb"])
        row, state, reason = VERBS[verb], self._published.snapshot.state, str(request.get("reason", ""))
        if verb is Verb.EMERGENCY_OFF:
            self._emergency_off(f"{row.label}: {reason}" if reason else row.label, who)
            return row.consequence, {}
        reason = reason or f"asked for by {who}"
        if self._now.session is None and self._published.snapshot.activity == "running":
            self._now.early.append((row.kind, reason, who))
        elif self._now.session is None or not row.allowed_in(state):
            raise ProtocolError(f"{row.label}: means nothing for a run that is {state}")
        else:
            self._now.session.request(row.kind, reason, by=who)
        return row.consequence, {}

    def _emergency_off(self, reason: str, who: str) -> None:
        """Break off the step in hand; have the guardian take over when that does not help."""
        session = self._now.session
        if session is None:  # nothing is connected; a run about to begin is aborted first
            self._now.early.append((EventKind.ABORT, reason, who))
            return
        self._now.emergency = (reason, who)
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGUSR1)

        def see() -> None:
            same = self._now.session is session  # by now the next run may have begun
            if same and self._published.snapshot.state is not RunState.SAFE:
                self._watch.take_over(f"{reason}, and the engine was not safe after {EMERGENCY_S:g} s")

        prepared = self._now.prepared
        if prepared is not None and prepared.sheet.energises:
            threading.Timer(EMERGENCY_S, see).start()

    def _preflight(self, request: Mapping[str, Any], who: str) -> Answer:
        self._claim("checking")
        promise = self._work.submit(lambda: self._work.check(request))
        try:
            return promise.result(timeout=ANSWER_S), {}
        except NotInTime:
            raise ProtocolError(f"the checks have not ended within {ANSWER_S:g} s") from None

    def _start(self, request: Mapping[str, Any], who: str) -> Answer:
        if self._now.prepared is None or self._now.prepared.token != request["token"]:
            raise ProtocolError("this preflight sheet is out of date; check again")
        self._claim("running")
        self._now.prepared = self._now.prepared.overridden(str(request.get("override", ""))[:2000], who)
        self._now.result = None
        self._now.early.clear()
        self._work.begin()
        self._work.submit(self._work.run)
        return True, {}

    def _claim(self, activity: str) -> None:
        """Be busy from now on; of two clients that ask at once, one is refused."""
        with self._claiming:
            self._refuse_while_busy()
            self._published.update(activity=activity)

    def _refuse_while_busy(self) -> None:
        snapshot = self._published.snapshot
        if snapshot.activity != "idle":
            name = f" '{snapshot.run.name}'" if snapshot.run is not None else ""
            who = snapshot.engine.name
            raise ProtocolError(f"engine {who} is {snapshot.activity}{name}; wait, or stop it")
