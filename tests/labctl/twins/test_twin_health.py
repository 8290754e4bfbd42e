"""A run against its twin while it goes on: what the process beside says, and that it keeps its pace."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.twins import follow as twin_follow
from labctl.twins.follow import MeasuredRound, follow, measured
from labctl.twins.health import DISAGREES, Health, NoTwin, TwinWatch

from ...timing import wait_for

EXAMPLE = Path(__file__).parents[3] / "examples" / "memory-cycle.toml"
BIAS = [0.5 * (-1) ** e for e in range(32)]


def doses(path: Path, bias: list[float]) -> Path:
    path.write_text(f'[per_edge]\nbias = {{ values = {bias}, unit = "V/s" }}\n', "utf-8")
    return path


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> tuple[Path, Path]:
    """A stored run of a board, and its twin."""
    place = tmp_path_factory.mktemp("twin")
    twin = doses(place / "twin.toml", BIAS)
    request = RunRequest(
        EXAMPLE, imperfections=str(twin), seed=2, out=place / "runs", figures=False,
        overrides=("training.cycles=6000", "record.rounds=4"),
    )  # fmt: skip
    return carry_out(prepare(request)).folder, twin


def test_a_twin_agrees_with_its_own_board_at_every_round(ran):
    folder, twin = ran
    told: list[Health] = []
    follow(folder, twin, told.append)
    assert [h.cycle for h in told] == [r.cycle for r in measured(folder)]
    assert len(told) > 3
    assert not any(h.disagreeing() for h in told)
    assert np.abs(told[-1].residual_V).max() < 1e-9
    assert told[-1].rms_of_span < 1e-9


def test_edges_that_are_not_as_the_twin_says_are_named(ran, tmp_path):
    folder, _ = ran
    bias = list(BIAS)
    bias[7] += 1.5
    told: list[Health] = []
    follow(folder, doses(tmp_path / "other.toml", bias), told.append)
    assert not told[0].disagreeing()  # both start from the same gates
    assert told[-1].disagreeing()[0] == 7
    assert told[-1].residual_V[7] > DISAGREES * told[-1].span_V


def test_the_process_beside_says_the_same_and_ends(ran):
    folder, twin = ran
    here: list[Health] = []
    follow(folder, twin, here.append)
    watch = TwinWatch(folder, twin)
    try:
        wait_for(lambda: watch.over)
        taken = watch.take()
    finally:
        watch.close()
    assert watch.problem == ""
    assert [h.cycle for h in taken] == [h.cycle for h in here]
    assert taken[-1].predicted_V == pytest.approx(here[-1].predicted_V)
    assert watch.take() == []


def test_without_a_twin_it_says_so(ran, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(NoTwin, match="there is no twin of board SIM-0001 seed 2"):
        follow(ran[0], None, print)
    watch = TwinWatch(ran[0])
    try:
        wait_for(lambda: watch.over)
    finally:
        watch.close()
    assert watch.missing
    assert "labctl calibrate twin" in watch.problem


def test_the_twin_waits_for_the_run_and_goes_no_further(ran, monkeypatch):
    """A run in progress: each round of the twin is told of only once the run has had it."""
    folder, twin = ran
    rounds = list(measured(folder))
    told: list[Health] = []
    had: list[int] = []

    def coming(where: Path) -> Iterator[MeasuredRound]:
        for reading in rounds[:3]:  # the run is stopped there
            assert len(told) == len(had)
            had.append(reading.cycle)
            yield reading

    monkeypatch.setattr(twin_follow, "measured", coming)
    follow(folder, twin, told.append)
    assert [h.cycle for h in told] == had == [r.cycle for r in rounds[:3]]


def test_rounds_are_read_while_the_run_goes_on(tmp_path):
    """What is committed to live.db is told at once, the rest follows, and it ends with the run."""
    request = RunRequest(
        EXAMPLE, out=tmp_path, figures=False, overrides=("training.cycles=3000", "record.rounds=6")
    )
    found: list[tuple[int, str]] = []
    readers: list[threading.Thread] = []

    def read(folder: Path) -> None:
        for reading in measured(folder):
            status = json.loads((folder / "manifest.json").read_text("utf-8"))["status"]
            found.append((reading.cycle, status))

    def begun(folder: Path, _: str) -> None:
        readers.append(threading.Thread(target=read, args=(folder,), daemon=True))
        readers[0].start()

    class Slow:
        def on_event(self, event, state) -> None:
            if event.round is not None:
                time.sleep(0.3)

    folder = carry_out(prepare(request), [Slow()], begun=begun).folder
    readers[0].join(30)
    assert [cycle for cycle, _ in found] == [r.cycle for r in measured(folder)]
    assert found[0] == (0, "running")
    assert not readers[0].is_alive()  # it ends with the run
