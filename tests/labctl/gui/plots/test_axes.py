"""Numbers at an axis and words in a legend: none over another, each beside what it names."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6.QtGui import QPainter, QPixmap
from PyQt6.QtWidgets import QApplication

from labctl.gui.plots.dock import plot_widget
from labctl.gui.plots.legend import Legend
from labctl.gui.widgets import theme

from ..conftest import until

pytestmark = pytest.mark.gui


@pytest.fixture
def widget(app: QApplication) -> Any:
    made = plot_widget(theme.LIGHT, ("learning time", "s"), ("error (V²)", ""))
    made.show()
    yield made
    made.close()
    made.deleteLater()


def _numbers(axis: Any) -> list[tuple[Any, str]]:
    """Return where an axis writes what."""
    ground = QPixmap(10, 10)
    painter = QPainter(ground)
    _, _, texts = axis.generateDrawSpecs(painter)
    painter.end()
    return [(rect, text) for rect, _, text in texts]


@pytest.mark.parametrize("height", [90, 260, 700])
@pytest.mark.parametrize("decades", [0.01, 0.2, 1.2, 2.5, 6.0, 25.0])
def test_numbers_of_a_logarithmic_axis_keep_apart(widget: Any, height: int, decades: float) -> None:
    plot = widget.getPlotItem()
    plot.setLogMode(x=False, y=True)
    widget.resize(420, height)
    plot.setYRange(-3.1 - decades, -3.1 + 0.1 * decades, padding=0)
    axis, least = plot.getAxis("left"), 2 if height > 90 else 1
    until(lambda: len(_numbers(axis)) >= least, 10)  # once the axis is as wide as its numbers
    found = _numbers(axis)
    assert not [(a, b) for (r, a), (q, b) in combinations(found, 2) if r.intersects(q)]
    assert len({text for _, text in found}) == len(found)
    if decades > 20:
        assert not [text for _, text in found if "·" in text]  # decades alone


def test_numbers_across_are_told_apart(widget: Any) -> None:
    plot = widget.getPlotItem()
    plot.setLogMode(x=True, y=True)
    widget.resize(620, 380)
    plot.setXRange(-4.2, 0.7, padding=0)
    axis = plot.getAxis("bottom")
    until(lambda: len(_numbers(axis)) >= 4, 10)
    edges = sorted((rect.left(), rect.right()) for rect, _ in _numbers(axis))
    assert all(left - right >= 8 for (_, right), (left, _) in pairwise(edges))


def test_words_of_a_legend_stand_beside_their_lines(widget: Any) -> None:
    plot = widget.getPlotItem()
    widget.resize(420, 300)
    legend = Legend(plot, theme.LIGHT, (8, -8))
    x = np.arange(3.0)
    curves = [(plot.plot(x, x + k), f"curve {k}") for k in range(8)]
    legend.show_only(curves)
    tall = legend.boundingRect().height()
    legend.show_only(curves[::2])
    legend.restyle(theme.DARK)

    def apart() -> list[float]:
        centres = [(i.geometry().center().y(), w.geometry().center().y()) for i, w in legend.items]
        return [abs(sample - words) for sample, words in centres]

    until(lambda: max(apart()) < 2, 10, lambda: str(apart()))
    assert all(words.itemRect().height() >= words.size().height() - 1 for _, words in legend.items)
    assert [sample.item for sample, _ in legend.items] == [curve for curve, _ in curves[::2]]
    assert legend.boundingRect().height() < tall
    assert legend.opts["brush"].color().alpha() > 128
    assert isinstance(plot.legend, pg.LegendItem)
