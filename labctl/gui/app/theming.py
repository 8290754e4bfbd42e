"""Another theme for a window that is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from labctl.gui.state.app_state import AppState
from labctl.gui.text.words import must
from labctl.gui.widgets import theme as themes


class Styled(Protocol):
    """What takes a theme by itself, because a style sheet does not reach what it draws."""

    def restyle(self, theme: themes.Theme) -> None:
        """Take another theme."""


class Theming(QObject):
    """Gives the theme to everything, part after part: the window would stand still meanwhile otherwise."""

    def __init__(self, state: AppState, parts: Callable[[], list[Styled]]) -> None:
        super().__init__()
        self._state, self._parts = state, parts
        self.unstyled: list[Styled] = []  # what has yet to take the theme
        self._next = QTimer(self)
        self._next.timeout.connect(self._restyle_one)
        hints = must(QGuiApplication.styleHints())
        hints.colorSchemeChanged.connect(lambda _: self.follow_system())

    def set_theme(self, theme: themes.Theme) -> None:
        """Take a theme everywhere; the first part, the banner, at once."""
        self._state.theme = theme
        themes.apply(_application(), theme)
        first, *self.unstyled = self._parts()
        first.restyle(theme)
        self._next.start(0)

    def choose(self, name: str) -> None:
        """Take "light", "dark" or the "system"'s theme, now and in windows to come."""
        self._state.store.setValue("theme", name)
        if name == "system":
            self.follow_system()
        else:
            self.set_theme(themes.DARK if name == "dark" else themes.LIGHT)

    def follow_system(self) -> None:
        """Take the theme the desktop asks for, unless one was chosen."""
        if self._state.store.value("theme", "system") == "system":
            self.set_theme(themes.system_theme(_application()))

    def _restyle_one(self) -> None:
        if self.unstyled:
            self.unstyled.pop(0).restyle(self._state.theme)
        else:
            self._next.stop()


def _application() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("a window needs an application")
    return app
