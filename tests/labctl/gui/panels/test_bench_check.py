"""A check of the bench from the window: it energises, so it is asked about, shown as live, can be ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from PyQt6.QtWidgets import QMessageBox

from labctl.emulation import EmulatedBench, FaultSettings
from labctl.engine.errors import EngineRefused
from labctl.engine.messages import Poll
from labctl.engine.snapshot import EngineFacts, JobFacts, Snapshot, UnresolvedFault
from labctl.gui.app.window import MainWindow
from labctl.gui.state.safety_status import CHECKING_BENCH, ENERGISED, LinkState, TouchAdvice
from protocols.engine import RunState
from protocols.messages import Message
from sim_backend.emulators.faults import FaultKind

from ...emulation.benches import CONTROLLER, emulated
from ...reports import answered, bench_report
from ..conftest import Opened, until

pytestmark = pytest.mark.gui


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[EmulatedBench, str]]:
    """An emulated bench so slow to read that no check of it is over before it is broken off, and its file."""
    slow = FaultSettings(
        instrument="controller", kind=FaultKind.DELAY, match="READ_NODES", always=True, delay="1 s"
    )
    with emulated(CONTROLLER, faults=(slow,)) as bench:
        values = tomlkit.loads(Path(CONTROLLER).read_text("utf-8"))
        values["instruments"]["controller"]["timeout"] = "12 s"
        for one in bench.listeners():
            values["instruments"][one.instrument]["address"] = one.address  # type: ignore[index]
        file = tmp_path / "bench.toml"
        file.write_text(tomlkit.dumps(values), "utf-8")
        yield bench, str(file)


def _status(window: MainWindow) -> tuple[str, str]:
    return window.panels.banner.touch.text(), window.panels.banner.state.text()


@pytest.mark.slow
@pytest.mark.system
def test_a_check_is_live_until_the_bench_is_safe_again_however_it_ends(
    open_window: Opened, served: tuple[EmulatedBench, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, file = served
    asked: list[str] = []
    answer = QMessageBox.StandardButton.No
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words[2]) or answer)
    window = open_window()
    panel, safety = window.panels.bench, window.state.safety
    window.panels.experiment.choose_bench(file)
    panel.check.click()
    assert "supply is switched on" in asked[-1]
    assert "learned is lost" in asked[-1]
    assert not safety.is_checking  # nobody agreed
    answer = QMessageBox.StandardButton.Yes

    def energised() -> None:
        panel.check.click()
        assert _status(window) == (TouchAdvice.LIVE, CHECKING_BENCH)
        until(bench.unsafe, told=lambda: panel.verdict.text() + window.panels.notes.lines.toPlainText())
        assert _status(window) == (TouchAdvice.LIVE, CHECKING_BENCH)
        assert not panel.check.isEnabled()

    def over(verdict: str) -> None:
        until(lambda: not safety.is_checking)
        assert bench.unsafe() == []
        assert _status(window)[0] == TouchAdvice.SAFE
        assert verdict in panel.verdict.text()

    energised()
    window.control.preflight()  # the instruments serve one program at a time
    assert "is being checked" in window.panels.experiment.card.verdict.text()
    window.panels.experiment.choose_bench("sim")
    assert _status(window) == (TouchAdvice.LIVE, CHECKING_BENCH)
    window.control.emergency_off("key F12")
    over("The simulator has no instruments")  # what was found is not the simulator's
    assert "the check was broken off: EMERGENCY OFF: key F12" in window.panels.notes.lines.toPlainText()
    assert not panel.check.isEnabled()

    window.panels.experiment.choose_bench(file)
    energised()
    assert not window.close()  # it closes by itself, once the bench is safe
    until(lambda: not window.isVisible())
    assert bench.unsafe() == []


def test_what_a_check_found_stands_against_a_start_and_in_the_banner(
    open_window: Opened, tmp_path: Path
) -> None:
    window, file = open_window(live=False), tmp_path / "bench.toml"
    file.write_text(Path(CONTROLLER).read_text("utf-8"), "utf-8")
    window.panels.experiment.choose_bench(str(file))
    name, panel, safety = window.state.selected.bench.name, window.panels.bench, window.state.safety
    window.state.engine.take_link(LinkState.UP, "")
    window.state.engine.take_poll(_poll(1))

    def end(*problems: str, **more: object) -> None:
        safety.check_begins()
        assert not panel.check.isEnabled()
        safety.check_is_over(bench_report(*problems, **more), None)
        assert panel.check.isEnabled()

    end("the supply gives 0.2 V")
    assert window.state.preflight.against == ("the supply gives 0.2 V",)
    silent = answered(ok=False, error="it did not answer")
    end("what supply now holds is not known: it did not answer", instruments=(silent,), safe=False)
    assert _status(window) == (TouchAdvice.UNKNOWN, "NOT READY")
    safety.check_begins()
    safety.check_is_over(None, EngineRefused("InstrumentError", "supply: in use by run 'xor'"))
    assert _status(window) == (TouchAdvice.UNKNOWN, "NOT READY")
    assert "in use by run" in window.panels.banner.why.text()
    window.panels.experiment.choose_bench("sim")  # nothing was energised, and it is not about that bench
    assert _status(window)[0] == TouchAdvice.SAFE
    simulated = tmp_path / "simulated.toml"
    simulated.write_text('kind = "sim"\n', "utf-8")
    for chosen in (str(file), str(simulated)):
        window.panels.experiment.choose_bench(chosen)
        assert panel.check.isEnabled() is (chosen == str(file))
    window.panels.experiment.choose_bench(str(file))
    safety.check_begins()
    window.panels.experiment.choose_bench("sim")
    safety.check_is_over(bench_report(), None)
    assert "simulator has no instruments" in panel.verdict.text()  # what was found is not the simulator's
    assert f"{name}: ✔ The bench is ready" in window.panels.notes.lines.toPlainText()


def _poll(sequence: int, **more: object) -> Poll:
    return Poll(Snapshot(sequence, EngineFacts("e", 1, "0", ""), **more), 1)  # type: ignore[arg-type]


def test_a_bench_that_was_not_left_safe_stays_in_the_banner_until_a_job_has_read_it_safe(
    open_window: Opened,
) -> None:
    window, fault = open_window(live=False), (TouchAdvice.DO_NOT, "FAULT")
    window.state.engine.take_link(LinkState.UP, "")
    left = UnresolvedFault("bench A", Message.of("the supply does not answer"))
    steps = [
        ({"state": RunState.FAULT, "unresolved": (left,)}, fault, "the supply does not answer"),
        (
            {"job": JobFacts("check", "bench check", "bench B"), "activity": "x", "unresolved": (left,)},
            (TouchAdvice.DO_NOT, CHECKING_BENCH),
            "bench A: the supply does not answer",
        ),
        ({"state": RunState.SAFE, "unresolved": (left,)}, fault, "the supply does not answer"),
        (
            {"job": JobFacts("check", "bench check", "bench A"), "activity": "x", "unresolved": (left,)},
            (TouchAdvice.DO_NOT, CHECKING_BENCH),
            ENERGISED,
        ),
        ({"state": RunState.SAFE}, (TouchAdvice.SAFE, "SAFE"), ""),
    ]
    for sequence, (told, status, why) in enumerate(steps):
        window.state.engine.take_poll(_poll(sequence, **told))
        assert _status(window) == status
        assert why in window.panels.banner.why.text()
    window.state.engine.take_link(LinkState.LEFT_UNSAFE, "no answer")
    assert _status(window) == fault
