"""`labctl analyze`: what one run shows, or several side by side."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labctl.cli import stored
from labctl.cli.options import AsJson, RunsFolder
from protocols.errors import ConfigError

if TYPE_CHECKING:  # slow to import
    from labctl.analysis.report import Quantity, Report
    from labctl.analysis.sweep import SweepTable

_WIDE = 200
_HEADS = {
    "period_s": ("τ", "s"),
    "span_V": ("D", "V"),
    "span_as_read_V": ("D as read", "V"),
    "combined_error_V2": ("combined error", "V^2"),
    "combined_hinge_V2": ("hinge at switches", "V^2"),
    "error_floor_V2": ("error at the end", "V^2"),
    "hinge_V2": ("hinge loss", "V^2"),
    "class_error": ("class error", "1"),
    "drift_V_per_s": ("drift", "V/s"),
    "walls_share": ("on walls", "1"),
    "learning_time_s": ("learning", "s"),
}


def analyze(
    runs: Annotated[
        list[str], typer.Argument(help="Run folders, run numbers, 'latest' or UUIDs.", metavar="RUN...")
    ],
    out: RunsFolder = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Analyse a run: span and errors of a task cycle, floor, drift, losses; several runs make a table.

    Simulated, hardware and imported runs alike. What a run does not have is said with the reason.

    Example: labctl analyze latest
    Example: labctl analyze 12 13 14 15 --json
    """
    from labctl.analysis.sweep import sweep_of

    folders = [stored.find(out, run) for run in runs]
    reports = [_report(folder) for folder in folders]
    sweep = sweep_of(reports) if len(reports) > 1 else None
    if as_json:
        print(json.dumps(_json(folders, reports, sweep), ensure_ascii=False))
    elif sweep is None:
        _print_report(reports[0], folders[0])
    else:
        _print_sweep(reports, folders, sweep)


def written(value: float, unit: str, *, short: bool = False) -> str:
    """Write a value with three or four digits and a prefix that suits it; V² in volts, too, unless short."""
    if not math.isfinite(value):
        return "–"
    if unit == "1":
        return f"{value:,.0f}" if value == round(value) and abs(value) >= 10 else f"{value:.4g}"
    if unit == "V^2":
        volts = "" if short or value <= 0 else f" ({_prefixed(math.sqrt(value), 'V', 3)})"
        return f"{value:.3g} V²{volts}"
    return _prefixed(value, unit, 4)


def _prefixed(value: float, unit: str, digits: int) -> str:
    scale, prefix = _prefix(value, unit)
    return f"{value / scale:.{digits}g} {prefix}{unit}"


def _prefix(value: float, unit: str) -> tuple[float, str]:
    if unit in ("1", "1/s"):
        return 1.0, ""
    from protocols.units import si_prefix  # slow to import

    return si_prefix(value, most=1.0)


def _report(folder: Path) -> Report:
    from labctl.analysis.report import analyze_run

    try:
        return analyze_run(stored.opened(folder))
    except KeyError as error:
        raise ConfigError(f"run.nc cannot be read: {error}", file=str(folder)) from None


def _json(folders: list[Path], reports: list[Report], sweep: SweepTable | None) -> dict[str, object]:
    one = [{"path": str(f)} | r.json() for f, r in zip(folders, reports, strict=True)]
    if sweep is None:
        return one[0]
    together = {key: value if math.isfinite(value) else None for key, _, value, _, _ in sweep.together}
    return {"runs": one, "together": together, "units": {k: unit for k, _, _, unit, _ in sweep.together}}


def _print_report(report: Report, folder: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    about = ", ".join(escape(t) for t in (report.kind, report.method, report.bench) if t)
    console.print(f"[bold]{escape(report.name)}[/]: {about}")
    for title, quantities in report.sections.items():
        if not quantities:
            continue
        console.print(f"\n[bold]{escape(title)}[/]")
        width = max(len(q.label) for q in quantities)
        for q in quantities:
            console.print(f"  {escape(q.label):<{width}}  {escape(_value(q))}")
    if report.missing:
        console.print("\n[bold]not in this run[/]")
        for missing in report.missing:
            console.print(f"  [dim]{escape(missing.label)}: {escape(missing.reason)}[/]")
    console.print(f"\n[dim]{escape(str(folder))}[/]")


def _value(q: Quantity) -> str:
    text = written(q.value, q.unit)
    if q.uncertainty is not None and math.isfinite(q.uncertainty):
        text = _with_uncertainty(q.value, q.uncertainty, q.unit)
    return f"{text}  ({q.note})" if q.note else text


def _with_uncertainty(value: float, off: float, unit: str) -> str:
    """Write value ± uncertainty in one unit, the value to the last digit that the uncertainty leaves."""
    if unit == "V^2":
        return f"{written(value, unit)} ± {off:.2g} V²"
    scale, prefix = _prefix(value, unit)
    places = max(1 - math.floor(math.log10(off / scale)), 0) if off > 0 else 3
    name = "" if unit == "1" else f" {prefix}{unit}"
    both = f"{value / scale:.{places}f} ± {off / scale:.{places}f}"
    return f"({both}){name}" if name else both


def _print_sweep(reports: list[Report], folders: list[Path], sweep: SweepTable) -> None:
    from labctl.analysis.report import Quantity

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDE  # whoever reads a pipe cuts lines themselves
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("run", no_wrap=True)
    table.add_column("name", no_wrap=True, overflow="ellipsis")
    table.add_column("method", no_wrap=True)
    for column in sweep.columns:
        table.add_column(_HEADS[column][0], justify="right", no_wrap=True)
    for folder, report, row in zip(folders, reports, sweep.rows, strict=True):
        number = folder.name.partition("-")[0].lstrip("0") or folder.name
        cells = (
            "–" if v is None else written(v, _HEADS[c][1], short=True)
            for c, v in zip(sweep.columns, row, strict=True)
        )
        table.add_row(escape(number), escape(report.name), escape(report.method), *cells)
    console.print(table)
    if sweep.together:
        print()
        width = max(len(label) for _, label, _, _, _ in sweep.together)
        for key, label, value, unit, off in sweep.together:
            console.print(
                f"  {escape(label):<{width}}  {escape(_value(Quantity(key, label, value, unit, off)))}"
            )
