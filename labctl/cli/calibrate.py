"""`labctl calibrate`: measure the bench with the bench, and say what is still valid."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from calibration import ROUTINES, Calibration, status
from labctl.cli.attended import do_by_engine
from labctl.cli.options import AsJson, BenchName, Yes
from labctl.cli.spoken import spoken
from labctl.engine.messages import StartCalibration
from labctl.engine.reports import CalibrationDone, CalibrationReport
from labctl.engine.snapshot import Snapshot
from protocols.errors import ConfigError

if TYPE_CHECKING:  # slow to import
    from labctl.bench_files.load import LoadedBench

_NAMES = ", ".join(ROUTINES)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(h|d|days?|hours?)")
_LONGEST_DAYS = 3650
_COLOURS = {"green": "green", "amber": "yellow", "red": "red"}


def calibrate_command(
    name: Annotated[str, typer.Argument(help=f"{_NAMES}; all, status, twin.", metavar="NAME")],
    bench: BenchName = "sim",
    imperfections: Annotated[
        str | None, typer.Option(help="Preset or TOML file of doses.", metavar="PRESET|FILE")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the simulated board.", min=0)] = 0,
    experiment: Annotated[
        Path | None,
        typer.Option(help="Take the wires from this experiment; else as the published 4×4 board."),
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="Override a key of the bench.", metavar="KEY=VALUE")
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(help="Folder of the calibrations; else the bench file's.", metavar="DIR"),
    ] = None,
    operator: Annotated[str, typer.Option(help="Who calibrates; else the user's name.")] = "",
    valid_for: Annotated[
        str, typer.Option(help="How long it may be trusted: 12h, 7d; else the routine's own.")
    ] = "",
    drift: Annotated[
        list[Path] | None,
        typer.Option(help="Twin of a two-edge board from two published drift tests.", metavar="FILE"),
    ] = None,
    runs: Annotated[
        list[Path] | None,
        typer.Option(help="Twin of a lattice board from imported runs of the same tasks.", metavar="FOLDER"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File of the twin; else beside its calibrations.", metavar="FILE")
    ] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw each calibration.")] = True,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Calibrate a bench by one routine or by all, show what is valid, or write the twin of the board.

    `status` tells what is valid and when it expires. `twin` runs what is missing and writes a preset of
    imperfections: the simulated bench that behaves as this board does.

    Example: labctl calibrate bias --imperfections lattice-paper --seed 3
    Example: labctl calibrate twin --drift exp1DriftTest_1.mat --drift exp1DriftTest_2.mat --out exp1.toml
    Example: labctl calibrate twin --runs runs/2024-11-07/00001-memory --out lattice.toml
    """
    if name not in (*ROUTINES, "all", "status", "twin"):
        raise ConfigError(
            "there is no such calibration",
            key="NAME",
            value=name,
            allowed=f"there are {_NAMES}; all, status and twin",
        )
    if drift:
        if name != "twin" or out is None:
            raise ConfigError("makes a twin only", key="--drift", allowed="labctl calibrate twin --out FILE")

        from labctl.twins.from_drift import write_drift_twin

        path = write_drift_twin(drift, out)
        print(json.dumps({"twin": str(path)}) if as_json else f"twin of the two-edge board: {path}")
        return
    if runs:
        if name != "twin" or out is None:
            raise ConfigError("makes a twin only", key="--runs", allowed="labctl calibrate twin --out FILE")
        _lattice_twin(runs, out, as_json)
        return
    if out is not None and name != "twin":
        raise ConfigError(
            "is where a twin is written",
            key="--out",
            value=str(out),
            allowed=f"'labctl calibrate {name}' stores its results in --store DIR",
        )
    from labctl.bench_files.load import load_bench
    from labctl.calibrating.advice import storing
    from labctl.calibrating.carrying_out import doubts, missing_for_twin, prepare_bench, twin_of
    from labctl.experiment.load import split_overrides
    from labctl.twins.preset import write_twin
    from sim_backend.plant.compilation import is_compiled

    plain, bench_keys, doses = split_overrides(overrides or ())  # "bench." may be left out
    loaded = load_bench(bench, imperfections, seed, [*plain, *bench_keys], doses)
    if name == "status":
        _status(loaded, store, as_json)
        return
    ready = prepare_bench(loaded, experiment, store, seed, operator, _span_s(valid_for))
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    wanted = list(ROUTINES) if name == "all" else [name]
    if name == "twin":
        wanted = missing_for_twin(ready)
    if wanted:
        with storing():
            ready.store.try_out(ready.serial)
    if loaded.is_hardware and wanted and not (yes or as_json):
        typer.confirm(f"This energises the bench {ready.serial}. Go on?", abort=True, err=True)
    if not is_compiled():
        console.print("Compiling the simulator for first use; this takes up to half a minute, once.")
    found: list[tuple[CalibrationDone, Calibration]] = []
    failed: list[str] = []
    if wanted:
        request = StartCalibration(
            routines=tuple(wanted),
            bench=bench,
            imperfections=imperfections,
            seed=seed,
            bench_overrides=(*plain, *bench_keys),
            dose_overrides=tuple(doses),
            experiment=experiment,
            store=store,
            operator=ready.operator,
            valid_for_s=_span_s(valid_for),
            figures=figures,
            cwd=Path.cwd(),
        )
        report = _carry_out(request, console, quiet=as_json)
        found = [(done, Calibration.model_validate_json(done.record)) for done in report.done]
        failed = list(report.failed)
    printed: dict[str, object] = {"board": ready.serial, "calibrations": [_plain(*d) for d in found]}
    broken: list[str] = []
    twin: Path | None = None
    if name == "twin" and not failed:
        against, broken = doubts(ready)
        failed = [f"no twin is made of numbers that fit no board; {why}" for why in against]
    if failed:
        printed["failures"] = [spoken(problem) for problem in failed]
    elif name == "twin":
        twin = write_twin(twin_of(ready), out or ready.store.board_folder(ready.serial) / "twin.toml")
        printed |= {"twin": str(twin), "broken": broken}
    if as_json:
        print(json.dumps(printed, ensure_ascii=False))
    else:
        for done in found:
            _print(*done)
        for problem in failed:
            console.print(f"[bold red]labctl:[/] {escape(spoken(problem))}")
        for fault in broken:
            console.print(f"[yellow]the twin has this fault, too:[/] {escape(fault)}")
        if twin is not None:
            Console(highlight=False, soft_wrap=True).print(
                f"[bold]twin[/] of board {escape(ready.serial)}: {escape(str(twin))}\n"
                f"  use it: labctl run EXPERIMENT.toml --imperfections {escape(str(twin))}"
            )
    if failed or any(c.verdict == "fail" for _, c in found):
        raise typer.Exit(1)


def _lattice_twin(runs: list[Path], out: Path, as_json: bool) -> None:
    import numpy as np

    from labctl.twins.from_runs import write_lattice_twin

    path, found = write_lattice_twin(runs, out)
    known = np.isfinite(found.drift_u)
    u = float(np.median(found.drift_u[known]))
    if as_json:
        print(json.dumps({"twin": str(path), "edges_known": int(known.sum()), "drift_u_median_V_per_s": u}))
        return
    print(
        f"twin of a lattice board from {found.runs} runs: {path}\n"
        f"  drift of {known.sum()} of {len(known)} gates known to ± {2 * u:.2g} V/s, for these tasks alone; "
        "thresholds, strengths and offsets are nominal: these runs do not tell them"
    )


def _span_s(text: str) -> float | None:
    if not text:
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is None or float(found[1]) <= 0:
        raise ConfigError("is no time", key="--valid-for", value=text, allowed='write "12h" or "7d"')
    days = float(found[1]) / (24 if found[2].startswith("h") else 1)
    if days > _LONGEST_DAYS:
        raise ConfigError(
            "is too long", key="--valid-for", value=text, allowed=f"at most {_LONGEST_DAYS} days"
        )
    return days * 86_400.0


def _carry_out(request: StartCalibration, console: Console, *, quiet: bool) -> CalibrationReport:
    """Have an engine carry the routines out and show how far they are; return what they came to."""
    lines: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.fields[routine]:>13}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(compact=True),
        console=console,
        disable=quiet,
    ) as bar:

        def show(snapshot: Snapshot) -> None:
            job = snapshot.job
            if job is None:
                return
            if job.name not in lines:
                lines[job.name] = bar.add_task("starting", total=None, routine=job.name)
            bar.update(lines[job.name], description=job.step, completed=job.done, total=job.total or None)

        report = do_by_engine(
            lambda client: client.start_calibration(request),
            lambda client: client.calibration_result(),
            bar.console,
            who="labctl calibrate",
            show=show,
        )
        for line in lines.values():  # the last steps went by between two looks
            bar.update(line, total=1, completed=1, description="done")
        return report


def _status(bench: LoadedBench, store: Path | None, as_json: bool) -> None:
    from labctl.calibrating.advice import repeating

    folder, serial = store or bench.calibration.folder(), bench.calibration_serial
    entries = status(folder, serial, tuple(ROUTINES), again=repeating(bench.options()))
    if as_json:
        text = {"board": serial, "store": str(folder), "calibrations": [e.to_json() for e in entries]}
        print(json.dumps(text, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
    for head in ("calibration", "state", "expires", ""):
        table.add_column(head)
    for e in entries:
        colour = _COLOURS[e.colour]
        expires = f"{e.expires:%Y-%m-%d %H:%M}" if e.expires else "–"
        table.add_row(e.routine, f"[{colour}]● {e.state}[/]", expires, escape(e.sentence))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(f"board {escape(serial)}, kept in {escape(str(folder))}", soft_wrap=True)
    console.print(table)


def _plain(done: CalibrationDone, calibration: Calibration) -> dict[str, object]:
    record = calibration.model_dump(mode="json")
    files = {"record": str(done.record_file), "raw": str(done.raw_file)}
    return record | files | {"figure": str(done.figure) if done.figure else None}


def _print(done: CalibrationDone, c: Calibration) -> None:
    """Print one calibration for people: verdict, findings, each quantity over its channels, files."""
    console = Console(highlight=False, soft_wrap=True)
    colour = "green" if c.verdict == "pass" else "red"
    console.print(f"\n[bold]{c.routine}[/] [{colour}]{c.verdict}[/]: {ROUTINES[c.routine].title}")
    for f in c.findings:
        console.print(
            f"  [{'red' if f.severity == 'fault' else 'yellow'}]{f.severity:>10}[/]  {escape(f.text)}"
        )
    for quantity in dict.fromkeys(v.quantity for v in c.values):
        values = [v for v in c.values if v.quantity == quantity]
        unit, u = f" {values[0].unit}".rstrip(), sorted(v.uncertainty for v in values)[len(values) // 2]
        if len(values) == 1:
            text = f"{values[0].value:.4g} ± {u:.2g}{unit}"
        else:
            low, high = min(v.value for v in values), max(v.value for v in values)
            word = values[0].channel.split()[0]
            text = f"{low:.4g} to {high:.4g} ± {u:.2g}{unit}, {len(values)} {word}s"
        console.print(f"  [dim]{quantity:>24}[/]  {text}")
    console.print(f"  [dim]{'expires':>24}[/]  {c.expires:%Y-%m-%d %H:%M} UTC")
    console.print(f"  [dim]{'stored in':>24}[/]  {escape(str(done.record_file))}")
    if done.figure is not None:
        console.print(f"  [dim]{'figure':>24}[/]  {escape(str(done.figure))}")
