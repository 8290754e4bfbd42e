"""A check of the bench from the window: it energises, so it is asked about, shown as live, can be ended."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from PyQt6.QtWidgets import QMessageBox

from labctl.emulation import EmulatedBench, FaultSettings
from labctl.engine.messages import Poll
from labctl.engine.snapshot import BenchFacts, EngineFacts, RunFacts, Snapshot
from labctl.gui.app.window import MainWindow
from labctl.gui.state.check_process import CheckEnd, end_of
from labctl.gui.state.safety_status import CHECKING_BENCH, LinkState, TouchAdvice
from protocols.engine import RunState
from sim_backend.emulators.faults import FaultKind

from ...emulation.benches import CONTROLLER, emulated
from ..conftest import Opened, until

pytestmark = pytest.mark.gui
DEED = json.dumps({"safe": True, "safe_after_s": 0.1, "parts": [{"name": "supply"}], "problem": ""})


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
def test_a_check_is_live_until_the_bench_is_safe_again_however_it_ends(
    open_window: Opened, served: tuple[EmulatedBench, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, file = served
    asked: list[str] = []
    answer = QMessageBox.StandardButton.No
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words[2]) or answer)
    window = open_window()
    panel, process = window.panels.bench, window.state.safety.process
    window.panels.experiment.choose_bench(file)
    panel.check.click()
    assert "supply is switched on" in asked[-1]
    assert "learned is lost" in asked[-1]
    assert not process.under_way  # nobody agreed
    answer = QMessageBox.StandardButton.Yes

    def energised() -> None:
        panel.check.click()
        assert _status(window) == (TouchAdvice.LIVE, CHECKING_BENCH)
        until(bench.unsafe)
        assert _status(window) == (TouchAdvice.LIVE, CHECKING_BENCH)
        assert not panel.check.isEnabled()

    def over(verdict: str) -> None:
        until(lambda: not process.under_way)
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
    assert "broken off; the guardian made the bench safe" in window.panels.notes.lines.toPlainText()
    assert not panel.check.isEnabled()

    window.panels.experiment.choose_bench(file)
    energised()
    assert not window.close()  # it closes by itself
    process._kill()  # noqa: SLF001  # as when it does not end in time
    over("broken off; the guardian made the bench safe")
    until(lambda: not window.isVisible())


@pytest.mark.parametrize(
    ("code", "out", "err", "safe"),
    [
        (0, '{"ok": true, "safe": true}', "", True),
        (1, '{"ok": false, "safe": false}', "", False),
        (2, '{"exit_code": 2, "error": "no such file"}', "", True),  # it did not get so far
        (1, '{"exit_code": 1, "error": "in use by another program"}', "", None),
        (-signal.SIGTERM, "", "", True),
        (-signal.SIGKILL, "", "12:00:00 a warning\n" + DEED, True),
        (130, "", DEED.replace("true", "false") + "\n" + DEED, True),  # the guardian's last word
        (130, "", DEED + "\n" + DEED.replace("true", "false"), False),
        (-signal.SIGSEGV, "", "", None),
    ],
)
def test_what_is_known_after_a_check(code: int, out: str, err: str, safe: bool | None) -> None:
    assert end_of("bench.toml", code, out, err).safe is safe


def test_a_bench_that_is_not_left_safe_stays_in_the_banner(open_window: Opened, tmp_path: Path) -> None:
    window, file = open_window(live=False), tmp_path / "bench.toml"
    file.write_text(Path(CONTROLLER).read_text("utf-8"), "utf-8")
    window.panels.experiment.choose_bench(str(file))
    name, panel = window.state.selected.bench.name, window.panels.bench
    window.state.safety.checked = window.state.selected.bench
    window.state.safety.process.bench = str(file)
    part = {"name": "supply", "address": "", "ok": True, "error": None}

    def end(*, ok: bool, problem: str) -> None:
        found = {"ok": False, "problems": [problem], "safe": False, "instruments": [part | {"ok": ok}]}
        window.state.safety.process.ended.emit(CheckEnd(str(file), found, {}, "", safe=False))

    end(ok=True, problem="not left safe: the supply is on")
    window.panels.experiment.choose_bench("sim")
    assert _status(window) == (TouchAdvice.DO_NOT, "FAULT")
    assert window.panels.banner.why.text() == "not left safe: the supply is on"
    assert window.panels.banner.bench.text() == name
    window.state.safety.forget_left(name)
    window.panels.experiment.choose_bench(str(file))
    assert _status(window) == (TouchAdvice.UNKNOWN, "CONNECTING")
    end(ok=False, problem="what supply now holds is not known: it did not answer")
    assert _status(window) == (TouchAdvice.UNKNOWN, "NOT READY")
    found = {"exit_code": 1, "error": "supply: in use by run 'xor'"}
    window.state.safety.process.ended.emit(CheckEnd(str(file), found, {}, "", safe=None))
    assert _status(window) == (TouchAdvice.UNKNOWN, "NOT READY")
    assert "in use by run" in window.panels.banner.why.text()
    window.panels.experiment.choose_bench("sim")  # nothing was energised, and it is not about that bench
    assert window.state.safety.of_check() is None
    simulated = tmp_path / "simulated.toml"
    simulated.write_text('kind = "sim"\n', "utf-8")
    for chosen in (str(file), str(simulated)):
        window.panels.experiment.choose_bench(chosen)
        assert panel.check.isEnabled() is (chosen == str(file))
    window.panels.experiment.choose_bench("sim")
    window.state.safety.process.ended.emit(CheckEnd(str(file), {"ok": True, "safe": True}, {}, "", safe=True))
    assert "simulator has no instruments" in panel.verdict.text()  # what was found is not the simulator's
    assert f"{name}: ✔ The bench is ready" in window.panels.notes.lines.toPlainText()


def test_a_check_that_read_the_safe_state_settles_what_a_run_left(
    open_window: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, text = open_window(live=False), Path(CONTROLLER).read_text("utf-8")
    here, elsewhere, ran = tmp_path / "here.toml", tmp_path / "elsewhere.toml", tmp_path / "run"
    ran.mkdir()
    for file in (here, ran / "bench.toml"):
        file.write_text(text, "utf-8")
    values = tomlkit.loads(text)
    values["instruments"]["controller"]["address"] = "tcp://10.0.0.9:5025"  # the name stays
    elsewhere.write_text(tomlkit.dumps(values), "utf-8")
    panel, process = window.panels.bench, window.state.safety.process
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    fault = (TouchAdvice.DO_NOT, "FAULT")

    def faulty(serial: int, sequence: int) -> None:
        run = RunFacts(serial, "xor", "", "bench A", "", 0, "classification", "standard", 9, 1, str(ran))
        engine, bench = EngineFacts("e", 1, "0", ""), BenchFacts("hardware", "bench A", "1", simulated=False)
        problem = "the supply does not answer"
        snapshot = Snapshot(sequence, engine, "idle", RunState.FAULT, problem=problem, run=run, bench=bench)
        window.state.engine.take_poll(Poll(snapshot, serial))

    def start(bench: str) -> None:
        process.bench, process._process = bench, object()  # noqa: SLF001

    monkeypatch.setattr(process, "start", start)

    def check(file: Path, found: dict[str, object], *, safe: bool | None, deed: object = None) -> None:
        window.panels.experiment.choose_bench(str(file))
        panel.board.marked = [1, 5]  # by the check before
        panel.start()
        assert not panel.board.marked
        assert _status(window) == (TouchAdvice.DO_NOT, CHECKING_BENCH)
        process._process = None  # noqa: SLF001
        process.ended.emit(CheckEnd(str(file), found, deed or {}, "", safe=safe))

    window.state.engine.take_link(LinkState.UP, "")
    faulty(1, 1)
    assert _status(window) == fault
    good, part = {"ok": True, "safe": True, "instruments": []}, {"name": "supply"}
    check(elsewhere, good, safe=True)
    assert _status(window) == fault
    check(here, {}, safe=True)  # it was broken off before it had asked anybody
    assert _status(window) == fault
    check(here, good | {"safe": False}, safe=False)
    assert _status(window) == fault
    check(here, {}, safe=True, deed={"safe": True, "parts": [part], "problem": ""})
    assert _status(window) == (TouchAdvice.SAFE, "SAFE")
    faulty(2, 2)  # in the next run
    assert _status(window) == fault
    check(here, good, safe=True)
    faulty(2, 3)
    assert _status(window) == (TouchAdvice.SAFE, "SAFE")
    window.state.engine.take_link(LinkState.LEFT_UNSAFE, "no answer")
    assert _status(window) == fault
