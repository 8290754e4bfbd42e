"""The line to the engine: polls it in a thread of its own and carries commands out in others.

The window's thread never waits. A poll is made only when the last one has been drawn, so that a window that
is slow, or hidden behind a dialog, holds at most one. Every command has a connection of its own: EMERGENCY
OFF does not stand in line behind a preflight that takes its time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog
from PyQt6.QtCore import QObject, pyqtSignal, pyqtSlot

from labctl.engine.client import EMERGENCY_S, EngineClient, Poll
from labctl.engine.errors import EngineGone, EngineRefused
from labctl.engine.guardian import NOTE, read_note
from labctl.engine.guardian_lines import SafeReport
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.places import EngineAddress, engines
from labctl.gui.state.safety_status import LinkState
from protocols.engine import RunState
from protocols.errors import DataError, LabError
from protocols.messages import Message, joined, say

POLL_S = 0.04
GUARDIAN_S = 75.0
WHO = "window"
log = structlog.get_logger(__name__)
T = TypeVar("T")
_AT_REST = (RunState.IDLE, RunState.SAFE)


class EngineLink(QObject):
    """A window's engine: one that runs already, or one started. Signals arrive in the window's thread."""

    polled = pyqtSignal(object)  # Poll
    described = pyqtSignal(object)  # RunDescription
    state_changed = pyqtSignal(object, object)  # LinkState, what was said
    answered = pyqtSignal(object, object)  # callback, answer
    refused = pyqtSignal(object, object)  # callback, error

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self._name = name
        self._place: EngineAddress | None = None
        self._over = threading.Event()
        self._taken = threading.Event()
        self._taken.set()
        self._threads: list[threading.Thread] = []
        self.state, self.said = LinkState.NONE, ""
        self.answered.connect(self._call)
        self.refused.connect(self._call)

    # ── coming and going ─────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Attach to an engine, or start one, and poll it from now on; after `end` it may begin again."""
        self._over.clear()
        thread = threading.Thread(target=self._live, name="engine-link", daemon=True)
        self._threads.append(thread)
        thread.start()

    def end(self, timeout_s: float = 3.0) -> None:
        """Stop polling and let go; the engine goes on, and ends by itself when it has nothing to do."""
        self._over.set()
        self._taken.set()
        for thread in self._threads:
            thread.join(timeout_s)

    @property
    def place(self) -> EngineAddress | None:
        """Return where the engine is."""
        return self._place

    def taken(self) -> None:
        """Say that the last poll has been drawn and the next may come."""
        self._taken.set()

    @pyqtSlot(object, object)
    def _call(self, callback: Callable[[Any], None], answer: Any) -> None:
        """Hand an answer to whoever asked, in the window's thread."""
        callback(answer)

    # ── commands ─────────────────────────────────────────────────────────────────────────────────

    def ask(
        self,
        what: Callable[[EngineClient], T],
        then: Callable[[T], object],
        otherwise: Callable[[LabError], None],
    ) -> None:
        """Ask in a thread of its own; `then` or `otherwise` is called in the window's thread."""
        place = self._place
        if place is None:
            otherwise(EngineGone("there is no engine yet; wait a moment"))
            return

        def work() -> None:
            try:
                with EngineClient(place, WHO) as client:
                    answer = what(client)
            except LabError as error:
                self._emit(self.refused, otherwise, error)
            except Exception as error:  # a defect: say so, the window goes on
                log.error("a question to the engine failed", exc_info=True)
                self._emit(self.refused, otherwise, EngineRefused(type(error).__name__, str(error)))
            else:
                self._emit(self.answered, then, answer)

        thread = threading.Thread(target=work, name="ask-engine", daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    def do(self, verb: Verb, reason: str, otherwise: Callable[[LabError], None]) -> None:
        """Ask for a verb of the life cycle."""
        self.ask(lambda client: client.do(verb, reason), lambda _: None, otherwise)

    def emergency_off(self, reason: str, otherwise: Callable[[LabError], None]) -> None:
        """Make the bench safe now; an engine that does not even answer the call is killed for it."""
        done = threading.Event()

        def ask(client: EngineClient) -> None:
            client.emergency_off(reason or VERBS[Verb.EMERGENCY_OFF].label)
            done.set()

        place = self._place
        if place is not None:
            watchdog = threading.Thread(target=_kill_unless, args=(done, place), daemon=True)
            watchdog.start()

        def over(error: LabError) -> None:
            if not isinstance(error, EngineGone):
                done.set()
            otherwise(error)

        self.ask(ask, lambda _: None, over)

    # ── the thread ───────────────────────────────────────────────────────────────────────────────

    def _live(self) -> None:
        while not self._over.is_set():
            try:
                client = self._find()
            except LabError as error:
                self._say(LinkState.NONE, error.message)
                self._over.wait(1.0)
                continue
            with client:
                self._place = client.place
                self._poll(client)
            self._place = None

    def _find(self) -> EngineClient:
        running = engines()
        wanted = [p for p in running if self._name in (None, p.name)]
        if wanted:
            return EngineClient(wanted[-1], WHO)
        return EngineClient.start(self._name, WHO)

    def _poll(self, client: EngineClient) -> None:
        """Poll until the engine is gone or the window is closed."""
        last: Poll | None = None
        described, missed = 0, 0
        while not self._over.is_set():
            began = time.monotonic()
            try:
                if self._taken.wait(0.5):
                    poll = client.poll()
                    if self._over.is_set():
                        return
                    if poll.serial != described:
                        self._emit(self.described, client.describe())
                        described = poll.serial
                    self._taken.clear()
                    last, missed = poll, 0
                    if self.state is not LinkState.UP and not self._is_stale(poll):
                        self._say(LinkState.UP, "")
                    self._emit(self.polled, poll)
                else:
                    client.snapshot()  # a window behind a dialog still hears when the engine dies
            except EngineRefused:
                missed += 1
                if missed > 25:
                    raise
            except EngineGone as gone:
                self._report_engine_lost(client, last, gone.message)
                return
            self._over.wait(max(0.0, POLL_S - (time.monotonic() - began)))

    def _is_stale(self, poll: Poll) -> bool:
        """Tell whether the guardian's word still stands: until the new engine does something."""
        told = self.state in (LinkState.GUARDED, LinkState.LEFT_UNSAFE)
        return told and poll.snapshot.state is RunState.IDLE

    def _report_engine_lost(self, client: EngineClient, last: Poll | None, why: str) -> None:
        """Say that the engine is gone, then what its guardian did."""
        snapshot = last.snapshot if last is not None else None
        if snapshot is None or (snapshot.is_over and snapshot.state in _AT_REST):
            self._say(LinkState.NONE, why)
            return
        self._say(LinkState.GONE, why)
        places = [client.place.notes()]
        if snapshot.job is None and snapshot.run is not None and snapshot.run.folder:
            places.append(Path(snapshot.run.folder))
        report = self._guardian_says([place for place in places if place is not None])
        if report is None:
            told = say("{why}. The guardian has not told that it made the bench safe", why=Message.of(why))
            self._say(LinkState.LEFT_UNSAFE, told)
        elif report.safe:
            parts = joined([Message.of(part.name) for part in report.parts] or [say("nothing was energised")])
            told = say(
                "made safe by the guardian {time:.1f} s after it noticed ({parts}): {reason}",
                time=report.safe_after_s,
                parts=parts,
                reason=Message.of(report.reason),
            )
            self._say(LinkState.GUARDED, told)
        else:
            told = say("the guardian could not make the bench safe: {why}", why=Message.of(report.problem))
            self._say(LinkState.LEFT_UNSAFE, told)

    def _guardian_says(self, places: list[Path]) -> SafeReport | None:
        """Wait for the guardian's note: in the run's folder, or in the engine's when there was no run."""
        deadline, not_before = time.monotonic() + GUARDIAN_S, time.time() - 30.0
        while time.monotonic() < deadline and not self._over.is_set():
            for folder in places:
                with contextlib.suppress(OSError, DataError):
                    report = read_note(folder)
                    if (folder / NOTE).stat().st_mtime < not_before:
                        continue  # of another death, before the run was resumed
                    if report.safe or report.safe_after_s > 60.0:
                        return report
            time.sleep(0.1)
        return None

    def _say(self, state: LinkState, said: str) -> None:
        self.state, self.said = state, said
        self._emit(self.state_changed, state, said)

    def _emit(self, signal: Any, *values: Any) -> None:
        """Emit unless the window has been destroyed meanwhile."""
        if self._over.is_set():
            return
        with contextlib.suppress(RuntimeError):  # Qt's object is gone
            signal.emit(*values)


def _kill_unless(done: threading.Event, place: EngineAddress) -> None:
    """Kill an engine that lets nobody in to say EMERGENCY OFF; its guardian then makes the bench safe."""
    if done.wait(EMERGENCY_S + 0.5):
        return
    process = place.process()
    if process is not None and process.is_alive():
        log.error("the engine did not answer EMERGENCY OFF and is killed", pid=process.pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
