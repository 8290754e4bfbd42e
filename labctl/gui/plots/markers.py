"""Markers: the lines people drop into a run, drawn in every plot against learning time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt

from labctl.gui.state.run_model import Marker
from labctl.gui.widgets.theme import Theme


class MarkerLines:
    """Upright lines in a plot, each with its name along it."""

    def __init__(self, plot: Any, theme: Theme) -> None:
        self._plot, self._theme = plot, theme
        self._lines: list[Any] = []
        self._shown: tuple[Marker, ...] = ()

    def show(self, markers: Sequence[Marker], place: Callable[[float], float] = float) -> None:
        """Draw these; `place` turns a learning time in s into the plot's own x."""
        if tuple(markers) != self._shown:
            self._shown = tuple(markers)
            self._make()
        for line, marker in zip(self._lines, self._shown, strict=True):
            line.setPos(place(marker.learning_time_s))

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        where = [line.value() for line in self._lines]
        self._make()
        for line, x in zip(self._lines, where, strict=True):
            line.setPos(x)

    def _make(self) -> None:
        for line in self._lines:
            self._plot.removeItem(line)
        pen = pg.mkPen(self._theme.text, width=1, style=Qt.PenStyle.DashDotLine)
        ground = pg.mkColor(self._theme.base)
        ground.setAlpha(200)
        sides = [(0, 0), (0, 1)]  # of the line: to the right of one at the left, and the other way about
        if self._plot.vb.yInverted():
            sides.reverse()
        words = {"position": 0.04, "rotateAxis": (1, 0), "anchors": sides}
        words |= {"color": self._theme.text, "fill": ground}
        self._lines = []
        for marker in self._shown:
            named = f"⚑ {marker.name}".replace("{", "{{").replace("}", "}}")  # pyqtgraph formats it
            line = pg.InfiniteLine(angle=90, movable=False, pen=pen, label=named, labelOpts=dict(words))
            line.setZValue(4)
            self._plot.addItem(line, ignoreBounds=True)
            self._lines.append(line)
