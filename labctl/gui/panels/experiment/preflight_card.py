"""Preflight: the sheet of what was checked, green, or amber with a reason to go on all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QResizeEvent
from PyQt6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import must, named, repolish, tr
from labctl.runs.sheet import sheet_lines

_SHOWN = ("run", "expected", "bench", "safe means", "last failure")  # the bench panel has the rest


class PreflightCard(QFrame):
    """A button, a verdict in words and colour, the sheet, and the override with its reason."""

    asked = pyqtSignal()
    verdict_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.sheet: Mapping[str, Any] | None = None
        self.against: tuple[str, ...] = ()  # what the check of the bench found wrong
        self._red = False  # the preflight is red, but a reason lets it pass
        self._check = 0  # counts what was asked and forgotten: an answer belongs to one of them
        self.check = named(
            QPushButton(tr("Preflight")), tr("Preflight"), tr("Check everything; nothing moves.") + "  [F5]"
        )
        self.check.setShortcut(QKeySequence("F5"))
        self.check.clicked.connect(self.asked)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.reason = named(
            QLineEdit(),
            tr("Reason to start all the same"),
            tr("It is written into the run's events. Start stays off without it."),
        )
        self.reason.setPlaceholderText(tr("reason to start all the same"))
        self.reason.textChanged.connect(lambda _: self.verdict_changed.emit())
        self.lines = _Lines()
        head = QHBoxLayout()
        head.addWidget(self.verdict, 1)
        head.addWidget(self.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.addLayout(head)
        column.addWidget(self.reason)
        column.addWidget(self.lines)
        self.forget()

    # ── what was found ───────────────────────────────────────────────────────────────────────────

    def forget(self) -> None:
        """Forget the sheet: what it tells of is not what would be started any more."""
        self.sheet, self._red = None, False
        self._check += 1
        self.reason.clear()  # it was given for what was checked, not for what comes next
        self._say("muted", "○ " + tr("Not checked yet. Preflight moves nothing."))
        self.lines.fill([])
        self.reason.setVisible(False)
        self.check.setEnabled(True)
        self.verdict_changed.emit()

    def wait(self, *, compiling: bool) -> None:
        """Say that the check goes on."""
        self.sheet = None
        self._check += 1
        text = tr("Checking …")
        if compiling:
            text += " " + tr("The simulator is compiled at first use, up to half a minute, once.")
        self._say("muted", "… " + text)
        self.check.setEnabled(False)
        self.verdict_changed.emit()

    def unless_forgotten(self, show: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what takes the answer to the present check: `show`, or nothing once it is forgotten."""
        check = self._check

        def take(answer: Any) -> None:
            if check == self._check:
                show(answer)

        return take

    def stand_against(self, problems: tuple[str, ...]) -> None:
        """Take what the check of the bench found wrong: from now on it takes a reason to start."""
        self.against = problems
        if self.sheet is not None:
            self.show_sheet(self.sheet)

    def show_sheet(self, sheet: Mapping[str, Any]) -> None:
        """Show what was found: green, amber when there are warnings, red when the bench is not in order."""
        self.sheet = sheet
        self.check.setEnabled(True)
        warnings = self._warnings()
        if self.against:
            self._say("error", "✖ " + "; ".join(map(phrase, warnings)))
        elif warnings:
            self._say("warning", "▲ " + "; ".join(map(phrase, warnings)))
        else:
            self._say("good", "✔ " + tr("Ready. Everything was checked, nothing has moved."))
        self.reason.setVisible(bool(warnings))
        self.lines.fill([(label, text) for label, text in sheet_lines(sheet) if label in _SHOWN])
        self.verdict_changed.emit()

    def show_problem(self, text: str, *, passable: bool = False) -> None:
        """Say why the check failed; one that is passable passes when checked again with a reason."""
        self.sheet, self._red = None, passable
        self.check.setEnabled(True)
        more = " " + tr("Write a reason and check again to start all the same.") if passable else ""
        self._say("error", "✖ " + text + more)
        self.reason.setVisible(passable)
        self.lines.fill([])
        self.verdict_changed.emit()

    # ── may it start ─────────────────────────────────────────────────────────────────────────────

    def may_start(self) -> bool:
        """Tell whether the sheet is green, or overridden with a reason."""
        return self.sheet is not None and (not self._warnings() or bool(self.reason.text().strip()))

    def why_not(self) -> str:
        """Return what is missing before a start."""
        if self.sheet is None:
            return tr("Run the preflight first.")
        return tr("The preflight has warnings: write a reason to start all the same.")

    def let_pass(self) -> str:
        """Return the reason to check again with, empty unless a check was red and may pass."""
        return self.reason.text().strip() if self._red else ""

    def override(self) -> str:
        """Return the reason given for starting in spite of warnings; empty when there were none."""
        if not self._warnings():
            return ""
        reason = self.reason.text().strip()
        return f"{reason} [bench check: {'; '.join(self.against)}]" if self.against else reason

    def _warnings(self) -> list[str]:
        """Return everything that stands against a start."""
        return [*self.against, *(self.sheet["warnings"] if self.sheet is not None else ())]

    def _say(self, role: str, text: str) -> None:
        self.verdict.setProperty("role", role)
        self.verdict.setText(text)
        self.verdict.setAccessibleName(text)
        repolish(self.verdict)


class _Lines(QScrollArea):
    """Labelled lines: as tall as they need where there is room, else to be scrolled."""

    def __init__(self) -> None:
        super().__init__()
        named(self, tr("What was checked"))
        self._inside = QWidget()
        self._form = QFormLayout(self._inside)
        self._form.setContentsMargins(0, 2, 0, 0)
        self._form.setVerticalSpacing(2)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        for ground in (must(self.viewport()), self._inside):
            ground.setAutoFillBackground(False)  # the card's

    def fill(self, lines: list[tuple[str, str]]) -> None:
        """Show other lines; the area is hidden when there are none."""
        while self._form.rowCount():
            self._form.removeRow(0)
        for label, text in lines:
            head, value = QLabel(tr(label)), QLabel(phrase(text))
            head.setProperty("role", "muted")
            value.setWordWrap(True)
            self._form.addRow(head, value)
        self.setVisible(bool(lines))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room that all lines need at the present width."""
        return QSize(super().sizeHint().width(), max(self._inside.heightForWidth(self.width()), 0))

    def minimumSizeHint(self) -> QSize:
        """Return room for two lines of text."""
        least = min(2 * self.fontMetrics().lineSpacing(), self.sizeHint().height())
        return QSize(super().minimumSizeHint().width(), least)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Need another height at another width."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()
