"""Runs of a study are ordinary runs that are made once, however often the study is started."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from labctl.runs.session import Session
from labctl.store import open_run
from labctl.studies.pipeline import EXAMPLES, MARK, Point, run_points, settings
from protocols.engine import EngineState, Event, EventKind
from protocols.errors import ConfigError

SHORT = settings((("record.spacing", "linear"), ("record.rounds", 5)))


def point(seed: int = 0, *more: str, cycles: int = 400) -> Point:
    return Point(EXAMPLES / "circle.toml", "lattice-paper", cycles, seed, (*SHORT, *more), {"seed": seed})


def silent(what: str, done: float, whole: float) -> None:
    assert 0 <= done <= whole


def manifest(run: Path) -> dict:
    return json.loads((run / "manifest.json").read_text(encoding="utf-8"))


def test_points_become_complete_ordinary_runs_in_the_order_asked_for(tmp_path: Path) -> None:
    runs = run_points([point(1), point(0, cycles=300)], tmp_path, silent, workers=1)
    assert [manifest(run)["seeds"]["run"] for run in runs] == [1, 0]
    assert [manifest(run)["status"] for run in runs] == ["completed"] * 2
    with open_run(runs[0], cycles=False) as data:
        assert data["round_cycle"].values.tolist() == [0, 100, 200, 300, 400]


def test_a_study_started_again_repeats_nothing_and_adds_what_is_new(tmp_path: Path) -> None:
    first = run_points([point(0)], tmp_path, silent, workers=1)
    before = (first[0] / "run.nc").stat().st_mtime_ns
    again = run_points([point(1), point(0)], tmp_path, silent, workers=1)
    assert again[1] == first[0]
    assert again[0] != first[0]
    assert (first[0] / "run.nc").stat().st_mtime_ns == before


def test_a_run_cut_short_goes_on_in_its_own_folder_and_ends_as_if_never_stopped(tmp_path: Path) -> None:
    asked = replace(point(2, "training.order=sequential"), imperfections="ideal")
    cut = tmp_path / "cut"
    request = RunRequest(
        asked.experiment,
        imperfections=asked.imperfections,
        seed=asked.seed,
        out=cut / "runs",
        overrides=(*asked.overrides, f"training.cycles={asked.cycles}"),
        figures=False,
        command=("labctl", "reproduce", MARK, asked.digest()),
    )

    class StopsAtHalf:
        session: Session

        def on_event(self, event: Event, state: EngineState) -> None:
            if state.progress.cycle == asked.cycles // 2:
                self.session.request(EventKind.STOP, "a test")

    stopper = StopsAtHalf()
    stopped = carry_out(prepare(request), (stopper,), lambda session: setattr(stopper, "session", session))
    assert manifest(stopped.folder)["status"] == "stopped"

    (gone_on,) = run_points([asked], cut, silent, workers=1)
    (whole,) = run_points([asked], tmp_path / "whole", silent, workers=1)
    assert gone_on == stopped.folder
    assert manifest(gone_on)["status"] == "completed"
    with open_run(gone_on, cycles=False) as a, open_run(whole, cycles=False) as b:
        assert a["round_cycle"].values.tolist() == b["round_cycle"].values.tolist()
        np.testing.assert_allclose(a["gate_voltage"].values, b["gate_voltage"].values, rtol=0, atol=1e-9)


def test_two_at_a_time_find_what_one_at_a_time_finds(tmp_path: Path) -> None:
    points = [point(seed) for seed in (0, 1)]
    together = run_points(points, tmp_path / "two", silent, workers=2)
    (alone,) = run_points(points[1:], tmp_path / "one", silent, workers=1)
    with open_run(together[1], cycles=False) as first, open_run(alone, cycles=False) as second:
        np.testing.assert_array_equal(first["gate_voltage"].values, second["gate_voltage"].values)


def test_the_fingerprint_knows_every_part_of_what_is_asked(tmp_path: Path) -> None:
    asked = point(0)
    doses = tmp_path / "doses.toml"
    doses.write_text('bias_mean = "1 V/s"\n', encoding="utf-8")
    by_file = replace(asked, imperfections=str(doses))
    fingerprints = {
        asked.digest(),
        point(1).digest(),
        point(0, cycles=401).digest(),
        point(0, "method=standard").digest(),
        replace(asked, imperfections="ideal").digest(),
        replace(asked, experiment=EXAMPLES / "xor.toml").digest(),
        by_file.digest(),
    }
    doses.write_text('bias_mean = "2 V/s"\n', encoding="utf-8")
    assert len(fingerprints | {by_file.digest()}) == 8
    assert replace(asked, labels={"other": "name"}).digest() == asked.digest()


def test_a_mistake_in_the_settings_is_told_and_the_finished_runs_stay(tmp_path: Path) -> None:
    (good,) = run_points([point(0)], tmp_path, silent, workers=1)
    wrong = point(1, "training.no_such_key=1")
    with pytest.raises(ConfigError, match="no_such_key"):
        run_points([point(0), wrong], tmp_path, silent, workers=1)
    assert run_points([point(0)], tmp_path, silent, workers=1) == [good]


def test_a_study_without_its_experiment_file_says_where_it_would_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="install labctl anew"):
        run_points([replace(point(0), experiment=tmp_path / "gone.toml")], tmp_path, silent)
