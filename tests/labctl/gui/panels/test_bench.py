"""The bench in the window: wrong wires, calibrations, overrides, an engine that lets nobody in."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
import tomlkit
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QMessageBox

from calibration import Calibration, CalibrationStore
from calibration.records import Finding, now_utc
from labctl.gui.panels.bench.calibration_table import calibrations_of
from labctl.gui.panels.experiment.preflight_card import PreflightCard
from labctl.gui.panels.imperfections import ImperfectionsPanel
from labctl.gui.state.preflight import PreflightModel
from labctl.gui.state.safety_status import LinkState, TouchAdvice
from protocols.engine import RunState
from protocols.messages import Message

from ...emulation.benches import CONTROLLER, emulated
from ...reports import checked
from ..conftest import EXAMPLES, Opened, start, until

pytestmark = pytest.mark.gui


def _calibration(routine: str, age_days: float, valid_days: float, **more: object) -> Calibration:
    issued = now_utc() - timedelta(days=age_days)
    known = {
        "id": f"{routine}-1",
        "routine": routine,
        "serial": "SIM-0001 seed 0",
        "board": "4x4",
        "issued": issued,
        "expires": issued + timedelta(days=valid_days),
        "operator": "somebody",
        "method": "as tested",
        "conditions": {},
        "raw": "",
        "verdict": "pass",
        "values": (),
    }
    return Calibration.model_validate(known | more)


@pytest.fixture
def calibrated(tmp_path: Path) -> Path:
    """A simulated bench that asks for dac and clamp; dac has expired, the others are as they are."""
    store = CalibrationStore(tmp_path / "kept")
    fault = Finding(kind="wire", channel="node 3", text="node 3 is not wired")
    for calibration in (
        _calibration("dac", 40, 30),
        _calibration("clamp", 29.5, 30),
        _calibration("adc", 1, 30),
        _calibration("gates", 1, 30, verdict="fail", findings=(fault,)),
    ):
        store.append(calibration)
    file = tmp_path / "bench.toml"
    table = f'[calibration]\nrequired = ["dac", "clamp", "edges"]\nstore = "{store.folder}"\n'
    file.write_text(f'kind = "sim"\n{table}', "utf-8")
    return file


def test_the_bench_panel_tells_how_old_calibrations_are(open_window: Opened, calibrated: Path) -> None:
    window = open_window(live=False)
    window.panels.experiment.choose_bench(str(calibrated))
    table = window.panels.bench.calibrations
    until(lambda: len(table.entries) == 5)
    told = {table.topLevelItem(k).text(0): table.topLevelItem(k) for k in range(5)}
    assert told["✖ dac"].text(1) == "expired"
    assert told["✖ dac"].text(2).startswith("10 days ago (")
    assert told["▲ clamp"].text(1) == "expires soon"
    assert told["▲ clamp"].text(2).startswith("in 12 h (")
    assert (told["✖ edges"].text(1), told["✖ edges"].text(2)) == ("missing", "–")
    assert told["✔ adc"].text(1) == "valid"  # not asked for, but the board has it
    assert told["✖ gates"].text(1) == "failed"
    assert "node 3" in told["✖ gates"].toolTip(1)
    colours = {told[name].foreground(1).color().name() for name in ("✔ adc", "▲ clamp", "✖ dac")}
    assert len(colours) == 3
    window.panels.experiment.seed.setValue(1)  # another board: only what is asked for, and it has none
    until(lambda: {e.state for e in table.entries} == {"missing"})
    assert calibrations_of("sim", 0) == []


@pytest.mark.slow
def test_a_red_preflight_passes_with_a_reason_which_is_stored(open_window: Opened, calibrated: Path) -> None:
    window = open_window()
    window.panels.experiment.choose_bench(str(calibrated))
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    window.panels.experiment.document.set("training.cycles", 500)
    card = window.panels.experiment.card
    card.check.click()
    until(lambda: not card.reason.isHidden())
    assert card.verdict.text().startswith("✖")
    assert "dac expired" in card.verdict.text()
    assert not window.panels.controls.start.isEnabled()
    card.reason.setText("trying it out")
    assert not window.panels.controls.start.isEnabled()  # it has to be checked with the reason
    card.check.click()
    until(window.panels.controls.start.isEnabled)
    assert card.verdict.text().startswith("▲")
    serial = window.state.snapshot.run.serial if window.state.snapshot.run is not None else 0
    window.panels.controls.start.click()
    until(lambda: window.state.snapshot.run is not None and window.state.snapshot.run.serial > serial)
    until(lambda: window.state.snapshot.is_over)
    folder = Path(window.state.snapshot.run.folder)
    assert json.loads((folder / "manifest.json").read_text())["calibration_override"] == "trying it out"
    assert json.loads((folder / "preflight.json").read_text())["override"]["reason"] == "trying it out"
    assert not card.reason.text()  # it was for that run alone


def test_a_reason_is_for_what_was_checked_alone(app: object) -> None:
    preflight = PreflightModel()
    card = PreflightCard(preflight)
    preflight.take(checked(energises=True))
    assert preflight.may_start()
    preflight.stand_against(("wire S1 hangs loose",))
    assert not preflight.may_start()
    card.reason.setText("only S5 is used")
    assert preflight.may_start()
    assert preflight.override() == "only S5 is used [bench check: wire S1 hangs loose]"
    preflight.forget()
    preflight.take(checked(energises=True))
    assert not preflight.may_start()
    preflight.stand_against(())
    assert preflight.may_start()
    assert preflight.override() == ""
    assert {label.text() for label in card.findChildren(QLabel)} >= {"expected", "safe means"}
    preflight.take(checked(safe=(Message.of("0 V on V1 (node 15), V2 (node 13), V3 (node 1)"),) * 4))
    card.resize(320, 120)  # as on a small screen: lines are scrolled, not squeezed into each other
    card.show()
    lines = [label for label in card.lines.findChildren(QLabel) if label.wordWrap()]
    assert all(label.height() >= label.heightForWidth(label.width()) for label in lines)
    card.resize(320, 500)
    assert card.lines.height() >= sum(label.height() for label in lines)


@pytest.mark.slow
@pytest.mark.system
def test_wrong_wires_are_marked_and_an_engine_that_lets_nobody_in_is_made_safe(
    open_window: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with emulated(CONTROLLER, swap=["S1,S5"]) as bench:
        values = tomlkit.loads(Path(CONTROLLER).read_text("utf-8"))
        for one in bench.listeners():
            values["instruments"][one.instrument]["address"] = one.address  # type: ignore[index]
        file = tmp_path / "bench.toml"
        file.write_text(tomlkit.dumps(values), "utf-8")
        window = open_window()
        panel, card = window.panels.bench, window.panels.experiment.card
        window.panels.experiment.choose_bench(str(file))
        window.panels.experiment.open(EXAMPLES / "xor.toml")
        assert not panel.board.isHidden()
        monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
        panel.check.click()
        until(panel.check.isEnabled)
        assert "S1" in panel.verdict.text()
        assert panel.board.marked == [1, 5]

        card.check.click()
        until(lambda: window.state.preflight.report is not None)
        assert card.verdict.text().startswith("✖")
        assert not window.panels.controls.start.isEnabled()
        card.reason.setText("to see what the network makes of it")
        start(window)
        assert window.panels.banner.touch.text() == TouchAdvice.LIVE
        assert window.panels.banner.kind.text() == (
            "SIMULATOR" if window.state.snapshot.bench.simulated else "HARDWARE"
        )
        folder = Path(window.state.snapshot.run.folder)
        kept = json.loads((folder / "preflight.json").read_text("utf-8"))["override"]["reason"]
        assert kept.startswith("to see what the network makes of it [bench check: ")
        assert "S1" in kept
        assert bench.unsafe()

        os.kill(window.state.snapshot.engine.pid, signal.SIGSTOP)  # nobody is let in any more
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_F12)
        until(lambda: window.state.engine.link is LinkState.GUARDED, 20)
        assert (window.panels.banner.state.text(), window.panels.banner.touch.text()) == (
            "SAFE",
            TouchAdvice.SAFE,
        )
        assert bench.unsafe() == []
        assert json.loads((folder / "guardian.json").read_text("utf-8"))["safe"]
        assert window.state.snapshot.state is not RunState.SAFE  # it was not the engine


def test_twins_of_calibrated_boards_are_presets(
    app: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    panel = ImperfectionsPanel()
    names = [panel.preset.itemText(k) for k in range(panel.preset.count())]
    assert not [n for n in names if n.startswith("as measured on")]
    twin = tmp_path / "labctl" / "calibrations" / "LAB-7" / "twin.toml"
    twin.parent.mkdir(parents=True)
    twin.write_text('description = "twin of LAB-7"\nbias_mean = "0.3 V/s"\n', "utf-8")
    panel.show()
    place = panel.preset.findText("as measured on LAB-7")
    assert 0 < place < panel.preset.count() - 1
    panel.preset.setCurrentIndex(place)
    panel.preset.activated.emit(place)
    assert panel.rows["bias_mean"].box.value == pytest.approx(0.3)
    assert panel.about.text() == "twin of LAB-7"
    assert panel.chosen() == (str(twin), [])
    twin.write_text("bias_mean = 3\n", "utf-8")
    panel.preset.activated.emit(place)
    assert panel.about.text().startswith("▲")
    panel.close()
