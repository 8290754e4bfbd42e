"""Run control: menus and keys do what the buttons do when those can be pressed, and a start is one start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QToolTip

from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.messages import Poll
from labctl.engine.snapshot import EngineFacts, RunFacts, Snapshot
from labctl.gui.app.window import MainWindow
from labctl.gui.state.safety_status import LinkState
from protocols.engine import Outcome, RunState

from ...emulation.benches import CONTROLLER
from ...reports import checked
from ..conftest import Opened, prepare, until

pytestmark = pytest.mark.gui
FOREVER = 50_000_000


def _actions(window: MainWindow) -> dict[str, QAction]:
    return {action.text(): action for action in window.findChildren(QAction)}


def test_actions_can_be_chosen_when_their_buttons_can_be_pressed(open_window: Opened) -> None:
    window = open_window(live=False)
    actions, controls = _actions(window), window.panels.controls
    buttons = {VERBS[verb].label: button for verb, button in controls.buttons.items()}
    buttons |= {"Marker": controls.marker, "Compare chosen runs": window.panels.runs.buttons["compare"]}
    buttons |= {"Preflight": window.panels.experiment.card.check}
    for text, button in buttons.items():
        for on in (True, False):
            button.setEnabled(on)
            assert actions[text].isEnabled() is on, text
    assert not window.messages.boxes
    actions["Start"].trigger()  # it is off: say why
    assert QToolTip.text().startswith("Load an experiment and run the preflight first.")


def test_one_run_that_was_cut_short_is_one(open_window: Opened) -> None:
    runs = open_window(live=False).panels.runs
    for n, told in ((1, "1 run was"), (2, "2 runs were")):
        runs._fill(([], n))  # noqa: SLF001
        assert told in runs.orphans.text()


def _snapshot(sequence: int, state: RunState = RunState.IDLE, **more: object) -> Poll:
    return Poll(Snapshot(sequence, EngineFacts("e", 1, "0", ""), state=state, **more), 1)


def test_nothing_can_be_asked_of_an_engine_that_has_died(open_window: Opened) -> None:
    window = open_window(live=False)
    controls, run = window.panels.controls, RunFacts(1, "xor", "", "sim", "", 0, "", "", 9, 1)
    window.state.engine.take_poll(_snapshot(5, RunState.RUNNING, activity="running", run=run))
    assert controls.marker.isEnabled()
    for contact in (LinkState.GONE, LinkState.GUARDED):
        window.state.engine.take_link(contact, "it died")
        assert not any(b.isEnabled() for b in (*controls.buttons.values(), controls.marker))
    window.state.preflight.take(checked())
    assert not controls.start.isEnabled()
    window.state.engine.take_poll(_snapshot(5))  # of the next one, which has come as far
    assert controls.start.isEnabled()


def test_a_run_that_failed_before_its_bench_opened_tells_the_kind_of_bench(
    open_window: Opened, tmp_path: Path
) -> None:
    window, file = open_window(live=False), tmp_path / "bench.toml"
    file.write_text(Path(CONTROLLER).read_text("utf-8"), "utf-8")
    window.panels.experiment.choose_bench(str(file))
    name = window.state.selected.bench.name
    window.state.engine.take_link(LinkState.UP, "")
    for sequence, (bench, kind) in enumerate(((name, "SIMULATOR"), ("another", ""))):
        run = RunFacts(1, "xor", "", bench, "", 0, "", "", 9, 1)
        window.state.engine.take_poll(_snapshot(sequence, RunState.SAFE, outcome=Outcome.FAILED, run=run))
        assert (window.panels.banner.bench.text(), window.panels.banner.kind.text()) == (bench, kind)


@pytest.mark.slow
def test_start_is_off_from_the_click_on_and_the_run_is_listed_at_once(open_window: Opened) -> None:
    window = open_window()
    runs, actions = window.panels.runs, _actions(window)
    prepare(window, "xor", FOREVER)
    before = window.state.snapshot.run.serial if window.state.snapshot.run is not None else 0
    window.panels.controls.start.click()
    assert not window.panels.controls.start.isEnabled()
    assert "Starting" in window.panels.controls.start.toolTip()
    window.panels.controls.start.click()
    actions["Start"].trigger()
    until(lambda: window.state.snapshot.run is not None and window.state.snapshot.run.serial > before)
    until(lambda: runs.entries and runs.entries[0].folder in window.state.snapshot.run.folder)
    assert runs.entries[0].status == "running"
    assert not window.messages.boxes

    until(actions[VERBS[Verb.ABORT].label].isEnabled)
    actions[VERBS[Verb.ABORT].label].trigger()
    until(lambda: window.state.snapshot.is_over)
    until(lambda: runs.entries[0].status == "aborted")
    assert Path(window.state.snapshot.run.folder).name in runs.entries[0].folder
    assert not actions[VERBS[Verb.ABORT].label].isEnabled()
