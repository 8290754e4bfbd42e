"""The drawing of a network: one item that paints edges, nodes and names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen

from labctl.figures.geometry import lay_out
from labctl.gui.plots.colours import conductance_colours, table_of
from labctl.gui.state.run_model import ShownRun
from labctl.gui.widgets.theme import Theme

_MARGIN, _NODE = 0.62, 0.17  # in lattice pitches
_THIN, _WIDE = 0.018, 0.13
_NEAR = 0.14


class NetworkItem(pg.GraphicsObject):
    """Paints a network in units of its lattice pitch; y points up."""

    def __init__(self, description: ShownRun, theme: Theme) -> None:
        super().__init__()
        self._about, self._theme = description, theme
        self._layout = lay_out(description.wiring())
        self._conductances: NDArray[np.float64] | None = None
        self._voltages: NDArray[np.float64] | None = None
        self._difference = False
        self._chosen: tuple[int, ...] = ()
        self._names = _names(description)
        left, right, bottom, top = self._layout.bounds()
        m = _MARGIN
        self._box = QRectF(left - m, bottom - m, right - left + 2 * m, top - bottom + 2 * m)
        self._pieces = [
            (e, piece) for e in range(len(description.edges)) for piece in self._layout.segments(e)
        ]

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_values(self, conductances: Any, voltages: Any, difference: bool) -> None:
        """Take conductances (E,) in S and node voltages (N,) in V, or differences of voltages."""
        self._conductances, self._voltages, self._difference = conductances, voltages, difference
        self.update()

    def show_selection(self, edges: tuple[int, ...]) -> None:
        """Ring the chosen edges in their colours."""
        self._chosen = edges
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the room the drawing takes."""
        return self._box

    # ── painting ─────────────────────────────────────────────────────────────────────────────────

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw edges, weak ones first, then nodes and names."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shares = self._shares()
        colours = conductance_colours(shares, dark=self._theme.name == "dark")
        fixed = set(range(len(shares))) - {int(e) for e in self._about.transistors}
        for e, piece in sorted(self._pieces, key=lambda p: shares[p[0]]):
            ends = QPointF(*piece[0]), QPointF(*piece[1])
            width = _THIN + (_WIDE - _THIN) * float(shares[e])
            if e in self._chosen:
                ring = QPen(QColor(self._theme.series[self._chosen.index(e)]), width + 0.11)
                painter.setPen(ring)
                painter.drawLine(*ends)
                painter.setPen(QPen(QColor(self._theme.base), width + 0.03))
                painter.drawLine(*ends)
            colour = QColor(self._theme.faint) if e in fixed else QColor(*map(int, colours[e]))
            pen = QPen(colour, width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if e in fixed:
                pen.setDashPattern([2.0, 1.2])
            painter.setPen(pen)
            painter.drawLine(*ends)
        self._name_far_ends(painter)
        self._draw_nodes(painter)

    def _name_far_ends(self, painter: QPainter) -> None:
        """Write at each stub of an edge that goes around which node it goes to."""
        layout = self._layout
        for e in np.flatnonzero(layout.wraps):
            pair = int(layout.tail[e]), int(layout.head[e])
            for near, far, tip in zip(pair, pair[::-1], layout.tips[e], strict=True):
                x, y = tip + 0.15 * (tip - layout.nodes[near]) / np.hypot(*(tip - layout.nodes[near]))
                self._write(painter, str(far), float(x), float(y), QColor(self._theme.muted), 0.14)

    def _draw_nodes(self, painter: QPainter) -> None:
        fills, dark_text = self._fills()
        for node, (x, y) in enumerate(self._layout.nodes):
            role = self._names.get(node)
            ring = self._theme.faint if role is None else role[1]
            painter.setPen(QPen(QColor(ring), 0.05 if role else 0.025))
            painter.setBrush(fills[node])
            box = QRectF(x - _NODE, y - _NODE, 2 * _NODE, 2 * _NODE)
            if role is not None and role[2]:
                painter.drawRect(box)
            else:
                painter.drawEllipse(box)
            ink = "#101418" if dark_text[node] else "#FFFFFF"
            self._write(painter, str(node), float(x), float(y), QColor(ink), 0.17, bold=True)
            if role is not None:
                direction = self._layout.free_direction(node)
                reach = 0.37 if direction[0] and direction[1] else 0.32
                place = (
                    float(x + (reach + 0.03 * len(role[0])) * direction[0]),
                    float(y + reach * direction[1]),
                )
                self._write(painter, role[0], *place, QColor(self._theme.text), 0.2, bold=True, veil=True)

    def _write(
        self,
        painter: QPainter,
        text: str,
        x: float,
        y: float,
        colour: QColor,
        height: float,
        *,
        bold: bool = False,
        veil: bool = False,
    ) -> None:
        """Write text, centred, so tall in lattice pitches; the axis points up, letters do too."""
        painter.save()
        painter.translate(x, y)
        painter.scale(height / 20.0, -height / 20.0)
        font = QFont()
        font.setPixelSize(20)
        font.setBold(bold)
        painter.setFont(font)
        box = QRectF(-200, -20, 400, 40)
        if veil:
            tight = painter.boundingRect(box, Qt.AlignmentFlag.AlignCenter, text).adjusted(-4, -1, 4, 1)
            ground = QColor(self._theme.base)
            ground.setAlpha(205)
            painter.fillRect(tight, ground)
        painter.setPen(colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _shares(self) -> NDArray[np.float64]:
        n = len(self._about.edges)
        if self._conductances is None:
            return np.full(n, 0.15)
        largest = float(np.nanmax(self._conductances)) if np.isfinite(self._conductances).any() else 0.0
        shares: NDArray[np.float64] = np.clip(np.nan_to_num(self._conductances / (largest or 1.0)), 0.0, 1.0)
        return shares

    def _fills(self) -> tuple[list[QColor], list[bool]]:
        """Return the fill of every node and whether dark letters are read on it."""
        n = len(self._layout.nodes)
        if self._voltages is None:
            plain = QColor(self._theme.raised)
            return [plain] * n, [plain.lightnessF() > 0.5] * n
        v = np.nan_to_num(self._voltages)
        if self._difference:
            shares = 0.5 + 0.5 * v / (float(np.abs(v).max()) or 1.0)
            table = table_of("decision", dark=False)
        else:
            shares = v / (float(v.max()) or 1.0)
            table = table_of("value", dark=False)
        rows = table[np.clip((255 * shares).astype(int), 0, 255)]
        light = (0.2126 * rows[:, 0] + 0.7152 * rows[:, 1] + 0.0722 * rows[:, 2]) > 115
        return [QColor(*map(int, row)) for row in rows], [bool(x) for x in light]

    def places(self, nodes: list[int]) -> NDArray[np.float64]:
        """Return where nodes are drawn, (n, 2)."""
        found: NDArray[np.float64] = self._layout.nodes[nodes].reshape(-1, 2)
        return found

    # ── finding ──────────────────────────────────────────────────────────────────────────────────

    def node_at(self, x: float, y: float) -> int | None:
        """Return the node drawn at a place."""
        away = np.hypot(*(self._layout.nodes - np.array([x, y])).T)
        node = int(np.argmin(away))
        return node if away[node] < 1.2 * _NODE else None

    def edge_at(self, x: float, y: float) -> int | None:
        """Return the edge drawn at a place, None when there is none or a node lies over it."""
        if self.node_at(x, y) is not None:
            return None
        point = np.array([x, y])
        starts = np.array([piece[0] for _, piece in self._pieces])
        steps = np.array([piece[1] for _, piece in self._pieces]) - starts
        along = ((point - starts) * steps).sum(axis=1) / np.maximum((steps**2).sum(axis=1), 1e-12)
        away = np.hypot(*(point - starts - np.clip(along, 0.0, 1.0)[:, None] * steps).T)
        k = int(np.argmin(away))
        return self._pieces[k][0] if away[k] < _NEAR else None


def _names(description: ShownRun) -> dict[int, tuple[str, str, bool]]:
    """Return name, ring colour and whether it is a source, by node."""
    found: dict[int, tuple[str, str, bool]] = {}
    for output in description.outputs:
        sign = "" if output.negative is None else "+"
        found[output.positive] = (f"{output.name}{sign}", "#D55E00", False)
        if output.negative is not None:
            found[output.negative] = (f"{output.name}−", "#D55E00", False)
    for source in description.sources:
        found[source.node] = (source.name, "#0072B2", True)
    return found
