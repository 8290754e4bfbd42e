"""The summary: one page that says what was trained, how, and how well it went."""

from __future__ import annotations

import textwrap

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labctl.figures.decision import draw_decision
from labctl.figures.error import draw_error
from labctl.figures.gates import draw_conductances, draw_gates
from labctl.figures.network import draw_before_and_after
from labctl.figures.outputs import draw_outputs, draw_residuals, has_residuals
from labctl.figures.reading import duration, floats, is_classification, number_of, quantity, text_of
from labctl.figures.style import BLUE, GRID, MUTED, new_figure

WIDTH_IN, HEIGHT_IN = 14.0, 9.2
_HEADER = 0.115  # of the page
_SIDE = 0.012


def summary_figure(run: xr.Dataset) -> Figure:
    """Draw summary.png: error, network before and after, outputs, decision map or residuals, gates."""
    figure = new_figure(WIDTH_IN, HEIGHT_IN)
    engine = figure.get_layout_engine()
    engine.set(rect=(0.0, 0.0, 1.0, 1.0 - _HEADER))  # type: ignore[union-attr,call-arg]
    axes = figure.subplots(2, 3)
    draw_error(axes[0, 0], run)
    axes[0, 0].set_title("Error")
    draw_before_and_after(figure, axes[0, 1], axes[0, 2], run, scale=0.78)
    draw_outputs(axes[1, 0], run)
    _draw_middle(figure, axes[1, 1], run)
    draw_gates(axes[1, 2], run)
    axes[1, 2].set_title("Gate voltages")
    _write_header(figure, run)
    return figure


def _draw_middle(figure: Figure, ax: Axes, run: xr.Dataset) -> None:
    if "map_output" in run:
        draw_decision(figure, ax, run)
    elif has_residuals(run):
        draw_residuals(ax, run)
    else:
        draw_conductances(ax, run)


def _write_header(figure: Figure, run: xr.Dataset) -> None:
    left = _key_numbers(figure, run)
    room = int((left - 0.03) * WIDTH_IN * 72)  # points of text that fit beside the key numbers
    name = textwrap.shorten(text_of(run, "name", "run"), max(12, room // 13), placeholder=" …")
    figure.text(_SIDE, 0.978, name, ha="left", va="top", fontsize=20, fontweight="bold")
    lines = textwrap.wrap(_context(run), max(30, room // 7), max_lines=2, placeholder=" …")
    figure.text(
        _SIDE, 0.936, "\n".join(lines), ha="left", va="top", fontsize=12, color=MUTED, linespacing=1.25
    )
    y = 1.0 - _HEADER + 0.004
    figure.add_artist(
        Line2D([_SIDE, 1 - _SIDE], [y, y], transform=figure.transFigure, color=GRID, linewidth=1.4)
    )


def _key_numbers(figure: Figure, run: xr.Dataset) -> float:
    """Write the numbers of the run from the right edge inward; return where the free room ends."""
    right = 1 - _SIDE
    for caption, value in _numbers(run)[::-1]:
        written = [
            figure.text(right, y, text, ha="right", va="top", fontsize=size, fontweight=weight, color=colour)
            for y, text, size, weight, colour in (
                (0.974, value, 16, "bold", BLUE),
                (0.928, caption, 12, "normal", MUTED),
            )
        ]
        widest = max(text.get_window_extent().width for text in written)
        right -= float(widest) / figure.bbox.width + 0.03
    return right


def _numbers(run: xr.Dataset) -> list[tuple[str, str]]:
    error = floats(run, "train_error")
    found = [("train error, start → end", f"{_bare(error[0])} → {quantity(float(error[-1]), 'V²')}")]
    if is_classification(run) and "train_accuracy" in run:
        share = 100 * floats(run, "train_accuracy")
        found.append(("accuracy, start → end", f"{share[0]:.3g} → {share[-1]:.3g} %"))
    found.append(("learning time", duration(float(floats(run, "learning_time")[-1]))))
    return found


def _bare(value: float) -> str:
    return quantity(float(value), "").rstrip()


def _context(run: xr.Dataset) -> str:
    bench = text_of(run, "bench", "unknown bench")
    if number_of(run, "simulated", 0.0):
        bench += "" if "simulated" in bench.lower() else " (simulated)"
        bench += f", imperfections: {text_of(run, 'imperfections') or 'none named'}"
    parts = [
        f"{text_of(run, 'task_kind')}",
        f"method: {text_of(run, 'method', 'unknown')}",
        f"bench: {bench}",
        f"seed {text_of(run, 'seed', 'unknown')}",
    ]
    if text_of(run, "status", "completed") != "completed":
        parts.append(f"run {text_of(run, 'status')}")
    return "  ·  ".join(parts)
