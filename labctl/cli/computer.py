"""The state of this installation: packages, vendors' libraries, Qt, permissions, room on disk."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import labctl
from drivers.libraries import libraries
from sim_backend.plant.compilation import is_compiled

_QT_S = 30.0
_LEAST_FREE_BYTES = 1_000_000_000

# distribution → what it is for; all of them are installed with labctl
_PACKAGES = {
    "numpy": "numbers",
    "numba": "the compiled simulator",
    "scipy": "fits",
    "h5py": "run.nc",
    "h5netcdf": "reading runs",
    "xarray": "reading runs",
    "pydantic": "experiment and bench files",
    "matplotlib": "figures",
    "nidaqmx": "NI DAQ boards",
    "grpcio": "NI boards at a gRPC device server, and emulated ones",
    "pyvisa": "power supplies and multimeters",
    "pyvisa-py": "instruments on sockets, VXI-11, HiSLIP and serial ports",
    "pyserial": "controller boards",
    "cobs": "controller boards",
    "PyQt6": "the window",
    "pyqtgraph": "the window",
}


class ComputerVerdict(StrEnum):
    """How a check came out: missing matters, absent only means that something more would be possible."""

    OK = "ok"
    ABSENT = "absent"
    MISSING = "missing"


@dataclass(frozen=True)
class ComputerFinding:
    """One check: what was found, and what it enables or what to do."""

    group: str
    name: str
    verdict: ComputerVerdict
    found: str
    enables: str = ""


def examine(folder: Path) -> list[ComputerFinding]:
    """Check everything labctl needs or could use; `folder` is where runs will be stored."""
    return [*_versions(), *_packages(), *_drivers(), *_window(), *_machine(folder)]


def _versions() -> list[ComputerFinding]:
    system = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores"
    return [
        ComputerFinding("versions", "labctl", ComputerVerdict.OK, labctl.__version__),
        ComputerFinding("versions", "Python", ComputerVerdict.OK, platform.python_version()),
        ComputerFinding("versions", "system", ComputerVerdict.OK, system),
    ]


def _packages() -> list[ComputerFinding]:
    found = []
    for name, use in _PACKAGES.items():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            advice = f"{use}; install it with: pip install {name}"
            found.append(ComputerFinding("packages", name, ComputerVerdict.MISSING, "not installed", advice))
        else:
            found.append(ComputerFinding("packages", name, ComputerVerdict.OK, version, use))
    return found


def _drivers() -> list[ComputerFinding]:
    return [
        ComputerFinding(
            "drivers",
            one.name,
            ComputerVerdict.OK if one.there else ComputerVerdict.ABSENT,
            one.found,
            one.enables,
        )
        for one in libraries()
    ]


def _window() -> list[ComputerFinding]:
    """Start Qt in a process of its own: a missing system library can abort it."""
    lines = "from PyQt6.QtWidgets import QApplication; from PyQt6.QtCore import QT_VERSION_STR as v; "
    lines += "a = QApplication([]); print(v)"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        tried = subprocess.run(
            [sys.executable, "-c", lines], env=environment, capture_output=True, text=True, timeout=_QT_S
        )
        said, good = tried.stdout.strip(), tried.returncode == 0
        words = tried.stderr.strip().splitlines()
    except subprocess.TimeoutExpired:
        said, good, words = "", False, [f"no answer within {_QT_S:g} s"]
    qt = ComputerFinding(
        "window",
        "Qt",
        ComputerVerdict.OK if good else ComputerVerdict.MISSING,
        said if good else (words[-1] if words else "does not start"),
        "the window"
        if good
        else "the window; on Debian, `make setup` as root installs the libraries it needs",
    )
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or ""
    shown = sys.platform in ("win32", "darwin") or bool(screen)
    there = ComputerVerdict.OK if shown else ComputerVerdict.ABSENT
    return [
        qt,
        ComputerFinding("window", "screen", there, screen or ("there" if shown else "none"), "labctl gui"),
    ]


def _machine(folder: Path) -> list[ComputerFinding]:
    compiled = is_compiled()
    found = [
        ComputerFinding(
            "machine",
            "simulator",
            ComputerVerdict.OK if compiled else ComputerVerdict.ABSENT,
            "compiled" if compiled else "not compiled yet: the first run takes half a minute longer",
            "runs on --bench sim",
        )
    ]
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.is_dir())
    free = shutil.disk_usage(there).free
    writable = os.access(there, os.W_OK)
    what = f"{free / 1e9:.1f} GB free in {there}" if writable else f"{there} may not be written to"
    good = writable and free > _LEAST_FREE_BYTES
    advice = "storing runs" if good else "storing runs; make room, or choose another --out"
    found.append(
        ComputerFinding(
            "machine", "disk", ComputerVerdict.OK if good else ComputerVerdict.MISSING, what, advice
        )
    )
    found.append(_real_time())
    return found


def _real_time() -> ComputerFinding:
    enables = "real-time priority for the engine; a limits.conf entry gives it to a user"
    if sys.platform == "win32":
        return ComputerFinding("machine", "real time", ComputerVerdict.ABSENT, "not on this system", enables)
    import resource

    most = resource.getrlimit(resource.RLIMIT_RTPRIO)[1]
    allowed = most != 0 or os.geteuid() == 0
    found = "allowed" if allowed else "not allowed"
    return ComputerFinding(
        "machine", "real time", ComputerVerdict.OK if allowed else ComputerVerdict.ABSENT, found, enables
    )
