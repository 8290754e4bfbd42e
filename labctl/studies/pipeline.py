"""The runs of a study: made by the ordinary pipeline, one folder each, and never made twice.

`points.json` in the study's folder names the run of every finished point by a digest of what was
asked for; a study that is started again goes on with the first point that has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import labctl
from labctl.runner import RunRequest, carry_out, prepare
from protocols.engine import Outcome
from protocols.errors import DataError

EXAMPLES = Path(__file__).parents[2] / "examples"
INDEX = "points.json"

Told = Callable[[str, int, int], None]  # what runs now, how many are done, how many there are


@dataclass(frozen=True)
class Point:
    """One run of a study: experiment file, imperfections, seed, overrides; labels say what it stands for."""

    experiment: Path
    imperfections: str
    seed: int = 0
    overrides: tuple[str, ...] = ()
    labels: dict[str, Any] = field(default_factory=dict)

    def digest(self) -> str:
        """Return a fingerprint of the run: the same one has the same result."""
        asked = (
            labctl.__version__,
            self.experiment.read_text(encoding="utf-8"),
            self.imperfections,
            self.seed,
            *self.overrides,
        )
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:20]


def run_points(points: Sequence[Point], folder: Path, told: Told) -> list[Path]:
    """Return the run folder of every point, running those that are not done yet.

    Raises DataError when a run does not complete; the finished ones stay and are not repeated.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = _read_index(folder / INDEX)
    found: list[Path] = []
    for k, point in enumerate(points):
        key = point.digest()
        told(" ".join(f"{name} {value}" for name, value in point.labels.items()), k, len(points))
        run = folder / index[key] if key in index else None
        if run is None or not (run / "run.nc").exists():
            run = _run(point, folder)
            index[key] = str(run.relative_to(folder))
            _write_index(folder / INDEX, index)
        found.append(run)
    told("done", len(points), len(points))
    return found


def _run(point: Point, folder: Path) -> Path:
    request = RunRequest(
        point.experiment,
        imperfections=point.imperfections,
        seed=point.seed,
        out=folder / "runs",
        overrides=point.overrides,
        figures=False,
        command=("labctl", "reproduce"),
    )
    result = carry_out(prepare(request))
    if result.state.outcome is not Outcome.COMPLETED:
        raise DataError(
            f"the run in {result.folder} ended as {result.state.outcome} "
            f"({result.state.reason or 'no reason given'}); start the study again to go on from here"
        )
    return result.folder


def _read_index(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise DataError(f"{path} is no JSON ({error}); delete it to run the study afresh") from None


def _write_index(path: Path, index: dict[str, str]) -> None:
    written = path.with_suffix(".new")
    written.write_text(json.dumps(index, indent=1), encoding="utf-8")
    written.replace(path)


def settings(values: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    """Turn key and value pairs into overrides as `--set` takes them."""
    return tuple(f"{key}={value}" for key, value in values)
