"""The run browser: list, search, open, compare, run again, recover, export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr
from PyQt6.QtCore import Qt, QTimer, QUrl
from PyQt6.QtGui import QDesktopServices, QImage, QResizeEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from labctl.engine.snapshot import Snapshot
from labctl.gui.panels.runs.buttons import RunsButtons
from labctl.gui.panels.runs.compare import CompareWindow
from labctl.gui.panels.runs.stored import (
    ComparedRun,
    export_run,
    load_run,
    read_compared,
    recover_runs,
    shared_tags,
    thumb,
)
from labctl.gui.panels.runs.table import RunsTable
from labctl.gui.state.app_state import AppState
from labctl.gui.state.run_model import RunModel
from labctl.gui.state.worker import Worker
from labctl.gui.text.words import must, named, tr
from labctl.gui.widgets.questions import ask_text
from labctl.store import catalogue
from labctl.store.catalogue import Entry
from labctl.store.events import read_events
from labctl.store.recovery import find_orphans
from labctl.store.tags import split_tags

STATUS = ("", "completed", "stopped", "aborted", "failed", "running", "orphan", "recovered")
_MOST = 8  # runs compared at once
_LIST = 500
_AT_ONCE = 40  # pictures read before the first are shown


class RunsPanel(QWidget):
    """All runs of the folder, newest first; reading them never holds the window up."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state, self.work = state, Worker()
        self.entries: list[Entry] = []
        self.comparisons: list[CompareWindow] = []
        self.search = named(
            QLineEdit(), tr("Search runs"), tr("Name, tags, method, bench, task, imperfections")
        )
        self.search.setPlaceholderText(tr("search …"))
        self.search.setClearButtonEnabled(True)
        self.status = named(QComboBox(), tr("Status of the runs"))
        for status in STATUS:
            self.status.addItem(tr(status) if status else tr("any status"), status)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(250)
        self._soon.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _: self._soon.start())
        self.status.activated.connect(lambda _: self.refresh())
        self.table = RunsTable()
        must(self.table.selectionModel()).selectionChanged.connect(lambda *_: self._chosen_changed())
        self.table.activated.connect(lambda _: self.open_chosen())
        self.orphans = QLabel()
        self.orphans.setProperty("role", "warning")
        self.said = QLabel()
        self.said.setProperty("role", "muted")
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.setVisible(False)
        self._acts = RunsButtons()
        self.buttons = self._acts.buttons
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        row.addWidget(self.status)
        row.addWidget(self._acts.menu)
        for key, label, tip, slot in (
            ("open", "Open", "Show the run in the plots.", self.open_chosen),
            ("compare", "Compare", "Two to eight runs, laid over each other.", self.compare_chosen),
            ("again", "Run again", "Take its settings into the experiment panel.", self.again),
            ("tags", "Tags …", "Words to find the chosen runs again by.", self.ask_tags),
            ("export", "Export …", "Write its data as CSV tables.", self.ask_export),
            ("folder", "Open folder", "Show its files.", self.open_folder),
            ("recover", "Recover", "Store what was committed of runs whose engine died.", self.recover_all),
        ):
            self._acts.add(key, label, tip, slot)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 6)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(self.orphans)
        column.addWidget(self.said)
        column.addWidget(self._acts)
        state.runs_changed.connect(self.refresh_soon)
        state.engine.run_ended.connect(self._run_ended)
        self._chosen_changed()
        self.refresh_soon()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the room to the runs where there is little."""
        super().resizeEvent(event)
        self._acts.fit(self.height())

    # ── the list ─────────────────────────────────────────────────────────────────────────────────

    def refresh_soon(self) -> None:
        """Read the list again in a moment."""
        self._soon.start()

    def refresh(self) -> None:
        """Read the list again."""
        out, text, status = self._state.out, self.search.text(), str(self.status.currentData())

        def read() -> tuple[list[Entry], int]:
            return catalogue.find(out, text, status=status, limit=_LIST), len(find_orphans(out))

        self.work.do(read, self._fill, self._failed)

    def _fill(self, found: tuple[list[Entry], int]) -> None:
        self.entries, orphans = found
        if not self.search.text() and not self.status.currentData() and self.entries:
            last = self.entries[0]
            file = self.folder_of(last) / "experiment.toml"
            self._state.last_run_changed.emit(f"{last.number} · {last.name}", file)
        self.table.show_entries(self.entries)
        self._chosen_changed()
        self.orphans.setVisible(orphans > 0)
        many = tr("{n} runs were cut short; Recover stores what was committed.", n=orphans)
        one = tr("1 run was cut short; Recover stores what was committed.")
        self.orphans.setText("▲ " + (one if orphans == 1 else many))
        self.buttons["recover"].setEnabled(orphans > 0)
        self._read_thumbs([e.folder for e in self.entries if e.folder not in self.table.runs.thumbs])

    def _read_thumbs(self, missing: list[str]) -> None:
        """Read the pictures of runs, some at a time."""
        now, later, root = missing[:_AT_ONCE], missing[_AT_ONCE:], self._state.out

        def read() -> dict[str, QImage]:
            pictures = {folder: root / folder / "summary.png" for folder in now}
            return {folder: thumb(file) for folder, file in pictures.items() if file.exists()}

        def show(images: dict[str, QImage]) -> None:
            self.table.runs.add_thumbs(images)
            self._read_thumbs(later)

        if now:
            self.work.do(read, show, self._failed)

    def chosen(self) -> list[Entry]:
        """Return the chosen runs, in the order of the list."""
        return self.table.chosen()

    def choose(self, numbers: list[int]) -> None:
        """Choose runs by their numbers."""
        self.table.choose(numbers)

    def _chosen_changed(self) -> None:
        n = len(self.chosen())
        for key in ("open", "again", "export", "folder"):
            self.buttons[key].setEnabled(n == 1)
        self.buttons["compare"].setEnabled(2 <= n <= _MOST)
        self.buttons["tags"].setEnabled(n > 0)

    # ── what can be done with them ───────────────────────────────────────────────────────────────

    def folder_of(self, entry: Entry) -> Path:
        """Return a run's folder."""
        return self._state.out / entry.folder

    def open_chosen(self) -> None:
        """Show the chosen run in the plots."""
        for entry in self.chosen()[:1]:
            title, folder = f"{entry.number} · {entry.name}", self.folder_of(entry)

            def show(found: Any, title: str = title, folder: Path = folder) -> None:
                model = RunModel()
                model.folder = str(folder)
                model.load(found[0], title, found[1])
                self._state.show_run(model)

            def read(folder: Path = folder) -> Any:
                return load_run(folder), read_events(folder)

            self.work.do(read, show, self._failed)

    def _run_ended(self, snapshot: Snapshot) -> None:
        if snapshot.run is not None and snapshot.run.folder:
            self.load_decision_map(Path(snapshot.run.folder), self._state.live)

    def load_decision_map(self, folder: Path, model: RunModel) -> None:
        """Bring the decision map of a run that has just ended into its model, unless the next has begun."""
        ended = model.description

        def show(run: xr.Dataset) -> None:
            if model.description is ended:
                model.add_decision_map(run)

        if (folder / "run.nc").exists():
            self.work.do(lambda: load_run(folder), show, self._failed)

    def compare_chosen(self) -> None:
        """Open the comparison of the chosen runs."""
        folders = [self.folder_of(e) for e in self.chosen()]

        def show(compared: list[ComparedRun]) -> None:
            window = CompareWindow(compared, self._state.theme, self)
            window.show()
            self.comparisons = [*(c for c in self.comparisons if c.isVisible()), window]

        self.work.do(lambda: list(map(read_compared, folders)), show, self._failed)

    def again(self) -> None:
        """Take experiment, bench, imperfections and seed of the chosen run."""
        for entry in self.chosen()[:1]:
            self._state.run_again_asked.emit(self.folder_of(entry).absolute(), entry.seed or 0)

    def ask_tags(self) -> None:
        """Ask for the tags of the chosen runs; those that only some of them have stay as they are."""
        chosen = self.chosen()
        if not chosen:
            return
        label = tr("Tags of {n} runs, parted by commas:", n=len(chosen))
        shared = ", ".join(shared_tags(chosen))
        ask_text(self, tr("Tags"), label, shared, lambda text: self.set_tags(chosen, split_tags(text)))

    def set_tags(self, entries: list[Entry], tags: tuple[str, ...]) -> None:
        """Give runs these tags in place of those they share."""
        shared = shared_tags(entries)

        def write() -> None:
            for entry in entries:
                own = [tag for tag in split_tags(entry.tags) if tag not in shared]
                catalogue.tag(self.folder_of(entry), [*own, *tags])

        self.work.do(write, lambda _: self.refresh(), self._failed)

    def ask_export(self) -> None:
        """Ask for a folder and write the chosen run's tables there."""
        where = QFileDialog.getExistingDirectory(self, tr("Export …"))
        for entry in self.chosen()[:1] if where else ():
            self.export(entry, Path(where))

    def export(self, entry: Entry, to: Path) -> None:
        """Write a run's tables as CSV into a folder of its own within `to`."""
        folder = self.folder_of(entry)
        target = to / folder.name

        def tell(files: list[Path]) -> None:
            self._tell(tr("{n} files written to {folder}", n=len(files), folder=target))

        self.work.do(lambda: export_run(folder, target), tell, self._failed)

    def open_folder(self) -> None:
        """Show the chosen run's folder in the desktop's file manager."""
        for entry in self.chosen()[:1]:
            folder = self.folder_of(entry).absolute()
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                self._tell(tr("No file manager opened; the run is in {folder}", folder=folder))

    def recover_all(self) -> None:
        """Store what was committed of every run whose process died."""
        out = self._state.out

        def tell(lines: list[str]) -> None:
            for line in lines:
                self._state.note(f"{tr('recovered')} {line}")
            self.refresh()

        self.work.do(lambda: recover_runs(out), tell, self._failed)

    def wait(self) -> None:
        """Wait for what is still being read."""
        self._soon.stop()
        self.work.wait()

    def _tell(self, text: str) -> None:
        """Say what was done, here and in the notes."""
        self.said.setText(text)
        self.said.setVisible(True)
        self._state.note(text)

    def _failed(self, error: Exception) -> None:
        self._state.tell(str(error))
