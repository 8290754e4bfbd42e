"""A SCPI instrument without a wire: one line in, one line of answers or nothing out.

Follows SCPI-1999 vol. 1 §6 (headers, the path that a ";" keeps, error queue) and IEEE 488.2: a command
error ends the message, an execution error does not, and no query may follow `*IDN?`.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

Handler = Callable[[int, list[str]], str | None]

_MNEMONIC = re.compile(r"([A-Z]+)([a-z]*)")
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(m?[VA])?", re.IGNORECASE)


class ScpiError(Exception):
    """An error for the queue, with its SCPI number and text."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code} {text}")


UNDEFINED_HEADER = (-113, "Undefined header")
MISSING_PARAMETER = (-109, "Missing parameter")
PARAMETER_NOT_ALLOWED = (-108, "Parameter not allowed")
DATA_TYPE = (-104, "Data type error")
OUT_OF_RANGE = (-222, "Data out of range")
ILLEGAL_VALUE = (-224, "Illegal parameter value")
QUEUE_OVERFLOW = (-350, "Queue overflow")
INPUT_OVERRUN = (-363, "Input buffer overrun")
UNTERMINATED = (-440, "Query UNTERMINATED after indefinite response")


@dataclass(frozen=True)
class Dialect:
    """How firmware differs: identification, sign of integers, places in the error queue, input buffer."""

    identification: str
    signed: bool
    queue_length: int = 20
    input_bytes: int = 1024


@dataclass(frozen=True)
class _Command:
    pattern: re.Pattern[str]
    handler: Handler


def header_pattern(header: str) -> re.Pattern[str]:
    """Compile a header such as ":OUTPut[:STATe]?" or "[:SOURce<n>]:VOLTage" for long, short, any case."""
    text = re.escape(header).replace(r"\[", "(?:").replace(r"\]", ")?").replace("<n>", r"(?P<n>\d*)")
    text = _MNEMONIC.sub(
        lambda m: m[1] + (f"(?:{m[2].upper()})?" if m[2] else ""), text.replace("?P<n>", "\0")
    )
    return re.compile(text.replace("\0", "?P<n>"), re.IGNORECASE)


def number(text: str) -> float:
    """Read a number, with or without a unit of volts or amperes; raises ScpiError -104."""
    match = _NUMBER.fullmatch(text.strip())
    if not match:
        raise ScpiError(*DATA_TYPE)
    milli = (match[2] or "").lower().startswith("m")
    return float(match[1]) * (1e-3 if milli else 1.0)


def boolean(text: str) -> bool:
    """Read ON, OFF, 1 or 0; raises ScpiError -224."""
    try:
        return {"ON": True, "1": True, "OFF": False, "0": False}[text.strip().upper()]
    except KeyError:
        raise ScpiError(*ILLEGAL_VALUE) from None


def split_arguments(text: str) -> list[str]:
    """Cut arguments at commas outside parentheses: a channel list is one argument."""
    return [part.strip() for part in re.split(r",(?![^()]*\))", text) if part.strip()]


def one(arguments: list[str]) -> str:
    """Return the only argument; raises ScpiError -109 or -108."""
    if not arguments:
        raise ScpiError(*MISSING_PARAMETER)
    if len(arguments) > 1:
        raise ScpiError(*PARAMETER_NOT_ALLOWED)
    return arguments[0]


class ScpiDevice:
    """What all SCPI instruments share: common commands, headers and paths, the error queue.

    Subclasses add their commands with `define` and keep settings where `reset` can put them back. Lines may
    come from several connections; `process` takes one at a time.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._lock = threading.Lock()
        self._errors: deque[tuple[int, str]] = deque()
        self._commands: list[_Command] = []
        self._event_enable = 0
        self._stuck = False
        self.define("*IDN?", lambda n, args: self.dialect.identification)
        self.define("*RST", self._on_reset)
        self.define("*CLS", self._on_clear)
        self.define("*OPC?", lambda n, args: "1" if self.operation_complete() else None)
        self.define("*OPC", lambda n, args: None)
        self.define("*WAI", lambda n, args: None)
        self.define("*ESE", self._on_event_enable)
        self.define("*ESE?", lambda n, args: self.integer(self._event_enable))
        self.define(":SYSTem:ERRor[:NEXT]?", lambda n, args: self._next_error())

    def define(self, header: str, handler: Handler) -> None:
        """Add a command; the handler gets the header's number (1 when absent) and its arguments."""
        self._commands.append(_Command(header_pattern(header), handler))

    def reset(self) -> None:
        """Return to the settings after `*RST`."""

    def operation_complete(self) -> bool:
        """Say whether `*OPC?` is ever answered in the present state."""
        return True

    def integer(self, value: int) -> str:
        """Write an integer as this firmware does."""
        return f"{value:+d}" if self.dialect.signed else str(value)

    @property
    def stuck(self) -> bool:
        """Say whether settings are not taken and readings do not change, for the message in hand."""
        return self._stuck

    def queue_error(self, code: int, text: str) -> None:
        """Put an error into the queue; the last place tells of an overflow."""
        if len(self._errors) < self.dialect.queue_length:
            self._errors.append((code, text))
        else:
            self._errors[-1] = QUEUE_OVERFLOW

    def process(self, line: str, *, stuck: bool = False) -> str | None:
        """Carry out one message; return its answers joined by ";", or None when there are none."""
        with self._lock:
            self._stuck = stuck
            if len(line) > self.dialect.input_bytes:
                self.queue_error(*INPUT_OVERRUN)
                return None
            return self._process(line)

    def overrun(self) -> None:
        """Lose the message in hand as an input buffer that overflows does."""
        with self._lock:
            self.queue_error(*INPUT_OVERRUN)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _process(self, line: str) -> str | None:
        answers: list[str] = []
        path = ""
        indefinite = False
        for unit in filter(None, (part.strip() for part in line.split(";"))):
            header, _, rest = unit.partition(" ")
            query = header.endswith("?")
            try:
                if indefinite and query:
                    raise ScpiError(*UNTERMINATED)
                handler, number, path = self._find(header, path)
                answer = handler(number, split_arguments(rest))
            except ScpiError as error:
                self.queue_error(error.code, error.text)
                if -200 < error.code <= -100 or error.code == UNTERMINATED[0]:
                    break  # the parser has lost its place: the rest of the message is not carried out
                continue
            if query and answer is None:
                return None  # a query that never comes to its answer holds up everything behind it
            if answer is not None:
                answers.append(answer)
            indefinite = indefinite or header.upper() == "*IDN?"
        return ";".join(answers) if answers else None

    def _find(self, header: str, path: str) -> tuple[Handler, int, str]:
        """Return a header's handler and number, and the path for what follows; raises ScpiError -113."""
        full = header if header[0] in ":*" else f"{path}:{header}"
        for command in self._commands:
            match = command.pattern.fullmatch(full)
            if match:
                digits = match.groupdict().get("n")
                below = path if header[0] == "*" else full.rpartition(":")[0]
                return command.handler, int(digits) if digits else 1, below
        raise ScpiError(*UNDEFINED_HEADER)

    def _on_reset(self, n: int, arguments: list[str]) -> None:
        self.reset()

    def _on_clear(self, n: int, arguments: list[str]) -> None:
        self._errors.clear()

    def _on_event_enable(self, n: int, arguments: list[str]) -> None:
        value = number(one(arguments))
        if not 0 <= value <= 255:
            raise ScpiError(*OUT_OF_RANGE)
        self._event_enable = int(value)

    def _next_error(self) -> str:
        code, text = self._errors.popleft() if self._errors else (0, "No error")
        return f'{self.integer(code)},"{text}"'
