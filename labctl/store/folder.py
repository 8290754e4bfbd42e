"""Run folders: `runs/YYYY-MM-DD/NNNNN-slug/`, numbered within the whole of `runs`."""

from __future__ import annotations

import os
import re
import unicodedata
from datetime import datetime
from pathlib import Path

from protocols.errors import DataError

_NUMBERED = re.compile(r"^(\d{5,})-")


def new_run_folder(root: Path, name: str, now: datetime) -> Path:
    """Create and return the next run folder under `root`. Raises DataError when that fails.

    Two runs that start at once get different numbers: a folder that already exists is skipped.
    """
    day = root / now.strftime("%Y-%m-%d")
    try:
        day.mkdir(parents=True, exist_ok=True)
        number = _last_number(root) + 1
        while True:
            folder = day / f"{number:05d}-{slug(name)}"
            try:
                if not any(day.glob(f"{number:05d}-*")):
                    folder.mkdir()
                    return folder
            except FileExistsError:
                pass
            number += 1
    except OSError as error:
        raise _no_place(root, error.strerror or str(error)) from None


def check_place(root: Path) -> Path:
    """Return the folder nearest to `root` that is there. Raises DataError if no run can be kept in it."""
    place = root.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        why = "may not be written to" if place.is_dir() else "is a file"
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            why = "is on a read-only file system"
        raise _no_place(root, f"{place} {why}")
    return place


def _no_place(root: Path, why: str) -> DataError:
    return DataError(f"{root}: a run folder cannot be made here: {why}; choose another --out")


def slug(name: str) -> str:
    """Turn a name into a short folder name of letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "run"


def _last_number(root: Path) -> int:
    numbers = (_NUMBERED.match(folder.name) for folder in root.glob("*-*-*/*"))
    return max((int(m.group(1)) for m in numbers if m), default=0)
