"""The header of the summary: which run this is, and its numbers."""

from __future__ import annotations

import textwrap
from typing import Any

import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labctl.figures.style import BLUE, GRID, MUTED
from labctl.figures.words import attribute, quantity
from labctl.store.reading import floats, has_numbers, is_classification, number_of
from protocols.units import duration

_SIDE_IN, _GAP_IN = 0.2, 0.35
# Depth below the top edge, in inches.
_NAME_IN, _NUMBER_IN, _SECOND_IN, _RULE_IN = 0.17, 0.21, 0.57, 1.06


def write_header(figure: Figure, run: xr.Dataset) -> None:
    """Write name, context and key numbers along the top of a figure, and a line beneath them."""
    room = _write_numbers(figure, run) - _SIDE_IN
    name = attribute(run, "name", "run")
    _write_fitted(figure, name, 1, room, _NAME_IN, fontsize=20, fontweight="bold")
    _write_fitted(figure, _context(run), 2, room, _SECOND_IN, fontsize=12, color=MUTED, linespacing=1.25)
    width, height = figure.get_size_inches()
    y = 1 - _RULE_IN / height
    ends = (_SIDE_IN / width, 1 - _SIDE_IN / width)
    figure.add_artist(Line2D(ends, (y, y), transform=figure.transFigure, color=GRID, linewidth=1.4))


def _write_numbers(figure: Figure, run: xr.Dataset) -> float:
    """Write the numbers of the run from the right edge inward; return where they begin, in inches."""
    width, height = figure.get_size_inches()
    right = float(width) - _SIDE_IN
    for caption, value in _numbers(run)[::-1]:
        widest = 0.0
        for depth, text, size, weight, colour in (
            (_NUMBER_IN, value, 16, "bold", BLUE),
            (_SECOND_IN, caption, 12, "normal", MUTED),
        ):
            written = figure.text(
                right / width,
                1 - depth / height,
                text,
                ha="right",
                va="top",
                fontsize=size,
                fontweight=weight,
                color=colour,
            )
            widest = max(widest, float(written.get_window_extent().width) / figure.dpi)
        right -= widest + _GAP_IN
    return right


def _write_fitted(
    figure: Figure, text: str, lines: int, room_in: float, depth_in: float, **look: Any
) -> None:
    """Write text from the left edge in at most so many lines, cut short where the room ends."""
    width, height = figure.get_size_inches()
    written = figure.text(_SIDE_IN / width, 1 - depth_in / height, text, ha="left", va="top", **look)
    columns = len(text)
    fitted = _wrapped(text, columns, lines)
    while columns > 8:
        written.set_text(_joined(fitted))
        if written.get_window_extent().width <= room_in * figure.dpi:
            break
        columns -= 1
        fitted = _wrapped(text, columns, lines)
    # Even lines read better than a full one and a leftover word.
    while len(fitted) > 1 and columns > 8:
        columns -= 1
        narrower = _wrapped(text, columns, lines)
        if " ".join(narrower) != " ".join(fitted):
            break
        written.set_text(_joined(narrower))


def _wrapped(text: str, columns: int, lines: int) -> list[str]:
    return textwrap.wrap(text, columns, max_lines=lines, placeholder=" …", break_on_hyphens=False)


def _joined(lines: list[str]) -> str:
    return "\n".join(line.strip(" ·") for line in lines)


def _numbers(run: xr.Dataset) -> list[tuple[str, str]]:
    found = []
    if has_numbers(run, "train_error"):
        error = floats(run, "train_error")
        first, last = quantity(float(error[0]), "").rstrip(), quantity(float(error[-1]), "V²")
        found.append(("train error, start → end", f"{first} → {last}"))
    if is_classification(run) and "train_accuracy" in run:
        share = 100 * floats(run, "train_accuracy")
        found.append(("accuracy, start → end", f"{share[0]:.3g} → {share[-1]:.3g} %"))
    found.append(("learning time", duration(float(floats(run, "learning_time")[-1]))))
    return found


def _context(run: xr.Dataset) -> str:
    bench = attribute(run, "bench", "unknown bench")
    simulated = bool(number_of(run, "simulated", 0.0))
    if simulated and "simulated" not in bench.lower():
        bench += " (simulated)"
    status = attribute(run, "status", "completed")
    parts = [
        attribute(run, "task_kind"),
        *([] if status == "completed" else [f"run {status}"]),
        f"method: {attribute(run, 'method', 'unknown')}",
        f"bench: {bench}",
        *([f"imperfections: {attribute(run, 'imperfections') or 'none'}"] if simulated else []),
        *([f"seed {attribute(run, 'seed')}"] if "seed" in run.attrs else []),
    ]
    return " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)
