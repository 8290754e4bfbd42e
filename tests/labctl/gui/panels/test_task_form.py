"""The form of network and task: every cell is a value of the file, every mistake is at its cell."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication

from labctl.bench_files.load import load_bench
from labctl.gui.panels.experiment.record_tables import CellTable
from labctl.gui.panels.experiment.task_form import TaskForm
from labctl.gui.state.experiment_document import ExperimentDocument

from ..conftest import EXAMPLES

pytestmark = pytest.mark.gui


@pytest.fixture
def document(app: QApplication) -> ExperimentDocument:
    found = ExperimentDocument()
    found.recheck(load_bench("sim", None, 0).limits)
    return found


@pytest.fixture
def form(document: ExperimentDocument) -> TaskForm:
    found = TaskForm(document)
    document.load(EXAMPLES / "xor.toml")
    return found


def _type(table: CellTable, row: int, column: str, text: str) -> None:
    item = table.table.item(row, table.heads.index(column))
    item.setText(text)


def _shaded(table: CellTable) -> list[tuple[int, str]]:
    cells = [(i, j) for i in range(table.table.rowCount()) for j in range(table.table.columnCount())]
    return [
        (i, table.heads[j]) for i, j in cells if table.table.item(i, j).background().color().alpha() == 80
    ]


def test_cells_are_written_into_the_file_with_its_comments(
    form: TaskForm, document: ExperimentDocument
) -> None:
    before = document.text
    _type(form.tables["sources"], 2, "voltage", "0.12 V")
    _type(form.tables["outputs"], 0, "negative", "1")
    _type(form.tables["train"], 1, "V2", "440 mV")
    _type(form.tables["train"], 0, "classes", "1")
    assert document.problem is None
    task = document.settings.task
    assert task.sources[2].voltage == pytest.approx(0.12)
    assert task.outputs[0].negative == 1
    assert task.train.inputs["V2"] == pytest.approx([0, 0.44, 0, 0.45])
    assert task.train.classes == [1, 1, 1, 0]
    assert "# class 1: +10 mV" in document.text
    _type(form.tables["sources"], 2, "voltage", "")  # an empty cell takes the key out: an input now
    assert document.settings.task.sources[2].voltage is None
    assert document.problem is not None  # which has no data
    for _ in range(5):
        document.undo.undo()
    assert document.text == before


@pytest.mark.parametrize(
    ("table", "row", "column", "text", "shaded", "words"),
    [
        ("sources", 1, "voltage", "3 A", [(1, "voltage")], "wrong unit"),
        ("sources", 1, "node", "x", [(1, "node")], "whole number"),
        (
            "sources",
            1,
            "node",
            "99",
            [(1, c) for c in ("name", "node", "voltage", "complement_of")],
            "0 to 15",
        ),
        (
            "outputs",
            0,
            "node",
            "3",
            [(0, c) for c in ("name", "node", "positive", "negative")],
            "either node",
        ),
        ("train", 2, "V1", "7 V", [(k, "V1") for k in range(4)], "453.2 mV"),
        ("train", 2, "classes", "2", [(2, "classes")], "at most 1"),
    ],
)
def test_a_mistake_is_at_its_cell(
    form: TaskForm,
    document: ExperimentDocument,
    table: str,
    row: int,
    column: str,
    text: str,
    shaded: list[tuple[int, str]],
    words: str,
) -> None:
    found = form.tables[table]
    _type(found, row, column, text)
    assert document.problem is not None
    assert form.shows(document.problem.key)
    assert words in found.mistake.text()
    assert not found.mistake.isHidden()
    assert _shaded(found) == shaded
    assert [t for t in form.tables.values() if not t.mistake.isHidden()] == [found]
    document.undo.undo()
    assert found.mistake.isHidden()
    assert _shaded(found) == []


def test_rows_come_and_go(form: TaskForm, document: ExperimentDocument) -> None:
    train, sources = form.tables["train"], form.tables["sources"]
    train.add.click()
    assert document.problem is None
    assert len(document.settings.task.train.inputs["V1"]) == 5
    train.table.setCurrentCell(0, 0)
    train.remove.click()
    assert document.settings.task.train.classes == [1, 1, 0, 0]
    sources.add.click()
    assert sources.cells()[1][-1][:2] == ["V3", 0]
    sources.table.setCurrentCell(4, 0)
    sources.remove.click()
    assert document.problem is None


def test_networks_and_circles_have_their_fields(form: TaskForm, document: ExperimentDocument) -> None:
    rows = form.fields["network.rows"]
    rows.setValue(5)
    assert document.settings.network.rows == 5
    form.kind.activated.emit(form.kind.findData("two-edge"))
    assert document.problem is not None  # its sources lie on nodes that are not there
    assert form.tables["sources"].shows(document.problem.key)
    form.kind.activated.emit(form.kind.findData("lattice"))
    assert document.settings.network.rows == 4
    document.load(EXAMPLES / "circle.toml")
    diameter = form.fields["task.train.circle.diameter"]
    assert diameter.text() == "250 mV"
    assert form.tables["train"].heads == ["classes"]
    diameter.stepBy(1)
    assert document.settings.task.train.circle.diameter == pytest.approx(0.26)


def test_a_column_with_one_unit_for_all_is_written_out_when_edited(
    form: TaskForm, document: ExperimentDocument
) -> None:
    column = 'V1 = ["0 V", "0 V", "0.45 V", "0.45 V"]'
    document.set_text(document.text.replace(column, 'V1 = { values = [0, 0, 450, 450], unit = "mV" }'))
    train = form.tables["train"]
    assert train.table.item(2, 0).text() == "450 mV"
    _type(train, 1, "V1", "20 mV")
    assert document.settings.task.train.inputs["V1"] == pytest.approx([0, 0.02, 0.45, 0.45])
