"""protocols is pure: no instruments, no files, no clock, no threads, no chance without a seed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import protocols

FOLDER = Path(protocols.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
NAMES = [path.relative_to(FOLDER).as_posix() for path in MODULES]

# Everything protocols may import from outside itself; what is missing here needs a good reason.
ALLOWED = {
    "__future__",
    "binascii",  # check sums of protocols.wire
    "cobs",  # framing of protocols.wire
    "collections",
    "dataclasses",
    "enum",
    "functools",
    "math",
    "networkx",
    "numpy",
    "pint",
    "protocols",
    "pydantic",
    "re",
    "struct",  # layouts of protocols.wire
    "types",
    "typing",
}
FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
FILE_METHODS = {"tofile", "fromfile", "save", "savez", "savetxt", "load", "loadtxt", "genfromtxt", "memmap"}
HEAVY = {
    "PyQt6",
    "pyqtgraph",
    "matplotlib",
    "nidaqmx",
    "pyvisa",
    "pyvisa_py",
    "serial",
    "h5py",
    "xarray",
    "numba",
    "structlog",
    "typer",
    "labctl",
    "drivers",
    "calibration",
    "sim_backend",
}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imported_by(tree: ast.Module) -> set[str]:
    """Return the top-level names of all modules a tree imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("protocols" if node.level else (node.module or "").partition(".")[0])
    return names


def impure_acts(tree: ast.Module) -> list[str]:
    """List calls that read, write, or draw on chance that no seed decides, with their lines."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        text = ast.unparse(node.func)
        last = text.rpartition(".")[2]
        unseeded = last == "default_rng" and not node.args and not node.keywords
        global_chance = (
            ".random." in f".{text}." and text.startswith(("np.", "numpy.")) and last != "default_rng"
        )
        if text in FORBIDDEN_CALLS or last in FILE_METHODS or unseeded or global_chance:
            found.append(f"line {node.lineno}: {text}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_imports_only_arithmetic_and_data(path: Path) -> None:
    assert imported_by(tree_of(path)) <= ALLOWED


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_neither_reads_nor_writes_nor_rolls_loose_dice(path: Path) -> None:
    assert impure_acts(tree_of(path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "print(1)",
        "np.load('x')",
        "a.tofile('x')",
        "np.random.rand(3)",
        "numpy.random.seed(0)",
        "np.random.default_rng()",
    ],
)
def test_the_check_sees_what_it_is_for(source: str) -> None:
    assert impure_acts(ast.parse(source))


@pytest.mark.parametrize("source", ["np.random.default_rng([1, 2])", "rng.random(3)", "rng.integers(4)"])
def test_the_check_lets_seeded_chance_pass(source: str) -> None:
    assert not impure_acts(ast.parse(source))


def test_importing_protocols_brings_in_no_instrument_no_window_and_no_file_format() -> None:
    """In a process of its own, and with every module of protocols imported."""
    modules = [
        ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
        for path in MODULES
        if path.stem != "__init__"
    ]
    code = f"import sys, importlib; [importlib.import_module(m) for m in {modules}]; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=FOLDER.parent,
        check=True,
        timeout=60,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    assert not loaded & HEAVY
    assert "sqlite3" not in loaded


def test_importing_protocols_starts_no_thread() -> None:
    code = "import protocols, protocols.engine, protocols.units, threading; print(threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=FOLDER.parent,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "1"


def test_everything_promised_is_there() -> None:
    assert len(set(protocols.__all__)) == len(protocols.__all__)
    assert protocols.__all__ == sorted(protocols.__all__)
    for name in protocols.__all__:
        assert getattr(protocols, name).__doc__
