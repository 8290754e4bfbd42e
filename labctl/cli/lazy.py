"""Commands that are imported when they are used: `labctl run` does not wait for what it does not need.

`labctl --help` imports them all, so a command's module imports within its functions what is slow (the
simulator, xarray, figures, studies); tests/labctl/cli/test_lazy.py holds it to that.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# name → module and what in it: a function, or a group of commands. The order is that of `labctl --help`.
COMMANDS: dict[str, str] = {
    "run": "labctl.cli.run:run",
    "engines": "labctl.cli.engines:engines",
    "gui": "labctl.cli.gui:gui",
    "runs": "labctl.cli.runs:app",
    "analyze": "labctl.cli.analyze:analyze",
    "reproduce": "labctl.cli.reproduce:reproduce",
    "calibrate": "labctl.cli.calibrate:calibrate_command",
    "bench": "labctl.cli.bench:app",
    "instruments": "labctl.cli.instruments:instruments",
    "emulate": "labctl.cli.emulate:emulate",
    "doctor": "labctl.cli.doctor:doctor",
    "schema": "labctl.cli.schema:schema",
}


class LazyGroup(TyperGroup):
    """The top of the command line: knows the names of its commands, imports the one that is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, in the order of the table."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of this name, imported now; None when there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), attribute)
        parent = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=cmd_name)
            group: Any = typer.main.get_command(parent)
            return group.commands[cmd_name]
        parent.command(cmd_name)(found)
        return typer.main.get_command(parent)
