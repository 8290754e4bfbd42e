"""Tasks: what can be wired, what data fit, and the points of the published runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from protocols import (
    ConfigError,
    DataSet,
    Network,
    Output,
    Source,
    Task,
    TaskKind,
    Wiring,
    periodic_lattice,
    two_edge_board,
)
from protocols.task import circle_points, class_labels

from .builders import RAIL_V, make_data, make_task

BOARD = periodic_lattice(4, 4)
SOURCES = (Source(5, "V-", 0.11), Source(7, "V+", 0.33), Source(15, "V1"), Source(13, "V2"))
OUTPUT = Output("O", 10, 0)


def wire(**changes: Any) -> Wiring:
    return Wiring(**({"network": BOARD, "sources": SOURCES, "outputs": (OUTPUT,)} | changes))


# ── wiring ───────────────────────────────────────────────────────────────────────────────────────


def test_the_wiring_of_the_xor_task() -> None:
    wiring = wire()
    assert wiring.source_nodes == (5, 7, 15, 13)
    assert wiring.target_nodes == (10, 0)
    assert wiring.output_matrix().tolist() == [[1.0, -1.0]]


def test_the_two_edge_board_reads_its_one_output_single_ended() -> None:
    sources = (Source(1, "V-", 0.0181), Source(2, "V+", 0.4351), Source(3, "V"))
    wiring = Wiring(two_edge_board(), sources, (Output("O", 0),))
    assert wiring.target_nodes == (0,)
    assert wiring.output_matrix().tolist() == [[1.0]]


def test_the_output_matrix_turns_target_voltages_into_outputs() -> None:
    outputs = (Output("A", 1), Output("B", 3, 2), Output("C", 0), Output("D", 8, 12))
    wiring = wire(outputs=outputs)
    assert wiring.target_nodes == (1, 3, 2, 0, 8, 12)
    volts = np.random.default_rng(1).uniform(0, 0.45, BOARD.nodes)
    expected = [volts[1], volts[3] - volts[2], volts[0], volts[8] - volts[12]]
    np.testing.assert_allclose(
        wiring.output_matrix() @ volts[list(wiring.target_nodes)], expected, atol=1e-15
    )
    assert wiring.output_matrix().shape == (4, 6)


ISLAND = Network(6, ((0, 1), (1, 2), (3, 4), (4, 5)))
BAD_WIRINGS: list[Any] = [
    pytest.param({"sources": ()}, "sources", "at least one source", id="no source"),
    pytest.param({"outputs": ()}, "outputs", "at least one output", id="no output"),
    pytest.param({"sources": (Source(16, "V1"),)}, "sources.V1", "(got 16)", id="source on no node"),
    pytest.param({"sources": (Source(-1, "V1"),)}, "sources.V1", "(got -1)", id="source below 0"),
    pytest.param(
        {"sources": (Source(5, "V1"), Source(5, "V2"))}, "sources", "(got [5, 5])", id="source twice"
    ),
    pytest.param({"outputs": (Output("O", 16),)}, "outputs.O", "(got 16)", id="target on no node"),
    pytest.param({"outputs": (Output("O", 10, -2),)}, "outputs.O", "(got -2)", id="target below 0"),
    pytest.param({"outputs": (Output("O", 7),)}, "outputs.O", "(got 7)", id="target is a rail"),
    pytest.param(
        {"outputs": (Output("O", 10, 15),)}, "outputs.O", "(got 15)", id="second target is an input"
    ),
    pytest.param({"outputs": (Output("O", 10, 10),)}, "outputs", "(got [10, 10])", id="against itself"),
    pytest.param(
        {"outputs": (Output("A", 10, 0), Output("B", 0))}, "outputs", "(got [10, 0, 0])", id="target twice"
    ),
    pytest.param(
        {"network": ISLAND, "sources": (Source(0, "V1"),), "outputs": (Output("O", 2, 5),)},
        "outputs",
        "(got 5)",
        id="target on an island",
    ),
]


@pytest.mark.parametrize(("changes", "key", "says"), BAD_WIRINGS)
def test_a_wiring_that_cannot_be_made_is_refused(changes: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        wire(**changes)
    assert caught.value.key == key
    assert str(caught.value).startswith(f"{key}: ")
    assert says in str(caught.value)


def test_a_target_that_is_also_a_source_comes_with_advice() -> None:
    with pytest.raises(
        ConfigError, match=r"target node is also a source.*choose a node that no source drives"
    ):
        wire(outputs=(Output("O", 13, 0),))


def test_a_node_off_the_board_comes_with_what_is_allowed() -> None:
    with pytest.raises(ConfigError, match="nodes are 0 to 15"):
        wire(outputs=(Output("O", 99),))


def test_targets_on_islands_with_sources_of_their_own_are_fine() -> None:
    Wiring(ISLAND, (Source(0, "V1"), Source(3, "V2")), (Output("O", 2, 5),))


# ── data ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("inputs", "labels"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(np.zeros((0, 2)), np.zeros((0, 1)), id="no points"),
        pytest.param([[0.1, 0.2]], [], id="no labels"),
        pytest.param([[0.1], [0.2]], np.zeros((2, 0)), id="points without labels"),
        pytest.param([], [[0.1]], id="no inputs"),
        pytest.param(np.zeros((2, 0)), [[0.1], [0.2]], id="points without inputs"),
    ],
)
def test_an_empty_data_set_is_refused(inputs: Any, labels: Any) -> None:
    with pytest.raises(ConfigError, match=r"the data set is empty.*give at least one data point"):
        DataSet(inputs, labels)


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        pytest.param("labels", {"labels": np.zeros((3, 1))}, id="labels"),
        pytest.param("classes", {"classes": np.zeros(5, dtype=np.int64)}, id="classes"),
        pytest.param("groups", {"groups": np.zeros(3, dtype=np.int64)}, id="groups"),
    ],
)
def test_one_label_class_and_group_per_point(key: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        replace(make_data(4, classes=True), **changes)
    assert caught.value.key == key


def test_more_than_points_by_columns_is_refused() -> None:
    with pytest.raises(ConfigError):
        DataSet(np.zeros((2, 2, 2)), np.zeros((2, 1)))


def test_points_without_groups_are_one_group() -> None:
    data = make_data(4)
    assert data.groups.tolist() == [0, 0, 0, 0]
    assert data.classes is None
    assert len(data) == 4


def test_data_sets_are_frozen_copies() -> None:
    inputs, labels = np.zeros((2, 1)), np.zeros((2, 1))
    data = DataSet(inputs, labels, np.array([0, 1]), np.array([0, 1]))
    inputs[:] = 9.0
    labels[:] = 9.0
    assert not data.inputs.any()
    assert not data.labels.any()
    for array in (data.inputs, data.labels, data.classes, data.groups):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_lists_become_arrays() -> None:
    data = DataSet([[0, 1], [1, 0]], [[0], [1]], classes=[0, 1], groups=[0, 1])  # type: ignore[arg-type]
    assert data.inputs.dtype == np.float64
    assert data.groups.dtype == np.int64


# ── tasks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("part", ["train", "test"])
def test_data_that_do_not_fit_the_wiring_are_refused(part: str) -> None:
    task = make_task(with_test=True)
    narrow = DataSet(np.zeros((2, 1)), np.zeros((2, 1)))
    with pytest.raises(ConfigError, match=f"{part}: 2 inputs per point needed .got 1"):
        replace(task, **{part: narrow})
    two_labels = DataSet(np.zeros((2, 2)), np.zeros((2, 2)))
    with pytest.raises(ConfigError, match=f"{part}: 1 labels per point needed .got 2"):
        replace(task, **{part: two_labels})


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_classification_needs_classes(part: str) -> None:
    task = make_task(kind=TaskKind.CLASSIFICATION, with_test=True)
    with pytest.raises(ConfigError, match=f"{part}: .*class for each point"):
        replace(task, **{part: make_data(4)})


LOW_V, HIGH_V = 0.0, 0.4532


def ranged(output: Output, inputs: float, label: float, part: str = "train") -> Task:
    wiring = Wiring(BOARD, (Source(15, "V1"), Source(7, "rail", RAIL_V)), (output,))
    fine = DataSet([[0.1, RAIL_V]], [[0.0]])  # type: ignore[arg-type]
    asked = DataSet([[0.1, RAIL_V], [inputs, RAIL_V]], [[0.0], [label]])  # type: ignore[arg-type]
    if part == "train":
        return Task(TaskKind.REGRESSION, wiring, asked, fine)
    return Task(TaskKind.REGRESSION, wiring, fine, asked)


SINGLE, DIFFERENTIAL = Output("O", 10), Output("O", 10, 0)


@pytest.mark.parametrize("output", [SINGLE, DIFFERENTIAL], ids=["single", "differential"])
@pytest.mark.parametrize("inputs", [LOW_V, 0.2, HIGH_V])
def test_inputs_in_range_pass(output: Output, inputs: float) -> None:
    ranged(output, inputs, 0.0).check_range(LOW_V, HIGH_V)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("inputs", [-1e-6, HIGH_V + 1e-6, np.nan, np.inf, -np.inf])
def test_an_input_out_of_range_is_refused(inputs: float, part: str) -> None:
    with pytest.raises(ConfigError, match="outside the board's range") as caught:
        ranged(DIFFERENTIAL, inputs, 0.0, part).check_range(LOW_V, HIGH_V)
    assert caught.value.key == f"{part}.inputs.V1"
    assert "the board takes 0 to 453.2 mV here" in str(caught.value)


def test_a_rail_out_of_range_is_refused() -> None:
    wiring = Wiring(BOARD, (Source(15, "V1"), Source(7, "rail", 5.0)), (SINGLE,))
    data = DataSet([[0.1, 5.0]], [[0.0]])  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as caught:
        Task(TaskKind.REGRESSION, wiring, data).check_range(LOW_V, HIGH_V)
    assert caught.value.key == "train.inputs.rail"
    assert "5000 mV" in str(caught.value)


@pytest.mark.parametrize("label", [0.0, HIGH_V])
def test_a_single_ended_label_may_be_any_node_voltage(label: float) -> None:
    ranged(SINGLE, 0.1, label).check_range(LOW_V, HIGH_V)


@pytest.mark.parametrize("label", [-HIGH_V, 0.0, HIGH_V])
def test_a_differential_label_may_have_either_sign(label: float) -> None:
    ranged(DIFFERENTIAL, 0.1, label).check_range(LOW_V, HIGH_V)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(
    ("output", "label", "allowed"),
    [
        pytest.param(SINGLE, -0.01, "0 to 453.2 mV", id="single below"),
        pytest.param(SINGLE, 0.46, "0 to 453.2 mV", id="single above"),
        pytest.param(SINGLE, np.nan, "0 to 453.2 mV", id="single nan"),
        pytest.param(DIFFERENTIAL, -0.46, "-453.2 to 453.2 mV", id="differential below"),
        pytest.param(DIFFERENTIAL, 0.46, "-453.2 to 453.2 mV", id="differential above"),
    ],
)
def test_a_label_out_of_range_is_refused(output: Output, label: float, allowed: str, part: str) -> None:
    with pytest.raises(ConfigError, match="outside the board's range") as caught:
        ranged(output, 0.1, label, part).check_range(LOW_V, HIGH_V)
    assert caught.value.key == f"{part}.labels.O"
    assert f"{1e3 * label:g} mV" in str(caught.value)
    assert allowed in str(caught.value)


# ── data of the published runs ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("count", "diameter"), [(8, 0.083), (8, 0.417), (5, 0.2), (1, 0.1)])
def test_circle_points_lie_evenly_on_their_circle(count: int, diameter: float) -> None:
    points = circle_points(diameter, count)
    assert points.shape == (count, 2)
    offsets = points - 0.2266
    np.testing.assert_allclose(np.hypot(*offsets.T), diameter / 2, rtol=1e-12)
    angles = np.unwrap(np.arctan2(offsets[:, 1], offsets[:, 0]))
    np.testing.assert_allclose(np.diff(angles), -2 * np.pi / count, rtol=1e-9)


def test_circle_points_run_clockwise_from_the_right() -> None:
    points = circle_points(2.0, 4, centre_V=(1.0, 3.0))
    np.testing.assert_allclose(points, [[2, 3], [1, 2], [0, 3], [1, 4]], atol=1e-12)
    turned = circle_points(2.0, 4, centre_V=(1.0, 3.0), phase_rad=np.pi / 2)
    np.testing.assert_allclose(turned, np.roll(points, -1, axis=0), atol=1e-12)


def test_class_labels_are_a_column_of_plus_and_minus_the_label() -> None:
    labels = class_labels([0, 1, 1, 0], 0.01813)
    assert labels.tolist() == [[-0.01813], [0.01813], [0.01813], [-0.01813]]
    assert class_labels(np.array([1]), 0.5).dtype == np.float64


def test_a_third_class_is_refused() -> None:
    with pytest.raises(ConfigError):
        class_labels([0, 1, 2], 0.01813)
