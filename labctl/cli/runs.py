"""`labctl runs`: list, show, export and import stored runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labctl.cli import stored
from labctl.cli.compare import compare_run
from labctl.cli.options import AsJson, RunName, RunsFolder
from labctl.cli.progress import format_error
from labctl.cli.recover import recover, resume
from labctl.cli.tag import tag
from labctl.store import catalogue
from labctl.store.events import read_events
from labctl.store.manifest import read_manifest
from labctl.store.tags import read_tags
from protocols.bench import InstrumentIdentity
from protocols.errors import ConfigError, DataError

if TYPE_CHECKING:  # slow to import
    import xarray

    from labctl.importing import Imported

app = typer.Typer(help="Look at stored runs, take them elsewhere, bring others in.", no_args_is_help=True)
app.command("recover")(recover)
app.command("resume")(resume)
app.command("compare")(compare_run)
app.command("tag")(tag)

_WIDE = 200


class Format(StrEnum):
    """What a run can be exported as."""

    CSV = "csv"
    JSON = "json"


@app.command("list")
def list_runs(
    text: Annotated[
        str,
        typer.Argument(help="Only runs with this in name, tags, bench, method or task.", metavar="[TEXT]"),
    ] = "",
    out: RunsFolder = Path("runs"),
    status: Annotated[str, typer.Option(help="Only runs with this status.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many; 0: all.", min=0)] = 0,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read all run folders anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first.

    Example: labctl runs list overclamping --limit 20
    """
    if rebuild and out.is_dir():
        catalogue.rebuild(out)
    entries = catalogue.find(out, text, status=status, limit=limit)
    if as_json:
        print(json.dumps({"runs": [asdict(e) for e in entries]}, ensure_ascii=False))
        return
    if not entries:
        print(f"no runs in {out}" + (" that fit" if text or status else ""))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDE  # whoever reads a pipe cuts lines themselves
    console.print(_table(entries))


@app.command("show")
def show(run: RunName, out: RunsFolder = Path("runs"), as_json: AsJson = False) -> None:
    """Show what a run was, how it ended, what it holds and where its figures are.

    Example: labctl runs show latest
    """
    folder = stored.find(out, run)
    manifest, contents = _manifest(folder), _contents(folder)
    pictures = sorted(str(f) for f in folder.glob("*.png"))
    if as_json:
        found = {"path": str(folder), "manifest": manifest, "contents": contents, "figures": pictures}
        print(json.dumps(found | {"events": read_events(folder)}, ensure_ascii=False))
        return
    _print_run(folder, manifest, contents, pictures)


@app.command("export")
def export(
    run: RunName,
    kind: Annotated[Format, typer.Option("--format", help="CSV tables or one JSON file.")] = Format.CSV,
    to: Annotated[
        Path | None, typer.Option(help="Folder for the files; else 'export' in the run's own.", metavar="DIR")
    ] = None,
    out: RunsFolder = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Write a run's data as CSV tables, one per dimension, or as one JSON file.

    Example: labctl runs export 12 --format csv --to /media/stick
    """
    folder = stored.find(out, run)

    from labctl.store.export import export_csv, export_json

    dataset = stored.opened(folder)
    target = to or folder / "export"
    write: Callable[[xarray.Dataset, Path], list[Path]] = export_csv if kind is Format.CSV else export_json
    try:
        target.mkdir(parents=True, exist_ok=True)
        files = write(dataset, target)
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror or error}", file=str(target), allowed="choose another --to"
        ) from None
    if as_json:
        print(json.dumps({"run": str(folder), "files": [str(f) for f in files]}, ensure_ascii=False))
        return
    for file in files:
        print(file)


@app.command("import")
def import_runs(
    files: Annotated[list[Path], typer.Argument(help="Measured files, .mat or .csv.", metavar="FILE...")],
    out: RunsFolder = Path("runs"),
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw the figures of each run.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Import published measurements as runs: lattice runs and drift tests (.mat), two-edge tables (.csv).

    A file that cannot be imported gets one sentence and leaves nothing behind; the others are imported.

    Example: labctl runs import reference/lattice/*.mat --out runs
    """
    from labctl.importing import import_file

    results: list[dict[str, Any]] = []
    good = Console(highlight=False, soft_wrap=True)
    bad = Console(stderr=True, highlight=False, soft_wrap=True)
    for file in files:
        try:
            imported = import_file(file, out, figures=figures, command=tuple(sys.argv))
        except (ConfigError, DataError) as error:
            results.append({"file": str(file), "status": "refused", "error": str(error)})
            bad.print(f"[bold red]labctl:[/] {escape(str(error))}")
            continue
        results.append(_imported(file, imported))
        if not as_json:
            good.print(f"[green]imported[/] {escape(file.name)} → {escape(str(imported.folder))}")
    refused = sum(r["status"] == "refused" for r in results)
    if as_json:
        found = {"imported": len(results) - refused, "refused": refused, "files": results}
        print(json.dumps(found, ensure_ascii=False))
    if refused:
        raise typer.Exit(2)


def _table(entries: list[catalogue.Entry]) -> Table:
    """Return the list as a table; only names give way where the terminal is narrow."""
    rows, tagged = [], any(e.tags for e in entries)
    for e in entries:
        error = "–" if e.error_end_V2 is None else format_error(e.error_end_V2)
        started = (e.started or "–")[:16].replace("T", " ")
        named = (e.name, *((e.tags,) if tagged else ()), e.bench or "–")
        rows.append((str(e.number), started, e.status, e.method or "–", error, *named))
    table = Table(box=None, pad_edge=False, header_style="dim")
    named_as = ("name", "tags", "bench") if tagged else ("name", "bench")
    heads = ("no.", "started", "status", "method", "error at the end", *named_as)
    for k, (head, cells) in enumerate(zip(heads, zip(*rows, strict=True), strict=True)):
        widest = max(map(len, (head, *cells)))
        least = None if head in named_as else widest
        table.add_column(
            head, no_wrap=True, overflow="ellipsis", min_width=least, justify="left" if k else "right"
        )
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _imported(file: Path, imported: Imported) -> dict[str, Any]:
    summary = imported.manifest["summary"]
    return {
        "file": str(file),
        "status": "imported",
        "path": str(imported.folder),
        "run_id": imported.manifest["run_id"],
        "name": summary["name"],
        "inferred": imported.manifest["origin"]["inferred"],
        "figures": summary["figures"],
    }


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return read_manifest(folder)
    except DataError as error:
        raise ConfigError(str(error), allowed="try: labctl runs recover") from None


def _contents(folder: Path) -> dict[str, Any] | None:
    """Return sizes and variables of run.nc; None while there is none."""
    if not (folder / "run.nc").exists():
        return None
    dataset = stored.opened(folder)
    variables = {
        str(name): {
            "dims": [str(d) for d in v.dims],
            "units": str(v.attrs.get("units", "1")),
            "long_name": str(v.attrs.get("long_name", "")),
        }
        for name, v in dataset.variables.items()
    }
    return {"sizes": {str(d): n for d, n in dataset.sizes.items()}, "variables": variables}


def _print_run(
    folder: Path, manifest: dict[str, Any], contents: dict[str, Any] | None, pictures: list[str]
) -> None:
    console = Console(highlight=False, soft_wrap=True)
    summary = manifest.get("summary") or {}
    status = str(manifest.get("status", "unknown"))
    colour = "green" if status == "completed" else "yellow"
    name, reason = escape(str(manifest.get("name", folder.name))), escape(str(manifest.get("reason", "")))
    console.print(f"[bold]{name}[/] [{colour}]{status}[/]: {reason}")
    for label, text in _rows(folder, manifest, summary, contents, pictures):
        console.print(f"  [dim]{label:>10}[/]  {escape(text)}")


def _instrument(who: dict[str, Any]) -> str:
    known = {f.name for f in fields(InstrumentIdentity)}
    return InstrumentIdentity(**{key: value for key, value in who.items() if key in known}).words()


def _rows(
    folder: Path,
    manifest: dict[str, Any],
    summary: dict[str, Any],
    contents: dict[str, Any] | None,
    pictures: list[str],
) -> list[tuple[str, str]]:
    bench = manifest.get("bench")
    rows = [
        ("run id", str(manifest.get("run_id", "–"))),
        ("started", str(manifest.get("started") or "–")),
        ("bench", str(bench.get("name", "–") if isinstance(bench, dict) else bench or "–")),
        *((name, _instrument(who)) for name, who in (manifest.get("instruments") or {}).items()),
        ("method", str(summary.get("method") or manifest.get("method") or "–")),
    ]
    cycles, learning_s = manifest.get("cycles"), manifest.get("learning_time_s")
    if cycles is not None and learning_s is not None:
        rows.append(("training", f"{cycles:,} cycles, {learning_s:.4g} s of learning"))
    first, last = summary.get("error_start_V2"), summary.get("error_end_V2")
    if first is not None and last is not None:
        rows.append(("error", f"{format_error(first)} → {format_error(last)}"))
    if summary.get("accuracy_end") is not None:
        rows.append(("accuracy", f"{100 * summary['accuracy_end']:.0f} %"))
    if tags := read_tags(folder):
        rows.append(("tags", ", ".join(tags)))
    origin = manifest.get("origin")
    if isinstance(origin, dict):
        licence = (origin.get("licence") or {}).get("title", "no licence beside the file")
        rows.append(("origin", f"{origin.get('file')}, {origin.get('publication')}, {licence}"))
        rows += [("inferred" if not k else "", text) for k, text in enumerate(origin.get("inferred", []))]
    if contents is not None:
        rows.append(("holds", ", ".join(f"{n} {d}" for d, n in contents["sizes"].items() if n)))
    rows += [("figures" if not k else "", picture) for k, picture in enumerate(pictures)]
    return [*rows, ("stored in", str(folder))]
