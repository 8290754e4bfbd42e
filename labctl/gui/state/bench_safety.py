"""Whether the bench may be touched: what the engine says, and what checks of the bench have found since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from labctl.engine.snapshot import Snapshot
from labctl.gui.state.check_process import CheckEnd, CheckProcess
from labctl.gui.state.engine_view import EngineView
from labctl.gui.state.run_model import RunModel
from labctl.gui.state.safety_status import (
    NOT_READY,
    LinkState,
    SafetyStatus,
    TouchAdvice,
    checking,
    worse,
)
from labctl.gui.state.selected_experiment import ChosenBench, SelectedExperiment
from labctl.gui.state.unresolved_fault import UnresolvedFault, are_one_bench
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import tr
from protocols.engine import RunState


class BenchSafety(QObject):
    """Sums up engine and checks into one status for the banner; `changed` whenever that may differ.

    The check runs as `labctl bench check` in a process of its own, because instruments are no business of a
    window. While it goes on the bench is energised, and nothing else may be done with one.
    """

    changed = pyqtSignal()
    check_changed = pyqtSignal()  # it began, is being broken off, or is over
    check_ended = pyqtSignal(object)  # CheckEnd, before `check_changed`

    def __init__(self, engine: EngineView, selected: SelectedExperiment, live: RunModel) -> None:
        super().__init__()
        self._engine, self._selected, self._live = engine, selected, live
        self.process = CheckProcess()
        self.process.ended.connect(self._ended)
        self.checked = ChosenBench("", "")  # the bench that was checked last
        self._left: SafetyStatus | None = None  # what a check left that is not known to be safe
        self._fault = UnresolvedFault()
        self.check_changed.connect(self.changed)
        engine.changed.connect(self.changed)
        engine.link_changed.connect(self.changed)
        engine.run_ended.connect(self._run_ended)
        selected.bench_changed.connect(self.changed)

    def status(self) -> SafetyStatus:
        """Return what the banner has to say."""
        told = self._fault.seen(*self._engine.status())
        bench = self._selected.bench
        if not told.bench and bench.name:  # none is connected yet: the one that would be
            named = tr("chosen: {bench}", bench=bench.name)
            told = replace(told, bench=named, simulated=bench.simulated)
        elif told.bench == bench.name and told.simulated is None:  # the run ended before it could say
            told = replace(told, simulated=bench.simulated)
        return worse(told, self.of_check())

    def of_check(self) -> SafetyStatus | None:
        """Return what there is to say of a check; None when that is nothing."""
        if self.process.under_way:
            return checking(self.checked.name, self.checked.simulated, ending=self.process.ending)
        left = self._left
        if left is not None and left.touch is TouchAdvice.UNKNOWN and not self.is_chosen(self.process.bench):
            return None  # it did not answer, and another one is chosen
        return left

    def why_not(self) -> str:
        """Return why nothing else may be done with a bench now; empty when it may."""
        return tr("The bench is being checked; wait for its end.") if self.process.under_way else ""

    def is_chosen(self, file: str) -> bool:
        """Tell whether this is the bench that is chosen now."""
        return file == self._selected.bench.file

    # ── a check ──────────────────────────────────────────────────────────────────────────────────

    def start_check(self) -> None:
        """Check the chosen bench, which the engine, or its guardian, may have left unsafe."""
        self.checked = self._selected.bench
        ran_on = Path(self._live.folder) / "bench.toml"
        known = self._live.folder and are_one_bench(Path(self.checked.file), ran_on)
        if known and self._engine.link is not LinkState.GONE:
            self._fault.ask(*self._engine.status())
        else:
            self._fault.ask_nothing()
        self.process.start(self.checked.file)
        self.check_changed.emit()

    def end_check(self) -> None:
        """Break a check off: the bench goes to its safe state."""
        if self.process.under_way:
            self.process.end()
            self.check_changed.emit()

    def forget_left(self, bench: str) -> None:
        """Forget what a check left of a bench: a run has ended since, and made it safe."""
        if self._left is not None and self._left.bench == bench:
            self._left = None
            self.changed.emit()

    def _ended(self, end: CheckEnd) -> None:
        self._left = None if end.safe else self._left_by(end)
        if end.has_read_safe:
            self._fault.settle()
        self.check_ended.emit(end)
        self.check_changed.emit()

    def _left_by(self, end: CheckEnd) -> SafetyStatus:
        """Return the status of a bench that is not known to be safe: was it energised by us?"""
        asked = all(part["ok"] for part in end.found.get("instruments", ()))  # else nothing was done
        untouched = bool(end.found) and not (asked and "safe" in end.found)
        why = told_end(end)[1].removeprefix("✖ ").rpartition("\n")[2]  # the last one tells of the safe state
        bench = self.checked.name, self.checked.simulated
        if untouched:
            return SafetyStatus(NOT_READY, TouchAdvice.UNKNOWN, why, *bench)
        return SafetyStatus("FAULT", TouchAdvice.DO_NOT, why, *bench)

    def _run_ended(self, snapshot: Snapshot) -> None:
        if snapshot.state is RunState.SAFE and snapshot.bench is not None:
            self.forget_left(snapshot.bench.name)


def told_end(end: CheckEnd) -> tuple[str, str]:
    """Return how a check ended, as a role of the theme and words."""
    problems = problems_of(end.found)
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


def problems_of(found: Mapping[str, Any]) -> list[str]:
    """Return what a check found wrong, as its own sentences."""
    return list(found.get("problems", ())) or ([str(found["error"])] if found.get("error") else [])
