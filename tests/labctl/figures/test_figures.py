"""Every figure of every kind of run: drawn, written, and nothing over anything else."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import labctl.figures
from labctl.figures import draw_run_figures
from labctl.figures.decision import decision_figure
from labctl.figures.error import error_figure
from labctl.figures.gates import gates_figure
from labctl.figures.network import network_figure
from labctl.figures.outputs import outputs_figure
from labctl.figures.style import empty_figure, look
from labctl.figures.summary import summary_figure

RunOf = Callable[[str], xr.Dataset]

TRAINED = (
    "regression",
    "circle",
    "two-edge",
    "open-lattice",
    "allostery",
    "two-rounds",
    "two-inputs",
    "ring",
    "many-points",
)
FIGURES = {
    "summary": summary_figure,
    "error": error_figure,
    "gates": gates_figure,
    "network": network_figure,
    "outputs": outputs_figure,
    "decision": decision_figure,
}
ALTERED = ("solved at the end", "never wrong", "one round", "task switches", "unknown errors")


def altered(run_of: RunOf, how: str) -> xr.Dataset:
    run = run_of("circle")
    if how == "solved at the end":
        error = run.train_error.values.copy()
        error[-5:] = 0.0
        return run.assign(train_error=("round", error))
    if how == "never wrong":  # and so no learning time was ever given
        return run.assign({name: 0 * run[name] for name in ("train_error", "test_error", "learning_time")})
    if how == "one round":
        return run.isel(round=[0])
    if how == "task switches":
        times = np.concatenate([[0], np.linspace(9, 10, run.sizes["round"] - 1)])
        return run.assign(learning_time=("round", times))
    return run.assign(test_error=np.nan * run.test_error)


# ── files ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["regression", "circle", "two-edge"])
def test_draws_every_figure_of_a_run(run_of: RunOf, name: str, tmp_path: Path) -> None:
    run = run_of(name)
    files = draw_run_figures(run, tmp_path / "figures")
    expected = ["summary", "error", "gates", "network", "outputs"]
    expected += ["decision"] if "map_output" in run else []
    assert [f.name for f in files] == [f"{stem}.png" for stem in expected]
    for file in files:
        width, height = png_size(file)
        assert width >= 1200
        assert height >= 900
        assert file.stat().st_size > 20_000


def test_a_stored_run_gives_the_same_pictures(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of("two-edge")
    run.to_netcdf(tmp_path / "run.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as stored:
        again = draw_run_figures(stored, tmp_path / "again")
    for one, other in zip(draw_run_figures(run, tmp_path / "once"), again, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_names_may_be_bytes(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of("two-rounds")
    for name in ("edge_name", "source_name", "output_name"):
        run[name] = (run[name].dims, np.array([str(v).encode() for v in run[name].values]))
    run.attrs["task_kind"] = np.bytes_(b"regression")
    assert len(draw_run_figures(run, tmp_path)) == 5


def test_leaves_matplotlib_as_it_was(run_of: RunOf, tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    draw_run_figures(run_of("two-rounds"), tmp_path)
    assert dict(matplotlib.rcParams) == before


def test_a_users_settings_change_nothing(run_of: RunOf, tmp_path: Path) -> None:
    usual = draw_run_figures(run_of("two-rounds"), tmp_path / "usual")[1]
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "black"}):
        other = draw_run_figures(run_of("two-rounds"), tmp_path / "other")[1]
    assert usual.read_bytes() == other.read_bytes()


def test_a_name_without_glyphs_is_no_reason_to_fail(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of("two-rounds").assign_attrs(name="訓練 🙂")
    assert draw_run_figures(run, tmp_path)


def test_uses_no_pyplot() -> None:
    for module in Path(labctl.figures.__file__).parent.glob("*.py"):
        assert "import matplotlib.pyplot" not in module.read_text()
        assert "matplotlib import pyplot" not in module.read_text()


# ── nothing over anything else ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", TRAINED)
def test_is_tidy(run_of: RunOf, name: str) -> None:
    check_all(run_of(name))


@pytest.mark.parametrize("how", ALTERED)
def test_is_tidy_in_odd_cases(run_of: RunOf, how: str) -> None:
    check_all(altered(run_of, how))


def check_all(run: xr.Dataset) -> None:
    with look():
        for name, draw in FIGURES.items():
            if name != "decision" or "map_output" in run:
                figure = draw(run)
                figure.draw_without_rendering()
                faults = [*outside_the_page(figure), *crowded_ticks(figure), *covered_titles(figure)]
                faults += list(legends_over_data(figure))
                assert not faults, f"{name}: {faults}"


def outside_the_page(figure: Figure) -> Iterator[str]:
    page = figure.bbox
    for text in visible_texts(figure):
        box = text.get_window_extent()
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1:
            yield f"{text.get_text()!r} leaves the page"


def crowded_ticks(figure: Figure) -> Iterator[str]:
    for ax in figure.axes:
        if not ax.axison:
            continue
        for axis, along in ((ax.xaxis, 0), (ax.yaxis, 1)):
            low, high = sorted(axis.get_view_interval())
            labels = [
                tick.label1 if tick.label1.get_visible() else tick.label2
                for tick in axis.get_major_ticks()
                if low <= tick.get_loc() <= high
            ]
            shown = [label for label in labels if label.get_visible() and label.get_text()]
            boxes = [label.get_window_extent() for label in shown]
            spans = sorted((b.p0[along], b.p1[along]) for b in boxes)
            if any(second[0] < first[1] for first, second in pairwise(spans)):
                yield f"tick labels overlap: {[label.get_text() for label in labels]}"


def covered_titles(figure: Figure) -> Iterator[str]:
    for ax in figure.axes:
        boxes = [t.get_window_extent() for t in titles(ax) if t.get_text()]
        legend = ax.get_legend()
        if legend is not None:
            boxes.append(legend.get_window_extent())
        if any(overlap(a, b) for k, a in enumerate(boxes) for b in boxes[:k]):
            yield f"something lies over the title {ax.get_title(loc='left')!r}"


def legends_over_data(figure: Figure) -> Iterator[str]:
    for ax in figure.axes:
        legend = ax.get_legend()
        if legend is None:
            continue
        box = legend.get_window_extent()
        for line in ax.lines:
            if line.get_transform() != ax.transData or len(line.get_xydata()) == 2:
                continue  # break marks and reference lines
            if box.count_contains(ax.transData.transform(line.get_xydata())):
                yield f"the legend of {ax.get_title(loc='left')!r} lies over data"


def visible_texts(figure: Figure) -> Iterator[Text]:
    """Every text but tick labels, and the labels of axes that are switched off."""
    unseen: set[Text] = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            unseen.update(axis.get_ticklabels(which="both"))
            if not ax.axison:
                unseen.add(axis.label)
    for text in figure.findobj(Text):
        if text not in unseen and text.get_visible() and text.get_text().strip():
            yield text


def titles(ax: matplotlib.axes.Axes) -> list[Text]:
    names = {ax.get_title(loc=where) for where in ("left", "center", "right")} - {""}
    return [child for child in ax.get_children() if isinstance(child, Text) and child.get_text() in names]


def overlap(a: Bbox, b: Bbox) -> bool:
    return min(a.x1, b.x1) > max(a.x0, b.x0) + 0.5 and min(a.y1, b.y1) > max(a.y0, b.y0) + 0.5


def png_size(file: Path) -> tuple[int, int]:
    head = file.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_the_checks_see_what_is_untidy() -> None:
    with look():
        figure = empty_figure(4.0, 3.0)
        ax = figure.add_axes((0.02, 0.2, 0.9, 0.6))  # no room for the label on its left
        line = ax.plot([0, 1, 2], [0, 1, 2], label="right on the data")
        ax.set_ylabel("beyond the page")
        ax.set_title("a title that runs into the one on the right")
        ax.set_title("the one on the right", loc="right")
        ax.set_xticks(np.linspace(0, 2, 21), ["crowded"] * 21)
        ax.legend(handles=line, loc="center")
        figure.canvas.draw()
        assert list(outside_the_page(figure))
        assert list(crowded_ticks(figure))
        assert list(covered_titles(figure))
        assert list(legends_over_data(figure))
