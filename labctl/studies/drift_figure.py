"""The figure of the drift study: gates slide along the solution line of the one task that is trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labctl.figures import style
from labctl.studies.boards import TASK_NAMES, TITLES, TWO_EDGE
from labctl.studies.found import Alone, Expected

COLORS = (style.BLUE, style.VERMILION)  # α trained, β trained
MARKERS = ("o", "s")  # standard, and the method that does not drift
SPARSE = 8  # of the rounds, every so many is drawn
SHOWN_S = 1.6


def draw(board: str, runs: Sequence[Alone], expected: Sequence[Expected], path: Path) -> Path:
    """Draw the gates in their plane with lines and walls, and how far they have come along the line."""
    with style.look():
        figure = style.new_figure(11.4, 5.4)
        left, right = figure.subplots(1, 2)
        _plane(left, board)
        for task, known in enumerate(expected):
            along = TWO_EDGE[board].lines()[task].direction
            if known.measured is not None:
                gates, time = known.measured.gates_V, known.measured.time_s
                left.plot(*gates[::2].T, "o", color=COLORS[task], markersize=4.0, zorder=3)
                come = (gates - known.path[1][0]) @ along
                right.plot(time[::2], come[::2], "o", color=COLORS[task], markersize=4.0, zorder=3)
            time, gates, _ = known.path
            right.plot(time, (gates - gates[0]) @ along, color=style.MUTED, linewidth=1.6, zorder=5)
        for run in runs:
            along = TWO_EDGE[board].lines()[run.task].direction
            look = open_look(run)
            left.plot(*run.gates_V[::SPARSE].T, zorder=4, **look)
            right.plot(
                run.time_s[::SPARSE], ((run.gates_V - run.gates_V[0]) @ along)[::SPARSE], zorder=4, **look
            )
        left.set_title("Gates slide along the line of the trained task")
        right.set_xlim(-0.04, SHOWN_S)
        right.set_xlabel("time of training (s of pulses)")
        right.set_ylabel("distance along the line (V)")
        right.set_title("Until one of them is at its wall")
        figure.legend(handles=handles(expected, runs), loc="outside lower center", ncols=4)
        figure.suptitle(f"Drift: {TITLES[board]}", x=0.01, ha="left", fontweight="bold")
        return style.save(figure, path, f"drift, {TITLES[board]}")


def _plane(ax: Axes, board: str) -> None:
    _, high = TWO_EDGE[board].walls_V()
    across = np.array([1.6, high[0] + 0.12])
    for line, color in zip(TWO_EDGE[board].lines(), COLORS, strict=True):
        ax.plot(
            across, line.slope * across + line.intercept_V, color=color, alpha=0.4, linewidth=1.2, zorder=1
        )
    ax.axvline(high[0], color=style.FAINT, linestyle=":", linewidth=1.6)
    ax.axhline(high[1], color=style.FAINT, linestyle=":", linewidth=1.6)
    ax.annotate(
        "walls", (1.66, high[1]), xytext=(0, -14), textcoords="offset points", color=style.MUTED, fontsize=10
    )
    ax.set_xlim(*across)
    ax.set_ylim(2.0, high[1] + 0.15)
    ax.set_xlabel("gate G₋ (V)")
    ax.set_ylabel("gate G₊ (V)")


def open_look(run: Alone) -> dict[str, Any]:
    """Return how the samples of a run are drawn: colour by task, shape by method."""
    return {
        "color": COLORS[run.task],
        "marker": MARKERS[run.method != "standard"],
        "linestyle": "",
        "markerfacecolor": "white",
        "markersize": 6.0,
        "markeredgewidth": 1.3,
    }


def handles(
    expected: Sequence[Expected], runs: Sequence[Alone], published: str = "measured, published"
) -> list[Artist]:
    """Return a legend: tasks by colour, methods by shape, theory and what was measured."""
    found: list[Artist] = [
        Line2D([], [], label=f"{TASK_NAMES[run.task]} trained, {run.method}", **open_look(run))
        for run in sorted(runs, key=lambda r: (r.method != "standard", r.task))
    ]
    found.append(Line2D([], [], color=style.MUTED, linewidth=1.6, label="learning rule integrated, no walls"))
    if any(known.measured is not None for known in expected):
        dot: dict[str, Any] = {"linestyle": "", "marker": "o", "color": style.INK, "markersize": 4.0}
        found.append(Line2D([], [], label=published, **dot))
    return found
