"""Colour maps of the plots: the figures' own, within what shows on the ground of the theme."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from labctl.figures.style import CONDUCTANCE_MAP, DECISION_MAP, VALUE_MAP

Bytes = NDArray[np.uint8]


def map_colours(shares: NDArray[Any], *, dark: bool) -> Bytes:
    """Return colours (n, 4) of 0 … 1 that differ in lightness as much as the ground allows."""
    span = (0.28, 1.0) if dark else (0.0, 0.86)
    return _bytes(colormaps["viridis"], span[0] + (span[1] - span[0]) * np.asarray(shares, dtype=float))


def conductance_colours(shares: NDArray[Any], *, dark: bool) -> Bytes:
    """Return colours (n, 4) of conductances, 0 to the largest: the stronger, the further from the ground."""
    shares = np.clip(np.nan_to_num(np.asarray(shares, dtype=float)), 0.0, 1.0)
    if dark:
        return _bytes(colormaps["viridis"], 0.18 + 0.82 * shares)
    return _bytes(CONDUCTANCE_MAP, shares)


def table_of(name: str, *, dark: bool) -> Bytes:
    """Return a look-up table (256, 4) for images: conductance, decision or value."""
    shares = np.linspace(0.0, 1.0, 256)
    if name == "conductance":
        return conductance_colours(shares, dark=dark)
    return _bytes(DECISION_MAP if name == "decision" else VALUE_MAP, shares)


def _bytes(colours: Colormap, shares: NDArray[Any]) -> Bytes:
    found: Bytes = np.asarray(colours(np.atleast_1d(shares), bytes=True), dtype=np.uint8)
    return found
