"""`labctl runs recover` and `labctl runs resume`: runs whose process died, or that were stopped."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from labctl.cli.attended import carry_out_by_engine, is_verbose
from labctl.cli.options import AsJson, Figures, RunsFolder, Yes
from labctl.cli.run import tell_result
from labctl.runs.summary import Resumed
from labctl.store.catalogue import find_run
from labctl.store.recovery import Recovered, find_orphans
from labctl.store.recovery import recover as recover_run
from protocols.errors import ConfigError, DataError


def recover(
    run: Annotated[
        str | None, typer.Argument(help="Run folder, run number or 'latest'.", metavar="[RUN]")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Recover every run whose process died.")] = False,
    out: RunsFolder = Path("runs"),
    force: Annotated[
        bool, typer.Option("--force", help="Take a run from another host, known to be off.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Store runs whose process died: everything committed goes into run.nc, with the status 'recovered'.

    Example: labctl runs recover --all
    """
    if (run is None) is not every:
        raise ConfigError("give either a run or --all", key="RUN", value=run)
    folders = find_orphans(out) if run is None else [find_run(out, run)]
    found: list[Recovered] = []
    problems: list[str] = []
    for folder in folders:
        try:
            found.append(recover_run(folder, force=force))
        except DataError as problem:
            problems.append(str(problem))
    if as_json:
        runs = [{**asdict(r), "folder": str(r.folder)} for r in found]
        print(json.dumps({"recovered": runs, "problems": problems}, ensure_ascii=False))
    else:
        _tell(found, problems)
    if problems:
        raise typer.Exit(1)


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Run folder, run number or 'latest'.", metavar="RUN")],
    out: RunsFolder = Path("runs"),
    as_json: AsJson = False,
    figures: Figures = True,
    yes: Yes = False,
) -> None:
    """Go on with a run that was cut short, from its last checkpoint; its folder then holds the whole run.

    Example: labctl runs resume latest
    """
    folder = find_run(out, run)
    result = carry_out_by_engine(
        lambda client: client.preflight_resume(folder, figures=figures),
        Console(stderr=True, highlight=False, soft_wrap=True),
        out=out,
        ask=not yes,
        quiet=as_json,
        verbose=is_verbose(context),
    )
    tell_result(result, as_json, more=lambda: _tell_drift(result.summary.resumed))


def _tell(found: list[Recovered], problems: list[str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for r in found:
        console.print(f"[green]recovered[/] {r.folder}: {r.cycles:,} cycles, {r.rounds} rounds; {r.reason}")
        if r.damaged_blocks:
            console.print(f"  [red]{r.damaged_blocks} blocks were damaged[/]; their rows are empty")
        if r.resumable:
            console.print(f"  go on with: labctl runs resume {r.folder}")
    for problem in problems:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[bold red]labctl:[/] {problem}")
    if not found and not problems:
        console.print("no run was cut short")


def _tell_drift(resumed: Resumed | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if resumed is None:
        console.print(f"  [dim]{'resumed':>10}[/]  not: it ended before it went on; what was stored stands")
        return
    console.print(f"  [dim]{'resumed':>10}[/]  from cycle {resumed['from_cycle']:,}")
    if "gate_drift_worst_V" in resumed:
        worst_mV, rms_mV = 1e3 * resumed["gate_drift_worst_V"], 1e3 * resumed["gate_drift_rms_V"]
        console.print(
            f"  [dim]{'drift':>10}[/]  gates moved by {rms_mV:.2g} mV rms, {worst_mV:.2g} mV at most, "
            f"since cycle {resumed['gates_read_at_cycle']:,}"
        )
