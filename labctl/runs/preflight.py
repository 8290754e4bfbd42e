"""The preflight: everything about a run is looked at before anything moves; nothing is written or driven."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from labctl.bench_files import bench_lock
from labctl.calibrating import gate as calibration_gate
from labctl.calibrating.expiry import before_end, expiries
from labctl.runs.preflight_report import ENDED_BADLY, InstrumentAnswer, PreflightReport
from labctl.store import catalogue
from labctl.store.sampling import check_room
from protocols.errors import DataError, InstrumentError
from protocols.messages import Message, joined, say
from protocols.method import Timing

if TYPE_CHECKING:
    from labctl.bench_files.load import LoadedBench
    from labctl.runs.prepared import PreparedRun, Resumption

_BAD_ENDINGS = ("failed", "recovered", "orphan", "aborted")
_SIM_CYCLES_PER_S = 2e5  # of the 4×4 lattice, until a run on this bench has told better
_SIM_ROUND_S = 0.015  # reading everything, and storing it


def check(run: PreparedRun, resumption: Resumption | None, *, guardian: str) -> PreflightReport:
    """Check everything about a run and report it; nothing moves.

    guardian: what is to be warned of it, empty when it watches. Raises DataError when there is no room to
    store the run, NotConnected when an instrument is not there or is another one, InstrumentError when
    somebody else has the bench, ConfigError when a calibration the bench file asks for is not valid.
    """
    request, plan, size = run.request, run.plan, run.size()
    bench, let_pass = run.bench, request.uncalibrated
    free_bytes = check_room(request.out, size)
    gate = calibration_gate.pass_or_stop(bench, let_pass)
    instruments, board = _present(bench)
    done = resumption.checkpoint.progress.cycle if resumption is not None else 0
    last, speed = _history(run)
    duration_s, source = _duration(run, plan.cycles - done, speed)
    other = calibration_gate.check_board(bench, run.applied, board, let_pass) if board else []
    ending = before_end(expiries(bench, run.applied), duration_s)
    warnings = [*gate.warnings(), *other, *run.applied.warnings, *ending]
    if guardian:
        warnings.append(guardian)
    if resumption is not None and resumption.changed:
        keys = ", ".join(resumption.changed)
        warnings.append(say("since the run began the bench file was changed: {keys}", keys=keys))
    if last:
        warnings.append(ENDED_BADLY)
    return PreflightReport(
        name=run.experiment.settings.name,
        experiment=str(run.experiment.file),
        bench=bench.file.name,
        energises=bench.is_hardware,
        imperfections=Message.of(bench.imperfections),
        method=plan.method.name,
        cycles=plan.cycles,
        from_cycle=done,
        rounds=len(plan.rounds),
        limits=_limits(run),
        instruments=instruments,
        calibrations=tuple(map(Message.of, (*gate.lines(), *run.applied.lines()))),
        duration_s=duration_s,
        duration_from=source,
        disk_bytes=size.most,
        free_bytes=free_bytes,
        out=str(request.out),
        last_failure=last,
        safe=_safe(run),
        warnings=tuple(map(Message.of, warnings)),
    )


def _present(bench: LoadedBench) -> tuple[tuple[InstrumentAnswer, ...], str]:
    """Ask every instrument who it is and let it go again; none is driven or changed. Raises InstrumentError.

    The second value is the label of the board that answers, empty for a simulated one.
    """
    if not bench.is_hardware:
        who = say("simulated board {serial}", serial=bench.file.serial)
        return (InstrumentAnswer("simulator", "this computer", who),), ""
    from drivers.errors import NotConnected
    from drivers.hardware.probe import probe
    from labctl.bench_files.hardware_file import HardwareBenchFile

    if not isinstance(bench.file, HardwareBenchFile):
        raise TypeError(f"a bench of kind {bench.file.kind} has no instruments")
    bench_lock.check_free(bench.file.addresses())
    found = probe(bench.file)
    if failures := {part.name: InstrumentError(part.name, part.error) for part in found if not part.good}:
        raise NotConnected(bench.file.name, failures)
    answers, board = [], ""
    for part in found:
        if part.identity is None:
            continue
        label = part.identity.label()
        answer = say("{who}, emulated", who=label) if part.identity.simulated else Message.of(label)
        answers.append(InstrumentAnswer(part.name, part.address, answer))
        if part.name in ("controller", "daq"):
            board = label
    return tuple(answers), board


def _limits(run: PreparedRun) -> dict[str, Message]:
    most = run.bench.limits
    return {
        "nodes": say("{least:.4g}…{most:.4g} V", least=most.node_min_V, most=most.node_max_V),
        "gates": say("{least:.4g}…{most:.4g} V", least=most.gate_min_V, most=most.gate_max_V),
        "pulses": say("up to {time:.4g} ms", time=1e3 * most.pulse_max_s),
        "blocks": say("up to {cycles:,} cycles", cycles=most.block_cycles),
    }


def _safe(run: PreparedRun) -> tuple[Message, ...]:
    """Say what the safe state is here, in volts and switch positions."""
    wiring = run.plan.task.wiring
    sources = [say("{name} (node {node})", name=s.name, node=s.node) for s in wiring.sources]
    where = joined(sources, ", ")
    words = [say("learning off, gates hold"), say("0 V on {sources}", sources=where), say("clamps released")]
    return (*words, *run.bench.file.safe_words())


def _history(run: PreparedRun) -> tuple[Message, float | None]:
    """Return what is known of the latest run here that ended badly, and the speed of the latest good one."""
    name, last, speed = run.bench.file.name, Message(""), None
    try:
        entries = [e for e in catalogue.find(run.request.out, limit=50) if e.bench == name]
    except DataError:  # an index, not a store: without it there is no history to tell
        return last, None
    if entries and entries[0].status in _BAD_ENDINGS:
        e = entries[0]
        last = say(
            "run {number} ({when} UTC, {status}): {reason}",
            number=e.number,
            when=(e.started or "")[:16].replace("T", " "),
            status=e.status,
            reason=Message.of(e.reason) if e.reason else say("no reason known"),
        )
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


def _duration(run: PreparedRun, cycles: int, speed: float | None) -> tuple[float, Message]:
    """Return the expected wall time in seconds and where the estimate comes from."""
    if speed is not None:
        return cycles / speed, say("at the speed of the latest run here")
    if not run.bench.is_hardware:
        rounds = len(run.plan.rounds)
        time_s = cycles / _SIM_CYCLES_PER_S + rounds * _SIM_ROUND_S
        return time_s, say("at the usual speed of the simulator")
    time = run.plan.method.time
    time_s = cycles * time.longest_s()
    if time.timing is not Timing.FIXED:
        return time_s, say("learning pulses alone at most; no run here has told the rest")
    return time_s, say("learning pulses alone; no run here has told the rest")
