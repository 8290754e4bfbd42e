"""What can go wrong with an instrument, each said in one sentence.

Every sentence names the instrument, its address, what happened, the likely cause and what to do
next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from protocols.errors import InstrumentError, ProtocolError


class InstrumentFault(InstrumentError):
    """An instrument at an address did not do what it was told, for a cause, with a way out."""

    def __init__(
        self, instrument: str, address: str, happened: str, *, cause: str = "", action: str = ""
    ) -> None:
        self.address = address
        self.happened = happened
        self.cause = cause
        self.action = action
        where = f"{instrument} at {address}" if address else instrument
        super().__init__(where, happened + (f" ({cause})" if cause else ""), action)
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
        lines += [advice] if advice else []
        super().__init__(name, "could not be opened:\n" + "\n".join(lines))
        self.instrument = name

    def leaves(self) -> list[InstrumentError]:
        """Return every error at the end of a branch, from top to bottom."""
        found: list[InstrumentError] = []
        for child in self.children.values():
            found.extend(child.leaves() if isinstance(child, NotConnected) else [child])
        return found


def _branches(children: Mapping[str, InstrumentError], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, error in children.items():
        if isinstance(error, NotConnected):
            yield f"{indent}{name}:"
            yield from _branches(error.children, depth + 1)
        else:
            yield f"{indent}{name}: {error}"
