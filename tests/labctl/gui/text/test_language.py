"""A Chinese window is Chinese in Qt's own buttons and in the engine's sentences, and English again after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit

from labctl.engine.lifecycle import STATES
from labctl.engine.messages import CheckedRun, Poll, RunEvent
from labctl.engine.reports import WireFound, WiresChecked
from labctl.engine.snapshot import EngineFacts, Snapshot
from labctl.gui.text import language
from labctl.gui.text.phrases import phrase
from labctl.gui.widgets.number_boxes import QuantityBox
from labctl.runs.preflight import check
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from protocols.errors import ConfigError
from protocols.messages import Message, joined, say
from protocols.units import WANTED

from ...reports import bench_report
from ..conftest import EXAMPLES, Opened, until

pytestmark = pytest.mark.gui
_ENGLISH = re.compile(r"\b(?!ideal\b)[a-z]{3,}\b")  # but for the preset's name


@pytest.fixture
def chinese(app: QApplication) -> Iterator[None]:
    language.install(app, "zh")
    yield
    language.install(app, "en")


def _buttons() -> list[str]:
    kinds = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Yes | kinds.No)
    return [button.text().replace("&", "") for button in box.buttons()]


def _menu() -> list[str]:
    field = QLineEdit()
    return [action.text() for action in field.createStandardContextMenu().actions()]


def test_qts_own_words_change_with_the_language(app: QApplication) -> None:
    language.install(app, "zh")
    assert not re.search("OK|Cancel|Yes|No", "".join(_buttons()))
    assert any("复制" in text for text in _menu())
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    assert not [label.text() for label in dialog.findChildren(QLabel) if re.search("[a-z]{3}", label.text())]
    language.install(app, "en")
    assert set(_buttons()) == {"OK", "Cancel", "Yes", "No"}
    assert any("Copy" in text for text in _menu())


def test_a_sheet_is_chinese(chinese: None, open_window: Opened, tmp_path: Path) -> None:
    run = prepare(RunRequest(EXAMPLES / "xor.toml", "sim", out=tmp_path))
    report = check(run, None, guardian="")
    window = open_window(live=False)
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    card = window.panels.experiment.card
    window.state.preflight.take(CheckedRun(report, "token", compiled=True))
    assert "线性网络" in window.panels.experiment.form.about.text()
    tree = window.panels.bench.tree
    told = [tree.topLevelItem(k).text(1) for k in range(tree.topLevelItemCount())]
    told += [label.text() for label in card.findChildren(QLabel)]
    assert not [text for text in told if _ENGLISH.search(text)]


def test_what_happened_is_told_in_chinese_and_notes_as_they_were_written(
    chinese: None, open_window: Opened
) -> None:
    notes = open_window(live=False).panels.notes
    paused = say("run {state}", state=Message("paused"))
    asked = RunEvent(paused, "window", say("asked for by {who}", who=Message("window")), cycle=7)
    written = RunEvent(Message("note"), "window", Message.of("asked for by window"))
    notes.absorb(Poll(Snapshot(1, EngineFacts("e", 1, "0", "")), 1, events=[asked, written]))
    first, second = notes.lines.toPlainText().splitlines()[-2:]
    assert not _ENGLISH.search(first)
    assert second.endswith(": asked for by window")


def test_phrases_of_mistakes_keep_their_values(chinese: None) -> None:
    problem = ConfigError(say("must be at least {bound}", bound="1"), key="training.cycles", value=-5)
    assert phrase(problem.problem) == "必须至少为 1"
    assert phrase("something nobody foresaw: 3") == "something nobody foresaw: 3"
    told = [say("run {state}", state=Message(str(state))) for state in STATES]
    assert not [text for text in map(phrase, told) if _ENGLISH.search(text)]


def test_a_check_is_told_in_chinese(chinese: None, open_window: Opened) -> None:
    window = open_window(live=False)
    panel = window.panels.bench
    wire = say("{name} drives node {at} instead of node {node}", name="V1", at=3, node=4)
    silent = joined([Message("supply"), Message("meter")], " and ")
    problems = (
        say("not left safe: {why}", why=wire),
        say("what {names} now holds is not known: it did not answer", names=silent),
    )
    fault = WireFound("misplaced", ("V1",), "both", wire)
    wires = WiresChecked(ok=False, test_voltage_V=0.2, arrived={}, clamps=(), faults=(fault,))
    window.state.safety.check_begins()
    window.state.safety.check_is_over(bench_report(*problems, instruments=(), wires=wires), None)
    told = [panel.verdict.text(), panel.tree.topLevelItem(0).child(0).text(1)]
    assert not [text for text in told if _ENGLISH.search(text)]


@pytest.mark.parametrize("unit", WANTED)
def test_what_is_wrong_with_a_quantity_is_told_in_chinese(
    chinese: None, unit: str, open_window: Opened
) -> None:
    box = QuantityBox(unit)
    for text in ("abc", "1,5", "5", "5 kg", "nan", ""):
        box._check(text)  # noqa: SLF001
        assert box.problem or (unit, text) == ("dimensionless", "5")
        words = re.sub(r'"[^"]*"|（得到.*）', "", box.problem).replace(unit, "")  # but for what is quoted
        assert not _ENGLISH.search(words)


def test_what_was_pressed_is_stored_in_english_and_told_in_chinese(
    chinese: None, open_window: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, asked = open_window(live=False), []
    monkeypatch.setattr(window.link, "emergency_off", lambda reason, _: asked.append(reason))
    until(lambda: QGuiApplication.focusWindow() is not None)
    QTest.keyClick(QGuiApplication.focusWindow(), Qt.Key.Key_F12)
    assert asked == ["key F12"]
    assert not re.search("[a-z]{3}|OFF", window.panels.notes.lines.toPlainText())
    assert not re.search(
        "[a-z]{3}|OFF", phrase(say("{verb}: {reason}", verb="EMERGENCY OFF", reason="key F12"))
    )
    bench = say("{bench}, imperfections {doses}", bench="ideal", doses=say("as emulated"))
    assert not _ENGLISH.search(phrase(bench))
