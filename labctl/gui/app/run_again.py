"""Taking a stored run's settings into the panels, to run them again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from labctl.experiment import read_toml
from labctl.gui.app.panels import Panels
from labctl.gui.state.app_state import AppState
from labctl.gui.text.words import tr
from protocols.errors import ConfigError


def run_again(panels: Panels, state: AppState, folder: Path, seed: int) -> bool:
    """Take experiment, seed, bench and imperfections of the run in a folder; tell whether they were taken.

    Raises ConfigError for a bench that cannot be read any more; the experiment and the seed have been taken.
    """
    panel = panels.experiment
    if not panel.may_leave() or not panel.open(folder / "experiment.toml"):
        return False
    panel.seed.setValue(seed)
    take_bench(panels, state, folder)
    return True


def take_bench(panels: Panels, state: AppState, folder: Path) -> None:
    """Choose the bench and the imperfections of a run, as it stored them. Raises ConfigError."""
    file, words = folder / "bench.toml", tr("as in run {run}", run=folder.name)
    ran = read_toml(file)
    board = {key: value for key, value in ran.items() if key != "imperfections"}
    panel = panels.experiment
    bench = "sim" if board == {"kind": "sim"} else _same_bench(panel.known_benches(), ran) or str(file)
    panel.choose_bench(bench, words)
    if state.selected.bench.takes_doses:
        panels.imperfections.use(str(file) if ran.get("imperfections") else "ideal", words)


def _same_bench(offered: list[str], ran: Mapping[str, object]) -> str:
    """Return the offered bench file that says what ran; empty when there is none, or not any more."""
    for bench in offered:
        with suppress(ConfigError):  # changed or gone since it was offered
            if bench != "sim" and read_toml(Path(bench)) == ran:
                return bench
    return ""
