"""Timing: how late cycles started, and the learning pulses given lately."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from labctl.gui.plots.dock import PlotDock, plot_widget, restyle_plot
from labctl.gui.text.words import tr
from labctl.gui.widgets.theme import Theme
from protocols.units import duration


class TimingPlot(PlotDock):
    """Histogram of the lateness of all cycles that were late; what is on time is said in words."""

    key = "timing"
    title = "Timing"
    least_s = 0.25

    def make_view(self) -> Any:
        widget = plot_widget(self.theme, ("late by", ""), ("cycles", ""))
        self._plot = widget.getPlotItem()
        self._plot.showGrid(x=False, y=True, alpha=0.18)
        self._plot.setMouseEnabled(x=False, y=False)
        self._bars = pg.BarGraphItem(x=[0], height=[0], width=0.8)
        self._plot.addItem(self._bars)
        self.read_under_mouse()
        return widget

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        self._bars.setOpts(brush=pg.mkBrush(theme.series[0]), pen=pg.mkPen(theme.base))

    def redraw(self) -> None:
        """Draw the histogram of all cycles, or of those that were stored."""
        known, counts = self.model.lateness, self._counts()
        if known is None or not counts:
            return
        names = _names(known.from_s)
        heights = np.log10(np.maximum(counts, 1e-9))
        heights = np.where(np.array(counts) > 0, heights + 0.1, 0.0)
        self._bars.setOpts(x=np.arange(len(names)), height=heights, width=0.8)
        axis = self._plot.getAxis("bottom")
        step = max(1, len(names) // 7)
        axis.setTicks([[(k, names[k]) for k in range(0, len(names), step)]])
        top = max(float(heights.max()), 1.0)
        self._plot.getAxis("left").setTicks([[(k + 0.1, _short(k)) for k in range(int(top) + 1)]])
        self._plot.setRange(xRange=(-1.0, len(names) - 0.4), yRange=(0.0, 1.08 * top), padding=0.0)
        counted = {"late": f"{known.late:,}", "cycles": f"{known.cycles:,}"}
        text = tr("{late} of {cycles} cycles late", **counted)
        if not self.model.has_all_cycles:
            text = tr("{late} of {cycles} stored cycles late", **counted)
        self.readout.setText(text + (f", {tr('at worst')} {duration(known.worst_s)}" if known.late else ""))

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return the histogram: from (s), cycles."""
        known, counts = self.model.lateness, self._counts()
        late_by_s = () if known is None or not counts else (0.0, *known.from_s)
        return ["late by at least (s)", "cycles"], [list(row) for row in zip(late_by_s, counts, strict=True)]

    def reading_at(self, place: Any) -> str:
        """Return how many cycles were as late as the bar there says."""
        known, counts, k = self.model.lateness, self._counts(), round(place.x())
        if known is None or not 0 <= k < len(counts):
            return ""
        return tr("{late_by}: {n} cycles", late_by=_names(known.from_s)[k], n=f"{counts[k]:,}")

    def _counts(self) -> tuple[int, ...]:
        """Return how many cycles were on time, then how many late ones each bin has; none without bins."""
        known = self.model.lateness
        return (known.cycles - known.late, *known.counts) if known is not None and known.counts else ()


def _names(edges: Any) -> list[str]:
    """Return what each bar is about, edges in s."""
    return [tr("on time"), *(f">{duration(e)}" for e in edges)]


def _short(power: int) -> str:
    """Write a power of ten so that it fits beside an axis: 10, 1k, 100k, 10M."""
    return f"{10 ** (power % 3)}{('', 'k', 'M', 'G', 'T')[power // 3]}"
