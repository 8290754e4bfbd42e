"""Preflight: the sheet of what was checked, green, or amber with a reason to go on all the same."""

from __future__ import annotations

from collections.abc import Sequence

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

from labctl.gui.state.preflight import Phase, PreflightModel
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import must, named, repolish, tr

_SHOWN = ("run", "expected", "bench", "safe means", "last failure")  # the bench panel has the rest


class PreflightCard(QFrame):
    """A button, a verdict in words and colour, the sheet, and the override with its reason."""

    asked = pyqtSignal()

    def __init__(self, preflight: PreflightModel) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._preflight = preflight
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
        self.reason.textChanged.connect(preflight.give_reason)
        self.lines = _Lines()
        head = QHBoxLayout()
        head.addWidget(self.verdict, 1)
        head.addWidget(self.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.addLayout(head)
        column.addWidget(self.reason)
        column.addWidget(self.lines)
        preflight.found.connect(self._show)
        self._show()

    def _show(self) -> None:
        """Show how far the preflight is and what it has found."""
        phase = self._preflight.phase
        self.check.setEnabled(phase is not Phase.CHECKING)
        if phase is Phase.CHECKING:  # what was found before stays until there is an answer
            text = tr("Checking …")
            if self._preflight.compiling:
                text += " " + tr("The simulator is compiled at first use, up to half a minute, once.")
            self._say("muted", "… " + text)
            return
        if self.reason.text() != self._preflight.reason:
            self.reason.setText(self._preflight.reason)
        report = self._preflight.report
        lines = report.lines() if report is not None else []
        self.lines.fill([(label, text) for label, text in lines if label in _SHOWN])
        if phase is Phase.REPORTED:
            self._show_report()
        elif phase is Phase.FAILED:
            self._show_failure()
        else:
            self.reason.setVisible(False)
            self._say("muted", "○ " + tr("Not checked yet. Preflight moves nothing."))

    def _show_report(self) -> None:
        """Say green, amber when there are warnings, red when the bench is not in order."""
        warnings = "; ".join(map(phrase, self._preflight.warnings()))
        self.reason.setVisible(bool(warnings))
        if self._preflight.against:
            self._say("error", "✖ " + warnings)
        elif warnings:
            self._say("warning", "▲ " + warnings)
        else:
            self._say("good", "✔ " + tr("Ready. Everything was checked, nothing has moved."))

    def _show_failure(self) -> None:
        passable = self._preflight.passable
        more = " " + tr("Write a reason and check again to start all the same.") if passable else ""
        self._say("error", "✖ " + self._preflight.problem + more)
        self.reason.setVisible(passable)

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

    def fill(self, lines: Sequence[tuple[str, str]]) -> None:
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
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()
