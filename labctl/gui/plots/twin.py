"""Twin: how far every gate is from where the board's twin says it should be, while the run goes on."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt, QTimer

from labctl.gui.plots.dock import PlotDock, plot_widget, restyle_plot
from labctl.gui.text.words import tr
from labctl.gui.widgets.theme import Theme
from labctl.twins.health import DISAGREES, Health, TwinWatch

_LOOK_MS = 300
_NAMED = 3  # edges named in the title bar
_LINE = 56  # characters of a line of words


class TwinPlot(PlotDock):
    """Twin − measured for every edge, with the band in which they agree; the verdict is in the title bar.

    The twin steps in a process of its own, which is only started once this view is seen.
    """

    key = "twin"
    title = "Twin"
    least_s = 0.25

    def make_view(self) -> Any:
        """Return the plot with its band, sticks and marks."""
        self._watch: TwinWatch | None = None
        self._folder = ""
        self._health: Health | None = None
        widget = plot_widget(self.theme, ("edge", ""), ("twin − measured (mV)", ""))
        plot = self._plot = widget.getPlotItem()
        plot.setMouseEnabled(x=False, y=False)
        self._band = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._band.setZValue(-10)
        self._zero = pg.InfiniteLine(angle=0, movable=False)
        self._sticks = pg.PlotCurveItem(connect="pairs")
        self._marks = pg.ScatterPlotItem()
        self._words = pg.TextItem(anchor=(0.5, 0.5))
        for item in (self._band, self._zero, self._sticks, self._marks, self._words):
            plot.addItem(item, ignoreBounds=True)
        self._show(plot=False)
        self.read_under_mouse()
        widget.scene().sigMouseClicked.connect(self._click)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)
        return widget

    def start_over(self) -> None:
        """Let the other run's twin go."""
        self.leave()
        self._folder, self._health = "", None
        self._show(plot=False)

    def leave(self) -> None:
        """Let the process beside go."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        band = pg.mkColor(theme.good)
        band.setAlpha(36)
        self._band.setBrush(pg.mkBrush(band))
        for line in self._band.lines:
            line.setPen(pg.mkPen(theme.good, width=1, style=Qt.PenStyle.DashLine))
        self._zero.setPen(pg.mkPen(theme.muted, width=1))
        self._sticks.setPen(pg.mkPen(theme.faint, width=2))
        self._words.setColor(theme.muted)

    def redraw(self) -> None:
        """Draw the latest round both have, or why there is none."""
        health, description = self._health, self.model.description
        if health is None or description is None:
            self._say(self._waiting_for())
            return
        self._show(plot=True)
        residual_mV, limit_mV = 1e3 * health.residual_V, 1e3 * DISAGREES * health.span_V
        self._band.setRegion((-limit_mV, limit_mV))
        x = np.repeat(health.edges, 2).astype(float)
        y = np.zeros(len(x))
        y[1::2] = residual_mV
        self._sticks.setData(x, y)
        off = np.abs(residual_mV) > limit_mV
        chosen = np.isin(health.edges, self.selection.edges)
        good, bad = pg.mkBrush(self.theme.series[0]), pg.mkBrush(self.theme.error)
        self._marks.setData(
            x=health.edges.astype(float),
            y=residual_mV,
            symbol=["x" if o else "o" for o in off],
            size=[13 if o or c else 8 for o, c in zip(off, chosen, strict=True)],
            brush=[bad if o else good for o in off],
            pen=[pg.mkPen(self.theme.text, width=2) if c else pg.mkPen(None) for c in chosen],
        )
        names = description.edge_names
        step = max(1, len(names) // 8)
        self._plot.getAxis("bottom").setTicks([[(k, names[k]) for k in range(0, len(names), step)]])
        reach = 1.15 * max(limit_mV, float(np.abs(residual_mV).max()))
        self._plot.setRange(xRange=(-0.7, len(names) - 0.3), yRange=(-reach, reach), padding=0.0)
        self.readout.setText(self.verdict())

    def verdict(self) -> str:
        """Say whether the board does what its twin does, and which edges do not."""
        health, description = self._health, self.model.description
        if health is None or description is None:
            return ""
        off = health.disagreeing()
        share = f"{100 * health.rms_of_span:.2g} %"
        if not off:
            return "✓ " + tr("as the twin says, {share} of the span off", share=share)
        named = ", ".join(description.edge_names[e] for e in off[:_NAMED])
        more = " …" if len(off) > _NAMED else ""
        return "✗ " + tr("{n} edges disagree with the twin: {edges}", n=len(off), edges=named + more)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return edge, measured and predicted gate, residual; V."""
        health, description = self._health, self.model.description
        head = ["edge", "measured (V)", "twin (V)", "twin - measured (V)"]
        if health is None or description is None:
            return head, []
        columns = health.edges, health.measured_V, health.predicted_V, health.residual_V
        return head, [
            [description.edge_names[int(e)], float(m), float(p), float(r)]
            for e, m, p, r in zip(*columns, strict=True)
        ]

    def why_empty(self) -> str:
        """Say what the view says: a run may be open and have no twin."""
        if not self.model.folder:
            return super().why_empty()
        return f"{tr(self.title)}: {self._waiting_for()}"

    # ── the process beside ───────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Begin to watch a run once it has a folder and this view is seen; take what is new."""
        seen = self.isVisible() and not self.visibleRegion().isEmpty()
        if self.model.folder != self._folder and seen:
            self.leave()
            self._folder, self._health = self.model.folder, None
            self._watch = TwinWatch(Path(self._folder)) if self._folder else None
            self.stale = True
        if self._watch is None:
            return
        fresh = self._watch.take()
        if fresh:
            self._health = fresh[-1]
        if fresh or (self._health is None and self._watch.over):
            self.stale = True

    def _waiting_for(self) -> str:
        watch = self._watch
        if watch is None:
            return tr("Begins with the run.")
        if watch.missing:
            return tr("This board has no twin yet. Make one with {command}", command="labctl calibrate twin")
        if watch.over:
            return watch.problem or tr("The twin has ended without a word.")
        return tr("The twin catches up …")

    def _say(self, text: str) -> None:
        """Write words where the plot would be."""
        self._show(plot=False)
        self.readout.setText("")
        self._words.setText("\n".join(wrap(text, _LINE)))
        self._plot.setRange(xRange=(-1.0, 1.0), yRange=(-1.0, 1.0), padding=0.0)

    def _show(self, *, plot: bool) -> None:
        """Show the plot with its axes, or the words in its place."""
        for item in (self._band, self._zero, self._sticks, self._marks):
            item.setVisible(plot)
        for side in ("left", "bottom"):
            self._plot.showAxis(side, plot)
        self._words.setVisible(not plot)

    # ── the mouse ────────────────────────────────────────────────────────────────────────────────

    def _edge_at(self, place: Any) -> int | None:
        """Return which of the columns is the edge at a place within the axes."""
        health = self._health
        return None if health is None else int(np.argmin(np.abs(health.edges - place.x())))

    def reading_at(self, place: Any) -> str:
        """Return what was measured of the edge there, and what its twin predicts."""
        k, health, description = self._edge_at(place), self._health, self.model.description
        if k is None or health is None or description is None:
            return ""
        name = tr("edge {name}", name=description.edge_names[int(health.edges[k])])
        measured, predicted = f"{health.measured_V[k]:.3f} V", f"{health.predicted_V[k]:.3f} V"
        told = tr("{measured} measured, {predicted} on the twin", measured=measured, predicted=predicted)
        return f"{name}   {told}"

    def _click(self, event: Any) -> None:
        place, health = self.place_under(event.scenePos()), self._health
        k = self._edge_at(place) if place is not None else None
        self.choose_edge(event, int(health.edges[k]) if k is not None and health is not None else None)
