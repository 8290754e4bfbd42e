"""The bench panel: instruments with status, identity, hint; calibrations with age; the wiring self-test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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

from labctl.gui.panels.bench.board_view import BoardView
from labctl.gui.panels.bench.calibration_table import CalibrationTable
from labctl.gui.panels.bench.check_process import CheckEnd, CheckProcess
from labctl.gui.state.safety_status import NOT_READY, Standing, Touch, checking
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import named, repolish, tr
from labctl.gui.widgets.theme import Theme
from labctl.gui.widgets.tree_colours import colour, recolour
from protocols.errors import LabError

if TYPE_CHECKING:
    from labctl.gui.app.window import MainWindow


class BenchPanel(QWidget):
    """What the bench is, who answers on it, what is wrong and what to do about it.

    The check runs as `labctl bench check` in a process of its own, because instruments are no business of a
    window; it is off while a run is under way. What it finds wrong stands against a start: `checked`. While
    it goes on the bench is energised: `check_changed` when it begins and when nobody holds the bench.
    """

    checked = pyqtSignal(object)  # what is wrong, as sentences; none after a good check or for another bench
    check_changed = pyqtSignal()
    check_began = pyqtSignal()
    found_safe = pyqtSignal()  # the check has read back the safe state of every instrument

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self.process = CheckProcess()
        self.process.ended.connect(self._ended)
        self._facts: tuple[str, bool | None] = ("", None)  # of the bench that was checked
        self._left: Standing | None = None  # what a check left that is not known to be safe
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
        self._enable()
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
        elif self.process.under_way and self._is_of(self.process.bench):
            self._say("muted", "… " + tr("Checking …"))
        else:
            self._say("muted", tr("Not checked yet."))

    def _enable(self) -> None:
        hardware = self._is_hardware(self._window.experiment.bench_name())
        self.check.setEnabled(hardware and not self.process.under_way)

    def start(self) -> None:
        """Check the chosen bench file, once somebody has agreed to have it energised."""
        facts, bench = self._window.experiment.bench_facts, self._window.experiment.bench_name()
        question = tr(
            "Energise {bench} and check it? The supply is switched on and the gates are charged anew: what "
            "the board has learned is lost.",
            bench=facts[0],
        )
        if self._is_refused() or not self._window.confirm(question) or self._is_refused():
            return
        self._facts = facts
        self.tree.clear()
        self.board.mark(None)
        self.check_began.emit()
        self.process.start(bench)
        self._say("muted", "… " + tr("Checking …"))
        self._enable()
        self.check_changed.emit()

    def end_check(self) -> None:
        """Break a check off: the bench goes to its safe state."""
        if self.process.under_way:
            self.process.end()
            self.check_changed.emit()

    def why_not(self) -> str:
        """Return why nothing else may be done with a bench now; empty when it may."""
        return tr("The bench is being checked; wait for its end.") if self.process.under_way else ""

    def standing(self) -> Standing | None:
        """Return what the banner has to say of a check; None when that is nothing."""
        if self.process.under_way:
            return checking(*self._facts, ending=self.process.ending)
        left = self._left
        if left is not None and left.touch is Touch.UNKNOWN and not self._is_of(self.process.bench):
            return None  # it did not answer, and another one is chosen
        return left

    def forget_left(self, bench: str) -> None:
        """Forget what a check left of a bench: a run has ended since, and made it safe."""
        if self._left is not None and self._left.bench == bench:
            self._left = None

    def _is_refused(self) -> bool:
        """Tell whether the bench cannot be checked now, and say why."""
        snapshot = self._window.snapshot
        if snapshot is not None and not snapshot.is_over:
            self._say("warning", "▲ " + tr("A run is under way; the bench can be checked after it."))
            return True
        return self.process.under_way

    def _is_of(self, bench: str) -> bool:
        return bench == self._window.experiment.bench_name()

    def show_check(self, found: Mapping[str, Any]) -> None:
        """Show what `labctl bench check --json` printed."""
        self.tree.clear()
        for part in found.get("instruments", ()):
            who = part.get("identity") or {}
            says = " ".join(str(who.get(k, "")) for k in ("name", "serial")).strip()
            role = "good" if part["ok"] else "error"
            item = self._add(phrase(part["name"]), says or part["error"] or "", role)
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
        problems = _problems(found)
        self.checked.emit(tuple(problems))
        if problems:
            self._say("error", "✖ " + "\n".join(map(phrase, problems)))
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
            self._add(tr("what to do"), phrase(fault["sentence"]), "error", head)
        head.setExpanded(bool(faults))

    def _ended(self, end: CheckEnd) -> None:
        """Take in how a check ended; what it found belongs to the bench it was asked for."""
        role, text = self._told(end)
        self._left = None if end.safe else self._left_by(end, text)
        if end.has_read_safe:
            self.found_safe.emit()
        if not self._is_of(end.bench):
            self._window.notes.say(f"{self._facts[0]}: {text}")
        elif end.found and not end.deed:
            self.show_check(end.found)
        else:
            self._say(role, text)
        self._enable()
        self.check_changed.emit()

    def _told(self, end: CheckEnd) -> tuple[str, str]:
        """Return how a check ended, as role and words."""
        problems = _problems(end.found)
        if end.deed and end.safe:
            parts = "; ".join(str(part["name"]) for part in end.deed["parts"])
            text = tr("The check was broken off; the guardian made the bench safe: {parts}.", parts=parts)
            return "warning", "▲ " + text
        if end.deed:
            text = tr("The guardian could not make the bench safe: {why}", why=end.deed["problem"])
            return "error", "✖ " + text + " " + tr("Switch the board's supply off by hand.")
        if problems:
            return "error", "✖ " + "\n".join(map(phrase, problems))
        if end.found:
            return "good", "✔ " + tr("The bench is ready, and it was left safe.")
        if end.safe:
            return "muted", "○ " + tr("The check was broken off before anything was energised.")
        text = tr("The check died, and what the bench holds is not known. {said}", said=end.said[-600:])
        return "error", "✖ " + text

    def _left_by(self, end: CheckEnd, text: str) -> Standing:
        """Return the standing of a bench that is not known to be safe: was it energised by us?"""
        asked = all(part["ok"] for part in end.found.get("instruments", ()))  # else nothing was done
        untouched = bool(end.found) and not (asked and "safe" in end.found)
        why = text.removeprefix("✖ ").rpartition("\n")[2]  # the last one tells of the safe state
        if untouched:
            return Standing(NOT_READY, Touch.UNKNOWN, why, *self._facts)
        return Standing("FAULT", Touch.DO_NOT, why, *self._facts)

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
        repolish(self.verdict)


def _problems(found: Mapping[str, Any]) -> list[str]:
    """Return what a check found wrong, as its own sentences."""
    return list(found.get("problems", ())) or ([str(found["error"])] if found.get("error") else [])
