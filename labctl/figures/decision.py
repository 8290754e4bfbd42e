"""The decision map: output over the plane of two inputs, and the line on which it is zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from labctl.figures.classes import class_look
from labctl.figures.style import BLACK, DECISION_MAP, INK, VALUE_MAP, legend_in_title, new_figure
from labctl.figures.words import names_of, shortened
from labctl.store.reading import floats, ints, is_classification
from protocols.block import FloatArray

_SLIGHT = 0.02  # outputs this little below zero, in parts of the largest, are offsets
_EDGE = 0.06  # of the map, around it when points lie on its edge
_NAMED = 3  # this many classes fit beside the title
_POINT: dict[str, Any] = {
    "marker": "o",
    "markersize": 10,
    "color": INK,
    "markerfacecolor": "white",
    "markeredgewidth": 1.6,
    "clip_on": False,
    "zorder": 4,
}


def decision_figure(run: xr.Dataset) -> Figure:
    """Draw decision.png: one map per output, colour = output in mV, axes = the two inputs in mV."""
    outputs = run.sizes["output"]
    figure = new_figure(7.2 * outputs, 6.0)
    for o, ax in enumerate(np.ravel(figure.subplots(1, outputs))):
        draw_decision(ax, run, o)
    return figure


def draw_decision(ax: Axes, run: xr.Dataset, output: int = 0, bar: Axes | None = None) -> None:
    """Draw one output's map on given axes with zero contour and data points, and its colour bar.

    Without axes for the bar it takes its room from `ax`, and both inputs get the same scale.
    """
    values = 1e3 * floats(run, "map_output")[:, :, output]
    x, y = 1e3 * floats(run, "map_x"), 1e3 * floats(run, "map_y")
    mesh = _draw_map(ax, run, x, y, values)
    _draw_points(ax, run)
    across, up = _mapped_sources(run)
    names = names_of(run, "source_name")
    inputs = 1e3 * floats(run, "train_input")
    ax.set_xlim(*_limits(x, inputs[:, across]))
    ax.set_ylim(*_limits(y, inputs[:, up]))
    ax.grid(visible=False)
    ax.set_xlabel(f"input {names[across]} (mV)")
    ax.set_ylabel(f"input {names[up]} (mV)")
    name = names_of(run, "output_name")[output]
    kind = "Decision map" if is_classification(run) else "Output map"
    ax.set_title(kind + (f" of {shortened(name)}" if run.sizes["output"] > 1 else ""))
    place: dict[str, Any] = {"cax": bar}
    if bar is None:
        ax.set_aspect("equal")
        place = {"ax": ax, "shrink": 0.9, "pad": 0.02, "aspect": 26}
    drawn = ax.figure.colorbar(mesh, label=f"output {shortened(name)} (mV)", **place)
    drawn.outline.set_visible(False)


def _limits(axis: FloatArray, points: FloatArray) -> tuple[float, float]:
    """Return the ends of the map, with a margin where a point would lie on the axis itself."""
    low, high = float(axis.min()), float(axis.max())
    room = _EDGE * (high - low)
    below, above = np.min(points) < low + 0.5 * room, np.max(points) > high - 0.5 * room
    return low - room * bool(below), high + room * bool(above)


def _draw_map(ax: Axes, run: xr.Dataset, x: FloatArray, y: FloatArray, values: FloatArray) -> QuadMesh:
    known = values[np.isfinite(values)]
    reach = float(np.abs(known).max()) if known.size and np.any(known) else 1.0
    centred = is_classification(run) or not known.size or known.min() < -_SLIGHT * reach
    mesh = ax.pcolormesh(
        x,
        y,
        values,
        cmap=DECISION_MAP if centred else VALUE_MAP,
        norm=Normalize(-reach, reach) if centred else Normalize(float(known.min()), reach),
        shading="gouraud" if min(values.shape) > 1 and known.size == values.size else "nearest",
        rasterized=True,
    )
    if known.size and known.min() < 0 < known.max() and min(values.shape) > 1:
        ax.contour(x, y, values, levels=[0.0], colors=[BLACK], linewidths=2.0)
    return mesh


def _draw_points(ax: Axes, run: xr.Dataset) -> None:
    across, up = _mapped_sources(run)
    inputs = 1e3 * floats(run, "train_input")
    if not is_classification(run):
        ax.plot(inputs[:, across], inputs[:, up], linestyle="none", **_POINT)
        return
    classes, handles = ints(run, "train_class"), []
    for value in np.unique(classes):
        of = classes == value
        look = _class_mark(int(value), run)
        ax.plot(inputs[of, across], inputs[of, up], **look)
        handles.append(Line2D([], [], **(look | {"markersize": 8}), label=f"class {value}"))
    if 0 < len(handles) <= _NAMED:
        legend_in_title(ax, handles, handle_length=0.9)


def _class_mark(value: int, run: xr.Dataset) -> dict[str, Any]:
    """Return how points of a class are marked: the first class open, the others filled."""
    colour, marker = class_look(value, run)
    first = value == int(ints(run, "train_class").min())
    width = 2.4 if first else 1.2
    return _POINT | {
        "linestyle": "none",
        "marker": marker,
        "markerfacecolor": "white" if first else colour,
        "markeredgecolor": colour if first else "white",
        "markeredgewidth": width,
        "path_effects": [withStroke(linewidth=width + 1.2, foreground=INK)],
    }


def _mapped_sources(run: xr.Dataset) -> tuple[int, int]:
    """Return the first two sources that no rail holds: the axes of the map."""
    varying = np.flatnonzero(np.isnan(floats(run, "source_rail")))
    return (int(varying[0]), int(varying[1])) if varying.size > 1 else (0, 1)
