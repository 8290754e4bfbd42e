"""`labctl doctor`: what this installation can do, and what is missing for more."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from labctl.cli.options import AsJson


def doctor(
    out: Annotated[Path, typer.Option(help="Folder that will hold the runs.", metavar="DIR")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Check packages, drivers, permissions, Qt and disk; say what is missing and what it would enable.

    A dash is something labctl can do without; a cross is not, and makes the exit code 1.

    Example: labctl doctor
    """
    from labctl.cli.computer import ComputerVerdict, examine

    marks = {
        ComputerVerdict.OK: "[green]✓[/]",
        ComputerVerdict.ABSENT: "[dim]–[/]",
        ComputerVerdict.MISSING: "[red]✗[/]",
    }
    found = examine(out)
    good = all(one.verdict is not ComputerVerdict.MISSING for one in found)
    if as_json:
        print(json.dumps({"ok": good, "findings": [asdict(one) for one in found]}, ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for group, members in groupby(found, key=lambda one: one.group):
            console.print(f"[bold]{group}[/]")
            for one in members:
                lack = one.verdict is not ComputerVerdict.OK and one.enables
                more = f"  [dim]would enable: {escape(one.enables)}[/]" if lack else ""
                console.print(f"  {marks[one.verdict]} {one.name:<26} {escape(one.found)}{more}")
        console.print("[bold green]well[/]" if good else "[bold red]something labctl needs is missing[/]")
    if not good:
        raise typer.Exit(1)
