"""Error against learning time on a logarithmic axis, and accuracy beneath it when the task has classes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox

from labctl.figures.words import quantity
from labctl.gui.plots.axes import Axis
from labctl.gui.plots.dock import PlotDock, plot_widget, restyle_plot
from labctl.gui.plots.legend import Legend
from labctl.gui.plots.markers import MarkerLines
from labctl.gui.state.run_model import ERRORS
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.theme import Theme
from protocols.units import duration

_BLANK_DECADES = (-6.0, -1.0)  # of V²


class ErrorPlot(PlotDock):
    """Training and test error in V² (log), accuracy in % on an axis of its own at the right."""

    key = "error"
    title = "Error and accuracy"
    least_s = 0.5

    def make_view(self) -> Any:
        self.log_time = named(QCheckBox(tr("log time")), tr("Logarithmic time axis"))
        self.log_time.toggled.connect(self._log_time)
        self.add_switch(self.log_time)
        widget = plot_widget(self.theme, ("learning time", "s"), ("error (V²)", ""))
        plot = self._plot = widget.getPlotItem()
        plot.setLogMode(x=False, y=True)
        plot.showGrid(x=True, y=True, alpha=0.18)
        self.add_fit(plot)
        self._blank = False
        self._legend = Legend(plot, self.theme, (8, -8))  # where neither curve begins nor ends
        self._train, self._test = plot.plot([], []), plot.plot([], [])
        self._right = pg.ViewBox()
        plot.setAxisItems({"right": Axis("right")})
        plot.scene().addItem(self._right)
        plot.getAxis("right").linkToView(self._right)
        plot.getAxis("right").setLogMode(False)
        plot.getAxis("right").enableAutoSIPrefix(False)
        self._right.setXLink(plot)
        self._right.setYRange(-3, 103)
        self._accuracy = pg.PlotCurveItem()
        self._right.addItem(self._accuracy)
        plot.vb.sigResized.connect(self._same_place)
        self._scale(blank=True)
        self._markers = MarkerLines(plot, self.theme)
        self.read_under_mouse()
        return widget

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        self._train.setPen(pg.mkPen(theme.series[0], width=2))
        self._test.setPen(pg.mkPen(theme.series[1], width=2, style=Qt.PenStyle.DashLine))
        self._accuracy.setPen(pg.mkPen(theme.series[2], width=2))
        self._plot.getAxis("right").setLabel(tr("accuracy (%)"), color=theme.series[2])
        self._legend.restyle(theme)
        self._markers.restyle(theme)

    def redraw(self) -> None:
        """Draw the rounds so far."""
        history = self.model.errors
        x = history.x
        first_s = float(x[x > 0][0]) if (x > 0).any() else 1e-6  # where a logarithmic axis begins
        on_axis = (lambda t: math.log10(max(t, first_s))) if self.log_time.isChecked() else float
        self._markers.show(self.model.markers, on_axis)
        values = {name: history.last[:, k].astype(float) for k, name in enumerate(ERRORS)}
        drawn: list[tuple[Any, str]] = []  # curves with their names
        for curve, name, words in (
            (self._train, "train_error", tr("training error")),
            (self._test, "test_error", tr("test error")),
        ):
            y = values[name]
            good = np.isfinite(y) & (y > 0) & ((x > 0) if self.log_time.isChecked() else True)
            curve.setData(x[good], y[good])
            drawn += [(curve, words)] if good.any() else []
        self._scale(blank=not drawn)
        accuracy = values["train_accuracy"]
        good = np.isfinite(accuracy) & ((x > 0) if self.log_time.isChecked() else True)
        shown = np.log10(x[good]) if self.log_time.isChecked() else x[good]
        self._accuracy.setData(shown, 100 * accuracy[good])
        self._plot.getAxis("right").setVisible(bool(good.any()))
        self._legend.show_only([*drawn, (self._accuracy, tr("accuracy"))] if good.any() else drawn)
        self._same_place()

    def show_everything(self) -> None:
        super().show_everything()
        self._plot.enableAutoRange(axis="x" if self._blank else None)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return the rounds: time, errors, accuracies."""
        history = self.model.errors
        head = [
            "learning time (s)",
            "train error (V^2)",
            "test error (V^2)",
            "train accuracy",
            "test accuracy",
        ]
        return head, [[float(x), *map(float, r)] for x, r in zip(history.x, history.last, strict=True)]

    def _scale(self, *, blank: bool) -> None:
        """Show some decades while there is no error to show, else those it takes."""
        if blank == self._blank:
            return
        self._blank = blank
        if blank:
            self._plot.setYRange(*_BLANK_DECADES)
        else:
            self._plot.enableAutoRange(axis="y")

    def _log_time(self, on: bool) -> None:
        self._plot.setLogMode(x=on, y=True)
        self._plot.getAxis("right").setLogMode(False)
        self.stale = True

    def _same_place(self) -> None:
        self._right.setGeometry(self._plot.vb.sceneBoundingRect())
        self._right.linkedViewChanged(self._plot.vb, self._right.XAxis)

    def reading_at(self, place: Any) -> str:
        """Return the errors at the learning time there."""
        history, x = self.model.errors, place.x()
        if not len(history):
            return ""
        k = history.nearest(10**x if self.log_time.isChecked() else x)
        row = dict(zip(ERRORS, map(float, history.last[k]), strict=True))
        text = f"{duration(float(history.x[k]))}   {quantity(row['train_error'], 'V²')}"
        if np.isfinite(row["train_accuracy"]):
            text += f"   {100 * row['train_accuracy']:.0f} %"
        return text
