"""Menus and keys of the window: everything that can be done can be done from the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QApplication, QMainWindow, QMenu, QPushButton

from labctl.engine.lifecycle import VERBS, Verb
from labctl.gui.app.layout import DockLayout
from labctl.gui.app.panels import Panels
from labctl.gui.app.shortcuts import ShortcutsPage, shown_key
from labctl.gui.app.theming import Theming
from labctl.gui.panels.controls import MARKER_KEY
from labctl.gui.state.app_state import AppState
from labctl.gui.state.run_control import RunControl
from labctl.gui.text.words import must, tr


class Actions:
    """The menu bar of a window and the list of its keys."""

    def __init__(
        self,
        window: QMainWindow,
        state: AppState,
        control: RunControl,
        panels: Panels,
        layout: DockLayout,
        theming: Theming,
    ) -> None:
        self._window, self._state, self._panels = window, state, panels
        self._layout, self._theming = layout, theming
        self.page: ShortcutsPage | None = None
        bar = must(window.menuBar())
        panel, runs, controls = panels.experiment, panels.runs, panels.controls
        file = must(bar.addMenu(tr("&File")))
        file.addActions(panel.actions())
        file.addSeparator()
        self._add(file, tr("Close the window"), "Ctrl+Q", window.close)
        run = must(bar.addMenu(tr("&Run")))
        self._press(run, tr("Preflight"), "", panel.card.check)
        self._add(run, tr("Start"), "Ctrl+Return", controls.press_start)
        for verb, button in controls.buttons.items():
            self._press(run, tr(VERBS[verb].label), "", button)
        self._add(run, tr(VERBS[Verb.EMERGENCY_OFF].label), "", control.emergency_off)
        self._add(run, tr("Write a note"), "Ctrl+M", self._note)
        self._press(run, tr("Marker"), "", controls.marker)
        run.addSeparator()
        figures = self._add(run, tr("Draw the figures of every run"), "", lambda: None)
        figures.setCheckable(True)
        figures.setChecked(state.selected.draws_figures)
        figures.toggled.connect(lambda on: state.selected.set_draws_figures(bool(on)))
        self._add(run, tr("Find a run"), "Ctrl+F", self._find)
        self._press(run, tr("Compare chosen runs"), "Ctrl+Shift+C", runs.buttons["compare"])
        self._add(run, tr("Back to live"), "Ctrl+L", state.show_live)
        view = must(bar.addMenu(tr("&View")))
        for number, dock in enumerate(layout.plots.values(), 1):
            self._dock(view, dock.toggleViewAction(), f"Ctrl+{number}")
        view.addSeparator()
        for number, panel_dock in enumerate(layout.panels.values(), 1):
            self._dock(view, panel_dock.toggleViewAction(), f"Ctrl+Alt+{number}")
        view.addSeparator()
        self._add(view, tr("Freeze all plots"), "Ctrl+Shift+F", self._freeze)
        self._add(view, tr("Let go of chosen edges"), "Ctrl+D", state.selection.clear)
        self._add(view, tr("Usual layout"), "Ctrl+0", layout.reset)
        self._themes(must(view.addMenu(tr("Theme"))))
        self._languages(must(view.addMenu("Language · 语言")))
        help_ = must(bar.addMenu(tr("&Help")))
        self._add(help_, tr("Keyboard shortcuts"), "F1", self.show_shortcuts)

    def show_shortcuts(self) -> None:
        """Open the page of shortcuts."""
        self.page = ShortcutsPage(self.shortcuts(), self._window)
        self.page.show()

    def shortcuts(self) -> list[tuple[str, str]]:
        """Return every key with what it does, the emergency first."""
        rows = [(VERBS[Verb.EMERGENCY_OFF].key, tr(VERBS[Verb.EMERGENCY_OFF].label) + ", " + tr("anywhere"))]
        rows += [("Ctrl+Space", tr("Pause, Resume")), ("F5", tr("Preflight")), ("F6", tr("Check bench"))]
        rows += [(VERBS[v].key, tr(VERBS[v].label)) for v in (Verb.STOP, Verb.ABORT)]
        rows += [(MARKER_KEY, tr("Marker"))]
        seen = {key for key, _ in rows}
        for action in self._window.findChildren(QAction):
            key = action.shortcut().toString()
            if key and key not in seen:
                seen.add(key)
                rows.append((key, action.text().replace("&", "")))
        return [(shown_key(key), what) for key, what in rows]

    # ── the inside ───────────────────────────────────────────────────────────────────────────────

    def _add(self, menu: QMenu, text: str, key: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._window)
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _=False: slot())
        menu.addAction(action)
        return action

    def _press(self, menu: QMenu, text: str, key: str, button: QPushButton) -> None:
        """Add what presses a button, and can be chosen whenever that can be pressed."""
        _Following(self._add(menu, text, key, button.click), button)

    def _dock(self, menu: QMenu, action: QAction | None, key: str) -> None:
        found = must(action)
        found.setShortcut(QKeySequence(key))
        menu.addAction(found)

    def _themes(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        chosen = str(self._state.store.value("theme", "system"))
        for name, text in (("system", tr("as the system")), ("light", tr("light")), ("dark", tr("dark"))):
            action = self._add(menu, text, "", lambda n=name: self._theming.choose(n))  # type: ignore[misc]
            action.setCheckable(True)
            action.setChecked(name == chosen)
            group.addAction(action)

    def _languages(self, menu: QMenu) -> None:
        for code, text in (("", "as the system · 跟随系统"), ("en", "English"), ("zh", "中文")):
            self._add(menu, text, "", lambda c=code: self._choose_language(c))  # type: ignore[misc]

    def _choose_language(self, code: str) -> None:
        self._state.store.setValue("language", code)
        self._state.note(tr("The language changes when the window is opened again."))

    def _note(self) -> None:
        self._layout.panels["notes"].raise_()
        self._panels.notes.note.setFocus()

    def _find(self) -> None:
        self._layout.panels["runs"].show()
        self._layout.panels["runs"].raise_()
        self._panels.runs.search.setFocus()

    def _freeze(self) -> None:
        plots = list(self._layout.plots.values())
        on = not all(dock.freeze.isChecked() for dock in plots)
        for dock in plots:
            dock.freeze.setChecked(on)
        QApplication.processEvents()


class _Following(QObject):
    """Keeps an action enabled exactly when its button is."""

    def __init__(self, action: QAction, button: QPushButton) -> None:
        super().__init__(action)
        self._action, self._button = action, button
        action.setEnabled(button.isEnabled())
        button.installEventFilter(self)

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.EnabledChange:
            self._action.setEnabled(self._button.isEnabled())
        return False
