"""Windows in folders of their own, shut at the end; the engine behind them serves a whole module."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QSettings
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from labctl.engine.client import EngineClient
from labctl.engine.local import LocalEngine
from labctl.engine.places import EngineAddress, engines
from labctl.gui.app.start import make_application
from labctl.gui.app.window import MainWindow
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.widgets import theme
from protocols.engine import RunState
from protocols.errors import LabError

from ...timing import wait_for
from ..engine_here import Unneeded

EXAMPLES = Path(__file__).parents[3] / "examples"


def until(
    condition: Callable[[], object], timeout_s: float = 60.0, told: Callable[[], str] = lambda: ""
) -> None:
    """Let the window live until something is so."""
    wait_for(condition, timeout_s, told=told, pause=lambda: QTest.qWait(10))


@pytest.fixture(scope="session")
def app() -> QApplication:
    return make_application()


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", "light")
    settings.setValue("figures", False)  # drawing them takes longer than the run; one test has them
    return settings


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for engines; those still there at the end are asked to go."""
    folder = tmp_path_factory.mktemp("e")
    folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABCTL_RUNTIME_DIR", str(folder))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        yield folder
        for place in engines():
            _make_idle(place)
            with contextlib.suppress(LabError), EngineClient(place) as client:
                client.quit_engine()
            process = place.process()
            if process is not None and process.is_alive():
                os.kill(process.pid, 9)


def _make_idle(place: EngineAddress) -> None:
    """Abort what an engine is doing."""
    with contextlib.suppress(LabError), EngineClient(place) as client:
        with contextlib.suppress(LabError):
            client.abort("the test is over")
        client.wait(timeout_s=20)


Opened = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def engine_here() -> Iterator[LocalEngine]:
    """An engine in this process for the windows of a module."""
    with LocalEngine("here", Unneeded()) as engine:
        yield engine


@pytest.fixture
def open_window(
    request: pytest.FixtureRequest,
    app: QApplication,
    store: QSettings,
    places: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Opened]:
    """Open windows; they are shut at the end.

    Their engine is in this process, but for tests marked `system`: there it is one of its own.
    """
    windows: list[MainWindow] = []
    if request.node.get_closest_marker("system") is None:
        here = request.getfixturevalue("engine_here")
        monkeypatch.setattr("labctl.gui.state.engine_link.engines", lambda: [here])

    def make(*, live: bool = True) -> MainWindow:
        window = MainWindow(EngineLink(), tmp_path / "runs", store, theme.LIGHT)
        windows.append(window)
        window.resize(1500, 940)
        window.show()
        if live:
            window.link.begin()
            until(lambda: window.state.snapshot is not None)
        return window

    yield make
    for window in windows:
        place = window.link.place
        window.shut_down()
        window.close()
        window.deleteLater()
        if place is not None:
            _make_idle(place)
    app.processEvents()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or every theme would dress them again


def prepare(window: MainWindow, example: str, cycles: int) -> None:
    """Choose the simulator and an example of so many cycles, and pass the preflight."""
    window.panels.experiment.choose_bench("sim")
    window.panels.experiment.open(EXAMPLES / f"{example}.toml")
    window.panels.experiment.document.set("training.cycles", cycles)
    window.panels.experiment.card.check.click()
    until(window.panels.controls.start.isEnabled, 60, window.panels.experiment.card.verdict.text)


def start(window: MainWindow) -> None:
    """Press Start and wait until the run trains."""
    until(window.panels.controls.start.isEnabled, 10)
    before = window.state.snapshot.run.serial if window.state.snapshot.run is not None else 0
    window.panels.controls.start.click()

    def told() -> str:
        s = window.state.snapshot
        boxes = [box.text() for box in window.messages.boxes]
        return f"{s.state}, {s.activity}, {s.reason}, {s.problem}, {boxes}"

    until(
        lambda: window.state.snapshot.run is not None and window.state.snapshot.run.serial > before,
        30,
        told,
    )
    until(
        lambda: window.state.snapshot.state is RunState.RUNNING and window.state.snapshot.cycle > 0,
        30,
        told,
    )
