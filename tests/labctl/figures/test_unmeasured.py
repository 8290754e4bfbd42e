"""Runs that lack something: what was measured is drawn, what was not is said or left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from labctl.figures import draw_run_figures
from labctl.figures.error import time_scale
from labctl.figures.scale import EdgeScale
from labctl.figures.scan import scan_figure
from labctl.figures.style import look
from labctl.figures.summary import summary_figure

OUTPUTS = ("train_output", "train_error", "train_mse", "test_output", "test_error", "test_mse")


def without(run: xr.Dataset, *names: str) -> xr.Dataset:
    """Return the run with these variables never measured."""
    found = run.copy(deep=True)
    for name in names:
        if name in found:
            found[name] = found[name].astype(float) * np.nan
    return found


def texts(figure: Figure) -> list[str]:
    return [t.get_text() for ax in figure.axes for t in ax.texts] + [t.get_text() for t in figure.texts]


@pytest.mark.parametrize("case", ["regression", "circle"])
def test_outputs_never_measured_are_said_in_the_summary_and_left_out_elsewhere(
    case: str, run_of: Callable[[str], xr.Dataset], tmp_path: Path
) -> None:
    run = without(run_of(case), *OUTPUTS)
    drawn = {f.name for f in draw_run_figures(run, tmp_path)}
    assert {"summary.png", "gates.png", "network.png"} <= drawn
    assert not {"error.png", "outputs.png"} & drawn
    with look():
        said = texts(summary_figure(run))
    assert said.count("not measured") == 2  # error and outputs
    assert not any("train error" in text for text in said)


@pytest.mark.parametrize("case", ["regression", "circle"])
@pytest.mark.parametrize("which", [0, -1, 3])
def test_a_round_without_outputs_is_drawn_without_a_warning(
    case: str, which: int, run_of: Callable[[str], xr.Dataset], tmp_path: Path
) -> None:
    run = run_of(case).copy(deep=True)
    for name in [n for n in (*OUTPUTS, "gate_voltage", "conductance") if n in run]:
        run[name] = run[name].astype(float)
        run[name][which] = np.nan
    drawn = {f.name for f in draw_run_figures(run, tmp_path)}
    assert {"summary.png", "error.png", "outputs.png", "gates.png", "network.png"} <= drawn


def test_a_run_without_a_seed_does_not_speak_of_one(run_of: Callable[[str], xr.Dataset]) -> None:
    run = run_of("regression").copy()
    with look():
        assert any("seed" in text for text in texts(summary_figure(run)))
        run.attrs.pop("seed")
        assert not any("seed" in text for text in texts(summary_figure(run)))


def test_rounds_at_equal_times_go_on_a_plain_axis() -> None:
    def scale_of(times: np.ndarray) -> EdgeScale:
        return time_scale(xr.Dataset({"learning_time": ("round", times)}))

    even = scale_of(np.arange(40) * 0.1)
    assert (even.log, even.zeros) == (False, False)
    assert even.place(np.array([0.0, 0.1])).tolist() == [0.0, 0.1]
    spread = scale_of(np.concatenate([[0.0], np.geomspace(1e-4, 1, 40)]))
    assert (spread.log, spread.zeros) == (True, True)


def test_a_scan_is_drawn_against_its_period_on_two_logarithmic_axes(tmp_path: Path) -> None:
    columns = {
        "cycle_span": ("period", [0.1, 1.0], {"units": "V", "long_name": "cycle span"}),
        "learning_time": ("round", np.zeros(0)),
    }
    scan = xr.Dataset(columns, {"period": [0.01, 0.1]}, {"name": "scan"})
    assert [f.name for f in draw_run_figures(scan, tmp_path)] == ["scan.png"]
    with look():
        ax = scan_figure(scan).axes[0]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_ylabel() == "cycle span (V)"
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0.01, 0.1], [0.1, 1.0]])
