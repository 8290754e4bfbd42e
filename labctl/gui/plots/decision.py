"""Decision map of a task with two inputs: every data point by its output, and the map once it is measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from labctl.gui.plots.colours import table_of
from labctl.gui.plots.dock import PlotDock, plot_widget, restyle_plot
from labctl.gui.text.words import tr
from labctl.gui.widgets.theme import Theme


class DecisionPlot(PlotDock):
    """The plane of two inputs; live the data points, each filled by its output, at the end the whole map."""

    key = "decision"
    title = "Decision map"
    least_s = 0.25

    def make_view(self) -> Any:
        widget = plot_widget(self.theme, ("first input", "V"), ("second input", "V"))
        plot = self._plot = widget.getPlotItem()
        lookup = table_of("decision", dark=False)
        self._map = pg.ColorMap(np.linspace(0.0, 1.0, 256), lookup)
        self._image = pg.ImageItem(axisOrder="row-major")
        plot.addItem(self._image)
        self._bar = pg.ColorBarItem(interactive=False, width=14, colorMap=self._map, label=" ")
        self._bar.setImageItem(self._image, insert_in=plot)
        self._line = pg.IsocurveItem(level=0.0)
        self._points = pg.ScatterPlotItem(size=17)
        plot.addItem(self._points)
        self.read_under_mouse()
        return widget

    def start_over(self) -> None:
        """Forget map and points."""
        self._image.clear()
        self._points.clear()

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        restyle_plot(self.view, theme)
        for side in ("left", "right"):
            axis = self._bar.getAxis(side)
            axis.setTextPen(theme.text)
            axis.setPen(theme.faint)
        self._bar.getAxis("left").setLabel(tr("output (mV)"), color=theme.text)

    def redraw(self) -> None:
        """Draw points, and the map when there is one."""
        description, plane = self.model.description, self.model.decision_map
        if description is None:
            return
        pair = _two_inputs(description.inputs_V)
        if pair is None:
            self.readout.setText(tr("This task has no plane of two inputs."))
            return
        names = [description.sources[s].name for s in pair]
        self._plot.setLabel("bottom", tr("input {name}", name=names[0]), units="V")
        self._plot.setLabel("left", tr("input {name}", name=names[1]), units="V")
        outputs = self.model.outputs_V
        values = np.full(len(description.inputs_V), np.nan) if outputs is None else 1e3 * outputs[:, 0]
        largest = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
        if plane is not None:
            image = 1e3 * plane.outputs_V[:, :, 0]
            largest = max(largest, float(np.nanmax(np.abs(image))))
            self._image.setImage(image, autoLevels=False, levels=(-largest, largest))
            left, bottom = float(plane.x_V[0]), float(plane.y_V[0])
            rect = QRectF(left, bottom, float(plane.x_V[-1]) - left, float(plane.y_V[-1]) - bottom)
            self._image.setRect(rect)
        self._bar.setLevels((-largest, largest))
        shares = np.nan_to_num(0.5 + 0.5 * values / largest, nan=0.5)
        fills = self._map.map(shares, mode="qcolor")
        labels = description.labels_V[:, 0]
        self._points.setData(
            x=description.inputs_V[:, pair[0]],
            y=description.inputs_V[:, pair[1]],
            brush=[pg.mkBrush(c) for c in fills],
            symbol=["s" if label > 0 else "o" for label in labels],
            pen=pg.mkPen(self.theme.text, width=2),
        )
        right = int(np.sum(np.sign(values) == np.sign(labels)))
        self.readout.setText(
            tr(
                "■ label above 0, ● below: {right} of {all} right",
                right=right,
                all=len(labels),
            )
        )

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return inputs, label and output of every data point, V."""
        description, outputs = self.model.description, self.model.outputs_V
        pair = None if description is None else _two_inputs(description.inputs_V)
        if description is None or outputs is None or pair is None:
            return [], []
        rows = zip(description.inputs_V, description.labels_V, outputs, strict=True)
        head = ["input 1 (V)", "input 2 (V)", "label (V)", "output (V)"]
        return head, [
            [float(i[pair[0]]), float(i[pair[1]]), float(lab[0]), float(o[0])] for i, lab, o in rows
        ]

    def reading_at(self, place: Any) -> str:
        """Return both inputs and the output there, of the map or of the nearest data point."""
        found = self._on_map(place) or self._at_point(place)
        return "" if found is None else "{:.0f} mV, {:.0f} mV → {:+.2f} mV".format(*(1e3 * v for v in found))

    def _on_map(self, place: Any) -> tuple[float, float, float] | None:
        """Return both inputs and the output of the map there, V; None while there is no map."""
        plane = self.model.decision_map
        if plane is None:
            return None
        j = int(np.argmin(np.abs(plane.x_V - place.x())))
        i = int(np.argmin(np.abs(plane.y_V - place.y())))
        return float(plane.x_V[j]), float(plane.y_V[i]), float(plane.outputs_V[i, j, 0])

    def _at_point(self, place: Any) -> tuple[float, float, float] | None:
        """Return both inputs and the latest output of the data point nearest to there, V."""
        description, outputs = self.model.description, self.model.outputs_V
        pair = None if description is None else _two_inputs(description.inputs_V)
        if description is None or outputs is None or pair is None:
            return None
        x, y = description.inputs_V[:, pair[0]], description.inputs_V[:, pair[1]]
        k = int(np.argmin(np.hypot(x - place.x(), y - place.y())))
        return float(x[k]), float(y[k]), float(outputs[k, 0])


def _two_inputs(inputs_V: Any) -> tuple[int, int] | None:
    """Return the first two inputs that vary independently, None when there are not two."""
    varying = [s for s in range(inputs_V.shape[1]) if np.ptp(inputs_V[:, s]) > 1e-6]
    for k, first in enumerate(varying):
        for second in varying[k + 1 :]:
            pair = inputs_V[:, [first, second]]
            if np.linalg.matrix_rank(pair - pair.mean(axis=0), tol=1e-6) == 2:
                return first, second
    return None
