"""The figure of the limit-cycle study: one panel per period, the path of the gates through one cycle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from labctl.figures import style
from labctl.studies.boards import TASK_NAMES, TITLES, TWO_EDGE
from labctl.studies.found import Cycle, Plane
from protocols.block import FloatArray

HALVES = (style.BLUE, style.VERMILION)  # while α is trained, while β is


def draw(board: str, cycles: Sequence[Cycle], plane: Plane | None, path: Path) -> Path:
    """Draw each cycle in the plane of the gates; of the lattice in the plane of most variance."""
    with style.look():
        figure = style.new_figure(4.1 * len(cycles), 5.0)
        for ax, cycle in zip(np.atleast_1d(figure.subplots(1, len(cycles))), cycles, strict=True):
            if plane is None:
                _two_edges(ax, board, cycle)
            else:
                _half_by_half(ax, plane.of(cycle.gates_V))
                ax.set_xlabel("first principal direction (V)")
                ax.set_ylabel("second principal direction (V)")
                ax.set_aspect("equal", adjustable="datalim")
            ax.set_title(f"τ = {1e3 * cycle.tau_s:g} ms")
        figure.legend(handles=_handles(cycles), loc="outside lower center", ncols=4)
        title = TITLES[board]
        if plane is not None:
            title += f": {100 * plane.share:.0f} % of the motion of 32 gates lies in this plane"
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
        return style.save(figure, path, f"limit cycles, {TITLES[board]}")


def _two_edges(ax: Axes, board: str, cycle: Cycle) -> None:
    seen = [p for p in (cycle.gates_V, cycle.theory_V, cycle.measured_V) if p is not None]
    everything = np.vstack(seen)
    middle = (everything.min(axis=0) + everything.max(axis=0)) / 2
    reach = 0.62 * float(np.ptp(everything, axis=0).max())
    across = np.array([middle[0] - reach, middle[0] + reach])
    for line, color in zip(TWO_EDGE[board].lines(), HALVES, strict=True):
        ax.plot(
            across, line.slope * across + line.intercept_V, color=color, alpha=0.4, linewidth=1.2, zorder=1
        )
    if cycle.theory_V is not None:
        ax.plot(*cycle.theory_V.T, color=style.MUTED, linewidth=1.6, zorder=2)
    if cycle.measured_V is not None:
        ax.plot(*cycle.measured_V.T, "o", color=style.INK, markersize=4.0, zorder=3)
    _half_by_half(ax, cycle.gates_V)
    ax.set_xlim(*across)
    ax.set_ylim(middle[1] - reach, middle[1] + reach)
    ax.set_aspect("equal")
    ax.set_xlabel("gate G₋ (V)")
    ax.set_ylabel("gate G₊ (V)")


def _half_by_half(ax: Axes, path: FloatArray) -> None:
    """Draw a closed path as open symbols, the colour telling which task is trained."""
    half = len(path) // 2
    ax.plot(*np.vstack([path, path[:1]]).T, color=style.FAINT, linewidth=0.8, zorder=3)
    for color, part in zip(
        HALVES, (path[1 : half + 1], np.vstack([path[half + 1 :], path[:1]])), strict=True
    ):
        ax.plot(
            *part.T, "o", color=color, markerfacecolor="white", markersize=5.0, markeredgewidth=1.3, zorder=4
        )


def _handles(cycles: Sequence[Cycle]) -> list[Artist]:
    handles: list[Artist] = [
        Line2D(
            [], [], linestyle="", marker="o", color=color, markerfacecolor="white", mew=1.3,
            label=f"simulated, {name} trained",
        )
        for color, name in zip(HALVES, TASK_NAMES, strict=True)
    ]  # fmt: skip
    if cycles[0].theory_V is not None:
        handles += [
            Line2D([], [], color=color, alpha=0.4, linewidth=1.2, label=f"{name} solved")
            for color, name in zip(HALVES, TASK_NAMES, strict=True)
        ]
        handles.append(Line2D([], [], color=style.MUTED, linewidth=1.6, label="linear theory"))
    if any(c.measured_V is not None for c in cycles):
        handles.append(
            Line2D(
                [], [], linestyle="", marker="o", color=style.INK, markersize=4.0, label="measured, published"
            )
        )
    return handles
