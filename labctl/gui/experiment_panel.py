"""The experiment panel: open, edit, validate, choose the bench, preflight."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QSettings, QTimer, pyqtSignal
from PyQt6.QtGui import QFontDatabase, QKeySequence
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

import labctl
from labctl.benches import load_bench
from labctl.gui.document import ExperimentDocument, differences
from labctl.gui.preflight_card import PreflightCard
from labctl.gui.settings_form import SettingsForm
from labctl.gui.task_form import TaskForm
from labctl.gui.words import must, named, tr
from labctl.request import RunRequest
from protocols.errors import ConfigError, LabError

_RECENT = 8
_CHANGES = 4  # differences named; all are in the tooltip
_TYPED_MS = 500  # after the last key, the text is read


class ExperimentPanel(QWidget):
    """One experiment and the bench it shall run on; `request_changed` whenever a preflight would differ."""

    request_changed = pyqtSignal()
    bench_changed = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(self, store: QSettings, out: Path) -> None:
        super().__init__()
        self._store, self.out = store, out
        self.document = ExperimentDocument()
        self.bench_facts: tuple[str, bool | None] = ("", None)  # its name, and whether it is simulated
        self.doses: Callable[[], tuple[str | None, list[str]]] = lambda: (None, [])
        self.form, self.task = SettingsForm(self.document), TaskForm(self.document)
        self.text = named(QPlainTextEdit(), tr("Experiment file, TOML"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._typed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPED_MS)
        self._pause.timeout.connect(lambda: self.document.set_text(self.text.toPlainText()))
        self.tabs = named(QTabWidget(), tr("Form or file"))
        for page in (self.form, self.task, self.text):
            self.tabs.addTab(page, "")
        self._last: tuple[str, dict[str, Any]] | None = None
        self.changes = QLabel()
        self.changes.setProperty("role", "muted")
        self.changes.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.preflight = PreflightCard()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.addLayout(self._head())
        column.addWidget(self.tabs, 1)
        column.addWidget(self.changes)
        column.addWidget(self.problem)
        column.addWidget(self.preflight)
        self.document.changed.connect(self._edited)
        self._edited()

    # ── making ───────────────────────────────────────────────────────────────────────────────────

    def _head(self) -> QGridLayout:
        self.preset = named(QComboBox(), tr("Experiment"), tr("Examples and files opened lately"))
        self.preset.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.preset.activated.connect(self._chosen)
        self.bench = named(QComboBox(), tr("Bench"), tr("The simulator, or a bench file"))
        self.bench.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.bench.addItem(tr("simulator"), "sim")
        for file in sorted(_near("benches").glob("*.toml")):
            self.bench.addItem(file.stem, str(file))
        self.bench.addItem(tr("other bench file …"), None)
        self.bench.activated.connect(self._bench_chosen)
        self.seed = named(QSpinBox(), tr("Seed"), tr("Draws the board, its noise and the initial gates."))
        self.seed.setRange(0, 2_000_000_000)
        self.seed.valueChanged.connect(lambda _: self._stale())
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
        for label, key, slot, can in (
            (tr("Undo"), keys.Undo, stack.undo, stack.canUndoChanged),
            (tr("Redo"), keys.Redo, stack.redo, stack.canRedoChanged),
        ):
            action = must(menu.addAction(label))
            action.setShortcut(QKeySequence(key))
            action.setEnabled(False)
            action.triggered.connect(lambda _=False, s=slot: s())
            can.connect(action.setEnabled)
        self.addActions(menu.actions())
        more.setMenu(menu)
        self._fill_presets()
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

    def _fill_presets(self) -> None:
        self.preset.clear()
        recent = [str(p) for p in self._store.value("recent", [], list) if Path(str(p)).exists()]
        for file in recent:
            self.preset.addItem(Path(file).name, file)
        if recent:
            self.preset.insertSeparator(len(recent))
        for example in sorted(_near("examples").glob("*.toml")):
            self.preset.addItem(f"{tr('example')}: {example.stem}", str(example))
        self.preset.setCurrentIndex(-1)
        self.preset.setPlaceholderText(tr("choose an experiment"))

    # ── files ────────────────────────────────────────────────────────────────────────────────────

    def open(self, path: Path) -> bool:
        """Open an experiment file; what is wrong with it is shown."""
        try:
            self.document.load(path)
        except ConfigError as error:
            self.failed.emit(str(error))
            return False
        known = [str(p) for p in self._store.value("recent", [], list) if str(p) != str(path)]
        self._store.setValue("recent", [str(path.absolute()), *known][:_RECENT])
        self._fill_presets()
        self.preset.setCurrentIndex(max(self.preset.findData(str(path.absolute())), 0))
        return True

    def ask_open(self) -> None:
        """Ask for a file and open it."""
        where, _ = QFileDialog.getOpenFileName(self, tr("Open …"), "", "TOML (*.toml)")
        if where:
            self.open(Path(where))

    def save(self) -> None:
        """Save the file; examples are saved elsewhere."""
        path = self.document.path
        if path is None or path.parent == _near("examples"):
            self.save_as()
            return
        self._save(path)

    def save_as(self) -> None:
        """Ask where, and save."""
        name = self.document.path.name if self.document.path is not None else "experiment.toml"
        where, _ = QFileDialog.getSaveFileName(self, tr("Save as …"), name, "TOML (*.toml)")
        if where:
            self._save(Path(where))

    def _save(self, path: Path) -> None:
        try:
            self.document.save(path)
        except ConfigError as error:
            self.failed.emit(str(error))

    # ── what would run ───────────────────────────────────────────────────────────────────────────

    def request(self) -> RunRequest:
        """Return what Start would run. Raises ConfigError while the experiment has a mistake."""
        if self.document.problem is not None:
            raise self.document.problem
        if self.document.settings is None:
            raise ConfigError("no experiment is open", allowed="choose one at the top of the panel")
        imperfections, doses = self.doses() if self.is_simulated() else (None, [])
        return RunRequest(
            experiment=self.document.file_to_run().absolute(),
            bench=self.bench_name(),
            imperfections=imperfections,
            seed=self.seed.value(),
            out=self.out.absolute(),
            figures=self.draws_figures(),
            overrides=tuple(f"imperfections.{d}" for d in doses),
            command=("labctl", "gui"),
        )

    def draws_figures(self) -> bool:
        """Tell whether the figures of a run are drawn at its end."""
        return bool(self._store.value("figures", True, bool))

    def bench_name(self) -> str:
        """Return "sim" or the bench file."""
        return str(self.bench.currentData() or "sim")

    def is_simulated(self) -> bool:
        """Tell whether the bench takes doses of imperfections."""
        return self.bench_name() == "sim" or "hardware" not in Path(self.bench_name()).read_text("utf-8")

    def choose_bench(self, name: str) -> None:
        """Choose a bench by name or file."""
        place = self.bench.findData(name)
        if place < 0:
            self.bench.insertItem(self.bench.count() - 1, Path(name).stem, name)
            place = self.bench.findData(name)
        self.bench.setCurrentIndex(place)
        self._bench_chosen(place)

    def _bench_chosen(self, place: int) -> None:
        if self.bench.itemData(place) is None:
            where, _ = QFileDialog.getOpenFileName(self, tr("Bench"), "", "TOML (*.toml)")
            self.choose_bench(where or "sim")
            return
        limits = None
        self.bench_facts = Path(self.bench_name()).stem, None
        try:
            loaded = load_bench(self.bench_name(), None, 0)
        except LabError as error:
            self.failed.emit(str(error))
        else:
            limits, known = loaded.limits, loaded.settings
            simulated = known.get("kind", "sim") == "sim" or bool(known.get("simulated"))
            self.bench_facts = str(known.get("name", self.bench_facts[0])), simulated
        self.document.recheck(limits)
        self.bench_changed.emit(self.bench_name())

    def _chosen(self, place: int) -> None:
        if self.preset.itemData(place):
            self.open(Path(str(self.preset.itemData(place))))

    def _typed(self) -> None:
        if self.text.toPlainText() != self.document.text:
            self._pause.start()

    def _edited(self) -> None:
        if self.text.toPlainText() != self.document.text and not self.text.hasFocus():
            self.text.setPlainText(self.document.text)
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
        self._stale()

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

    def _stale(self) -> None:
        self.preflight.forget()
        self.request_changed.emit()


def _near(name: str) -> Path:
    """Return a folder beside the working folder or beside labctl itself."""
    here = Path.cwd() / name
    return here if here.is_dir() else Path(labctl.__file__).parent.parent / name
