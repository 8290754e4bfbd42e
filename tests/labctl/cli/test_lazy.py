"""A person who asks for help or for a list does not wait for what only a run needs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from labctl.cli.lazy import COMMANDS

HEAVY = ("numba", "scipy", "pandas", "xarray", "matplotlib", "pint", "PyQt6", "nidaqmx", "pyvisa", "serial")
CODE = """
import json, sys
from labctl.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
else:
    code = 0
print(json.dumps([code or 0, [name for name in {heavy} if name in sys.modules]]))
"""


def ask(*words: str) -> tuple[int, list[str]]:
    """Return the exit code of a command and which slow packages it imported."""
    command = [sys.executable, "-c", CODE.format(heavy=HEAVY), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    code, imported = json.loads(done.stdout.splitlines()[-1])
    return code, imported


def test_help_of_all_commands_is_light() -> None:
    assert ask("--help") == (0, [])  # imports every command


@pytest.mark.parametrize("words", [("runs", "list"), ("engines",)])
def test_lists_are_light(words: tuple[str, ...], tmp_path: Path) -> None:
    out = ("--out", str(tmp_path)) if words[0] == "runs" else ()
    assert ask(*words, *out) == (0, [])


def test_the_measure_sees_what_is_imported() -> None:
    code, imported = ask("schema", "imperfections")
    assert code == 0
    assert "numba" in imported


def test_every_command_is_where_the_table_says() -> None:
    for place in COMMANDS.values():
        module, _, name = place.partition(":")
        assert hasattr(import_module(module), name), place
