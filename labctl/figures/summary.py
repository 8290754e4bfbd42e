"""The summary: one page that says what was trained, how, and how well it went."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labctl.figures.decision import draw_decision
from labctl.figures.error import draw_error
from labctl.figures.gates import draw_conductances, draw_gates
from labctl.figures.header import write_header
from labctl.figures.network import draw_before_and_after
from labctl.figures.outputs import draw_outputs, draw_residuals, has_residuals
from labctl.figures.style import empty_figure

WIDTH_IN, HEIGHT_IN = 13.0, 9.2

# Places of the panels in inches: left, bottom, width, height. Fixed, so that they line up on every run.
_LEFT = 1.0, 3.2
_MIDDLE = 5.2, 3.3
_RIGHT = 9.5, 3.3
_UPPER = 4.6, 3.05
_LOWER = 0.65, 2.85
_BEFORE = 4.6, 4.1, 3.7, 3.55
_AFTER = 8.35, 4.1, 3.7, 3.55
_BAR = 12.13, 4.6, 0.13, 2.7


def summary_figure(run: xr.Dataset) -> Figure:
    """Draw summary.png: error, network before and after, outputs, decision map or residuals, gates."""
    figure = empty_figure(WIDTH_IN, HEIGHT_IN)
    error = _panel(figure, *_across(_LEFT, _UPPER))
    draw_error(error, run)
    error.set_title("Error")
    before, after, bar = (_panel(figure, *place) for place in (_BEFORE, _AFTER, _BAR))
    draw_before_and_after(before, after, bar, run, scale=0.88)
    draw_outputs(_panel(figure, *_across(_LEFT, _LOWER)), run)
    _draw_middle(figure, run)
    gates = _panel(figure, *_across(_RIGHT, _LOWER))
    draw_gates(gates, run)
    gates.set_title("Gate voltages")
    write_header(figure, run)
    return figure


def _across(column: tuple[float, float], row: tuple[float, float]) -> tuple[float, float, float, float]:
    return column[0], row[0], column[1], row[1]


def _panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    return figure.add_axes(
        (left / WIDTH_IN, bottom / HEIGHT_IN, width / WIDTH_IN, height / HEIGHT_IN),
    )


def _draw_middle(figure: Figure, run: xr.Dataset) -> None:
    left, bottom, width, height = _across(_MIDDLE, _LOWER)
    if "map_output" in run:
        bar = _panel(figure, left + height + 0.08, bottom + 0.15, 0.12, height - 0.3)
        draw_decision(_panel(figure, left, bottom, height, height), run, bar=bar)
    elif has_residuals(run):
        draw_residuals(_panel(figure, left, bottom, width, height), run)
    else:
        draw_conductances(_panel(figure, left, bottom, width, height), run)
