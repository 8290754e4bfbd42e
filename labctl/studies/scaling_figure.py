"""The figure of the scaling study: D² and error against τ; theory, simulation and measurement together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labctl.figures import style
from labctl.studies.scaling import FloatArray, Scaling

TITLES = {
    "exp1": "Two-edge board, experiment 1",
    "exp2": "Two-edge board, experiment 2",
    "lattice": "4×4 lattice, two-point cycle",
}


def draw(study: Scaling, path: Path) -> Path:
    """Draw span and error against the period; open symbols simulated, filled measured, lines theory."""
    with style.look():
        figure = style.new_figure(9.6, 4.6)
        left, right = figure.subplots(1, 2)
        _panel(left, study, study.span2_as_read_V2, study.measured_span2, style.BLUE)
        _panel(right, study, study.error_V2, study.measured_error, style.VERMILION)
        if study.theory_V is not None:
            left.plot(study.theory_V[0], study.theory_V[1] ** 2, color=style.MUTED, zorder=1)
            right.plot(study.theory_V[0], study.theory_V[2], color=style.MUTED, zorder=1)
        left.set_title("Cycle span")
        left.set_ylabel("squared cycle span D² (V²)")
        right.set_title("Error")
        right.set_ylabel("combined error (V²)")
        for ax in (left, right):
            ax.set_xlabel("period τ (s)")
            ax.set_xscale("log")
            ax.set_yscale("log")
        handles = [
            Line2D([], [], ls="", marker="o", markerfacecolor="white", color=style.INK, label="simulated"),
            Line2D([], [], linestyle="", marker="o", color=style.INK, label="measured"),
            Line2D([], [], color=style.MUTED, label="linear theory, no walls"),
        ]
        shown = [True, study.measured_span2 is not None, study.theory_V is not None]
        left.legend(handles=[h for h, on in zip(handles, shown, strict=True) if on], loc="upper left")
        figure.suptitle(TITLES[study.name], x=0.01, ha="left", fontweight="bold")
        return style.save(figure, path, f"scaling, {TITLES[study.name]}")


def _panel(ax: Axes, study: Scaling, values: FloatArray, measured: FloatArray | None, color: str) -> None:
    tau = study.tau_s
    if measured is not None:
        ax.plot(measured[0], measured[1], "o", color=color, zorder=3)
    middle = np.median(values, axis=0)
    if len(values) > 1:
        ax.fill_between(tau, values.min(axis=0), values.max(axis=0), color=color, alpha=0.15, linewidth=0)
    open_circle = {"markerfacecolor": "white", "markeredgewidth": 1.6, "markersize": 8.0}
    ax.plot(tau, middle, "o", color=color, zorder=2, **open_circle)
    values_shown = np.concatenate([values.ravel(), [] if measured is None else measured[1]])
    ax.set_ylim(0.5 * values_shown.min(), 2.5 * values_shown.max())
