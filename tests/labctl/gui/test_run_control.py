"""Run control: menus and keys do what the buttons do when those can be pressed, and a start is one start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QToolTip

from labctl.engine.lifecycle import VERBS, Verb
from labctl.gui.window import MainWindow

from .conftest import Opened, prepare, until

pytestmark = pytest.mark.gui
FOREVER = 50_000_000


def _actions(window: MainWindow) -> dict[str, QAction]:
    return {action.text(): action for action in window.findChildren(QAction)}


def test_actions_can_be_chosen_when_their_buttons_can_be_pressed(open_window: Opened) -> None:
    window = open_window(live=False)
    actions, controls = _actions(window), window.controls
    buttons = {VERBS[verb].label: button for verb, button in controls.buttons.items()}
    buttons |= {"Marker": controls.marker, "Compare chosen runs": window.layout_.runs.buttons["compare"]}
    buttons |= {"Preflight": window.experiment.preflight.check}
    for text, button in buttons.items():
        for on in (True, False):
            button.setEnabled(on)
            assert actions[text].isEnabled() is on, text
    assert not window.boxes
    actions["Start"].trigger()  # it is off: say why
    assert QToolTip.text().startswith("Load an experiment and run the preflight first.")


def test_one_run_that_was_cut_short_is_one(open_window: Opened) -> None:
    runs = open_window(live=False).layout_.runs
    for n, told in ((1, "1 run was"), (2, "2 runs were")):
        runs._fill(([], n))  # noqa: SLF001
        assert told in runs.orphans.text()


@pytest.mark.slow
def test_start_is_off_from_the_click_on_and_the_run_is_listed_at_once(open_window: Opened) -> None:
    window = open_window()
    runs, actions = window.layout_.runs, _actions(window)
    prepare(window, "xor", FOREVER)
    before = window.snapshot.run.serial if window.snapshot.run is not None else 0
    window.controls.start.click()
    assert not window.controls.start.isEnabled()
    assert "Starting" in window.controls.start.toolTip()
    window.controls.start.click()
    actions["Start"].trigger()
    until(lambda: window.snapshot.run is not None and window.snapshot.run.serial > before)
    until(lambda: runs.entries and runs.entries[0].folder in window.snapshot.run.folder)
    assert runs.entries[0].status == "running"
    assert not window.boxes

    until(actions[VERBS[Verb.ABORT].label].isEnabled)
    actions[VERBS[Verb.ABORT].label].trigger()
    until(lambda: window.snapshot.is_over)
    until(lambda: runs.entries[0].status == "aborted")
    assert Path(window.snapshot.run.folder).name in runs.entries[0].folder
    assert not actions[VERBS[Verb.ABORT].label].isEnabled()
