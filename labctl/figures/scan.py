"""A scan over the period of the task cycle: what was measured at each period, log-log."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from labctl.figures.style import BLUE, new_figure
from labctl.figures.words import attribute
from labctl.store.reading import floats


def scan_figure(run: xr.Dataset) -> Figure:
    """Draw scan.png: every quantity along the period, each on axes of its own, in its own unit."""
    names = [str(n) for n, v in run.data_vars.items() if v.dims == ("period",)]
    figure = new_figure(7.0, 4.6 * max(len(names), 1))
    panels = figure.subplots(max(len(names), 1), 1, sharex=True, squeeze=False)[:, 0]
    for ax, name in zip(panels, names, strict=False):
        about = run[name].attrs
        ax.loglog(floats(run, "period"), floats(run, name), "o-", color=BLUE, linewidth=1.2)
        ax.set_ylabel(f"{about.get('long_name', name)} ({str(about.get('units', '1')).replace('^2', '²')})")
        ax.grid(visible=False, which="minor")
    panels[0].set_title(attribute(run, "name", "scan"))
    panels[-1].set_xlabel("period τ (s)")
    return figure
