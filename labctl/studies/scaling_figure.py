"""The figure of the scaling study: D² and error against τ; theory, simulation and measurement together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from labctl.figures import style
from labctl.studies.boards import TITLES
from labctl.studies.found import Scaling
from labctl.studies.marks import OPEN, legend
from protocols.block import FloatArray


def draw(found: Scaling, path: Path) -> Path:
    """Draw span and error against the period; open symbols simulated, filled measured, lines theory."""
    with style.look():
        figure = style.new_figure(9.6, 4.6)
        left, right = figure.subplots(1, 2)
        _panel(left, found, found.span2_as_read_V2, found.measured_span2, style.BLUE)
        _panel(right, found, found.error_V2, found.measured_error, style.VERMILION)
        if found.theory is not None:
            left.plot(found.theory[0], found.theory[1] ** 2, color=style.MUTED, zorder=1)
            right.plot(found.theory[0], found.theory[2], color=style.MUTED, zorder=1)
        left.set_title("Cycle span")
        left.set_ylabel("squared cycle span D² (V²)")
        right.set_title("Combined error")
        right.set_ylabel("error of both tasks (V²)")
        for ax in (left, right):
            ax.set_xlabel("period τ (s of learning)")
            ax.set_xscale("log")
            ax.set_yscale("log")
        range_of = "range of boards" if len(found.span_V) > 1 else None
        theory = "linear theory, no walls" if found.theory is not None else None
        legend(left, measured=found.measured_span2 is not None, theory=theory, band=range_of)
        figure.suptitle(TITLES[found.board], x=0.01, ha="left", fontweight="bold")
        return style.save(figure, path, f"scaling, {TITLES[found.board]}")


def _panel(ax: Axes, found: Scaling, values: FloatArray, measured: FloatArray | None, color: str) -> None:
    tau = found.tau_s
    if measured is not None:
        ax.plot(measured[0], measured[1], "o", color=color, zorder=3)
    middle = np.median(values, axis=0)
    if len(values) > 1:
        ax.fill_between(tau, values.min(axis=0), values.max(axis=0), color=color, alpha=0.15, linewidth=0)
    ax.plot(tau, middle, "o", color=color, zorder=2, **OPEN)
    shown = np.concatenate([values.ravel(), measured[1] if measured is not None else np.empty(0)])
    ax.set_ylim(0.5 * shown.min(), 2.5 * shown.max())
