"""The preflight sheet: one page about a run, made and checked before anything moves, stored with the run."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labctl.bench_files import bench_lock
from labctl.calibrating import gate as calibration_gate
from labctl.calibrating.expiry import before_end, expiries
from labctl.runs.sheet import ENDED_BADLY
from labctl.store import catalogue
from labctl.store.sampling import check_room
from protocols.errors import DataError, InstrumentError
from protocols.method import Timing

if TYPE_CHECKING:
    from labctl.runs.prepared import PreparedRun, Resumption

NAME = "preflight.json"
_BAD_ENDINGS = ("failed", "recovered", "orphan", "aborted")
_SIM_CYCLES_PER_S = 2e5  # of the 4×4 lattice, until a run on this bench has told better
_SIM_ROUND_S = 0.015  # reading everything, and storing it


@dataclass(frozen=True)
class Instrument:
    """Something on the bench: what it is, where, and who answered there."""

    name: str
    address: str
    answer: str


@dataclass(frozen=True)
class Sheet:
    """Everything a person should know before saying yes; text is for people, numbers are in SI units.

    duration_s is the expected wall time, duration_from tells where it comes from. energises tells whether
    saying yes puts a voltage on something real. calibrations: those asked for and those applied.
    override: reason and asker when it was started in spite of warnings.
    """

    name: str
    experiment: str
    bench: str
    energises: bool
    imperfections: str
    method: str
    cycles: int
    from_cycle: int
    rounds: int
    limits: dict[str, str]
    instruments: tuple[Instrument, ...]
    calibrations: tuple[str, ...]
    duration_s: float
    duration_from: str
    disk_bytes: int
    free_bytes: int
    out: str
    last_failure: str
    safe: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    override: dict[str, str] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)

    def write(self, folder: Path) -> None:
        """Store the sheet with its run."""
        text = json.dumps(self.to_plain(), indent=2, ensure_ascii=False)
        (folder / NAME).write_text(text + "\n", "utf-8")


def check(run: PreparedRun, resumption: Resumption | None, *, guardian: str) -> Sheet:
    """Check everything about a run and return its sheet; nothing moves.

    Raises DataError when there is no room to store it, InstrumentError when an instrument is not there,
    ConfigError when a calibration the bench file asks for is not valid.
    """
    request, plan, size = run.request, run.plan, run.size()
    free_bytes = check_room(request.out, size)
    bench, seed, let_pass = run.bench, request.seed, request.uncalibrated
    gate = calibration_gate.pass_or_stop(bench, seed, let_pass)
    instruments, board = _present(run)
    done = resumption.checkpoint.progress.cycle if resumption is not None else 0
    last, speed = _history(run)
    duration_s, source = _duration(run, plan.cycles - done, speed)
    other = calibration_gate.check_board(bench, seed, run.applied, board, let_pass) if board else []
    ending = before_end(expiries(bench, seed, run.applied), duration_s)
    warnings = [*gate.warnings(), *other, *run.applied.warnings, *ending]
    if guardian:
        warnings.append(guardian)
    if resumption is not None and resumption.changed:
        warnings.append(f"since the run began the bench file was changed: {', '.join(resumption.changed)}")
    if last:
        warnings.append(ENDED_BADLY)
    return Sheet(
        name=run.experiment.settings.name,
        experiment=str(run.experiment.file),
        bench=_bench_name(run),
        energises=run.bench.values.get("kind", "sim") != "sim",
        imperfections=run.bench.imperfections,
        method=plan.method.name,
        cycles=plan.cycles,
        from_cycle=done,
        rounds=len(plan.rounds),
        limits=_limits(run),
        instruments=instruments,
        calibrations=(*gate.lines(), *run.applied.lines()),
        duration_s=duration_s,
        duration_from=source,
        disk_bytes=size.most,
        free_bytes=free_bytes,
        out=str(request.out),
        last_failure=last,
        safe=_safe(run),
        warnings=tuple(warnings),
    )


def _bench_name(run: PreparedRun) -> str:
    return str(run.bench.settings.get("name", run.request.bench))


def _present(run: PreparedRun) -> tuple[tuple[Instrument, ...], str]:
    """Ask every instrument who it is and let it go again; none is driven. Raises InstrumentError.

    The second value is the label of the board that answers, empty for a simulated one.
    """
    values = run.bench.values
    if values.get("kind", "sim") == "sim":
        serial = run.bench.settings.get("serial", "")
        return (Instrument("simulator", "this computer", f"simulated board {serial}".strip()),), ""
    bench_lock.check_free(values)
    from drivers.errors import NotConnected
    from drivers.hardware import HardwareConfig
    from drivers.hardware.parts import make_meter, make_supply, make_timed_board
    from drivers.hardware.safety import address_of

    known = HardwareConfig.model_fields
    config = HardwareConfig.model_validate({k: v for k, v in values.items() if k in known})
    parts: dict[str, Any] = {}
    if config.instruments.supply is not None:
        parts["supply"] = make_supply(config.instruments.supply)
    if config.instruments.meter is not None:
        parts["meter"] = make_meter(config.instruments.meter)
    parts["board"] = make_timed_board(config)
    found: list[Instrument] = []
    labels: dict[str, str] = {}
    failures: dict[str, InstrumentError] = {}
    for name, part in parts.items():
        try:
            part.connect() if name == "board" else part.open()
            try:
                who = part.identity()
            finally:
                part.close()
        except InstrumentError as error:
            failures[name] = error
            continue
        labels[name] = who.label()
        simulated = ", emulated" if who.simulated else ""
        found.append(Instrument(name, address_of(config, name), f"{labels[name]}{simulated}"))
    if failures:
        raise NotConnected(config.name, failures)
    return tuple(found), labels["board"]


def _limits(run: PreparedRun) -> dict[str, str]:
    most = run.bench.limits
    return {
        "nodes": f"{most.node_min_V:.4g}…{most.node_max_V:.4g} V",
        "gates": f"{most.gate_min_V:.4g}…{most.gate_max_V:.4g} V",
        "pulses": f"up to {1e3 * most.pulse_max_s:.4g} ms",
        "blocks": f"up to {most.block_cycles:,} cycles",
    }


def _safe(run: PreparedRun) -> tuple[str, ...]:
    """Say what the safe state is here, in volts and switch positions."""
    wiring = run.plan.task.wiring
    sources = ", ".join(f"{s.name} (node {s.node})" for s in wiring.sources)
    words = ["learning off, gates hold", f"0 V on {sources}", "clamps released"]
    values = run.bench.values
    if values.get("kind", "sim") != "sim":
        supply = values.get("instruments", {}).get("supply")
        if supply is not None:
            off = values.get("safe_state", {}).get("supply_off", True)
            numbers = ", ".join(str(c["channel"]) for c in supply["channels"])
            words.append(f"supply channels {numbers} " + ("off and set to 0 V" if off else "stay on"))
    else:
        words.append("simulated: nothing is energised")
    return tuple(words)


def _history(run: PreparedRun) -> tuple[str, float | None]:
    """Return what is known of the latest run here that ended badly, and the speed of the latest good one."""
    name, last, speed = _bench_name(run), "", None
    try:
        entries = [e for e in catalogue.find(run.request.out, limit=50) if e.bench == name]
    except DataError:  # an index, not a store: without it there is no history to tell
        return "", None
    if entries and entries[0].status in _BAD_ENDINGS:
        e = entries[0]
        when = (e.started or "")[:16].replace("T", " ")
        last = f"run {e.number} ({when} UTC, {e.status}): {e.reason or 'no reason known'}"
    for e in entries:
        if e.status == "completed" and e.method == run.plan.method.name and (e.cycles or 0) >= 10_000:
            speed = _speed(run.request.out / e.folder)
            break
    return last, speed


def _speed(folder: Path) -> float | None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        speed = float(manifest["summary"]["cycles_per_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return speed if speed > 0 and math.isfinite(speed) else None


def _duration(run: PreparedRun, cycles: int, speed: float | None) -> tuple[float, str]:
    """Return the expected wall time in seconds and where the estimate comes from."""
    if speed is not None:
        return cycles / speed, "at the speed of the latest run here"
    if run.bench.values.get("kind", "sim") == "sim":
        rounds = len(run.plan.rounds)
        return cycles / _SIM_CYCLES_PER_S + rounds * _SIM_ROUND_S, "at the usual speed of the simulator"
    time = run.plan.method.time
    per_cycle_s = time.longest_s()
    most = " at most" if time.timing is not Timing.FIXED else ""
    return cycles * per_cycle_s, f"learning pulses alone{most}; no run here has told the rest"
