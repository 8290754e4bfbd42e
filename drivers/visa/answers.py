"""Read what SCPI instruments answer: strictly, so that a spoilt answer is never taken for a value.

Formats: IEEE 488.2-1992 §8.7 (responses), SCPI-1999 vol. 2 §21.8 (error queue).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocols.bench import InstrumentIdentity
from protocols.messages import Message, say

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ERROR = re.compile(r'([+-]?\d+),"(.*)"', re.ASCII)
_OVERLOAD = 9.0e37  # SCPI's infinity is 9.9e37


class Unreadable(ValueError):
    """An answer, or a part of one, is not in the form its question calls for; `why` says which."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Identification:
    """The four fields of an `*IDN?` answer."""

    maker: str
    model: str
    serial: str
    firmware: str

    def identity(self, kind: str) -> InstrumentIdentity:
        """Return it as the identity of an instrument of this kind."""
        emulated = self.serial.upper().startswith("SIM")
        return InstrumentIdentity(kind, self.model, self.serial, emulated, self.maker, self.firmware)


@dataclass(frozen=True)
class QueuedError:
    """An entry of an instrument's error queue; code 0 says that the queue is empty."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code}, {self.text}"


def split_answers(line: str) -> list[str]:
    """Cut a line into the answers of one message, at semicolons outside quotes."""
    parts: list[str] = []
    quoted, start = False, 0
    for index, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == ";" and not quoted:
            parts.append(line[start:index].strip())
            start = index + 1
    parts.append(line[start:].strip())
    return parts


def read_identification(line: str) -> Identification:
    """Read an `*IDN?` answer; raises Unreadable unless it has four fields or more."""
    fields = [field.strip() for field in line.split(",")]
    if len(fields) < 4 or not all(fields[:3]):
        raise Unreadable(say("{line} is no identification", line=repr(line)))
    return Identification(fields[0], fields[1], fields[2], ",".join(fields[3:]))


def read_error(answer: str) -> QueuedError:
    """Read an answer to `:SYST:ERR?`; raises Unreadable when it is none."""
    match = _ERROR.fullmatch(answer)
    if not match:
        raise Unreadable(say("{answer} is no entry of an error queue", answer=repr(answer)))
    return QueuedError(int(match[1]), match[2])


def read_number(answer: str) -> float:
    """Read one plain decimal number; raises Unreadable for anything else, `inf` and `nan` too."""
    if not _NUMBER.fullmatch(answer):
        raise Unreadable(say("{answer} is no number", answer=repr(answer)))
    return float(answer)


def read_numbers(answer: str, count: int) -> list[float]:
    """Read `count` numbers between commas; raises Unreadable for more, fewer or anything else."""
    values = [read_number(part.strip()) for part in answer.split(",")]
    if len(values) != count:
        raise Unreadable(say("{found} numbers came, {count} were asked for", found=len(values), count=count))
    return values


def is_overload(value: float) -> bool:
    """Say whether a reading is SCPI's way of saying "more than the range"."""
    return abs(value) >= _OVERLOAD
