"""The main window: banner, run control, panels at the left, plots in docks; a client of the engine."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QByteArray, QEvent, QObject, QSettings, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QShowEvent
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QInputDialog,
    QMainWindow,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from labctl.engine.client import Poll
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.snapshot import Snapshot
from labctl.gui.app.actions import Actions
from labctl.gui.app.closing import may_leave
from labctl.gui.app.exception_hook import Mishaps
from labctl.gui.app.layout import Layout
from labctl.gui.panels.banner import Banner
from labctl.gui.panels.controls import Controls
from labctl.gui.panels.experiment.panel import ExperimentPanel
from labctl.gui.panels.imperfections import ImperfectionsPanel
from labctl.gui.panels.notes import NotesPanel
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.state.run_model import RunModel
from labctl.gui.state.safety_status import Contact, Standing, graver, standing
from labctl.gui.state.selection import Selection
from labctl.gui.state.unresolved_fault import Doubt, are_one_bench
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import must, tr
from labctl.gui.widgets import theme as themes
from labctl.gui.widgets.wheel_guard import WheelGuard
from protocols.engine import RunState
from protocols.errors import LabError

FRAME_MS = 15
PASSABLE = "calibration.required"  # what a reason lets pass
BUDGET_S = 0.03  # of drawing per frame; what is left waits for the next


class MainWindow(QMainWindow):
    """The technician's window. Closing it detaches; the engine goes on unless told otherwise."""

    def __init__(self, link: EngineLink, out: Path, store: QSettings, theme: themes.Theme) -> None:
        super().__init__()
        self.link, self.out, self.store, self.theme = link, out, store, theme
        self.setWindowTitle("labctl")
        self.setObjectName("labctl")
        self.mishaps = Mishaps(self._make_safe_after)
        self.mishaps.install()
        self.mishaps.happened.connect(self._show_mishap)
        self.live, self.selection = RunModel(), Selection()
        self.snapshot: Snapshot | None = None
        self._ended_serial = 0  # of the run whose end was taken in
        self._doubt = Doubt()
        self._is_gone = False  # the engine that the snapshot is of
        self.banner, self.controls = Banner(theme), Controls()
        self.experiment = ExperimentPanel(store, out)
        self.imperfections = ImperfectionsPanel()
        self.experiment.doses = self.imperfections.chosen
        self.notes = NotesPanel()
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.controls)
        self.layout_ = Layout(self)
        self.actions_ = Actions(self)
        self.layout_.put_on_top(top)
        self._was_shown = False
        self._starting = False  # from the click until the engine has answered
        self._closing = False  # as soon as the check of the bench has ended
        self.contact, self.said = Contact.NONE, ""
        self.detaching = False  # closed by a signal: nobody is there to be asked, the run goes on
        self.boxes: list[QMessageBox] = []
        self._wheel = WheelGuard()
        self._wheel.guard(self)
        self._connect()
        self.unstyled: list[Any] = []  # what has yet to take the theme
        self._restyling = QTimer(self)
        self._restyling.timeout.connect(self._restyle_one)
        self._frames = QTimer(self)
        self._frames.timeout.connect(self.draw_frame)
        self._frames.start(FRAME_MS)
        must(QApplication.instance()).installEventFilter(self)
        self._say_standing()

    # ── from the engine ──────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self.link.polled.connect(self.on_poll)
        self.link.described.connect(self._described)
        self.link.contact_changed.connect(self._contact)
        self.controls.asked.connect(self.do)
        self.controls.start_asked.connect(self.start)
        self.controls.marker.clicked.connect(self.drop_marker)
        self.experiment.preflight.asked.connect(self.preflight)
        self.experiment.preflight.verdict_changed.connect(self._may_start)
        self.experiment.failed.connect(self.tell)
        self.imperfections.changed.connect(self.experiment.preflight.forget)
        self.experiment.bench_changed.connect(lambda _: self._say_standing())
        self.experiment.bench_changed.connect(
            lambda _: self.imperfections.setEnabled(self.experiment.is_simulated())
        )
        self.layout_.bench.checked.connect(self.experiment.preflight.stand_against)
        self.layout_.bench.check_began.connect(self._check_began)
        self.layout_.bench.found_safe.connect(self._doubt.settle)
        self.layout_.bench.check_changed.connect(self._check_changed)
        self.notes.noted.connect(self.note)
        for dock in self.layout_.plots.values():
            dock.failed.connect(self.tell)
        hints = must(QGuiApplication.styleHints())
        hints.colorSchemeChanged.connect(lambda _: self.follow_system())

    def on_poll(self, poll: Poll) -> None:
        """Take in what the engine told; called some 25 times a second."""
        before, self.snapshot = self.snapshot, poll.snapshot
        was_gone, self._is_gone = self._is_gone, False
        try:
            if before is None or was_gone or before.sequence != poll.snapshot.sequence:
                self.controls.show_snapshot(poll.snapshot)
                self._say_standing()
                self.layout_.queue.look(poll.snapshot)
                if _folder(before) != _folder(poll.snapshot):
                    self.layout_.runs.refresh_soon()  # a run has begun to be stored
            self.live.absorb(poll)
            self.notes.absorb(poll)
            run, over = poll.snapshot.run, poll.snapshot.state.value in ("safe", "fault")
            if run is not None and over and poll.snapshot.is_over and run.serial != self._ended_serial:
                self._ended_serial = (
                    run.serial
                )  # once: the engine is busy and idle again for a preflight, too
                if before is not None:
                    self._ended(poll.snapshot)
        finally:
            self.link.taken()

    def _described(self, serial: int, notes: Any, arrays: Any) -> None:
        self.notes.start_over()
        self.selection.clear()
        self.live.describe(serial, notes, arrays)
        self.show_live()

    def _contact(self, contact: Contact, said: str) -> None:
        self.contact, self.said = contact, said  # in order, however far the link's thread has got
        self._say_standing()
        if contact in (Contact.GONE, Contact.GUARDED, Contact.LEFT_UNSAFE):
            self.notes.say(f"{tr('engine')}: {said}")
            self._is_gone = True
            self.experiment.preflight.forget()
            self._ended_serial = 0  # the next engine counts its runs anew
        self.layout_.runs.refresh_soon()

    def _ended(self, snapshot: Snapshot) -> None:
        self.experiment.preflight.forget()
        self.layout_.runs.refresh_soon()
        if snapshot.problem:
            self.notes.say(f"{tr('engine')}: {phrase(snapshot.problem)}")
        if snapshot.state is RunState.SAFE and snapshot.bench is not None:
            self.layout_.bench.forget_left(snapshot.bench.name)
            self._say_standing()
        if snapshot.run is not None and snapshot.run.folder:
            self.layout_.runs.load_plane(Path(snapshot.run.folder), self.live)

    def _say_standing(self) -> None:
        told = self._doubt.seen(*self._engine_says())
        name, simulated = self.experiment.bench_facts
        if not told.bench and name:  # none is connected yet: the one that would be
            told = replace(told, bench=tr("chosen: {bench}", bench=name), simulated=simulated)
        elif told.bench == name and told.simulated is None:  # the run ended before it could say
            told = replace(told, simulated=simulated)
        self.banner.show_standing(graver(told, self.layout_.bench.standing()))

    def _engine_says(self) -> tuple[Standing, int]:
        """Return the engine's standing and the number of its run; 0 when there has been none."""
        run = self.snapshot.run if self.snapshot is not None else None
        return standing(self.snapshot, self.contact, self.said), run.serial if run is not None else 0

    def _check_began(self) -> None:
        """Take down what the check is about: a bench that the engine, or its guardian, has left unsafe."""
        ran_on = Path(self.live.folder) / "bench.toml"
        known = self.live.folder and are_one_bench(Path(self.experiment.bench_name()), ran_on)
        if known and self.contact is not Contact.GONE:
            self._doubt.ask(*self._engine_says())
        else:
            self._doubt.ask_nothing()

    def _check_changed(self) -> None:
        """Say what a check of the bench is doing; close when that was waited for and the bench is safe."""
        self._say_standing()
        self._may_start()
        self.layout_.queue.look(self.snapshot)
        if not self.layout_.bench.process.under_way and self._closing:
            self._closing = False
            if self.layout_.bench.standing() is None:
                self.close()

    # ── to the engine ────────────────────────────────────────────────────────────────────────────

    def preflight(self) -> None:
        """Have the engine check the request; nothing moves."""
        card = self.experiment.preflight
        if why := self.layout_.bench.why_not():
            card.show_problem(why)
            return
        try:
            request = replace(self.experiment.request(), uncalibrated=card.let_pass())
        except LabError as error:
            card.show_problem(str(error))
            return
        card.wait(compiling=self.snapshot is None or self.snapshot.run is None)
        self.link.ask(
            lambda client: client.preflight(request),
            card.unless_forgotten(card.show_sheet),
            card.unless_forgotten(
                lambda error: card.show_problem(str(error), passable=getattr(error, "key", "") == PASSABLE)
            ),
        )

    def start(self) -> None:
        """Start what the preflight checked; what is still being typed was not."""
        self.experiment.commit()
        card = self.experiment.preflight
        sheet, why = card.sheet, card.override()
        if sheet is None or not card.may_start():
            self.tell(card.why_not())
            return
        if sheet["energises"] and not self.confirm(tr("Energise {bench} and start?", bench=sheet["bench"])):
            return
        self._starting = True
        self._may_start()

        def started(_: Any) -> None:
            self._starting = False

        def failed(error: LabError) -> None:
            self._starting = False
            self._may_start()
            self.tell(str(error))

        self.link.ask(lambda client: client.start_run(sheet, why), started, failed)

    def do(self, verb: Verb, reason: str = "") -> None:
        """Ask for a verb; EMERGENCY OFF asks nobody first."""
        if verb is Verb.EMERGENCY_OFF:
            self.emergency_off(reason)
            return
        self.link.do(verb, reason, lambda error: self.tell(str(error)))

    def emergency_off(self, reason: str = "") -> None:
        """Make the bench safe now, a check of it included."""
        self.layout_.bench.end_check()
        self.notes.say(f"{tr(VERBS[Verb.EMERGENCY_OFF].label)} …")
        self.link.emergency_off(reason, lambda error: self.notes.say(str(error)))

    def note(self, text: str) -> None:
        """Write a note into the run's events."""
        self.link.ask(lambda client: client.note(text), lambda _: None, lambda error: self.tell(str(error)))

    def drop_marker(self) -> None:
        """Mark this moment of the run; the name is asked for while the run goes on."""
        s = self.snapshot
        if s is None or s.is_over or s.run is None or not s.run.folder:
            self.tell(tr("A marker needs a run under way."))
            return
        box = QInputDialog(self)
        box.setWindowTitle(tr("Marker"))
        box.setLabelText(tr("Name of this moment, cycle {cycle}:", cycle=f"{s.cycle:,}"))
        box.setTextValue(tr("marker {n}", n=len(self.live.markers) + 1))
        box.setAccessibleName(tr("Marker"))
        cycle, time_s = s.cycle, s.learning_time_s

        def mark(name: str) -> None:
            if name.strip():
                self.link.ask(
                    lambda client: client.mark(name.strip(), cycle, time_s),
                    lambda _: None,
                    lambda error: self.tell(str(error)),
                )

        box.textValueSelected.connect(mark)
        box.finished.connect(box.deleteLater)
        box.open()

    def _may_start(self) -> None:
        card = self.experiment.preflight
        why_not = tr("Starting …") if self._starting else self.layout_.bench.why_not()
        self.controls.allow_start(card.may_start() and not why_not, why_not or card.why_not())
        self.controls.show_snapshot(None if self._is_gone else self.snapshot)

    # ── what is shown ────────────────────────────────────────────────────────────────────────────

    def show_live(self) -> None:
        """Show the engine's run in the plots."""
        self._show(self.live, "")

    def show_stored(self, model: RunModel) -> None:
        """Show a stored run in the plots; the run that goes on goes on."""
        self._show(model, model.title)

    def _show(self, model: RunModel, stored: str) -> None:
        self.layout_.say_stored(stored)
        for dock in self.layout_.plots.values():
            if dock.model is not model:
                dock.show_model(model)

    def draw_frame(self) -> None:
        """Draw the plots that are due, the longest waiting first, within the budget of a frame."""
        began = time.monotonic()
        due = [dock for dock in self.layout_.plots.values() if dock.is_due(began)]
        for dock in sorted(due, key=lambda d: d.drawn_at):
            dock.draw_now()
            if time.monotonic() - began > BUDGET_S:
                break

    def set_theme(self, theme: themes.Theme) -> None:
        """Take a theme everywhere: dock after dock, or the window would stand still meanwhile."""
        self.theme = theme
        themes.apply(must(QApplication.instance()), theme)  # type: ignore[arg-type]
        self.banner.restyle(theme)
        self.unstyled = [
            self.layout_.bench,
            *self.layout_.plots.values(),
            *(c for c in self.layout_.runs.comparisons if c.isVisible()),
        ]
        self._restyling.start(0)

    def _restyle_one(self) -> None:
        if self.unstyled:
            self.unstyled.pop(0).restyle(self.theme)
        else:
            self._restyling.stop()

    def follow_system(self) -> None:
        """Take the theme the desktop asks for, unless one was chosen."""
        if self.store.value("theme", "system") == "system":
            self.set_theme(themes.system_theme(must(QApplication.instance())))  # type: ignore[arg-type]

    # ── telling and asking ───────────────────────────────────────────────────────────────────────

    def tell(self, text: str) -> None:
        """Say what went wrong; the window stays usable meanwhile."""
        self.notes.say(text)
        self._box(QMessageBox.Icon.Warning, tr("labctl"), text)

    def _show_mishap(self, line: str, trace: str) -> None:
        text = tr(
            "The window made a mistake: {line}\nA run under way is stopped and kept, the bench is made safe. "
            "Please report this.",
            line=line,
        )
        self.notes.say(trace)
        self._box(QMessageBox.Icon.Critical, tr("A mistake of labctl"), text).setDetailedText(trace)

    def _box(self, icon: QMessageBox.Icon, title: str, text: str) -> QMessageBox:
        self.boxes = [box for box in self.boxes if box.isVisible()]
        box = QMessageBox(icon, title, text, QMessageBox.StandardButton.Close, self)
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.setAccessibleName(title)
        if len(self.boxes) < 5:  # the lines are in the notes as well
            box.show()
        self.boxes.append(box)
        return box

    def confirm(self, question: str) -> bool:
        """Ask whether to go on."""
        answer = QMessageBox.question(self, tr("labctl"), question)
        return answer == QMessageBox.StandardButton.Yes

    def _make_safe_after(self, line: str) -> None:
        if self.snapshot is not None and not self.snapshot.is_over:
            self.link.do(
                Verb.STOP, f"the window made a mistake: {line}", lambda error: self.notes.say(str(error))
            )

    # ── keys, closing ────────────────────────────────────────────────────────────────────────────

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:
        """Catch the emergency key wherever it is pressed, in dialogs too."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_F12
            and target is QGuiApplication.focusWindow()  # it sees a key first: one press counts once
        ):
            if not event.isAutoRepeat():
                self.emergency_off("key F12")
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
        if self.layout_.bench.process.under_way:  # it ends in the safe state, and then the window goes
            self._closing = True
            self.layout_.bench.end_check()
            event.ignore()
            return
        under_way = self.snapshot is not None and not self.snapshot.is_over
        if not self.detaching and not (
            self.experiment.may_leave() and (not under_way or may_leave(self, self.link.place))
        ):
            event.ignore()
            return
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """Save the layout and let the engine go; closing asks nothing any more."""
        self.detaching = True
        self._frames.stop()
        must(QApplication.instance()).removeEventFilter(self)
        self.layout_.save(self.store)
        self.store.sync()
        self.layout_.bench.process.leave()
        self.layout_.runs.wait()
        self.layout_.bench.calibrations.work.wait()
        for dock in self.layout_.plots.values():
            dock.leave()
        self.link.end()
        self.mishaps.remove()

    def restore(self) -> None:
        """Bring the layout of the last time back."""
        geometry = self.store.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.layout_.restore(self.store)

    def docks(self) -> list[QDockWidget]:
        """Return every dock of the window."""
        return self.findChildren(QDockWidget)


def _folder(snapshot: Snapshot | None) -> str:
    """Return where the run is stored; empty when there is none yet."""
    return snapshot.run.folder if snapshot is not None and snapshot.run is not None else ""
