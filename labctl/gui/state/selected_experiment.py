"""What would run: the experiment, the bench, the seed and the doses somebody has chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, QSettings, pyqtSignal

from labctl.bench_files.load import load_bench
from labctl.gui.state.experiment_document import ExperimentDocument
from labctl.gui.text.phrases import phrase
from labctl.runs.request import RunRequest
from protocols.errors import ConfigError, LabError

Doses = tuple[str | None, list[str]]  # a preset or file, and name=value of what differs from it


@dataclass(frozen=True)
class ChosenBench:
    """A bench as chosen: "sim" or its file, and what its file says of it."""

    file: str = "sim"
    name: str = ""
    simulated: bool | None = None  # None while that is not known: its file cannot be read
    takes_doses: bool = True  # of imperfections: the simulator, not instruments or an emulation of them

    @property
    def has_instruments(self) -> bool:
        """Tell whether there is somebody on this bench to be asked."""
        return self.file != "sim" and not self.takes_doses


class SelectedExperiment(QObject):
    """An experiment and the bench it shall run on; `changed` whenever a preflight would differ."""

    changed = pyqtSignal()
    bench_changed = pyqtSignal()
    seed_changed = pyqtSignal()
    reading = pyqtSignal()  # it is about to be read: fields put in what is still being typed
    failed = pyqtSignal(str)

    def __init__(self, store: QSettings, out: Path) -> None:
        super().__init__()
        self._store, self._out = store, out
        self.document = ExperimentDocument()
        self.bench, self.seed = ChosenBench(), 0
        self.doses: Callable[[], Doses] = lambda: (None, [])
        self.document.changed.connect(self.changed)

    def choose_bench(self, file: str) -> None:
        """Choose "sim" or a bench file; one that cannot be read is chosen as well, and told by `failed`."""
        limits = None
        bench = ChosenBench(file, Path(file).stem, simulated=None, takes_doses=False)
        try:
            loaded = load_bench(file, None, 0)
        except LabError as error:
            self.failed.emit(phrase(error.message))
        else:
            limits, known = loaded.limits, loaded.file
            bench = ChosenBench(file, known.name, known.is_simulated, takes_doses=not known.is_hardware)
        self.bench = bench
        self.document.recheck(limits)
        self.bench_changed.emit()

    def set_seed(self, seed: int) -> None:
        """Draw board, noise and initial gates by another seed."""
        self.seed = seed
        self.changed.emit()
        self.seed_changed.emit()

    @property
    def draws_figures(self) -> bool:
        """Tell whether the figures of a run are drawn at its end."""
        return bool(self._store.value("figures", True, bool))

    def set_draws_figures(self, on: bool) -> None:
        """Draw the figures of every run from now on, or do not."""
        self._store.setValue("figures", on)
        self.changed.emit()

    def request(self) -> RunRequest:
        """Return what Start would run. Raises ConfigError while the experiment has a mistake."""
        self.reading.emit()
        if self.document.problem is not None:
            raise self.document.problem
        if self.document.settings is None:
            raise ConfigError("no experiment is open", allowed="choose one at the top of the panel")
        file = self.bench.file
        if file != "sim" and not Path(file).is_file():
            raise ConfigError(
                "the bench file is gone", file=file, allowed="choose another bench, or put it back"
            )
        imperfections, doses = self.doses() if self.bench.takes_doses else (None, [])
        return RunRequest(
            experiment=self.document.file_to_run().absolute(),
            bench=file,
            imperfections=imperfections,
            seed=self.seed,
            out=self._out.absolute(),
            figures=self.draws_figures,
            overrides=tuple(f"imperfections.{d}" for d in doses),
            command=("labctl", "gui"),
        )
