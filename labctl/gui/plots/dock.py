"""What every plot has: a dock, freeze, export, a place for its own switches, a frame when there is news."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPaintDevice, QPainter, QPixmap
from PyQt6.QtSvg import QSvgGenerator
from PyQt6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QMenu,
    QToolButton,
    QWidget,
)

from labctl.gui.plots.axes import OUT, Plot
from labctl.gui.state.run_model import RunModel
from labctl.gui.state.selection import Selection
from labctl.gui.text.words import must, named, tr
from labctl.gui.widgets.theme import Theme
from labctl.gui.widgets.title_bar import TitleBar

_LEAST_HEIGHT = 44  # of a plot: the window fits a full HD screen at 200 %


class PlotDock(QDockWidget):
    """A dock with one view of the run. Subclasses draw in `redraw` and clear themselves in `start_over`."""

    key = "plot"
    title = "Plot"
    least_s = 0.1  # between two frames
    follows = True  # the run; not once somebody has zoomed
    _plot: Any  # pyqtgraph's, made with the view

    failed = pyqtSignal(str)

    def __init__(self, model: RunModel, selection: Selection, theme: Theme) -> None:
        super().__init__(tr(self.title))
        self.setObjectName(f"plot-{self.key}")
        self.setAccessibleName(tr(self.title))
        self.model, self.selection, self.theme = model, selection, theme
        self.stale, self.drawn_at = True, 0.0
        self.frames = 0
        self.freeze = named(
            QToolButton(),
            tr("Freeze {view}", view=tr(self.title)),
            tr("Hold this view still; the run goes on."),
        )
        self.freeze.setText("❄")
        self.freeze.setCheckable(True)
        self.freeze.toggled.connect(self._frozen)
        export = named(
            QToolButton(), tr("Export {view}", view=tr(self.title)), tr("Save as PNG, SVG or CSV.")
        )
        export.setText("⤓")
        export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(export)
        for kind in ("PNG", "SVG", "CSV"):
            must(menu.addAction(tr("Export as {kind} …", kind=kind))).triggered.connect(
                lambda _=False, k=kind: self._ask_where(k)
            )
        export.setMenu(menu)
        self.bar = TitleBar(self)
        self.readout = self.bar.readout
        self.bar.add(self.freeze)
        self.bar.add(export)
        self.setTitleBarWidget(self.bar)
        self.view = self.make_view()
        self.view.setAccessibleName(tr(self.title))
        self.view.setMinimumHeight(_LEAST_HEIGHT)
        self.setWidget(self.view)
        self.readout.lie_over(self.view)
        selection.changed.connect(self.on_selection)
        self._listen()
        self.restyle(theme)

    # ── for subclasses ───────────────────────────────────────────────────────────────────────────

    def make_view(self) -> QWidget:
        """Return the widget that draws."""
        raise NotImplementedError

    def start_over(self) -> None:
        """Forget what is drawn: another run begins."""

    def leave(self) -> None:
        """Let go of what works beside the window: it closes."""

    def redraw(self) -> None:
        """Draw the model as it is now."""
        raise NotImplementedError

    def on_selection(self) -> None:
        """Show which edges are chosen."""
        self.stale = True

    def restyle(self, theme: Theme) -> None:
        """Take another theme."""
        self.theme = theme
        self.stale = True

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return what is drawn as a heading with units and rows, for CSV."""
        return [], []

    def reading_at(self, place: Any) -> str:
        """Return what there is to read at a place within the axes, in their units; empty for nothing."""
        return ""

    def read_under_mouse(self) -> None:
        """Have the readout tell what is under the mouse, while that is within the axes of the plot."""
        self._plot.scene().sigMouseMoved.connect(self._hover)

    def place_under(self, position: Any) -> Any | None:
        """Return where within the axes a place of the scene lies, None when it lies outside of them."""
        box = self._plot.vb
        return box.mapSceneToView(position) if box.sceneBoundingRect().contains(position) else None

    def choose_edge(self, event: Any, edge: int | None) -> None:
        """Choose the edge that was clicked, with Ctrl beside the others; None when there was none."""
        if edge is not None and event.button() == Qt.MouseButton.LeftButton:
            add = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.selection.toggle(edge, add=add)

    def add_fit(self, plot: Any) -> None:
        """Keep the zoom of a plot once somebody zooms it; add the button that shows everything again."""
        fit = named(QToolButton(), tr("Show everything"), tr("Follow the run again, all of it."))
        fit.setText("⤢")
        fit.clicked.connect(lambda: self.show_everything())
        self.add_switch(fit)
        plot.vb.sigRangeChangedManually.connect(lambda _: self._zoomed())

    def show_everything(self) -> None:
        """Forget the zoom."""
        self.follows = self.stale = True

    def add_switch(self, widget: QWidget) -> None:
        """Put a control of the view into its bar."""
        self.bar.add(widget)

    # ── frames ───────────────────────────────────────────────────────────────────────────────────

    def show_model(self, model: RunModel) -> None:
        """Draw another run from now on."""
        self._listen(off=True)
        self.model = model
        self._listen()
        self._begun()

    def is_due(self, now: float) -> bool:
        """Tell whether the view is seen, has news, and was not drawn just now."""
        return (
            self.stale
            and not self.freeze.isChecked()
            and now - self.drawn_at >= self.least_s
            and self.isVisible()
            and not self.visibleRegion().isEmpty()
        )

    def draw_now(self) -> None:
        """Draw one frame."""
        self.stale = False
        self.drawn_at = time.monotonic()
        self.frames += 1
        if self.model.description is not None:
            self.redraw()

    def _listen(self, *, off: bool = False) -> None:
        for signal, slot in ((self.model.begun, self._begun), (self.model.grown, self._grown)):
            signal.disconnect(slot) if off else signal.connect(slot)

    def _begun(self) -> None:
        self.readout.read("")
        self.readout.setText("")
        self.start_over()
        self.show_everything()

    def _grown(self) -> None:
        self.stale = True

    def _hover(self, position: Any) -> None:
        place = self.place_under(position)
        self.readout.read("" if place is None else self.reading_at(place))

    def _zoomed(self) -> None:
        self.follows, self.stale = False, True

    def _frozen(self, on: bool) -> None:
        self.setWindowTitle(tr(self.title) + (f" ({tr('frozen')})" if on else ""))

    # ── export ───────────────────────────────────────────────────────────────────────────────────

    def _ask_where(self, kind: str) -> None:
        if kind == "CSV" and not self.table()[1]:
            self._say_empty()
            return
        name = f"{self.model.title or 'run'}-{self.key}.{kind.lower()}"
        where, _ = QFileDialog.getSaveFileName(
            self, tr("Export as {kind} …", kind=kind), name, f"*.{kind.lower()}"
        )
        if where:
            try:
                self.export(Path(where))
            except OSError as error:
                self.failed.emit(
                    tr(
                        "{file} cannot be written: {why}. Choose another place.",
                        file=where,
                        why=error.strerror,
                    )
                )

    def export(self, path: Path) -> None:
        """Write the view as the suffix says: .png at twice the size, .svg, .csv. Raises OSError.

        Nothing is written as .csv while there are no numbers yet.
        """
        kind = path.suffix.lower()
        if kind == ".csv":
            head, rows = self.table()
            if not rows:
                self._say_empty()
                return
            lines = [",".join(head), *(",".join(_cell(c) for c in row) for row in rows)]
            path.write_text("\n".join(lines) + "\n", "utf-8")
            return
        if kind == ".svg":
            path.touch()  # the generator does not say when it cannot write
            generator = QSvgGenerator()
            generator.setFileName(str(path))
            generator.setSize(self.view.size())
            generator.setViewBox(self.view.rect())
            generator.setTitle(f"{self.model.title}: {self.title}")
            self._paint(generator)
            return
        picture = QPixmap(2 * self.view.size())
        picture.setDevicePixelRatio(2.0)
        picture.fill(must(self.view.palette()).window().color())
        self._paint(picture)
        if not picture.save(str(path)):
            raise OSError(0, "no such folder, or no room", str(path))

    def _say_empty(self) -> None:
        self.failed.emit(self.why_empty())

    def why_empty(self) -> str:
        """Say why there is nothing to export."""
        return tr("{view}: nothing to export yet. Start or open a run.", view=tr(self.title))

    def _paint(self, device: QPaintDevice) -> None:
        painter = QPainter(device)
        self.view.render(painter)
        painter.end()

    def sizeHint(self) -> QSize:
        """Return a size at which every plot is legible."""
        return QSize(420, 320)


def plot_widget(theme: Theme, x: tuple[str, str], y: tuple[str, str]) -> Any:
    """Return a pyqtgraph plot with axes labelled (words, unit), no antialiasing, no context menu."""
    widget = Plot()
    plot = widget.getPlotItem()
    plot.layout.setContentsMargins(OUT + 2, 9, 6, 2)  # the topmost number is whole
    plot.setLabel("bottom", tr(x[0]), units=x[1] or None)
    plot.setLabel("left", tr(y[0]), units=y[1] or None)
    for side, (_, unit) in (("bottom", x), ("left", y)):
        plot.getAxis(side).enableAutoSIPrefix(bool(unit))
    plot.hideButtons()
    plot.setMenuEnabled(False)
    restyle_plot(widget, theme)
    return widget


def restyle_plot(widget: Any, theme: Theme) -> None:
    """Give a pyqtgraph plot the colours of a theme."""
    widget.setBackground(theme.base)
    plot = widget.getPlotItem()
    for side in ("left", "bottom", "right"):
        axis = plot.getAxis(side)
        axis.setPen(theme.faint)
        axis.setTextPen(theme.text)
        axis.setTickPen(theme.grid)
        axis.setStyle(tickTextOffset=5)


def _cell(value: Any) -> str:
    text = f"{value:.9g}" if isinstance(value, float) else str(value)
    return f'"{text}"' if "," in text else text
