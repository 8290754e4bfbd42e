"""The list of experiments to choose from: files opened lately, and examples."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PyQt6.QtCore import QSettings
from PyQt6.QtWidgets import QComboBox

from labctl.experiment.shipped import shipped
from labctl.gui.text.words import named, tr

_RECENT = 8


class ExperimentPicker(QComboBox):
    """Names the experiment that is open, and offers others."""

    def __init__(self, store: QSettings) -> None:
        super().__init__()
        self._store = store
        named(self, tr("Experiment"), tr("Examples and files opened lately"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setPlaceholderText(tr("choose an experiment"))
        self.show_open(None)

    def remember(self, path: Path) -> None:
        """Put a file first among the recent ones; those of stored runs are found in the run browser."""
        file = str(path.absolute())
        if not is_of_a_run(path):
            known = [other for other in self._recent() if other != file]
            self._store.setValue("recent", [file, *known][:_RECENT])

    def show_open(self, path: Path | None) -> None:
        """Name the experiment that is open, if one is, in a fresh list."""
        self.clear()
        file = "" if path is None else str(path.absolute())
        recent = [other for other in self._recent() if Path(other).exists()]
        listed = recent if file in ("", *recent) else [file, *recent]
        names = [Path(one).name for one in listed]
        for one, name in zip(listed, names, strict=True):
            needs_folder = names.count(name) > 1 or is_of_a_run(Path(one))
            self.addItem(f"{Path(one).parent.name}/{name}" if needs_folder else name, one)
        if listed:
            self.insertSeparator(len(listed))
        for example in sorted(near("examples").glob("*.toml")):
            self.addItem(f"{tr('example')}: {example.stem}", str(example))
        self.setCurrentIndex(self.findData(file) if file else -1)

    def _recent(self) -> list[str]:
        return [str(path) for path in self._store.value("recent", [], list)]


def is_of_a_run(file: Path) -> bool:
    """Tell whether a file is part of a stored run."""
    return (file.parent / "manifest.json").exists()


def is_example(file: Path) -> bool:
    """Tell whether a file is one of labctl's examples."""
    return file.absolute().parent == near("examples").absolute()


def near(kind: Literal["examples", "benches"]) -> Path:
    """Return a folder beside the working folder, else the one that came with labctl."""
    here = Path.cwd() / kind
    return here if here.is_dir() else shipped(kind)
