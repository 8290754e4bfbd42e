"""What an engine answers instead of what was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from protocols.errors import ConfigError, DataError, InstrumentError, LabError, ProtocolError
from protocols.messages import Message, say

_KINDS = {kind.__name__: kind for kind in (ConfigError, DataError, InstrumentError, ProtocolError)}


class EngineRefused(LabError):
    """The engine did not do what it was asked; `kind` names the class of its error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class EngineGone(LabError):
    """The engine does not answer: it has ended, been killed, or hangs."""


@dataclass(frozen=True)
class Failure:
    """An error on its way to a client: the name of its class, its message, the key it is about."""

    kind: str
    message: Message
    key: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Return how an error goes over the connection."""
        kind = next((n for n, cls_ in _KINDS.items() if isinstance(error, cls_)), type(error).__name__)
        if isinstance(error, LabError):
            return cls(kind, error.message, getattr(error, "key", ""))
        return cls(kind, say("{kind}: {error}", kind=type(error).__name__, error=error))

    def error(self) -> LabError:
        """Return it as what a client raises: ConfigError for bad input, EngineRefused otherwise."""
        if self.kind != ConfigError.__name__:
            return EngineRefused(self.kind, self.message)
        problem = ConfigError(self.message)
        problem.key = self.key  # the message tells it already
        return problem
