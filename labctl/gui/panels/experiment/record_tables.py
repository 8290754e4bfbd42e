"""Tables of the experiment form: sources, outputs and data points, cell for cell what the file says."""

from __future__ import annotations

from typing import Any

import tomlkit
from PyQt6.QtGui import QBrush, QColor
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from labctl.experiment.tables import TomlTable
from labctl.gui.state.experiment_document import ExperimentDocument
from labctl.gui.text.words import must, named, tr
from labctl.gui.widgets.mistakes import mistake_label, told
from protocols.errors import ConfigError

_WHOLE = ("node", "positive", "negative", "classes", "groups")
_WRONG = "#D94A5A"
_MOST_ROWS = 500  # data points shown; longer tables are edited in the file


class CellTable(QGroupBox):
    """A table of the file under one dotted key, with the mistake beneath it and its cell marked.

    Subclasses say what the cells are; a cell's key is the one a mistake in it has.
    """

    def __init__(self, document: ExperimentDocument, key: str, title: str) -> None:
        super().__init__(title)
        self.document, self.key = document, key
        self.heads: list[str] = []
        self.table = named(QTableWidget(0, 0), title)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        header = must(self.table.horizontalHeader())
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(64)
        must(self.table.verticalHeader()).setDefaultSectionSize(24)
        self.table.cellChanged.connect(self._typed)
        self.mistake = mistake_label()
        self.add = named(QPushButton("+"), tr("Add a row: {table}", table=title), tr("Add a row"))
        self.remove = named(
            QPushButton("−"), tr("Remove the chosen row: {table}", table=title), tr("Remove the chosen row")
        )
        self.add.clicked.connect(lambda: document.change(f"{key} +", self._append, alone=True))
        self.remove.clicked.connect(self._take_out)
        row = QHBoxLayout()
        row.addWidget(self.mistake, 1)
        row.addStretch(0)
        row.addWidget(self.add)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setSpacing(4)
        column.addWidget(self.table)
        column.addLayout(row)

    # ── for subclasses ───────────────────────────────────────────────────────────────────────────

    def cells(self) -> tuple[list[str], list[list[Any]]]:
        """Return headings and rows as the file has them; None for what is not there."""
        raise NotImplementedError

    def key_of(self, row: int, column: int) -> str:
        """Return the dotted key of a cell."""
        raise NotImplementedError

    def numbered(self, key: str) -> str:
        """Return the key of a mistake with rows by number, where it names them."""
        return key

    def put(self, row: int, column: int, value: Any) -> None:
        """Write a cell into the file; None when it was emptied."""
        self.document.set(self.key_of(row, column), value)

    def _append(self, document: Any) -> None:
        raise NotImplementedError

    def _delete(self, document: Any, row: int) -> None:
        raise NotImplementedError

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def refresh(self) -> None:
        """Show what the file says, and its mistake if it is in here."""
        self.heads, rows = self.cells()
        self.setVisible(bool(self.heads))
        table = self.table
        table.blockSignals(True)
        table.setColumnCount(len(self.heads))
        table.setRowCount(len(rows))
        table.setHorizontalHeaderLabels([_head(h) for h in self.heads])
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                item = table.item(i, j)
                if item is None:
                    item = QTableWidgetItem()
                    table.setItem(i, j, item)
                item.setText("" if value is None else str(value))
                item.setBackground(QBrush())
                item.setToolTip("")
        self._show_mistake(self.document.problem)
        table.blockSignals(False)
        header = must(table.horizontalHeader()).sizeHint().height()
        table.setFixedHeight(header + 24 * min(max(len(rows), 1), 8) + 6)
        self.remove.setEnabled(len(rows) > 1)

    def shows(self, key: str) -> bool:
        """Tell whether a mistake with this key is shown here."""
        return key == self.key or key.startswith(f"{self.key}.")

    def _show_mistake(self, problem: ConfigError | None) -> None:
        here = problem is not None and bool(self.heads) and self.shows(problem.key)
        self.mistake.setVisible(here)
        if problem is None or not here:
            return
        self.mistake.setText("▲ " + told(problem))
        colour = QColor(_WRONG)
        colour.setAlpha(80)  # over the ground of either theme
        wrong = self.numbered(problem.key)
        for i in range(self.table.rowCount() if wrong != self.key else 0):
            for j in range(self.table.columnCount()):
                key, item = self.key_of(i, j), self.table.item(i, j)
                if item is not None and (key == wrong or key.startswith(f"{wrong}.")):
                    item.setBackground(colour)
                    item.setToolTip(told(problem))

    def _typed(self, row: int, column: int) -> None:
        item = self.table.item(row, column)
        text = item.text().strip() if item is not None else ""
        whole = self.heads[column] in _WHOLE and text.isdecimal()
        self.put(row, column, int(text) if whole else text or None)

    def _take_out(self) -> None:
        row = self.table.currentRow()
        if row < 0:
            row = self.table.rowCount() - 1
        if self.table.rowCount() > 1:
            self.document.change(f"{self.key} −", lambda document: self._delete(document, row), alone=True)


class RecordTable(CellTable):
    """A list of small tables, such as the sources: a row each, a column for every key they may have."""

    def __init__(
        self, document: ExperimentDocument, key: str, title: str, columns: tuple[str, ...], prefix: str
    ) -> None:
        super().__init__(document, key, title)
        self._columns, self._prefix = columns, prefix

    def cells(self) -> tuple[list[str], list[list[Any]]]:
        """Return one row per entry."""
        entries = _at(self.document.written(), self.key)
        if not isinstance(entries, list):
            return [], []
        rows = [[e.get(c) if isinstance(e, dict) else None for c in self._columns] for e in entries]
        return list(self._columns), rows

    def key_of(self, row: int, column: int) -> str:
        """Return such as task.sources.0.node."""
        return f"{self.key}.{row}.{self._columns[column]}"

    def numbered(self, key: str) -> str:
        """Return task.sources.2 for task.sources.V2, the third source's."""
        name, dot, rest = key.removeprefix(f"{self.key}.").partition(".")
        names = [row[0] for row in self.cells()[1]]
        return f"{self.key}.{names.index(name)}{dot}{rest}" if name in names else key

    def _append(self, document: Any) -> None:
        entries = _at(document, self.key)
        entry = tomlkit.inline_table()
        taken = {str(e.get("name")) for e in entries}
        number = next(n for n in range(1, len(taken) + 2) if f"{self._prefix}{n}" not in taken)
        entry.update({"name": f"{self._prefix}{number}", "node": 0})
        entries.append(entry)

    def _delete(self, document: Any, row: int) -> None:
        del _at(document, self.key)[row]


class DataTable(CellTable):
    """Data points: a row each, a column for every input, label, class and group the file has."""

    def cells(self) -> tuple[list[str], list[list[Any]]]:
        """Return one row per data point."""
        found = _at(self.document.written(), self.key)
        self._keys: list[str] = []
        heads, columns = [], []
        for table in ("inputs", "labels") if isinstance(found, dict) else ():
            for name, column in _table(found, table).items():
                self._keys.append(f"{table}.{name}")
                heads.append(f"{name}")
                columns.append(_plain(column))
        for name in ("classes", "groups") if isinstance(found, dict) else ():
            if isinstance(found.get(name), list):
                self._keys.append(name)
                heads.append(name)
                columns.append(found[name])
        length = max(map(len, columns), default=0)
        if length > _MOST_ROWS:
            return [], []
        return heads, [[c[i] if i < len(c) else None for c in columns] for i in range(length)]

    def key_of(self, row: int, column: int) -> str:
        """Return such as task.train.inputs.V1.2."""
        return f"{self.key}.{self._keys[column]}.{row}"

    def put(self, row: int, column: int, value: Any) -> None:
        """Write a cell; a column with one unit for all is written out first."""

        def edit(document: Any) -> None:
            values = self._column(document, self._keys[column])
            while len(values) <= row:
                values.append("0 V" if "." in self._keys[column] else 0)
            values[row] = "" if value is None else value

        self.document.change(self.key_of(row, column), edit)

    def _append(self, document: Any) -> None:
        for key in self._keys:
            values = self._column(document, key)
            values.append(values[-1] if len(values) else "0 V")

    def _delete(self, document: Any, row: int) -> None:
        for key in self._keys:
            values = self._column(document, key)
            if row < len(values):
                del values[row]

    def _column(self, document: Any, key: str) -> Any:
        """Return the list of a column; one with a unit for all becomes a list of quantities."""
        *tables, last = f"{self.key}.{key}".split(".")
        table = _at(document, ".".join(tables))
        if isinstance(table[last], dict):
            table[last] = _plain(table[last])
        return table[last]


def _head(key: str) -> str:
    return tr(key.replace("_", " "))


def _plain(column: Any) -> list[Any]:
    """Return a column as it stands in its cells."""
    if isinstance(column, dict):
        values, unit = column.get("values"), column.get("unit", "V")
        return [f"{value} {unit}" for value in values] if isinstance(values, list) else []
    return list(column) if isinstance(column, list) else []


def _table(values: TomlTable, key: str) -> TomlTable:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _at(values: Any, key: str) -> Any:
    """Return what is at a dotted key, None where there is nothing."""
    for part in key.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values
