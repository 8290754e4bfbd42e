"""The table of stored runs: only the rows that are seen cost anything, however many there are."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QSize, Qt
from PyQt6.QtGui import QIcon, QImage, QPixmap
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from labctl.figures.words import quantity
from labctl.gui.text.words import must, named, tr
from labctl.store.catalogue import Entry

HEADS = ("", "no.", "started", "status", "name", "method", "error", "accuracy", "tags", "bench")
THUMB = QSize(72, 40)
_MEASURED = 30  # rows that say how wide a column is
_NOWHERE = QModelIndex()


class RunsModel(QAbstractTableModel):
    """Entries of the catalogue as text, the first column a thumbnail."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.thumbs: dict[str, QIcon] = {}

    def show_entries(self, entries: list[Entry]) -> None:
        """Show these runs."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def add_thumbs(self, images: dict[str, QImage]) -> None:
        """Show pictures of runs, by folder."""
        self.thumbs |= {folder: QIcon(QPixmap.fromImage(image)) for folder, image in images.items()}
        if self.entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.entries) - 1, 0))

    def rowCount(self, parent: QModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: QModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, picture or tooltip of a cell."""
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cells_of(entry)[index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self.thumbs.get(entry.folder)
        return entry.reason or None if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADS[section]) if HEADS[section] else ""
        return None


class RunsTable(QTableView):
    """The table itself; several rows can be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = RunsModel()
        self.setModel(self.runs)
        named(self, tr("Runs"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setIconSize(THUMB)
        self.setMinimumHeight(THUMB.height())
        must(self.verticalHeader()).setVisible(False)
        must(self.verticalHeader()).setDefaultSectionSize(THUMB.height() + 6)
        header = must(self.horizontalHeader())
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(_MEASURED)
        header.setMinimumSectionSize(40)
        header.setStretchLastSection(True)

    def show_entries(self, entries: list[Entry]) -> None:
        """Show these runs; those chosen stay chosen."""
        chosen = {e.folder for e in self.chosen()}
        selection = must(self.selectionModel())
        selection.blockSignals(True)
        self.runs.show_entries(entries)
        self._select([row for row, e in enumerate(entries) if e.folder in chosen])
        selection.blockSignals(False)
        self.resizeColumnsToContents()
        self.setColumnWidth(0, THUMB.width() + 8)

    def chosen(self) -> list[Entry]:
        """Return the chosen runs, in the order of the list."""
        rows = sorted(index.row() for index in must(self.selectionModel()).selectedRows())
        return [self.runs.entries[r] for r in rows if r < len(self.runs.entries)]

    def choose(self, numbers: list[int]) -> None:
        """Choose runs by their numbers."""
        self.clearSelection()
        self._select([row for row, e in enumerate(self.runs.entries) if e.number in numbers])

    def _select(self, rows: list[int]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        for row in rows:
            must(self.selectionModel()).select(self.runs.index(row, 0), flags.Select | flags.Rows)


def cells_of(e: Entry) -> tuple[str, ...]:
    """Return what the columns of HEADS say of a run."""
    error = "–" if e.error_end_V2 is None else quantity(e.error_end_V2, "V²")
    accuracy = "–" if e.accuracy_end is None else f"{100 * e.accuracy_end:.0f} %"
    started = (e.started or "–")[:16].replace("T", " ")
    return (
        "",
        str(e.number),
        started,
        tr(e.status),
        e.name,
        e.method or "–",
        error,
        accuracy,
        e.tags,
        e.bench or "–",
    )
