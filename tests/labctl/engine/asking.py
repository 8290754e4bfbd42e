"""What tests of an engine ask for: a short run, and waiting for a snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from labctl.engine.client import EngineClient
from labctl.engine.snapshot import Snapshot
from labctl.runs.request import RunRequest

EXAMPLE = Path(__file__).parents[3] / "examples" / "xor.toml"


def request(out: Path, cycles: int = 4000, *more: str, **words: object) -> RunRequest:
    keys = (f"training.cycles={cycles}", "record.rounds=10", *more)
    return RunRequest(EXAMPLE, seed=3, out=out, overrides=keys, figures=False, **words)  # type: ignore[arg-type]


def wait_for(client: EngineClient, true: Callable[[Snapshot], bool], timeout_s: float = 60.0) -> Snapshot:
    deadline = time.monotonic() + timeout_s
    while not true(snapshot := client.snapshot()):
        assert time.monotonic() < deadline, snapshot
        time.sleep(0.01)
    return snapshot


def begin(client: EngineClient, out: Path, cycles: int = 100_000_000, *more: str) -> None:
    """Start a run that does not end by itself and wait until it trains."""
    client.start_run(client.preflight(request(out, cycles, "record.cycle_rows=1000", *more)))
    wait_for(client, lambda s: s.cycle > 0)
