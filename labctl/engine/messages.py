"""What goes over the connection: one blob a message, a head of JSON and plain arrays (`labctl.store.codec`).

A request is {"ask": name, …}, an answer {"answer": …} or {"error": {"kind", "text"}}. Nothing that could be
code is ever unpacked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labctl.store.codec import Arrays, decode, encode
from protocols.errors import ConfigError, DataError, InstrumentError, LabError, ProtocolError

MAX_BYTES = 1 << 26
_KINDS = {kind.__name__: kind for kind in (ConfigError, DataError, InstrumentError, ProtocolError)}


class EngineRefused(LabError):
    """The engine did not do what it was asked; `kind` names the class of its error."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)


class EngineGone(LabError):
    """The engine does not answer: it has ended, been killed, or hangs."""


def packed(notes: Mapping[str, Any], arrays: Arrays | None = None) -> bytes:
    """Pack a message."""
    return encode(arrays or {}, notes)


def unpacked(blob: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Unpack a message into its notes and arrays. Raises DataError when it is none."""
    arrays, notes = decode(blob)
    return notes, arrays


def error_notes(error: BaseException) -> dict[str, Any]:
    """Return how an error goes over the connection."""
    kind = next((name for name, cls in _KINDS.items() if isinstance(error, cls)), type(error).__name__)
    text = str(error) if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
    return {"error": {"kind": kind, "text": text, "key": getattr(error, "key", "")}}


def raise_error(notes: Mapping[str, Any]) -> None:
    """Raise the error in an answer, if there is one: ConfigError for bad input, EngineRefused otherwise."""
    error = notes.get("error")
    if error is None:
        return
    if error["kind"] == ConfigError.__name__:
        problem = ConfigError(error["text"])
        problem.key = str(error.get("key", ""))  # the text tells it already
        raise problem
    raise EngineRefused(error["kind"], error["text"])
