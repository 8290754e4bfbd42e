"""Two-edge files made here: gates and times must arrive unchanged, with what they mean noted."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from labctl.experiment import load_experiment
from labctl.importing import import_file
from labctl.store import open_run
from protocols.errors import ConfigError, DataError

from .published import save_drift


def test_a_drift_test_becomes_a_run_of_one_task(tmp_path: Path) -> None:
    file = save_drift(tmp_path)
    imported = import_file(file, tmp_path / "runs", figures=False)
    run, stored = open_run(imported.folder), scipy.io.loadmat(file)
    np.testing.assert_array_equal(run["gate_voltage"].values[:, 0], stored["GMINUS"].ravel())
    np.testing.assert_array_equal(run["gate_voltage"].values[:, 1], stored["GPLUS"].ravel())
    np.testing.assert_array_equal(run["learning_time"].values, stored["time"].ravel())
    assert run["edge_is_transistor"].values.tolist() == [1, 1, 0]
    np.testing.assert_allclose(run["train_label"].values, [[0.31]])  # _2 is task alpha
    np.testing.assert_allclose(run["train_input"].values[0], [0.4351, 0.0181, 0.4351])
    conductance = 8.5e-4 * (stored["GPLUS"].ravel() - 0.7)
    np.testing.assert_allclose(run["conductance"].values[:, 1], conductance)
    assert run["train_error"].isnull().all()
    assert any("task alpha alone" in text for text in imported.manifest["origin"]["inferred"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"time": None}, "'time' is missing"),
        ({"time": np.arange(39.0)}, "differ in length"),
        ({"time": np.zeros(40)}, "times do not increase"),
        ({"GPLUS": np.full(40, np.nan)}, "no number"),
    ],
)
def test_drift_tests_that_do_not_hang_together_are_refused(
    change: dict[str, np.ndarray | None], says: str, tmp_path: Path
) -> None:
    file = save_drift(tmp_path)
    held = {k: v for k, v in scipy.io.loadmat(file).items() if not k.startswith("__")} | change
    scipy.io.savemat(file, {k: v for k, v in held.items() if v is not None})
    with pytest.raises(ConfigError, match=says):
        import_file(file, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_drift_test_under_another_name_asks_for_its_name(tmp_path: Path) -> None:
    file = save_drift(tmp_path).rename(tmp_path / "mine.mat")
    with pytest.raises(ConfigError, match="keep the published name"):
        import_file(file, tmp_path / "runs")


def test_an_averaged_cycle_starts_at_a_switch_and_takes_one_period(tmp_path: Path) -> None:
    file = tmp_path / "bowtie-exp2-0.08s.csv"
    file.write_text("3.0,3.1,3.2,3.1\n4.0,4.2,4.4,4.2\n", "utf-8")
    imported = import_file(file, tmp_path / "runs", figures=False)
    run = open_run(imported.folder)
    np.testing.assert_allclose(run["learning_time"].values, [0, 0.02, 0.04, 0.06])
    np.testing.assert_allclose(run["gate_voltage"].values[:, 1], [4.0, 4.2, 4.4, 4.2])
    assert (run.attrs["period_s"], run.attrs["period_cycles"]) == (0.08, 800)
    np.testing.assert_allclose(run["train_label"].values[:, 0], [0.18, 0.31])  # beta comes first
    order = load_experiment(imported.folder / "experiment.toml").settings.training.order
    assert order.period_cycles == 800


def test_a_scan_is_a_run_without_rounds_and_has_its_own_figure(tmp_path: Path) -> None:
    file = tmp_path / "measured-DG2-exp1.csv"
    file.write_text("0.01,0.001\n0.1,0.1\n1,4\n", "utf-8")
    imported = import_file(file, tmp_path / "runs")
    run = open_run(imported.folder)
    np.testing.assert_allclose(run["period"].values, [0.01, 0.1, 1])
    np.testing.assert_allclose(run["cycle_span_squared"].values, [0.001, 0.1, 4])
    assert [f.name for f in imported.figures] == ["scan.png"]


def test_a_full_disk_leaves_no_half_made_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("labctl.importing.importer.write_complete", full)
    with pytest.raises(DataError, match="No space left on device"):
        import_file(save_drift(tmp_path), tmp_path / "runs")
    assert [p for p in (tmp_path / "runs").glob("*/*") if p.is_dir()] == []


def test_gates_alone_are_drawn_and_what_is_missing_is_left_out(tmp_path: Path) -> None:
    imported = import_file(save_drift(tmp_path), tmp_path / "runs")
    assert [f.name for f in imported.figures] == ["summary.png", "gates.png", "network.png"]
