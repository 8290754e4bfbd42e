"""`labctl reproduce`: published results from experiment file to figure, table and numbers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from labctl.cli.options import AsJson
from protocols.errors import ConfigError

if TYPE_CHECKING:  # slow to import
    from labctl.studies import StudyEntry
    from labctl.studies.pipeline import StudyProgress
    from labctl.studies.study import StudyFinding

PIPED_WIDTH = 120  # characters of a table that goes to a file


class StudyName(StrEnum):
    """Studies by name."""

    SCALING = "scaling"
    LIMIT_CYCLE = "limit-cycle"
    DRIFT = "drift"
    ERASURE = "erasure"
    OVERCLAMPING = "overclamping"
    METHODS = "methods"


def reproduce(
    study: Annotated[StudyName, typer.Argument(help="What to reproduce.", metavar="NAME")],
    board: Annotated[
        str | None,
        typer.Option(help="exp1, exp2 (two-edge board) or lattice, where the study has a choice."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the published measurements, to compare with.", metavar="DIR"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the studies.", metavar="DIR")] = Path("studies"),
    seeds: Annotated[int, typer.Option(help="Boards to draw; 0: as many as the study takes.", min=0)] = 0,
    workers: Annotated[int, typer.Option(help="Runs at a time; 0: one per processor.", min=0)] = 0,
    as_json: AsJson = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figure.")] = True,
) -> None:
    """Reproduce a published result by ordinary runs, from experiment file to figure, table and numbers.

    NAME is limit-cycle, scaling, drift, erasure, overclamping or methods. Stopped and started again, it
    goes on where it was.

    Example: labctl reproduce scaling --board exp1 --data measurements
    """
    if data is not None and not data.is_dir():
        raise ConfigError("there is no such folder of measurements", key="--data", value=data)
    from labctl.studies import STUDIES
    from labctl.studies.study import StudyRequest
    from sim_backend.plant.compilation import is_compiled

    entry = STUDIES[study.value]
    chosen = _board(entry, study.value, board)
    folder = out / (f"{study.value}-{chosen}" if chosen else study.value)
    request = StudyRequest(folder, chosen, data, seeds, workers)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not is_compiled():
        console.print("Compiling the simulator for first use; this takes up to half a minute, once.")
    try:
        finding = _with_progress(console, lambda told: entry.study(request, told), quiet=as_json)
    except KeyboardInterrupt:
        console.print(f"stopped; the same command goes on where it was, in {folder}")
        raise typer.Exit(1) from None
    written = json.dumps(finding.numbers, indent=1, ensure_ascii=False)
    (folder / "numbers.json").write_text(written + "\n", encoding="utf-8")
    picture = finding.draw(folder / f"{folder.name}.png") if figures else None
    if as_json:
        print(json.dumps(finding.numbers, ensure_ascii=False))
        return
    _print(finding, folder.name)
    console.print(f"numbers  {folder / 'numbers.json'}")
    if picture is not None:
        console.print(f"figure   {picture}")


def _board(entry: StudyEntry, name: str, board: str | None) -> str:
    if not entry.boards:
        if board is not None:
            raise ConfigError(f"{name} has no choice of boards", key="--board", value=board)
        return ""
    chosen = board or entry.boards[0]
    if chosen not in entry.boards:
        raise ConfigError(
            f"{name} has no such board", key="--board", value=chosen, allowed=", ".join(entry.boards)
        )
    return chosen


def _with_progress(
    console: Console, work: Callable[[StudyProgress], StudyFinding], *, quiet: bool
) -> StudyFinding:
    with Progress(
        TextColumn("{task.description:<36}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        disable=quiet,
    ) as bar:
        line = bar.add_task("starting", total=None)

        def told(what: str, done: float, total: float) -> None:
            bar.update(line, description=what, completed=done, total=total)

        return work(told)


def _print(finding: StudyFinding, title: str) -> None:
    """Lay the table and the single numbers out; lists stay in the JSON and the figure."""
    from labctl.studies.study import short

    console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
    table = Table(title=title, title_justify="left")
    for k, column in enumerate(finding.columns):
        words = bool(finding.rows) and not _is_number(finding.rows[0][k])
        table.add_column(column, justify="left" if words else "right", no_wrap=words)
    for row in finding.rows:
        table.add_row(*row)
    console.print(table)
    for key, value in finding.numbers.items():
        if isinstance(value, int | float) or value is None:
            console.print(f"  {key:>32}  {short(value, 4)}")
        elif isinstance(value, str):
            console.print(f"  {key:>32}  {value}")


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text in ("–", "inf", "nan") or text.startswith(("-", "−"))
