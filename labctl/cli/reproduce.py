"""`labctl reproduce`: published results from experiment file to figure, table and numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from labctl.studies import scaling, scaling_figure
from labctl.studies.pipeline import Told
from protocols.errors import ConfigError


class Study(StrEnum):
    """Studies by name."""

    SCALING = "scaling"


def reproduce(
    study: Annotated[Study, typer.Argument(help="What to reproduce.", metavar="NAME")],
    board: Annotated[str, typer.Option(help="exp1, exp2 (two-edge board) or lattice.")] = "exp1",
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the published measurements, to compare with.", metavar="DIR"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the study.", metavar="DIR")] = Path("studies"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figure.")] = True,
) -> None:
    """Reproduce a published result by ordinary runs; started again, it goes on where it was.

    Example: labctl reproduce scaling --board exp1 --data measurements
    """
    if data is not None and not data.is_dir():
        raise ConfigError("there is no such folder of measurements", key="--data", value=data)
    if board not in scaling.BOARDS:
        raise ConfigError(
            "there is no such board", key="--board", value=board, allowed=", ".join(scaling.BOARDS)
        )
    folder = out / f"{study}-{board}"
    console = Console(stderr=True, highlight=False)
    found = _with_progress(console, lambda told: scaling.run_scaling(board, folder, data, told), as_json)
    result = scaling.numbers(found)
    (folder / "numbers.json").write_text(json.dumps(result, indent=1, ensure_ascii=False), encoding="utf-8")
    picture = scaling_figure.draw(found, folder / "figure.png") if figures else None
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    Console(highlight=False).print(_table(result))
    console.print(f"numbers  {folder / 'numbers.json'}")
    if picture is not None:
        console.print(f"figure   {picture}")


def _with_progress(console: Console, work: Callable[[Told], Any], quiet: bool) -> Any:
    with Progress(
        TextColumn("{task.description:<40}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        disable=quiet,
    ) as bar:
        line = bar.add_task("starting", total=None)

        def told(what: str, done: int, total: int) -> None:
            bar.update(line, description=what, completed=done, total=total)

        return work(told)


def _table(result: dict[str, Any]) -> Table:
    """Lay the single numbers of a study out; lists stay in the JSON and the figure."""
    table = Table(title=f"{result['study']}, board {result['board']}", title_justify="left")
    table.add_column("quantity")
    table.add_column("value", justify="right")
    for key, value in result.items():
        if isinstance(value, float):
            table.add_row(key, f"{value:.4g}")
        elif value is None:
            table.add_row(key, "–")
    return table
