"""Opening the window: application, theme, language, engine."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pyqtgraph as pg
from PyQt6.QtCore import QSettings, QTimer
from PyQt6.QtWidgets import QApplication

from labctl.gui.app.window import MainWindow
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.text import language
from labctl.gui.widgets import theme


def make_application(store: QSettings | None = None) -> QApplication:
    """Return the application, made once, with labctl's name, theme and language."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("labctl")
    app.setOrganizationName("labctl")
    pg.setConfigOptions(antialias=False, useOpenGL=False)
    settings = store or QSettings()
    language.install(app, str(settings.value("language", "")))
    app.setStyle("Fusion")  # here, and not with each theme: it polishes every part of a window anew
    theme.apply(app, chosen_theme(app, settings))
    return app


def _read_ahead() -> None:
    """Read what hardware benches need, which takes half a second, before the first is chosen."""
    import labctl.bench_files.hardware_file  # noqa: F401


def chosen_theme(app: QApplication, store: QSettings) -> theme.Theme:
    """Return the theme that was chosen in the window, else the system's."""
    named = {"light": theme.LIGHT, "dark": theme.DARK}
    return named.get(str(store.value("theme", "system")), theme.system_theme(app))


def run_window(
    *, engine: str | None = None, out: Path = Path("runs"), experiment: Path | None = None, bench: str = "sim"
) -> int:
    """Open the window and return when it is closed. The engine outlives a window that is killed."""
    app = make_application()
    store = QSettings()
    link = EngineLink(engine)
    window = MainWindow(link, out, store, chosen_theme(app, store))
    window.resize(1500, 940)
    window.restore()
    window.panels.experiment.choose_bench(bench)
    if experiment is not None:
        window.panels.experiment.open(experiment)
    window.show()
    link.begin()
    threading.Thread(target=_read_ahead, name="read-ahead", daemon=True).start()

    def leave(*_: object) -> None:
        window.detaching = True
        app.closeAllWindows()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    awake = QTimer()  # lets Python see signals while Qt waits
    awake.timeout.connect(lambda: None)
    awake.start(250)
    code = app.exec()
    awake.stop()
    window.deleteLater()
    app.processEvents()
    return code
