"""The snapshot: everything an engine tells about itself and its run at one moment, as plain data.

Times are in seconds, voltages in volts. A snapshot is frozen; a client that keeps one keeps it as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.engine import Outcome, RunState
from protocols.messages import NOTHING, Message

if TYPE_CHECKING:  # a client needs no numbers
    from labctl.store.lateness import LatenessTally


@dataclass(frozen=True)
class EngineFacts:
    """Which engine this is: its name, process number, version, when it started (ISO 8601, UTC)."""

    name: str
    pid: int
    version: str
    started: str


@dataclass(frozen=True)
class RunFacts:
    """Which run this is, from its start until the next one's.

    serial counts the engine's runs from 1; folder and run_id are empty until the folder is made; cycles and
    rounds are planned numbers; from_cycle is where a resumed run took up.
    """

    serial: int
    name: str
    experiment: str
    bench: str
    imperfections: str
    seed: int
    task: str
    method: str
    cycles: int
    rounds: int
    folder: str = ""
    run_id: str = ""
    from_cycle: int = 0


@dataclass(frozen=True)
class ScoreFacts:
    """How good the outputs were in the latest round: error, mean square error, accuracy, margin."""

    error_V2: float
    mse_V2: float
    accuracy: float | None = None
    worst_margin_V: float | None = None


@dataclass(frozen=True)
class LatenessFacts:
    """How many cycles started late, by how much at worst, and a histogram.

    counts[k] late cycles are from from_s[k] to from_s[k + 1] late, the last entry is open-ended.
    """

    cycles: int = 0
    late: int = 0
    worst_s: float = 0.0
    from_s: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, tally: LatenessTally) -> LatenessFacts:
        """Return what a tally has counted."""
        histogram = tally.summary()["lateness_histogram"]
        counts = tuple(histogram["cycles"])
        return cls(tally.cycles, tally.late, tally.worst_s, tuple(histogram["from_s"]), counts)


@dataclass(frozen=True)
class BenchFacts:
    """Who the bench says it is, once it is open."""

    kind: str
    name: str
    serial: str
    simulated: bool


@dataclass(frozen=True)
class SafeFacts:
    """The safe state as the bench confirmed it."""

    learning_on: bool
    sources_V: tuple[float, ...]
    clamps_released: bool


@dataclass(frozen=True)
class GuardianFacts:
    """The guardian: whether it watches, its process number, what it would do."""

    watching: bool = False
    pid: int = 0
    would: Message = NOTHING


@dataclass(frozen=True)
class JobFacts:
    """A job that is no run: its kind ("check", "calibrate"), what is at work, the bench's name.

    step is what it does now, done and total count its steps, at counts the routines that came before.
    """

    kind: str
    name: str
    bench: str
    step: Message = NOTHING
    done: int = 0
    total: int = 0
    at: int = 0
    routines: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnresolvedFault:
    """A bench that is not known to be safe since a job ended on it, and what was told of it."""

    bench: str
    problem: Message


@dataclass(frozen=True)
class Snapshot:
    """An engine at one moment.

    sequence rises with every change. activity says in words what the engine is doing ("idle", "checking",
    "running", "storing"). run_time_s is the wall time since the run began. time_left_s is None until it
    can be told. job is what is done with a bench when that is no run. problem is the error that ended the
    last job, empty when there is none. watchers counts the clients heard from lately. warnings: what a person
    should know of the run that goes on. unresolved: benches that are not known to be safe; a later job that
    leaves one safe settles it.
    """

    sequence: int
    engine: EngineFacts
    activity: str = "idle"
    state: RunState = RunState.IDLE
    outcome: Outcome | None = None
    reason: Message = NOTHING
    problem: Message = NOTHING
    run: RunFacts | None = None
    job: JobFacts | None = None
    cycle: int = 0
    rounds_done: int = 0
    learning_time_s: float = 0.0
    run_time_s: float = 0.0
    cycles_per_s: float = 0.0
    time_left_s: float | None = None
    train: ScoreFacts | None = None
    test: ScoreFacts | None = None
    bench: BenchFacts | None = None
    safe: SafeFacts | None = None
    lateness: LatenessFacts = LatenessFacts()
    realtime: Message = NOTHING
    guardian: GuardianFacts = GuardianFacts()
    watchers: int = 0
    warnings: tuple[Message, ...] = ()
    unresolved: tuple[UnresolvedFault, ...] = ()

    @property
    def is_over(self) -> bool:
        """Tell whether there is no run under way and everything of the last one is stored."""
        return self.activity == "idle"
