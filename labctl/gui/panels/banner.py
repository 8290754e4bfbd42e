"""The banner: the state of the run and whether to touch the board, in words, shape and colour."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from labctl.gui.state.safety_status import SafetyStatus, TouchAdvice
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.readout import Elided, Paragraph
from labctl.gui.widgets.theme import Theme

_COLOURS = {
    TouchAdvice.SAFE: "safe",
    TouchAdvice.LIVE: "live",
    TouchAdvice.DO_NOT: "fault",
    TouchAdvice.UNKNOWN: "unknown",
}

_LINES = 3  # of the reason; the notes and its tooltip have all of it
_WIDEST = 240  # pixels of a bench's name


class Sign(QWidget):
    """The shape beside the words: disc with a tick, triangle with a bolt, octagon with a cross, diamond."""

    def __init__(self) -> None:
        super().__init__()
        self._touch, self._ground = TouchAdvice.UNKNOWN, QColor("#4A525B")
        self.setFixedSize(QSize(64, 64))

    def show_touch(self, touch: TouchAdvice, ground: str) -> None:
        """Draw the sign of an advice on its ground colour."""
        self._touch, self._ground = touch, QColor(ground)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#FFFFFF"))
        box = QRectF(self.rect()).adjusted(5, 5, -5, -5)
        pen = QPen(self._ground, 6.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if self._touch is TouchAdvice.SAFE:
            painter.drawEllipse(box)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(_points(box, (0.27, 0.53), (0.44, 0.70), (0.75, 0.33)))
        elif self._touch is TouchAdvice.LIVE:
            painter.drawPolygon(_points(box, (0.5, 0.0), (1.03, 0.96), (-0.03, 0.96)))
            painter.setBrush(self._ground)
            bolt = _points(
                box, (0.56, 0.24), (0.34, 0.62), (0.49, 0.62), (0.43, 0.88), (0.66, 0.50), (0.51, 0.50)
            )
            painter.drawPolygon(bolt)
        elif self._touch is TouchAdvice.DO_NOT:
            a = 0.293
            corners = ((a, 0), (1 - a, 0), (1, a), (1, 1 - a), (1 - a, 1), (a, 1), (0, 1 - a), (0, a))
            painter.drawPolygon(_points(box, *corners))
            painter.setPen(pen)
            painter.drawPolyline(_points(box, (0.3, 0.3), (0.7, 0.7)))
            painter.drawPolyline(_points(box, (0.7, 0.3), (0.3, 0.7)))
        else:
            painter.drawPolygon(_points(box, (0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)))
            painter.setPen(pen)
            painter.setFont(QFont(self.font().family(), 20, QFont.Weight.Bold))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")
        painter.end()


class Banner(QFrame):
    """Run state, SAFE TO TOUCH or LIVE, the reason, and which bench this is; legible from two metres."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: SafetyStatus | None = None
        self.sign = Sign()
        self.touch, self.state, self.kind = (QLabel() for _ in range(3))
        self.why, self.bench = Paragraph(_LINES), Elided("", "")
        self.bench.setMaximumWidth(_WIDEST)
        self.touch.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.state)
        words.addWidget(self.why)
        words.addStretch(1)
        bench = QVBoxLayout()
        bench.setSpacing(0)
        bench.addStretch(1)
        for label in (self.kind, self.bench):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            bench.addWidget(label)
        bench.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 16, 6)
        row.setSpacing(16)
        row.addWidget(self.sign)
        row.addWidget(self.touch)
        row.addLayout(words, 1)
        row.addLayout(bench)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        if self._shown is not None:
            shown, self._shown = self._shown, None
            self.show_status(shown)

    def show_status(self, found: SafetyStatus) -> None:
        """Say whether the bench may be touched."""
        if found == self._shown:
            return
        self._shown = found
        ground = getattr(self._theme, _COLOURS[found.touch])
        words = f"QLabel {{ color: {self._theme.on_state}; background: transparent; }}"
        self.setStyleSheet(f"Banner {{ background: {ground}; }} {words}")
        self.sign.show_touch(found.touch, ground)
        for label, text, points, heavy in (
            (self.touch, tr(str(found.touch)), 25, True),
            (self.state, tr(found.state), 15, True),
            (self.why, " ".join(phrase(found.why).split()), 10, False),
            (self.kind, self._kind(found), 13, True),
            (self.bench, found.bench, 10, False),
        ):
            font = QFont(self.font().family(), points)
            font.setBold(heavy)
            label.setFont(font)
            label.setText(text)
        spoken = [label.text() for label in (self.touch, self.state, self.why, self.kind, self.bench)]
        named(self, ". ".join(text for text in spoken if text))

    def _kind(self, found: SafetyStatus) -> str:
        if found.simulated is None:
            return tr("NO BENCH YET") if not found.bench else ""
        return tr("SIMULATOR") if found.simulated else tr("HARDWARE")


def _points(box: QRectF, *shares: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(box.left() + x * box.width(), box.top() + y * box.height()) for x, y in shares])
