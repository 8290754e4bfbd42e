"""What a user asks for with `labctl run`: plain data, so that it can travel from a client to the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class RunRequest:
    """What a user asks for with `labctl run`."""

    experiment: Path
    bench: str = "sim"
    imperfections: str | None = None
    seed: int = 0
    out: Path = Path("runs")
    overrides: tuple[str, ...] = ()
    figures: bool = True
    command: tuple[str, ...] = ()
    trace_io: bool = False
    uncalibrated: str = ""

    def seen_from(self, folder: Path) -> RunRequest:
        """Return the request with its paths as they are in `folder`, the asker's working folder."""
        if folder == Path.cwd():
            return self
        doses = self.imperfections
        return replace(
            self,
            experiment=folder / self.experiment,
            out=folder / self.out,
            bench=file_seen_from(folder, self.bench),
            imperfections=None if doses is None else file_seen_from(folder, doses),
        )


def file_seen_from(folder: Path, text: str) -> str:
    """Return a bench or a preset as its asker means it: a file is looked for in the asker's folder."""
    return str(folder / text) if Path(text).suffix and folder != Path.cwd() else text
