"""The calibrations of the chosen board: how each stands, and when it expires."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QTreeWidget, QTreeWidgetItem

from calibration import CalibrationStatus, status
from calibration.records import now_utc
from labctl.bench_files.load import load_bench
from labctl.calibrating.advice import repeating
from labctl.gui.state.app_state import AppState
from labctl.gui.state.worker import Worker
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.tree_colours import colour
from protocols.errors import LabError

STATES = ("valid", "expires soon", "expired", "issued in the future", "failed", "missing")
_SIGNS = {"green": "✔", "amber": "▲", "red": "✖"}
_ROLES = {"green": "good", "amber": "warning", "red": "error"}
_AGAIN_MS = 60_000  # ages go on while nobody presses anything


class CalibrationTable(QTreeWidget):
    """One line per calibration the bench file asks for or the board ever had; hidden when there is none."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state, self.work = state, Worker()
        self.entries: list[CalibrationStatus] = []
        named(self, tr("Calibrations"))
        self.setHeaderLabels([tr("calibration"), tr("state"), tr("expires")])
        self.setRootIsDecorated(False)
        self.setTabKeyNavigation(False)
        self.setColumnWidth(0, 110)
        self.setColumnWidth(1, 120)
        self.setVisible(False)
        self._again = QTimer(self)
        self._again.timeout.connect(self.read)
        self._again.start(_AGAIN_MS)

    def read(self) -> None:
        """Read how the chosen board's calibrations stand."""
        bench, seed = self._state.selected.bench.file, self._state.selected.seed
        self.work.do(lambda: calibrations_of(bench, seed), self.show_entries, self._failed)

    def show_entries(self, entries: list[CalibrationStatus]) -> None:
        """Show how calibrations stand."""
        self.entries = entries
        self.clear()
        for entry in entries:
            words = (
                f"{_SIGNS[entry.colour]} {entry.routine}",
                tr(str(entry.state)),
                "–" if entry.expires is None else told(entry.expires, now_utc()),
            )
            item = QTreeWidgetItem(words)
            for column in range(3):
                item.setToolTip(column, entry.sentence)
                colour(item, column, _ROLES[entry.colour], self._state.theme)
            self.addTopLevelItem(item)
        self.setVisible(bool(entries))
        line = self.sizeHintForRow(0) if entries else 0
        self.setMaximumHeight((len(entries) + 2) * max(line, 18))

    def _failed(self, error: Exception) -> None:
        self.show_entries([])
        if not isinstance(error, LabError):
            raise error
        self._state.note(phrase(error.message))


def calibrations_of(bench: str, seed: int) -> list[CalibrationStatus]:
    """Return how the calibrations stand that a bench asks for, and all others its board has had.

    Raises ConfigError for a bench file that cannot be used, DataError for a damaged store.
    """
    loaded = load_bench(bench, None, seed)
    folder, serial = loaded.calibration.folder(), loaded.calibration_serial
    asked, again = loaded.calibration.required, repeating(loaded.options())
    required = status(folder, serial, asked, again=again) if asked else []
    names = {entry.routine for entry in required}
    others = status(folder, serial, again=again)
    return required + [entry for entry in others if entry.routine not in names]


def told(expires: datetime, now: datetime) -> str:
    """Say when something expires or did: how far that is, and the date here."""
    date = f"{expires.astimezone():%Y-%m-%d %H:%M}"
    minutes = abs((expires - now).total_seconds()) / 60.0
    if minutes < 90:
        span = tr("{n} min", n=round(minutes))
    elif minutes < 48 * 60:
        span = tr("{n} h", n=round(minutes / 60))
    else:
        span = tr("{n} days", n=round(minutes / 1440))
    if expires > now:
        return tr("in {span} ({date})", span=span, date=date)
    return tr("{span} ago ({date})", span=span, date=date)
