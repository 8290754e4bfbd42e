"""`labctl run`: one training session from an experiment file, carried out by an engine process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from labctl.cli.attended import carry_out_by_engine, is_verbose
from labctl.cli.options import AsJson, BenchName, Figures, RunsFolder, Yes
from labctl.cli.progress import format_error
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.reports import RunReport
from labctl.runs.request import RunRequest

_KEYS = (
    f"Ctrl-C is {VERBS[Verb.STOP].label}: {VERBS[Verb.STOP].consequence} "
    f"Ctrl-C again is {VERBS[Verb.ABORT].label}, a third time {VERBS[Verb.EMERGENCY_OFF].label}."
)


def run(
    context: typer.Context,
    experiment: Annotated[Path, typer.Argument(help="Experiment file, TOML.", metavar="EXPERIMENT.toml")],
    bench: BenchName = "sim",
    imperfections: Annotated[
        str | None,
        typer.Option(help="Preset (ideal, lattice-paper) or TOML file of doses.", metavar="PRESET|FILE"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the board, its noise and the initial gates.", min=0)] = 0,
    out: RunsFolder = Path("runs"),
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Override any key: training.cycles=1000, method=standard.", metavar="KEY=VALUE"
        ),
    ] = None,
    as_json: AsJson = False,
    figures: Figures = True,
    yes: Yes = False,
    trace_io: Annotated[
        bool,
        typer.Option(
            "--trace-io", help="Note every instrument write that changes a voltage in the run's log.jsonl."
        ),
    ] = False,
    uncalibrated: Annotated[
        str,
        typer.Option(help="Run on calibrations that are not valid; why, for the manifest.", metavar="REASON"),
    ] = "",
    engine: Annotated[
        str | None, typer.Option(help="Use this running engine instead of a new one.", metavar="NAME")
    ] = None,
) -> None:
    """Run a training session and store it as a run folder with data, manifest and figures.

    Example: labctl run examples/xor.toml --imperfections lattice-paper --set method=standard --seed 1
    """
    command = tuple(sys.argv)
    request = RunRequest(
        experiment,
        bench,
        imperfections,
        seed,
        out,
        tuple(overrides or ()),
        figures,
        command,
        trace_io,
        uncalibrated,
    )
    result = carry_out_by_engine(
        lambda client: client.preflight(request),
        Console(stderr=True, highlight=False, soft_wrap=True),
        out=out,
        engine=engine,
        ask=not yes,
        quiet=as_json,
        verbose=is_verbose(context),
    )
    tell_result(result, as_json)


run.__doc__ = f"{run.__doc__}\n    {_KEYS}\n"


def tell_result(result: RunReport, as_json: bool, more: Callable[[], None] = lambda: None) -> None:
    """Print what a run did and, for people, `more` of it. Raises Exit with code 1 when it failed."""
    if as_json:
        print(json.dumps(result.summary.to_json(), ensure_ascii=False))
    else:
        _print_summary(result)
        more()
    if result.outcome == "failed":
        raise typer.Exit(1)


def _print_summary(result: RunReport) -> None:
    """Print on stdout what a run did, for people; result as the engine tells it."""
    console = Console(highlight=False)
    s = result.summary
    colour = "green" if s.status == "completed" else "yellow"
    console.print(f"\n[bold]{s.name}[/] [{colour}]{s.status}[/]: {s.reason}")
    rows = [
        ("bench", f"{s.bench}, imperfections {s.imperfections}, seed {s.seed}"),
        ("method", f"{s.method}"),
        ("training", f"{s.cycles:,} cycles, {s.learning_time_s:.3g} s of learning"),
        ("speed", f"{s.wall_time_s:.1f} s, {s.cycles_per_s:,.0f} cycles/s"),
        ("error", f"{format_error(s.error_start_V2)} → {format_error(s.error_end_V2 or 0.0)}"),
    ]
    if s.test_error_end_V2 is not None:
        rows.append(("test error", format_error(s.test_error_end_V2)))
    if s.accuracy_end is not None and s.worst_margin_end_V is not None:
        margin = 1e3 * s.worst_margin_end_V
        rows.append(("accuracy", f"{100 * s.accuracy_end:.0f} %, worst output {margin:+.1f} mV on its side"))
    if s.late_cycles:
        worst_ms = 1e3 * s.lateness_worst_s
        rows.append(("late", f"{s.late_cycles:,} cycles started late, by {worst_ms:.3g} ms at most"))
    safe = "gates held, sources 0 V, clamps released" if result.state == "safe" else "[red]NOT REACHED[/]"
    rows += [("safe state", safe), ("stored in", s.path)]
    summary = next((f for f in s.figures if f.endswith("summary.png")), None)
    if summary:
        rows.append(("picture", summary))
    for label, text in rows:
        console.print(f"  [dim]{label:>10}[/]  {text}", soft_wrap=True)
