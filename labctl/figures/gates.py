"""Gate voltages and conductances of every transistor edge against learning time."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from labctl.figures.error import dress_time, time_scale
from labctl.figures.style import CONDUCTANCE_MAP, INK, MUTED, new_figure
from labctl.store.reading import floats, learning_edges, number_of
from protocols.block import FloatArray

WALL_HATCH = "////"
_HEADROOM = 0.09  # of the gate range, beyond each wall


def gates_figure(run: xr.Dataset) -> Figure:
    """Draw gates.png: gate voltages in V above, conductances in mS below, against learning time."""
    figure = new_figure(9.0, 8.0)
    upper, lower = figure.subplots(2, 1, sharex=True)
    draw_gates(upper, run)
    draw_conductances(lower, run)
    upper.set_xlabel("")
    upper.tick_params(labelbottom=False)
    figure.align_ylabels([upper, lower])
    figure.colorbar(
        ScalarMappable(conductance_norm(run), CONDUCTANCE_MAP),
        ax=[upper, lower],
        label="conductance at the end (mS)",
        pad=0.02,
        aspect=40,
    ).outline.set_visible(False)
    return figure


def conductance_norm(run: xr.Dataset) -> Normalize:
    """Return the colour scale of conductances, in mS: 0 to the largest transistor at start or end."""
    ends = 1e3 * floats(run, "conductance")[[0, -1]][:, learning_edges(run)]
    known = ends[np.isfinite(ends)]
    largest = float(known.max()) if known.size else 0.0
    return Normalize(0.0, largest if largest > 0 else 1.0)


def draw_gates(ax: Axes, run: xr.Dataset) -> None:
    """Draw gate voltages (round, edge) in V on given axes, with the walls as hatched bands."""
    gates = floats(run, "gate_voltage")[:, learning_edges(run)]
    _draw_curves(ax, run, gates)
    low, high = number_of(run, "gate_min_V"), number_of(run, "gate_max_V")
    known = gates[np.isfinite(gates)]
    bottom = float(np.min([low, *known])) if np.isfinite(low) else float(np.min([0.0, *known]))
    top = float(np.max([high, *known])) if np.isfinite(high) else float(np.max([1.0, *known]))
    room = _HEADROOM * (top - bottom)
    ax.set_ylim(bottom - room, top + room)
    if np.isfinite(low):
        _draw_wall(ax, low, bottom - room, f"wall {low:g} V")
    if np.isfinite(high):
        _draw_wall(ax, high, top + room, f"wall {high:g} V")
    ax.set_ylabel("gate voltage (V)")
    ax.set_title(f"Gate voltages of {gates.shape[1]} transistor edges")


def draw_conductances(ax: Axes, run: xr.Dataset) -> None:
    """Draw transistor conductances (round, edge) in mS on given axes."""
    values = 1e3 * floats(run, "conductance")[:, learning_edges(run)]
    _draw_curves(ax, run, values)
    known = values[np.isfinite(values)]
    largest = float(known.max()) if known.size and known.max() > 0 else 1.0
    ax.set_ylim(-0.04 * largest, 1.08 * largest)
    ax.set_ylabel("conductance (mS)")
    ax.set_title("Conductances")


def _draw_curves(ax: Axes, run: xr.Dataset, values: FloatArray) -> None:
    scale = time_scale(run)
    x = scale.place(floats(run, "learning_time"))
    final = 1e3 * floats(run, "conductance")[-1, learning_edges(run)]
    order = np.argsort(np.nan_to_num(final, nan=-1.0))  # strong edges on top
    ax.add_collection(
        LineCollection(
            [np.column_stack([x, values[:, e]]) for e in order],
            array=final[order],
            cmap=CONDUCTANCE_MAP,
            norm=conductance_norm(run),
            linewidths=1.5,
            alpha=0.95,
            capstyle="round",
        ),
        autolim=False,
    )
    if len(x) < 8:
        colours = CONDUCTANCE_MAP(conductance_norm(run)(final[order]))
        for e, colour in zip(order, colours, strict=True):
            ax.plot(x, values[:, e], "o", markersize=3.5, color=colour)
    dress_time(ax, scale)


def _draw_wall(ax: Axes, wall: float, outer: float, label: str) -> None:
    bottom, top = sorted((wall, outer))
    ax.axhspan(
        bottom, top, facecolor="#F2F2F2", edgecolor="#C9C9C9", hatch=WALL_HATCH, linewidth=0, zorder=0.5
    )
    ax.axhline(wall, color=MUTED, linewidth=1.2, zorder=0.6)
    ax.text(
        0.985,
        0.5 * (bottom + top),
        label,
        transform=ax.get_yaxis_transform(),
        ha="right",
        va="center",
        fontsize=9.5,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        zorder=6,
    )
