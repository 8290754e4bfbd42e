"""A spin box for whole numbers of any size a file may hold: Qt's own ends at 32 bits."""

from __future__ import annotations

from PyQt6.QtWidgets import QDoubleSpinBox, QWidget

from labctl.gui.text.words import must

LEAST_WIDTH = 80  # of a field: Qt's own leaves room for the largest number
MOST = 2**53  # every whole number up to here is a double


class WholeBox(QDoubleSpinBox):
    """A field for one whole number, from `least` on."""

    def __init__(self, least: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setRange(least, MOST)
        self.editingFinished.connect(lambda: must(self.lineEdit()).setModified(False))

    def value(self) -> int:
        """Return the number."""
        return round(super().value())
