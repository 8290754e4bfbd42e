"""What an engine would tell a window: reports with nothing special in them, to be changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labctl.engine.messages import CheckedRun
from labctl.engine.reports import CheckReport, PartChecked
from labctl.runs.preflight_report import PreflightReport
from protocols.bench import InstrumentIdentity
from protocols.messages import NOTHING, Message

REPORT = PreflightReport(
    name="xor",
    experiment="xor.toml",
    bench="sim",
    energises=False,
    imperfections=Message.of("ideal"),
    method="standard",
    cycles=1,
    from_cycle=0,
    rounds=1,
    limits={},
    instruments=(),
    calibrations=(),
    duration_s=1.0,
    duration_from=NOTHING,
    disk_bytes=1,
    free_bytes=1,
    out="runs",
    last_failure=NOTHING,
    safe=(),
)


def checked(**changes: Any) -> CheckedRun:
    """Return a run that passed its preflight, with changes to the report."""
    return CheckedRun(replace(REPORT, **changes), "token", compiled=True)


def answered(name: str = "supply", *, ok: bool = True, error: str = "") -> PartChecked:
    """Return an instrument that answered, or did not."""
    who = InstrumentIdentity("supply", "ACME 1", "7", simulated=True) if ok else None
    return PartChecked(name, "port 9", ok, who, Message.of(error) if error else None)


def bench_report(*problems: str, safe: bool | None = True, **changes: Any) -> CheckReport:
    """Return what a check of a bench found; all is well without problems."""
    told = tuple(map(Message.of, problems))
    return replace(CheckReport("bench A", not told, told, (answered(),), safe=safe), **changes)
