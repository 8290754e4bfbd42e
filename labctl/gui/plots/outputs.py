"""Outputs of every data point: free, clamped and the label they should reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QComboBox

from labctl.gui.plots.dock import PlotDock, plot_widget, restyle_plot
from labctl.gui.plots.legend import Legend
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.theme import Theme


class OutputsPlot(PlotDock):
    """One place per data point: label as a bar, free output as a disc, clamped output as a triangle."""

    key = "outputs"
    title = "Outputs"
    least_s = 0.1

    def make_view(self) -> Any:
        self.which = named(QComboBox(), tr("Which output"))
        self.which.currentIndexChanged.connect(self.on_selection)
        self.add_switch(self.which)
        widget = plot_widget(self.theme, ("data point", ""), ("output", "V"))
        plot = self._plot = widget.getPlotItem()
        plot.showGrid(x=False, y=True, alpha=0.18)
        self.add_fit(plot)
        self._legend = Legend(plot, self.theme, (8, 8), columns=3)
        self._label = plot.plot([], [], connect="pairs", name=tr("label"))
        self._clamped = pg.ScatterPlotItem(symbol="t1", size=10, name=tr("clamped"))
        self._free = pg.ScatterPlotItem(symbol="o", size=10, name=tr("free"))
        plot.addItem(self._clamped)
        plot.addItem(self._free)
        self.read_under_mouse()
        return widget

    def start_over(self) -> None:
        """Name the outputs of another run."""
        self.which.blockSignals(True)
        self.which.clear()
        if self.model.description is not None:
            self.which.addItems([o.name for o in self.model.description.outputs])
        self.which.blockSignals(False)
        self.which.setVisible(self.which.count() > 1)

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        self._label.setPen(pg.mkPen(theme.text, width=3))
        self._free.setBrush(pg.mkBrush(theme.series[0]))
        self._free.setPen(pg.mkPen(theme.base, width=1))
        self._clamped.setBrush(pg.mkBrush(None))
        self._clamped.setPen(pg.mkPen(theme.series[1], width=2))
        self._legend.restyle(theme)

    def redraw(self) -> None:
        """Draw the latest reading of every data point."""
        found = self._latest()
        if found is None:
            return
        labels, free, clamped = found
        points = np.arange(len(labels)) + 1.0
        bars = np.column_stack([points - 0.32, points + 0.32]).reshape(-1)
        self._label.setData(bars, np.repeat(labels, 2))
        good = np.isfinite(free)
        self._free.setData(points[good], free[good])
        good = np.isfinite(clamped)
        self._clamped.setData(points[good], clamped[good])
        step = max(1, len(points) // 16)
        self._plot.getAxis("bottom").setTicks([[(p, f"{p:.0f}") for p in points[::step]]])
        everything = np.concatenate([labels, free, clamped])
        low, high = float(np.nanmin(everything)), float(np.nanmax(everything))
        room = high - low or 0.01
        if self.follows:
            x, y = (0.4, len(points) + 0.6), (low - 0.08 * room, high + 0.36 * room)
            self._plot.setRange(xRange=x, yRange=y, padding=0.0)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return label, free and clamped output of every data point, V."""
        found = self._latest()
        head = ["data point", "label (V)", "free (V)", "clamped (V)"]
        return head, [] if found is None else [
            [k + 1, *map(float, row)] for k, row in enumerate(zip(*found, strict=True))
        ]

    def _latest(self) -> tuple[Any, Any, Any] | None:
        """Return labels, free and clamped outputs (P,) of the chosen output, V; NaN where not read yet."""
        description = self.model.description
        if description is None:
            return None
        o = max(self.which.currentIndex(), 0)
        labels = description.labels_V[:, o]
        free, clamped = np.full(len(labels), np.nan), np.full(len(labels), np.nan)
        if self.model.outputs_V is not None:
            free[:] = self.model.outputs_V[:, o]
        cycles = self.model.cycles
        if "cycle_point" in cycles:
            points = cycles["cycle_point"]
            free[points] = cycles["cycle_free_output"][:, o]
            clamped[points] = cycles["cycle_clamped_output"][:, o]
        return labels, free, clamped

    def reading_at(self, place: Any) -> str:
        """Return label, free and clamped output of the data point nearest to there."""
        found = self._latest()
        if found is None:
            return ""
        k = int(np.clip(round(place.x()) - 1, 0, len(found[0]) - 1))
        label, free, clamped = (1e3 * float(column[k]) for column in found)
        values = {"label": label, "free": free, "clamped": clamped}
        words = "   ".join(f"{tr(name)} {value:.1f}" for name, value in values.items())
        return f"{tr('point')} {k + 1}   {words} mV"
