"""Figures of a run: what the bench did and how well it learned, as PNG files.

Drawn with matplotlib's objects alone: no pyplot, no global state, no window.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from labctl.figures.decision import decision_figure
from labctl.figures.error import error_figure
from labctl.figures.gates import gates_figure
from labctl.figures.network import network_figure
from labctl.figures.outputs import outputs_figure
from labctl.figures.scan import scan_figure
from labctl.figures.style import look, save
from labctl.figures.summary import summary_figure
from labctl.figures.words import attribute
from labctl.store.reading import has_numbers

__all__ = ["draw_run_figures"]

_FIGURES: dict[str, Callable[[xr.Dataset], Figure]] = {
    "summary": summary_figure,
    "error": error_figure,
    "gates": gates_figure,
    "network": network_figure,
    "outputs": outputs_figure,
    "decision": decision_figure,
    "scan": scan_figure,
}
_NEEDS = {"error": "train_error", "outputs": "train_output", "decision": "map_output", "scan": "period"}


def draw_run_figures(dataset: xr.Dataset, folder: Path) -> list[Path]:
    """Draw every figure of a run into folder and return the files, the summary first.

    dataset is a run.nc as labctl writes it (SI units). A figure of something that was not measured is left
    out; a scan, which has no rounds of its own, is drawn as scan.png alone. Files are PNG at
    200 dots per inch; older ones of the same name are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = dataset.load()
    written = []
    for name, draw in _FIGURES.items():
        if (name in _NEEDS and not has_numbers(run, _NEEDS[name])) or (
            name != "scan" and not run.sizes["round"]
        ):
            continue
        with look():
            written.append(
                save(draw(run), folder / f"{name}.png", f"{attribute(run, 'name', 'run')}: {name}")
            )
    return written
