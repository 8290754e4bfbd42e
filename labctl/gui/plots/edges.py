"""What plots of every edge against learning time share: the quantity, its table, hovering and clicking."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QComboBox

from labctl.gui.plots.dock import PlotDock
from labctl.gui.state.history import History
from labctl.gui.text.words import named, tr
from protocols.units import duration


class EdgePlot(PlotDock):
    """A plot of gate voltages or conductances. Subclasses say which edge lies at a place within the axes."""

    conductance_first = False

    def make_quantity(self, name: str) -> QComboBox:
        """Return the choice of quantity, named for those who cannot see it."""
        self.quantity = named(QComboBox(), name)
        texts = [tr("gate voltage"), tr("conductance")]
        self.quantity.addItems(texts[::-1] if self.conductance_first else texts)
        return self.quantity

    @property
    def shows_conductance(self) -> bool:
        """Tell whether conductances are chosen, not gate voltages."""
        return (self.quantity.currentIndex() == 0) == self.conductance_first

    @property
    def history(self) -> History:
        """Return what is drawn: gates in V or conductances in S."""
        return self.model.conductances if self.shows_conductance else self.model.gates

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return the latest value of every bin, one column per edge."""
        history, description = self.history, self.model.description
        if description is None:
            return [], []
        unit = "S" if self.shows_conductance else "V"
        head = ["learning time (s)", *(f"{name} ({unit})" for name in description.edge_names)]
        rows = [[float(x), *map(float, row)] for x, row in zip(history.x, history.last, strict=True)]
        return head, rows

    def edge_at(self, place: Any) -> tuple[int, float] | None:
        """Return the edge and the learning time (s) at a place within the axes, None when none is near."""
        raise NotImplementedError

    def reading_at(self, place: Any) -> str:
        """Return the value of the edge there, at the time of the bin it falls into."""
        found = self.edge_at(place)
        if found is None or self.model.description is None:
            return ""
        edge, time_s = found
        value = float(self.history.last[self.history.nearest(time_s), edge])
        text = f"{1e3 * value:.4g} mS" if self.shows_conductance else f"{value:.4g} V"
        name = self.model.description.edge_names[edge]
        return f"{duration(time_s)}   {tr('edge {name}', name=name)}   {text}"

    def click(self, event: Any) -> None:
        """Choose the edge under the mouse, with Ctrl beside the others."""
        place = self.place_under(event.scenePos())
        found = self.edge_at(place) if place is not None else None
        self.choose_edge(event, found[0] if found is not None else None)
