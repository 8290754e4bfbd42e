"""What every study is made of: how it was asked for, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labctl.studies.found import Numbers
from labctl.studies.pipeline import StudyProgress


@dataclass(frozen=True)
class StudyRequest:
    """A study as asked for: its folder, published measurements to compare with, seeds, processes.

    board: as in `--board`. seeds 0: as many boards as the study takes; workers 0: one per processor.
    """

    folder: Path
    board: str = ""
    data: Path | None = None
    seeds: int = 0
    workers: int = 0


@dataclass(frozen=True, eq=False)
class StudyFinding:
    """What a study found: numbers for `--json`, a table for people, and how to draw the figure."""

    numbers: Numbers
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    draw: Callable[[Path], Path]


Study = Callable[[StudyRequest, StudyProgress], StudyFinding]


def short(value: float | None, digits: int = 3) -> str:
    """Write a number for a table; a dash for none."""
    return "–" if value is None else f"{value:.{digits}g}"
