"""Panels alone: a state, a link that answers by hand, no window and no engine process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QSettings
from PyQt6.QtWidgets import QApplication

from labctl.engine.client import EngineClient
from labctl.engine.messages import Poll
from labctl.engine.snapshot import EngineFacts, RunFacts, Snapshot
from labctl.gui.panels.bench.panel import BenchPanel
from labctl.gui.panels.queue import QueuePanel
from labctl.gui.panels.runs.panel import RunsPanel
from labctl.gui.state.app_state import AppState
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.state.run_control import RunControl
from labctl.gui.state.safety_status import LinkState, TouchAdvice
from labctl.gui.widgets.theme import LIGHT
from labctl.runs.preflight_report import InstrumentAnswer
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.runner import carry_out
from protocols.engine import RunState
from protocols.errors import ConfigError, LabError
from protocols.messages import Message

from ...emulation.benches import CONTROLLER
from ...reports import checked
from ..conftest import EXAMPLES, until

pytestmark = pytest.mark.gui


class FakeLink(EngineLink):
    """Keeps what is asked; a test answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Callable[[Any], None], Callable[[LabError], None]]] = []

    def ask(
        self,
        what: Callable[[EngineClient], Any],
        then: Callable[[Any], None],
        otherwise: Callable[[LabError], None],
    ) -> None:
        self.asked.append((then, otherwise))


@pytest.fixture
def state(app: QApplication, store: QSettings, tmp_path: Path) -> AppState:
    return AppState(store, tmp_path / "runs", LIGHT)


def _poll(sequence: int, run_state: RunState, **more: object) -> Poll:
    return Poll(Snapshot(sequence, EngineFacts("e", 1, "0", ""), state=run_state, **more), 1)  # type: ignore[arg-type]


def test_the_bench_panel_follows_the_bench_that_is_chosen(app: QApplication, state: AppState) -> None:
    panel, notes = BenchPanel(state), list[str]()
    state.noted.connect(notes.append)
    assert not panel.check.isEnabled()
    assert "simulator has no instruments" in panel.verdict.text()
    state.selected.choose_bench(str(CONTROLLER))
    assert panel.check.isEnabled()
    assert not panel.board.isHidden()
    state.preflight.take(checked(instruments=(InstrumentAnswer("supply", "a", Message.of("ok")),)))
    assert panel.tree.topLevelItem(0).text(0) == "✔ supply"
    run = RunFacts(1, "xor", "", "sim", "", 0, "", "", 9, 1)
    state.engine.take_poll(_poll(1, RunState.RUNNING, activity="running", run=run))
    panel.check.click()  # nobody is even asked while a run is under way
    assert "A run is under way" in panel.verdict.text()
    panel.calibrations.work.wait()
    app.processEvents()
    assert not notes


def test_the_runs_panel_lists_opens_and_asks_to_run_again(state: AppState) -> None:
    fewer = ("training.cycles=200",)
    request = RunRequest(EXAMPLES / "xor.toml", "sim", seed=3, out=state.out, figures=False, overrides=fewer)
    carry_out(prepare(request))
    panel, again, compared = RunsPanel(state), list[tuple[Path, int]](), list[str]()
    state.run_again_asked.connect(lambda folder, seed: again.append((folder, seed)))
    state.last_run_changed.connect(lambda name, _: compared.append(name))
    state.runs_changed.emit()
    until(lambda: panel.entries)
    assert compared[-1].startswith(f"{panel.entries[0].number} · ")
    panel.choose([panel.entries[0].number])
    panel.open_chosen()
    until(lambda: state.shown is not state.live)
    assert state.shown.description is not None
    panel.again()
    assert [(folder.name, seed) for folder, seed in again] == [(panel.folder_of(panel.entries[0]).name, 3)]
    panel.wait()


def test_the_queue_starts_what_passes_and_stops_at_what_does_not(state: AppState) -> None:
    link = FakeLink()
    queue = QueuePanel(state, link)
    state.selected.document.load(EXAMPLES / "xor.toml")
    for _ in range(2):
        queue.add()
    queue.on.click()
    state.engine.take_poll(_poll(1, RunState.IDLE))
    link.asked.pop()[0](checked())  # the preflight is green
    link.asked.pop()[0](None)  # it has started
    assert len(queue.requests) == 1
    state.engine.take_poll(_poll(2, RunState.IDLE))
    link.asked.pop()[1](ConfigError("the board is gone"))
    assert not queue.on.isChecked()
    assert "the board is gone" in queue.said.text()


def test_run_control_tells_why_not_and_the_state_how_safe_it_is(state: AppState) -> None:
    link, told, questions = FakeLink(), list[str](), list[str]()
    control = RunControl(state, link, lambda question: bool(questions.append(question)))
    state.failed.connect(told.append)
    control.preflight()
    assert "no experiment is open" in state.preflight.problem
    control.start()
    assert told == ["Run the preflight first."]
    state.selected.document.load(EXAMPLES / "xor.toml")
    control.preflight()
    link.asked.pop()[0](checked(energises=True))
    assert control.may_start() == (True, "The preflight has warnings: write a reason to start all the same.")
    control.start()
    assert questions == ["Energise sim and start?"]
    assert not link.asked  # nobody agreed
    state.engine.take_link(LinkState.LEFT_UNSAFE, "no answer")
    assert state.safety.status().touch is TouchAdvice.DO_NOT
    assert not state.preflight.may_start()
