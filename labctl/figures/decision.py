"""The decision map: output over the plane of two inputs, and the line on which it is zero."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from labctl.figures.classes import class_look
from labctl.figures.reading import FloatArray, floats, ints, is_classification, texts
from labctl.figures.style import BLACK, DECISION_MAP, INK, new_figure


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
    mesh = _draw_map(ax, x, y, values)
    _draw_points(ax, run)
    across, up = _mapped_sources(run)
    names = texts(run, "source_name")
    ax.set_xlim(x.min(), x.max())
    ax.set_ylim(y.min(), y.max())
    ax.grid(visible=False)
    ax.set_xlabel(f"input {names[across]} (mV)")
    ax.set_ylabel(f"input {names[up]} (mV)")
    name = texts(run, "output_name")[output]
    ax.set_title("Decision map" + (f" of {name}" if run.sizes["output"] > 1 else ""))
    place = {"ax": ax, "shrink": 0.9, "pad": 0.02, "aspect": 26} if bar is None else {"cax": bar}
    if bar is None:
        ax.set_aspect("equal")
    drawn = ax.get_figure(root=True).colorbar(mesh, label=f"output {name} (mV)", **place)
    drawn.outline.set_visible(False)


def _draw_map(ax: Axes, x: FloatArray, y: FloatArray, values: FloatArray) -> QuadMesh:
    known = values[np.isfinite(values)]
    reach = float(np.abs(known).max()) if known.size and np.any(known) else 1.0
    mesh = ax.pcolormesh(
        x,
        y,
        values,
        cmap=DECISION_MAP,
        norm=Normalize(-reach, reach),
        shading="gouraud" if min(values.shape) > 1 and len(known) == values.size else "nearest",
        rasterized=True,
    )
    if known.size and known.min() < 0 < known.max() and min(values.shape) > 1:
        ax.contour(x, y, values, levels=[0.0], colors=[BLACK], linewidths=2.0)
    return mesh


def _draw_points(ax: Axes, run: xr.Dataset) -> None:
    across, up = _mapped_sources(run)
    inputs = 1e3 * floats(run, "train_input")
    if not is_classification(run):
        ax.plot(
            inputs[:, across], inputs[:, up], "o", color=INK, markerfacecolor="white", markersize=8, zorder=4
        )
        return
    classes = ints(run, "train_class")
    for rank, value in enumerate(np.unique(classes)):
        colour, marker = class_look(int(value), run)
        of = classes == value
        ax.plot(
            inputs[of, across],
            inputs[of, up],
            marker,
            markersize=10,
            markerfacecolor="white" if rank == 0 else colour,
            markeredgecolor=colour if rank == 0 else "white",
            markeredgewidth=2.2 if rank == 0 else 1.6,
            path_effects=[withStroke(linewidth=4.2 if rank == 0 else 1.6, foreground=INK)],
            clip_on=False,
            zorder=4,
        )
    legend_in_title(ax, handles)


def _mapped_sources(run: xr.Dataset) -> tuple[int, int]:
    """Return the first two sources that no rail holds: the axes of the map."""
    varying = np.flatnonzero(np.isnan(floats(run, "source_rail")))
    return int(varying[0]), int(varying[1])
