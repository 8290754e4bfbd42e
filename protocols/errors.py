"""Errors of labctl: each says what is wrong and what to do next.

`ProtocolError` means the caller misused labctl, `InstrumentError` that hardware misbehaved; the
command line turns `ConfigError` into exit code 2 and every other `LabError` into exit code 1.
"""

from __future__ import annotations

from protocols.messages import Message, say


class LabError(Exception):
    """Base of every error labctl raises on purpose; `message` is its sentence, with the values in it."""

    @property
    def message(self) -> Message:
        """Return the sentence as a message, to be told in any language."""
        told = self.args[0] if self.args else type(self).__name__
        return Message.of(told if isinstance(told, str) else str(told))


class ProtocolError(LabError):
    """The caller used an object in a way its contract does not allow."""


class ConfigError(LabError):
    """An input cannot be used; the message names where, what, what is allowed and what to do."""

    def __init__(
        self, problem: str, *, file: str = "", key: str = "", value: object = None, allowed: str = ""
    ) -> None:
        self.problem = problem
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(self.sentence())

    def sentence(self) -> Message:
        """Return the one sentence a technician reads."""
        where = ": ".join(part for part in (self.file, self.key) if part)
        text = Message.of(self.problem)
        if where:
            text = say("{where}: {problem}", where=where, problem=text)
        if self.value is not None:
            text = say("{problem} (got {value})", problem=text, value=repr(self.value))
        if self.allowed:
            text = say("{problem}; {allowed}", problem=text, allowed=Message.of(self.allowed))
        return text

    def at(self, *, file: str = "", key: str = "") -> ConfigError:
        """Return the same error, placed: the file and the dotted key in front of what is known."""
        joined = ".".join(part for part in (key, self.key) if part)
        return ConfigError(
            self.problem, file=file or self.file, key=joined, value=self.value, allowed=self.allowed
        )


class InstrumentError(LabError):
    """An instrument, real or simulated, did not do what it was told."""

    def __init__(self, instrument: str, problem: str, hint: str = "") -> None:
        self.instrument = instrument
        self.hint = hint
        text = say("{instrument}: {problem}", instrument=instrument, problem=Message.of(problem))
        if hint:
            text = say("{problem}; {hint}", problem=text, hint=Message.of(hint))
        super().__init__(text)


class DataError(LabError):
    """A stored run or data file cannot be read as what it claims to be."""
