"""What the engine last told, and how the window stands with it."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from labctl.engine.client import Poll
from labctl.engine.snapshot import Snapshot
from labctl.gui.state.safety_status import LinkState, SafetyStatus, safety_status
from labctl.gui.text.phrases import phrase
from protocols.engine import RunState


class EngineView(QObject):
    """The latest snapshot and the state of the link; signals say what is new."""

    changed = pyqtSignal()  # the snapshot tells something else
    link_changed = pyqtSignal()
    polled = pyqtSignal(object)  # Poll, some 25 times a second
    storing_began = pyqtSignal()  # a run has a folder from now on
    run_ended = pyqtSignal(object)  # Snapshot: once for each run
    engine_lost = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.snapshot: Snapshot | None = None
        self.link, self.said = LinkState.NONE, ""  # in order, however far the link's thread has got
        self._is_gone = False  # the engine that the snapshot is of
        self._ended_serial = 0  # of the run whose end was taken in

    def take_poll(self, poll: Poll) -> None:
        """Take in what the engine told."""
        before, self.snapshot = self.snapshot, poll.snapshot
        was_gone, self._is_gone = self._is_gone, False
        if before is None or was_gone or before.sequence != poll.snapshot.sequence:
            self.changed.emit()
            if _folder(before) != _folder(poll.snapshot):
                self.storing_began.emit()
        self.polled.emit(poll)
        run, over = poll.snapshot.run, poll.snapshot.state in (RunState.SAFE, RunState.FAULT)
        if run is not None and over and poll.snapshot.is_over and run.serial != self._ended_serial:
            self._ended_serial = run.serial  # once: the engine is busy and idle again for a preflight, too
            if before is not None:
                self.run_ended.emit(poll.snapshot)

    def take_link(self, link: LinkState, said: str) -> None:
        """Take in how the window stands with its engine, and the last word of whoever told it."""
        self.link, self.said = link, said
        if link in (LinkState.GONE, LinkState.GUARDED, LinkState.LEFT_UNSAFE):
            self._is_gone = True
            self._ended_serial = 0  # the next engine counts its runs anew
            self.engine_lost.emit()
        self.link_changed.emit()

    @property
    def present(self) -> Snapshot | None:
        """Return the snapshot of an engine that is there; None before the first one and after a death."""
        return None if self._is_gone else self.snapshot

    @property
    def is_running(self) -> bool:
        """Tell whether a run is under way, as far as is known."""
        return self.snapshot is not None and not self.snapshot.is_over

    @property
    def is_checking(self) -> bool:
        """Tell whether the engine checks a bench, as far as is known."""
        job = self.present.job if self.present is not None else None
        return job is not None and job.kind == "check"

    def status(self, *, ending: bool = False) -> SafetyStatus:
        """Return what the engine says of the bench; ending: a check of it is being broken off."""
        return safety_status(self.snapshot, self.link, phrase(self.said), ending=ending)


def _folder(snapshot: Snapshot | None) -> str:
    """Return where the run is stored; empty when there is none yet."""
    return snapshot.run.folder if snapshot is not None and snapshot.run is not None else ""
