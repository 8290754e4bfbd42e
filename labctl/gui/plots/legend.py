"""The legend of a plot: words beside their lines, on a veil that keeps curves out of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt

from labctl.gui.widgets.theme import Theme

_VEIL = 215  # of 255


class Legend(pg.LegendItem):
    """A legend within a plot, where curves named later put themselves."""

    def __init__(self, plot: Any, theme: Theme, offset: tuple[int, int], columns: int = 1) -> None:
        super().__init__(offset=offset, verSpacing=-6, colCount=columns)
        self.setParentItem(plot.vb)
        plot.legend = self
        self.restyle(theme)

    def updateSize(self) -> None:
        """Be as high as the rows: in higher ones words would stand above their lines."""
        self.layout.invalidate()
        self.resize(self.layout.effectiveSizeHint(Qt.SizeHint.PreferredSize))
        self.setOffset(self.opts["offset"])

    def show_only(self, entries: Iterable[tuple[Any, str]]) -> None:
        """Have these lines and no others, so that the veil is as large as their words."""
        wanted = list(entries)
        if [(sample.item, label.text) for sample, label in self.items] != wanted:
            self.clear()
            for item, name in wanted:
                self.addItem(item, name)

    def restyle(self, theme: Theme) -> None:
        ground = pg.mkColor(theme.base)
        ground.setAlpha(_VEIL)
        self.setBrush(pg.mkBrush(ground))
        self.setLabelTextColor(theme.text)
        for _, label in self.items:
            label.setText(label.text, color=theme.text)
