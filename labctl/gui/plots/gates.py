"""Gate voltages or conductances of every edge against learning time, as traces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt

from labctl.gui.plots.colours import map_colours
from labctl.gui.plots.dock import plot_widget, restyle_plot
from labctl.gui.plots.edges import EdgePlot
from labctl.gui.plots.legend import Legend
from labctl.gui.plots.markers import MarkerLines
from labctl.gui.state.history import History
from labctl.gui.text.words import tr
from labctl.gui.widgets.theme import Theme

_CURVES = 32  # more edges than this share curves, each in one colour
_PIXELS_PER_PIECE = 2
_AHEAD = 0.02  # of the learning time: the axis moves on in such steps, not at every frame


class _Trace(pg.PlotCurveItem):
    """A curve that is told the rectangle of all traces, and need not look for its own at every frame."""

    room = QRectF()

    def boundingRect(self) -> QRectF:
        """Return the rectangle all traces are within."""
        return self.room


class GateTraces(EdgePlot):
    """Every edge a trace, decimated to the pixels; chosen edges stand out in colour, with a legend."""

    key = "traces"
    title = "Gates and conductances"
    least_s = 0.028  # nobody sees more, and the engine's core is worth more

    def make_view(self) -> Any:
        """Return the plot; the curves come with the run."""
        self._labelled = ("", "")
        self._curves: list[Any] = []
        self._chosen: list[Any] = []
        quantity = self.make_quantity(tr("Quantity of the traces"))
        quantity.currentIndexChanged.connect(lambda _: self.show_everything())
        self.add_switch(quantity)
        widget = plot_widget(self.theme, ("learning time", "s"), ("gate voltage", "V"))
        plot = self._plot = widget.getPlotItem()
        plot.disableAutoRange()
        self.add_fit(plot)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.setVisible(False)
        plot.addItem(self._cross, ignoreBounds=True)
        self._legend = Legend(plot, self.theme, (8, 8))
        self._legend.setVisible(False)
        self._markers = MarkerLines(plot, self.theme)
        self.read_under_mouse()
        widget.scene().sigMouseClicked.connect(self.click)
        return widget

    def start_over(self) -> None:
        """Make the curves of another run."""
        for curve in (*self._curves, *self._chosen):
            self._plot.removeItem(curve)
        self._curves, self._chosen = [], []
        description = self.model.description
        if description is None:
            return
        n = min(len(description.transistors), _CURVES)
        colours = map_colours(np.linspace(0.0, 1.0, n), dark=self.theme.name == "dark")
        for k in range(n):
            curve = _Trace(pen=pg.mkPen(colours[k], width=1), skipFiniteCheck=True)
            self._plot.addItem(curve, ignoreBounds=True)
            self._curves.append(curve)
        self.on_selection()

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        self._cross.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))
        self._legend.setPen(pg.mkPen(theme.line))
        self._legend.restyle(theme)
        self._markers.restyle(theme)
        self.start_over()

    def on_selection(self) -> None:
        """Make a curve in a strong colour for every chosen edge."""
        for curve in self._chosen:
            self._plot.removeItem(curve)
        self._legend.clear()
        self._chosen = []
        description = self.model.description
        for k, edge in enumerate(self.selection.edges if description is not None else ()):
            if description is None or edge >= len(description.edge_names):
                continue
            pen = pg.mkPen(self.theme.series[k % len(self.theme.series)], width=3)
            name = tr("edge {name}", name=description.edge_names[edge])
            curve = pg.PlotCurveItem(pen=pen, name=name)
            curve.setZValue(5)
            self._plot.addItem(curve, ignoreBounds=True)
            self._chosen.append(curve)
        self._legend.setVisible(bool(self._chosen))
        self.stale = True

    def redraw(self) -> None:
        """Draw every trace, one lowest and one highest value per two pixels."""
        history, description = self.history, self.model.description
        self._markers.show(self.model.markers)
        if description is None or not len(history):
            return
        name, unit = ("conductance", "S") if self.shows_conductance else ("gate voltage", "V")
        if self._labelled != (name, unit):  # it lays the axis out again
            self._plot.setLabel("left", tr(name), units=unit)
            self._labelled = (name, unit)
        self._fit_range(history)
        (left, right), (bottom, top) = self._plot.vb.viewRange()
        pieces = max(int(self._plot.vb.width()) // _PIXELS_PER_PIECE, 50)
        x, values = history.drawn(pieces, left, right)
        edges = description.transistors
        n = len(self._curves)
        room = QRectF(left, bottom, right - left, top - bottom)
        for k, curve in enumerate(self._curves):
            if curve.room != room:
                curve.prepareGeometryChange()
                curve.room = room
            mine = edges[k::n]
            if len(mine) == 1:
                curve.setData(x, values[:, mine[0]])
            else:  # several edges in one path, not joined to each other
                joined = np.ones((len(mine), len(x)), dtype=np.int32)
                joined[:, -1] = 0
                curve.setData(
                    np.tile(x, len(mine)), values[:, mine].T.reshape(-1), connect=joined.reshape(-1)
                )
        faint = bool(self._chosen)
        for curve in self._curves:
            curve.setOpacity(0.35 if faint else 1.0)
        for edge, curve in zip(self.selection.edges, self._chosen, strict=False):
            curve.setData(x, values[:, edge])

    def _fit_range(self, history: History) -> None:
        if not self.follows:
            return
        low, high = float(np.nanmin(history.low)), float(np.nanmax(history.high))
        if not np.isfinite([low, high]).all():
            return
        room = 0.04 * (high - low) or 0.1 * abs(high) or 0.1
        end, (_, shown) = max(float(history.x[-1]), 1e-6), self._plot.vb.viewRange()[0]
        if not end <= shown <= (1.0 + 2 * _AHEAD) * end:
            shown = (1.0 + _AHEAD) * end
        self._plot.vb.setRange(xRange=(0.0, shown), yRange=(low - room, high + room), padding=0.0)

    def edge_at(self, place: Any) -> tuple[int, float] | None:
        """Return the nearest edge's trace and the time (s) of the bin at a place within the axes."""
        history, description = self.history, self.model.description
        if description is None or not len(history):
            return None
        k = history.nearest(place.x())
        values = history.last[k, description.transistors]
        if not np.isfinite(values).any():
            return None
        nearest = int(np.nanargmin(np.abs(values - place.y())))
        return int(description.transistors[nearest]), float(history.x[k])

    def _hover(self, position: Any) -> None:
        super()._hover(position)
        place = self.place_under(position)
        found = self.edge_at(place) if place is not None else None
        self._cross.setVisible(found is not None)
        if found is not None:
            self._cross.setPos(found[1])
