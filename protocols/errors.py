"""Errors of labctl: each says what is wrong and what to do next.

`ProtocolError` means the caller misused labctl, `InstrumentError` that hardware misbehaved; the
command line turns `ConfigError` into exit code 2 and every other `LabError` into exit code 1.
"""

from __future__ import annotations


class LabError(Exception):
    """Base of every error labctl raises on purpose."""


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

    def sentence(self) -> str:
        """Return the one sentence a technician reads."""
        where = ": ".join(part for part in (self.file, self.key) if part)
        text = f"{where}: {self.problem}" if where else self.problem
        if self.value is not None:
            text += f" (got {self.value!r})"
        if self.allowed:
            text += f"; {self.allowed}"
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
        super().__init__(f"{instrument}: {problem}" + (f"; {hint}" if hint else ""))


class DataError(LabError):
    """A stored run or data file cannot be read as what it claims to be."""
