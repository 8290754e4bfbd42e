"""What somebody may ask of the engine: preflight, start, the verbs, notes and markers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from labctl.engine.errors import EngineGone
from labctl.engine.lifecycle import VERBS, Verb
from labctl.gui.state.app_state import AppState
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import tr
from protocols.errors import LabError
from protocols.messages import say

PASSABLE = "calibration.required"  # what a reason lets pass


class RunControl(QObject):
    """Carries out what buttons, menus and keys ask for; `changed` whenever Start may be allowed or not."""

    changed = pyqtSignal()

    def __init__(self, state: AppState, link: EngineLink, confirm: Callable[[str], bool]) -> None:
        super().__init__()
        self._state, self._link, self._confirm = state, link, confirm
        self._starting = False  # from the click until the engine has answered
        state.preflight.verdict_changed.connect(self.changed)
        state.safety.check_changed.connect(self.changed)
        state.engine.changed.connect(self._see_check)
        state.engine.engine_lost.connect(self._lose_check)
        self._saw_check = False  # the engine has told of the check that was asked for

    # ── starting ─────────────────────────────────────────────────────────────────────────────────

    def preflight(self) -> None:
        """Have the engine check the request; nothing moves."""
        preflight, snapshot = self._state.preflight, self._state.snapshot
        if why := self._state.safety.why_not():
            preflight.fail(why)
            return
        try:
            request = replace(self._state.selected.request(), uncalibrated=preflight.let_pass())
        except LabError as error:
            preflight.fail(phrase(error.message))
            return
        preflight.begin(compiling=snapshot is None or snapshot.run is None)
        self._link.ask(
            lambda client: client.preflight(request),
            preflight.unless_forgotten(preflight.take),
            preflight.unless_forgotten(
                lambda error: preflight.fail(
                    phrase(error.message), passable=getattr(error, "key", "") == PASSABLE
                )
            ),
        )

    def start(self) -> None:
        """Start what the preflight checked; what is still being typed was not."""
        self._state.selected.reading.emit()
        preflight = self._state.preflight
        checked, why = preflight.checked, preflight.override()
        if checked is None or not preflight.may_start():
            self._state.tell(preflight.why_not())
            return
        question = tr("Energise {bench} and start?", bench=checked.report.bench)
        if checked.report.energises and not self._confirm(question):
            return
        self._set_starting(on=True)

        def started(_: Any) -> None:
            self._starting = False  # Start stays off until the engine tells of the run

        def failed(error: LabError) -> None:
            self._set_starting(on=False)
            self._tell(error)

        self._link.ask(lambda client: client.start_run(checked, why), started, failed)

    def may_start(self) -> tuple[bool, str]:
        """Tell whether Start may be pressed as far as the window knows, and if not, why."""
        preflight = self._state.preflight
        why_not = tr("Starting …") if self._starting else self._state.safety.why_not()
        return preflight.may_start() and not why_not, why_not or preflight.why_not()

    def _set_starting(self, *, on: bool) -> None:
        self._starting = on
        self.changed.emit()

    # ── checking the bench ───────────────────────────────────────────────────────────────────────

    def check_bench(self) -> None:
        """Have the engine check the chosen bench, which energises it."""
        safety, file = self._state.safety, self._state.selected.bench.file
        safety.check_begins()
        self._saw_check = False

        def refused(error: LabError) -> None:
            safety.check_is_over(None, error)

        self._link.ask(lambda client: client.start_check(str(Path(file).absolute())), lambda _: None, refused)

    def end_check(self) -> None:
        """Break a check off: the bench goes to its safe state."""
        if self._state.safety.is_checking:
            self._state.safety.check_is_broken_off()
            self._link.do(Verb.STOP, "the check was ended", self._note)

    def _see_check(self) -> None:
        """Take in that a check has begun or is over, as the engine tells."""
        now = self._state.engine.is_checking
        if now and not self._saw_check:
            self._saw_check = True
            self._state.safety.check_is_under_way()
        elif self._saw_check and not now:
            self._saw_check = False
            over = self._state.safety.check_is_over
            self._link.ask(
                lambda client: client.check_result(),
                lambda report: over(report, None),
                lambda error: over(None, error),
            )

    def _lose_check(self) -> None:
        """Take in that the engine died with a check in hand; its guardian tells of the bench."""
        if self._saw_check or self._state.safety.is_checking:
            self._saw_check = False
            died = EngineGone(say("the engine died while it checked the bench"))
            self._state.safety.check_is_lost(died)

    # ── a run under way ──────────────────────────────────────────────────────────────────────────

    def do(self, verb: Verb, reason: str = "") -> None:
        """Ask for a verb; EMERGENCY OFF asks nobody first."""
        if verb is Verb.EMERGENCY_OFF:
            self.emergency_off(reason)
            return
        self._link.do(verb, reason, self._tell)

    def emergency_off(self, reason: str = "") -> None:
        """Make the bench safe now, a check of it included."""
        if self._state.safety.is_checking:
            self._state.safety.check_is_broken_off()
        self._state.note(f"{tr(VERBS[Verb.EMERGENCY_OFF].label)} …")
        self._link.emergency_off(reason, self._note)

    def stop_after_defect(self, line: str) -> None:
        """Stop and keep a run under way: the window made a mistake, told in a line."""
        if self._state.engine.is_running:
            self._link.do(Verb.STOP, f"the window made a mistake: {line}", self._note)

    def note(self, text: str) -> None:
        """Write a note into the run's events."""
        self._link.ask(lambda client: client.note(text), lambda _: None, self._tell)

    def mark(self, name: str, cycle: int, learning_time_s: float) -> None:
        """Give a moment of the run a name; nothing for an empty one."""
        if name.strip():
            self._link.ask(
                lambda client: client.mark(name.strip(), cycle, learning_time_s), lambda _: None, self._tell
            )

    def _tell(self, error: LabError) -> None:
        self._state.tell(phrase(error.message))

    def _note(self, error: LabError) -> None:
        self._state.note(phrase(error.message))
