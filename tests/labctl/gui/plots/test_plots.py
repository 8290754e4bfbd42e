"""The plots on a run made up in memory: what they draw, hover, choose and export."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
import xarray as xr
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication, QToolButton

from labctl.engine.messages import Poll, RunDescription, RunEvent
from labctl.engine.observer import describe
from labctl.engine.rings import Samples
from labctl.engine.snapshot import EngineFacts, LatenessFacts, RunFacts, Snapshot
from labctl.experiment import build_plan, load_experiment
from labctl.gui.app.layout import PLOTS
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
from labctl.gui.state.run_model import RunModel, ShownRun
from labctl.gui.state.selection import MOST, Selection
from labctl.gui.widgets import theme
from labctl.store import reading
from labctl.twins.health import Health
from protocols.messages import Message
from sim_backend import BenchConfig, SimBench

from ..conftest import EXAMPLES, Opened, until

pytestmark = pytest.mark.gui
RUN = RunFacts(1, "made up", "xor.toml", "sim", "ideal", 0, "classification", "standard", 1000, 3)
ROUNDS = ("round_cycle", "learning_time", "train_error", "test_error", "train_accuracy", "test_accuracy")


def _poll(cycle: int, rows: int = 3) -> Poll:
    """Make a poll with `rows` readings up to `cycle`, learning time one millisecond per cycle."""
    cycles = np.linspace(0, cycle, rows).astype(int)
    gates = 1.0 + 0.001 * cycles[:, None] + 0.01 * np.arange(32)
    rounds = dict.fromkeys(ROUNDS, np.full(rows, np.nan)) | {
        "round_cycle": cycles,
        "learning_time": 1e-3 * cycles,
        "train_error": 1e-3 / (1.0 + cycles),
        "train_accuracy": np.full(rows, 0.75),
        "train_output": np.tile([[-0.01], [0.012], [0.008], [-0.02]], (rows, 1, 1)),
    }
    nodes = np.linspace(0.0, 0.45, 16)[None]
    rings = {
        "rounds": Samples(0, rounds),
        "gates": Samples(0, {"round_cycle": cycles, "gate_voltage": gates, "conductance": 1e-4 * gates}),
        "nodes": Samples(
            0,
            {
                "snapshot_cycle": np.array([cycle]),
                "snapshot_free_node": nodes,
                "snapshot_clamped_node": nodes + 0.01,
            },
        ),
        "cycles": Samples(
            0,
            {
                "cycle_point": np.array([1, 2]),
                "cycle_free_output": np.array([[0.011], [0.007]]),
                "cycle_clamped_output": np.array([[0.02], [0.0]]),
                "cycle_learning_time": np.array([1e-4, 1e-4]),
                "cycle_lateness": np.zeros(2),
            },
        ),
    }
    late = LatenessFacts(1000, 7, 2e-3, (0.0, 1e-6, 1e-3), (0, 5, 2))
    facts = EngineFacts("e", 1, "0", "")
    snapshot = Snapshot(1, facts, run=RUN, cycle=cycle, learning_time_s=1e-3 * cycle, lateness=late)
    return Poll(snapshot, 1, rings)


@pytest.fixture(scope="module")
def described() -> RunDescription:
    """What an engine says of a run of the example xor."""
    limits = SimBench(BenchConfig(), seed=0).limits()
    return describe(build_plan(load_experiment(EXAMPLES / "xor.toml").settings, limits, 0))


@pytest.fixture
def model(app: QApplication, described: RunDescription) -> RunModel:
    found = RunModel()
    found.describe(described)
    found.absorb(_poll(1000))
    return found


@pytest.fixture
def make_dock(model: RunModel) -> Iterator[Callable[..., PlotDock]]:
    """Docks that are drawn, and taken down in order: one that is painted while Python forgets it crashes."""
    made: list[PlotDock] = []

    def make(kind: type[PlotDock], selection: Selection | None = None) -> PlotDock:
        dock = kind(model, selection or Selection(), theme.LIGHT)
        made.append(dock)
        dock.start_over()
        dock.resize(520, 400)
        dock.show()
        dock.draw_now()
        return dock

    yield make
    for dock in made:
        dock.close()
        dock.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(params=PLOTS, ids=lambda kind: kind.key)
def dock(request: pytest.FixtureRequest, make_dock: Callable[..., PlotDock]) -> PlotDock:
    made = make_dock(request.param)
    if isinstance(made, TwinPlot):  # it draws what a process beside it tells
        edges = np.arange(32)
        measured = 1.0 + 0.01 * edges
        made._health = Health(1000, 1.0, edges, measured, measured + 1e-3 * (edges % 5), 0.3)  # noqa: SLF001
        made.draw_now()
    return made


def test_every_plot_draws_exports_and_takes_the_other_theme(dock: PlotDock, tmp_path: Path) -> None:
    for look in (theme.LIGHT, theme.DARK):
        dock.restyle(look)
        dock.draw_now()
        dock.export(tmp_path / "plot.png")
        picture = QImage(str(tmp_path / "plot.png"))
        assert picture.width() >= 2 * dock.view.width() - 2
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, 400, 3)}
        assert len(colours) > 3  # something is drawn on the ground
    dock.export(tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text()[:400]
    dock.export(tmp_path / "plot.csv")
    rows = list(csv.reader((tmp_path / "plot.csv").read_text().splitlines()))
    assert len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)
    with pytest.raises(OSError, match="no such folder"):
        dock.export(tmp_path / "nowhere" / "plot.png")


def test_a_frozen_view_holds_still_while_the_run_goes_on(dock: PlotDock, model: RunModel) -> None:
    dock.freeze.setChecked(True)
    model.absorb(_poll(2000))
    assert dock.stale
    assert not dock.is_due(1e12)
    assert "frozen" in dock.windowTitle()
    dock.freeze.setChecked(False)
    assert "frozen" not in dock.windowTitle()


def test_gates_are_put_at_their_learning_time_and_wait_for_the_clock(model: RunModel) -> None:
    np.testing.assert_allclose(model.gates.x, [0.0, 0.5, 1.0])
    early = _poll(1500, rows=1)
    early.rings["rounds"] = Samples(0, {})
    early.rings["gates"].arrays["round_cycle"] = np.array([1600])
    model.absorb(early)
    assert len(model.gates) == 3  # the snapshot has not got there
    model.absorb(Poll(_poll(1700).snapshot, 1))
    np.testing.assert_allclose(model.gates.x[-1], 1.6)


def test_markers_are_drawn_where_they_were_dropped(
    model: RunModel, described: Any, make_dock: Callable[..., PlotDock]
) -> None:
    docks = {k.key: make_dock(k) for k in PLOTS if k.key in ("traces", "heatmap", "error")}
    poll = _poll(2000)
    poll.events.append(RunEvent(Message("note"), "window", Message.of("no marker"), cycle=3))
    name = "probe {9} moved"
    marker = RunEvent(Message("marker"), "window", Message.of(name), 0.0, 500, 0.5)
    poll.events.append(marker)
    model.absorb(poll)
    for dock in docks.values():
        dock.draw_now()
        dock.restyle(theme.DARK)
        (line,) = (i for i in dock._plot.items if isinstance(i, pg.InfiniteLine) and hasattr(i, "label"))  # noqa: SLF001
        assert line.value() == 0.5
        assert name in line.label.toPlainText()
    docks["error"].log_time.setChecked(True)
    docks["error"].draw_now()
    lines = [i for i in docks["error"]._plot.items if hasattr(i, "label")]  # noqa: SLF001
    assert lines[0].value() == pytest.approx(np.log10(0.5))
    model.describe(described)
    for dock in docks.values():
        dock.draw_now()
        assert not [i for i in dock._plot.items if hasattr(i, "label")]  # noqa: SLF001


def _middle(network: PlotDock, edge: int) -> QPointF:
    """Return where in the scene the middle of an edge is."""
    start, end = network._item._layout.segments(edge)[0]  # noqa: SLF001
    return network._plot.vb.mapViewToScene(QPointF(*(0.5 * (start + end))))  # noqa: SLF001


def test_an_edge_clicked_in_the_network_is_chosen_everywhere(
    model: RunModel, make_dock: Callable[..., PlotDock]
) -> None:
    selection = Selection()
    docks = {kind.key: make_dock(kind, selection) for kind in PLOTS}
    network = docks["network"]
    edge = 9
    place = _middle(network, edge)
    click = SimpleNamespace(
        scenePos=lambda: place,
        button=lambda: Qt.MouseButton.LeftButton,
        modifiers=lambda: Qt.KeyboardModifier.NoModifier,
    )
    network._click(click)  # noqa: SLF001
    assert selection.edges == (edge,)
    assert all(dock.stale for key, dock in docks.items() if key in ("network", "heatmap", "traces"))
    network._hover(place)  # noqa: SLF001
    assert model.description.edge_names[edge] in network.readout.told()
    assert "mS" in network.readout.told()
    for other in range(20):
        selection.toggle(other, add=True)
    assert len(selection.edges) == MOST
    docks["traces"].draw_now()


def test_a_reading_has_room_however_narrow_the_dock(make_dock: Callable[..., PlotDock]) -> None:
    network = make_dock(NetworkPlot)
    for width in (260, 900):
        network.resize(width, 400)
        until(lambda w=width: network.view.width() >= w - 10)
        network._hover(_middle(network, 9))  # noqa: SLF001
        bar, over = network.readout, network.readout.over
        shown = over if over.isVisible() else bar
        assert "mS" in shown.text()
        assert shown.fontMetrics().horizontalAdvance(shown.text()) <= shown.width()
        assert network.view.rect().contains(over.geometry()) or not over.isVisible()
    QApplication.sendEvent(network.view, QEvent(QEvent.Type.Leave))
    assert not network.readout.told()
    assert not over.isVisible()


def test_what_is_under_the_mouse_is_read_in_place_of_what_stands_there(
    make_dock: Callable[..., PlotDock], model: RunModel
) -> None:
    for kind, standing, told in (
        (PhasePlane, "2.000 V, 2.010 V", "500 ms   1.500 V, 1.510 V"),
        (TimingPlot, "7 of 1,000 cycles late, at worst 2 ms", ">1 µs: 5 cycles"),
        (DecisionPlot, "■ label above 0, ● below: 4 of 4 right", "0 mV, 450 mV → +12.00 mV"),
    ):
        dock = make_dock(kind)
        where = {PhasePlane: (1.5, 1.51), TimingPlot: (2, 0.1), DecisionPlot: (0.02, 0.43)}[kind]
        QApplication.processEvents()
        dock._hover(dock._plot.vb.mapViewToScene(QPointF(*where)))  # noqa: SLF001
        assert dock.readout.told() == told
        dock.draw_now()  # the run goes on; the mouse rests
        assert dock.readout.told() == told
        dock._hover(QPointF(-9, -9))  # noqa: SLF001
        assert dock.readout.told() == standing


@pytest.mark.parametrize("stride", [1, 10])
def test_the_timing_of_a_stored_run_counts_all_its_cycles(
    make_dock: Callable[..., PlotDock], described: Any, monkeypatch: pytest.MonkeyPatch, stride: int
) -> None:
    whole = ShownRun.of_run(
        reading.described(described.attributes, described.dims, described.texts, described.arrays)
    )
    monkeypatch.setattr(ShownRun, "of_run", lambda _: whole)
    lateness_s = np.zeros(100_000)
    lateness_s[:500] = 2e-3  # long before the last cycles
    cycles = {"cycle_lateness": ("cycle", lateness_s), "cycle": stride * np.arange(100_000)}
    stored = RunModel()
    stored.load(xr.Dataset(cycles), "made up")
    dock = make_dock(TimingPlot)
    dock.show_model(stored)
    dock.draw_now()
    of = "100,000 cycles" if stride == 1 else "100,000 stored cycles"
    assert dock.readout.told() == f"500 of {of} late, at worst 2 ms"
    rows = dock.table()[1]
    assert rows[0] == [0.0, 99_500]
    assert [n for _, n in rows[1:] if n] == [500]


def test_a_zoom_lasts_until_everything_is_asked_for(
    make_dock: Callable[..., PlotDock], model: RunModel, described: Any
) -> None:
    for kind in (OutputsPlot, HeatMap, GateTraces, ErrorPlot):
        dock = make_dock(kind)
        box = dock._plot.vb  # noqa: SLF001
        QApplication.processEvents()
        whole = box.viewRange()[0]
        box.setRange(xRange=(0.2, 0.3), padding=0)
        box.sigRangeChangedManually.emit(box.state["mouseEnabled"][:])
        dock.draw_now()
        assert box.viewRange()[0] == pytest.approx([0.2, 0.3])
        (fit,) = (b for b in dock.findChildren(QToolButton) if b.text() == "⤢")
        fit.click()
        dock.draw_now()
        until(lambda b=box, w=whole: b.viewRange()[0] == pytest.approx(w, rel=0.1, abs=0.1), 10)


def test_an_empty_view_says_so_and_writes_no_table(app: QApplication, tmp_path: Path) -> None:
    for kind in PLOTS:
        dock = kind(RunModel(), Selection(), theme.LIGHT)
        said: list[str] = []
        dock.failed.connect(said.append)
        dock.export(tmp_path / f"{kind.key}.csv")
        assert len(said) == 1
        dock._ask_where("CSV")  # noqa: SLF001 - without a dialog
        assert len(said) == 2
        assert "nothing to export yet" in said[0]
        dock.deleteLater()
    assert not list(tmp_path.iterdir())


def test_a_run_without_a_twin_says_so_when_it_is_to_be_exported(
    make_dock: Callable[..., PlotDock], model: RunModel, tmp_path: Path
) -> None:
    dock, said = make_dock(TwinPlot), []
    dock.failed.connect(said.append)
    model.folder = dock._folder = str(tmp_path)  # noqa: SLF001
    dock._watch = SimpleNamespace(missing=True, take=list, over=True, close=lambda: None)  # noqa: SLF001
    dock.export(tmp_path / "twin.csv")
    assert said == ["Twin: This board has no twin yet. Make one with labctl calibrate twin"]


def test_the_queue_survives_a_restart(open_window: Opened) -> None:
    window = open_window(live=False)
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    window.panels.experiment.document.set("training.cycles", 123)
    window.panels.queue.add()
    window.panels.experiment.seed.setValue(5)
    window.panels.queue.add()
    window.panels.queue.list.setCurrentRow(1)
    window.panels.queue.earlier()
    again = open_window(live=False)
    queue = again.panels.queue
    assert [item.request.seed for item in queue.requests] == [5, 0]
    assert "cycles = 123" in queue.requests[0].text
    assert queue.requests == window.panels.queue.requests
    queue.list.setCurrentRow(0)
    queue.remove()
    assert queue.list.count() == 1


@pytest.mark.slow
def test_the_queue_runs_one_after_another(open_window: Opened) -> None:
    window = open_window()
    window.panels.experiment.open(EXAMPLES / "xor.toml")
    window.panels.experiment.document.set("training.cycles", 100)
    window.panels.queue.add()
    window.panels.queue.add()
    before = window.state.snapshot.run.serial if window.state.snapshot.run is not None else 0
    window.panels.queue.on.click()
    until(
        lambda: window.state.snapshot.run is not None and window.state.snapshot.run.serial == before + 2,
        90,
    )
    until(lambda: window.state.snapshot.is_over)
    assert not window.panels.queue.requests
