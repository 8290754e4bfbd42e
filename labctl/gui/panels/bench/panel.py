"""The bench panel: instruments with status, identity, hint; calibrations with age; the wiring self-test."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labctl.engine.reports import CheckReport, WiresChecked
from labctl.gui.panels.bench.board_view import BoardView
from labctl.gui.panels.bench.calibration_table import CalibrationTable
from labctl.gui.state.app_state import AppState
from labctl.gui.state.bench_safety import CheckOver, told_end
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import named, repolish, tr
from labctl.gui.widgets.questions import confirm
from labctl.gui.widgets.theme import Theme
from labctl.gui.widgets.tree_colours import colour, recolour
from protocols.errors import LabError


class BenchPanel(QWidget):
    """What the bench is, who answers on it, what is wrong and what to do about it.

    `check_asked` once somebody has agreed to have it energised. A check is off while a run is under way; what
    it finds wrong stands against a start.
    """

    check_asked = pyqtSignal()

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state, self._safety = state, state.safety
        self.check = named(
            QPushButton(tr("Check bench")),
            tr("Check bench"),
            tr(
                "Ask every instrument, switch the supply on and compare it with the meter, charge the gates "
                "anew and test the wires. What the board has learned is lost. Ends in the safe state."
            )
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
        self.board = BoardView(state.theme)
        self.calibrations = CalibrationTable(state)
        column.addWidget(self.tree, 1)
        column.addWidget(self.calibrations)
        column.addWidget(self.board, 1)
        state.selected.seed_changed.connect(self.calibrations.read)
        state.selected.bench_changed.connect(self.forget)
        state.preflight.found.connect(self._from_preflight)
        state.safety.check_ended.connect(self._ended)
        state.safety.check_changed.connect(self._enable)
        self.forget()

    def forget(self) -> None:
        """Forget what was found: another bench was chosen."""
        self.tree.clear()
        self._state.preflight.stand_against(())
        self.calibrations.read()
        self._enable()
        bench = self._state.selected.bench
        try:
            self.board.show_board(bench.file if bench.has_instruments else "sim")
        except LabError as error:
            self._say("error", "✖ " + str(error))
            return
        if bench.file == "sim":
            self._say(
                "muted", tr("The simulator has no instruments; its board is drawn by seed and imperfections.")
            )
            self._add(tr("simulator"), tr("ready on this computer"), "good")
        elif self._safety.is_checking and self._safety.is_chosen(self._safety.checked.file):
            self._say("muted", "… " + tr("Checking …"))
        else:
            self._say("muted", tr("Not checked yet."))

    def _enable(self) -> None:
        has_instruments = self._state.selected.bench.has_instruments
        self.check.setEnabled(has_instruments and not self._safety.is_checking)

    def start(self) -> None:
        """Check the chosen bench file, once somebody has agreed to have it energised."""
        question = tr(
            "Energise {bench} and check it? The supply is switched on and the gates are charged anew: what "
            "the board has learned is lost.",
            bench=self._state.selected.bench.name,
        )
        if self._is_refused() or not confirm(self, question) or self._is_refused():
            return
        self.tree.clear()
        self.board.mark(None)
        self._say("muted", "… " + tr("Checking …"))
        self.check_asked.emit()

    def _is_refused(self) -> bool:
        """Tell whether the bench cannot be checked now, and say why."""
        if self._state.engine.is_running:
            self._say("warning", "▲ " + tr("A run is under way; the bench can be checked after it."))
            return True
        return self._safety.is_checking

    def show_check(self, found: CheckReport) -> None:
        """Show what a check found."""
        self.tree.clear()
        for part in found.instruments:
            says = part.identity.label() if part.identity is not None else phrase(part.error or "")
            item = self._add(phrase(part.name), says, "good" if part.ok else "error")
            self._add(tr("address"), part.address, "muted", item)
            if part.error:
                self._add(tr("what to do"), phrase(part.error), "error", item)
            item.setExpanded(not part.ok)
        for name, reading in found.supply.items():
            self._add(f"{tr('supply')} {name}", f"{reading.V:.3f} V, {1e3 * reading.A:.1f} mA", "good")
        if found.meter_V is not None:
            self._add(tr("meter"), f"{found.meter_V:.4f} V", "good")
        if found.wires is not None:
            self._show_wires(found.wires)
        self.board.mark(found.wires)

    def _show_wires(self, wires: WiresChecked) -> None:
        faults = wires.faults
        head = self._add(
            tr("wires"),
            tr("{n} wrong", n=len(faults)) if faults else tr("all right"),
            "error" if faults else "good",
        )
        wrong = {name for fault in faults for name in fault.wires}
        for name, got in wires.arrived.items():
            role = "error" if name in wrong else "good"
            text = tr(
                "free {free} V, clamped {clamped} V", free=f"{got.free:.3f}", clamped=f"{got.clamped:.3f}"
            )
            self._add(name, text, role, head)
        for fault in faults:
            self._add(tr("what to do"), phrase(fault.sentence), "error", head)
        head.setExpanded(bool(faults))

    def _ended(self, over: CheckOver) -> None:
        """Show how a check ended; what it found belongs to the bench it was asked for."""
        role, text = told_end(over)
        if not self._safety.is_chosen(over.bench.file):
            self._state.note(f"{over.bench.name}: {text}")
            return
        if over.report is not None:
            self.show_check(over.report)
        self._state.preflight.stand_against(over.problems)
        self._say(role, text)

    def _from_preflight(self) -> None:
        report = self._state.preflight.report
        if report is None:
            return
        self.tree.clear()
        for part in report.instruments:
            item = self._add(phrase(part.name), phrase(part.answer), "good")
            self._add(tr("address"), phrase(part.address), "muted", item)
        self.calibrations.read()
        for name, text in report.limits.items():
            self._add(f"{tr('limit')}: {tr(name)}", phrase(text), "muted")
        for text in report.safe:
            self._add(tr("safe means"), phrase(text), "muted")
        self._say("good", "✔ " + tr("Everybody answered at the preflight."))

    def restyle(self, theme: Theme) -> None:
        self.board.restyle(theme)
        for tree in (self.tree, self.calibrations):
            recolour(tree, theme)

    def _add(self, name: str, text: str, role: str, parent: QTreeWidgetItem | None = None) -> QTreeWidgetItem:
        sign = {"good": "✔ ", "error": "✖ "}.get(role, "") if parent is None else ""
        item = QTreeWidgetItem([f"{sign}{name}", text])
        item.setToolTip(1, text)
        colour(item, 1, role, self._state.theme)
        if parent is None:
            self.tree.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _say(self, role: str, text: str) -> None:
        self.verdict.setProperty("role", role)
        self.verdict.setText(text)
        repolish(self.verdict)
