"""What the preflight found, and whether that lets a run start."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from labctl.engine.messages import CheckedRun
from labctl.gui.text.words import tr
from labctl.runs.preflight_report import PreflightReport


class Phase(Enum):
    """How far the preflight is."""

    NOT_CHECKED = auto()
    CHECKING = auto()
    REPORTED = auto()
    FAILED = auto()


class PreflightModel(QObject):
    """One preflight at a time: its report or its failure, and the reason given to start all the same.

    `found` when there is something else to show, `verdict_changed` whenever `may_start` may differ.
    """

    found = pyqtSignal()
    verdict_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.phase = Phase.NOT_CHECKED
        self.checked: CheckedRun | None = None
        self.problem = ""  # why the check failed
        self.passable = False  # the check failed, but a reason lets it pass
        self.compiling = False  # the check takes longer: the simulator is compiled
        self.reason = ""  # to start all the same
        self.against: tuple[str, ...] = ()  # what the check of the bench found wrong
        self._serial = 0  # counts what was asked and forgotten: an answer belongs to one of them

    def forget(self) -> None:
        """Forget the report: what it tells of is not what would be started any more."""
        self._serial += 1
        self.reason = ""  # it was given for what was checked, not for what comes next
        self._show(Phase.NOT_CHECKED)

    def begin(self, *, compiling: bool) -> None:
        """Take in that a check goes on."""
        self._serial += 1
        self.compiling = compiling
        self._show(Phase.CHECKING, passable=self.passable)

    def unless_forgotten(self, take: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what takes the answer to the present check: `take`, or nothing once it is forgotten."""
        serial = self._serial

        def answered(answer: Any) -> None:
            if serial == self._serial:
                take(answer)

        return answered

    @property
    def report(self) -> PreflightReport | None:
        """Return what was found; None before that."""
        return self.checked.report if self.checked is not None else None

    def take(self, checked: CheckedRun) -> None:
        """Take in what was found."""
        self._show(Phase.REPORTED, checked, passable=self.passable)

    def fail(self, problem: str, *, passable: bool = False) -> None:
        """Take in why the check failed; one that is passable passes when checked again with a reason."""
        self._show(Phase.FAILED, problem=problem, passable=passable)

    def stand_against(self, problems: tuple[str, ...]) -> None:
        """Take what the check of the bench found wrong: from now on it takes a reason to start."""
        self.against = problems
        if self.checked is not None:
            self.take(self.checked)

    def give_reason(self, reason: str) -> None:
        """Take the reason to start in spite of warnings; it is written into the run's events."""
        if reason != self.reason:
            self.reason = reason
            self.verdict_changed.emit()

    # ── may it start ─────────────────────────────────────────────────────────────────────────────

    def warnings(self) -> list[str]:
        """Return everything that stands against a start."""
        return [*self.against, *(self.report.warnings if self.report is not None else ())]

    def may_start(self) -> bool:
        """Tell whether the report is green, or overridden with a reason."""
        return self.checked is not None and (not self.warnings() or bool(self.reason.strip()))

    def why_not(self) -> str:
        """Return what is missing before a start."""
        if self.checked is None:
            return tr("Run the preflight first.")
        return tr("The preflight has warnings: write a reason to start all the same.")

    def let_pass(self) -> str:
        """Return the reason to check again with, empty unless a check failed and may pass."""
        return self.reason.strip() if self.passable else ""

    def override(self) -> str:
        """Return the reason given for starting in spite of warnings; empty when there were none."""
        if not self.warnings():
            return ""
        reason = self.reason.strip()
        return f"{reason} [bench check: {'; '.join(self.against)}]" if self.against else reason

    def _show(
        self,
        phase: Phase,
        checked: CheckedRun | None = None,
        problem: str = "",
        *,
        passable: bool = False,
    ) -> None:
        self.phase, self.checked, self.problem, self.passable = phase, checked, problem, passable
        self.found.emit()
        self.verdict_changed.emit()
