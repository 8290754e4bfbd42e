"""The question what becomes of unsaved changes."""

from __future__ import annotations

from enum import Enum, auto

from PyQt6.QtWidgets import QMessageBox, QWidget

from labctl.gui.text.words import tr


class Answer(Enum):
    """What shall become of unsaved changes."""

    SAVE = auto()
    DISCARD = auto()
    STAY = auto()


def ask(parent: QWidget, name: str) -> Answer:
    """Ask what shall become of the changes of an experiment."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setText(tr("{name} has changes that are not saved.", name=name))
    save = box.addButton(tr("Save"), QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton(tr("Discard them"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(save)
    box.setEscapeButton(box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
    box.exec()
    clicked = box.clickedButton()
    return Answer.SAVE if clicked is save else Answer.DISCARD if clicked is discard else Answer.STAY
