"""What fields must not take: the wheel that scrolls a panel, and undo and redo of the whole document."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QScrollBar, QWidget

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class WheelGuard(QObject):
    """Keeps the wheel from numbers without the focus and from all choices; what is around them gets it."""

    def guard(self, root: QWidget) -> None:
        """Guard every field in a window or panel."""
        for kind in (QAbstractSpinBox, QComboBox, QAbstractSlider):
            for field in root.findChildren(kind):
                if not isinstance(field, QScrollBar):
                    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                    field.installEventFilter(self)

    def eventFilter(self, field: QObject | None, event: QEvent | None) -> bool:
        """Hand the wheel on to the parent."""
        if event is None or event.type() != QEvent.Type.Wheel:
            return False
        if not isinstance(field, QWidget) or (field.hasFocus() and not isinstance(field, QComboBox)):
            return False
        event.ignore()
        return True


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
