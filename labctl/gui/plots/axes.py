"""Axes whose numbers never lie over each other, and are written alike where they are logarithmic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg

from labctl.figures.words import power_of_ten

OUT = 4  # pixels from a label to where pyqtgraph would have it
_APART = 10, 2  # pixels between two numbers, across and upwards
_LOW = 120  # pixels of a plot: numbers and curves need all of less
_HIGH, _WIDE = 22, 50  # pixels from one numbered decade to the next, upwards and across
_FIRST = (1, 2, 5, 3, 7, 4, 6, 8, 9)  # digits of a decade in the order in which they get room
_USUAL = [(0, 0.8), (2, 0.6), (4, 0.4), (6, 0.2)]  # pyqtgraph's: how full an axis may be, by numbers written
_FULL = [(0, math.inf)]  # those without room are left out one by one


class Axis(pg.AxisItem):
    """An axis whose decades, when logarithmic, are all written alike: 0.1, 1, 10 or 10⁻⁷, 10⁻⁶, 10⁻⁵."""

    _words = False  # it has some
    _room = True  # for them

    def showLabel(self, show: bool = True) -> None:
        """Show the words beside the numbers, or hide them; hidden ones stay so while there is no room."""
        self._words = show
        super().showLabel(show and self._room)

    def give_room(self, room: bool) -> None:
        """Say whether there is room for the words."""
        if room is not self._room:
            self._room = room
            self.showLabel(self._words)

    def logTickValues(
        self, minVal: float, maxVal: float, size: float, stdTicks: list[Any]
    ) -> list[tuple[float | None, list[float]]]:
        """Return the places of ticks, those to be numbered first coming first."""
        levels: list[Any] = super().logTickValues(minVal, maxVal, size, stdTicks)
        if sum(len(values) for _, values in levels) < 2:  # less than a digit is shown: steps as of a line
            low, high = 10**minVal, 10**maxVal
            step = 10.0 ** math.floor(math.log10((high - low) / 2)) if high > low > 0 else math.inf
            steps = np.arange(math.ceil(low / step), math.floor(high / step) + 1)
            return [(None, list(np.log10(steps[steps > 0] * step)))]
        room = size / max(maxVal - minVal, 1e-9)  # pixels of a decade
        least = _HIGH if self.orientation in ("left", "right") else _WIDE
        return [
            (spacing, sorted(values, key=_rank) if spacing is None else values)
            for level, (spacing, values) in enumerate(levels)
            if level == 0 or (spacing or 1.0) * room >= least
        ]

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers at these places, given as logarithms."""
        places = [value + math.log10(scale) for value in values]
        if all(-3 < place < 4 for place in places):
            return [f"{10**place:.3g}" for place in places]
        return [_power(place) for place in places]

    def generateDrawSpecs(self, p: Any) -> Any:
        """Return what pyqtgraph draws, without the numbers that would lie over others."""
        self.style["textFillLimits"] = _FULL if self.logMode else _USUAL
        found = super().generateDrawSpecs(p)
        if found is None:
            return None
        line, ticks, texts = found
        kept: list[Any] = []
        for rect, flags, text in texts:
            across, up = _APART
            room = rect.adjusted(-across, -up, across, up)
            if not any(room.intersects(other) for other, _, _ in kept):
                kept.append((rect, flags, text))
        return line, ticks, kept


class Plot(pg.PlotWidget):
    """A plot with these axes, whose words give way to the curves where it is low."""

    def __init__(self) -> None:
        super().__init__(axisItems={"left": RoomyAxis("left"), "bottom": Axis("bottom")})

    def resizeEvent(self, event: Any) -> None:
        """Drop the words, or bring them back."""
        super().resizeEvent(event)
        plot = self.getPlotItem()
        if plot is None:  # not made yet, or closed
            return
        for side in ("left", "bottom", "right"):
            axis = plot.getAxis(side)
            if isinstance(axis, Axis):
                axis.give_room(self.height() >= _LOW)


class RoomyAxis(Axis):
    """An axis at the left whose label keeps clear of the numbers beside it."""

    def resizeEvent(self, event: Any = None) -> None:
        """Put the label where it belongs, and a little further out."""
        super().resizeEvent(event)
        self.label.setX(self.label.x() - OUT)


def _rank(place: float) -> int:
    return _FIRST.index(min(round(10 ** (place - math.floor(place + 1e-9))), 9))


def _power(place: float) -> str:
    decade = math.floor(place + 1e-9)
    digit = round(10 ** (place - decade), 3)
    return power_of_ten(decade) if digit == 1 else f"{digit:g}·{power_of_ten(decade)}"
