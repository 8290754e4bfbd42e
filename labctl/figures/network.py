"""The network as it is wired: width and colour of an edge are its conductance."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from labctl.figures.gates import conductance_norm
from labctl.figures.geometry import Layout, lay_out
from labctl.figures.style import (
    BLUE,
    CONDUCTANCE_MAP,
    FAINT,
    INK,
    MUTED,
    VERMILION,
    bare,
    new_figure,
)
from labctl.figures.words import names_of, shortened
from labctl.store.reading import floats, ints, learning_edges
from protocols.units import duration

_THIN_PT, _WIDE_PT = 0.8, 7.5
_NODE_PT = 15.0
_LINE_PT = 11.5
_FULL_SIZE = 5.2  # pitches across the axes up to which marks and type are full size
_LONGEST, _SIGNED = 9, 5  # letters of a name that fit between two nodes, alone and with a sign
_MARGIN = 0.55  # around the drawing, in lattice pitches: room for names
_HALO = (withStroke(linewidth=3.2, foreground="white"),)


def network_figure(run: xr.Dataset) -> Figure:
    """Draw network.png: the network before and after, one colour scale in mS."""
    figure = new_figure(10.6, 4.9)
    before, after, bar = figure.subplots(1, 3, width_ratios=[1.0, 1.0, 0.026])
    draw_before_and_after(before, after, bar, run)
    return figure


def draw_before_and_after(before: Axes, after: Axes, bar: Axes, run: xr.Dataset, scale: float = 1.0) -> None:
    """Draw the first and the last round and, on `bar`, their colour bar; `scale` shrinks marks and type."""
    taken = duration(float(floats(run, "learning_time")[-1]))
    draw_network(before, run, 0, scale)
    draw_network(after, run, -1, scale)
    before.set_title("Network before learning")
    after.set_title(f"Network after {taken} of learning")
    colours = ScalarMappable(conductance_norm(run), CONDUCTANCE_MAP)
    after.figure.colorbar(colours, cax=bar, label="conductance (mS)").outline.set_visible(False)


def draw_network(ax: Axes, run: xr.Dataset, round_: int, scale: float = 1.0) -> None:
    """Draw the network of one round on given axes: sources square, outputs ringed, resistors dashed.

    An edge that goes around a periodic lattice is a stub at each of its two nodes, with the number
    of the node on the other side.
    """
    layout = lay_out(run)
    bare(ax)
    ax.set_aspect("equal", adjustable="datalim")  # the axes keep their place, whatever the shape
    left, right, bottom, top = layout.bounds()
    wide = _MARGIN if layout.lattice else 0.8
    scale *= min(1.0, _FULL_SIZE / (right - left + 2 * wide))
    tall = 0.36 if layout.wraps.any() else _MARGIN  # stubs have made room for names already
    ax.update_datalim([(left - wide, bottom - tall), (right + wide, top + tall)])
    ax.margins(0.0)
    _draw_edges(ax, run, layout, round_, scale)
    _draw_nodes(ax, run, layout, scale)


def _draw_edges(ax: Axes, run: xr.Dataset, layout: Layout, round_: int, scale: float) -> None:
    conductance = 1e3 * np.nan_to_num(floats(run, "conductance")[round_])
    norm = conductance_norm(run)
    share = np.clip(conductance / norm.vmax, 0.0, 1.1) if norm.vmax else 0 * conductance
    width = scale * (_THIN_PT + (_WIDE_PT - _THIN_PT) * share)
    learning = learning_edges(run)
    order = learning[np.argsort(conductance[learning])]
    pieces = [(piece, e) for e in order for piece in layout.segments(int(e))]
    ax.add_collection(
        LineCollection(
            [piece for piece, _ in pieces],
            array=np.array([conductance[e] for _, e in pieces]),
            linewidths=[width[e] for _, e in pieces],
            cmap=CONDUCTANCE_MAP,
            norm=norm,
            capstyle="butt",
            zorder=1,
        )
    )
    for e in np.setdiff1d(np.arange(len(conductance)), learning):
        for piece in layout.segments(int(e)):
            ax.plot(
                *piece.T,
                color=FAINT,
                linewidth=max(2.0 * scale, float(width[e])),
                dashes=(1.6, 0.8),
                zorder=1,
            )
    _name_resistors(ax, run, layout, scale)
    _name_far_ends(ax, layout, scale)


def _name_resistors(ax: Axes, run: xr.Dataset, layout: Layout, scale: float) -> None:
    """Write each fixed resistance into a box on its edge, as in a circuit diagram."""
    ohms = floats(run, "edge_resistance")
    for e in np.flatnonzero(np.isfinite(ohms)):
        x, y = layout.clear_point(int(e))
        ax.text(
            x,
            y,
            _ohms(float(ohms[e])),
            ha="center",
            va="center",
            fontsize=9.5 * scale,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": FAINT, "linewidth": 1.2 * scale, "pad": 2.5 * scale},
            zorder=2.5,
        )


def _name_far_ends(ax: Axes, layout: Layout, scale: float) -> None:
    for e in np.flatnonzero(layout.wraps):
        pair = int(layout.tail[e]), int(layout.head[e])
        for near, far, tip in zip(pair, pair[::-1], layout.tips[e], strict=True):
            out = tip - layout.nodes[near]
            x, y = tip + 0.16 * out / np.hypot(*out)
            ax.text(x, y, str(far), ha="center", va="center", fontsize=8.5 * scale, color=MUTED)


def _draw_nodes(ax: Axes, run: xr.Dataset, layout: Layout, scale: float) -> None:
    sources, outputs = _source_names(run), _output_names(run)
    for node, (x, y) in enumerate(layout.nodes):
        lines = sources.get(node) or outputs.get(node, [])
        edge_colour = BLUE if node in sources else VERMILION if node in outputs else MUTED
        filled = bool(lines)
        size = _NODE_PT * scale * (1.25 if filled else 1.0)
        ax.plot(
            x,
            y,
            marker="s" if node in sources else "o",
            markersize=size,
            color=edge_colour,
            markerfacecolor=edge_colour if filled else "white",
            markeredgecolor="white" if filled else FAINT,
            markeredgewidth=1.4 if filled else 1.0,
            zorder=3,
        )
        ax.text(
            x,
            y,
            str(node),
            ha="center",
            va="center_baseline",
            fontsize=(9.5 if filled else 8.5) * scale,
            fontweight="bold" if filled else "normal",
            color="white" if filled else INK,
            zorder=4,
        )
        if lines:
            _name_node(ax, layout, node, lines, edge_colour, scale)


def _name_node(ax: Axes, layout: Layout, node: int, lines: list[str], colour: str, scale: float) -> None:
    """Write a name, and a rail voltage beneath it, where the fewest edges are."""
    outward = layout.nodes[node] - layout.nodes.mean(axis=0)
    direction = layout.free_direction(node, (1.0, 1.0) if layout.lattice else outward)
    level, rise = (float(v) for v in direction.round(3))
    reach = scale * (10.5 if level and rise else 14.0)
    place: Literal["bottom", "top", "center"] = "bottom" if rise > 0 else "top" if rise < 0 else "center"
    # How far the first line stands above the place of a single one.
    lift = {"bottom": 1.0, "center": 0.5, "top": 0.0}[place] * (len(lines) - 1)
    for row, text in enumerate(lines):
        ax.annotate(
            text,
            (float(layout.nodes[node, 0]), float(layout.nodes[node, 1])),
            (reach * level, reach * rise + scale * _LINE_PT * (lift - row)),
            textcoords="offset points",
            ha="left" if level > 0 else "right" if level < 0 else "center",
            va=place,
            fontsize=(10.5 if row == 0 else 9.5) * scale,
            fontweight="bold" if row == 0 else "normal",
            color=colour,
            path_effects=_HALO,
            zorder=6,
        )


def _source_names(run: xr.Dataset) -> dict[int, list[str]]:
    rails = floats(run, "source_rail")
    rows = zip(ints(run, "source_node"), names_of(run, "source_name"), rails, strict=True)
    return {
        int(node): [shortened(name, _LONGEST)]
        if np.isnan(rail)
        else [shortened(name, _LONGEST), f"{1e3 * rail:.4g} mV"]
        for node, name, rail in rows
    }


def _output_names(run: xr.Dataset) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    rows = zip(
        names_of(run, "output_name"), ints(run, "output_positive"), ints(run, "output_negative"), strict=True
    )
    for name, positive, negative in rows:
        names[int(positive)] = [
            shortened(name, _LONGEST) if negative < 0 else f"{shortened(name, _SIGNED)} (+)"
        ]
        if negative >= 0:
            names[int(negative)] = [f"{shortened(name, _SIGNED)} (−)"]
    return names


def _ohms(value: float) -> str:
    return (
        f"{value / 1e6:g} MΩ" if value >= 1e6 else f"{value / 1e3:g} kΩ" if value >= 1e3 else f"{value:g} Ω"
    )
