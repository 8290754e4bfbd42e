"""Marks that mean the same in every figure of a study: open simulated, filled measured, lines theory."""

from __future__ import annotations

from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from labctl.figures import style

OPEN: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.6, "markersize": 8.0}

Where = Literal["upper left", "upper right", "lower left", "lower right", "center right", "best"]


def legend(
    ax: Axes,
    *,
    measured: bool,
    theory: str | None = None,
    band: str | None = None,
    where: Where = "upper left",
) -> None:
    """Say what the marks mean, in ink, so that colours stay free for what is shown."""
    handles: list[Artist] = [
        Line2D([], [], linestyle="", marker="o", color=style.INK, label="simulated", **OPEN)
    ]
    if measured:
        handles.append(Line2D([], [], linestyle="", marker="o", color=style.INK, label="measured, published"))
    if theory is not None:
        handles.append(Line2D([], [], color=style.MUTED, label=theory))
    if band is not None:
        handles.append(Patch(facecolor=style.INK, alpha=0.15, label=band))
    ax.legend(handles=handles, loc=where)
