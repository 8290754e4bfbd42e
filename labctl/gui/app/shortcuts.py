"""The page of keyboard shortcuts, made from what is really bound."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labctl.gui.text.words import must, named, tr


class ShortcutsPage(QDialog):
    """A table of keys and what they do; Escape closes it."""

    def __init__(self, rows: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        table = named(QTableWidget(len(rows), 2), tr("Keyboard shortcuts"))
        table.setHorizontalHeaderLabels([tr("key"), tr("what it does")])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        must(table.verticalHeader()).setVisible(False)
        must(table.horizontalHeader()).setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for row, (key, what) in enumerate(rows):
            for column, text in enumerate((key, what)):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                table.setItem(row, column, item)
        table.resizeColumnToContents(0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        named(must(buttons.button(QDialogButtonBox.StandardButton.Close)), tr("Close"))
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(table)
        box.addWidget(buttons)
        self.resize(560, 520)


def shown_key(key: str) -> str:
    """Return a key as it is printed on keyboards."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
