"""Comparing runs: errors and final gates laid over each other, and the settings in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pyqtgraph as pg
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

from labctl.experiment.differences import differences
from labctl.figures.words import quantity
from labctl.gui.panels.runs.stored import ComparedRun
from labctl.gui.plots.dock import plot_widget, restyle_plot
from labctl.gui.text.words import must, named, tr
from labctl.gui.widgets.theme import Theme
from labctl.store.reading import floats, has_numbers
from protocols.units import duration

_WIDEST = 260  # pixels of a column


class CompareWindow(QDialog):
    """Two to eight runs: their errors and final gates overlaid, results, only the settings that differ."""

    def __init__(
        self,
        compared: Sequence[ComparedRun],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare {n} runs", n=len(compared)))
        self._theme, self._compared = theme, compared
        self._entries = [one.entry for one in compared]
        self._runs = [one.run for one in compared]
        self.plot = plot_widget(theme, ("learning time", "s"), ("training error (V²)", ""))
        self.plot.setAccessibleName(tr("Errors of the runs"))
        self.gates = plot_widget(theme, ("edge", ""), ("gate voltage at the end", "V"))
        self.gates.setAccessibleName(tr("Gates of the runs"))
        self.legend = named(QLabel(), tr("Which run is which"))  # not in the plot, where curves may run
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        self.log_time = named(QCheckBox(tr("log time")), tr("Logarithmic time axis"))
        self.log_time.setChecked(True)
        self.log_time.toggled.connect(self._draw)
        self.rows = self._results() + self._settings()
        self.table = self._make_table()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        named(must(buttons.button(QDialogButtonBox.StandardButton.Close)), tr("Close"))
        buttons.rejected.connect(self.reject)
        heading = QLabel(tr("Error against learning time, and what differs"))
        heading.setProperty("role", "heading")
        plots, split = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Vertical)
        plots.addWidget(self.plot)
        plots.addWidget(self.gates)
        plots.setSizes([640, 300])
        split.addWidget(plots)
        split.addWidget(self.table)
        split.setSizes([380, 280])
        column = QVBoxLayout(self)
        column.addWidget(heading)
        column.addWidget(self.log_time)
        column.addWidget(self.legend)
        column.addWidget(split, 1)
        column.addWidget(buttons)
        self.resize(940, 760)
        self._draw()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        for widget in (self.plot, self.gates):
            restyle_plot(widget, theme)
        self._draw()

    def _style(self, k: int) -> tuple[str, bool]:
        """Return the colour of a run by its place, and whether it is of the second set: dashed, hollow."""
        n = len(self._theme.series)
        return self._theme.series[k % n], k // n % 2 == 1

    def _draw(self) -> None:
        self._draw_errors()
        self._draw_gates()
        self.legend.setText(" &nbsp; ".join(self._named(k) for k in range(len(self._entries))))

    def _named(self, k: int) -> str:
        """Return a run's line and its words, which stay together."""
        entry, (colour, second) = self._entries[k], self._style(k)
        words = escape(f"{entry.number} · {entry.name} · {tr(entry.method or '')}")
        words = words.replace(" ", "&nbsp;").replace("-", "\N{NON-BREAKING HYPHEN}")
        return f'<span style="color: {colour}">{"╍╍" if second else "━━"}</span>&nbsp;{words}'

    def _draw_errors(self) -> None:
        plot = self.plot.getPlotItem()
        plot.clear()
        log = self.log_time.isChecked()
        plot.setLogMode(x=log, y=True)
        plot.showGrid(x=True, y=True, alpha=0.18)
        for k, run in enumerate(self._runs):
            if not has_numbers(run, "train_error"):
                continue
            x, y = floats(run, "learning_time"), floats(run, "train_error")
            good = np.isfinite(y) & (y > 0) & ((x > 0) if log else True)
            colour, second = self._style(k)
            style = Qt.PenStyle.DashLine if second else Qt.PenStyle.SolidLine
            plot.plot(x[good], y[good], pen=pg.mkPen(colour, width=2, style=style))

    def _draw_gates(self) -> None:
        plot = self.gates.getPlotItem()
        plot.clear()
        plot.showGrid(x=False, y=True, alpha=0.18)
        for k, run in enumerate(self._runs):
            if not has_numbers(run, "gate_voltage"):
                continue
            last = floats(run, "gate_voltage")[-1]
            colour, second = self._style(k)
            brush = pg.mkBrush(None if second else colour)
            marks = pg.ScatterPlotItem(size=8, symbol="o", pen=pg.mkPen(colour, width=2), brush=brush)
            marks.setData(np.arange(len(last)), last)
            plot.addItem(marks)

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

    def _settings(self) -> list[tuple[str, list[str]]]:
        settings = [one.settings for one in self._compared]
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
        table.setWordWrap(False)
        head = must(table.horizontalHeader())
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setMaximumSectionSize(_WIDEST)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        for row, (_, cells) in enumerate(self.rows):
            for column, text in enumerate(cells):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)  # columns have an end
                table.setItem(row, column, cell)
        return table


def _at(settings: object, key: str) -> str:
    found = settings
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return "–" if found is None else str(found)
