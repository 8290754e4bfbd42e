"""Comparing runs: errors and gates laid over each other, and the settings in which they differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
import xarray as xr
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labctl.figures.reading import duration, floats, measured, quantity
from labctl.gui.document import differences
from labctl.gui.plots.dock import plot_widget
from labctl.gui.theme import Theme
from labctl.gui.words import must, named, tr
from labctl.store.catalogue import Entry

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)


class CompareWindow(QDialog):
    """Two to eight runs: an overlay of their errors, results, and only the settings that differ."""

    def __init__(
        self,
        entries: list[Entry],
        found: list[tuple[xr.Dataset, dict[str, Any]]],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare {n} runs", n=len(entries)))
        self._theme, self._entries = theme, entries
        self._runs = [run for run, _ in found]
        self.plot = plot_widget(theme, ("learning time", "s"), ("training error (V²)", ""))
        self.plot.setAccessibleName(tr("Errors of the runs"))
        self.log_time = named(QCheckBox(tr("log time")), tr("Logarithmic time axis"))
        self.log_time.setChecked(True)
        self.log_time.toggled.connect(self._draw)
        self.rows = self._results() + self._settings([settings for _, settings in found])
        self.table = self._make_table()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        named(must(buttons.button(QDialogButtonBox.StandardButton.Close)), tr("Close"))
        buttons.rejected.connect(self.reject)
        heading = QLabel(tr("Error against learning time, and what differs"))
        heading.setProperty("role", "heading")
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.plot)
        split.addWidget(self.table)
        split.setSizes([380, 280])
        column = QVBoxLayout(self)
        column.addWidget(heading)
        column.addWidget(self.log_time)
        column.addWidget(split, 1)
        column.addWidget(buttons)
        self.resize(940, 760)
        self._draw()

    def _draw(self) -> None:
        plot = self.plot.getPlotItem()
        plot.clear()
        log = self.log_time.isChecked()
        plot.setLogMode(x=log, y=True)
        plot.showGrid(x=True, y=True, alpha=0.18)
        legend = plot.legend or plot.addLegend(offset=(-10, 10), verSpacing=-4)
        legend.clear()
        legend.setLabelTextColor(self._theme.text)
        for k, (entry, run) in enumerate(zip(self._entries, self._runs, strict=True)):
            if not measured(run, "train_error"):
                continue
            x, y = floats(run, "learning_time"), floats(run, "train_error")
            good = np.isfinite(y) & (y > 0) & ((x > 0) if log else True)
            n = len(self._theme.series)
            pen = pg.mkPen(self._theme.series[k % n], width=2, style=_STYLES[k // n % 2])
            plot.plot(x[good], y[good], pen=pen, name=f"{entry.number} · {entry.name} · {entry.method or ''}")

    def _results(self) -> list[tuple[str, list[str]]]:
        def text(value: float | None, unit: str) -> str:
            return "–" if value is None else quantity(value, unit)

        e = self._entries
        return [
            (tr("status"), [tr(x.status) for x in e]),
            (tr("cycles"), [f"{x.cycles or 0:,}" for x in e]),
            (tr("learning time"), [duration(x.learning_time_s or 0.0) for x in e]),
            (tr("error at the start"), [text(x.error_start_V2, "V²") for x in e]),
            (tr("error at the end"), [text(x.error_end_V2, "V²") for x in e]),
            (tr("accuracy"), ["–" if x.accuracy_end is None else f"{100 * x.accuracy_end:.0f} %" for x in e]),
        ]

    def _settings(self, settings: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
        keys: dict[str, None] = {}
        for other in settings[1:]:
            for key, _, _ in differences(settings[0], other):
                keys[key] = None
        return [(key, [_at(s, key) for s in settings]) for key in keys]

    def _make_table(self) -> QTableWidget:
        table = named(
            QTableWidget(len(self.rows), len(self._entries)), tr("Results and settings that differ")
        )
        table.setHorizontalHeaderLabels([f"{e.number} · {e.name}" for e in self._entries])
        table.setVerticalHeaderLabels([name for name, _ in self.rows])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        must(table.horizontalHeader()).setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for row, (_, cells) in enumerate(self.rows):
            for column, text in enumerate(cells):
                table.setItem(row, column, QTableWidgetItem(text))
        return table


def _at(settings: dict[str, Any], key: str) -> str:
    found: Any = settings
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return "–" if found is None else str(found)
