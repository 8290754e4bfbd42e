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
from labctl.engine.client import Poll
from labctl.engine.snapshot import BenchFacts, EngineFacts, RunFacts, Snapshot
from labctl.gui.app.window import MainWindow
from labctl.gui.panels.bench.check_process import CheckEnd, end_of
from labctl.gui.state.safety_status import CHECKING_BENCH, Contact, Touch
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


def _standing(window: MainWindow) -> tuple[str, str]:
    return window.banner.touch.text(), window.banner.state.text()


@pytest.mark.slow
def test_a_check_is_live_until_the_bench_is_safe_again_however_it_ends(
    open_window: Opened, served: tuple[EmulatedBench, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, file = served
    asked: list[str] = []
    answer = QMessageBox.StandardButton.No
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words[2]) or answer)
    window = open_window()
    panel, process = window.layout_.bench, window.layout_.bench.process
    window.experiment.choose_bench(file)
    panel.check.click()
    assert "supply is switched on" in asked[-1]
    assert "learned is lost" in asked[-1]
    assert not process.under_way  # nobody agreed
    answer = QMessageBox.StandardButton.Yes

    def energised() -> None:
        panel.check.click()
        assert _standing(window) == (Touch.LIVE, CHECKING_BENCH)
        until(bench.unsafe)
        assert _standing(window) == (Touch.LIVE, CHECKING_BENCH)
        assert not panel.check.isEnabled()

    def over(verdict: str) -> None:
        until(lambda: not process.under_way)
        assert bench.unsafe() == []
        assert _standing(window)[0] == Touch.SAFE
        assert verdict in panel.verdict.text()

    energised()
    window.preflight()  # the instruments serve one program at a time
    assert "is being checked" in window.experiment.preflight.verdict.text()
    window.experiment.choose_bench("sim")
    assert _standing(window) == (Touch.LIVE, CHECKING_BENCH)
    window.emergency_off("key F12")
    over("The simulator has no instruments")  # what was found is not the simulator's
    assert "broken off; the guardian made the bench safe" in window.notes.lines.toPlainText()
    assert not panel.check.isEnabled()

    window.experiment.choose_bench(file)
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
    window.experiment.choose_bench(str(file))
    name, panel = window.experiment.bench_facts[0], window.layout_.bench
    panel._facts = window.experiment.bench_facts  # noqa: SLF001
    panel.process.bench = str(file)
    part = {"name": "supply", "address": "", "ok": True, "error": None}

    def end(*, ok: bool, problem: str) -> None:
        found = {"ok": False, "problems": [problem], "safe": False, "instruments": [part | {"ok": ok}]}
        panel.process.ended.emit(CheckEnd(str(file), found, {}, "", safe=False))

    end(ok=True, problem="not left safe: the supply is on")
    window.experiment.choose_bench("sim")
    assert _standing(window) == (Touch.DO_NOT, "FAULT")
    assert window.banner.why.text() == "not left safe: the supply is on"
    assert window.banner.bench.text() == name
    panel.forget_left(name)
    window.experiment.choose_bench(str(file))
    assert _standing(window) == (Touch.UNKNOWN, "CONNECTING")
    end(ok=False, problem="what supply now holds is not known: it did not answer")
    assert _standing(window) == (Touch.UNKNOWN, "NOT READY")
    found = {"exit_code": 1, "error": "supply: in use by run 'xor'"}
    panel.process.ended.emit(CheckEnd(str(file), found, {}, "", safe=None))
    assert _standing(window) == (Touch.UNKNOWN, "NOT READY")
    assert "in use by run" in window.banner.why.text()
    window.experiment.choose_bench("sim")  # nothing was energised, and it is not about that bench
    assert panel.standing() is None
    simulated = tmp_path / "simulated.toml"
    simulated.write_text('kind = "sim"\n', "utf-8")
    for chosen in (str(file), str(simulated)):
        window.experiment.choose_bench(chosen)
        assert panel.check.isEnabled() is (chosen == str(file))
    window.experiment.choose_bench("sim")
    panel.process.ended.emit(CheckEnd(str(file), {"ok": True, "safe": True}, {}, "", safe=True))
    assert "simulator has no instruments" in panel.verdict.text()  # what was found is not the simulator's
    assert f"{name}: ✔ The bench is ready" in window.notes.lines.toPlainText()


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
    panel, process = window.layout_.bench, window.layout_.bench.process
    monkeypatch.setattr(window, "confirm", lambda _: True)
    fault = (Touch.DO_NOT, "FAULT")

    def faulty(serial: int, sequence: int) -> None:
        run = RunFacts(serial, "xor", "", "bench A", "", 0, "classification", "standard", 9, 1, str(ran))
        engine, bench = EngineFacts("e", 1, "0", ""), BenchFacts("hardware", "bench A", "1", simulated=False)
        problem = "the supply does not answer"
        snapshot = Snapshot(sequence, engine, "idle", RunState.FAULT, problem=problem, run=run, bench=bench)
        window.on_poll(Poll(snapshot, serial))

    def start(bench: str) -> None:
        process.bench, process._process = bench, object()  # noqa: SLF001

    monkeypatch.setattr(process, "start", start)

    def check(file: Path, found: dict[str, object], *, safe: bool | None, deed: object = None) -> None:
        window.experiment.choose_bench(str(file))
        panel.board.marked = [1, 5]  # by the check before
        panel.start()
        assert not panel.board.marked
        assert _standing(window) == (Touch.DO_NOT, CHECKING_BENCH)
        process._process = None  # noqa: SLF001
        process.ended.emit(CheckEnd(str(file), found, deed or {}, "", safe=safe))

    window._contact(Contact.UP, "")  # noqa: SLF001
    faulty(1, 1)
    assert _standing(window) == fault
    good, part = {"ok": True, "safe": True, "instruments": []}, {"name": "supply"}
    check(elsewhere, good, safe=True)
    assert _standing(window) == fault
    check(here, {}, safe=True)  # it was broken off before it had asked anybody
    assert _standing(window) == fault
    check(here, good | {"safe": False}, safe=False)
    assert _standing(window) == fault
    check(here, {}, safe=True, deed={"safe": True, "parts": [part], "problem": ""})
    assert _standing(window) == (Touch.SAFE, "SAFE")
    faulty(2, 2)  # in the next run
    assert _standing(window) == fault
    check(here, good, safe=True)
    faulty(2, 3)
    assert _standing(window) == (Touch.SAFE, "SAFE")
    window._contact(Contact.LEFT_UNSAFE, "no answer")  # noqa: SLF001
    assert _standing(window) == fault
