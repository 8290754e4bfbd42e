"""The figure of a calibration: every quantity with its uncertainty, channel by channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from calibration import Calibration, Value
from labctl.figures.style import BLUE, INK, MUTED, VERMILION, bare, look, new_figure, save
from protocols.units import si_prefix

_COLUMNS = 2
_MOST_PANELS = 6
_PANEL_IN = 5.6, 2.5
_FAINT = "#B9D4E6"


def draw_calibration(calibration: Calibration, path: Path) -> Path:
    """Draw a calibration and return the path of the picture."""
    quantities = list(dict.fromkeys(v.quantity for v in calibration.values if v.channel != "board"))
    quantities = [q for q in quantities if len(_of(calibration, q)) > 1][:_MOST_PANELS]
    singles = [v for v in calibration.values if v.channel == "board"]
    rows = max(-(-len(quantities) // _COLUMNS), 1)
    with look():
        columns = min(max(len(quantities), 1), _COLUMNS)
        figure = new_figure(_PANEL_IN[0] * _COLUMNS, _PANEL_IN[1] * rows + 1.5)
        layout: list[Any] = [["head"] * columns]  # lists of lists of names, which the stubs take for texts
        layout += [[str(r * columns + c) for c in range(columns)] for r in range(rows)]
        axes = figure.subplot_mosaic(layout, height_ratios=[1.1, *[_PANEL_IN[1]] * rows])
        _write_head(axes["head"], calibration, singles if quantities else [])
        for k in range(rows * columns):
            if k < len(quantities):
                _draw_quantity(axes[str(k)], _of(calibration, quantities[k]))
            elif not quantities and k == 0:
                _write_singles(axes["0"], singles)
            else:
                bare(axes[str(k)])
        return save(figure, path, f"calibration {calibration.routine} of board {calibration.serial}")


def _of(calibration: Calibration, quantity: str) -> list[Value]:
    return [v for v in calibration.values if v.quantity == quantity]


def _write_head(ax: Axes, calibration: Calibration, singles: list[Value]) -> None:
    bare(ax)
    good = calibration.verdict == "pass"
    ax.text(0, 1.0, f"Calibration: {calibration.routine}", fontsize=15, fontweight="bold", va="top")
    ax.text(
        1.0, 1.0, "✓ passed" if good else "✗ failed", fontsize=13, fontweight="bold", ha="right", va="top",
        color=BLUE if good else VERMILION,
    )  # fmt: skip
    issued, expires = (t.strftime("%Y-%m-%d %H:%M UTC") for t in (calibration.issued, calibration.expires))
    lines = [
        f"board {calibration.serial}, issued {issued} by {calibration.operator}, expires {expires}",
        f"{calibration.method}; bars are ± the stated uncertainty (k = 2)",
    ]
    faults = [f.text for f in calibration.faults()]
    if faults:
        lines.append("; ".join(faults[:2]) + (f"; and {len(faults) - 2} more" if len(faults) > 2 else ""))
    elif singles:
        lines.append(", ".join(_written(v) for v in singles[:3]))
    for k, line in enumerate(lines):
        ax.text(
            0, 0.62 - 0.30 * k, line, fontsize=10, color=VERMILION if faults and k == 2 else MUTED, va="top"
        )


def _draw_quantity(ax: Axes, values: list[Value]) -> None:
    mean, u = np.array([v.value for v in values]), np.array([v.uncertainty for v in values])
    scale, prefix = _scale(np.max(np.abs(mean) + u), values[0].unit)
    words = [v.channel.split()[0] for v in values]
    numbers = np.array([int(v.channel.split()[1]) for v in values])
    edges = words[0] == "edge"
    at = numbers if edges else np.arange(len(values))
    # The values first as pale stems, so that bars thinner than a marker do not look like no uncertainty.
    if np.min(mean) <= 0 <= np.max(mean):
        ax.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
        ax.vlines(at, 0, mean / scale, color=_FAINT, linewidth=2.2, zorder=1)
    style: dict[str, Any] = {"color": BLUE, "ecolor": INK, "markersize": 4, "elinewidth": 1.1, "capsize": 2.5}
    ax.errorbar(at, mean / scale, u / scale, fmt="o", **style)
    ax.set_xlabel(words[0])
    if not edges:
        ax.set_xticks(at, [str(n) for n in numbers])
        ax.set_xlim(-0.6, len(values) - 0.4)
    unit = f"{prefix}{values[0].unit}".replace("^2", "²")
    ax.set_ylabel(unit or "relative")
    ax.set_title(values[0].quantity, fontsize=11)
    text = _number(float(np.median(u)) / scale)
    ax.set_title(f"± {text} {unit}".rstrip(), loc="right", fontsize=10, fontweight="normal", color=MUTED)


def _write_singles(ax: Axes, singles: list[Value]) -> None:
    bare(ax)
    for k, v in enumerate(singles):
        ax.text(0.0, 0.92 - 0.15 * k, v.quantity, fontsize=11, va="top")
        ax.text(0.5, 0.92 - 0.15 * k, _written(v, named=False), fontsize=11, va="top")


def _written(v: Value, named: bool = True) -> str:
    scale, prefix = _scale(max(abs(v.value), v.uncertainty), v.unit)
    unit = f"{prefix}{v.unit}".replace("^2", "²")
    text = f"{_number(v.value / scale)} ± {_number(v.uncertainty / scale)} {unit}".rstrip()
    return f"{v.quantity} {text}" if named else text


def _number(x: float) -> str:
    return f"{x:.3g}" if abs(x) >= 1e-3 or x == 0 else f"{x:.1e}"


def _scale(largest: float, unit: str) -> tuple[float, str]:
    if unit not in ("V", "s", "V/s", "A/V^2"):
        return 1.0, ""
    return si_prefix(largest, most=1.0)
