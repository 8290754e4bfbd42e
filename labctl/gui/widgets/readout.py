"""Words in the title bar of a dock, and the reading under the mouse, which always has room."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PyQt6.QtWidgets import QLabel, QSizePolicy, QWidget

from labctl.gui.text.words import must

_FROM_EDGE = 6  # pixels between a reading laid over a view and the view's corner


class Elided(QLabel):
    """One line that ends in … where it has no room; whole in its tooltip then."""

    def __init__(self, text: str, role: str) -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setMinimumWidth(10)

    def setText(self, text: str | None) -> None:
        super().setText(text)
        self._tip()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Say the whole text in the tooltip when it has no room."""
        super().resizeEvent(event)
        self._tip()

    def is_cut(self) -> bool:
        """Tell whether the text has no room."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.width()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw as much of the text as there is room for."""
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self._draw(shown)

    def _draw(self, text: str) -> None:
        painter, look = QPainter(self), (self.palette(), self.isEnabled())
        how = self.alignment().value
        must(self.style()).drawItemText(painter, self.rect(), how, *look, text, self.foregroundRole())
        painter.end()

    def _tip(self) -> None:
        self.setToolTip(self.text() if self.is_cut() else "")


class Paragraph(Elided):
    """Text in at most so many lines, as high as those; the last ends in … where there are more."""

    def __init__(self, most: int) -> None:
        super().__init__("", "")
        self._most = most
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def lines(self) -> list[str]:
        """Return what there is room for at the present width."""
        text, width = self.text(), self.width()
        found: list[str] = []
        layout = QTextLayout(text, self.font())
        layout.setTextOption(_wrapped())
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            first = line.textStart()
            if len(found) == self._most - 1:
                found.append(self.fontMetrics().elidedText(text[first:], Qt.TextElideMode.ElideRight, width))
                break
            found.append(text[first : first + line.textLength()])
        layout.endLayout()
        return found

    def is_cut(self) -> bool:
        """Tell whether the text has no room."""
        return "".join(self.lines()) != self.text()

    def sizeHint(self) -> QSize:
        """Return the height of these lines."""
        return QSize(0, max(len(self.lines()), 1) * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        self._draw("\n".join(self.lines()))


def _wrapped() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


class Readout(Elided):
    """What a view says of itself, and in its place what is read under the mouse while it is there.

    A reading too long for the bar is laid over a corner of the view.
    """

    def __init__(self) -> None:
        super().__init__("", "muted")
        self._standing = self._reading = ""
        self._view: QWidget | None = None
        self.over = QLabel()

    def lie_over(self, view: QWidget) -> None:
        """Know the view whose corner takes long readings."""
        self._view = view
        self.over.setParent(view)
        self.over.setProperty("role", "reading")
        self.over.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.over.hide()
        view.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """Return next to nothing: it takes the room that name and switches leave."""
        return QSize(self.minimumWidth(), super().sizeHint().height())

    def setText(self, text: str | None) -> None:
        """Say something of the view, as long as nothing is read."""
        self._standing = text or ""
        self._show()

    def told(self) -> str:
        """Return what is read, or else said."""
        return self._reading or self._standing

    def read(self, text: str) -> None:
        """Say what is under the mouse; nothing when it has left."""
        self._reading = text
        self._show()

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:
        """Forget the reading when the mouse leaves the view."""
        if event is not None and event.type() == QEvent.Type.Leave:
            self.read("")
        return super().eventFilter(target, event)

    def _show(self) -> None:
        view, wide = self._view, self.fontMetrics().horizontalAdvance(self._reading)
        laid_over = view is not None and wide > self.width()
        super().setText(self._standing if laid_over else self.told())
        if laid_over and view is not None:
            self.over.setText(self._reading)
            self.over.adjustSize()
            self.over.move(max(view.width() - self.over.width() - _FROM_EDGE, 0), _FROM_EDGE)
        self.over.setVisible(laid_over)
