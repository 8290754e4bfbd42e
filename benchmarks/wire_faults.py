"""Fault runs: a whole session on an emulated bench while one of its lines goes wrong."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from drivers.hardware import HardwareBench, NotSafe, make_safe
from labctl.bench_files.load import read_hardware
from labctl.emulation import EmulatedBench, FaultSettings, HardwareBenchFile
from labctl.emulation.free_ports import with_free_ports
from protocols import (
    CycleBlock,
    InstrumentError,
    LabError,
    Method,
    Output,
    Source,
    TimeRule,
    Wiring,
    periodic_lattice,
)
from sim_backend.emulators.faults import FaultKind

BENCHES = Path(__file__).resolve().parents[1] / "benches"
FILES = {"controller": "emulated.toml", "daq": "emulated-daq.toml"}
WIRING = Wiring(
    periodic_lattice(4, 4), (Source(1, "V1"), Source(5, "V-", 0.0), Source(9, "V+", 0.45)), (Output("O", 0),)
)
INPUTS_V = np.array([[0.1, 0.0, 0.45], [0.3, 0.0, 0.45]])
GATES_V = np.linspace(1.2, 2.4, 32)
TIMEOUTS_S = {"supply": 2.0, "meter": 2.0, "controller": 2.0, "daq": 2.0}  # in these runs
SLACK_S = 1.0  # how much longer than it usually takes, and the time limit, a call may take
RIGHT_V = 1e-6  # of board readings: the plant settles to 1e-8 V
RIGHT_BENCH_V = 5e-3  # of supply and meter


@dataclass
class Tally:
    """What happened in all runs; every count but `injected` and `struck` should stay 0."""

    injected: int = 0
    struck: int = 0
    replayed: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """One run: on which bench, which instrument goes wrong, how and when."""

    timing: str
    fault: FaultSettings

    def __str__(self) -> str:
        f = self.fault
        often = "always" if f.always else f"{f.count} times"
        return (
            f"{self.timing}-timed bench, {f.instrument} {f.kind} from message {f.at}, {often}, seed {f.seed}"
        )


def cases(runs: int, sessions: Mapping[str, Session], seed: int = 0) -> list[Case]:
    """Return runs over all instruments and kinds of fault, at messages drawn by the seed.

    A line that delays every message is slow, not broken: delays come one, two or three times.
    """
    rng = random.Random(seed)
    kinds = [
        (timing, instrument, kind)
        for kind in FaultKind
        for timing, instrument in (
            ("controller", "controller"), ("daq", "daq"), ("controller", "supply"),
            ("daq", "supply"), ("controller", "meter"), ("daq", "meter"),
        )
    ]  # fmt: skip
    made = []
    for number in range(runs):
        timing, instrument, kind = kinds[number % len(kinds)]
        messages = sessions[timing].messages[instrument]
        at = 0 if kind is FaultKind.WRONG_DEVICE else rng.randrange(messages)
        always = rng.random() < 0.3 and kind is not FaultKind.DELAY
        fault = FaultSettings(
            instrument=instrument, kind=kind, at=at, count=rng.choice((1, 2, 3)), always=always,
            delay=rng.choice(("50 ms", "1 s")), seed=number,
        )  # fmt: skip
        made.append(Case(timing, fault))
    return made


def quick(timing: str) -> HardwareBenchFile:
    """Return a shipped bench on free ports, ideal, with short time limits."""
    config, _ = read_hardware(str(BENCHES / FILES[timing]))
    parts = {
        name: part.model_copy(update={"timeout": timeout_s})
        for name, timeout_s in TIMEOUTS_S.items()
        if (part := getattr(config.instruments, name)) is not None
    }
    changed = config.instruments.model_copy(update=parts)
    return with_free_ports(config.model_copy(update={"instruments": changed}))


def block(cycles: int) -> CycleBlock:
    """Return training cycles over two data points, without noise."""
    points = np.arange(cycles) % 2
    labels = np.array([[0.15], [0.3]])[points]
    return CycleBlock(
        0, points, INPUTS_V[points], labels, Method(time=TimeRule(pulse_s=1e-4)),
        np.zeros((2, 1)), np.ones(2, dtype=np.bool_), np.array([cycles - 1]),
    )  # fmt: skip


class Session:
    """Everything a session asks of a bench, call by call.

    answers: what a healthy bench says; usual_s: how long it takes for that; messages: how many each
    instrument gets until the last call has ended.
    """

    def __init__(self, timing: str) -> None:
        self.cycles = 200 if timing == "controller" else 6
        counting = [
            FaultSettings(instrument=name, kind=FaultKind.DELAY, always=True)
            for name in ("supply", "meter", timing)
        ]
        with EmulatedBench(quick(timing), counting) as emulated:
            bench = HardwareBench(emulated.config)
            self.answers, self.usual_s = {}, {}
            for name, call in self.calls():
                began = time.monotonic()
                self.answers[name] = call(bench)
                self.usual_s[name] = time.monotonic() - began
            self.messages = {
                one.instrument: len(injector(emulated, one.instrument).strikes()) for one in counting
            }
            bench.close()

    def calls(self) -> list[tuple[str, Callable[[HardwareBench], Any]]]:
        """Return the calls in order, by name; each answers None or numbers."""
        return [
            ("open", lambda b: b.open(WIRING)),
            ("reset_gates", lambda b: b.reset_gates(GATES_V)),
            ("measure", lambda b: b.measure(INPUTS_V)),
            ("supply", lambda b: np.array(list(b.supply_readings().values()))),
            ("meter", lambda b: np.array([b.meter_reading()])),
            ("nodes", lambda b: b.read_nodes(INPUTS_V[:1]).free),
            ("run", lambda b: self._run(b)),
            ("gates", lambda b: b.read_gates()),
        ]

    def _run(self, bench: HardwareBench) -> Any:
        record = bench.run(block(self.cycles))
        kept = record.snapshots
        parts = (record.free_outputs, record.clamped_outputs, record.learning_time_s, kept.gates)
        return np.concatenate([np.ravel(p) for p in (*parts, kept.free_nodes, kept.clamped_nodes)])

    def differs(self, name: str, got: Any) -> bool:
        """Say whether an answer is another one than a healthy bench gives."""
        right = self.answers[name]
        if right is None or got is None:
            return got is not right
        tolerance = RIGHT_BENCH_V if name in ("supply", "meter") else RIGHT_V
        return got.shape != right.shape or not np.allclose(got, right, rtol=0, atol=tolerance, equal_nan=True)


def run_case(case: Case, session: Session, tally: Tally) -> None:
    """Play one session with its fault and note what went wrong.

    A session with a late call is played again, twice at most: a busy machine holds up any call now and then,
    but a hang comes again with the same seed.
    """
    hangs: list[str] = []
    for attempt in range(3):
        tally.replayed += attempt > 0
        hangs = _play(case, session, tally)
        if not hangs:
            return
    tally.hangs += hangs


def _play(case: Case, session: Session, tally: Tally) -> list[str]:
    """Play one session; return what took too long."""
    hangs: list[str] = []
    tally.injected += 1
    limit_s = TIMEOUTS_S[case.fault.instrument] + SLACK_S
    with EmulatedBench(quick(case.timing), [case.fault]) as emulated:
        bench = HardwareBench(emulated.config)
        failure: LabError | None = None
        for name, call in session.calls():
            got, failure, took_s = _timed(call, bench)
            if took_s > limit_s + session.usual_s[name]:
                hangs.append(f"{case}: {name} took {took_s:.2f} s")
            if failure is not None:
                tally.refused += 1
                _note_words(case, name, failure, tally)
                break
            if session.differs(name, got):
                tally.wrong.append(f"{case}: {name} gave another answer")
        hangs += _end(case, bench, emulated, limit_s, tally)
        tally.struck += bool(injector(emulated, case.fault.instrument).strikes())
    return hangs


def _end(
    case: Case, bench: HardwareBench, emulated: EmulatedBench, limit_s: float, tally: Tally
) -> list[str]:
    """Make the bench safe with the fault still there, then as a guardian would once the line is well.

    Returns what took too long.
    """
    hangs: list[str] = []
    said: set[str] = set()
    for name, call in (("safe_state", lambda b: b.safe_state()), ("close", lambda b: b.close())):
        _, failure, took_s = _timed(call, bench)
        if took_s > limit_s:
            hangs.append(f"{case}: {name} took {took_s:.2f} s")
        if isinstance(failure, NotSafe):
            said |= set(failure.parts)
        elif failure is not None:
            tally.unclear.append(f"{case}: {name} raised {failure!r}")
    tally.unsafe += [
        f"{case}: after close, {what}" for what in emulated.unsafe() if what.split(":")[0] not in said
    ]
    injector(emulated, case.fault.instrument).disarm()
    report = make_safe(emulated.config)
    tally.unsafe += [f"{case}: in the end, {what}" for what in emulated.unsafe()]
    tally.unsafe += [f"{case}: make_safe says {part.error}" for part in report.parts if not part.safe]
    return hangs


def _note_words(case: Case, name: str, failure: LabError, tally: Tally) -> None:
    """Note a message that does not name the instrument, or that leaves the reader without a next step."""
    words = str(failure)
    leaves = failure.leaves() if hasattr(failure, "leaves") else [failure]
    advised = all(not isinstance(one, InstrumentError) or one.hint for one in leaves)
    if case.fault.instrument not in words or not advised:
        tally.unclear.append(f"{case}: {name}: {words}")


def _timed(call: Callable[[HardwareBench], Any], bench: HardwareBench) -> tuple[Any, LabError | None, float]:
    began = time.monotonic()
    try:
        return call(bench), None, time.monotonic() - began
    except LabError as failure:
        return None, failure, time.monotonic() - began


def injector(emulated: EmulatedBench, instrument: str) -> Any:
    """Return what breaks an instrument's line."""
    server = emulated.daq.server if instrument == "daq" and emulated.daq else getattr(emulated, instrument)
    return server.faults
