"""Boxes that tell somebody what went wrong; the window stays usable behind them."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QWidget

from labctl.gui.state.app_state import AppState
from labctl.gui.text.words import tr

_MOST = 5  # boxes at once; the lines are in the notes as well


class Messages:
    """Tells in the notes and in a box of its own what somebody must see."""

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
