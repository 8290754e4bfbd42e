"""A conversation with one SCPI instrument in which every message is answered.

A message carries its commands, their read-back, and `:SYST:ERR?`, and comes back as one line. So a
setting costs one exchange and never waits for a delayed acknowledgement (a write followed by a query
costs 40 ms over TCP: Nagle), and no error stays unseen in the instrument's queue.

After anything unexpected the conversation is out of step: the next message first starts it afresh,
so that an answer that comes late meets nobody.
"""

from __future__ import annotations

import re
import time

from drivers.errors import Garbled, InstrumentFault, NoAnswer, NotTaken, Refused, WrongInstrument
from drivers.visa.answers import (
    Identification,
    QueuedError,
    Unreadable,
    read_error,
    read_identification,
    split_answers,
)
from drivers.visa.link import SerialSettings, VisaLink, shorten
from protocols.errors import InstrumentError
from protocols.messages import say

__all__ = ["SerialSettings", "VisaSession"]

_ERROR_QUERY = ":SYST:ERR?"
_QUEUE_LENGTH = 20  # the longest error queue among the families
_GRACE_S = 0.4  # for finding out why, on top of the time limit of a message


class VisaSession:
    """Say messages to one instrument and check what it answers.

    `makers` and `models` are what `*IDN?` must say: a pattern, and names. A call returns or raises within
    `timeout_s` (plus what the call says a measurement takes) and less than a second more.
    """

    def __init__(
        self,
        name: str,
        address: str,
        *,
        makers: str,
        models: tuple[str, ...],
        timeout_s: float = 2.0,
        backend: str = "@py",
        terminator: str = "\n",
        line: SerialSettings | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self._makers = re.compile(makers, re.IGNORECASE)
        self._models = models
        self._timeout_s = timeout_s
        self._link = VisaLink(name, address, backend=backend, terminator=terminator, line=line)
        self._identification: Identification | None = None
        self._in_step = False
        self._marker = 0

    @property
    def is_open(self) -> bool:
        """Say whether the instrument was opened and identified, and not closed since."""
        return self._identification is not None

    def identify(self, deadline: float | None = None) -> Identification:
        """Connect and ask who answers, and nothing else; return who it is.

        Only `*IDN?` is sent: settings, outputs and the error queue stay as they are. Raises ConnectionLost,
        NoAnswer, WrongInstrument or DriverMissing.
        """
        deadline = self.deadline() if deadline is None else deadline
        try:
            if not self._link.is_open:
                self._link.open(deadline)
            self._identification = self._identify(deadline)
        except InstrumentError:
            self.close()
            raise
        return self._identification

    def open(self) -> Identification:
        """Connect, check who answers, clear old errors; return who it is.

        Raises ConnectionLost, NoAnswer, WrongInstrument or DriverMissing.
        """
        deadline = self.deadline()
        found = self.identify(deadline)
        self._in_step = True
        try:
            self.ask("*CLS", deadline=deadline)
        except InstrumentError:
            self.close()
            raise
        return found

    def close(self) -> None:
        """Let the connection go."""
        self._identification = None
        self._in_step = False
        self._link.close()

    def identification(self) -> Identification:
        """Return who answered `*IDN?` when it was opened."""
        if self._identification is None:
            raise self._not_open()
        return self._identification

    def deadline(self, takes_s: float = 0.0, *, share: float = 1.0) -> float:
        """Return, on the monotonic clock, when a call that begins now must be over.

        `takes_s` is how long the instrument works on it; `share` of the time limit is for an attempt.
        """
        return time.monotonic() + share * self._timeout_s + takes_s

    def ask(self, *parts: str, deadline: float | None = None) -> list[str]:
        """Say commands and queries in one message; return the answers of its queries, in order.

        `deadline` is for calls of several messages, and for measurements that take their time. Raises
        NoAnswer, ConnectionLost, Garbled, or Refused when the instrument reports an error of its own.
        """
        if not self.is_open:
            raise self._not_open()
        deadline = self.deadline() if deadline is None else deadline
        if not self._in_step:
            self._recover(deadline)
        message = ";".join((*parts, _ERROR_QUERY))
        expected = sum("?" in part for part in parts)
        self._in_step = False
        try:
            self._link.say(message)
            line = self._link.hear(deadline, message)
        except InstrumentFault as fault:
            raise self._explain_silence(fault) from fault
        answers = split_answers(line)
        if len(answers) != expected + 1:
            raise self._link.garbled(
                message,
                say("{count} answers instead of {expected}", count=len(answers), expected=expected + 1),
            )
        try:
            error = read_error(answers.pop())
        except Unreadable as reason:
            raise self._link.garbled(message, reason.why) from reason
        self._in_step = True
        if error.code:
            raise self._refused(
                say("after {message}", message=shorten(message)),
                [error, *self._drain_errors(time.monotonic() + _GRACE_S)],
            )
        return answers

    def garbled(self, question: str, got: str) -> Garbled:
        """Return the error for an answer that its reader cannot use, and start afresh next time."""
        self._in_step = False
        return self._link.garbled(question, got)

    def not_taken(self, what: str, reads: str) -> NotTaken:
        """Return the error for a setting that reads back differently."""
        return NotTaken(
            self.name,
            self.address,
            say("{what} was accepted, yet it reads {reads}", what=what, reads=reads),
            cause=say("the instrument does not follow, or its keys are being used"),
            action=say("look at its front panel, and switch the output off by hand if in doubt"),
        )

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _identify(self, deadline: float) -> Identification:
        """Ask who it is, twice: nothing else guards the name and serial number against a bad bit.

        `*IDN?` travels alone: IEEE 488.2 allows no query after it in the same message.
        """
        lines = [self._query("*IDN?", deadline) for _ in range(2)]
        if lines[0] != lines[1]:
            raise self._link.garbled(
                "*IDN?", say("{first}, then {again}", first=repr(lines[0]), again=repr(lines[1]))
            )
        try:
            found = read_identification(lines[0])
        except Unreadable as reason:
            raise self._wrong(lines[0]) from reason
        if not self._makers.fullmatch(found.maker) or found.model.upper() not in self._models:
            raise self._wrong(lines[0])
        known = self._identification
        if known is not None and (found.model, found.serial) != (known.model, known.serial):
            raise self._wrong(lines[0])
        return found

    def _query(self, message: str, deadline: float) -> str:
        self._link.say(message)
        return self._link.hear(deadline, message)

    def _recover(self, deadline: float) -> None:
        """Bring the conversation back in step, with the same instrument, or raise."""
        self._link.start_afresh(deadline)
        if self._link.is_serial:
            self._find_step(deadline)
        self._identify(deadline)
        self._in_step = True

    def _find_step(self, deadline: float) -> None:
        """Skip late answers on a line that cannot be cleared, until the instrument echoes a new number."""
        for _ in range(2):
            self._marker = self._marker % 126 + 1  # below 128: neither power-on nor a seven-bit line spoil it
            self._link.say(f"*ESE {self._marker};*ESE?")
            while self._link.hear(deadline, "*ESE?").strip().lstrip("+") != str(self._marker):
                pass

    def _explain_silence(self, fault: InstrumentFault) -> InstrumentFault:
        """Return the best account of why no answer came; a refused message leaves its trace in the queue."""
        if not isinstance(fault, NoAnswer):
            return fault
        deadline = time.monotonic() + _GRACE_S
        try:
            self._recover(deadline)
            errors = self._drain_errors(deadline)
        except NoAnswer:
            return fault
        except InstrumentFault as worse:
            return worse
        return self._refused(say("instead of an answer"), errors) if errors else fault

    def _drain_errors(self, deadline: float) -> list[QueuedError]:
        """Take everything out of the error queue."""
        errors: list[QueuedError] = []
        try:
            while len(errors) < _QUEUE_LENGTH:
                error = read_error(self._query(_ERROR_QUERY, deadline))
                if not error.code:
                    break
                errors.append(error)
        except (InstrumentFault, Unreadable):
            self._in_step = False  # what was read so far still tells what happened
        return errors

    def _refused(self, when: str, errors: list[QueuedError]) -> Refused:
        said = "; ".join(str(error) for error in errors[:3])  # as the instrument words it
        return Refused(
            self.name,
            self.address,
            say("it reports an error {when}: {said}", when=when, said=said),
            cause=say("it cannot do this, or not in its present state"),
            action=say("look at its front panel, and check the model and the channel in the bench file"),
        )

    def _wrong(self, line: str) -> WrongInstrument:
        known = self._identification
        wanted = (
            say("{model} with serial number {serial}", model=known.model, serial=known.serial)
            if known
            else " or ".join(self._models)
        )
        return WrongInstrument(
            self.name,
            self.address,
            say("{line} answers, {wanted} was expected", line=repr(shorten(line)), wanted=wanted),
            action=say("check the address in the bench file and which instrument is plugged in"),
        )

    def _not_open(self) -> InstrumentFault:
        return InstrumentFault(self.name, self.address, say("it is not open"), action=say("open it first"))
