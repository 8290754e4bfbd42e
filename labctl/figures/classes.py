"""Outputs of a classification: every point's output at start and end, on which side of zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labctl.figures.style import BLUE, FAINT, INK, MUTED, SERIES, SHAPES, VERMILION, legend_on_top
from labctl.figures.words import names_of
from labctl.store.reading import floats, ints, number_of
from protocols.block import FloatArray, IntArray

_NUMBERED = 32  # up to this many points each gets its number on the axis


@dataclass(frozen=True, eq=False)
class _Block:
    """Points drawn side by side: one data set seen through one output, sorted by class; volts in mV."""

    name: str
    numbers: IntArray
    classes: IntArray
    start: FloatArray
    end: FloatArray
    labels: FloatArray
    test: bool


def class_look(value: int, run: xr.Dataset) -> tuple[str, str]:
    """Return colour and marker of a class: blue circles for the first, vermilion squares for the second."""
    order = np.unique(ints(run, "train_class"))
    rank = int(np.searchsorted(order, value))
    colours = (BLUE, VERMILION, *SERIES[2:])
    return colours[rank % len(colours)], SHAPES[rank % len(SHAPES)]


def draw_classes(ax: Axes, run: xr.Dataset) -> None:
    """Draw outputs in mV per point at start (faint) and end, with labels and margins as lines."""
    first, ticks, names = 0.0, [], []
    blocks = _blocks(run)
    for block in blocks:
        x = first + np.arange(len(block.numbers), dtype=np.float64)
        _draw_block(ax, run, block, x)
        if block is not blocks[0]:
            ax.axvline(first - 1.0, color=FAINT, linewidth=0.9, linestyle=(0, (2, 2)))
        if len(blocks) > 1:
            ax.text(
                float(x.mean()),
                0.015,
                block.name,
                transform=ax.get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=10,
                color=MUTED,
            )
        ticks += list(x)
        names += [str(n) for n in block.numbers]
        first = float(x[-1]) + 2.0
    ax.axhline(0, color=INK, linewidth=1.1, zorder=1.5)
    _draw_margin(ax, run)
    if len(ticks) <= _NUMBERED:
        ax.set_xticks(ticks, names)
    else:
        ax.set_xticks([])
    ax.set_xlim(-0.8, first - 1.2)
    ax.grid(visible=False, axis="x")
    ax.set_xlabel("data point, sorted by class")
    ax.set_ylabel("output (mV)")
    ax.set_title("Outputs by class")
    handles = _handles(run)
    legend_on_top(ax, handles, -(-len(handles) // 2), below=0.16 if len(blocks) > 1 else 0.07)


def _blocks(run: xr.Dataset) -> list[_Block]:
    found = []
    outputs = names_of(run, "output_name")
    for part in ("train", "test"):
        if f"{part}_output" not in run:
            continue
        classes = ints(run, f"{part}_class")
        order = np.argsort(classes, kind="stable")
        values, labels = 1e3 * floats(run, f"{part}_output"), 1e3 * floats(run, f"{part}_label")
        for o, name in enumerate(outputs):
            found.append(
                _Block(
                    f"{part}, {name}" if len(outputs) > 1 else part,
                    order,
                    classes[order],
                    values[0, order, o],
                    values[-1, order, o],
                    labels[order, o],
                    part == "test",
                )
            )
    return found


def _draw_block(ax: Axes, run: xr.Dataset, block: _Block, x: FloatArray) -> None:
    ax.vlines(x, block.start, block.end, color="#CFCFCF", linewidth=1.4, zorder=1.8)
    size = 8.0 if len(x) <= _NUMBERED else 4.0
    for value in np.unique(block.classes):
        of = block.classes == value
        colour, marker = class_look(int(value), run)
        ax.plot(
            x[of],
            block.start[of],
            marker,
            color=FAINT,
            markerfacecolor="white",
            markersize=0.6 * size,
            zorder=2,
        )
        face = "white" if block.test else colour
        ax.plot(
            x[of],
            block.end[of],
            marker,
            color=colour,
            markerfacecolor=face,
            markeredgewidth=1.7,
            markersize=size,
            zorder=4,
        )
        ax.hlines(
            block.labels[of],
            x[of] - 0.42,
            x[of] + 0.42,
            color=colour,
            linewidth=1.4,
            linestyle=(0, (3, 1.5)),
            zorder=3,
        )


def _draw_margin(ax: Axes, run: xr.Dataset) -> None:
    margin = 1e3 * number_of(run, "margin_V", 0.0)
    if margin > 0:
        for side in (-margin, margin):
            ax.axhline(side, color=MUTED, linewidth=1.0, linestyle=":", zorder=1.4)


def _handles(run: xr.Dataset) -> list[Line2D]:
    marks = []
    for value in np.unique(ints(run, "train_class")):
        colour, marker = class_look(int(value), run)
        marks.append(
            Line2D(
                [], [], color=colour, marker=marker, linestyle="none", markersize=8, label=f"class {value}"
            )
        )
    marks.append(
        Line2D(
            [],
            [],
            color=FAINT,
            marker="o",
            markerfacecolor="white",
            linestyle="none",
            markersize=5,
            label="start",
        )
    )
    marks.append(Line2D([], [], color=MUTED, linestyle=(0, (3, 1.5)), linewidth=1.4, label="label"))
    if number_of(run, "margin_V", 0.0) > 0:
        marks.append(Line2D([], [], color=MUTED, linestyle=":", linewidth=1.0, label="margin"))
    return marks
