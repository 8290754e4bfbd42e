"""The technician's story, from the simulator chosen to two runs compared, as a person would click it."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QObject, QProcess, Qt, QUrl, pyqtSlot
from PyQt6.QtGui import QDesktopServices, QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QInputDialog, QMessageBox

from labctl.engine.lifecycle import Verb
from labctl.gui.app.window import MainWindow
from labctl.gui.panels.runs.table import HEADS
from labctl.gui.state.safety_status import LinkState, TouchAdvice, safety_status
from labctl.store.events import read_events
from protocols.engine import Outcome, RunState

from ....timing import STALL_S
from ..conftest import EXAMPLES, Opened, prepare, start, until

pytestmark = [pytest.mark.gui, pytest.mark.slow]
FOREVER = 50_000_000


def _touch(window: MainWindow) -> str:
    return window.panels.banner.touch.text()


def _answer(parent: QObject, text: str) -> None:
    """Type into the little dialog a button has opened, and accept it."""
    until(lambda: [d for d in parent.findChildren(QInputDialog) if d.isVisible()])
    (dialog,) = (d for d in parent.findChildren(QInputDialog) if d.isVisible())
    dialog.setTextValue(text)
    dialog.accept()


def test_choose_check_start_pause_resume_stop_browse_reopen_compare(open_window: Opened) -> None:
    window = open_window()
    assert _touch(window) == TouchAdvice.SAFE
    assert not window.panels.controls.start.isEnabled()
    window.panels.imperfections.use("lattice-paper")
    prepare(window, "xor", FOREVER)

    start(window)
    assert _touch(window) == TouchAdvice.LIVE
    assert window.panels.banner.kind.text() == "SIMULATOR"
    until(lambda: len(window.state.live.gates) > 3)
    window.control.note("looked at it")
    pressed_at = window.state.snapshot.cycle
    window.panels.controls.marker.click()
    _answer(window, "probe moved")
    until(lambda: [m.name for m in window.state.live.markers] == ["probe moved"])
    assert pressed_at <= window.state.live.markers[0].cycle < window.state.snapshot.cycle + 1

    window.panels.controls.buttons[Verb.PAUSE].click()
    until(lambda: window.state.snapshot.state is RunState.PAUSED)
    held = window.state.snapshot.cycle
    QTest.qWait(100)
    assert window.state.snapshot.cycle == held
    assert _touch(window) == TouchAdvice.LIVE
    window.panels.controls.buttons[Verb.RESUME].click()
    until(lambda: window.state.snapshot.cycle > held)

    window.panels.controls.buttons[Verb.STOP].click()
    until(lambda: window.state.snapshot.is_over)
    assert window.state.snapshot.outcome is Outcome.STOPPED
    assert _touch(window) == TouchAdvice.SAFE
    folder = Path(window.state.snapshot.run.folder)
    assert {"looked at it", "probe moved"} <= {e.get("text") for e in read_events(folder)}

    prepare(window, "xor", 2000)  # the second run, other settings, and with figures
    window.panels.experiment.document.set("method.kind", "standard")
    window.state.store.setValue("figures", True)
    assert not window.panels.controls.start.isEnabled()  # what was checked is not what would run
    window.panels.experiment.card.check.click()
    until(window.panels.controls.start.isEnabled)
    serial = window.state.snapshot.run.serial
    window.panels.controls.start.click()
    until(lambda: window.state.snapshot.run.serial == serial + 1 and window.state.snapshot.is_over)
    _browse_reopen_compare(window, folder)


def _browse_reopen_compare(window: MainWindow, folder: Path) -> None:
    runs = window.panels.runs
    until(lambda: len(runs.entries) == 2 and runs.entries[0].status == "completed" and not runs.work.busy())
    until(lambda: runs.entries[0].folder in runs.table.runs.thumbs)  # the second has figures
    runs.choose([1])
    runs.buttons["open"].click()
    until(lambda: window.layout_.plots["traces"].model is not window.state.live)
    shown = window.layout_.plots["traces"].model
    assert len(shown.gates) > 3
    assert np.isfinite(shown.conductances.last).all()
    assert shown.decision_map is not None
    assert [m.name for m in shown.markers] == ["probe moved"]
    assert window.layout_.stored.bar.isVisible()
    window.state.show_live()
    assert window.layout_.plots["traces"].model is window.state.live

    runs.choose([1, 2])
    runs.buttons["compare"].click()
    until(lambda: runs.comparisons)
    settings = dict(runs.comparisons[0].rows)
    assert settings["experiment.method.kind"] == ["standard", "symmetric-overclamping"]

    window.panels.experiment.open(EXAMPLES / "xor.toml")  # in place of unsaved changes, which are asked about
    runs.choose([1])
    runs.buttons["again"].click()
    until(lambda: not runs.work.busy())
    until(lambda: window.panels.imperfections.rows["bias_mean"].box.value == pytest.approx(0.4))
    assert window.state.selected.request().experiment == folder / "experiment.toml"
    _tag_export_and_show(window, folder)


def _tag_export_and_show(window: MainWindow, folder: Path) -> None:
    runs = window.panels.runs
    runs.choose([1])
    runs.buttons["tags"].click()
    _answer(runs, "for the paper, good")
    until(lambda: runs.entries[1].tags == "for the paper, good")
    assert runs.table.runs.index(1, HEADS.index("tags")).data() == "for the paper, good"
    runs.choose([1, 2])
    runs.buttons["tags"].click()
    _answer(runs, "both")  # beside what one of them has already
    until(lambda: [e.tags for e in runs.entries] == ["both", "for the paper, good, both"])
    runs.search.setText("THE PAPER")
    until(lambda: [e.number for e in runs.entries] == [1])

    runs.export(runs.entries[0], folder / "elsewhere")
    tables = folder / "elsewhere" / folder.name
    until(lambda: str(tables) in runs.said.text())
    assert (tables / "round.csv").read_text("utf-8").count("\n") > 3
    (folder / "file").touch()
    runs.export(runs.entries[0], folder / "file")
    until(lambda: window.messages.boxes)
    assert "choose another folder" in window.messages.boxes[-1].text()

    class Desktop(QObject):
        """Stands where the desktop's file manager would."""

        shown: str = ""

        @pyqtSlot(QUrl)
        def show(self, url: QUrl) -> None:
            self.shown = url.toLocalFile()

    desktop = Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "show")
    try:
        runs.choose([1])
        runs.buttons["folder"].click()
        assert Path(desktop.shown) == folder
    finally:
        QDesktopServices.unsetUrlHandler("file")


@pytest.mark.system
def test_a_window_that_is_killed_changes_nothing_and_another_one_catches_up(
    open_window: Opened, tmp_path: Path
) -> None:
    window = open_window()
    prepare(window, "xor", FOREVER)
    start(window)
    watchers = window.state.snapshot.watchers
    code = (
        "from labctl.gui.app.start import run_window; from pathlib import Path; import sys;"
        "run_window(out=Path(sys.argv[1]))"
    )
    other = QProcess()
    other.start(sys.executable, ["-c", code, str(tmp_path / "runs")])
    until(lambda: window.state.snapshot.watchers > max(watchers, 1), 100)
    os.kill(other.processId(), signal.SIGKILL)
    until(lambda: other.state() == QProcess.ProcessState.NotRunning)
    before = window.state.snapshot.cycle
    until(lambda: window.state.snapshot.cycle > before)
    window.shut_down()

    again = open_window()
    until(lambda: len(again.state.live.errors) > 2 and len(again.state.live.gates) > 2)
    assert again.state.live.errors.x[0] == 0.0  # the run's beginning is drawn too
    assert again.state.snapshot.state is RunState.RUNNING
    again.panels.controls.buttons[Verb.ABORT].click()
    until(lambda: again.state.snapshot.is_over)
    assert again.state.snapshot.outcome is Outcome.ABORTED


def test_the_emergency_key_works_from_every_dialog(open_window: Opened) -> None:
    window = open_window()
    prepare(window, "xor", FOREVER)

    def message() -> object:
        window.messages.tell("something")
        return window.messages.boxes[-1]

    def shortcuts() -> object:
        window.actions_.show_shortcuts()
        return window.actions_.page

    def question() -> object:
        box = QMessageBox(window)
        box.setWindowModality(Qt.WindowModality.ApplicationModal)
        box.open()
        return box

    def marker() -> object:
        window.drop_marker()
        return window.findChildren(QInputDialog)[-1]

    for opened in (lambda: window, message, shortcuts, question, marker):
        if not window.panels.controls.start.isEnabled():
            window.panels.experiment.card.check.click()
            until(lambda: window.state.preflight.report is not None)
            window.panels.experiment.card.reason.setText("the last run was aborted on purpose")
            until(window.panels.controls.start.isEnabled)
        start(window)
        target = opened()
        target.activateWindow()
        until(lambda target=target: QGuiApplication.focusWindow() is target.windowHandle(), 5)
        QTest.keyClick(target.windowHandle(), Qt.Key.Key_F12)
        until(lambda: window.state.snapshot.state in (RunState.SAFE, RunState.FAULT), 1.0 + STALL_S)
        until(lambda: window.state.snapshot.is_over)
        assert window.state.snapshot.outcome is Outcome.ABORTED
        if target is not window:
            target.close()


def test_a_mistake_in_a_slot_is_shown_logged_and_leaves_the_bench_safe(open_window: Opened) -> None:
    window = open_window()
    prepare(window, "xor", FOREVER)
    start(window)

    def slot() -> None:
        raise ZeroDivisionError("in a slot")

    window.panels.experiment.seed.valueChanged.connect(slot)
    window.panels.experiment.seed.setValue(3)
    until(lambda: window.state.snapshot.is_over)
    assert window.state.snapshot.outcome is Outcome.STOPPED
    assert "ZeroDivisionError" in window.state.snapshot.reason
    assert "in a slot" in window.messages.boxes[-1].text()
    assert "ZeroDivisionError" in window.panels.notes.lines.toPlainText()
    assert _touch(window) == TouchAdvice.SAFE


def test_what_the_banner_says_when_nothing_is_known() -> None:
    assert safety_status(None, LinkState.NONE).touch is TouchAdvice.UNKNOWN
    assert safety_status(None, LinkState.LEFT_UNSAFE, "no answer").touch is TouchAdvice.DO_NOT


@pytest.mark.system
def test_an_engine_that_is_killed_is_a_fault_until_the_guardian_has_made_the_bench_safe(
    open_window: Opened,
) -> None:
    window = open_window()
    said = []
    window.link.state_changed.connect(
        lambda link, text: said.append(
            (link, window.panels.banner.state.text(), window.panels.banner.touch.text())
        )
    )
    prepare(window, "xor", FOREVER)
    start(window)
    os.kill(window.state.snapshot.engine.pid, signal.SIGKILL)
    until(lambda: window.state.engine.link is LinkState.GUARDED)
    until(lambda: len(said) >= 2)
    assert said[0] == (LinkState.GONE, "FAULT", TouchAdvice.DO_NOT)
    assert said[1] == (LinkState.GUARDED, "SAFE", TouchAdvice.SAFE)
    assert "guardian" in window.panels.banner.why.text()

    runs = window.panels.runs  # the window has a new engine, and the run can be recovered
    until(runs.buttons["recover"].isEnabled)
    runs.buttons["recover"].click()
    until(lambda: [e.status for e in runs.entries] == ["recovered"])
    until(lambda: window.link.place is not None)  # the new engine is up
    window.panels.experiment.document.set("training.cycles", 1000)
    window.panels.experiment.card.check.click()
    until(lambda: window.state.preflight.report is not None)
    assert not window.panels.controls.start.isEnabled()  # the last run did not end well: say why to go on
    window.panels.experiment.card.reason.setText("the engine was killed on purpose")
    until(window.panels.controls.start.isEnabled)
    window.panels.controls.start.click()
    until(lambda: window.state.snapshot.run is not None and window.state.snapshot.is_over)
    assert _touch(window) == TouchAdvice.SAFE
    folder = Path(window.state.snapshot.run.folder)
    kept = json.loads((folder / "preflight.json").read_text("utf-8"))["override"]
    assert kept == {"reason": "the engine was killed on purpose", "by": "window"}
    assert "preflight overridden" in {e["what"] for e in read_events(folder)}
