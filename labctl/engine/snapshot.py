"""The snapshot: everything an engine tells about itself and its run at one moment, as plain data.

Times are in seconds, voltages in volts. A snapshot is frozen; a client that keeps one keeps it as it was.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from protocols.engine import Outcome, RunState

if TYPE_CHECKING:  # a client needs no numbers
    from labctl.store.lateness import LatenessTally

T = TypeVar("T")


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
    would: str = ""


@dataclass(frozen=True)
class Snapshot:
    """An engine at one moment.

    sequence rises with every change. activity says in words what the engine is doing ("idle", "checking",
    "running", "storing"). run_time_s is the wall time since the run began. time_left_s is None until it
    can be told. problem is the error that ended the run, empty when there is none. watchers counts the
    clients heard from lately. warnings are what a person should know of the run that goes on. doses are those
    set for the runs to come.
    """

    sequence: int
    engine: EngineFacts
    activity: str = "idle"
    state: RunState = RunState.IDLE
    outcome: Outcome | None = None
    reason: str = ""
    problem: str = ""
    run: RunFacts | None = None
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
    realtime: str = ""
    guardian: GuardianFacts = GuardianFacts()
    watchers: int = 0
    warnings: tuple[str, ...] = ()
    doses: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Tell whether there is no run under way and everything of the last one is stored."""
        return self.activity == "idle"


def to_plain(value: Any) -> Any:
    """Turn a dataclass of this module into what JSON can hold."""
    return dataclasses.asdict(value)


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """Build a dataclass of this module from plain data; names it does not know are left out."""
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _value(hints[name], value) for name, value in plain.items() if name in known})


def _value(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        if value is None:
            return None
        (hint,) = (h for h in typing.get_args(hint) if h is not types.NoneType)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, value)
    if typing.get_origin(hint) is tuple:
        return tuple(value)
    return hint(value) if hint in (RunState, Outcome) else value
