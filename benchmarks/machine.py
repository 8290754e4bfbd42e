"""The machine and the versions a measurement was made with."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import labctl

Machine = dict[str, str | int | float | None]


def describe() -> Machine:
    """Return processor, cores, load, versions and date."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "scipy")},
        "ngspice": _ngspice_version(),
        "labctl": labctl.__version__,
        "commit": _commit(),
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _cpu_model() -> str:
    """Return the processor's name; only Linux tells it in a file."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def _ngspice_version() -> str | None:
    program = shutil.which("ngspice")
    if program is None:
        return None
    found = re.search(r"ngspice-([\w.]+)", _output([program, "--version"]))
    return found[1] if found else "unknown"


def _commit() -> str | None:
    """Return the checkout's commit, marked when files differ from it; None outside a checkout."""
    folder = str(Path(__file__).parent)
    if shutil.which("git") is None:
        return None
    return _output(["git", "-C", folder, "describe", "--always", "--dirty"]).strip() or None


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
