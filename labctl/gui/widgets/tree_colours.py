"""Words of trees in the colour of a role of the theme, and in another theme's when that changes."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QTreeWidget, QTreeWidgetItem, QTreeWidgetItemIterator

from labctl.gui.widgets.theme import Theme

_ROLE = Qt.ItemDataRole.UserRole + 40


def colour(item: QTreeWidgetItem, column: int, role: str, theme: Theme) -> None:
    """Write a column of an item in the colour of a role, a field of Theme such as "good" or "error"."""
    item.setData(column, _ROLE, role)
    item.setForeground(column, QColor(getattr(theme, role)))


def recolour(tree: QTreeWidget, theme: Theme) -> None:
    """Give everything that was coloured the colours of another theme."""
    walk = QTreeWidgetItemIterator(tree)
    while (item := walk.value()) is not None:
        for column in range(tree.columnCount()):
            if role := item.data(column, _ROLE):
                colour(item, column, role, theme)
        walk += 1
