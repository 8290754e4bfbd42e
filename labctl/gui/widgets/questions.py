"""Questions put to somebody: yes or no, a short text, what becomes of unsaved changes."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PyQt6.QtWidgets import QInputDialog, QMessageBox, QWidget

from labctl.gui.text.words import tr


class UnsavedAnswer(Enum):
    """What shall become of unsaved changes."""

    SAVE = auto()
    DISCARD = auto()
    STAY = auto()


def confirm(parent: QWidget, question: str) -> bool:
    """Ask whether to go on."""
    answer = QMessageBox.question(parent, tr("labctl"), question)
    return answer == QMessageBox.StandardButton.Yes


def ask_text(parent: QWidget, title: str, label: str, text: str, then: Callable[[str], object]) -> None:
    """Ask for a line of text, beginning with `text`; the window goes on meanwhile, `then` gets the answer."""
    box = QInputDialog(parent)
    box.setWindowTitle(title)
    box.setAccessibleName(title)
    box.setLabelText(label)
    box.setTextValue(text)
    box.textValueSelected.connect(then)
    box.finished.connect(box.deleteLater)
    box.open()


def ask_unsaved(parent: QWidget, name: str) -> UnsavedAnswer:
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
    return (
        UnsavedAnswer.SAVE
        if clicked is save
        else UnsavedAnswer.DISCARD
        if clicked is discard
        else UnsavedAnswer.STAY
    )
