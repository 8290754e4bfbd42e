"""Error against learning time, with the accuracy beneath it when there are classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter, NullLocator

from labctl.figures.scale import EdgeScale, log_ticks
from labctl.figures.style import BLUE, MUTED, VERMILION, legend_in_title, new_figure, say_not_measured
from labctl.figures.words import quantity
from labctl.store.reading import floats, has_numbers, is_classification
from protocols.block import FloatArray

TIME_LABEL = "learning time (s)"
_ZERO: dict[str, Any] = {
    "linestyle": "none",
    "marker": "v",
    "markersize": 8,
    "markerfacecolor": "white",
    "markeredgewidth": 1.6,
    "clip_on": False,
    "zorder": 5,
}
_MARKED = 48  # up to this many rounds each is marked, else the first and the last
_LINEAR_BELOW = 3.0  # learning times that span less than this ratio go on a linear axis


@dataclass(frozen=True)
class TraceStyle:
    """How one data set is drawn: colour, marker, line style and draw order."""

    part: str
    colour: str
    marker: str
    line: Literal["-", "--"]
    filled: bool

    def look(self) -> dict[str, Any]:
        """Return it as matplotlib's keyword arguments, the same for the line and for the legend."""
        return {
            "linestyle": self.line,
            "marker": self.marker,
            "color": self.colour,
            "markerfacecolor": self.colour if self.filled else "white",
            "markersize": 5.0,
            "markeredgewidth": 1.4,
        }


TRACES = (TraceStyle("train", BLUE, "o", "-", True), TraceStyle("test", VERMILION, "s", "--", False))


def error_figure(run: xr.Dataset) -> Figure:
    """Draw error.png: log-log error in V² against learning time in s, and accuracy in %."""
    classes = is_classification(run)
    figure = new_figure(8.0, 6.6 if classes else 5.4)
    if not classes:
        ax = figure.subplots()
        draw_error(ax, run)
        _add_root_axis(ax)
        return figure
    ax, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.6, 1.0])
    draw_error(ax, run)
    _add_root_axis(ax)
    draw_accuracy(below, run)
    ax.set_xlabel("")
    ax.tick_params(labelbottom=False)
    return figure


def time_scale(run: xr.Dataset) -> EdgeScale:
    """Choose the axis of learning time (round,) in s; the start, at 0 s, has a marked place.

    Rounds that follow one another evenly go on a plain axis: there, equal times are what to look at.
    """
    times = floats(run, "learning_time")
    if _evenly_spaced(times):
        return EdgeScale(float(times.min()), float(times.max()), zeros=False, log=False)
    return EdgeScale.of(times, least_ratio=_LINEAR_BELOW)


def _evenly_spaced(times: FloatArray) -> bool:
    """Tell whether nearly all rounds are equally far apart, in learning time."""
    steps = np.diff(times)
    if len(steps) < 20 or not np.isfinite(steps).all() or np.median(steps) <= 0:
        return False
    usual = float(np.median(steps))
    return bool(np.mean(np.abs(steps - usual) < 0.05 * usual) > 0.95)


def dress_time(ax: Axes, scale: EdgeScale) -> None:
    """Turn the x axis into the axis of learning time."""
    scale.dress(ax, "x")
    ax.set_xlabel(TIME_LABEL)


def draw_error(ax: Axes, run: xr.Dataset) -> None:
    """Draw train and test error (round,) in V² on given axes; exact zeros sit on the bottom edge."""
    times = floats(run, "learning_time")
    found = [(t, floats(run, f"{t.part}_error")) for t in TRACES if has_numbers(run, f"{t.part}_error")]
    if not found:
        say_not_measured(ax, "Error")
        return
    across, up = time_scale(run), EdgeScale.of(*(values for _, values in found))
    for trace, values in found:
        _draw_trace(ax, across.place(times), up.place(values), trace)
        zeros = values <= 0
        if zeros.any():  # an empty line would count as a mark in the corner of the page
            ax.plot(across.place(times)[zeros], up.place(values)[zeros], color=trace.colour, **_ZERO)
    up.dress(ax, "y")
    dress_time(ax, across)
    ax.set_ylabel("error (V²)")
    ax.set_title(_headline(found[0][1]))
    handles = [_handle(trace) for trace, _ in found]
    if up.zeros:
        handles.append(Line2D([], [], color=MUTED, label="exactly 0", **_ZERO))
    legend_in_title(ax, handles)


def draw_accuracy(ax: Axes, run: xr.Dataset) -> None:
    """Draw the share of points on the right side (round,), in %, on given axes."""
    times, across = floats(run, "learning_time"), time_scale(run)
    for trace in TRACES:
        if f"{trace.part}_accuracy" in run:
            values = 100 * floats(run, f"{trace.part}_accuracy")
            _draw_trace(ax, across.place(times), values, trace)
    ax.set_ylim(-6, 106)
    ax.yaxis.set_major_locator(FixedLocator([0, 50, 100]))
    ax.set_ylabel("accuracy (%)")
    dress_time(ax, across)


def _draw_trace(ax: Axes, x: FloatArray, y: FloatArray, trace: TraceStyle) -> None:
    few = len(x) <= _MARKED
    ax.plot(
        x,
        y,
        **trace.look(),
        linewidth=2.0 if few else 1.4,
        markevery=None if few else [0, -1],
        clip_on=False,
        zorder=4 if trace.filled else 3,
    )


def _handle(trace: TraceStyle) -> Line2D:
    return Line2D([], [], **trace.look(), label=trace.part)


def _headline(train_error: FloatArray) -> str:
    return f"Error  {quantity(float(train_error[0]), 'V²')} → {quantity(float(train_error[-1]), 'V²')}"


def _add_root_axis(ax: Axes) -> None:
    """Add a right-hand axis with the square root of the error, in mV."""
    if ax.get_yscale() != "log":
        return
    low, high = (1e3 * float(np.sqrt(v)) for v in ax.get_ylim())
    right = ax.twinx()
    right.set_yscale("log")
    right.set_ylim(low, high)
    zero_gap = ax.get_yticklabels()[0].get_text() == "0"
    floor = 1e3 * float(np.sqrt(ax.get_yticks()[1])) if zero_gap and len(ax.get_yticks()) > 1 else low
    ticks, labels, minor = log_ticks(floor, high)
    right.yaxis.set_major_locator(FixedLocator(ticks))
    right.yaxis.set_major_formatter(FixedFormatter(labels))
    right.yaxis.set_minor_locator(FixedLocator(minor) if minor else NullLocator())
    right.yaxis.set_minor_formatter(NullFormatter())
    right.grid(visible=False)
    right.spines["right"].set_visible(True)
    right.set_ylabel("√error (mV)", color=MUTED)
