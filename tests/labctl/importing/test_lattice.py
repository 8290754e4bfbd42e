"""Lattice runs made here: every stored fraction must reach its place in volts, at its node and its edge."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from labctl.experiment import Experiment, load_experiment
from labctl.importing import import_file
from labctl.store import open_run
from labctl.store.events import read_events
from labctl.store.layout import COLUMNS
from protocols.errors import ConfigError
from protocols.network import periodic_lattice

from .published import GATE_V, NODE_V, experiment, save


def test_gates_nodes_and_outputs_reach_their_places_in_volts(tmp_path: Path) -> None:
    fields = experiment()
    run = open_run(import_file(save(tmp_path / "a.mat"), tmp_path / "runs", figures=False).folder)
    edges = list(periodic_lattice(4, 4).edges)
    gates = run["gate_voltage"].values
    for r, c, m in ((0, 0, 0), (2, 1, 1), (3, 3, 2)):
        vertical = edges.index((4 * r + c, 4 * ((r + 1) % 4) + c))
        horizontal = edges.index((4 * r + c, 4 * r + (c + 1) % 4), 16)
        assert gates[m, vertical] == pytest.approx(GATE_V * fields["VerticalCapacitors"][r, c, m])
        assert gates[m, horizontal] == pytest.approx(GATE_V * fields["HorizontalCapacitors"][r, c, m])
        assert run["snapshot_free_node"].values[m, 4 * r + c] == pytest.approx(
            NODE_V * fields["TrainFreeState"][r, c, m]
        )
    read = fields["TrainMeasurements"]
    expected = NODE_V * (read[1] - read[0]).T  # output = second target − first
    np.testing.assert_allclose(run["train_output"].values[:, :, 0], expected, rtol=1e-12)
    assert (int(run["output_positive"][0]), int(run["output_negative"][0])) == (0, 10)
    np.testing.assert_allclose(run["train_label"].values[:, 0], [-0.138 * NODE_V, 0.046 * NODE_V], rtol=1e-9)
    np.testing.assert_allclose(
        run["train_mse"].values, np.mean((expected - run["train_label"].values[:, 0]) ** 2, axis=1)
    )


def test_time_tasks_and_the_point_on_the_board(tmp_path: Path) -> None:
    run = open_run(import_file(save(tmp_path / "a.mat"), tmp_path / "runs", figures=False).folder)
    assert run["round_cycle"].values.tolist() == [0, 5, 10]
    np.testing.assert_allclose(run["learning_time"].values, [0, 5e-4, 1e-3])
    np.testing.assert_allclose(run["wall_time"].values, [0.008, 0.048, 0.088])
    assert run["cycle_point"].values.tolist() == [0, 1, 0]
    assert run["train_group"].values.tolist() == [0, 1]
    assert (run.attrs["period_cycles"], run.attrs["period_s"]) == (10, pytest.approx(1e-3))
    known = np.isfinite(run["free_node"].values).all(axis=2)
    assert known.tolist() == [[True, False], [False, True], [True, False]]


def test_the_run_has_every_variable_of_the_layout_with_its_dimensions_and_units(tmp_path: Path) -> None:
    run = open_run(import_file(save(tmp_path / "a.mat"), tmp_path / "runs", figures=False).folder)
    for name, column in COLUMNS.items():
        if name.startswith("test_") or name.endswith(("_accuracy", "_worst_margin")):
            assert name not in run  # a regression without a test set
            continue
        assert run[name].dims == column.dims
        assert run[name].attrs["units"] == column.units
    assert run["clamped_node"].isnull().all()  # with clamps released: never measured


def test_the_folder_is_an_ordinary_run_with_its_provenance(tmp_path: Path) -> None:
    file = save(tmp_path / "a.mat")
    (tmp_path / "LICENSE.txt").write_text("MIT License\n\nCopyright (c) 2025 Somebody\n", "utf-8")
    imported = import_file(file, tmp_path / "runs")
    manifest = json.loads((imported.folder / "manifest.json").read_text("utf-8"))
    origin = manifest["origin"]
    assert origin["file"] == "a.mat"
    assert len(origin["sha256"]) == 64
    assert origin["licence"]["title"] == "MIT License"
    assert "Somebody" in origin["licence"]["copyright"]
    assert origin["parameters"]["ETA"] == 128
    assert any(text.startswith("conductance") for text in origin["inferred"])
    assert manifest["status"] == "completed"
    assert manifest["started"] == "2024-11-07T00:15:31"
    assert [e["what"] for e in read_events(imported.folder)] == ["run imported"]
    assert (imported.folder / "summary.png").exists()
    settings = load_experiment(imported.folder / "experiment.toml").settings
    assert isinstance(settings, Experiment)
    assert settings.training.order.period_cycles == 10
    assert settings.method.standard.eta == pytest.approx(128 / 129)
    assert settings.method.standard.pulse == pytest.approx(100e-6)
    sources = tomllib.loads((imported.folder / "experiment.toml").read_text("utf-8"))["task"]["sources"]
    assert sources == [{"name": "V1", "node": 15}, {"name": "V1'", "node": 7, "complement_of": "V1"}]


def test_a_hinge_classification_gets_its_label_margin_and_loss(tmp_path: Path) -> None:
    """Label ±HOT/500·(1 + TFB/4), margin BUF/2000, of full scale; beyond the margin a point costs nothing."""
    read = np.zeros((2, 2, 3))
    read[1, 0], read[1, 1] = -0.2, 0.1  # outputs of class 0 and class 1
    classes = {"CLA": 2, "HOT": 56, "TFB": 1, "BUF": 280, "UPD": 3, "TRAINCLASSES": np.array([[0, 1]])}
    file = save(tmp_path / "a.mat", TrainMeasurements=read, **classes)
    run = open_run(import_file(file, tmp_path / "runs", figures=False).folder)
    label = 0.14 * NODE_V
    np.testing.assert_allclose(run["train_label"].values[:, 0], [-label, label], rtol=1e-9)
    np.testing.assert_allclose(run["train_error"].values, 0.5 * (0.04 * NODE_V) ** 2, rtol=1e-6)
    np.testing.assert_allclose(run["train_accuracy"].values, 1.0)


def test_rounds_after_the_board_stopped_itself_are_marked(tmp_path: Path) -> None:
    clock = np.array([[8000, 40000, 0]])
    file = save(tmp_path / "a.mat", AbsoluteTimes=clock, LearnTimes=np.array([[0, 500, 0]]))
    run = open_run(import_file(file, tmp_path / "runs", figures=False).folder)
    assert run["round_measured"].values.tolist() == [1, 1, 0]
    assert run["round_cycle"].values.tolist() == [0, 5, 5]
    assert run.sizes["cycle"] == 2


def test_test_inputs_that_fill_a_plane_become_a_decision_map(tmp_path: Path) -> None:
    axis = [0.1, 0.5, 0.9]
    tests = np.array([(x, y, 0.5, 0.5) for x in axis for y in axis]).T
    train = np.array([[0.1, 0.9, 0.1], [0.1, 0.1, 0.9], [0.5] * 3, [0.5, 0.6, 0.4]])
    read = np.zeros((2, 9, 3))
    read[1, :, 2] = np.arange(9)
    file = save(
        tmp_path / "a.mat",
        TRA=3,
        TST=9,
        TRAIN=train,
        TEST=tests,
        TRAINGROUP=np.zeros((1, 3)),
        TrainMeasurements=np.full((2, 3, 3), 0.4),
        TestMeasurements=read,
    )
    run = open_run(import_file(file, tmp_path / "runs", figures=False).folder)
    np.testing.assert_allclose(run["map_x"].values, np.array(axis) * NODE_V)
    np.testing.assert_allclose(run["map_output"].values[:, :, 0], NODE_V * np.arange(9).reshape(3, 3).T)
    assert run.sizes["test_point"] == 9


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"LearnTimes": None}, "parameters of a run only"),
        ({"HorizontalCapacitors": np.zeros((4, 4, 3))}, "parameters of a run only"),
        ({"AbsoluteTimes": np.zeros((1, 3))}, "parameters of a run only"),
        ({"TrainMeasurements": np.zeros((0, 0))}, "parameters of a run only"),
        ({"VerticalCapacitors": np.full((4, 4, 2), 0.3)}, "'VerticalCapacitors' has the shape"),
        ({"DOTEST": np.array([[1, 6]])}, "number of rounds"),
        ({"TRAIN": None}, "'TRAIN' is missing"),
        ({"SOR": 2.5}, "'SOR' is not a whole number"),
        ({"ETA": "much"}, "'ETA' is not numeric"),
        ({"VEG": 3}, "whole periodic 4×4 lattice"),
        ({"CLA": 3}, "more than two classes"),
        ({"CLA": 2, "UPD": 3, "HOT": 0}, "class labels were measured"),
        ({"SLOC": np.array([[3, 3], [3, 3]])}, "two sources drive the same node"),
    ],
)
def test_what_cannot_be_a_run_gets_one_sentence_and_no_folder(
    changes: dict[str, object], says: str, tmp_path: Path
) -> None:
    file = save(tmp_path / "a.mat", **changes)
    with pytest.raises(ConfigError, match=says) as caught:
        import_file(file, tmp_path / "runs")
    assert "a.mat" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "runs").exists()
