"""Heat map: every edge a row, learning time to the right, colour = gate voltage or conductance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from labctl.gui.plots.colours import table_of
from labctl.gui.plots.dock import plot_widget, restyle_plot
from labctl.gui.plots.edges import EdgePlot
from labctl.gui.plots.markers import MarkerLines
from labctl.gui.text.words import tr
from labctl.gui.widgets.theme import Theme

_COLUMNS = 400


class HeatMap(EdgePlot):
    """Edges × time as an image with a colour bar; chosen edges are marked at the left."""

    key = "heatmap"
    title = "Heat map"
    least_s = 0.5
    conductance_first = True

    def make_view(self) -> Any:
        quantity = self.make_quantity(tr("Quantity of the heat map"))
        quantity.currentIndexChanged.connect(self.on_selection)
        self.add_switch(quantity)
        widget = plot_widget(self.theme, ("learning time", "s"), ("edge", ""))
        plot = self._plot = widget.getPlotItem()
        plot.invertY(True)
        plot.setMouseEnabled(x=True, y=False)
        self.add_fit(plot)
        self._image = pg.ImageItem(axisOrder="row-major")
        plot.addItem(self._image)
        self._bar = pg.ColorBarItem(interactive=False, width=14, label=" ")
        self._bar.setImageItem(self._image, insert_in=plot)
        self._marks = pg.ScatterPlotItem(symbol="t2", size=13)
        plot.addItem(self._marks, ignoreBounds=True)
        self._lines = MarkerLines(plot, self.theme)
        self._shown: Any = None
        self.read_under_mouse()
        widget.scene().sigMouseClicked.connect(self.click)
        return widget

    def start_over(self) -> None:
        """Forget the image."""
        self._image.clear()
        self._shown = None

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        lookup = table_of("conductance", dark=theme.name == "dark")
        self._bar.setColorMap(pg.ColorMap(np.linspace(0.0, 1.0, 256), lookup))
        self._lines.restyle(theme)
        for side in ("left", "right"):
            axis = self._bar.getAxis(side)
            axis.setTextPen(theme.text)
            axis.setPen(theme.faint)

    def redraw(self) -> None:
        """Draw the latest value of evenly spaced times."""
        self._lines.show(self.model.markers)
        history, description = self.history, self.model.description
        if description is None or len(history) < 2:
            return
        scale = 1e3 if self.shows_conductance else 1.0
        end = max(float(history.x[-1]), 1e-9)
        times = np.linspace(0.0, end, _COLUMNS)
        rows = np.clip(np.searchsorted(history.x, times, side="right") - 1, 0, len(history) - 1)
        values = scale * history.last[rows].T  # (E, columns)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if not high > low:
            high = low + 1e-3
        self._image.setImage(values, autoLevels=False, levels=(low, high))
        self._image.setRect(QRectF(0.0, -0.5, end, len(values)))
        self._bar.setLevels((low, high))
        label = tr("conductance (mS)") if self.shows_conductance else tr("gate voltage (V)")
        self._bar.getAxis("left").setLabel(label, color=self.theme.text)
        names = description.edge_names
        step = max(1, len(names) // 16)
        self._plot.getAxis("left").setTicks([[(k, names[k]) for k in range(0, len(names), step)]])
        if self.follows:
            self._plot.setRange(xRange=(0.0, end), yRange=(-0.5, len(names) - 0.5), padding=0.0)
        self._shown = values
        chosen = [e for e in self.selection.edges if e < len(names)]
        self._marks.setData(
            x=[0.012 * end] * len(chosen),
            y=chosen,
            brush=[pg.mkBrush(self.theme.series[k]) for k in range(len(chosen))],
            pen=pg.mkPen("w", width=1),
        )

    def edge_at(self, place: Any) -> tuple[int, float] | None:
        """Return the edge of the row and the time (s) at a place within the axes."""
        if self._shown is None:
            return None
        edge = round(place.y())
        return (edge, place.x()) if 0 <= edge < len(self._shown) and place.x() >= 0 else None
