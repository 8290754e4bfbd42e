"""Measure how fast the simulated plant is: `python -m benchmarks.plant`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import machine, report
from benchmarks.measures import MEASURES, measure
from benchmarks.timing import FULL, QUICK

RESULTS = Path("benchmarks") / "results"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for and print it: a table, or one JSON object and nothing else."""
    options = _parse(arguments)
    about = machine.describe()
    outcome = measure(options.only or list(MEASURES), QUICK if options.quick else FULL)
    result = report.as_object(outcome, about, options.quick)
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 140).print(
            report.as_table(outcome, about, options.quick)
        )
    if options.out is not None:
        _write(options.out, result, report.as_markdown(outcome, about, options.quick))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.plant", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--quick", action="store_true", help="run everything shorter, to try it out")
    parser.add_argument(
        "--only", action="append", choices=list(MEASURES), metavar="NAME", help="measure this, repeatable"
    )
    parser.add_argument(
        "--out", type=Path, nargs="?", const=RESULTS, metavar="DIR", help=f"write the table ({RESULTS})"
    )
    return parser.parse_args(arguments)


def _write(folder: Path, result: dict[str, Any], markdown: str) -> None:
    """Write table and numbers into the folder and tell stderr where."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("plant.md", markdown), ("plant.json", json.dumps(result, indent=2) + "\n")):
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name, file=sys.stderr)


if __name__ == "__main__":
    main()
