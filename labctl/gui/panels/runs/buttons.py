"""The buttons beneath the run browser, and the menu that stands for them where the browser is low."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QGridLayout, QMenu, QPushButton, QWidget

from labctl.gui.text.words import must, named, tr

_ACROSS = 3  # buttons in a row: all of them in one are wider than a small screen has room for
_LOW = 260  # pixels of the browser: the buttons would leave less than two runs


class RunsButtons(QWidget):
    """What can be done with the chosen runs, by key; `menu` is a button to be put where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, QPushButton] = {}
        self.menu = named(QPushButton("≡"), tr("What can be done with the chosen runs"))
        self._menu, self._actions = QMenu(self.menu), dict[str, QAction]()
        self._menu.aboutToShow.connect(self.follow)
        self.menu.setMenu(self._menu)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(3)
        self._grid.setColumnStretch(_ACROSS, 1)

    def add(self, key: str, label: str, tip: str, slot: Callable[[], object]) -> None:
        """Add a button, and its line in the menu."""
        button = named(QPushButton(tr(label)), tr(label), tr(tip))
        button.clicked.connect(lambda _=False: slot())
        self._grid.addWidget(button, *divmod(len(self.buttons), _ACROSS))
        self.buttons[key] = button
        self._actions[key] = must(self._menu.addAction(tr(label)))
        self._actions[key].triggered.connect(lambda _=False: slot())

    def follow(self) -> None:
        """Let be chosen what can be pressed."""
        for key, action in self._actions.items():
            action.setEnabled(self.buttons[key].isEnabled())

    def fit(self, height: int) -> None:
        """Show the buttons, or the menu, in a browser this high."""
        self.setVisible(height >= _LOW)
        self.menu.setVisible(height < _LOW)
