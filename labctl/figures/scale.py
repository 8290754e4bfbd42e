"""Axes for values that may be exactly zero: logarithmic, with zero drawn at a marked edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullFormatter, NullLocator

from labctl.figures.style import INK
from protocols.block import FloatArray

_MARGIN = 0.04  # of the axis, beyond the outermost value
_GAP = 0.13  # of the axis, between zero and the smallest other value
_NEAR = 0.02  # a tick this close beyond the data still belongs to it


@dataclass(frozen=True)
class EdgeScale:
    """An axis from `low` to `high` (both positive) with a place of its own for zero, if zeros occur.

    `low` is 0 when there is nothing but zeros. Not logarithmic when the values span too little.
    """

    low: float
    high: float
    zeros: bool
    log: bool

    @classmethod
    def of(cls, *values: FloatArray, least_ratio: float = 1.0) -> EdgeScale:
        """Choose the axis for these values; it is linear when they span less than `least_ratio`."""
        everything = np.concatenate([np.ravel(v) for v in values]) if values else np.zeros(0)
        known = everything[np.isfinite(everything)]
        positive = known[known > 0]
        zeros = bool(np.any(known <= 0))
        if not positive.size:
            return cls(0.0, 0.0, zeros=True, log=False)
        low, high = float(positive.min()), float(positive.max())
        log = high / low >= least_ratio or positive.size < 3
        if log and high / low < 4 and not (zeros and high == low):
            middle = np.sqrt(low * high)  # never blow a hair's breadth up to the whole axis
            low, high = min(low, middle / 2), max(high, middle * 2)
        return cls(low, high, zeros=zeros, log=log)

    @property
    def empty(self) -> bool:
        """Tell that no value is above zero."""
        return self.high == 0.0

    @property
    def edge(self) -> float:
        """Return the coordinate at which zeros are drawn."""
        if self.empty:
            return 0.0
        if self.log:
            return self.low * (self.low / self.high) ** _GAP if self.high > self.low else self.low / 10
        return self.low - _GAP * (self.high - self.low)

    def limits(self) -> tuple[float, float]:
        """Return the ends of the axis."""
        if self.empty:
            return -0.04, 1.0
        first = self.edge if self.zeros else self.low
        if self.log:
            pad = (self.high / first) ** _MARGIN
            return first / pad, self.high * pad
        pad = _MARGIN * (self.high - first) or 0.5 * self.high
        return first - pad, self.high + pad

    def place(self, values: FloatArray) -> FloatArray:
        """Return where to draw the values: zeros at the edge if it has one, the others as they are."""
        return np.where((values <= 0) & self.zeros, self.edge, values)

    def dress(self, ax: Axes, which: Literal["x", "y"], zero: str = "0") -> None:
        """Set scale, limits, ticks and the mark of the break on one axis."""
        axis = ax.xaxis if which == "x" else ax.yaxis
        if which == "x":
            ax.set_xscale("log" if self.log else "linear")
            ax.set_xlim(*self.limits())
        else:
            ax.set_yscale("log" if self.log else "linear")
            ax.set_ylim(*self.limits())
        ticks, labels, minor = self.ticks()
        if self.zeros:
            ticks, labels = [self.edge, *ticks], [zero, *labels]
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter(FixedFormatter(labels))
        axis.set_minor_locator(FixedLocator(minor) if minor else NullLocator())
        axis.set_minor_formatter(NullFormatter())
        if self.zeros and not self.empty:
            self._break(ax, which)

    def ticks(self) -> tuple[list[float], list[str], list[float]]:
        """Return major ticks, their labels and minor ticks; without the one for zero."""
        if self.empty:
            return [], [], []
        low, high = (self.low if self.zeros else self.limits()[0]), self.limits()[1]
        if not self.log:
            found = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            kept = [float(t) for t in found if low <= t <= high]
            return kept, [f"{t:g}" for t in kept], []
        return log_ticks(low, high)

    def _break(self, ax: Axes, which: Literal["x", "y"]) -> None:
        first, last = self.limits()
        middle = np.sqrt(self.edge * self.low) if self.log else 0.5 * (self.edge + self.low)
        where = (
            float(np.log(middle / first) / np.log(last / first))
            if self.log
            else (middle - first) / (last - first)
        )
        slant = [(-0.7, -1.0), (0.7, 1.0)] if which == "x" else [(-1.0, -0.7), (1.0, 0.7)]
        for shift in (-0.006, 0.006):
            at = (where + shift, 0.0) if which == "x" else (0.0, where + shift)
            ax.plot(
                *([v] for v in at),
                transform=ax.transAxes,
                marker=slant,
                markersize=8,
                color=INK,
                linestyle="none",
                markeredgewidth=1.0,
                clip_on=False,
                zorder=10,
            )


def log_ticks(low: float, high: float) -> tuple[list[float], list[str], list[float]]:
    """Choose major ticks, their labels and minor ticks of a logarithmic axis.

    Decades if there are three or more, else 1-2-5 steps, else finer ones.
    """
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    inside = low * (1 - _NEAR), high * (1 + _NEAR)
    decades = [p for p in range(first, last + 1) if inside[0] <= 10.0**p <= inside[1]]
    if len(decades) >= 3:
        step = 1 + (len(decades) - 1) // 6
        shown = decades[::-step][::-1]
        between = range(2, 10) if step == 1 else (1,)
        minor = [m * 10.0**p for p in range(first, last + 1) for m in between]
        return (
            [10.0**p for p in shown],
            [f"$10^{{{p}}}$" for p in shown],
            [m for m in minor if low <= m <= high],
        )
    kept: list[float] = []
    for steps in ((1, 2, 5), (1, 2, 3, 5, 7)):
        fine = [float(f"{m}e{p}") for p in range(first, last + 1) for m in steps]
        kept = [t for t in fine if inside[0] <= t <= inside[1]]
        if len(kept) >= 3:
            break
    minor = [m * 10.0**p for p in range(first, last + 1) for m in range(1, 10)]
    write = _plain if all(1e-3 <= t < 1e4 for t in kept) else _powered
    return kept, [write(t) for t in kept], [m for m in minor if low <= m <= high]


def _plain(value: float) -> str:
    return f"{value:.4g}"


def _powered(value: float) -> str:
    mantissa, power = f"{value:.2e}".split("e")
    factor = f"{float(mantissa):g}"
    return f"$10^{{{int(power)}}}$" if factor == "1" else f"${factor}{{\\times}}10^{{{int(power)}}}$"
