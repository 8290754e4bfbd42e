"""The network as it is wired: edges by conductance, nodes by voltage in the free or the clamped copy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QComboBox

from labctl.gui.plots.dock import PlotDock
from labctl.gui.plots.network_item import NetworkItem
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.theme import Theme


class NetworkPlot(PlotDock):
    """Edges as wide and as strong in colour as they conduct, nodes filled by their voltage."""

    key = "network"
    title = "Network"
    least_s = 0.2

    def make_view(self) -> Any:
        self.copy = named(QComboBox(), tr("Which node voltages"))
        self.copy.addItems([tr("free copy"), tr("clamped copy"), tr("clamped − free")])
        self.copy.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.copy.setMinimumContentsLength(9)
        self.copy.currentIndexChanged.connect(self.on_selection)
        self.add_switch(self.copy)
        widget = pg.PlotWidget()
        plot = self._plot = widget.getPlotItem()
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setAspectLocked(True)
        self._item: NetworkItem | None = None
        self.read_under_mouse()
        widget.scene().sigMouseClicked.connect(self._click)
        return widget

    def start_over(self) -> None:
        """Lay another network out."""
        if self._item is not None:
            self._plot.removeItem(self._item)
            self._item = None
        if self.model.description is not None:
            self._item = NetworkItem(self.model.description, self.theme)
            self._plot.addItem(self._item)
            self._plot.vb.setRange(self._item.boundingRect(), padding=0.0)

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.view.setBackground(theme.base)  # type: ignore[attr-defined]
        self.start_over()

    def redraw(self) -> None:
        """Draw the latest conductances and voltages."""
        if self._item is None:
            self.start_over()
        history = self.model.conductances
        if self._item is None:
            return
        conductances = history.last[-1].astype(float) if len(history) else None
        self._item.show_values(conductances, self._voltages(), self.copy.currentIndex() == 2)
        self._item.show_selection(self.selection.edges)

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return every edge with its nodes, gate and conductance."""
        description, gates, conductances = self.model.description, self.model.gates, self.model.conductances
        head = ["edge", "from node", "to node", "gate (V)", "conductance (S)"]
        if description is None or not len(gates):
            return head, []
        rows = zip(
            description.edge_names, description.edges, gates.last[-1], conductances.last[-1], strict=True
        )
        return head, [[n, int(e[0]), int(e[1]), float(g), float(c)] for n, e, g, c in rows]

    def _voltages(self) -> Any:
        free, clamped = self.model.free_V, self.model.clamped_V
        if self.copy.currentIndex() == 0:
            return free
        if clamped is None or self.copy.currentIndex() == 1 or free is None:
            return clamped
        return clamped - free

    def reading_at(self, place: Any) -> str:
        """Return the voltage of the node there, or gate and conductance of the edge."""
        description, item = self.model.description, self._item
        if item is None or description is None:
            return ""
        node, edge = item.node_at(place.x(), place.y()), item.edge_at(place.x(), place.y())
        voltages = self._voltages()
        if node is not None:
            text = tr("node {node}", node=node)
            if voltages is not None and np.isfinite(voltages[node]):
                text += f"   {1e3 * voltages[node]:.2f} mV ({self.copy.currentText()})"
            return text
        if edge is not None:
            text = tr("edge {name}", name=description.edge_names[edge])
            if len(self.model.gates):
                gate, conductance = self.model.gates.last[-1, edge], self.model.conductances.last[-1, edge]
                text += f"   {gate:.3f} V   {1e3 * conductance:.3f} mS"
            return text
        return ""

    def _click(self, event: Any) -> None:
        place = self._plot.vb.mapSceneToView(event.scenePos())
        self.choose_edge(event, self._item.edge_at(place.x(), place.y()) if self._item is not None else None)
