"""The figure of the methods study: error floor and drift of every training method, board by board."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labctl.figures import style
from labctl.studies.found import MethodOutcome
from protocols.block import FloatArray


def draw(outcomes: Mapping[str, MethodOutcome], values: Mapping[str, Any], path: Path) -> Path:
    """Draw a line per method: boards as small open circles, their median as a bar, the reduction in words."""
    names = list(outcomes)
    with style.look():
        figure = style.new_figure(11.6, 1.3 + 0.42 * len(names))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.35, 1.0))
        for k, name in enumerate(names):
            color = _color(name)
            _boards(left, k, outcomes[name].floor_V2, color)
            _boards(right, k, outcomes[name].drift_V_per_s, color)
        for k, row in enumerate(values["rows"]):
            text = _times(row["reduction_median"])
            spread = f"{_times(row['reduction_low'])}–{_times(row['reduction_high'])}"
            left.annotate(
                f"÷ {text}  ({spread})" if k else "baseline",
                (1.01, k),
                xycoords=("axes fraction", "data"),
                va="center",
                color=style.INK,
                fontsize=9.5,
                annotation_clip=False,
            )
        left.set_yticks(range(len(names)), names)
        left.set_ylim(len(names) - 0.4, -0.6)
        left.set_title("Error floor")
        left.set_xlabel("mean square error (V²)")
        right.set_title("Gate drift")
        right.set_xlabel("all gates, in pulses (V/s)")
        for ax in (left, right):
            ax.set_xscale("log")
            ax.grid(visible=False, axis="y")
            ax.tick_params(axis="y", length=0)
        handles = [
            Line2D([], [], color=style.INK, marker="o", linestyle="", label="one board", **_OPEN),
            Line2D([], [], color=style.INK, marker="|", linestyle="", markersize=15, mew=2.5, label="median"),
        ]
        right.legend(handles=handles, loc="lower right")
        figure.suptitle(
            f"Four-point task on {values['boards']} random 4×4 boards; ÷ median reduction of the floor "
            "(95 % interval)",
            x=0.01,
            ha="left",
            fontweight="bold",
        )
        return style.save(figure, path, "training methods on random boards")


_OPEN: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.3, "markersize": 5.5}


def _boards(ax: Axes, k: int, values: FloatArray, color: str) -> None:
    shift = np.linspace(-0.22, 0.22, len(values)) if len(values) > 1 else np.zeros(1)
    ax.plot(values, k + shift, "o", color=color, zorder=3, **_OPEN)
    middle = float(np.median(values))
    ax.vlines(middle, k - 0.38, k + 0.38, color=color, linewidth=2.6, zorder=4)


def _color(name: str) -> str:
    if name.startswith("symmetric overclamping"):
        return style.BLUE
    if name.startswith("overclamping"):
        return style.ORANGE
    return style.MUTED if name.startswith("standard") else style.GREEN


def _times(factor: float) -> str:
    return f"{factor:,.0f}" if factor >= 9.95 else f"{factor:.2g}"
