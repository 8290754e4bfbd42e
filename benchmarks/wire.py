"""Measure benches at the wire and break their lines: `python -m benchmarks.wire --json`."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.wire_faults import (
    BENCHES,
    FILES,
    GATES_V,
    WIRING,
    Session,
    Tally,
    block,
    cases,
    quick,
    run_case,
)
from drivers.hardware import HardwareBench
from labctl.emulation import HardwareBenchFile
from labctl.emulation.free_ports import ANY_PORT, with_addresses

SNAPSHOT_EVERY = 100  # cycles, or once a block; `labctl run examples/regression.toml` takes 192 in 20,000

BARS = {  # (value, at most)
    "controller_cycles_per_s": (5000.0, False),
    "daq_cycles_per_s": (100.0, False),
    "wrong_values_accepted": (0, True),
    "hangs": (0, True),
    "unsafe_endings": (0, True),
}


@contextmanager
def emulating(timing: str) -> Iterator[HardwareBenchFile]:
    """Run `labctl emulate` on free ports, as a technician does: the instruments are another process."""
    command = [sys.executable, "-c", "from labctl.cli import main; main()", "emulate", "--json"]
    command += [str(BENCHES / FILES[timing]), "--imperfections", "lattice-paper"]
    for name, address in ANY_PORT.items():
        if name in ("supply", "meter", timing):
            command += ["--set", f"instruments.{name}.address={address}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = json.loads(process.stdout.readline()) if process.stdout is not None else {}
            yield with_addresses(quick(timing), said["listening"])
        finally:
            process.send_signal(signal.SIGINT)


def cycles_per_s(timing: str, seconds: float, cycles: int) -> float:
    """Measure whole blocks on an emulated lattice-paper board, upload, records and snapshots included."""
    with_snapshot = block(cycles)
    without = replace(with_snapshot, snapshots=np.zeros(0, dtype=np.int64))
    with emulating(timing) as config:
        bench = HardwareBench(config)
        bench.open(WIRING)
        try:
            bench.reset_gates(GATES_V)
            bench.run(block(cycles))
            done, began = 0, time.perf_counter()
            while time.perf_counter() - began < seconds:
                bench.run(without if done % SNAPSHOT_EVERY else with_snapshot)
                done += cycles
            return done / (time.perf_counter() - began)
        finally:
            bench.close()


def fault_runs(runs: int, seed: int, show: bool) -> Tally:
    """Play sessions with faults; tell stderr how far they are."""
    tally, sessions = Tally(), {timing: Session(timing) for timing in ("controller", "daq")}
    for number, case in enumerate(cases(runs, sessions, seed)):
        run_case(case, sessions[case.timing], tally)
        if show and sys.stderr.isatty():
            print(f"\r{number + 1} of {runs} faults", end="", file=sys.stderr, flush=True)
    if show and sys.stderr.isatty():
        print(file=sys.stderr)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0 when every bar is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wire", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--runs", type=int, default=200, help="sessions with a fault (default 200)")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to measure each speed")
    parser.add_argument("--seed", type=int, default=0, help="draws when faults strike")
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {
        "controller_cycles_per_s": cycles_per_s("controller", options.seconds, 1000),
        "daq_cycles_per_s": cycles_per_s("daq", options.seconds, 20),
    }
    tally = fault_runs(options.runs, options.seed, show=not options.json)
    result |= {
        "faults_injected": tally.injected,
        "faults_that_struck": tally.struck,
        "replayed_when_late": tally.replayed,
        "sessions_refused": tally.refused,
        "wrong_values_accepted": len(tally.wrong),
        "hangs": len(tally.hangs),
        "unsafe_endings": len(tally.unsafe),
        "unclear_messages": len(tally.unclear),
    }
    met = all(result[k] <= bar if most else result[k] >= bar for k, (bar, most) in BARS.items())
    result |= {"bars_met": met, "machine": machine.describe()}
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for key, value in result.items():
            if key != "machine":
                print(f"{key:>26}  {value:,.0f}" if isinstance(value, float) else f"{key:>26}  {value}")
    for what in (*tally.wrong, *tally.hangs, *tally.unsafe, *tally.unclear):
        print(what, file=sys.stderr)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
