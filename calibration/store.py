"""Where calibrations are kept: one append-only file of JSON lines per board, raw readings beside it.

Nothing is ever rewritten: the history of a board is the file. The folder is the user's choice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from calibration.records import (
    COLOURS,
    Calibration,
    State,
    Verdict,
    calibrate_again,
    now_utc,
    sentence_of,
    state_of,
)
from protocols.errors import DataError
from protocols.messages import Message, say

FILE = "calibrations.jsonl"


class CannotStore(DataError):
    """The disk does not take a calibration."""


@contextmanager
def _storing(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        told = say(
            "{folder}: the calibration cannot be stored: {error}",
            folder=folder,
            error=error.strerror or error,
        )
        raise CannotStore(told) from error


class CalibrationStore:
    """The calibrations of all boards under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def boards(self) -> list[str]:
        """Return the serials of the boards that have calibrations."""
        if not self.folder.is_dir():
            return []
        found = [self._read(f)[-1:] for f in sorted(self.folder.glob(f"*/{FILE}"))]
        return [calibrations[0].serial for calibrations in found if calibrations]

    def board_folder(self, serial: str) -> Path:
        """Return the folder of a board; characters a file name cannot have become underscores."""
        return self.folder / (re.sub(r"[^\w.+-]", "_", serial).strip(".") or "unnamed")

    def history(self, serial: str, routine: str = "") -> list[Calibration]:
        """Return the calibrations of a board, oldest first. Raises DataError when its file is damaged."""
        found = self._read(self.board_folder(serial) / FILE)
        return [c for c in found if c.serial == serial and routine in ("", c.routine)]

    def latest(self, serial: str) -> dict[str, Calibration]:
        """Return the latest calibration of each routine. Raises DataError."""
        return {c.routine: c for c in self.history(serial)}

    def append(self, calibration: Calibration, raw: dict[str, NDArray[Any]] | None = None) -> Path:
        """Store a calibration and its raw readings; return the board's folder.

        The line is on the disk when this returns. Raises DataError when it cannot be written.
        """
        folder = self.board_folder(calibration.serial)
        with _storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if raw:
                np.savez_compressed(folder / calibration.raw, **raw)  # type: ignore[arg-type]
            line = calibration.model_dump_json() + "\n"
            file = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(file, line.encode("utf-8"))  # one write: lines of two processes do not mix
                os.fsync(file)
            finally:
                os.close(file)
        return folder

    def try_out(self, serial: str) -> None:
        """Write and remove a file where a board's calibrations will be kept, before anything is measured.

        Raises DataError when they could not be stored there.
        """
        folder = self.board_folder(serial)
        with _storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder) as file:
                file.write(b"labctl")
            if (folder / FILE).exists():
                os.close(os.open(folder / FILE, os.O_WRONLY | os.O_APPEND))

    def _read(self, path: Path) -> list[Calibration]:
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(
                say(
                    "{path}: the calibrations cannot be read: {error}; restore a copy", path=path, error=error
                )
            ) from None
        found = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            try:
                found.append(Calibration.model_validate_json(line))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                where = ".".join(map(str, first["loc"])) or "the line"
                raise DataError(
                    say(
                        "{path}: line {number} is damaged ({where}: {problem}); "
                        "restore a copy of the file, or take the line out to lose that one calibration",
                        path=path,
                        number=number,
                        where=where,
                        problem=first["msg"],
                    )
                ) from None
        return found


@dataclass(frozen=True)
class CalibrationStatus:
    """How the latest calibration of a routine stands; None where there never was one."""

    routine: str
    state: State
    sentence: str
    id: str | None = None
    issued: datetime | None = None
    expires: datetime | None = None
    verdict: Verdict | None = None
    operator: str | None = None

    @property
    def colour(self) -> str:
        """Return "green", "amber" or "red"."""
        return COLOURS[self.state]

    @property
    def usable(self) -> bool:
        """Tell whether a run may rely on it."""
        return self.colour != "red"

    def to_json(self) -> dict[str, object]:
        """Return an entry of `labctl calibrate status --json` and of a run's manifest."""
        return {
            "routine": self.routine,
            "state": str(self.state),
            "colour": self.colour,
            "usable": self.usable,
            "sentence": self.sentence,
            "id": self.id,
            "issued": self.issued.isoformat() if self.issued else None,
            "expires": self.expires.isoformat() if self.expires else None,
            "verdict": str(self.verdict) if self.verdict else None,
            "operator": self.operator,
        }


def status(
    store: CalibrationStore | Path,
    serial: str,
    routines: tuple[str, ...] = (),
    now: datetime | None = None,
    again: Callable[[str], Message] = calibrate_again,
) -> list[CalibrationStatus]:
    """Say of each routine how its latest calibration of a board stands.

    routines: which to look at; else all that were ever done on the board. again: as `sentence_of` takes it.
    Raises DataError for a damaged store.
    """
    at = now or now_utc()
    latest = (store if isinstance(store, CalibrationStore) else CalibrationStore(store)).latest(serial)
    entries = []
    for routine in routines or tuple(latest):
        found = latest.get(routine)
        state = state_of(found, at)
        entry = CalibrationStatus(routine, state, sentence_of(routine, state, found, at, again))
        if found is not None:
            entry = replace(
                entry,
                id=found.id,
                issued=found.issued,
                expires=found.expires,
                verdict=found.verdict,
                operator=found.operator,
            )
        entries.append(entry)
    return entries
