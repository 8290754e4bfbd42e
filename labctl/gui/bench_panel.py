"""The bench panel: instruments with status, identity, hint; calibrations with age; the wiring self-test."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QProcess, pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labctl.gui.board_view import BoardView
from labctl.gui.calibration_table import CalibrationTable
from labctl.gui.phrases import phrase
from labctl.gui.roles import colour, recolour
from labctl.gui.theme import Theme
from labctl.gui.words import must, named, tr
from protocols.errors import LabError

if TYPE_CHECKING:
    from labctl.gui.window import MainWindow


class BenchPanel(QWidget):
    """What the bench is, who answers on it, what is wrong and what to do about it.

    The check runs as `labctl bench check` in a process of its own, because instruments are no business of a
    window; it is off while a run is under way. What it finds wrong stands against a start: `checked`.
    """

    checked = pyqtSignal(object)  # what is wrong, as sentences; none after a good check or for another bench

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._process: QProcess | None = None
        self.check = named(
            QPushButton(tr("Check bench")),
            tr("Check bench"),
            tr("Ask every instrument, compare supply and meter, test the wires. Ends in the safe state.")
            + "  [F6]",
        )
        self.check.setShortcut("F6")
        self.check.clicked.connect(self.start)
        self.verdict = QLabel(tr("Not checked yet."))
        self.verdict.setWordWrap(True)
        self.tree = named(QTreeWidget(), tr("Instruments"))
        self.tree.setHeaderLabels([tr("instrument"), tr("what it says")])
        self.tree.setColumnWidth(0, 150)
        self.tree.setWordWrap(True)
        self.tree.setTabKeyNavigation(False)
        row = QHBoxLayout()
        row.addWidget(self.verdict, 1)
        row.addWidget(self.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.addLayout(row)
        self.board = BoardView(window.theme)
        self.calibrations = CalibrationTable(window)
        column.addWidget(self.tree, 1)
        column.addWidget(self.calibrations)
        column.addWidget(self.board, 1)
        window.experiment.seed.valueChanged.connect(lambda _: self.calibrations.read())
        window.experiment.bench_changed.connect(lambda _: self.forget())
        window.experiment.preflight.verdict_changed.connect(self._from_preflight)
        self.forget()

    def forget(self) -> None:
        """Forget what was found: another bench was chosen."""
        self.tree.clear()
        self.checked.emit(())
        self.calibrations.read()
        bench = self._window.experiment.bench_name()
        try:
            self.board.show_board(bench if self._is_hardware(bench) else "sim")
        except LabError as error:
            self._say("error", "✖ " + str(error))
            return
        if bench == "sim":
            self._say(
                "muted", tr("The simulator has no instruments; its board is drawn by seed and imperfections.")
            )
            self._add(tr("simulator"), tr("ready on this computer"), "good")
        else:
            self._say("muted", tr("Not checked yet."))
        self.check.setEnabled(bench != "sim")

    def start(self) -> None:
        """Check the chosen bench file."""
        snapshot = self._window.snapshot
        if snapshot is not None and not snapshot.is_over:
            self._say("warning", "▲ " + tr("A run is under way; the bench can be checked after it."))
            return
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self.check.setEnabled(False)
        self._say("muted", "… " + tr("Checking …"))
        bench = self._window.experiment.bench_name()
        code = "from labctl.cli import main; main()"
        self._process.start(sys.executable, ["-c", code, "bench", "check", bench, "--json"])

    def show_check(self, found: Mapping[str, Any]) -> None:
        """Show what `labctl bench check --json` printed."""
        self.tree.clear()
        for part in found.get("instruments", ()):
            who = part.get("identity") or {}
            says = " ".join(str(who.get(k, "")) for k in ("name", "serial")).strip()
            item = self._add(part["name"], says or part["error"] or "", "good" if part["ok"] else "error")
            self._add(tr("address"), str(part["address"]), "muted", item)
            if part["error"]:
                self._add(tr("what to do"), part["error"], "error", item)
            item.setExpanded(not part["ok"])
        for name, reading in (found.get("supply") or {}).items():
            self._add(f"{tr('supply')} {name}", f"{reading['V']:.3f} V, {1e3 * reading['A']:.1f} mA", "good")
        if found.get("meter_V") is not None:
            self._add(tr("meter"), f"{found['meter_V']:.4f} V", "good")
        self._show_wires(found.get("wires"))
        self.board.mark(found.get("wires"))
        problems = list(found.get("problems", ())) or ([found["error"]] if found.get("error") else [])
        self.checked.emit(tuple(problems))
        if problems:
            self._say("error", "✖ " + "\n".join(problems))
        else:
            self._say("good", "✔ " + tr("The bench is ready, and it was left safe."))

    def _show_wires(self, wires: Mapping[str, Any] | None) -> None:
        if wires is None:
            return
        faults = wires["faults"]
        head = self._add(
            tr("wires"),
            tr("{n} wrong", n=len(faults)) if faults else tr("all right"),
            "error" if faults else "good",
        )
        wrong = {str(name) for fault in faults for name in fault["wires"]}
        for name, got in wires["arrived"].items():
            role = "error" if name in wrong else "good"
            text = tr(
                "free {free} V, clamped {clamped} V",
                free=f"{got['free']:.3f}",
                clamped=f"{got['clamped']:.3f}",
            )
            self._add(name, text, role, head)
        for fault in faults:
            self._add(tr("what to do"), fault["sentence"], "error", head)
        head.setExpanded(bool(faults))

    def _finished(self, code: int) -> None:
        process = self._process
        self.check.setEnabled(True)
        if process is None:
            return
        said = bytes(process.readAllStandardOutput().data()).decode("utf-8", "replace")
        try:
            self.show_check(json.loads(said))
        except ValueError:
            error = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip()
            self._say(
                "error", "✖ " + (error[-600:] or tr("The check said nothing; exit code {code}.", code=code))
            )

    def _from_preflight(self) -> None:
        sheet = self._window.experiment.preflight.sheet
        if sheet is None:
            return
        self.tree.clear()
        for part in sheet["instruments"]:
            item = self._add(phrase(part["name"]), phrase(part["answer"]), "good")
            self._add(tr("address"), phrase(part["address"]), "muted", item)
        self.calibrations.read()
        for name, text in sheet["limits"].items():
            self._add(f"{tr('limit')}: {tr(name)}", phrase(text), "muted")
        for text in sheet["safe"]:
            self._add(tr("safe means"), phrase(text), "muted")
        self._say("good", "✔ " + tr("Everybody answered at the preflight."))

    def restyle(self, theme: Theme) -> None:
        """Take another theme."""
        self.board.restyle(theme)
        for tree in (self.tree, self.calibrations):
            recolour(tree, theme)

    def _is_hardware(self, bench: str) -> bool:
        return bench != "sim" and not self._window.experiment.is_simulated()

    def _add(self, name: str, text: str, role: str, parent: QTreeWidgetItem | None = None) -> QTreeWidgetItem:
        sign = {"good": "✔ ", "error": "✖ "}.get(role, "") if parent is None else ""
        item = QTreeWidgetItem([f"{sign}{name}", text])
        item.setToolTip(1, text)
        colour(item, 1, role, self._window.theme)
        if parent is None:
            self.tree.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _say(self, role: str, text: str) -> None:
        self.verdict.setProperty("role", role)
        self.verdict.setText(text)
        style = must(self.verdict.style())
        style.unpolish(self.verdict)
        style.polish(self.verdict)
