"""The comparison of eight runs: errors and gates overlaid, words that can be read, in either theme."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QApplication

from labctl.gui.panels.runs.compare import CompareWindow
from labctl.gui.panels.runs.stored import ComparedRun
from labctl.gui.widgets import theme
from labctl.store.catalogue import Entry

from ..conftest import Opened, until

pytestmark = pytest.mark.gui
TIMES = np.array([0.0, 0.1, 0.2])
LONG = "a description that goes on " * 6


def _entry(number: int) -> Entry:
    known = dict.fromkeys(Entry.__dataclass_fields__)
    return Entry(**(known | {"number": number, "name": f"two-edge-cycle-{number}", "method": "standard"}))


def _run(k: int) -> xr.Dataset:
    gates = np.full((3, 4), 1.0) + 0.1 * k * np.arange(3)[:, None]
    return xr.Dataset(
        {
            "learning_time": ("round", TIMES),
            "train_error": ("round", 1e-3 / (1 + k + TIMES)),
            "gate_voltage": (("round", "edge"), gates),
        }
    )


@pytest.fixture
def compared(open_window: Opened) -> Any:
    window = open_window(live=False)
    settings = [{"experiment": {"name": f"{k}", "description": f"{LONG}{k}"}} for k in range(8)]
    runs = [ComparedRun(_entry(k), _run(k), settings[k]) for k in range(8)]
    made = CompareWindow(runs, theme.LIGHT, window)
    window.panels.runs.comparisons.append(made)
    made.show()
    return made


def test_final_gates_of_every_run_are_overlaid(compared: CompareWindow) -> None:
    drawn = compared.gates.getPlotItem().items
    assert len(drawn) == 8
    for k, marks in enumerate(drawn):
        x, y = marks.getData()
        np.testing.assert_allclose(x, np.arange(4))
        np.testing.assert_allclose(y, 1.0 + 0.2 * k)
    looks = {(m.opts["pen"].color().name(), m.opts["brush"].style()) for m in drawn}
    assert len(looks) == 8


def test_headings_are_whole_and_long_cells_have_a_tooltip(compared: CompareWindow) -> None:
    table = compared.table
    head = table.horizontalHeader()
    for column in range(8):
        text = table.horizontalHeaderItem(column).text()
        assert table.fontMetrics().horizontalAdvance(text) < head.sectionSize(column)
        assert head.sectionSize(column) <= head.maximumSectionSize()
    long = next(k for k, (name, _) in enumerate(compared.rows) if name == "experiment.description")
    assert table.item(long, 3).toolTip() == f"{LONG}3"


def test_the_legend_names_every_run_and_covers_no_curve(compared: CompareWindow) -> None:
    until(lambda: compared.legend.width() > 100)
    told = compared.legend.text().replace("\N{NON-BREAKING HYPHEN}", "-")
    assert [f"{k}&nbsp;·&nbsp;two-edge-cycle-{k}" in told for k in range(8)] == [True] * 8
    assert len(set(re.findall(r"#\w+\">..", told))) == 8  # by colour, and solid or dashed
    assert compared.plot.getPlotItem().legend is None
    beneath = compared.legend.mapTo(compared, compared.legend.rect().bottomLeft())
    assert compared.plot.mapTo(compared, compared.plot.rect().topLeft()).y() > beneath.y()


def test_it_takes_the_other_theme_with_the_window(compared: CompareWindow, app: QApplication) -> None:
    window = compared.parent()
    window.theming.set_theme(theme.DARK)
    until(lambda: not window.theming.unstyled)
    assert compared.plot.backgroundBrush().color() == QColor(theme.DARK.base)
    assert compared.gates.backgroundBrush().color() == QColor(theme.DARK.base)
    assert all(theme.DARK.series[k % len(theme.DARK.series)] in compared.legend.text() for k in range(8))
    first = compared.plot.getPlotItem().listDataItems()[0]
    assert first.opts["pen"].color().name() == QColor(theme.DARK.series[0]).name()
