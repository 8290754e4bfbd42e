"""Undo and redo in a number's field: of what is being typed there, else of the document."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QLineEdit, QWidget

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class UndoKeys(QObject):
    """Leaves undo and redo to the window while nothing is being typed; Qt's fields would claim them."""

    def guard(self, field: QWidget) -> None:
        """Guard one field."""
        field.installEventFilter(self)

    def eventFilter(self, field: QObject | None, event: QEvent | None) -> bool:
        """Keep the keys from the field; as nobody has claimed them, they are the window's shortcuts."""
        if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
            return False
        if field is None or not any(event.matches(key) for key in _KEYS):
            return False
        edit = field.findChild(QLineEdit)
        if edit is None or edit.isModified():
            return False
        event.ignore()
        return True
