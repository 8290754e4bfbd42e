"""Small runs for the tests of the store, and images of their folders as a killed process leaves them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray

from labctl.runs.prepared import PreparedRun, prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.store import Recorder
from protocols.engine import EngineState, Event

EXAMPLES = Path(__file__).parents[3] / "examples"


def small_run(out: Path, example: str = "xor", imperfections: str = "harsh", *overrides: str) -> PreparedRun:
    chosen = ("training.cycles=3000", "record.rounds=10", *overrides)
    return prepare(
        RunRequest(EXAMPLES / f"{example}.toml", "sim", imperfections, 3, out, chosen, figures=False)
    )


def commit_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run of a fraction of a second have many commits to be killed after."""
    monkeypatch.setitem(Recorder.__init__.__kwdefaults__, "commit_every_s", 0.0)


def checkpoint_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run be trained beyond its only checkpoint, the one of its beginning."""
    monkeypatch.setattr("labctl.store.recorder._CHECKPOINT_SHARE", 1e-9)


class Photographer:
    """A listener that copies the run's folder after chosen events: what kill -9 there would leave."""

    def __init__(self, out: Path, images: Path, wanted: Callable[[int, EngineState], bool]) -> None:
        self.out, self.images, self.wanted = out, images, wanted
        self.taken: list[Path] = []
        self.events = 0

    def on_event(self, event: Event, state: EngineState) -> None:
        self.events += 1
        if self.wanted(self.events, state):
            folder = next(self.out.glob("*/*"))
            image = self.images / f"{self.events:05d}" / folder.parent.name / folder.name
            shutil.copytree(folder, image)
            self.taken.append(image)


def differing_variables(a: xarray.Dataset, b: xarray.Dataset) -> list[str]:
    """Return the variables in which two runs differ by any bit, wall time aside."""
    assert set(a.variables) == set(b.variables)
    differing = []
    for name in sorted(set(a.variables) - {"wall_time"}):
        x, y = a[name].values, b[name].values
        same = x.shape == y.shape and x.dtype == y.dtype
        same = same and (np.array_equal(x, y) if x.dtype == object else x.tobytes() == y.tobytes())
        differing += [] if same else [str(name)]
    return differing


def cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *settings: str, event: int = 8
) -> tuple[Path, Path]:
    """Return a run's folder as it was at an event of its session, and the folder of the whole run."""
    commit_every_block(monkeypatch)
    photographer = Photographer(tmp_path / "runs", tmp_path / "images", lambda n, _: n == event)
    whole = carry_out(small_run(tmp_path / "runs", *settings), (photographer,)).folder
    return photographer.taken[0], whole
