"""The title bar of a dock: its name, what it shows, its own switches, pop out and hide, all in one line."""

from __future__ import annotations

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QStyle, QToolButton, QWidget

from labctl.gui.text.words import must, named, tr
from labctl.gui.widgets.readout import Elided, Readout


class TitleBar(QWidget):
    """One line; it can be dragged where there is no button. Extra widgets go in by `add`."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.title, self.readout = Elided(dock.windowTitle(), "title"), Readout()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(9, 2, 3, 2)
        self._row.setSpacing(3)
        self._row.addWidget(self.title)
        self._row.addWidget(self.readout, 1)
        style = must(self.style())
        for icon, words, slot in (
            (QStyle.StandardPixmap.SP_TitleBarNormalButton, tr("Pop out or back: {view}"), self._float),
            (QStyle.StandardPixmap.SP_TitleBarCloseButton, tr("Hide {view}"), dock.hide),
        ):
            text = words.format(view=dock.windowTitle())
            button = named(QToolButton(), text, text)
            button.setAutoRaise(True)
            button.setIcon(style.standardIcon(icon))
            button.clicked.connect(lambda _=False, s=slot: s())
            self._row.addWidget(button)
        dock.windowTitleChanged.connect(self.title.setText)
        self._later = QTimer(self)  # after the window has laid its docks out, not while it does
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._name_unless_tabbed)
        dock.visibilityChanged.connect(lambda _: self._later.start(0))
        dock.topLevelChanged.connect(lambda _: self._later.start(0))
        self._dock = dock

    def add(self, widget: QWidget) -> None:
        """Put a control between the readout and the buttons."""
        self._row.insertWidget(self._row.count() - 2, widget)

    def _name_unless_tabbed(self) -> None:
        """Leave the name to the tab when there is one."""
        window = self.window()
        tabbed = isinstance(window, QMainWindow) and bool(window.tabifiedDockWidgets(self._dock))
        self.title.setVisible(not tabbed or self._dock.isFloating())

    def _float(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())
