"""`labctl bench`: look after a bench of instruments."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from labctl.cli.attended import do_by_engine
from labctl.cli.options import AsJson, BenchOverrides
from labctl.cli.spoken import spoken
from labctl.engine.reports import CheckReport
from protocols.messages import Message

if TYPE_CHECKING:  # slow to import
    from labctl.bench_files.hardware_file import HardwareBenchFile

app = typer.Typer(help="Check a bench before it is used.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Check a bench before it is used."""


@app.command("check")
def check(
    bench: Annotated[Path, typer.Argument(help="File of a hardware bench, TOML.", metavar="BENCH.toml")],
    wiring: Annotated[
        bool,
        typer.Option("--wiring/--no-wiring", help="Test the wires too; the gates are charged anew for it."),
    ] = True,
    overrides: BenchOverrides = None,
    as_json: AsJson = False,
) -> None:
    """Open and identify every instrument, measure the supply, test every wire, leave the bench safe.

    What the board has learned is lost, unless the wires are left out. Exit code 1 when anything is wrong.

    Example: labctl bench check benches/emulated.toml
    """
    from labctl.bench_files.load import read_hardware

    config, _ = read_hardware(str(bench), overrides or ())
    found = do_by_engine(
        lambda client: client.start_check(str(bench), overrides or (), wiring=wiring),
        lambda client: client.check_result(),
        Console(stderr=True, highlight=False, soft_wrap=True),
        who="labctl bench check",
    )
    if as_json:
        print(json.dumps(_spoken(found).to_json(), ensure_ascii=False))
    else:
        _show(found, config)
    if not found.ok:
        raise typer.Exit(1)


def _spoken(found: CheckReport) -> CheckReport:
    """Return the report with the names of commands in its sentences."""
    problems = tuple(Message.of(spoken(problem)) for problem in found.problems)
    parts = tuple(
        replace(part, error=Message.of(spoken(part.error)) if part.error else None)
        for part in found.instruments
    )
    return replace(found, problems=problems, instruments=parts)


def _show(found: CheckReport, config: HardwareBenchFile) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escape(found.bench)}[/], {config.timing}-timed")
    for part in found.instruments:
        who = part.identity
        _line(console, part.ok, part.name, escape(spoken(part.error or "") if who is None else who.words()))
        if who is not None and part.error:
            console.print(f"{'':14}{escape(spoken(part.error))}")
    for name, reading in found.supply.items():
        _line(console, True, "supply", f"{escape(name)}: {reading.V:.4g} V, {1e3 * reading.A:.4g} mA")
    if found.meter_V is not None:
        _line(console, True, "meter", f"reads {found.meter_V:.5g} V")
    if found.wires is not None:
        faults = found.wires.faults
        wrong = {wire for fault in faults for wire in fault.wires}
        wires = (*config.wires.sources, *config.wires.outputs) if found.wires.arrived else ()
        tested = (*wires, *found.wires.clamps)
        good = [name for name in tested if name not in wrong]
        if good:
            _line(
                console,
                True,
                "wires",
                f"{', '.join(good)} {'are' if len(good) > 1 else 'is'} where they belong",
            )
        for fault in faults:
            where = [_terminal(config, wire) for wire in fault.wires]
            plugs = ", ".join(filter(None, where))
            _line(
                console,
                False,
                fault.trouble,
                escape(fault.sentence) + (f" [dim]({plugs})[/]" if plugs else ""),
            )
    elif found.ok:
        _line(console, None, "wires", "not tested")
    told = {part.error for part in found.instruments}
    if found.wires is not None:
        told |= {fault.sentence for fault in found.wires.faults}
    for problem in found.problems:
        if problem not in told:
            _line(console, False, "problem", escape(spoken(problem)))
    if found.safe:
        _line(console, True, "safe state", "; ".join(f"{p.name}: {p.holds}" for p in found.left))
    console.print("[bold green]ready[/]" if found.ok else "[bold red]not ready[/]")


def _terminal(config: HardwareBenchFile, wire: str) -> str:
    wires = config.wires
    plug = wires.sources.get(wire) or wires.outputs.get(wire)
    return f"{wire} at {plug.terminal}" if plug is not None and plug.terminal else ""


def _line(console: Console, good: bool | None, name: str, text: str) -> None:
    mark = "[dim]–[/]" if good is None else "[green]✓[/]" if good else "[red]✗[/]"
    console.print(f"  {mark} [dim]{name:>9}[/]  {text}")
