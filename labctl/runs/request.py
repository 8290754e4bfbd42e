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
        bench = str(folder / self.bench) if Path(self.bench).suffix else self.bench
        doses = self.imperfections
        if doses is not None and Path(doses).suffix:
            doses = str(folder / doses)
        return replace(
            self,
            experiment=folder / self.experiment,
            out=folder / self.out,
            bench=bench,
            imperfections=doses,
        )
