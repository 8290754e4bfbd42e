"""What an engine and its guardian say to each other: a frozen type a line, JSON by `labctl.engine.codec`."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from labctl.engine.reports import PartLeft
from protocols.messages import NOTHING, Message


@dataclass(frozen=True)
class SafeReport:
    """What the guardian did and why: kept as guardian.json in the run's folder, times in seconds.

    noticed: date and time (ISO 8601, UTC). problem: why the bench is not known to be safe, empty when it is.
    """

    reason: Message
    bench: str
    noticed: str
    safe: bool = False
    safe_after_s: float = 0.0
    attempts: int = 0
    parts: tuple[PartLeft, ...] = field(default_factory=tuple)
    problem: Message = NOTHING


class GuardianLine(msgspec.Struct, frozen=True, tag_field="say"):
    """A line from the engine."""


class WatchBench(GuardianLine, frozen=True, tag="watch"):
    """Watch a bench from now on.

    written: the bench file as run, as JSON; empty for a simulated bench, which drives nothing. addresses: of
    its instruments, each with a name of what is there. folder: of the run, empty before there is one.
    """

    bench: str
    written: str
    addresses: dict[str, str]
    folder: str = ""


class NoteFolder(GuardianLine, frozen=True, tag="folder"):
    """Note from now on in this run's folder what was done."""

    folder: str


class Release(GuardianLine, frozen=True, tag="release"):
    """The bench is safe and nothing needs watching."""


class MakeSafe(GuardianLine, frozen=True, tag="make safe"):
    """Make the bench safe, which the engine has let go, within this limit; tell what was done."""

    reason: Message
    limit_s: float


class TakeOver(GuardianLine, frozen=True, tag="take over"):
    """Kill the engine and make the bench safe."""

    reason: Message


class Beat(GuardianLine, frozen=True, tag="beat"):
    """The engine lives."""


class Bye(GuardianLine, frozen=True, tag="bye"):
    """The engine ends in order."""


AnyLine = WatchBench | NoteFolder | Release | MakeSafe | TakeOver | Beat | Bye


class Watching(msgspec.Struct, frozen=True, tag_field="say", tag="watching"):
    """The guardian has imported all it needs and watches."""


class MadeSafe(msgspec.Struct, frozen=True, tag_field="say", tag="made safe"):
    """What the guardian did when it was asked to make the bench safe."""

    report: SafeReport


AnyReply = Watching | MadeSafe
