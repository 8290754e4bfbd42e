"""The mouse wheel scrolls panels; it steps a number only after that was clicked or reached by Tab."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget


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
