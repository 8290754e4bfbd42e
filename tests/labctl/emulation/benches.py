"""Emulated benches for tests, on free ports, with short time limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labctl.bench_files.load import read_hardware
from labctl.cli.emulate import emulated_config
from labctl.emulation import EmulatedBench, FaultSettings, HardwareBenchFile
from labctl.emulation.free_ports import with_free_ports

BENCHES = Path(__file__).parents[3] / "benches"
CONTROLLER, DAQ = str(BENCHES / "emulated.toml"), str(BENCHES / "emulated-daq.toml")
TIMEOUT_S = 1.0


def bench_file(file: str = CONTROLLER, *overrides: str, **emulation: Any) -> HardwareBenchFile:
    """Return a shipped bench on free ports; keywords as `labctl emulate` has options."""
    return with_free_ports(emulated_config(file, list(overrides), **emulation))


def as_written(file: str = CONTROLLER, *overrides: str) -> HardwareBenchFile:
    """Return a shipped bench with its own addresses."""
    return read_hardware(file, overrides)[0]


@contextmanager
def emulated(
    file: str = CONTROLLER, *overrides: str, faults: tuple[FaultSettings, ...] = (), **emulation: Any
) -> Iterator[EmulatedBench]:
    """Run a shipped bench; time limits are short, but a DAQ board's: its calls add up on a busy machine."""
    names = ("supply", "meter", "controller") if file == CONTROLLER else ("supply", "meter")
    quick = [f'instruments.{name}.timeout="{TIMEOUT_S} s"' for name in names]
    quick += [] if file == CONTROLLER else ['instruments.daq.timeout="10 s"']
    with EmulatedBench(bench_file(file, *quick, *overrides, **emulation), faults) as running:
        yield running
