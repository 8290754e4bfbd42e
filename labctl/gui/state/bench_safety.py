"""Whether the bench may be touched: what the engine says, and what a check of the bench came to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PyQt6.QtCore import QObject, pyqtSignal

from labctl.engine.reports import CheckReport
from labctl.gui.state.engine_view import EngineView
from labctl.gui.state.safety_status import (
    BROKEN_OFF,
    CHECKING_BENCH,
    ENERGISED,
    NOT_READY,
    SafetyStatus,
    TouchAdvice,
    worse,
)
from labctl.gui.state.selected_experiment import ChosenBench, SelectedExperiment
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import tr
from protocols.errors import LabError


@dataclass(frozen=True)
class CheckOver:
    """A check that has ended: of which bench, and what it found, or what ended it."""

    bench: ChosenBench
    report: CheckReport | None = None
    error: LabError | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what is wrong, as messages."""
        if self.error is not None:
            return (self.error.message,)
        return self.report.problems if self.report is not None else ()

    @property
    def energised(self) -> bool:
        """Tell whether every instrument answered, so that the check went on to drive them."""
        return self.report is not None and all(part.ok for part in self.report.instruments)


class BenchSafety(QObject):
    """Sums up what the engine says into one status for the banner; `changed` whenever that may differ.

    While the engine checks a bench it is energised, and nothing else may be done with one.
    """

    changed = pyqtSignal()
    check_changed = pyqtSignal()  # it began, is being broken off, or is over
    check_ended = pyqtSignal(object)  # CheckOver, before `check_changed`

    def __init__(self, engine: EngineView, selected: SelectedExperiment) -> None:
        super().__init__()
        self._engine, self._selected = engine, selected
        self.checked = ChosenBench("", "")  # the bench that was checked last
        self.ending = False  # the check is being broken off
        self._asked = False  # from the click until the engine tells of the check
        self._open = False  # from the click until what it found is here
        self._not_ready: SafetyStatus | None = None  # a check came to nothing on this bench
        self.check_changed.connect(self.changed)
        engine.changed.connect(self.changed)
        engine.link_changed.connect(self.changed)
        selected.bench_changed.connect(self.changed)

    @property
    def is_checking(self) -> bool:
        """Tell whether a bench is being checked."""
        return self._open or self._engine.is_checking

    def status(self) -> SafetyStatus:
        """Return what the banner has to say."""
        told = self._engine.status(ending=self.ending)
        bench = self._selected.bench
        if not told.bench and bench.name:  # none is connected yet: the one that would be
            named = tr("chosen: {bench}", bench=bench.name)
            told = replace(told, bench=named, simulated=bench.simulated)
        elif told.bench == bench.name and told.simulated is None:  # it ended before it could say
            told = replace(told, simulated=bench.simulated)
        if self._asked:  # the engine has not told of it yet
            return worse(told, self._of_asked())
        return worse(told, None if self.is_checking else self.not_ready())

    def _of_asked(self) -> SafetyStatus:
        why = BROKEN_OFF if self.ending else ENERGISED
        bench = self.checked.name, self.checked.simulated
        return SafetyStatus(CHECKING_BENCH, TouchAdvice.LIVE, why, *bench)

    def not_ready(self) -> SafetyStatus | None:
        """Return what is to be said of a bench whose check came to nothing; None for any other bench."""
        return self._not_ready if self.is_chosen(self.checked.file) else None

    def why_not(self) -> str:
        """Return why nothing else may be done with a bench now; empty when it may."""
        return tr("The bench is being checked; wait for its end.") if self.is_checking else ""

    def is_chosen(self, file: str) -> bool:
        """Tell whether this is the bench that is chosen now."""
        return file == self._selected.bench.file

    # ── a check ──────────────────────────────────────────────────────────────────────────────────

    def check_begins(self) -> None:
        """Take in that the chosen bench is to be checked."""
        self.checked, self.ending, self._asked = self._selected.bench, False, True
        self._open = True
        self._not_ready = None
        self.check_changed.emit()

    def check_is_under_way(self) -> None:
        """Take in that the engine tells of the check from now on."""
        self._asked = False
        self.check_changed.emit()

    def check_is_broken_off(self) -> None:
        """Take in that the check was asked to end: the bench goes to its safe state."""
        self.ending = True
        self.check_changed.emit()

    def check_is_over(self, report: CheckReport | None, error: LabError | None) -> None:
        """Take in what a check found, or what ended it."""
        over = CheckOver(self.checked, report, error)
        if over.problems and not over.energised:  # nothing was driven; the board may be in any state
            why = phrase(over.problems[-1])
            bench = self.checked.name, self.checked.simulated
            self._not_ready = SafetyStatus(NOT_READY, TouchAdvice.UNKNOWN, why, *bench)
        self._close(over)

    def check_is_lost(self, error: LabError) -> None:
        """Take in that the engine died with the check in hand; the link tells what its guardian did."""
        self._close(CheckOver(self.checked, error=error))

    def _close(self, over: CheckOver) -> None:
        self._asked = self._open = self.ending = False
        self.check_ended.emit(over)
        self.check_changed.emit()


def told_end(over: CheckOver) -> tuple[str, str]:
    """Return how a check ended, as a role of the theme and words."""
    if over.problems:
        return "error", "✖ " + "\n".join(map(phrase, over.problems))
    return "good", "✔ " + tr("The bench is ready, and it was left safe.")
