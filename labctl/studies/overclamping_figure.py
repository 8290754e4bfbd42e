"""The figure of the overclamping study: hinge loss and class error against the diameter of the circle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labctl.figures import style
from labctl.studies.found import Overclamping
from labctl.studies.marks import OPEN
from protocols.block import FloatArray

ZERO_MV2 = 1e-2  # where a loss of exactly zero, and anything below this, is drawn
COLORS = (style.MUTED, style.ORANGE, style.BLUE, style.VERMILION, style.GREEN, style.PURPLE)
SHIFT_MV = 4.0  # methods stand beside one another


def draw(found: Overclamping, path: Path) -> Path:
    """Draw the losses of every method: open symbols are means over boards, filled ones were published."""
    with style.look():
        figure = style.new_figure(11.0, 4.9)
        left, right = figure.subplots(1, 2)
        handles = []
        for k, (name, losses) in enumerate(found.losses.items()):
            color, shape = COLORS[k % len(COLORS)], style.SHAPES[k % len(style.SHAPES)]
            at = 1e3 * found.epsilon_V + SHIFT_MV * (k - (len(found.losses) - 1) / 2)
            _series(left, at, np.maximum(1e6 * losses.hinge_V2, ZERO_MV2), color, shape)
            _series(right, at, 100 * losses.class_error, color, shape)
            known = found.published.get(name)
            if known is not None:
                eps = 1e3 * known.epsilon_V
                left.plot(eps, np.maximum(1e6 * known.hinge_V2, ZERO_MV2), shape, color=color, zorder=4)
                right.plot(eps, 100 * known.class_error, shape, color=color, zorder=4)
            handles.append(Line2D([], [], color=color, marker=shape, linestyle="-", label=name, **OPEN))
        if found.published:
            handles.append(
                Line2D([], [], color=style.INK, marker="o", linestyle="", label="filled: measured, published")
            )
        left.set_yscale("log")
        left.set_ylim(0.6 * ZERO_MV2, 2e3)
        ticks = [ZERO_MV2, 0.1, 1, 10, 100, 1000]
        left.set_yticks(ticks, ["≤ 0.01", "0.1", "1", "10", "100", "1000"])
        left.set_title("Hinge loss")
        left.set_ylabel("hinge loss (mV²)")
        right.set_title("Points on the wrong side")
        right.set_ylabel("class error (%)")
        for ax in (left, right):
            ax.set_xlabel("diameter of the circle ε (mV)")
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        figure.suptitle("Circle of eight points, 4×4 lattice", x=0.01, ha="left", fontweight="bold")
        return style.save(figure, path, "overclamping, circle of eight points")


def _series(ax: Axes, at: FloatArray, values: FloatArray, color: str, shape: str) -> None:
    """Draw means over boards (open symbols) and the range of boards (thin bars); values are (ε, boards)."""
    mean = values.mean(axis=1)
    ax.vlines(at, values.min(axis=1), values.max(axis=1), color=color, alpha=0.45, linewidth=1.2)
    ax.plot(at, mean, color=color, linewidth=1.2, zorder=2)
    ax.plot(at, mean, shape, color=color, zorder=3, **OPEN)
