"""Where everything is: panels at the left, plots in docks that move, hide, pop out and come back."""

from __future__ import annotations

from PyQt6.QtCore import QByteArray, QSettings, Qt, QTimer
from PyQt6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QTabBar,
    QTabWidget,
    QToolBar,
    QWidget,
)

from labctl.gui.app.panels import Panels
from labctl.gui.plots.decision import DecisionPlot
from labctl.gui.plots.dock import PlotDock
from labctl.gui.plots.error import ErrorPlot
from labctl.gui.plots.gates import GateTraces
from labctl.gui.plots.heatmap import HeatMap
from labctl.gui.plots.network import NetworkPlot
from labctl.gui.plots.outputs import OutputsPlot
from labctl.gui.plots.phase import PhasePlane
from labctl.gui.plots.timing import TimingPlot
from labctl.gui.plots.twin import TwinPlot
from labctl.gui.state.app_state import AppState
from labctl.gui.state.run_model import RunModel
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.title_bar import TitleBar

VERSION = 2  # of the saved layout: another number forgets what was saved
_LEAST_WIDTH = 300  # of a panel: the window must fit a small screen, and a scaled one
PLOTS: tuple[type[PlotDock], ...] = (
    GateTraces,
    NetworkPlot,
    ErrorPlot,
    OutputsPlot,
    HeatMap,
    PhasePlane,
    DecisionPlot,
    TimingPlot,
    TwinPlot,
)


class DockLayout:
    """Makes the docks of a window and arranges them."""

    def __init__(self, window: QMainWindow, state: AppState, panels: Panels) -> None:
        self._window, self._live = window, state.live
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        nothing = QWidget()
        nothing.setFixedSize(0, 0)
        window.setCentralWidget(nothing)
        self.plots: dict[str, PlotDock] = {
            kind.key: kind(state.live, state.selection, state.theme) for kind in PLOTS
        }
        self.panels = {
            "experiment": self._panel("experiment", tr("Experiment"), panels.experiment),
            "bench": self._panel("bench", tr("Bench"), panels.bench),
            "imperfections": self._panel("imperfections", tr("Imperfections"), panels.imperfections),
            "queue": self._panel("queue", tr("Queue"), panels.queue),
            "notes": self._panel("notes", tr("Notes"), panels.notes),
            "runs": self._panel("runs", tr("Runs"), panels.runs),
        }
        self.stored = _StoredBar(state)
        state.shown_changed.connect(self._show)
        self._restored = False
        self._sweep_soon = QTimer(window)
        self._sweep_soon.setSingleShot(True)
        self._sweep_soon.timeout.connect(self.sweep)
        for dock in (*self.panels.values(), *self.plots.values()):
            dock.visibilityChanged.connect(lambda _: self._sweep_soon.start(20))
        self.arrange()

    def put_on_top(self, widget: QWidget) -> None:
        """Put banner and run control where nothing can cover or move them."""
        bar = QToolBar()
        bar.setObjectName("banner")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setStyleSheet("QToolBar { padding: 0; spacing: 0; border: 0; }")
        bar.toggleViewAction().setEnabled(False)  # type: ignore[union-attr]
        bar.addWidget(widget)
        self._window.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        self._window.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self._window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.stored.bar)

    def arrange(self) -> None:
        """Put every dock in its usual place."""
        window, left, right = (
            self._window,
            Qt.DockWidgetArea.LeftDockWidgetArea,
            Qt.DockWidgetArea.RightDockWidgetArea,
        )
        p, plots = self.panels, self.plots
        for dock in (*p.values(), *plots.values()):
            dock.setFloating(False)
        window.addDockWidget(left, p["experiment"])
        for name in ("bench", "imperfections", "queue", "notes"):
            window.tabifyDockWidget(p["experiment"], p[name])
        window.addDockWidget(right, plots["traces"])
        window.splitDockWidget(plots["traces"], plots["network"], Qt.Orientation.Horizontal)
        window.splitDockWidget(plots["traces"], plots["error"], Qt.Orientation.Vertical)
        window.splitDockWidget(plots["network"], plots["outputs"], Qt.Orientation.Vertical)
        window.tabifyDockWidget(plots["traces"], plots["heatmap"])
        window.tabifyDockWidget(plots["traces"], p["runs"])
        window.tabifyDockWidget(plots["outputs"], plots["phase"])
        window.tabifyDockWidget(plots["outputs"], plots["decision"])
        window.tabifyDockWidget(plots["error"], plots["timing"])
        window.tabifyDockWidget(plots["error"], plots["twin"])
        for dock in (*p.values(), *plots.values()):
            dock.show()
        for dock in (p["experiment"], plots["traces"], plots["outputs"], plots["error"]):
            dock.raise_()

    def shown(self) -> None:
        """Share the room out, unless a saved layout has."""
        if self._restored:
            self.sweep()
        else:
            self.give_sizes()

    def give_sizes(self) -> None:
        """Share the room out; a window has room only once it is shown."""
        window, p, plots = self._window, self.panels, self.plots
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        room = window.width() - 440
        window.resizeDocks(
            [p["experiment"], plots["traces"], plots["network"]],
            [440, 58 * room // 100, 42 * room // 100],
            across,
        )
        window.resizeDocks([plots["traces"], plots["error"]], [56, 44], down)
        window.resizeDocks([plots["network"], plots["outputs"]], [56, 44], down)
        self.sweep()

    def sweep(self) -> None:
        """Hide tab bars that Qt made while docks were moved about and forgot: no dock lies beneath them."""
        docks = [d for d in (*self.panels.values(), *self.plots.values()) if not d.isFloating()]
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            box = bar.geometry()
            beneath = (
                abs(d.geometry().top() - box.bottom()) < 4 and abs(d.geometry().left() - box.left()) < 4
                for d in docks
                if d.isVisible()
            )
            if not any(beneath):
                bar.hide()

    def _show(self, model: RunModel) -> None:
        """Draw another run; a stored one is named, with the way back."""
        self.stored.say("" if model is self._live else model.title)
        for dock in self.plots.values():
            if dock.model is not model:
                dock.show_model(model)

    def save(self, store: QSettings) -> None:
        """Remember where everything is."""
        store.setValue("geometry", self._window.saveGeometry())
        store.setValue("docks", self._window.saveState(VERSION))

    def restore(self, store: QSettings) -> None:
        """Bring back what was remembered."""
        docks = store.value("docks")
        if isinstance(docks, QByteArray):
            self._restored = self._window.restoreState(docks, VERSION)
        self.stored.say("")

    def reset(self) -> None:
        """Go back to the usual places."""
        self.arrange()
        self.give_sizes()

    def _panel(self, key: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(f"panel-{key}")
        dock.setAccessibleName(title)
        dock.setWidget(widget)
        dock.setTitleBarWidget(TitleBar(dock))
        dock.setMinimumWidth(_LEAST_WIDTH)
        return dock


class _StoredBar:
    """The line that says that what is drawn is not live, with the way back."""

    def __init__(self, state: AppState) -> None:
        self.bar = QToolBar()
        self.bar.setObjectName("stored")
        self.bar.setMovable(False)
        self.bar.toggleViewAction().setVisible(False)  # type: ignore[union-attr]
        frame = QFrame()
        frame.setProperty("role", "card")
        row = QHBoxLayout(frame)
        row.setContentsMargins(14, 4, 14, 4)
        self._label = QLabel()
        self._label.setProperty("role", "title")
        back = named(QPushButton(tr("Back to live")), tr("Back to live"), "Ctrl+L")
        back.clicked.connect(state.show_live)
        row.addWidget(self._label, 1)
        row.addWidget(back)
        self.bar.addWidget(frame)
        self.bar.setVisible(False)

    def say(self, title: str) -> None:
        """Show the line with a title, hide it without one."""
        self._label.setText(tr("Stored run, not live: {title}", title=title) if title else "")
        self.bar.setVisible(bool(title))
