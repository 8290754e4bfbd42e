"""A Chinese window is Chinese in Qt's own buttons and in the engine's sentences, and English again after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit

from labctl.engine.client import Poll
from labctl.engine.lifecycle import STATES
from labctl.engine.snapshot import EngineFacts, Snapshot
from labctl.gui import language
from labctl.gui.phrases import phrase
from labctl.preflight import check
from labctl.prepared import prepare
from labctl.request import RunRequest
from protocols.errors import ConfigError

from .conftest import EXAMPLES, Opened

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
    sheet = check(run, None, guardian="").to_plain()
    window = open_window(live=False)
    window.experiment.open(EXAMPLES / "xor.toml")
    card = window.experiment.preflight
    card.show_sheet(sheet)
    assert "线性网络" in window.experiment.form.about.text()
    tree = window.layout_.bench.tree
    told = [tree.topLevelItem(k).text(1) for k in range(tree.topLevelItemCount())]
    told += [label.text() for label in card.findChildren(QLabel)]
    assert not [text for text in told if _ENGLISH.search(text)]


def test_what_happened_is_told_in_chinese_and_notes_as_they_were_written(
    chinese: None, open_window: Opened
) -> None:
    notes = open_window(live=False).notes
    asked = {"what": "run paused", "by": "window", "reason": "asked for by window", "cycle": 7}
    written = {"what": "note", "by": "window", "reason": "asked for by window"}
    notes.absorb(Poll(Snapshot(1, EngineFacts("e", 1, "0", "")), 1, events=[asked, written]))
    first, second = notes.lines.toPlainText().splitlines()[-2:]
    assert not _ENGLISH.search(first)
    assert second.endswith(": asked for by window")


def test_phrases_of_mistakes_keep_their_values(chinese: None) -> None:
    problem = ConfigError("must be at least 1", key="training.cycles", value=-5)
    assert phrase(problem.problem) == "必须至少为 1"
    assert phrase("something nobody foresaw: 3") == "something nobody foresaw: 3"
    assert all(phrase(f"run {state}") != f"run {state}" for state in STATES)
