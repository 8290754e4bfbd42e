"""The state of the window: what panels read, listen to and ask through; it knows none of them."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, QSettings, pyqtSignal

from labctl.engine.messages import RunDescription
from labctl.engine.snapshot import Snapshot
from labctl.gui.state.bench_safety import BenchSafety
from labctl.gui.state.engine_view import EngineView
from labctl.gui.state.preflight import PreflightModel
from labctl.gui.state.run_model import RunModel
from labctl.gui.state.selected_experiment import SelectedExperiment
from labctl.gui.state.selection import Selection
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import tr
from labctl.gui.widgets.theme import Theme


class AppState(QObject):
    """Everything that more than one part of the window has to know. No engine is needed to make one."""

    failed = pyqtSignal(str)  # a sentence somebody must see
    noted = pyqtSignal(str)  # a line for the notes
    run_began = pyqtSignal()  # the engine has described another run
    shown_changed = pyqtSignal(object)  # RunModel
    runs_changed = pyqtSignal()  # the list of stored runs may differ
    last_run_changed = pyqtSignal(str, object)  # its name, and its experiment's file
    run_again_asked = pyqtSignal(object, object)  # a stored run's folder, and its seed

    def __init__(self, store: QSettings, out: Path, theme: Theme) -> None:
        super().__init__()
        self.store, self.out, self.theme = store, out, theme
        self.engine = EngineView()
        self.live, self.selection = RunModel(), Selection()
        self.shown = self.live  # in the plots: the engine's run, or a stored one
        self.selected = SelectedExperiment(store, out)
        self.preflight = PreflightModel()
        self.safety = BenchSafety(self.engine, self.selected)
        self.selected.changed.connect(self.preflight.forget)
        self.selected.failed.connect(self.failed)
        self.engine.polled.connect(self.live.absorb)
        self.engine.engine_lost.connect(self._engine_lost)
        self.engine.run_ended.connect(self._run_ended)
        self.engine.storing_began.connect(self.runs_changed)
        self.engine.link_changed.connect(self.runs_changed)

    @property
    def snapshot(self) -> Snapshot | None:
        """Return what the engine told last, or had told before it was gone."""
        return self.engine.snapshot

    def tell(self, text: str) -> None:
        """Say what went wrong, so that somebody sees it."""
        self.failed.emit(text)

    def note(self, text: str) -> None:
        """Write a line into the notes of the window; the run does not get it."""
        self.noted.emit(text)

    def take_description(self, description: RunDescription) -> None:
        """Take in what another run of the engine is about, and show it."""
        self.run_began.emit()
        self.selection.clear()
        self.live.describe(description)
        self.show_live()

    def show_live(self) -> None:
        """Show the engine's run in the plots."""
        self.show_run(self.live)

    def show_run(self, model: RunModel) -> None:
        """Show a run in the plots; one that goes on goes on."""
        self.shown = model
        self.shown_changed.emit(model)

    def _engine_lost(self) -> None:
        self.note(f"{tr('engine')}: {self.engine.said}")
        self.preflight.forget()

    def _run_ended(self, snapshot: Snapshot) -> None:
        self.preflight.forget()
        self.runs_changed.emit()
        if snapshot.problem:
            self.note(f"{tr('engine')}: {phrase(snapshot.problem)}")
