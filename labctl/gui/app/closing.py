"""Closing the window during a run: what shall become of it."""

from __future__ import annotations

from PyQt6.QtWidgets import QMessageBox, QWidget

from labctl.engine.client import EngineClient
from labctl.engine.places import Place
from labctl.gui.state.engine_link import WHO
from labctl.gui.text.words import tr
from protocols.errors import LabError


def may_leave(window: QWidget, place: Place | None) -> bool:
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


def _stop(place: Place) -> None:
    """Ask for Stop and keep before the window goes; the engine does the rest alone."""
    try:
        with EngineClient(place, WHO) as client:
            client.stop("the window was closed")
    except LabError:
        return  # it ended meanwhile, or died: its guardian acts
