"""Options that several commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
BenchName = Annotated[str, typer.Option(help='"sim" or a bench file.', metavar="sim|BENCH.toml")]
BenchOverrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override any key of the bench file.", metavar="KEY=VALUE"),
]
Figures = Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures of the run.")]
RunName = Annotated[str, typer.Argument(help="Run folder, run number, 'latest' or UUID.", metavar="RUN")]
RunsFolder = Annotated[Path, typer.Option("--out", help="Folder that holds the runs.", metavar="DIR")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a real bench is energised.")]
