"""Boxes of the window: what went wrong, and what becomes of a run when the window is closed."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QWidget

from labctl.engine.client import EngineClient
from labctl.engine.places import EngineAddress
from labctl.gui.state.app_state import AppState
from labctl.gui.state.engine_link import WHO
from labctl.gui.text.words import tr
from protocols.errors import LabError

_MOST = 5  # boxes at once; the lines are in the notes as well


class Messages:
    """Tells in the notes and in a box what somebody must see; the window stays usable behind it."""

    def __init__(self, window: QWidget, state: AppState) -> None:
        self._window, self._state = window, state
        self.boxes: list[QMessageBox] = []
        state.failed.connect(self.tell)

    def tell(self, text: str) -> None:
        """Say what went wrong."""
        self._state.note(text)
        self._box(QMessageBox.Icon.Warning, tr("labctl"), text)

    def tell_defect(self, line: str, trace: str) -> None:
        """Say that labctl itself made a mistake: a line, and where it happened."""
        text = tr(
            "The window made a mistake: {line}\nA run under way is stopped and kept, the bench is made safe. "
            "Please report this.",
            line=line,
        )
        self._state.note(trace)
        self._box(QMessageBox.Icon.Critical, tr("A mistake of labctl"), text).setDetailedText(trace)

    def _box(self, icon: QMessageBox.Icon, title: str, text: str) -> QMessageBox:
        self.boxes = [box for box in self.boxes if box.isVisible()]
        box = QMessageBox(icon, title, text, QMessageBox.StandardButton.Close, self._window)
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.setAccessibleName(title)
        if len(self.boxes) < _MOST:
            box.show()
        self.boxes.append(box)
        return box


def may_leave(window: QWidget, place: EngineAddress | None) -> bool:
    """Ask: stop the run, leave it going, or stay. Return whether to close."""
    box = QMessageBox(window)
    box.setWindowTitle(tr("A run is under way"))
    box.setText(tr("What shall become of the run?"))
    stop = box.addButton(tr("Stop and keep, then close"), QMessageBox.ButtonRole.AcceptRole)
    go_on = box.addButton(tr("Close; the run goes on"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(stay)
    box.exec()
    if box.clickedButton() is stop and place is not None:
        _stop(place)
    return box.clickedButton() in (stop, go_on)


def _stop(place: EngineAddress) -> None:
    """Ask for Stop and keep before the window goes; the engine does the rest alone."""
    try:
        with EngineClient(place, WHO) as client:
            client.stop("the window was closed")
    except LabError:
        return  # it ended meanwhile, or died: its guardian acts
