"""The preflight report: one page about a run, checked before anything moves.

Clients show it, so it is light to import. Text is messages (`protocols.messages`), for people of any
language; numbers are in SI units.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from labctl.store.sampling import readable
from protocols.messages import Message, joined, say

NAME = "preflight.json"
ENDED_BADLY = say("the last run on this bench did not end well")  # a warning


@dataclass(frozen=True)
class InstrumentAnswer:
    """Something on the bench: what it is, where, and who answered there."""

    name: str
    address: str
    answer: Message


@dataclass(frozen=True)
class PreflightReport:
    """Everything a person should know before saying yes.

    duration_s is the expected wall time, duration_from tells where it comes from. energises tells whether
    saying yes puts a voltage on something real. calibrations: those asked for and those applied. safe: the
    safe state here, in volts and switch positions. override: reason and asker when it was started in spite
    of warnings.
    """

    name: str
    experiment: str
    bench: str
    energises: bool
    imperfections: Message
    method: str
    cycles: int
    from_cycle: int
    rounds: int
    limits: dict[str, Message]
    instruments: tuple[InstrumentAnswer, ...]
    calibrations: tuple[Message, ...]
    duration_s: float
    duration_from: Message
    disk_bytes: int
    free_bytes: int
    out: str
    last_failure: Message
    safe: tuple[Message, ...]
    warnings: tuple[Message, ...] = ()
    override: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Store the report with its run, as preflight.json. Raises OSError."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / NAME).write_text(text + "\n", "utf-8")

    def lines(self) -> list[tuple[str, Message]]:
        """Return the report as labelled lines for people."""
        room = say(
            "at most {most} on disk, {free} free",
            most=readable(self.disk_bytes),
            free=readable(self.free_bytes),
        )
        if self.from_cycle:
            run = say(
                "{cycles:,} cycles from cycle {first:,} on, {method}, {rounds} rounds; {room}",
                cycles=self.cycles,
                first=self.from_cycle,
                method=self.method,
                rounds=self.rounds,
                room=room,
            )
        else:
            run = say(
                "{cycles:,} cycles, {method}, {rounds} rounds; {room}",
                cycles=self.cycles,
                method=self.method,
                rounds=self.rounds,
                room=room,
            )
        bench = say("{bench}, imperfections {doses}", bench=self.bench, doses=self.imperfections)
        expected = say("{duration} ({source})", duration=duration(self.duration_s), source=self.duration_from)
        lines = [("run", run), ("expected", expected), ("bench", bench)]
        for i in self.instruments:
            answer = say("{name} at {address}: {answer}", name=i.name, address=i.address, answer=i.answer)
            lines.append(("instrument", answer))
        limits = [say("{what} {limit}", what=what, limit=text) for what, text in self.limits.items()]
        lines.append(("limits", joined(limits, ", ")))
        lines.append(("calibrated", joined(self.calibrations or [say("no calibration is used")])))
        lines.append(("safe means", joined(self.safe)))
        if self.last_failure:
            lines.append(("last failure", self.last_failure))
        return lines


def duration(time_s: float) -> Message:
    """Write a duration for people, in two units at most."""
    if time_s < 1.0:
        return say("less than a second")
    if time_s < 90.0:
        return say("about {seconds:.0f} s", seconds=time_s)
    minutes = round(time_s / 60.0)
    if minutes < 90:
        return say("about {minutes} min", minutes=minutes)
    return say("about {hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
