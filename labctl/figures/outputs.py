"""Outputs against labels, in the form that suits the task."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labctl.figures.bars import draw_bars
from labctl.figures.classes import draw_classes
from labctl.figures.style import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    SERIES,
    VERMILION,
    legend_on_top,
    new_figure,
    note,
    say_not_measured,
)
from labctl.figures.words import names_of
from labctl.store.reading import floats, has_numbers, is_classification, swept_source, text_of
from protocols.block import FloatArray

_START: dict[str, Any] = {"color": "#B5B5B5", "marker": "o", "markersize": 3.5, "linewidth": 1.5}


def outputs_figure(run: xr.Dataset) -> Figure:
    """Draw outputs.png: outputs and labels in mV, with what is left between them when one input varies."""
    if not has_residuals(run):
        square = not is_classification(run) and text_of(run, "task_kind") != "allostery"
        figure = new_figure(6.4, 6.2) if square else new_figure(9.0, 5.4)
        draw_outputs(figure.subplots(), run)
        return figure
    figure = new_figure(8.0, 7.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.0, 1.0])
    draw_outputs(upper, run)
    draw_residuals(lower, run)
    upper.set_xlabel("")
    upper.tick_params(labelbottom=False)
    figure.align_ylabels([upper, lower])
    return figure


def has_residuals(run: xr.Dataset) -> bool:
    """Tell whether outputs are drawn against one input, with a residual panel beneath."""
    known = text_of(run, "task_kind") == "regression" and has_numbers(run, "train_output")
    return known and swept_source(run) is not None


def draw_outputs(ax: Axes, run: xr.Dataset) -> None:
    """Draw outputs and labels on given axes: by class, as bars, as a curve, or one against the other."""
    if not has_numbers(run, "train_output"):
        say_not_measured(ax, "Outputs")
    elif is_classification(run):
        draw_classes(ax, run)
    elif text_of(run, "task_kind") == "allostery":
        draw_bars(ax, run)
    elif has_residuals(run):
        draw_curve(ax, run)
    else:
        draw_parity(ax, run)


def draw_curve(ax: Axes, run: xr.Dataset) -> None:
    """Draw outputs (start faint, end strong) and labels (open) in mV against the one varying input in mV."""
    x = _swept(run, "train")
    order = np.argsort(x)
    outputs, labels = 1e3 * floats(run, "train_output"), 1e3 * floats(run, "train_label")
    several = outputs.shape[2] > 1
    for o in range(outputs.shape[2]):
        colour = SERIES[o % len(SERIES)]
        ax.plot(x[order], outputs[0, order, o], **_START, zorder=1.5)
        ax.plot(x[order], outputs[-1, order, o], "-o", color=colour)
        ax.plot(x, labels[:, o], **_open("o"))
        if "test_output" in run:
            across, test = _swept(run, "test"), 1e3 * floats(run, "test_output")[-1, :, o]
            ax.plot(across, test, "s", color=colour if several else VERMILION, markersize=5)
            ax.plot(across, 1e3 * floats(run, "test_label")[:, o], **_open("s"))
    ax.set_xlabel(_swept_label(run))
    ax.set_ylabel("output (mV)")
    ax.set_title("Outputs and labels")
    ax.margins(x=0.05)
    legend_on_top(ax, _curve_handles(run))


def _curve_handles(run: xr.Dataset) -> list[Line2D]:
    names = names_of(run, "output_name")
    ends = names if len(names) > 1 else ["end"]
    handles = [Line2D([], [], **_START, label="start")]
    handles += [
        Line2D([], [], color=SERIES[o % len(SERIES)], marker="o", label=name) for o, name in enumerate(ends)
    ]
    handles.append(Line2D([], [], **_open("o"), label="label"))
    if "test_output" in run:
        colour = VERMILION if len(names) == 1 else MUTED
        handles.append(Line2D([], [], color=colour, marker="s", linestyle="none", markersize=5, label="test"))
        handles.append(Line2D([], [], **_open("s"), label="test label"))
    return handles


def draw_residuals(ax: Axes, run: xr.Dataset) -> None:
    """Draw output − label at the end, in mV, against the one varying input in mV."""
    ax.axhline(0, color=MUTED, linewidth=1.0)
    worst, summary = 0.0, []
    for part, colour, marker in (("train", BLUE, "o"), ("test", VERMILION, "s")):
        if f"{part}_output" not in run:
            continue
        left = 1e3 * (floats(run, f"{part}_output")[-1] - floats(run, f"{part}_label"))
        if not np.isfinite(left).any():  # the last round may lack what earlier ones have
            continue
        worst = max(worst, float(np.nanmax(np.abs(left))))
        summary.append(f"{part} {np.sqrt(np.nanmean(left**2)):.2g} mV")
        x = _swept(run, part)
        for o in range(left.shape[1]):
            tint = colour if left.shape[1] == 1 else SERIES[o % len(SERIES)]
            ax.vlines(x, 0, left[:, o], color=tint, linewidth=1.6, alpha=0.6)
            face = tint if part == "train" else "white"
            ax.plot(x, left[:, o], marker, color=tint, markerfacecolor=face, markeredgewidth=1.5)
    reach = 1.2 * worst if worst > 0 else 1.0
    ax.set_ylim(-reach, reach)
    ax.margins(x=0.05)
    ax.set_xlabel(_swept_label(run))
    ax.set_ylabel("output − label (mV)")
    ax.set_title("Residuals")
    note(ax, f"rms: {', '.join(summary)}")


def draw_parity(ax: Axes, run: xr.Dataset) -> None:
    """Draw outputs (start faint, end strong) against labels, both in mV, with the line of equality."""
    parts = [part for part in ("train", "test") if f"{part}_output" in run]
    every = []
    for part in parts:
        labels = 1e3 * floats(run, f"{part}_label").ravel()
        outputs = 1e3 * floats(run, f"{part}_output")[[0, -1]].reshape(2, -1)
        every += [labels, outputs.ravel()]
        colour, marker = (BLUE, "o") if part == "train" else (VERMILION, "s")
        ax.vlines(labels, outputs[0], outputs[1], color="#D0D0D0", linewidth=1.0, zorder=1.5)
        start, end = ("start", "end") if part == "train" else ("test, start", "test, end")
        ax.plot(labels, outputs[0], marker, color=FAINT, markerfacecolor="white", markersize=5, label=start)
        ax.plot(labels, outputs[1], marker, color=colour, label=end)
    handles, _ = ax.get_legend_handles_labels()
    values = np.concatenate(every)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = 0.07 * (high - low) or 1.0
    ax.plot([low - pad, high + pad], [low - pad, high + pad], color=MUTED, linewidth=1.0, zorder=1)
    ax.set_xlim(low - pad, high + pad)
    ax.set_xlabel("label (mV)")
    ax.set_ylabel("output (mV)")
    ax.set_title("Outputs against labels")
    legend_on_top(ax, handles, columns=2, below=0.0)


def _open(marker: str) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": marker,
        "markersize": 11.0 if marker == "o" else 9.5,
        "markerfacecolor": "none",
        "markeredgecolor": INK,
        "markeredgewidth": 1.3,
        "zorder": 5,
    }


def _swept(run: xr.Dataset, part: str) -> FloatArray:
    source = swept_source(run)
    return np.asarray(1e3 * floats(run, f"{part}_input")[:, 0 if source is None else source])


def _swept_label(run: xr.Dataset) -> str:
    source = swept_source(run)
    return "input (mV)" if source is None else f"input {names_of(run, 'source_name')[source]} (mV)"
