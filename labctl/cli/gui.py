"""`labctl gui`: the technician's window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labctl.cli.options import BenchName, RunsFolder


def gui(
    experiment: Annotated[
        Path | None, typer.Argument(help="Experiment file to open.", metavar="[EXPERIMENT.toml]")
    ] = None,
    bench: BenchName = "sim",
    out: RunsFolder = Path("runs"),
    engine: Annotated[
        str | None, typer.Option(help="Attach to this engine, or start one of this name.", metavar="NAME")
    ] = None,
) -> None:
    """Open the window: choose, check, start, watch, stop, and find the run again.

    A run goes on when the window is closed or killed; opening it again attaches to the same engine.

    Example: labctl gui examples/xor.toml
    """
    from labctl.gui.app.start import run_window

    raise typer.Exit(run_window(engine=engine, out=out, experiment=experiment, bench=bench))
