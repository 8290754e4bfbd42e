"""What clients ask of an engine and what it answers: a frozen type for each, packed by `codec`.

`Introduce(Request[Snapshot])` says that it is answered by a Snapshot; both ends are checked against it.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from labctl.engine.errors import Failure
from labctl.engine.lifecycle import Verb
from labctl.engine.reports import CalibrationReport, CheckReport, RunReport
from labctl.engine.rings import RingArrays, Samples
from labctl.engine.snapshot import Snapshot
from labctl.runs.preflight_report import PreflightReport
from labctl.runs.request import RunRequest
from protocols.messages import NOTHING, Message

MAX_BYTES = 1 << 26
R = TypeVar("R")
LogLine = dict[str, str | int | float | bool | None]


@dataclass(frozen=True)
class RunEvent:
    """Something that happened in a run: what, asked for by whom, why; at which cycle and times in s."""

    what: Message
    by: str
    reason: Message = NOTHING
    run_time_s: float = 0.0
    cycle: int | None = None
    learning_time_s: float | None = None


@dataclass(frozen=True)
class Poll:
    """What came with one poll: the snapshot, new samples by ring, new events and log lines.

    serial is the run's the samples belong to; when it changes, throw away what was kept of the run before.
    next_event, next_log: numbers of the lines that come next.
    """

    snapshot: Snapshot
    serial: int = 0
    rings: dict[str, Samples] = field(default_factory=dict)
    events: list[RunEvent] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)
    next_event: int = 0
    next_log: int = 0


@dataclass(frozen=True)
class CheckedRun:
    """A run that was checked: its report, and the token that starts exactly this.

    compiled tells whether the simulator's code is ready; else the first run waits for it once.
    """

    report: PreflightReport
    token: str
    compiled: bool


@dataclass(frozen=True)
class RunDescription:
    """What a run is about, as run.nc says it, for clients that draw it.

    attributes: of the file. dims: dimensions of every variable by name. texts: variables that hold strings;
    arrays: the others. `labctl.store.reading.described` makes a dataset of them.
    """

    attributes: dict[str, str | float]
    dims: dict[str, tuple[str, ...]]
    texts: dict[str, tuple[str, ...]]
    arrays: RingArrays


@dataclass(frozen=True)
class RunEnded:
    """How the last run ended: `report`, or the error that ended it; both None while it goes on."""

    report: RunReport | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class CheckEnded:
    """How the last check of a bench ended: `report`, or the error that ended it; both None before."""

    report: CheckReport | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class CalibrationEnded:
    """How the last calibration ended: `report`, or the error that ended it; both None before."""

    report: CalibrationReport | None = None
    failure: Failure | None = None


class Request(msgspec.Struct, Generic[R], frozen=True, tag_field="ask", kw_only=True):
    """A request that is answered by an R."""


class Introduce(Request[Snapshot], frozen=True, tag="hello"):
    """Say who asks from now on."""

    who: str
    version: str
    pid: int


class GetSnapshot(Request[Snapshot], frozen=True, tag="snapshot"):
    """Ask for the snapshot alone."""


class GetPoll(Request[Poll], frozen=True, tag="poll"):
    """Ask for the snapshot and what is new in these rings since these numbers, of the run `serial`."""

    rings: tuple[str, ...]
    since: dict[str, int]
    serial: int


class Describe(Request[RunDescription], frozen=True, tag="describe"):
    """Ask what the run is about."""


class Preflight(Request[CheckedRun], frozen=True, tag="preflight"):
    """Check everything about a run; nothing moves. cwd: the asker's working folder."""

    run: RunRequest
    cwd: Path


class PreflightResume(Request[CheckedRun], frozen=True, tag="preflight-resume"):
    """Check everything about going on with a run that was cut short."""

    folder: Path
    figures: bool
    cwd: Path


class Start(Request[bool], frozen=True, tag="start"):
    """Start what a preflight has checked; override: why, in spite of warnings."""

    token: str
    override: str = ""


class StartCheck(Request[bool], frozen=True, tag="start-check"):
    """Check a bench of instruments: who answers, the supply, the wires if asked. It is left safe."""

    bench: str
    overrides: tuple[str, ...]
    wiring: bool
    cwd: Path


class StartCalibration(Request[bool], frozen=True, tag="start-calibration"):
    """Carry calibration routines out, one after the other, and store what they find.

    experiment: whose wires to take, None for the usual ones. store: folder of the calibrations, None for the
    bench file's. valid_for_s: how long they may be trusted, None for each routine's own time.
    """

    routines: tuple[str, ...]
    bench: str
    imperfections: str | None
    seed: int
    bench_overrides: tuple[str, ...]
    dose_overrides: tuple[str, ...]
    experiment: Path | None
    store: Path | None
    operator: str
    valid_for_s: float | None
    figures: bool
    cwd: Path


class Do(Request[str], frozen=True, tag="verb"):
    """Do something to what is under way; answered by the consequence, in words."""

    verb: Verb
    reason: Message = NOTHING


class AddNote(Request[bool], frozen=True, tag="note"):
    """Write a note into the run's events, at the present cycle."""

    text: str


class AddMarker(Request[bool], frozen=True, tag="mark"):
    """Write a marker where the asker saw the run when the key was pressed."""

    name: str
    cycle: int
    learning_time_s: float


class GetRun(Request[RunEnded], frozen=True, tag="run-ended"):
    """Ask how the last run ended."""


class GetCheck(Request[CheckEnded], frozen=True, tag="check-ended"):
    """Ask how the last check of a bench ended."""


class GetCalibration(Request[CalibrationEnded], frozen=True, tag="calibration-ended"):
    """Ask how the last calibration ended."""


class Quit(Request[bool], frozen=True, tag="quit"):
    """End the engine when there is nothing in hand."""


class Answer(msgspec.Struct, Generic[R], frozen=True):
    """What comes back: a value, or the failure."""

    value: R | None = None
    failure: Failure | None = None


AnyRequest = (
    Introduce
    | GetSnapshot
    | GetPoll
    | Describe
    | Preflight
    | PreflightResume
    | Start
    | StartCheck
    | StartCalibration
    | Do
    | AddNote
    | AddMarker
    | GetRun
    | GetCheck
    | GetCalibration
    | Quit
)


def answer_of(request: Request[R]) -> type[Answer[R]]:
    """Return the type of the answer to a request."""
    found: type[Answer[R]] = _ANSWERS[type(request)]
    return found


def _answers() -> Mapping[type, Any]:
    answer: Any = Answer  # subscripted at run time, which type checkers do not follow
    return {kind: answer[typing.get_args(kind.__orig_bases__[0])[0]] for kind in typing.get_args(AnyRequest)}


_ANSWERS = _answers()
