"""The decision map of a run that has ended is not drawn under the next one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from labctl.engine.observer import describe
from labctl.experiment import build_plan, load_experiment
from labctl.gui.panels.runs import panel as runs_panel
from sim_backend import BenchConfig, SimBench

from ..conftest import EXAMPLES, Opened, until

pytestmark = pytest.mark.gui


def test_a_map_read_late_does_not_reach_the_next_run(
    open_window: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = SimBench(BenchConfig(), seed=0).limits()
    described = describe(build_plan(load_experiment(EXAMPLES / "xor.toml").settings, limits, 0))
    axis = np.linspace(0.0, 0.45, 3)
    map_ = {"map_x": ("x", axis), "map_y": ("y", axis), "map_output": (("y", "x", "t"), np.ones((3, 3, 1)))}
    (tmp_path / "run.nc").touch()
    may_read, reading = threading.Event(), threading.Event()

    def load(_: Path) -> Any:
        reading.set()
        may_read.wait(30)
        return xr.Dataset(map_)

    monkeypatch.setattr(runs_panel, "load_run", load)
    window = open_window(live=False)
    runs, live = window.panels.runs, window.state.live
    live.describe(described)
    live.folder = str(tmp_path)
    runs.load_decision_map(tmp_path, live)
    until(reading.is_set)
    live.describe(described)
    assert not live.folder  # of the run before
    may_read.set()
    runs.wait()
    until(lambda: not runs.work.busy())
    shown: list[bool] = []
    runs.work.do(
        lambda: None, lambda _: shown.append(True), window.messages.tell
    )  # after the map has arrived
    until(lambda: shown)
    assert live.decision_map is None
    runs.load_decision_map(tmp_path, live)  # the run that is shown gets its map
    until(lambda: live.decision_map is not None)
