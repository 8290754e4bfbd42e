"""The form of network and task: what is wired where, and the data points."""

from __future__ import annotations

from typing import Any

import tomlkit
from PyQt6.QtWidgets import QComboBox

from labctl.experiment import Experiment
from labctl.experiment.tables import TomlTable
from labctl.gui.panels.experiment.record_tables import DataTable, RecordTable
from labctl.gui.panels.experiment.settings_form import FieldsForm
from labctl.gui.state.experiment_document import ExperimentDocument
from labctl.gui.text.words import named, tr
from protocols.task import TaskKind

GROUPS: dict[str, tuple[str, ...]] = {
    "Lattice": ("network.rows", "network.columns", "network.periodic"),
    "Two-edge board": ("network.input_resistance",),
    "Task": ("task.kind", "task.label", "task.margin"),
    "Points on a circle": (
        "task.train.circle.diameter",
        "task.train.circle.centre",
        "task.train.circle.points",
    ),
}
NETWORKS = ("lattice", "two-edge", "graph")
SOURCES, OUTPUTS = ("name", "node", "voltage", "complement_of"), ("name", "node", "positive", "negative")
_FRESH: dict[str, TomlTable] = {
    "lattice": {"kind": "lattice", "rows": 4, "columns": 4, "periodic": True},
    "two-edge": {"kind": "two-edge"},
}


class TaskForm(FieldsForm):
    """Network, sources, outputs and data; a graph's edges stay in the file."""

    def __init__(self, document: ExperimentDocument) -> None:
        super().__init__(document, tr("Network and task of the experiment"), GROUPS)
        self.kind = named(QComboBox(), tr("Kind of network"))
        for kind in NETWORKS:
            self.kind.addItem(tr(kind), kind)
        self.kind.activated.connect(lambda place: self._choose(str(self.kind.itemData(place))))
        self._column.insertWidget(1, self.kind)
        self.tables = {
            "sources": RecordTable(document, "task.sources", tr("Sources"), SOURCES, "V"),
            "outputs": RecordTable(document, "task.outputs", tr("Outputs"), OUTPUTS, "O"),
            "train": DataTable(document, "task.train", tr("Training data")),
            "test": DataTable(document, "task.test", tr("Test data")),
        }
        for table in self.tables.values():
            self._column.addWidget(table)
        self._column.addStretch(1)

    def refresh(self) -> None:
        """Show network, wires and data, each with its mistake."""
        super().refresh()
        for table in self.tables.values():
            table.refresh()

    def shows(self, key: str) -> bool:
        """Tell whether a mistake with this key is shown at a field or in a table."""
        return super().shows(key) or any(t.shows(key) for t in self.tables.values() if t.heads)

    def _follow(self, settings: Experiment) -> None:
        kind = settings.network.kind
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self._groups["Lattice"].setVisible(kind == "lattice")
        self._groups["Two-edge board"].setVisible(kind == "two-edge")
        self._groups["Points on a circle"].setVisible(settings.task.train.circle is not None)
        classes = settings.task.kind is TaskKind.CLASSIFICATION
        for key in ("task.label", "task.margin"):
            self.fields[key].setEnabled(classes)
        self.about.setVisible(kind == "graph")
        self.about.setText(tr("Edges and positions of a graph are edited in the file."))

    def _choose(self, kind: str) -> None:
        """Begin another kind of network; a graph has to be written in the file."""
        fresh = _FRESH.get(kind)
        if fresh is None:
            self.refresh()
            return

        def edit(document: Any) -> None:
            table = tomlkit.table()
            table.update(fresh)
            document["network"] = table

        settings = self._document.settings
        if settings is None or settings.network.kind != kind:
            self._document.change("network", edit)
