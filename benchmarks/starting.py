"""Starting: the first block on a machine that has compiled nothing, and a short run with all compiled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.timing import Effort, Spread, seconds

ROOT = Path(__file__).resolve().parents[1]
LABCTL = "from labctl.cli import main; main()"
CYCLES = 200


def first_use(effort: Effort) -> dict[str, Spread]:
    """Measure opening a bench and running its first block with an empty cache of compiled code."""
    return {"compile_s": _first_block("board", effort)}


def first_use_of_ensemble(effort: Effort) -> dict[str, Spread]:
    """Measure opening an ensemble and running its first block with an empty cache of compiled code."""
    return {"ensemble_compile_s": _first_block("ensemble", effort)}


def _first_block(of: str, effort: Effort) -> Spread:
    taken = []
    for _ in range(effort.starts):
        with tempfile.TemporaryDirectory() as cache:
            environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
            command = [sys.executable, "-m", "benchmarks.first_block", of]
            taken.append(float(_run(command, environment | {"XDG_CACHE_HOME": cache})))
    return Spread.of(taken)


def cached_start(effort: Effort) -> dict[str, Spread]:
    """Measure a run of 200 cycles, everything compiled: from process start to the last cycle, and to exit.

    The engine notes when it has trained its last cycle; the first was earlier by what 200 cycles take.
    """
    example = ROOT / "examples" / "regression.toml"
    trained: list[float] = []

    def run() -> None:
        started = time.time()
        result = json.loads(_run(command, os.environ))
        events = (Path(result["path"]) / "events.jsonl").read_text("utf-8").splitlines()
        (stopping,) = [e for e in map(json.loads, events) if e["what"] == "run stopping"]
        trained.append(datetime.fromisoformat(stopping["time"]).timestamp() - started)

    with tempfile.TemporaryDirectory() as runs:
        options = ["--no-figures", "--json", "--set", f"training.cycles={CYCLES}", "--out", runs]
        command = [sys.executable, "-c", LABCTL, "run", str(example), *options]
        whole = Spread.of(seconds(run, effort.starts))
    return {"cached_start_s": Spread.of(trained[1:]), "cached_run_s": whole}


def _run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run Python on this checkout and return what it printed."""
    path = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    done = subprocess.run(
        command, env={**environment, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])} failed: {done.stderr[-500:]}")
    return done.stdout
