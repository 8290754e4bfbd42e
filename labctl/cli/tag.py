"""`labctl runs tag`: words by which a run is found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from labctl.cli import stored
from labctl.cli.options import AsJson, RunName, RunsFolder
from labctl.store import catalogue
from labctl.store.tags import read_tags


def tag(
    run: RunName,
    tags: Annotated[list[str] | None, typer.Argument(help="Tags to add.", metavar="[TAG...]")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to take away.", metavar="TAG")] = None,
    out: RunsFolder = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Add tags to a run, take some away, and print those it has; `runs list TAG` finds it by them.

    Example: labctl runs tag latest "for the paper" good
    """
    folder = stored.find(out, run)
    kept = [word for word in (*read_tags(folder), *(tags or ())) if word not in (remove or ())]
    if tags or remove:
        kept = list(catalogue.tag(folder, kept))
    if as_json:
        print(json.dumps({"run": str(folder), "tags": kept}, ensure_ascii=False))
    else:
        print(", ".join(kept) or "no tags")
