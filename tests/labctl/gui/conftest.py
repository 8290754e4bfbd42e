"""A window on an engine of its own, in folders of its own, closed and dismissed at the end."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from labctl.engine.client import EngineClient
from labctl.engine.places import engines
from labctl.gui import theme
from labctl.gui.app import make_application
from labctl.gui.link import EngineLink
from labctl.gui.window import MainWindow
from protocols.errors import LabError

EXAMPLES = Path(__file__).parents[3] / "examples"


def until(
    condition: Callable[[], object], timeout_s: float = 60.0, told: Callable[[], str] = lambda: ""
) -> None:
    """Let the window live until something is so."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {timeout_s:g} s {told()}")
        QTest.qWait(10)


@pytest.fixture(scope="session")
def app() -> QApplication:
    return make_application()


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", "light")
    return settings


@pytest.fixture
def places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for engines; those still there at the end are asked to go."""
    folder = tmp_path_factory.mktemp("e")
    monkeypatch.setenv("LABCTL_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    folder.chmod(0o700)
    yield folder
    for place in engines():
        with contextlib.suppress(LabError), EngineClient(place) as client:
            with contextlib.suppress(LabError):
                client.abort("the test is over")
                client.wait(timeout_s=20)
            client.quit_engine()
        process = place.process()
        deadline = time.monotonic() + 5
        while process is not None and process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if process is not None and process.is_alive():
            os.kill(process.pid, 9)


Opened = Callable[..., MainWindow]


@pytest.fixture
def open_window(app: QApplication, store: QSettings, places: Path, tmp_path: Path) -> Iterator[Opened]:
    """Open windows; they are shut at the end."""
    windows: list[MainWindow] = []

    def make(*, live: bool = True) -> MainWindow:
        window = MainWindow(EngineLink(), tmp_path / "runs", store, theme.LIGHT)
        windows.append(window)
        window.resize(1500, 940)
        window.show()
        if live:
            window.link.begin()
            until(lambda: window.snapshot is not None)
        return window

    yield make
    for window in windows:
        window.shut_down()
        window.close()
        window.deleteLater()
    app.processEvents()


def prepare(window: MainWindow, example: str, cycles: int) -> None:
    """Choose the simulator and an example of so many cycles, and pass the preflight."""
    window.experiment.choose_bench("sim")
    window.experiment.open(EXAMPLES / f"{example}.toml")
    window.experiment.document.set("training.cycles", cycles)
    window.experiment.preflight.check.click()
    until(window.controls.start.isEnabled, 60, window.experiment.preflight.verdict.text)
