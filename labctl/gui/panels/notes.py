"""Events and log of the run, and a line to note something at the present cycle."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from labctl.engine.logs import readable
from labctl.engine.messages import Poll, RunEvent
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import named, tr
from protocols.units import duration

_LINES = 2000
_WRITTEN = ("note", "marker", "preflight overridden")  # by people, in their own words


class NotesPanel(QWidget):
    """What happened, oldest first, and who asked for it."""

    noted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.lines = named(QPlainTextEdit(), tr("Events of the run"))
        self.lines.setReadOnly(True)
        self.lines.setMaximumBlockCount(_LINES)
        self.lines.setTabChangesFocus(True)
        self.note = named(QLineEdit(), tr("Note"), tr("Written into the run's events at the present cycle."))
        self.note.setPlaceholderText(tr("write a note into the run …"))
        self.note.returnPressed.connect(self._note)
        button = named(QPushButton(tr("Note")), tr("Write the note"), "Ctrl+M")
        button.clicked.connect(self._note)
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        row.addWidget(button)
        column = QVBoxLayout(self)
        column.addWidget(self.lines, 1)
        column.addLayout(row)

    def absorb(self, poll: Poll) -> None:
        """Append what a poll brought."""
        for event in poll.events:
            self.lines.appendPlainText(_line(event))
        for line in poll.log:
            self.lines.appendPlainText(readable(line))

    def say(self, text: str) -> None:
        """Append a line of the window's own."""
        self.lines.appendPlainText(text)

    def start_over(self) -> None:
        """Draw a line: another run begins."""
        if self.lines.toPlainText():
            self.lines.appendPlainText("────")

    def _note(self) -> None:
        text = self.note.text().strip()
        if text:
            self.note.clear()
            self.noted.emit(text)


def _line(event: RunEvent) -> str:
    when = duration(event.run_time_s)
    at = f" · {tr('cycle')} {event.cycle:,}" if event.cycle is not None else ""
    why = str(event.reason) if event.what in _WRITTEN else phrase(event.reason)
    by = f" ({phrase(event.by)})" if event.by else ""
    return f"{when}{at} · {phrase(event.what)}{by}" + (f": {why}" if why else "")
