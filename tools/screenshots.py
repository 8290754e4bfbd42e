"""Make the pictures of the window for README and docs, in both themes: `make screenshots`.

Runs are simulated with fixed seeds in a temporary folder; nothing needs a screen.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = (1500, 940)


def main() -> None:
    """Draw every picture; a word on the command line chooses one theme."""
    parser = argparse.ArgumentParser(description="Make the pictures of the window.")
    parser.add_argument("themes", nargs="*", help="light, dark; both when none is named")
    themes = parser.parse_args().themes or ["light", "dark"]
    if unknown := set(themes) - {"light", "dark"}:
        parser.error(f"there is no theme {unknown.pop()}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["LABCTL_RUNTIME_DIR"] = name
        os.environ["XDG_DATA_HOME"] = name
        for theme in themes:
            Photographer(folder, theme).work()


class Photographer:
    """Drives one window through the story and takes its pictures."""

    def __init__(self, folder: Path, theme: str) -> None:
        from PyQt6.QtCore import QSettings

        from labctl.gui.app.start import make_application
        from labctl.gui.app.window import MainWindow
        from labctl.gui.state.engine_link import EngineLink
        from labctl.gui.widgets import theme as themes

        store = QSettings(str(folder / f"{theme}.ini"), QSettings.Format.IniFormat)
        store.setValue("theme", theme)
        store.setValue("language", "en")
        self.app = make_application(store)
        self.theme = theme
        chosen = themes.DARK if theme == "dark" else themes.LIGHT
        self.window: Any = MainWindow(EngineLink(), folder / f"runs-{theme}", store, chosen)
        self.window.resize(*SIZE)
        self.window.show()
        self.window.link.begin()
        self._until(lambda: self.window.state.snapshot is not None)

    def work(self) -> None:
        """Tell the story: run XOR, compare with the standard method, look at everything."""
        from labctl.engine.lifecycle import Verb

        window, layout = self.window, self.window.layout_
        window.panels.experiment.choose_bench("sim")
        window.panels.imperfections.use("lattice-paper")
        self._run("xor", {"method.kind": "standard", "training.cycles": 100_000})
        self._until(lambda: window.state.snapshot.is_over)
        self._prepare("xor", {"training.cycles": 4_000_000})
        window.panels.controls.start.click()
        self._until(lambda: window.state.snapshot.cycle > 150_000)
        window.state.selection.choose((3, 12, 20))
        window.control.note("probe on node 9 moved")
        self._mark("probe moved")
        self._shoot("live")
        window.control.do(Verb.PAUSE)
        self._until(lambda: window.state.snapshot.state.value == "paused")
        layout.panels["imperfections"].raise_()
        layout.plots["heatmap"].raise_()
        layout.plots["phase"].raise_()
        layout.plots["timing"].raise_()
        self._shoot("paused")
        window.control.do(Verb.STOP)
        self._until(lambda: window.state.snapshot.is_over)
        self._until(
            lambda: window.state.live.decision_map is not None and len(window.panels.runs.entries) == 2
        )
        self._until(lambda: window.panels.runs.entries[0].status == "stopped")
        self._rest(1.5)
        layout.panels["runs"].raise_()
        layout.panels["notes"].raise_()
        layout.plots["decision"].raise_()
        window.panels.runs.set_tags(window.panels.runs.entries[:1], ("for the paper", "good"))
        self._until(lambda: window.panels.runs.entries[0].tags)
        window.panels.runs.choose([1, 2])
        self._shoot("runs")
        window.panels.runs.compare_chosen()
        self._until(lambda: window.panels.runs.comparisons)
        self._shoot("compare", window.panels.runs.comparisons[-1])
        window.actions_.show_shortcuts()
        self._shoot("shortcuts", window.actions_.page)
        place = window.link.place
        window.shut_down()
        window.close()
        if place is not None:
            from labctl.engine.client import EngineClient
            from protocols.errors import LabError

            with contextlib.suppress(LabError), EngineClient(place) as client:  # it may have left by itself
                client.quit_engine()

    def _run(self, example: str, settings: dict[str, Any]) -> None:
        self._prepare(example, settings)
        serial = self.window.state.snapshot.run.serial if self.window.state.snapshot.run else 0
        self.window.panels.controls.start.click()
        self._until(lambda: self.window.state.snapshot.run and self.window.state.snapshot.run.serial > serial)

    def _prepare(self, example: str, settings: dict[str, Any]) -> None:
        self.window.panels.experiment.open(ROOT / "examples" / f"{example}.toml")
        for key, value in settings.items():
            self.window.panels.experiment.document.set(key, value)
        self.window.control.preflight()
        self._until(self.window.panels.controls.start.isEnabled)

    def _mark(self, name: str) -> None:
        from PyQt6.QtWidgets import QInputDialog

        self.window.drop_marker()
        (dialog,) = self.window.findChildren(QInputDialog)
        dialog.setTextValue(name)
        dialog.accept()
        self._until(lambda: self.window.state.live.markers)

    def _shoot(self, name: str, widget: Any = None) -> None:
        self._rest(0.8)
        picture = (widget or self.window).grab()
        PICTURES.mkdir(exist_ok=True)
        file = PICTURES / f"gui-{name}-{self.theme}.png"
        picture.save(str(file))
        print(file.relative_to(ROOT))

    def _until(self, condition: Callable[[], object], timeout_s: float = 180.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the window did not get there")
            self.app.processEvents()
            time.sleep(0.005)

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._until(lambda: time.monotonic() > end)


if __name__ == "__main__":
    main()
