"""Outputs beside their labels as bars: responses asked for at a distance."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from labctl.figures.style import BLUE, INK, MUTED, legend_on_top
from labctl.figures.words import names_of
from labctl.store.reading import floats

_START = "#C9C9C9"
_MOST = 24  # names under this many groups at most are all written


def draw_bars(ax: Axes, run: xr.Dataset) -> None:
    """Draw output at start and end as bars with the label as an open one, in mV, per output and point."""
    outputs, labels = 1e3 * floats(run, "train_output"), 1e3 * floats(run, "train_label")
    points, kinds = labels.shape
    names = [
        name if points == 1 else f"{name}\npoint {p}"
        for name in names_of(run, "output_name")
        for p in range(points)
    ]
    start, end, label = (values.T.ravel() for values in (outputs[0], outputs[-1], labels))
    x = np.arange(points * kinds, dtype=float)
    ax.bar(x - 0.27, start, 0.25, color=_START, label="start")
    ax.bar(x, end, 0.25, color=BLUE, label="end")
    ax.bar(x + 0.27, label, 0.25, facecolor="none", edgecolor=INK, linewidth=1.5, label="label")
    ax.hlines(label, x - 0.42, x + 0.42, color=INK, linewidth=1.0, linestyle=(0, (3, 2)), zorder=3)
    if len(x) <= 8:
        for at, value, height in zip(x, end, end, strict=True):
            above = height >= 0
            ax.annotate(
                f"{value:.1f}",
                (at, height),
                (0, 3 if above else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=9.5,
                color=BLUE,
                fontweight="bold",
            )
    ax.axhline(0, color=MUTED, linewidth=1.0)
    shown = np.arange(len(x))[:: max(1, -(-len(x) // _MOST))]
    ax.set_xticks(x[shown], [names[k] for k in shown])
    ax.grid(visible=False, axis="x")
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.7, len(x) - 0.3)
    ax.set_ylabel("output (mV)")
    ax.set_title("Outputs and labels")
    handles, _ = ax.get_legend_handles_labels()
    positive = min(start.min(), end.min(), label.min()) >= 0
    legend_on_top(ax, handles, below=0.0 if positive else 0.12)
