"""The main window: banner, run control, panels at the left, plots in docks, put together."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QByteArray, QEvent, QObject, QSettings, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import QApplication, QMainWindow

from labctl.engine.messages import Poll
from labctl.gui.app.actions import Actions
from labctl.gui.app.dialogs import Messages, may_leave
from labctl.gui.app.exception_hook import ExceptionHook
from labctl.gui.app.layout import DockLayout
from labctl.gui.app.panels import Panels
from labctl.gui.app.run_again import run_again
from labctl.gui.app.theming import Styled, Theming
from labctl.gui.plots.frames import Frames
from labctl.gui.state.app_state import AppState
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.state.run_control import RunControl
from labctl.gui.state.safety_status import TouchAdvice
from labctl.gui.text.words import must, tr
from labctl.gui.widgets.field_guards import WheelGuard
from labctl.gui.widgets.questions import ask_text, confirm
from labctl.gui.widgets.theme import Theme
from protocols.errors import ConfigError


class MainWindow(QMainWindow):
    """The technician's window. Closing it detaches; the engine goes on unless told otherwise."""

    def __init__(self, link: EngineLink, out: Path, store: QSettings, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("labctl")
        self.setObjectName("labctl")
        self.link, self.state = link, AppState(store, out, theme)
        self.control = RunControl(self.state, link, partial(confirm, self))
        self.exception_hook = ExceptionHook(self.control.stop_after_defect)
        self.exception_hook.install()
        self.messages = Messages(self, self.state)
        self.exception_hook.happened.connect(self.messages.tell_defect)
        self.panels = Panels(self.state, link, self.control)
        self.layout_ = DockLayout(self, self.state, self.panels)
        self.theming = Theming(self.state, self._styled)
        self.actions_ = Actions(self, self.state, self.control, self.panels, self.layout_, self.theming)
        self.layout_.put_on_top(self.panels.top())
        self._was_shown = False
        self._closing = False  # as soon as the check of the bench has ended
        self.detaching = False  # closed by a signal: nobody is there to be asked, the run goes on
        self._wheel = WheelGuard()
        self._wheel.guard(self)
        self._connect()
        self.frames = Frames(self.layout_.plots.values())
        must(QApplication.instance()).installEventFilter(self)

    def _connect(self) -> None:
        self.link.polled.connect(self._take_poll)
        self.link.described.connect(self.state.take_description)
        self.link.state_changed.connect(self.state.engine.take_link)
        self.state.safety.check_changed.connect(self._close_after_check)
        self.state.run_again_asked.connect(self._run_again)
        self.panels.controls.marker.clicked.connect(self.drop_marker)
        for dock in self.layout_.plots.values():
            dock.failed.connect(self.messages.tell)

    def _take_poll(self, poll: Poll) -> None:
        try:
            self.state.engine.take_poll(poll)
        finally:
            self.link.taken()

    def _run_again(self, folder: Path, seed: int) -> None:
        try:
            if run_again(self.panels, self.state, folder, seed):
                self.layout_.panels["experiment"].raise_()
        except ConfigError as error:
            self.layout_.panels["experiment"].raise_()
            self.state.tell(str(error))

    def _styled(self) -> list[Styled]:
        """Return what takes a theme by itself, what is seen first in front."""
        comparisons = [c for c in self.panels.runs.comparisons if c.isVisible()]
        return [self.panels.banner, self.panels.bench, *self.layout_.plots.values(), *comparisons]

    def drop_marker(self) -> None:
        """Mark this moment of the run; the name is asked for while the run goes on."""
        s = self.state.snapshot
        if s is None or s.is_over or s.run is None or not s.run.folder:
            self.state.tell(tr("A marker needs a run under way."))
            return
        label = tr("Name of this moment, cycle {cycle}:", cycle=f"{s.cycle:,}")
        name = tr("marker {n}", n=len(self.state.live.markers) + 1)
        cycle, time_s = s.cycle, s.learning_time_s
        ask_text(self, tr("Marker"), label, name, lambda text: self.control.mark(text, cycle, time_s))

    # ── keys, opening and closing ────────────────────────────────────────────────────────────────

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:
        """Catch the emergency key wherever it is pressed, in dialogs too."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_F12
            and target is QGuiApplication.focusWindow()  # it sees a key first: one press counts once
        ):
            if not event.isAutoRepeat():
                self.control.emergency_off("key F12")
            return True
        return super().eventFilter(target, event)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Share the room out once there is some."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(0, self.layout_.shown)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End a check, ask what becomes of unsaved changes and of a run; then save the layout and detach."""
        if event is None:
            return
        if self.state.safety.is_checking:  # it ends in the safe state, and then the window goes
            self._closing = True
            self.control.end_check()
            event.ignore()
            return
        if not self.detaching and not self._may_close():
            event.ignore()
            return
        self.shut_down()
        event.accept()

    def _may_close(self) -> bool:
        if not self.panels.experiment.may_leave():
            return False
        return not self.state.engine.is_running or may_leave(self, self.link.place)

    def _close_after_check(self) -> None:
        """Close when that was waited for and the bench is safe."""
        if not self.state.safety.is_checking and self._closing:
            self._closing = False
            if self.state.safety.status().touch is TouchAdvice.SAFE:
                self.close()

    def shut_down(self) -> None:
        """Save the layout and let the engine go; closing asks nothing any more."""
        self.detaching = True
        self.frames.stop()
        must(QApplication.instance()).removeEventFilter(self)
        self.layout_.save(self.state.store)
        self.state.store.sync()
        self.panels.runs.wait()
        self.panels.bench.calibrations.work.wait()
        for dock in self.layout_.plots.values():
            dock.leave()
        self.link.end()
        self.exception_hook.remove()

    def restore(self) -> None:
        """Bring the layout of the last time back."""
        geometry = self.state.store.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.layout_.restore(self.state.store)
