"""The experiment being edited: TOML text with its comments, what is wrong with it, undo and redo."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomlkit
from PyQt6.QtCore import QObject, QStandardPaths, pyqtSignal
from PyQt6.QtGui import QUndoCommand, QUndoStack
from tomlkit.exceptions import TOMLKitError

from labctl.experiment import Experiment, build_plan, validate
from labctl.experiment.tables import TomlTable
from labctl.store.folder import slug
from protocols.bench import Limits
from protocols.errors import ConfigError, LabError

_PLANNED_UP_TO = 400  # edges: checking a larger plan at every key would be felt; preflight does it

JOINED_S = 1.0  # edits of one key within this are one step of undo


class ExperimentDocument(QObject):
    """An experiment file and its present text. `changed` after every edit, undo, redo and load."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self.text = ""
        self.saved_text = ""
        self.settings: Experiment | None = None  # None while the text is no valid experiment
        self.problem: ConfigError | None = None
        self.limits: Limits | None = None
        self.undo = QUndoStack(self)
        self._written: TomlTable = {}

    # ── loading and saving ───────────────────────────────────────────────────────────────────────

    def load(self, path: Path) -> None:
        """Read a file. Raises ConfigError when it cannot be read; a faulty one is loaded to be mended."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"cannot be read: {error}", file=str(path), allowed="open another file"
            ) from None
        self.path = path
        self.undo.clear()
        self.saved_text = text
        self.take(text)

    def save(self, path: Path) -> None:
        """Write the text to a file. Raises ConfigError."""
        try:
            path.write_text(self.text, "utf-8")
        except OSError as error:
            raise ConfigError(
                f"cannot be written: {error.strerror}", file=str(path), allowed="save it elsewhere"
            ) from None
        self.path, self.saved_text = path, self.text
        self.undo.setClean()
        self.changed.emit()

    @property
    def is_saved(self) -> bool:
        """Tell whether the text is what the file holds."""
        return self.path is not None and self.text == self.saved_text

    def file_to_run(self) -> Path:
        """Return the file, or a draft of it in the user's data folder when there are unsaved changes."""
        if self.is_saved and self.path is not None:
            return self.path
        folder = self.drafts()
        name = self.settings.name if self.settings is not None else "draft"
        file = folder / f"{slug(name)}.toml"
        file.write_text(self.text, "utf-8")
        return file

    @staticmethod
    def drafts() -> Path:
        """Return the folder for drafts, made when missing."""
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        folder = Path(place or ".") / "drafts"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    # ── editing ──────────────────────────────────────────────────────────────────────────────────

    def set_text(self, text: str) -> None:
        """Replace the whole text; one step of undo."""
        if text != self.text:
            self.undo.push(_Edit(self, text, "text"))

    def set(self, key: str, value: Any) -> None:
        """Set one dotted key; comments and everything else stay as they are. None takes the key out.

        A number in the key is a place in a list: task.sources.0.node, task.train.inputs.V1.2.
        """
        self.change(key, lambda document: _put(document, key, value))

    def change(self, label: str, edit: Callable[[Any], None], *, alone: bool = False) -> None:
        """Let `edit` change the parsed text; one step of undo, with those of the label just before it.

        One that is `alone` is a step of its own, such as a row that is added.
        """
        try:
            document = tomlkit.parse(self.text)
        except TOMLKitError:
            return  # the problem is shown; there is nothing to put a value into
        edit(document)
        text = tomlkit.dumps(document)
        if text != self.text:
            self.undo.push(_Edit(self, text, label, alone=alone))

    def written(self) -> TomlTable:
        """Return what the text says, checked or not; empty while it is no TOML."""
        return self._written

    def get(self, key: str) -> Any:
        """Return the value of a dotted key: validated, or as it is written while the text has a mistake."""
        found: Any = self._written if self.settings is None else self.settings
        for part in key.split("."):
            if isinstance(found, dict):
                found = found.get(part)
            elif not (isinstance(found, str) and part == "kind"):  # the short form of a table
                found = getattr(found, part, None)
        return found

    def recheck(self, limits: Limits | None) -> None:
        """Check the text against the limits of another bench."""
        self.limits = limits
        self.take(self.text)

    def take(self, text: str) -> None:
        """Make this the text and see what it says."""
        self.text, self._written = text, {}
        self.settings = self.problem = None
        file = self.path.name if self.path is not None else "experiment"
        try:
            self._written = json.loads(json.dumps(tomlkit.parse(text).unwrap(), default=str))
            if self._written or self.path is not None:  # else nothing is open yet
                settings = self.settings = validate(Experiment, self._written, file)
                if self.limits is not None and _edges(settings) <= _PLANNED_UP_TO:
                    build_plan(settings, self.limits, 0)
        except TOMLKitError as error:
            self.problem = ConfigError(f"is not valid TOML: {error}", file=file)
        except ConfigError as error:
            self.problem = error
        except LabError as error:
            self.problem = ConfigError(str(error), file=file)
        self.changed.emit()


class _Edit(QUndoCommand):
    """One edit; edits of the same key that follow each other at once are one step."""

    def __init__(self, document: ExperimentDocument, text: str, key: str, *, alone: bool = False) -> None:
        super().__init__(key)
        self._document, self._before, self.after, self.key = document, document.text, text, key
        self._alone, self.at = alone, time.monotonic()

    def id(self) -> int:
        return -1 if self._alone else hash(self.key) & 0x7FFFFFF

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        if not isinstance(other, _Edit) or other.key != self.key or other.at - self.at > JOINED_S:
            return False
        self.after, self.at = other.after, other.at
        return True

    def redo(self) -> None:
        self._document.take(self.after)

    def undo(self) -> None:
        self._document.take(self._before)


def _put(document: Any, key: str, value: Any) -> None:
    """Put a value into a parsed file, making the tables on the way."""
    table: Any = document
    *tables, last = key.split(".")
    for part in tables:
        if isinstance(table, list):
            table = table[int(part)]
            continue
        inner = table.get(part)
        if not isinstance(inner, dict | list):  # missing, or the short form of a table: order = "random"
            table[part] = tomlkit.table()
            if isinstance(inner, str):
                table[part]["kind"] = inner
        table = table[part]
    if isinstance(table, list):
        table[int(last)] = value
    elif value is not None:
        table[last] = value
    elif last in table:
        del table[last]


def _edges(settings: Experiment) -> int:
    network: Any = settings.network
    if network.kind == "lattice":
        return 2 * int(network.rows) * int(network.columns)
    return len(getattr(network, "edges", ()))
