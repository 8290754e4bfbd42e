"""What can go wrong with an instrument, each said in one sentence.

Every sentence names the instrument, its address, what happened, the likely cause and what to do
next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from protocols.errors import InstrumentError, ProtocolError
from protocols.messages import Message, joined, say

# What a person looks at or starts: who shows a message puts the name of the command or panel in.
ATTACHED = say("the list of instruments")
ASKING = say("a check of that file")
EMULATORS = say("the program that emulates them")


class InstrumentFault(InstrumentError):
    """An instrument at an address did not do what it was told, for a cause, with a way out."""

    def __init__(
        self, instrument: str, address: str, happened: str, *, cause: str = "", action: str = ""
    ) -> None:
        self.address = address
        self.happened = happened
        self.cause = cause
        self.action = action
        where = say("{instrument} at {address}", instrument=instrument, address=address)
        told = say("{happened} ({cause})", happened=Message.of(happened), cause=Message.of(cause))
        super().__init__(where if address else instrument, told if cause else happened, action)
        self.instrument = instrument


class NoAnswer(InstrumentFault):
    """The instrument said nothing within its time limit."""


class ConnectionLost(InstrumentFault):
    """The instrument was there and cannot be reached any more, or never could."""


class WrongInstrument(InstrumentFault):
    """Something answers at the address, but it is not what the bench file expects."""


class Garbled(InstrumentFault):
    """An answer makes no sense, or does not fit what was asked; nothing of it was used."""


class Refused(InstrumentFault):
    """The instrument reports an error of its own about what it was told."""


class NotTaken(InstrumentFault):
    """The instrument accepted a setting without complaint, yet reads back another."""


class Overrun(InstrumentFault):
    """Data came faster than they were fetched, and some are gone."""


class OutOfLimit(InstrumentFault, ProtocolError):
    """A value outside the instrument's limits was asked for; nothing was sent to the wire."""


class DriverMissing(InstrumentFault):
    """The vendor's driver or library that this instrument needs is not installed."""


class NotConnected(InstrumentError):
    """Several instruments could not be opened: a tree with a branch for each.

    Printed, it is one line per branch, indented by level; `children` may hold such trees too.
    """

    def __init__(self, name: str, children: Mapping[str, InstrumentError], advice: str = "") -> None:
        self.children = dict(children)
        lines = list(_branches(self.children, depth=1))
        lines += [Message.of(advice)] if advice else []
        super().__init__(name, say("could not be opened:\n{branches}", branches=joined(lines, "\n")))
        self.instrument = name

    def leaves(self) -> list[InstrumentError]:
        """Return every error at the end of a branch, from top to bottom."""
        found: list[InstrumentError] = []
        for child in self.children.values():
            found.extend(child.leaves() if isinstance(child, NotConnected) else [child])
        return found


def _branches(children: Mapping[str, InstrumentError], depth: int) -> Iterator[Message]:
    indent = "  " * depth
    for name, error in children.items():
        if isinstance(error, NotConnected):
            yield Message.of(f"{indent}{name}:")
            yield from _branches(error.children, depth + 1)
        else:
            yield say("{branch}: {error}", branch=f"{indent}{name}", error=error)
