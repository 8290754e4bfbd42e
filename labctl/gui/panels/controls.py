"""Run control: Start and the verbs, each with its consequence, and how far the run is."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, pyqtSignal
from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.snapshot import Snapshot
from labctl.gui.text.words import named, tr
from protocols.engine import RunState
from protocols.units import duration

MARKER_KEY = "Ctrl+K"
_BUTTONS = (Verb.PAUSE, Verb.RESUME, Verb.STOP, Verb.ABORT)


class Controls(QFrame):
    """Start, Pause, Resume, Stop and keep, Abort, EMERGENCY OFF; progress and times beneath."""

    asked = pyqtSignal(object)  # Verb
    start_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.start = QPushButton("▶  " + tr("Start"))
        self.start.setProperty("role", "primary")
        self.start.clicked.connect(self.start_asked)
        self.buttons: dict[Verb, QPushButton] = {}
        signs = {Verb.PAUSE: "❚❚", Verb.RESUME: "▶", Verb.STOP: "■", Verb.ABORT: "✕"}
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.start)
        for verb in _BUTTONS:
            button = QPushButton(f"{signs[verb]}  {tr(VERBS[verb].label)}")
            self._prepare(button, verb)
            row.addWidget(button)
        self.marker = QPushButton("⚑  " + tr("Marker"))
        tip = tr("Mark this moment by a name; it is drawn in the plots and kept with the run.")
        named(self.marker, tr("Marker"), f"{tip}  [{MARKER_KEY}]")
        self.marker.setShortcut(QKeySequence(MARKER_KEY))
        row.addWidget(self.marker)
        self.emergency = QPushButton(f"{tr(VERBS[Verb.EMERGENCY_OFF].label)}  (F12)")
        self.emergency.setProperty("role", "emergency")
        self._prepare(self.emergency, Verb.EMERGENCY_OFF)
        self.facts = {name: _Fact(tr(name)) for name in ("learning time", "time left", "wall time", "speed")}
        row.addWidget(_Facts(tuple(self.facts.values())), 1)
        row.addWidget(self.emergency)
        self.progress = named(QProgressBar(), tr("Progress of the run"))
        self.progress.setRange(0, 1000)
        self.progress.setMaximumHeight(18)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 4)
        column.setSpacing(5)
        column.addLayout(row)
        column.addWidget(self.progress)
        self._toggle = QShortcut(QKeySequence("Ctrl+Space"), self)
        self._toggle.activated.connect(self.toggle)
        self.can_start, self.why_not = False, tr("Load an experiment and run the preflight first.")
        self.show_snapshot(None)

    def _prepare(self, button: QPushButton, verb: Verb) -> None:
        row = VERBS[verb]
        tip = f"{tr(row.consequence)}  [{_key(verb)}]"
        named(button, tr(row.label), tip)
        button.clicked.connect(lambda: self.asked.emit(verb))
        if verb in (Verb.STOP, Verb.ABORT):
            button.setShortcut(QKeySequence(row.key))
        if verb is not Verb.EMERGENCY_OFF:
            self.buttons[verb] = button

    def toggle(self) -> None:
        """Pause a run that goes on, resume one that is paused."""
        for verb in (Verb.PAUSE, Verb.RESUME):
            if self.buttons[verb].isEnabled():
                self.asked.emit(verb)
                return

    def press_start(self) -> None:
        """Press Start, or say beneath it why it is off."""
        if self.start.isEnabled():
            self.start.click()
        else:
            beneath = self.start.mapToGlobal(QPoint(0, self.start.height()))
            QToolTip.showText(beneath, self.start.toolTip(), self.start)

    def allow_start(self, allowed: bool, why_not: str) -> None:
        """Say whether Start may be pressed, and if not, why."""
        self.can_start, self.why_not = allowed, why_not

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Enable what means something now and show how far the run is."""
        idle = snapshot is not None and snapshot.is_over
        start = idle and self.can_start
        self.start.setEnabled(start)
        tip = tr("Start what the preflight checked.") if start else self.why_not
        if snapshot is not None and not idle:
            tip = tr("A run is under way.")
        named(self.start, tr("Start"), f"{tip}  [Ctrl+Return]")
        state = snapshot.state if snapshot is not None else RunState.IDLE
        for verb, button in self.buttons.items():
            button.setEnabled(snapshot is not None and not idle and VERBS[verb].allowed_in(state))
        self.marker.setEnabled(snapshot is not None and not idle)
        paused = state is RunState.PAUSED
        self.buttons[Verb.PAUSE].setVisible(not paused)
        self.buttons[Verb.RESUME].setVisible(paused)
        self._show_progress(snapshot)

    def _show_progress(self, s: Snapshot | None) -> None:
        if s is None or s.run is None:
            self.progress.setValue(0)
            self.progress.setFormat(tr("no run yet"))
            for fact in self.facts.values():
                fact.show_text("–")
            return
        self.progress.setValue(round(1000 * s.cycle / max(s.run.cycles, 1)))
        of = tr(
            "{name}: cycle {cycle} of {cycles}",
            name=s.run.name,
            cycle=f"{s.cycle:,}",
            cycles=f"{s.run.cycles:,}",
        )
        self.progress.setFormat(of)
        self.facts["learning time"].show_text(duration(s.learning_time_s))
        self.facts["wall time"].show_text(duration(s.run_time_s))
        left = "–" if s.time_left_s is None or s.is_over else duration(s.time_left_s)
        self.facts["time left"].show_text(left)
        self.facts["speed"].show_text(f"{s.cycles_per_s:,.0f} /s" if s.cycles_per_s else "–")


class _Facts(QWidget):
    """As many facts as there is room for: buttons come first, on a small or a scaled screen."""

    def __init__(self, facts: tuple[_Fact, ...]) -> None:
        super().__init__()
        self._facts = facts
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for fact in facts:
            row.addWidget(fact)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Hide the facts that do not fit, the last first."""
        super().resizeEvent(event)
        room = self.width()
        for fact in self._facts:
            room -= fact.sizeHint().width()
            fact.setVisible(room >= 0)


class _Fact(QWidget):
    """A small label over a value that does not make its neighbours jump."""

    def __init__(self, name: str) -> None:
        super().__init__()
        head, self._value = QLabel(name), QLabel("–")
        head.setProperty("role", "muted")
        self._value.setProperty("role", "title")
        self._name = name
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(head)
        box.addWidget(self._value)
        self.setMinimumWidth(92)

    def show_text(self, text: str) -> None:
        """Show a value."""
        if text != self._value.text():
            self._value.setText(text)
            self.setAccessibleName(f"{self._name}: {text}")


def _key(verb: Verb) -> str:
    return {"Space": "Ctrl+Space"}.get(VERBS[verb].key, VERBS[verb].key)
