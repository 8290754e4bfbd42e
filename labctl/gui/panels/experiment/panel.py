"""The experiment panel: open, edit, validate, choose the bench, preflight."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from labctl.experiment.differences import differences
from labctl.experiment.tables import TomlTable
from labctl.gui.panels.experiment.picker import ExperimentPicker, is_example, is_of_a_run, near
from labctl.gui.panels.experiment.preflight_card import PreflightCard
from labctl.gui.panels.experiment.settings_form import SettingsForm
from labctl.gui.panels.experiment.task_form import TaskForm
from labctl.gui.panels.experiment.toml_editor import TomlEditor
from labctl.gui.state.app_state import AppState
from labctl.gui.text.words import must, named, tr
from labctl.gui.widgets.number_boxes import WholeBox
from labctl.gui.widgets.questions import UnsavedAnswer, ask_unsaved
from labctl.store.folder import slug
from protocols.errors import ConfigError

_CHANGES = 4  # differences named; all are in the tooltip


class ExperimentPanel(QWidget):
    """The selected experiment as forms and as a file, and the bench and seed it shall run with."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state, self._selected = state, state.selected
        self.document = state.selected.document
        self.form, self.task = SettingsForm(self.document), TaskForm(self.document)
        self.text = TomlEditor(self.document)
        self.tabs = named(QTabWidget(), tr("Form or file"))
        for page in (self.form, self.task, self.text):
            self.tabs.addTab(page, "")
        self._last: tuple[str, TomlTable] | None = None
        self.changes = QLabel()
        self.changes.setProperty("role", "muted")
        self.changes.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.card = PreflightCard(state.preflight)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.addLayout(self._head())
        column.addWidget(self.tabs, 1)
        column.addWidget(self.changes)
        column.addWidget(self.problem)
        column.addWidget(self.card)
        self.document.changed.connect(self._edited)
        self._selected.reading.connect(self.commit)
        state.last_run_changed.connect(self.compare_with)
        self._edited()

    # ── making ───────────────────────────────────────────────────────────────────────────────────

    def _head(self) -> QGridLayout:
        self.preset = ExperimentPicker(self.state.store)
        self.preset.activated.connect(self._chosen)
        self.bench = named(QComboBox(), tr("Bench"), tr("The simulator, or a bench file"))
        self.bench.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.bench.addItem(tr("simulator"), "sim")
        for file in sorted(near("benches").glob("*.toml")):
            self.bench.addItem(file.stem, str(file))
        self.bench.addItem(tr("other bench file …"), None)
        self.bench.activated.connect(self._bench_chosen)
        self.seed = named(WholeBox(), tr("Seed"), tr("Draws the board, its noise and the initial gates."))
        self.seed.valueChanged.connect(lambda _: self._selected.set_seed(self.seed.value()))
        more = named(QPushButton("≡"), tr("Experiment menu"), tr("Open, save, undo, redo"))
        menu = QMenu(more)
        for label, key, slot in (
            (tr("Open …"), QKeySequence.StandardKey.Open, self.ask_open),
            (tr("Save"), QKeySequence.StandardKey.Save, self.save),
            (tr("Save as …"), QKeySequence.StandardKey.SaveAs, self.save_as),
        ):
            action = must(menu.addAction(label))
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _=False, s=slot: s())
        menu.addSeparator()
        stack, keys = self.document.undo, QKeySequence.StandardKey
        for label, key, step, can in (
            (tr("Undo"), keys.Undo, stack.undo, stack.canUndoChanged),
            (tr("Redo"), keys.Redo, stack.redo, stack.canRedoChanged),
        ):
            action = must(menu.addAction(label))
            action.setShortcuts(key)  # every one that a field would take
            action.setEnabled(False)
            action.triggered.connect(lambda _=False, s=step: self._step(s))
            can.connect(action.setEnabled)
        self.addActions(menu.actions())
        more.setMenu(menu)
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        row = QHBoxLayout()
        row.addWidget(self.preset, 1)
        row.addWidget(more)
        for line, (label, field) in enumerate(
            ((tr("Experiment"), None), (tr("Bench"), self.bench), (tr("Seed"), self.seed))
        ):
            grid.addWidget(QLabel(label), line, 0)
            grid.addLayout(row, line, 1) if field is None else grid.addWidget(field, line, 1)
        grid.setColumnStretch(1, 1)
        return grid

    # ── files ────────────────────────────────────────────────────────────────────────────────────

    def open(self, path: Path) -> bool:
        """Open an experiment file; what is wrong with it is shown."""
        self.commit()
        try:
            self.document.load(path)
        except ConfigError as error:
            self.state.tell(str(error))
            self.preset.show_open(self.document.path)
            return False
        self.preset.remember(path)
        self.preset.show_open(path)
        return True

    def ask_open(self) -> None:
        """Ask for a file and open it."""
        if not self.may_leave():
            return
        where, _ = QFileDialog.getOpenFileName(self, tr("Open …"), "", "TOML (*.toml)")
        if where:
            self.open(Path(where))

    def may_leave(self) -> bool:
        """Ask what becomes of unsaved changes, if there are any; tell whether the experiment may go."""
        self.commit()
        path, is_saved = self.document.path, self.document.is_saved or not self.document.text
        answer = (
            UnsavedAnswer.DISCARD
            if is_saved
            else ask_unsaved(self, path.name if path is not None else tr("Experiment"))
        )
        if answer is UnsavedAnswer.SAVE:
            return self.save()
        return answer is UnsavedAnswer.DISCARD

    def save(self) -> bool:
        """Save the file, those of examples and of stored runs elsewhere; tell whether it was saved."""
        path = self.document.path
        if path is None or is_example(path) or is_of_a_run(path):
            return self.save_as()
        return self._save(path)

    def save_as(self) -> bool:
        """Ask where, and save; tell whether it was saved."""
        name = slug(str(self.document.get("name") or "experiment")) + ".toml"
        where, _ = QFileDialog.getSaveFileName(self, tr("Save as …"), name, "TOML (*.toml)")
        return bool(where) and self._save(Path(where))

    def _save(self, path: Path) -> bool:
        self.commit()
        try:
            if is_of_a_run(path):
                raise ConfigError(
                    "belongs to a stored run, which stays as it ran",
                    file=str(path),
                    allowed="save it elsewhere",
                )
            self.document.save(path)
        except ConfigError as error:
            self.state.tell(str(error))
            return False
        self.preset.remember(path)
        self.preset.show_open(path)
        return True

    # ── what is being typed ──────────────────────────────────────────────────────────────────────

    def commit(self) -> None:
        """Take what is still being typed, in any field of the window: leave the field, and come back."""
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit | QAbstractSpinBox):
            field.clearFocus()
            if field.isVisible():  # the editor of a table's cell is closed
                field.setFocus()
        self.text.commit()

    def _step(self, step: Callable[[], None]) -> None:
        """Undo or redo, after what is being typed has become a step itself."""
        self.commit()
        step()

    # ── the bench ────────────────────────────────────────────────────────────────────────────────

    def known_benches(self) -> list[str]:
        """Return the benches that are offered, by name or file."""
        return [str(self.bench.itemData(k)) for k in range(self.bench.count()) if self.bench.itemData(k)]

    def choose_bench(self, name: str, words: str = "") -> None:
        """Choose a bench by name or file; `words` tell it from others, when it is not offered yet."""
        if self.bench.findData(name) < 0:
            self.bench.insertItem(self.bench.count() - 1, words or Path(name).stem, name)
        self.bench.setCurrentIndex(self.bench.findData(name))
        self._selected.choose_bench(name)

    def _bench_chosen(self, place: int) -> None:
        if (file := self.bench.itemData(place)) is not None:
            self._selected.choose_bench(str(file))
            return
        where, _ = QFileDialog.getOpenFileName(self, tr("Bench"), "", "TOML (*.toml)")
        if where:
            self.choose_bench(where)
        else:
            self.bench.setCurrentIndex(self.bench.findData(self._selected.bench.file))

    # ── what is shown ────────────────────────────────────────────────────────────────────────────

    def _chosen(self, place: int) -> None:
        if self.preset.itemData(place) and self.may_leave():
            self.open(Path(str(self.preset.itemData(place))))
        else:
            self.preset.show_open(self.document.path)

    def _edited(self) -> None:
        problem = self.document.problem
        self._show_changes()
        pages = {tr("Settings"): self.form, tr("Network and task"): self.task}
        at = [problem is not None and page.shows(problem.key) for page in pages.values()]
        for place, (title, wrong) in enumerate(zip(pages, at, strict=True)):
            self.tabs.setTabText(place, title + (" ▲" if wrong else ""))
        self.problem.setVisible(problem is not None and not any(at))
        self.problem.setText("▲ " + problem.sentence() if problem is not None else "")
        saved = self.document.is_saved or not self.document.text
        self.tabs.setTabText(len(pages), tr("File") + ("" if saved else " •"))

    def compare_with(self, name: str, file: Path) -> None:
        """Say from now on in what the experiment differs from this run's."""
        try:
            self._last = name, tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError):  # a run cut short before it was written
            self._last = None
        self._show_changes()

    def _show_changes(self) -> None:
        try:
            now = tomllib.loads(self.document.text)
        except ValueError:
            return  # the mistake is shown
        self.changes.setVisible(bool(self._last and now))
        if self._last is None or not now:
            return
        name, before = self._last
        if before.get("name") != now.get("name"):
            self.changes.setText(tr("Another experiment than the last run, {run}.", run=name))
            return
        found = [f"{key}: {a} → {b}" for key, a, b in differences(before, now)]
        text = "; ".join(found[:_CHANGES]) + (" …" if len(found) > _CHANGES else "")
        same = tr("The same settings as the last run, {run}.", run=name)
        self.changes.setText(tr("Since the last run, {run}:", run=name) + f" {text}" if found else same)
        self.changes.setToolTip("\n".join(found))
