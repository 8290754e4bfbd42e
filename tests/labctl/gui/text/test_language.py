"""A Chinese window is Chinese in Qt's own buttons and in the engine's sentences, and English again after."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QLineEdit

from drivers.checks import addresses as address_test
from drivers.checks import clamps as clamp_test
from drivers.checks import wiring as wire_test
from labctl.engine.lifecycle import STATES
from labctl.engine.messages import Poll
from labctl.engine.snapshot import EngineFacts, Snapshot
from labctl.gui.text import language
from labctl.gui.text.phrases import phrase
from labctl.gui.widgets.number_boxes import QuantityBox
from labctl.runs.preflight import check
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from protocols.errors import ConfigError
from protocols.units import WANTED

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
    sheet = check(run, None, guardian="").to_plain()
    window = open_window(live=False)
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    card = window.panels.experiment.card
    window.state.preflight.report(sheet)
    assert "线性网络" in window.panels.experiment.form.about.text()
    tree = window.panels.bench.tree
    told = [tree.topLevelItem(k).text(1) for k in range(tree.topLevelItemCount())]
    told += [label.text() for label in card.findChildren(QLabel)]
    assert not [text for text in told if _ENGLISH.search(text)]


def test_what_happened_is_told_in_chinese_and_notes_as_they_were_written(
    chinese: None, open_window: Opened
) -> None:
    notes = open_window(live=False).panels.notes
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


_PARTS = {  # what stands in the fields of the self-tests' sentences, where that is more than a number
    "name": ("V1", "clamp node 3", "away clamp node 3", "label node 3", "address line 1"),
    "at": ("node 3", "node 3 − node 4"),
    "what": ("reads node 7", "reads something else"),
    "where": ("node 3 of the free copy", "node 3 of the clamped copy"),
    "part": ("20 % of what it should",),
    "level": ("high", "low"),
    "copy": ("free", "clamped"),
    "why": ("V1 (D3) stays high: it is off, stuck, or plugged in elsewhere",),
    "fault.sentence": ("V1 drives node 3 instead of node 4",),
}


def _sentences(module: ModuleType) -> Iterator[str]:
    """Yield every sentence about wires that a self-test can make."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    nodes = list(ast.walk(tree))
    parts = [n.value for n in nodes if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) in _PARTS]
    no_sentence = {id(inner) for n in parts for inner in ast.walk(n) if isinstance(inner, ast.JoinedStr)}
    no_sentence |= {id(n.value) for n in nodes if isinstance(n, ast.Expr)}  # what is written for readers
    no_sentence |= {id(part) for n in nodes if isinstance(n, ast.JoinedStr) for part in n.values}
    for node in nodes:
        if id(node) in no_sentence:
            continue
        if isinstance(node, ast.Constant) and len(str(node.value).split()) > 3:
            yield str(node.value)
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1:
            choices = [_choices(part) for part in node.values]
            yield from ("".join(chosen) for chosen in itertools.product(*choices))


def _choices(part: ast.expr) -> tuple[str, ...]:
    if isinstance(part, ast.Constant):
        return (str(part.value),)
    return _PARTS.get(ast.unparse(part.value), ("7",)) if isinstance(part, ast.FormattedValue) else ()


@pytest.mark.parametrize("module", [wire_test, clamp_test, address_test])
def test_every_wrong_wire_is_told_in_chinese(chinese: None, module: ModuleType) -> None:
    made = list(_sentences(module))
    assert len(made) > 2
    assert not [told for told in map(phrase, made) if _ENGLISH.search(told)]


def test_a_check_is_told_in_chinese(chinese: None, open_window: Opened) -> None:
    panel = open_window(live=False).panels.bench
    wire = "V1 drives node 3 instead of node 4"
    problems = ["not left safe: " + wire, "what supply now holds is not known: it did not answer"]
    problems.append("what controller and supply now holds is not known: it did not answer")
    problems.append("what controller and supply and meter now holds is not known: it did not answer")
    fault = {"wires": ["V1"], "sentence": wire}
    panel.show_check({"problems": problems, "wires": {"faults": [fault], "arrived": {}}})
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
    assert not re.search("[a-z]{3}|OFF", phrase("EMERGENCY OFF: key F12"))
    assert not _ENGLISH.search(phrase("the bench, imperfections as emulated").replace("the bench", ""))
