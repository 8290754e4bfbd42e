"""The experiment being edited, and its form."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from labctl.bench_files.load import load_bench
from labctl.experiment.differences import differences
from labctl.gui.panels.experiment.settings_form import SettingsForm
from labctl.gui.state.experiment_document import ExperimentDocument
from labctl.gui.widgets.number_boxes import for_file

from ..conftest import EXAMPLES

pytestmark = pytest.mark.gui


@pytest.fixture
def document(app: QApplication) -> ExperimentDocument:
    found = ExperimentDocument()
    found.load(EXAMPLES / "xor.toml")
    return found


def test_an_edit_keeps_comments_and_can_be_undone(document: ExperimentDocument) -> None:
    before = document.text
    document.set("method.overclamping.pulse", for_file(50e-6, "s"))
    document.set("training.order", "random")
    document.set("training.noise.inputs", "1 mV")
    assert document.settings is not None
    assert document.settings.method.overclamping.pulse == pytest.approx(50e-6)
    assert document.settings.training.noise.inputs == pytest.approx(1e-3)
    assert "# class 1: +10 mV" in document.text
    assert not document.is_saved
    for _ in range(3):
        document.undo.undo()
    assert document.text == before
    assert document.is_saved
    document.undo.redo()
    assert tomllib.loads(document.text)["method"]["overclamping"]["pulse"] == "50 us"


def test_a_mistake_is_shown_at_its_field_and_nothing_is_lost(document: ExperimentDocument) -> None:
    form = SettingsForm(document)
    document.recheck(load_bench("sim", None, 0).limits)
    document.set("training.initial_gates", "9 V")
    assert document.problem is not None
    assert document.problem.key == "training.initial_gates"
    assert form.shows("training.initial_gates")
    label = form.mistakes["training.initial_gates"]
    assert not label.isHidden()
    assert "walls" in label.text()
    document.set("training.initial_gates", "1 V")
    assert document.problem is None
    assert label.isHidden()
    document.set_text("this = is [not TOML")
    assert document.problem is not None
    assert "TOML" in document.problem.sentence()


def test_fields_follow_the_document_and_write_into_it(document: ExperimentDocument) -> None:
    form = SettingsForm(document)
    form.refresh()
    box = form.fields["method.overclamping.amplitude"]
    assert box.text() == "200 mV"
    box.stepBy(-1)
    assert document.settings.method.overclamping.amplitude == pytest.approx(0.19)
    kind = form.fields["method.kind"]
    kind.setCurrentIndex(kind.findData("standard"))
    kind.activated.emit(kind.currentIndex())
    assert document.settings.method.kind == "standard"
    assert not form.fields["method.standard.eta"].parentWidget().isHidden()
    assert form.fields["method.overclamping.amplitude"].parentWidget().isHidden()


def test_unsaved_changes_run_as_a_draft(
    document: ExperimentDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert document.file_to_run() == EXAMPLES / "xor.toml"
    document.set("training.cycles", 77)
    draft = document.file_to_run()
    assert tmp_path in draft.parents
    assert tomllib.loads(draft.read_text())["training"]["cycles"] == 77


def test_differences_name_the_keys() -> None:
    assert differences({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 5}, "e": 4}) == [
        ("a.c", 2, 5),
        ("d", 3, None),
        ("e", None, 4),
    ]
