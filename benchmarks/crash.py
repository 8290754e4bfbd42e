"""Kill engines, clients and guardians of runs on the emulated bench: `python -m benchmarks.crash`.

What the instruments hold is read inside the emulators, which live in this process; labctl runs in others.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit
import xarray

from benchmarks import machine
from labctl.bench_files.load import read_hardware
from labctl.emulation import EmulatedBench
from labctl.engine.places import EnginePlace, engines
from labctl.store import LiveReader, marker, open_run
from labctl.store.recovery import recover
from protocols.errors import LabError

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENT = ROOT / "examples" / "xor.toml"
BENCH = ROOT / "benches" / "emulated.toml"
LABCTL = [sys.executable, "-c", "from labctl.cli import main; main()"]
TARGETS = ("engine", "client", "engine and client", "engine and guardian")
GUARDIAN_LIMIT_S, DEADMAN_LIMIT_S = 1.0, 2.0
LONGEST_S = 90.0  # for anything a run does
HARDWARE_CYCLES, SIM_CYCLES = 150_000, 400_000  # a few seconds' work


@dataclass
class Tally:
    """What was found over all kills."""

    kills: int = 0
    lost_committed_rows: int = 0
    unreadable_runs: int = 0
    unsafe_endings: int = 0
    guardian_safe_s: list[float] = field(default_factory=list)
    deadman_safe_s: list[float] = field(default_factory=list)
    by_target: dict[str, int] = field(default_factory=dict)
    committed_rows: int = 0
    resumed: int = 0
    resumed_identical: int = 0
    problems: list[str] = field(default_factory=list)
    told: int = 0  # problems already printed

    def report(self) -> dict[str, Any]:
        """Return the numbers for `--json`."""
        return {
            "kills": self.kills,
            "lost_committed_rows": self.lost_committed_rows,
            "unreadable_runs": self.unreadable_runs,
            "unsafe_endings": self.unsafe_endings,
            "guardian_safe_s_max": max(self.guardian_safe_s, default=None),
            "deadman_safe_s_max": max(self.deadman_safe_s, default=None),
            "resumed_identical": self.resumed_identical,
            "resumed": self.resumed,
            "guardian_safe_s_median": float(np.median(self.guardian_safe_s))
            if self.guardian_safe_s
            else None,
            "guardian_cases": len(self.guardian_safe_s),
            "deadman_cases": len(self.deadman_safe_s),
            "committed_rows": self.committed_rows,
            "kills_by_target": self.by_target,
            "problems": self.problems,
        }


@dataclass
class Victim:
    """A run under way: its client, engine and guardian, and where it is stored."""

    client: subprocess.Popen[str]
    folder: Path
    engine: int
    guardian: int


def start(out: Path, *words: str) -> Victim:
    """Start a run and wait until it has a folder."""
    command = [*LABCTL, "run", str(EXPERIMENT), "--out", str(out), "--json", "--yes", "--no-figures", *words]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        for found in out.glob(f"*/*/{marker.NAME}"):
            with contextlib.suppress(LabError):
                owner = marker.read_marker(found.parent)
                if owner is not None and (guardian := child_of(owner.pid)):
                    return Victim(client, found.parent, owner.pid, guardian)
        if client.poll() is not None:
            raise RuntimeError(f"the run did not start: {client.communicate()[1][-500:]}")
        time.sleep(0.005)
    client.kill()
    raise RuntimeError("the run did not start in time")


def child_of(pid: int) -> int:
    """Return the guardian an engine has started, 0 without one."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = file.read_text("ascii", "replace").rpartition(")")[2].split()
            if int(words[1]) == pid and b"labctl.engine.guardian" in (file.parent / "cmdline").read_bytes():
                return int(file.parent.name)
    return 0


def committed(folder: Path) -> int:
    """Return the cycles a bystander can read now."""
    try:
        with LiveReader(folder) as live:
            return live.extent().cycles
    except LabError:  # not made yet, or stored and gone
        return 0


def kill(pid: int) -> None:
    """Kill -9 a process of ours."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def seconds_until_safe(bench: EmulatedBench, *, board_alone: bool, limit_s: float) -> float | None:
    """Wait until the emulators hold the safe state; return how long that took, None if it did not."""
    began = time.perf_counter()
    while time.perf_counter() - began < limit_s:
        wrong = [w for w in bench.unsafe() if not (board_alone and w.startswith("supply"))]
        if not wrong:
            return time.perf_counter() - began
        time.sleep(0.001)
    return None


def one_kill(number: int, bench: EmulatedBench, bench_file: Path, out: Path, tally: Tally) -> None:
    """Kill one run at a random moment, see what the bench does, recover the run and look at it."""
    rng, target = random.Random(number), TARGETS[number % len(TARGETS)]
    run = start(
        out, "--bench", str(bench_file), "--set", f"training.cycles={HARDWARE_CYCLES}",
        "--set", "record.rounds=20", "--seed", str(number),
    )  # fmt: skip
    began, seen = time.monotonic(), 0
    while number % 8 >= 4 and not seen and time.monotonic() - began < LONGEST_S:
        seen = committed(run.folder)  # half of the kills strike after something was committed
        time.sleep(0.01)
    deadline = time.monotonic() + rng.uniform(0.0, 3.0)
    while time.monotonic() < deadline and run.client.poll() is None:
        seen = max(seen, committed(run.folder))
        time.sleep(0.01)
    tally.kills += 1
    tally.by_target[target] = tally.by_target.get(target, 0) + 1
    energised = bool(bench.unsafe())
    if target == "engine and guardian":
        kill(run.guardian)
    if target != "client":
        kill(run.engine)
    if "client" in target:
        kill(run.client.pid)
    deadman = target == "engine and guardian"
    if target == "client":
        _wait_for_the_end(run)
        limit_s = GUARDIAN_LIMIT_S
    else:
        limit_s = DEADMAN_LIMIT_S if deadman else GUARDIAN_LIMIT_S
    safe_s = seconds_until_safe(bench, board_alone=deadman, limit_s=max(5.0, 2 * limit_s))
    if energised and safe_s is not None and target != "client":
        (tally.deadman_safe_s if deadman else tally.guardian_safe_s).append(safe_s)
    if safe_s is None or safe_s > limit_s + 0.1 * deadman:  # the timer counts from its latest message
        tally.unsafe_endings += 1
        tally.problems.append(f"kill {number} ({target}): safe after {safe_s} s: {bench.unsafe()}")
    run.client.communicate(timeout=LONGEST_S)
    _wait_until_gone(run)
    _look_at(run.folder, seen, number, target, tally)


def _wait_until_gone(run: Victim) -> None:
    """Wait for the killed engine to be gone; until then its run is not an orphan."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        owner = marker.read_marker(run.folder)
        if owner is None or not Path(f"/proc/{run.engine}").exists():
            return  # a zombie whose threads are still ending may hold the lock of a file
        time.sleep(0.01)


def _wait_for_the_end(run: Victim) -> None:
    """Without its client the run goes on to its end."""
    deadline = time.monotonic() + LONGEST_S
    while (run.folder / marker.NAME).exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def _look_at(folder: Path, seen: int, number: int, target: str, tally: Tally) -> None:
    """Recover a run if it is an orphan; count rows lost and runs that cannot be read."""
    tally.committed_rows += seen
    try:
        if (folder / marker.NAME).exists():
            kept = recover(folder).cycles
        else:
            kept = int(json.loads((folder / "manifest.json").read_text("utf-8"))["cycles"])
        if kept:
            stored = open_run(folder)
            if not np.array_equal(stored["cycle"].values, np.arange(kept)):
                raise LabError(f"run.nc holds {stored.sizes['cycle']} cycles, not {kept}")
            if not np.isfinite(stored["cycle_free_output"].values).all():
                raise LabError("run.nc has empty rows")
    except (LabError, OSError, ValueError, KeyError) as problem:
        tally.unreadable_runs += 1
        tally.problems.append(f"kill {number} ({target}): {type(problem).__name__}: {problem}")
        return
    if kept < seen:
        tally.lost_committed_rows += seen - kept
        tally.problems.append(f"kill {number} ({target}): {seen - kept} of {seen} committed cycles lost")


def one_resumption(number: int, whole: xarray.Dataset, out: Path, tally: Tally) -> None:
    """Kill the engine of a simulated run, resume it, hold it against the run nobody killed."""
    run = start(out / f"{number}", *_sim_words())
    time.sleep(random.Random(1000 + number).uniform(0.3, 2.5))
    kill(run.engine)
    run.client.communicate(timeout=LONGEST_S)
    _wait_until_gone(run)
    if not committed(run.folder):
        return  # nothing to go on from yet, or it was quicker; neither counts
    done = subprocess.run(
        [*LABCTL, "runs", "resume", str(run.folder), "--json", "--no-figures"],
        capture_output=True, text=True, check=False, timeout=LONGEST_S,
    )  # fmt: skip
    tally.resumed += 1
    if done.returncode != 0:
        tally.problems.append(f"resumption {number}: {done.stderr[-300:]}")
        return
    differing = _differences(open_run(run.folder), whole)
    if differing:
        tally.problems.append(f"resumption {number}: {', '.join(differing)} differ")
    else:
        tally.resumed_identical += 1


def _sim_words() -> tuple[str, ...]:
    cycles = f"training.cycles={SIM_CYCLES}"
    return ("--imperfections", "harsh", "--seed", "2", "--set", cycles)


def _differences(found: xarray.Dataset, whole: xarray.Dataset) -> list[str]:
    """Return the variables that are not bit for bit the same; only the wall clock may differ."""
    names = sorted((set(found.variables) | set(whole.variables)) - {"wall_time"})
    return [
        str(name)
        for name in names
        if name not in found.variables
        or name not in whole.variables
        or found[name].values.tobytes() != whole[name].values.tobytes()
    ]


@contextlib.contextmanager
def emulated(folder: Path) -> Iterator[tuple[EmulatedBench, Path]]:
    """Start the emulated bench at free ports; return it and a bench file with their addresses."""
    document: Any = tomlkit.parse(BENCH.read_text("utf-8"))
    instruments = document["instruments"]
    instruments["supply"]["address"] = "TCPIP0::127.0.0.1::0::SOCKET"
    instruments["meter"]["address"] = "TCPIP0::127.0.0.1::0::SOCKET"
    instruments["controller"]["address"] = "socket://127.0.0.1:0"
    file = folder / "bench.toml"
    file.write_text(tomlkit.dumps(document), "utf-8")
    config, _ = read_hardware(str(file))
    with EmulatedBench(config) as bench:
        for name in ("supply", "meter", "controller"):
            instruments[name]["address"] = getattr(bench.config.instruments, name).address
        file.write_text(tomlkit.dumps(document), "utf-8")
        yield bench, file


def end_engines(runtime: Path) -> None:
    """End whatever a broken kill has left behind: only engines of this benchmark's own folder."""
    for place in engines():
        process = EnginePlace(place.folder).process()
        if process is not None and place.folder.parent == runtime:
            kill(process.pid)


def measure(kills: int, resumptions: int, *, quiet: bool) -> Tally:
    """Kill so many runs on the emulated bench, and resume so many simulated ones."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="labctl-crash-") as text:
        folder = Path(text)
        os.environ["LABCTL_RUNTIME_DIR"] = str(folder / "engines")
        try:
            with emulated(folder) as (bench, bench_file):
                for number in range(kills):
                    one_kill(number, bench, bench_file, folder / "runs", tally)
                    _tell(f"kill {number + 1} of {kills}", tally, quiet)
            if resumptions:
                done = start(folder / "whole", *_sim_words())
                done.client.communicate(timeout=LONGEST_S)
                whole = open_run(done.folder)
                tried = 0
                while tally.resumed < resumptions and tried < 3 * resumptions:
                    one_resumption(tried, whole, folder / "resumed", tally)
                    tried += 1
                    _tell(f"resumption {tally.resumed} of {resumptions}", tally, quiet)
        finally:
            end_engines(folder / "engines")
    return tally


def _tell(text: str, tally: Tally, quiet: bool) -> None:
    if quiet:
        return
    for problem in tally.problems[tally.told :]:
        print(f"\n{problem}", file=sys.stderr)
    tally.told = len(tally.problems)
    print(f"\r{text}, {tally.told} problems", end="", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="runs to kill on the emulated bench")
    parser.add_argument("--resumes", type=int, help="simulated runs to kill and resume (a quarter of them)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    given = parser.parse_args(arguments)
    resumptions = given.resumes if given.resumes is not None else -(-given.kills // 4)
    tally = measure(given.kills, resumptions, quiet=given.json)
    report = tally.report()
    if given.json:
        print(json.dumps(report | {"machine": machine.describe()}, ensure_ascii=False))
    else:
        print(file=sys.stderr)
        for name, value in report.items():
            print(f"{name:24} {value}")
    good = not (tally.lost_committed_rows or tally.unreadable_runs or tally.unsafe_endings)
    return 0 if good and tally.resumed == tally.resumed_identical else 1


if __name__ == "__main__":
    raise SystemExit(main())
