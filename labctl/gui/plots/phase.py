"""Gate phase plane: one edge's gate voltage against another's, the bowtie of a task cycle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QComboBox

from labctl.gui.plots.dock import PlotDock, plot_widget, restyle_plot
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.theme import Theme
from protocols.units import duration

_RECENT = 60


class PhasePlane(PlotDock):
    """The path of two gates: older parts faint, the latest strong, a disc where they are now."""

    key = "phase"
    title = "Phase plane"
    least_s = 0.1

    def make_view(self) -> Any:
        """Return the plot and the two choices of edge."""
        self.across = named(QComboBox(), tr("Edge on the horizontal axis"))
        self.up = named(QComboBox(), tr("Edge on the vertical axis"))
        for box in (self.up, self.across):
            box.currentIndexChanged.connect(self._changed)
            self.add_switch(box)
        widget = plot_widget(self.theme, ("gate", "V"), ("gate", "V"))
        plot = self._plot = widget.getPlotItem()
        for side in ("bottom", "left"):
            plot.getAxis(side).enableAutoSIPrefix(False)  # both in volts
        plot.showGrid(x=True, y=True, alpha=0.18)
        self._path, self._recent = plot.plot([], []), plot.plot([], [])
        self._now = pg.ScatterPlotItem(size=11)
        plot.addItem(self._now)
        self.read_under_mouse()
        return widget

    def start_over(self) -> None:
        """Offer the edges of another run."""
        description = self.model.description
        for place, box in enumerate((self.across, self.up)):
            box.blockSignals(True)
            box.clear()
            if description is not None:
                for edge in description.transistors:
                    box.addItem(description.edge_names[edge], int(edge))
                box.setCurrentIndex(min(place, box.count() - 1))
            box.blockSignals(False)
        self.on_selection()

    def on_selection(self) -> None:
        """Take the first two chosen edges."""
        for box, edge in zip((self.across, self.up), self.selection.edges, strict=False):
            if len(self.selection.edges) >= 2:
                box.setCurrentIndex(box.findData(edge))
        self.stale = True

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        self._path.setPen(pg.mkPen(theme.faint, width=1))
        self._recent.setPen(pg.mkPen(theme.series[0], width=2))
        self._now.setBrush(pg.mkBrush(theme.series[1]))
        self._now.setPen(pg.mkPen(theme.base, width=1))

    def redraw(self) -> None:
        """Draw the path so far."""
        history, edges = self.model.gates, (self.across.currentData(), self.up.currentData())
        if None in edges or not len(history):
            return
        x, y = history.last[:, edges[0]].astype(float), history.last[:, edges[1]].astype(float)
        self._path.setData(x, y)
        self._recent.setData(x[-_RECENT:], y[-_RECENT:])
        self._now.setData(x[-1:], y[-1:])
        for side, box in (("bottom", self.across), ("left", self.up)):
            self._plot.setLabel(side, tr("gate of edge {name}", name=box.currentText()), units="V")
        if np.isfinite(x[-1]) and np.isfinite(y[-1]):
            self.readout.setText(f"{x[-1]:.3f} V, {y[-1]:.3f} V")

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return the path: learning time and both gates."""
        history, edges = self.model.gates, (self.across.currentData(), self.up.currentData())
        head = ["learning time (s)", f"{self.across.currentText()} (V)", f"{self.up.currentText()} (V)"]
        if None in edges:
            return head, []
        return head, [
            [float(t), float(r[edges[0]]), float(r[edges[1]])]
            for t, r in zip(history.x, history.last, strict=True)
        ]

    def reading_at(self, place: Any) -> str:
        """Return when the run was nearest to there, and at which gate voltages."""
        history, edges = self.model.gates, (self.across.currentData(), self.up.currentData())
        if None in edges or not len(history):
            return ""
        width, height = self._plot.vb.viewPixelSize()
        x, y = history.last[:, edges[0]], history.last[:, edges[1]]
        far = np.hypot((x - place.x()) / width, (y - place.y()) / height)
        if not np.isfinite(far).any():
            return ""
        k = int(np.nanargmin(far))
        return f"{duration(float(history.x[k]))}   {x[k]:.3f} V, {y[k]:.3f} V"

    def _changed(self) -> None:
        self.stale = True
