"""`labctl runs compare RUN --twin`: a run against the twin of its board."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from labctl.cli import stored
from labctl.cli.options import AsJson, RunName, RunsFolder
from protocols.errors import ConfigError

if TYPE_CHECKING:  # slow to import
    from labctl.twins.compare import Comparison

_SHOWN = 8


def compare_run(
    run: RunName,
    twin: Annotated[bool, typer.Option("--twin", help="Against the twin of the run's board.")] = False,
    twin_file: Annotated[
        Path | None, typer.Option(help="The twin; else the one kept with the board's calibrations.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="Folder of the calibrations; else the bench's.", metavar="DIR")
    ] = None,
    out: RunsFolder = Path("runs"),
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the comparison.")] = True,
    as_json: AsJson = False,
) -> None:
    """Run a run's own file again on the twin of its board, and compare the gates edge by edge.

    Edges whose final gates are more than 5 % of the gate span off are named.

    Example: labctl runs compare latest --twin
    """
    if not twin and twin_file is None:
        raise ConfigError("there is nothing to compare with", key="--twin", allowed="give --twin")
    if twin_file is not None and (twin_file.suffix != ".toml" or not twin_file.is_file()):
        raise ConfigError(
            "is no file of a twin",
            key="--twin-file",
            value=str(twin_file),
            allowed="name a TOML file as 'labctl calibrate twin' writes it",
        )
    folder = stored.find(out, run)

    from labctl.twins.compare import compare
    from labctl.twins.compare_figure import draw_comparison
    from labctl.twins.replay import default_twin

    found = compare(folder, twin_file or default_twin(folder, store))
    picture = draw_comparison(found, folder / "twin.png") if figures else None
    numbers = found.numbers() | {"figure": str(picture) if picture else None}
    if as_json:
        print(json.dumps(numbers, ensure_ascii=False))
        return
    _print(found, picture)


def _print(found: Comparison, picture: Path | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    n = found.numbers()
    off = n["disagreeing_edges"]
    verdict = "[green]as predicted[/]" if not off else f"[yellow]{len(off)} edges disagree[/]"
    console.print(f"[bold]{escape(found.run.name)}[/] against its twin: {verdict}")
    rows = [
        ("twin", f"{100 * n['residual_rms_of_span']:.3g} % of the gate span off at the end, rms over edges"),
        ("nominal", f"{100 * n['nominal_residual_rms_of_span']:.3g} % off, a board without imperfections"),
    ]
    if n["error_end_V2"] is not None and n["twin_error_end_V2"] is not None:
        rows.append(
            ("error", f"{n['error_end_V2']:.2e} V² measured, {n['twin_error_end_V2']:.2e} V² on the twin")
        )
    worst = {e["edge"]: e for e in n["edges"]}
    for edge in off[:_SHOWN]:
        e = worst[edge]
        rows.append((f"edge {edge}", f"{e['measured_V']:.3f} V measured, {e['predicted_V']:.3f} V predicted"))
    if len(off) > _SHOWN:
        rows.append(("", f"and {len(off) - _SHOWN} more: --json lists all"))
    if picture is not None:
        rows.append(("picture", str(picture)))
    for label, text in rows:
        console.print(f"  [dim]{label:>10}[/]  {escape(text)}")
