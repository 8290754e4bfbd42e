"""The `labctl` command: its sub-commands, its exit codes, where logs go."""

from __future__ import annotations

import json
import logging
import sys
from typing import Annotated

import structlog
import typer
from rich.console import Console

import labctl
from labctl.cli.lazy import LazyGroup
from protocols.errors import ConfigError, LabError

app = typer.Typer(
    name="labctl",
    cls=LazyGroup,  # its table of commands is in labctl/cli/lazy.py
    help="Train physical learning networks on the bench, simulated or real.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"labctl {labctl.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more, to stderr.")] = False,
) -> None:
    """Set up logging before any command; results go to stdout, logs to stderr."""
    level = logging.DEBUG if verbose else logging.WARNING
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S"),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is when a line is written
    )


def main() -> None:
    """Run the command line; exit 0 done, 1 the run failed, 2 bad input."""
    try:
        app()
    except ConfigError as error:
        _say(error, 2)
    except LabError as error:
        _say(error, 1)


def _say(error: LabError, code: int) -> None:
    """Print one sentence to stderr (as JSON on stdout too when asked for) and exit."""
    from labctl.cli.spoken import spoken

    said = spoken(error.message)
    if "--json" in sys.argv:
        print(json.dumps({"status": "failed", "exit_code": code, "error": said}, ensure_ascii=False))
    Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]labctl:[/] {_escape(said)}")
    sys.exit(code)


def _escape(text: str) -> str:
    return text.replace("[", "\\[")
