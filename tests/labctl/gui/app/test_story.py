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
from labctl.gui.state.safety_status import Contact, Touch, standing
from labctl.store.events import read_events
from protocols.engine import Outcome, RunState

from ....timing import STALL_S
from ..conftest import EXAMPLES, Opened, prepare, start, until

pytestmark = [pytest.mark.gui, pytest.mark.slow]
FOREVER = 50_000_000


def _touch(window: MainWindow) -> str:
    return window.banner.touch.text()


def _answer(parent: QObject, text: str) -> None:
    """Type into the little dialog a button has opened, and accept it."""
    until(lambda: [d for d in parent.findChildren(QInputDialog) if d.isVisible()])
    (dialog,) = (d for d in parent.findChildren(QInputDialog) if d.isVisible())
    dialog.setTextValue(text)
    dialog.accept()


def test_choose_check_start_pause_resume_stop_browse_reopen_compare(open_window: Opened) -> None:
    window = open_window()
    assert _touch(window) == Touch.SAFE
    assert not window.controls.start.isEnabled()
    window.imperfections.use("lattice-paper")
    prepare(window, "xor", FOREVER)

    start(window)
    assert _touch(window) == Touch.LIVE
    assert window.banner.kind.text() == "SIMULATOR"
    until(lambda: len(window.live.gates) > 3)
    window.note("looked at it")
    pressed_at = window.snapshot.cycle
    window.controls.marker.click()
    _answer(window, "probe moved")
    until(lambda: [m.name for m in window.live.markers] == ["probe moved"])
    assert pressed_at <= window.live.markers[0].cycle < window.snapshot.cycle + 1

    window.controls.buttons[Verb.PAUSE].click()
    until(lambda: window.snapshot.state is RunState.PAUSED)
    held = window.snapshot.cycle
    QTest.qWait(100)
    assert window.snapshot.cycle == held
    assert _touch(window) == Touch.LIVE
    window.controls.buttons[Verb.RESUME].click()
    until(lambda: window.snapshot.cycle > held)

    window.controls.buttons[Verb.STOP].click()
    until(lambda: window.snapshot.is_over)
    assert window.snapshot.outcome is Outcome.STOPPED
    assert _touch(window) == Touch.SAFE
    folder = Path(window.snapshot.run.folder)
    assert {"looked at it", "probe moved"} <= {e.get("text") for e in read_events(folder)}

    prepare(window, "xor", 2000)  # the second run, other settings, and with figures
    window.experiment.document.set("method.kind", "standard")
    window.store.setValue("figures", True)
    assert not window.controls.start.isEnabled()  # what was checked is not what would run
    window.experiment.preflight.check.click()
    until(window.controls.start.isEnabled)
    serial = window.snapshot.run.serial
    window.controls.start.click()
    until(lambda: window.snapshot.run.serial == serial + 1 and window.snapshot.is_over)
    _browse_reopen_compare(window, folder)


def _browse_reopen_compare(window: MainWindow, folder: Path) -> None:
    runs = window.layout_.runs
    until(lambda: len(runs.entries) == 2 and runs.entries[0].status == "completed" and not runs.work.busy())
    until(lambda: runs.entries[0].folder in runs.table.runs.thumbs)  # the second has figures
    runs.choose([1])
    runs.buttons["open"].click()
    until(lambda: window.layout_.plots["traces"].model is not window.live)
    shown = window.layout_.plots["traces"].model
    assert len(shown.gates) > 3
    assert np.isfinite(shown.conductances.last).all()
    assert shown.plane is not None
    assert [m.name for m in shown.markers] == ["probe moved"]
    assert window.layout_.stored.bar.isVisible()
    window.show_live()
    assert window.layout_.plots["traces"].model is window.live

    runs.choose([1, 2])
    runs.buttons["compare"].click()
    until(lambda: runs.comparisons)
    settings = dict(runs.comparisons[0].rows)
    assert settings["experiment.method.kind"] == ["standard", "symmetric-overclamping"]

    window.experiment.open(EXAMPLES / "xor.toml")  # in place of unsaved changes, which are asked about
    runs.choose([1])
    runs.buttons["again"].click()
    until(lambda: not runs.work.busy())
    until(lambda: window.imperfections.rows["bias_mean"].box.value == pytest.approx(0.4))
    assert window.experiment.request().experiment == folder / "experiment.toml"
    _tag_export_and_show(window, folder)


def _tag_export_and_show(window: MainWindow, folder: Path) -> None:
    runs = window.layout_.runs
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
    until(lambda: window.boxes)
    assert "choose another folder" in window.boxes[-1].text()

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


def test_a_window_that_is_killed_changes_nothing_and_another_one_catches_up(
    open_window: Opened, tmp_path: Path
) -> None:
    window = open_window()
    prepare(window, "xor", FOREVER)
    start(window)
    watchers = window.snapshot.watchers
    code = (
        "from labctl.gui.app.start import run_window; from pathlib import Path; import sys;"
        "run_window(out=Path(sys.argv[1]))"
    )
    other = QProcess()
    other.start(sys.executable, ["-c", code, str(tmp_path / "runs")])
    until(lambda: window.snapshot.watchers > max(watchers, 1), 100)
    os.kill(other.processId(), signal.SIGKILL)
    until(lambda: other.state() == QProcess.ProcessState.NotRunning)
    before = window.snapshot.cycle
    until(lambda: window.snapshot.cycle > before)
    window.shut_down()

    again = open_window()
    until(lambda: len(again.live.errors) > 2 and len(again.live.gates) > 2)
    assert again.live.errors.x[0] == 0.0  # the run's beginning is drawn too
    assert again.snapshot.state is RunState.RUNNING
    again.controls.buttons[Verb.ABORT].click()
    until(lambda: again.snapshot.is_over)
    assert again.snapshot.outcome is Outcome.ABORTED


def test_the_emergency_key_works_from_every_dialog(open_window: Opened) -> None:
    window = open_window()
    prepare(window, "xor", FOREVER)

    def message() -> object:
        window.tell("something")
        return window.boxes[-1]

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
        if not window.controls.start.isEnabled():
            window.experiment.preflight.check.click()
            until(lambda: window.experiment.preflight.sheet is not None)
            window.experiment.preflight.reason.setText("the last run was aborted on purpose")
            until(window.controls.start.isEnabled)
        start(window)
        target = opened()
        target.activateWindow()
        until(lambda target=target: QGuiApplication.focusWindow() is target.windowHandle(), 5)
        QTest.keyClick(target.windowHandle(), Qt.Key.Key_F12)
        until(lambda: window.snapshot.state in (RunState.SAFE, RunState.FAULT), 1.0 + STALL_S)
        until(lambda: window.snapshot.is_over)
        assert window.snapshot.outcome is Outcome.ABORTED
        if target is not window:
            target.close()


def test_a_mistake_in_a_slot_is_shown_logged_and_leaves_the_bench_safe(open_window: Opened) -> None:
    window = open_window()
    prepare(window, "xor", FOREVER)
    start(window)

    def slot() -> None:
        raise ZeroDivisionError("in a slot")

    window.experiment.seed.valueChanged.connect(slot)
    window.experiment.seed.setValue(3)
    until(lambda: window.snapshot.is_over)
    assert window.snapshot.outcome is Outcome.STOPPED
    assert "ZeroDivisionError" in window.snapshot.reason
    assert "in a slot" in window.boxes[-1].text()
    assert "ZeroDivisionError" in window.notes.lines.toPlainText()
    assert _touch(window) == Touch.SAFE


def test_what_the_banner_says_when_nothing_is_known() -> None:
    assert standing(None, Contact.NONE).touch is Touch.UNKNOWN
    assert standing(None, Contact.LEFT_UNSAFE, "no answer").touch is Touch.DO_NOT


def test_an_engine_that_is_killed_is_a_fault_until_the_guardian_has_made_the_bench_safe(
    open_window: Opened,
) -> None:
    window = open_window()
    said = []
    window.link.contact_changed.connect(
        lambda contact, text: said.append((contact, window.banner.state.text(), window.banner.touch.text()))
    )
    prepare(window, "xor", FOREVER)
    start(window)
    os.kill(window.snapshot.engine.pid, signal.SIGKILL)
    until(lambda: window.contact is Contact.GUARDED)
    until(lambda: len(said) >= 2)
    assert said[0] == (Contact.GONE, "FAULT", Touch.DO_NOT)
    assert said[1] == (Contact.GUARDED, "SAFE", Touch.SAFE)
    assert "guardian" in window.banner.why.text()

    runs = window.layout_.runs  # the window has a new engine, and the run can be recovered
    until(runs.buttons["recover"].isEnabled)
    runs.buttons["recover"].click()
    until(lambda: [e.status for e in runs.entries] == ["recovered"])
    until(lambda: window.link.place is not None)  # the new engine is up
    window.experiment.document.set("training.cycles", 1000)
    window.experiment.preflight.check.click()
    until(lambda: window.experiment.preflight.sheet is not None)
    assert not window.controls.start.isEnabled()  # the last run did not end well: say why to go on
    window.experiment.preflight.reason.setText("the engine was killed on purpose")
    until(window.controls.start.isEnabled)
    window.controls.start.click()
    until(lambda: window.snapshot.run is not None and window.snapshot.is_over)
    assert _touch(window) == Touch.SAFE
    folder = Path(window.snapshot.run.folder)
    kept = json.loads((folder / "preflight.json").read_text("utf-8"))["override"]
    assert kept == {"reason": "the engine was killed on purpose", "by": "window"}
    assert "preflight overridden" in {e["what"] for e in read_events(folder)}
