"""run.nc holds what the bench gave, whatever pieces it came in."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import h5netcdf
import numpy as np
import pytest
import xarray

from labctl.runs.runner import carry_out
from labctl.store import open_run
from labctl.store.convert import NAME, convert
from labctl.store.layout import COLUMNS
from labctl.store.live import NAME as LIVE
from labctl.store.live import StoreError
from protocols.block import CycleRecord
from protocols.engine import EngineState, Event, Round

from .runs import Photographer, commit_every_block, small_run


class Keeper:
    """A listener that keeps everything, as the store must not."""

    def __init__(self) -> None:
        self.records: list[CycleRecord] = []
        self.rounds: list[Round] = []

    def on_event(self, event: Event, state: EngineState) -> None:
        if event.record is not None:
            self.records.append(event.record)
        if event.round is not None:
            self.rounds.append(event.round)


@pytest.mark.parametrize("rows", [10_000, 700, 1])
def test_every_nth_cycle_and_all_rounds_and_snapshots_are_in_the_file(tmp_path: Path, rows: int) -> None:
    keeper = Keeper()
    result = carry_out(small_run(tmp_path, "xor", "harsh", f"record.cycle_rows={rows}"), (keeper,))
    run = open_run(result.folder)
    stride = -(-3000 // rows)
    cycles = np.arange(0, 3000, stride)
    np.testing.assert_array_equal(run["cycle"], cycles)

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(r, name) for r in keeper.records])[cycles]

    for stored, name in (
        ("cycle_point", "points"),
        ("cycle_free_output", "free_outputs"),
        ("cycle_clamped_output", "clamped_outputs"),
        ("cycle_learning_time", "learning_time_s"),
        ("cycle_start", "start_s"),
        ("cycle_lateness", "lateness_s"),
    ):
        np.testing.assert_array_equal(run[stored].values, joined(name), err_msg=stored)
    np.testing.assert_array_equal(run["gate_voltage"], [r.gates for r in keeper.rounds])
    np.testing.assert_array_equal(run["clamped_node"], [r.nodes.clamped for r in keeper.rounds])
    looks = [r.snapshots for r in keeper.records if len(r.snapshots.cycles)]
    np.testing.assert_array_equal(run["snapshot_gate"], np.concatenate([s.gates for s in looks]))
    assert run["learning_time"].values[-1] == pytest.approx(
        sum(r.learning_time_s.sum() for r in keeper.records)
    )
    assert result.summary.learning_time_s == pytest.approx(float(run["learning_time"][-1]))


def test_durations_are_from_start_to_start_inside_a_block(tmp_path: Path) -> None:
    keeper = Keeper()
    run = open_run(carry_out(small_run(tmp_path), (keeper,)).folder)
    ends = np.cumsum([len(r) for r in keeper.records]) - 1
    duration = run["cycle_duration"].values
    assert set(np.flatnonzero(np.isnan(duration))) == set(ends)
    inside = np.setdiff1d(np.arange(2999), ends)
    steps = np.diff(run["cycle_start"].values)
    np.testing.assert_allclose(duration[inside], steps[inside], rtol=1e-6)


def test_xarray_opens_the_file_as_it_is_with_units_and_coordinates(tmp_path: Path) -> None:
    folder = carry_out(small_run(tmp_path)).folder
    with xarray.open_dataset(folder / NAME, engine="h5netcdf") as run:
        assert set(run.coords) == {
            *("cycle", "round_cycle", "learning_time", "wall_time", "snapshot_cycle"),
            *("edge_name", "source_name", "output_name", "map_x", "map_y"),
        }
        for name, column in COLUMNS.items():
            if name in run.variables:
                assert run[name].dims == column.dims
                assert run[name].attrs == column.attributes
                assert run[name].dtype == column.dtype
        assert run["edge_name"].values[0] == "00-04"
        assert run.sizes["edge"] == 32
        assert run.attrs["status"] == "completed"


def test_single_cycles_can_be_left_out_when_opening(tmp_path: Path) -> None:
    run = open_run(carry_out(small_run(tmp_path)).folder, cycles=False)
    assert "cycle" not in run.variables
    assert "gate_voltage" in run


def test_damaged_blocks_and_rounds_leave_gaps_not_shifts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_every_block(monkeypatch)
    photographer = Photographer(tmp_path / "runs", tmp_path / "images", lambda n, _: n == 18)
    whole = open_run(carry_out(small_run(tmp_path / "runs"), (photographer,)).folder)
    image = photographer.taken[0]
    with sqlite3.connect(image / LIVE) as db:
        keys = [k for (k,) in db.execute("SELECT first_cycle FROM blocks ORDER BY first_cycle")]
        rounds = db.execute("SELECT count(*) FROM rounds").fetchone()[0]
        first, last = keys[2], keys[3]
        db.execute("UPDATE blocks SET blob = x'4c424331' WHERE first_cycle = ?", (first,))
        db.execute("UPDATE rounds SET blob = x'' WHERE number = 1")
    db.close()
    assert convert(image, {"status": "recovered"}).damaged_blocks == 1
    run = open_run(image)
    assert run.attrs["damaged_blocks"] == 1
    assert list(run["round_cycle"].values) == [
        c for k, c in enumerate(whole["round_cycle"].values[:rounds]) if k != 1
    ]
    cycle = run["cycle"].values
    np.testing.assert_array_equal(cycle, np.arange(len(cycle)))
    lost = (cycle >= first) & (cycle < last)
    assert 0 < lost.sum() < len(cycle)
    assert np.isnan(run["cycle_free_output"].values[lost]).all()
    assert (run["cycle_point"].values[lost] == -1).all()
    kept = np.flatnonzero(~lost)
    np.testing.assert_array_equal(run["cycle_start"].values[kept], whole["cycle_start"].values[kept])


def test_a_file_that_cannot_be_written_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photographer = Photographer(tmp_path / "runs", tmp_path / "images", lambda n, _: n == 6)
    carry_out(small_run(tmp_path / "runs"), (photographer,))
    image = photographer.taken[0]

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(h5netcdf.File, "create_variable", refuse)
    with pytest.raises(StoreError, match="no space left on device"):
        convert(image, {})
    assert not list(image.glob("run.nc*"))
