"""`labctl engines`: which engines run, and what they are doing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from labctl.cli.options import AsJson
from labctl.engine.client import EngineClient
from labctl.engine.errors import EngineGone
from labctl.engine.lifecycle import VERBS, Verb
from labctl.engine.places import engines as running
from labctl.engine.snapshot import Snapshot


def engines(
    verb: Annotated[
        Verb | None, typer.Option("--do", help="What to do to an engine's run: " + ", ".join(Verb) + ".")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--engine", help="Which engine; the only one if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the engines that run, or do something to the run of one.

    Example: labctl engines --do stop
    """
    if verb is not None:
        with EngineClient.attach(name, who="labctl engines") as client:
            client.do(verb, "asked on the command line")
        if not as_json:
            Console(highlight=False).print(f"{VERBS[verb].label}. {VERBS[verb].consequence}")
            return
    found: list[dict[str, Any]] = []
    for place in running():
        try:
            with EngineClient(place, who="labctl engines") as client:
                found.append(_plain(client.snapshot()))
        except EngineGone as gone:
            found.append({"engine": {"name": place.name}, "problem": str(gone)})
    if as_json:
        print(json.dumps({"engines": found}, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    if not found:
        console.print("no engine is running")
        return
    table = Table("engine", "process", "doing", "run", "cycle", "problem", box=None, padding=(0, 2, 0, 0))
    for one in found:
        run = one.get("run") or {}
        table.add_row(
            one["engine"]["name"],
            str(one["engine"].get("pid", "")),
            f"{one.get('activity', '?')} ({one.get('state', '?')})",
            run.get("name", ""),
            f"{one.get('cycle', 0):,} of {run['cycles']:,}" if run else "",
            one.get("problem", ""),
        )
    console.print(table)


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    """Return what `--json` prints of an engine; doses for later runs, which it once kept, are none."""
    return asdict(snapshot) | {"doses": {}}
