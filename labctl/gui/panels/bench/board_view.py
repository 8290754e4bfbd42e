"""The board of a bench file, drawn as wired; wires that the self-test found wrong are marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QWidget

from labctl.bench_files.load import read_hardware
from labctl.engine.reports import WiresChecked
from labctl.experiment import build_network
from labctl.gui.plots.network_item import NetworkItem
from labctl.gui.state.run_model import ShownRun
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.theme import Theme
from protocols.task import Output, Source


def board_of(bench: str) -> tuple[ShownRun, dict[str, tuple[int, ...]]]:
    """Return the board of a bench file and the nodes of each wire. Raises ConfigError."""
    config, _ = read_hardware(bench)
    network = build_network(config.network)
    wires: dict[str, tuple[int, ...]] = {n: (w.node,) for n, w in config.wires.sources.items()}
    wires |= {n: tuple(w.nodes) for n, w in config.wires.outputs.items()}
    sources = [Source(w.node, n) for n, w in config.wires.sources.items()]
    outputs = [
        Output(n, w.nodes[0], w.nodes[1] if len(w.nodes) > 1 else None)
        for n, w in config.wires.outputs.items()
    ]
    description = ShownRun(
        task="",
        method="",
        margin_V=0.0,
        nodes=network.nodes,
        edge_names=network.edge_names(),
        sources=sources,
        outputs=outputs,
        edges=network.endpoints(),
        positions=np.array(network.positions, dtype=float),
        transistors=np.flatnonzero(network.transistors()),
        inputs_V=np.zeros((0, len(sources))),
        labels_V=np.zeros((0, len(outputs))),
    )
    return description, wires


class BoardView(pg.PlotWidget):
    """A drawing of the board; `mark` rings the nodes of wrong wires in the colour and shape of a fault."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, tr("The board as wired"))
        self._theme = theme
        self._item: NetworkItem | None = None
        self._wires: dict[str, tuple[int, ...]] = {}
        self.marked: list[int] = []  # nodes whose wire is wrong
        plot = self.getPlotItem()
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=False, y=False)
        plot.setAspectLocked(True)
        self.setBackground(theme.base)
        self._marks = pg.ScatterPlotItem(symbol="x", size=26)
        self._marks.setZValue(10)
        plot.addItem(self._marks)
        self.setMinimumHeight(260)

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackground(theme.base)
        if self._item is not None:
            self._item.restyle(theme)
            self._draw_marks()

    def show_board(self, bench: str) -> None:
        """Draw the board of a bench file; nothing for the simulator. Raises ConfigError."""
        plot = self.getPlotItem()
        if self._item is not None:
            plot.removeItem(self._item)
            self._item = None
        self._marks.setData([], [])
        self.marked = []
        self.setVisible(bench != "sim" and Path(bench).exists())
        if not self.isHidden():
            description, self._wires = board_of(bench)
            self._item = NetworkItem(description, self._theme)
            plot.addItem(self._item)
            plot.vb.setRange(self._item.boundingRect(), padding=0.0)

    def mark(self, wires: WiresChecked | None) -> None:
        """Mark the nodes of wires that a check found wrong."""
        names = [name for fault in (wires.faults if wires is not None else ()) for name in fault.wires]
        self.marked = sorted({node for name in names for node in self._wires.get(name, ())})
        if self._item is not None:
            self._draw_marks()

    def _draw_marks(self) -> None:
        if self._item is not None:
            places = self._item.places(self.marked)
            pen = pg.mkPen(self._theme.error, width=4)
            self._marks.setData(x=places[:, 0], y=places[:, 1], pen=pen, brush=pg.mkBrush(self._theme.error))
