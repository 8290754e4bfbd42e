"""The panels of a window, made and connected to the state; they do not know each other."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from labctl.gui.panels.banner import Banner
from labctl.gui.panels.bench.panel import BenchPanel
from labctl.gui.panels.controls import Controls
from labctl.gui.panels.experiment.panel import ExperimentPanel
from labctl.gui.panels.imperfections import ImperfectionsPanel
from labctl.gui.panels.notes import NotesPanel
from labctl.gui.panels.queue import QueuePanel
from labctl.gui.panels.runs.panel import RunsPanel
from labctl.gui.state.app_state import AppState
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.state.run_control import RunControl


class Panels:
    """Banner, run control and every panel."""

    def __init__(self, state: AppState, link: EngineLink, control: RunControl) -> None:
        self._state, self._control = state, control
        self.banner, self.controls = Banner(state.theme), Controls()
        self.notes, self.imperfections = NotesPanel(), ImperfectionsPanel()
        self.experiment = ExperimentPanel(state)
        self.runs, self.bench = RunsPanel(state), BenchPanel(state)
        self.queue = QueuePanel(state, link)
        self._connect_notes()
        self._connect_controls()
        state.selected.doses = self.imperfections.chosen
        self.imperfections.changed.connect(state.selected.changed)
        state.selected.bench_changed.connect(
            lambda: self.imperfections.setEnabled(state.selected.bench.takes_doses)
        )
        self.experiment.card.asked.connect(control.preflight)
        self.bench.check_asked.connect(control.check_bench)
        state.safety.changed.connect(self.show_status)
        self.show_status()

    def _connect_notes(self) -> None:
        self._state.noted.connect(self.notes.say)
        self._state.run_began.connect(self.notes.start_over)
        self._state.engine.polled.connect(self.notes.absorb)
        self.notes.noted.connect(self._control.note)

    def _connect_controls(self) -> None:
        self.controls.asked.connect(self._control.do)
        self.controls.start_asked.connect(self._control.start)
        self._control.changed.connect(self._allow_start)
        self._state.engine.changed.connect(self._show_snapshot)

    def show_status(self) -> None:
        """Have the banner say whether the bench may be touched."""
        self.banner.show_status(self._state.safety.status())

    def _allow_start(self) -> None:
        self.controls.allow_start(*self._control.may_start())
        self._show_snapshot()

    def _show_snapshot(self) -> None:
        self.controls.show_snapshot(self._state.engine.present)

    def top(self) -> QWidget:
        """Return the banner with run control beneath it."""
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.controls)
        return top
