"""The look of every figure: palette, type sizes, and how a figure is begun and saved."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure

DPI = 200

# Okabe and Ito: told apart with every common kind of colour vision.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK = "#E69F00", "#56B4E9", "#000000"
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
SHAPES = ("o", "s", "D", "^", "v", "P")

INK, MUTED, FAINT, GRID = "#222222", "#595959", "#9A9A9A", "#E6E6E6"

# Conductance: pale is small, dark is large, so that strong edges stand out on white.
CONDUCTANCE_MAP = ListedColormap(
    colormaps["viridis_r"](range(26, 256)),
    name="labctl conductance",
)
# Decision maps: blue below zero, vermilion above, the colours of the two classes.
DECISION_MAP = LinearSegmentedColormap.from_list(
    "labctl decision", ["#00507D", BLUE, "#7FB8D8", "#FAFAFA", "#EBAE80", VERMILION, "#9A4400"]
)
# Maps of outputs that have no middle.
VALUE_MAP = colormaps["cividis"]

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11.0,
    "mathtext.default": "regular",
    "axes.titlesize": 12.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.labelsize": 11.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlecolor": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "text.color": INK,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "legend.handlelength": 1.8,
    "legend.labelspacing": 0.35,
    "legend.borderaxespad": 0.2,
    "hatch.linewidth": 0.6,
    "hatch.color": "#BDBDBD",
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
}


@contextmanager
def look() -> Iterator[None]:
    """Use labctl's type and lines inside this context; matplotlib's own settings come back after it."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a name in a script the font lacks: draw boxes
        matplotlib.rcdefaults()  # a user's matplotlibrc must not change what a run looks like
        matplotlib.rcParams.update(_RC)
        yield


def empty_figure(width_in: float, height_in: float) -> Figure:
    """Begin a figure of this size in inches, with no pyplot behind it; axes go where they are put."""
    figure = Figure(figsize=(width_in, height_in))
    FigureCanvasAgg(figure)
    return figure


def new_figure(width_in: float, height_in: float) -> Figure:
    """Begin a figure of this size in inches, with its axes laid out around their text."""
    figure = empty_figure(width_in, height_in)
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1, wspace=0.03, hspace=0.04)
    return figure


def save(figure: Figure, path: Path, title: str) -> Path:
    """Write the figure as PNG at 200 dots per inch and return the path."""
    figure.set_dpi(DPI)
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)  # once, here: savefig would go through everything twice to lay it out
        figure.set_layout_engine(None)
    about = {"Title": title, "Software": "labctl"}
    figure.savefig(path, dpi=DPI, metadata=about, pil_kwargs={"compress_level": 1})  # a quarter larger
    return path


def bare(ax: Axes) -> None:
    """Take axes, ticks and grid away, for drawings."""
    ax.set_axis_off()
    ax.grid(visible=False)


def say_not_measured(ax: Axes, title: str) -> None:
    """Turn axes into an empty panel that says why it is empty."""
    bare(ax)
    ax.set_title(title)
    ax.text(0.5, 0.5, "not measured", transform=ax.transAxes, ha="center", va="center", color=MUTED)


def note(ax: Axes, text: str) -> None:
    """Write a remark at the right end of the title line."""
    ax.set_title(text, loc="right", fontsize=10.5, fontweight="normal", color=MUTED)


def legend_in_title(ax: Axes, handles: Sequence[Artist], handle_length: float = 1.8) -> None:
    """Put a one-line legend at the right end of the title line, where no data can be under it."""
    ax.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=max(1, len(handles)),
        columnspacing=0.9,
        handlelength=handle_length,
        handletextpad=0.35,
        borderaxespad=0.1,
    )


def legend_on_top(ax: Axes, handles: Sequence[Artist], columns: int = 3, below: float = 0.07) -> None:
    """Widen the y axis and put the legend into the room above the data; `below` is the room beneath it."""
    low, high = ax.dataLim.intervaly
    low, high = (float(low), float(high)) if high > low else (float(low) - 1.0, float(low) + 1.0)
    rows = -(-len(handles) // columns)
    ax.set_ylim(low - below * (high - low), high + (0.07 + 0.11 * rows) * (high - low))
    legend = ax.legend(
        handles=handles,
        loc="upper left",
        ncols=columns,
        columnspacing=1.1,
        handletextpad=0.5,
        frameon=True,
        framealpha=1.0,
        edgecolor="none",
        borderpad=0.2,
    )
    legend.set_zorder(7)
