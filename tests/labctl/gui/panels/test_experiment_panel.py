"""The experiment panel: what is shown is what is checked and run, and nothing is lost or overwritten."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, QPointF, QSettings, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QWidget

from labctl.gui.app.run_again import take_bench
from labctl.gui.panels.experiment import panel as experiment_panel
from labctl.gui.panels.experiment.panel import ExperimentPanel
from labctl.gui.panels.imperfections import ImperfectionsPanel
from labctl.gui.state import experiment_document as documents
from labctl.gui.state.app_state import AppState
from labctl.gui.widgets.field_guards import WheelGuard
from labctl.gui.widgets.questions import UnsavedAnswer
from labctl.gui.widgets.theme import LIGHT
from protocols.errors import ConfigError

from ..conftest import EXAMPLES, Opened

pytestmark = pytest.mark.gui
ROOT = EXAMPLES.parent
PULSE = "method.overclamping.pulse"


@pytest.fixture
def panel(
    app: QApplication, store: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ExperimentPanel:
    """A panel alone with a file of its own, in front."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = ExperimentPanel(AppState(store, tmp_path / "runs", LIGHT))
    shutil.copy(EXAMPLES / "xor.toml", tmp_path / "mine.toml")
    found.open(tmp_path / "mine.toml")
    found.resize(460, 900)
    found.show()
    found.activateWindow()
    assert QTest.qWaitForWindowActive(found)
    return found


def _type(field: QWidget, text: str) -> None:
    """Type over what a field holds, and stay in it."""
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)


def _to_run(panel: ExperimentPanel) -> dict[str, Any]:
    return tomllib.loads(panel.state.selected.request().experiment.read_text("utf-8"))


def test_an_answer_to_a_check_of_other_settings_is_dropped(
    open_window: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(live=False)
    asked: list[tuple[Callable[[Any], None], Callable[[Any], None]]] = []
    monkeypatch.setattr(window.link, "ask", lambda _, then, otherwise: asked.append((then, otherwise)))
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    card = window.panels.experiment.card
    card.check.click()
    window.panels.experiment.document.set("training.cycles", 7000)
    asked[0][0]({"warnings": [], "energises": False})
    assert window.state.preflight.report is None
    assert card.verdict.text().startswith("○")
    card.check.click()
    asked[0][1](ConfigError("of the first check"))
    assert card.verdict.text().startswith("…")
    assert not card.check.isEnabled()  # the second is still going on
    window.control.start()  # nothing was checked: it says so
    assert "preflight" in window.messages.boxes[-1].text()


def test_what_is_still_being_typed_is_run_and_saved(panel: ExperimentPanel) -> None:
    field = panel.form.fields[PULSE]
    _type(field, "300 us")
    assert _to_run(panel)["method"]["overclamping"]["pulse"] == "300 us"
    assert field.hasFocus()
    _type(panel.form.fields["training.cycles"], "1234")
    assert _to_run(panel)["training"]["cycles"] == 1234
    panel.tabs.setCurrentWidget(panel.text)
    panel.text.setFocus()
    QTest.keyClicks(panel.text, "# mine")
    QTest.keyClick(panel.text, Qt.Key.Key_Return)
    panel.save()
    assert panel.document.path.read_text("utf-8").startswith("# mine\n")
    panel.tabs.setCurrentWidget(panel.task)
    voltages = panel.task.tables["sources"].table
    voltages.setCurrentCell(2, 2)
    voltages.editItem(voltages.item(2, 2))
    _type(QApplication.focusWidget(), "0.1 V")
    assert _to_run(panel)["task"]["sources"][2]["voltage"] == "0.1 V"


@pytest.mark.parametrize("wrong", ["abc", "5", "0,1 ms", "3 V", ""])
def test_what_cannot_be_read_is_marked_at_its_field_and_keeps_from_running(
    panel: ExperimentPanel, wrong: str
) -> None:
    field, label = panel.form.fields[PULSE], panel.form.mistakes[PULSE]
    _type(field, wrong)
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == wrong
    assert field.property("wrong") is True
    assert label.isVisibleTo(panel.form)
    assert label.text().startswith("▲ ")
    with pytest.raises(ConfigError, match="pulse"):
        panel.state.selected.request()
    panel.document.set("training.cycles", 999)  # another field: nothing is lost meanwhile
    assert panel.form.fields["training.cycles"].value() == 999
    assert field.text() == wrong
    _type(field, "100 us")
    assert _to_run(panel)["method"]["overclamping"]["pulse"] == "100 us"
    assert not field.property("wrong")
    assert label.isHidden()


def test_a_mistake_is_told_with_its_unit(panel: ExperimentPanel) -> None:
    _type(panel.form.fields[PULSE], "-5 us")
    panel.commit()
    assert panel.form.mistakes[PULSE].text() == "▲ must be above 0 (-5 us)"
    assert panel.form.fields[PULSE].text() == "-5 µs"


def test_doses_are_marked_and_keep_from_running_too(app: QApplication) -> None:
    doses = ImperfectionsPanel()
    row = doses.rows["bias_mean"]
    doses.set_dose("bias_mean", -0.4)
    row.slider.setValue(row.slider.value() + 1)
    assert -0.5 < row.box.value < -0.4  # the slider keeps the direction
    for name, text, words in (("bias_mean", "abc", "quantity"), ("dead_edges", "5", "at most 1")):
        row = doses.rows[name]
        edit = row.box.lineEdit()
        edit.setText(text)
        edit.textEdited.emit(text)
        row.box.editingFinished.emit()
        assert row.box.property("wrong") is True
        assert words in row.mistake.text()
        assert not row.mistake.isHidden()
        with pytest.raises(ConfigError, match=name):
            doses.chosen()
        row.on.click()  # switched off it is not used
        assert not row.on.isChecked()
        assert row.mistake.isHidden()
    assert doses.chosen() == (None, [])


def test_stored_runs_and_examples_are_saved_elsewhere(
    panel: ExperimentPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "runs" / "00001-xor"
    ran.mkdir(parents=True)
    (ran / "manifest.json").write_text("{}")
    shutil.copy(EXAMPLES / "xor.toml", ran / "experiment.toml")
    before = (ran / "experiment.toml").read_text("utf-8")
    told: list[str] = []
    panel.state.failed.connect(told.append)
    panel.open(ran / "experiment.toml")
    assert panel.preset.currentText() == "00001-xor/experiment.toml"
    panel.document.set("training.cycles", 99)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(ran / "experiment.toml"), ""))
    assert not panel.save()
    assert "stored run" in told[-1]
    assert (ran / "experiment.toml").read_text("utf-8") == before
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine2.toml"), ""))
    assert panel.save()
    assert panel.preset.currentText() == "mine2.toml"
    names = [panel.preset.itemText(k) for k in range(panel.preset.count())]
    assert "00001-xor/experiment.toml" not in names
    (tmp_path / "mine.toml").unlink()  # a recent file that is gone: what is open stays named
    gone = panel.preset.findText("mine.toml")
    panel.preset.setCurrentIndex(gone)
    panel.preset.activated.emit(gone)
    assert "cannot be read" in told[-1]
    assert panel.preset.currentText() == "mine2.toml"


def test_unsaved_changes_are_asked_about(
    panel: ExperimentPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [UnsavedAnswer.STAY, UnsavedAnswer.SAVE, UnsavedAnswer.DISCARD]
    monkeypatch.setattr(experiment_panel, "ask_unsaved", lambda *_: answers.pop(0))
    panel.document.set("training.cycles", 321)
    for left in ("mine.toml", "xor.toml"):
        place = panel.preset.findText("example: xor")
        panel.preset.setCurrentIndex(place)
        panel.preset.activated.emit(place)
        assert panel.preset.currentText() == left
    assert tomllib.loads((tmp_path / "mine.toml").read_text("utf-8"))["training"]["cycles"] == 321
    assert panel.may_leave()  # nothing is unsaved: nobody is asked
    panel.document.set("training.cycles", 322)
    assert panel.may_leave()
    assert not answers


def test_the_wheel_scrolls_and_changes_nothing(panel: ExperimentPanel) -> None:
    guard = WheelGuard()
    guard.guard(panel)
    before, bench = panel.document.text, panel.bench.currentIndex()
    panel.preset.setFocus()  # even then: it would open another experiment
    for field in (*panel.form.fields.values(), panel.bench, panel.preset, panel.seed):
        assert not _turn(field).isAccepted()  # so that Qt hands it on to what can be scrolled
    assert panel.document.text == before
    assert panel.seed.value() == 0
    assert panel.bench.currentIndex() == bench
    cycles = panel.form.fields["training.cycles"]
    cycles.setFocus()
    _turn(cycles)
    assert panel.document.text != before


def _turn(field: QWidget) -> QWheelEvent:
    centre = QPointF(field.rect().center())
    event = QWheelEvent(
        centre,
        field.mapToGlobal(centre),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    event.ignore()
    QApplication.sendEvent(field, event)
    return event


def test_files_that_are_gone_or_odd_are_told_plainly(
    open_window: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(live=False)
    panel = window.panels.experiment
    panel.open(EXAMPLES / "xor.toml")
    bench = tmp_path / "bench.toml"
    shutil.copy(ROOT / "benches" / "emulated.toml", bench)
    panel.choose_bench(str(bench))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    other = panel.bench.count() - 1  # "other bench file …", cancelled
    panel.bench.setCurrentIndex(other)
    panel.bench.activated.emit(other)
    assert panel.bench.currentText() == "bench"
    assert panel.state.selected.bench.file == str(bench)
    bench.unlink()
    panel.card.check.click()
    assert "bench file is gone" in panel.card.verdict.text()
    window.panels.queue.add()
    assert "bench file is gone" in window.panels.queue.said.text()
    bench.write_bytes(b'name = "\xff"')
    panel.choose_bench(str(bench))
    assert "cannot be read" in window.messages.boxes[-1].text()
    panel.choose_bench("sim")

    file = tmp_path / "doses.toml"
    file.write_bytes(b'description = "\xff"')
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    window.panels.imperfections.preset.activated.emit(window.panels.imperfections.preset.count() - 1)
    assert "cannot be read" in window.panels.imperfections.about.text()

    huge = tmp_path / "huge.toml"
    huge.write_text((EXAMPLES / "xor.toml").read_text("utf-8").replace("200_000", "3_000_000_000"), "utf-8")
    panel.open(huge)
    cycles = panel.form.fields["training.cycles"]
    assert cycles.value() == 3_000_000_000
    cycles.setValue(5)
    assert panel.document.settings.training.cycles == 5
    assert window.exception_hook.count == 0

    huge.write_text("[broken", "utf-8")  # nothing of the last experiment is left to be edited
    panel.open(huge)
    assert panel.document.settings is None
    assert not panel.form.isEnabled()
    assert not panel.task.isEnabled()
    panel.open(EXAMPLES / "xor.toml")
    assert panel.form.isEnabled()


def test_undo_keeps_the_editor_in_step_and_takes_steps_of_their_own(
    panel: ExperimentPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = panel.document.text
    panel.tabs.setCurrentWidget(panel.text)
    panel.text.setFocus()
    QTest.keyClicks(panel.text, "# a ")
    undo = next(a for a in panel.actions() if a.text() == "Undo")
    panel.commit()
    undo.trigger()
    assert panel.document.text == before
    assert panel.text.toPlainText() == before
    assert panel.text.hasFocus()

    for _ in range(3):
        panel.task.tables["sources"].add.click()
    undo.trigger()
    assert len(panel.document.written()["task"]["sources"]) == 6
    panel.document.undo.undo()
    panel.document.undo.undo()
    assert panel.document.text == before
    for cycles in (1, 12, 123):  # typed at one go
        panel.document.set("training.cycles", cycles)
    undo.trigger()
    assert panel.document.text == before
    monkeypatch.setattr(documents, "JOINED_S", -1.0)  # as if time had passed between them
    for cycles in (1, 12, 123):
        panel.document.set("training.cycles", cycles)
    undo.trigger()
    assert panel.document.settings.training.cycles == 12


def test_a_fresh_window_has_no_mistake_and_says_what_to_do_first(open_window: Opened) -> None:
    window = open_window(live=False)
    window.panels.experiment.choose_bench("sim")
    assert window.panels.experiment.problem.isHidden()
    window.control.preflight()
    assert "no experiment is open" in window.panels.experiment.card.verdict.text()


def test_undo_and_redo_work_from_within_a_number(panel: ExperimentPanel) -> None:
    before, keys = panel.document.text, Qt.KeyboardModifier.ControlModifier
    pulse, cycles = panel.form.fields[PULSE], panel.form.fields["training.cycles"]
    for field, typed in ((pulse, "300 us"), (pulse, "much"), (cycles, "123")):
        _type(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Z, keys)  # of what is being typed
        assert field.text() != typed
        assert panel.document.text == before
        _type(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
        after = panel.document.text
        assert after != before
        QTest.keyClick(field, Qt.Key.Key_Z, keys)
        assert panel.document.text == before
        QTest.keyClick(field, Qt.Key.Key_Z, keys | Qt.KeyboardModifier.ShiftModifier)
        assert panel.document.text == after
        QTest.keyClick(field, Qt.Key.Key_Z, keys)
        QTest.keyClick(field, Qt.Key.Key_Z, keys)  # there is nothing left
        assert panel.document.text == before
        assert field.hasFocus()


def test_return_finishes_a_quantity(panel: ExperimentPanel) -> None:
    pulse = panel.form.fields[PULSE]
    _type(pulse, "300 us")
    QTest.keyClick(pulse, Qt.Key.Key_Return)
    assert pulse.text() == "300 µs"
    assert panel.document.written()["method"]["overclamping"]["pulse"] == "300 us"
    doses = ImperfectionsPanel()
    doses.show()
    doses.activateWindow()
    assert QTest.qWaitForWindowActive(doses)
    row = doses.rows["bias_mean"]
    _type(row.box, "400 mV/s")
    QTest.keyClick(row.box, Qt.Key.Key_Return)
    assert row.on.isChecked()
    assert doses.chosen()[1] == ['bias_mean="400 mV/s"']


def test_run_again_brings_back_what_ran(
    open_window: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(live=False)
    panel = window.panels.experiment
    folder = tmp_path / "runs" / "2026-01-01" / "00001-xor"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    shutil.copy(EXAMPLES / "xor.toml", folder / "experiment.toml")
    doses = '[imperfections]\nbias_mean = "0.4 V/s"\n[imperfections.per_edge]\nthreshold = ["0.6 V"]\n'
    (folder / "bench.toml").write_text(f'kind = "sim"\n{doses}')
    panel.choose_bench(str(ROOT / "benches" / "emulated.toml"))
    take_bench(window.panels, window.state, folder)
    request = panel.state.selected.request() if panel.open(folder / "experiment.toml") else None
    assert request.bench == "sim"
    assert request.imperfections == str(folder / "bench.toml")  # with what was measured of single edges
    assert request.overrides == ()
    assert window.panels.imperfections.rows["bias_mean"].box.value == pytest.approx(0.4)
    assert window.panels.imperfections.preset.currentText() == "as in run 00001-xor"
    panel.document.set("training.cycles", 321)
    monkeypatch.setattr(experiment_panel, "ask_unsaved", lambda *_: UnsavedAnswer.STAY)
    assert not window.close()
