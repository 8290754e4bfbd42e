"""`labctl run`: one training session from an experiment file."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from labctl.cli.progress import ProgressBar, format_error
from labctl.runner import PreparedRun, RunRequest, RunResult, carry_out, prepare
from labctl.session import Session
from labctl.store import readable
from labctl.store.recovery import find_orphans
from protocols.engine import Kind, Outcome
from sim_backend.compilation import is_compiled


def run(
    experiment: Annotated[Path, typer.Argument(help="Experiment file, TOML.", metavar="EXPERIMENT.toml")],
    bench: Annotated[str, typer.Option(help='"sim" or a bench file.', metavar="sim|BENCH.toml")] = "sim",
    imperfections: Annotated[
        str | None,
        typer.Option(help="Preset (ideal, lattice-paper) or TOML file of doses.", metavar="PRESET|FILE"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the board, its noise and the initial gates.", min=0)] = 0,
    out: Annotated[Path, typer.Option(help="Folder that holds the runs.", metavar="DIR")] = Path("runs"),
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Override any key: training.cycles=1000, method=standard.", metavar="KEY=VALUE"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw the figures of the run.")
    ] = True,
) -> None:
    """Run a training session and store it as a run folder with data, manifest and figures.

    Example: labctl run examples/xor.toml --imperfections lattice-paper --set method=standard --seed 1
    """
    request = RunRequest(
        experiment, bench, imperfections, seed, out, tuple(overrides or ()), figures, tuple(sys.argv)
    )
    prepared = prepare(request)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if orphans := orphan_line(out):
        console.print(orphans)
    if not as_json:
        room = readable(prepared.size().most)
        console.print(f"{prepared.plan.cycles:,} cycles, at most {room} on disk", style="dim")
    if not is_compiled():
        console.print("Compiling the simulator for first use; this takes up to half a minute, once.")
    with ProgressBar(prepared.plan, console, visible=not as_json) as bar:
        result = carry_out(prepared, (bar,), stop_on_signals)
    if as_json:
        print(json.dumps(result.summary, ensure_ascii=False))
    else:
        print_summary(prepared, result)
    if result.state.outcome is Outcome.FAILED:
        raise typer.Exit(1)


def stop_on_signals(session: Session) -> None:
    """Turn Ctrl-C and SIGTERM into a clean stop; a second Ctrl-C aborts."""
    seen = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        seen += 1
        name = signal.Signals(number).name
        session.request(Kind.STOP if seen == 1 else Kind.ABORT, f"{name} received")
        if seen > 2:
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)


def orphan_line(out: Path) -> str:
    """Return what to say of runs under `out` whose process died; empty when there are none."""
    orphans = find_orphans(out)
    if not orphans:
        return ""
    which = f"labctl runs recover {orphans[0]}" if len(orphans) == 1 else "labctl runs recover --all"
    many = "1 run was" if len(orphans) == 1 else f"{len(orphans)} runs were"
    return f"{many} cut short in {out}: '{which}' stores what was recorded, 'resume' goes on with it"


def print_summary(run: PreparedRun, result: RunResult) -> None:
    """Print on stdout what a run did, for people."""
    console = Console(highlight=False)
    s = result.summary
    colour = "green" if s["status"] == "completed" else "yellow"
    console.print(f"\n[bold]{s['name']}[/] [{colour}]{s['status']}[/]: {s['reason']}")
    rows = [
        ("bench", f"{s['bench']}, imperfections {s['imperfections']}, seed {s['seed']}"),
        ("method", f"{s['method']}"),
        ("training", f"{s['cycles']:,} cycles, {s['learning_time_s']:.3g} s of learning"),
        ("speed", f"{s['wall_time_s']:.1f} s, {s['cycles_per_s']:,.0f} cycles/s"),
        ("error", f"{format_error(s['error_start_V2'])} → {format_error(s['error_end_V2'])}"),
    ]
    if s["test_error_end_V2"] is not None:
        rows.append(("test error", format_error(s["test_error_end_V2"])))
    if s["accuracy_end"] is not None:
        margin = 1e3 * s["worst_margin_end_V"]
        rows.append(
            ("accuracy", f"{100 * s['accuracy_end']:.0f} %, worst output {margin:+.1f} mV on its side")
        )
    if s["late_cycles"]:
        worst_ms = 1e3 * s["lateness_worst_s"]
        rows.append(("late", f"{s['late_cycles']:,} cycles started late, by {worst_ms:.3g} ms at most"))
    safe = "gates held, sources 0 V, clamps released" if result.state.run == "safe" else "[red]NOT REACHED[/]"
    rows += [("safe state", safe), ("stored in", s["path"])]
    summary = next((f for f in s["figures"] if f.endswith("summary.png")), None)
    if summary:
        rows.append(("picture", summary))
    for label, text in rows:
        console.print(f"  [dim]{label:>10}[/]  {text}", soft_wrap=True)
