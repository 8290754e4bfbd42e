"""`labctl instruments`: what is attached, and a hint for what did not answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from labctl.cli.options import AsJson, BenchOverrides


def instruments(
    bench: Annotated[
        Path | None,
        typer.Argument(help="Ask the instruments of this bench file, too.", metavar="[BENCH.toml]"),
    ] = None,
    overrides: BenchOverrides = None,
    as_json: AsJson = False,
) -> None:
    """List serial ports, VISA resources and DAQ boards; ask those of a bench file who they are.

    Nothing is moved: outputs stay as they are, a controller board goes on. Exit code 1 when an
    instrument of the bench file did not answer.

    Example: labctl instruments benches/emulated.toml
    """
    from drivers.discovery import search_all
    from labctl.cli.spoken import spoken

    parts = []
    if bench is not None:
        from drivers.hardware.probe import probe
        from labctl.bench_files.load import read_hardware

        config, _ = read_hardware(str(bench), overrides or ())
        parts = probe(config)
    searches = search_all()
    if as_json:
        said = {
            "attached": [asdict(one) for search in searches for one in search.found],
            "hints": {search.kind: spoken(search.hint) for search in searches if search.hint},
            "bench": [asdict(part) | {"error": spoken(part.error), "ok": part.good} for part in parts],
        }
        print(json.dumps(said, ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for part in parts:
            who = part.identity
            said_by = who.words() if who is not None else ""
            mark = "[green]✓[/]" if part.good else "[red]✗[/]"
            console.print(f"{mark} [bold]{part.name}[/] at {part.address}  {escape(said_by)}")
            if part.error:
                console.print(f"    {escape(spoken(part.error))}")
        for search in searches:
            console.print(f"[bold]{search.kind}s[/]{'' if search.found else ': none'}")
            for one in search.found:
                console.print(f"  {one.address}  [dim]{escape(one.what)}[/]")
                if one.hint:
                    console.print(f"      [yellow]{escape(one.hint)}[/]")
            if search.hint:
                console.print(f"  [dim]{escape(spoken(search.hint))}[/]")
    if not all(part.good for part in parts):
        raise typer.Exit(1)
