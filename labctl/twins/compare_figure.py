"""The figure of a run against its twin: final gates, residuals, and how the residual grows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from labctl.figures.style import BLUE, MUTED, ORANGE, VERMILION, look, new_figure, save
from labctl.twins.compare import Comparison
from labctl.twins.health import DISAGREES

_UNSEEN = 1e-4


def draw_comparison(found: Comparison, path: Path) -> Path:
    """Draw a comparison and return the path of the picture."""
    with look():
        figure = new_figure(11.0, 7.2)
        axes = figure.subplot_mosaic([["gates", "gates"], ["residual", "time"]], height_ratios=[1, 1])
        measured, predicted, nominal = found.measured[-1], found.predicted[-1], found.nominal[-1]
        ax = axes["gates"]
        ax.vlines(found.edges, measured, nominal, color="#F3D9A4", linewidth=2.0, zorder=1)
        ax.plot(found.edges, nominal, "^", color=ORANGE, markersize=5, label="nominal board")
        ax.plot(found.edges, measured, "s", color=MUTED, markersize=7, label="measured")
        ax.plot(found.edges, predicted, "o", color=BLUE, markersize=4, label="twin")
        ax.set_title("Gates at the end of the run")
        ax.set_xlabel("edge")
        ax.set_ylabel("gate (V)")
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.1)
        ax = axes["residual"]
        limit = 1e3 * DISAGREES * found.span_V
        residual = 1e3 * found.residual_V
        ax.axhspan(-limit, limit, color="#EEF3F7", zorder=0)
        ax.axhline(0, color=MUTED, linewidth=0.8)
        off = np.abs(residual) > limit
        ax.vlines(found.edges, 0, residual, color="#B9D4E6", linewidth=2.0, zorder=1)
        ax.plot(found.edges[~off], residual[~off], "o", color=BLUE, markersize=4)
        ax.plot(found.edges[off], residual[off], "X", color=VERMILION, markersize=8)
        reach = max(1.15 * limit, 1.15 * float(np.abs(residual).max()))
        ax.set_ylim(-reach, reach)
        ax.set_title("Twin − measured; band: 5 % of the span")
        ax.set_xlabel("edge")
        ax.set_ylabel("residual (mV)")
        ax = axes["time"]
        for gates, colour, name in (
            (found.nominal, ORANGE, "nominal board"),
            (found.predicted, BLUE, "twin"),
        ):
            rms = np.sqrt(np.mean((gates - found.measured) ** 2, axis=1)) / found.span_V
            rms[rms < _UNSEEN] = np.nan  # the start is the same
            ax.plot(found.learning_s, 100 * rms, color=colour)
            if np.isnan(rms[-1]):
                continue
            ax.annotate(
                name, (found.learning_s[-1], 100 * rms[-1]), xytext=(-4, 5), ha="right",
                textcoords="offset points", color=colour, fontsize=10,
            )  # fmt: skip
        ax.set_yscale("log")
        ax.set_title("Residual, rms over edges")
        ax.set_xlabel("learning time (s)")
        ax.set_ylabel("part of the gate span (%)")
        return save(figure, path, f"run {found.run.name} against the twin of its board")
