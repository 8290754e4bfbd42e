"""The codec of everything that goes between labctl's processes: typed values to bytes and back.

One codec for both ends: what is sent is a frozen type, what arrives is checked against the same type. Nothing
that could be code is ever unpacked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np

from protocols.errors import DataError
from protocols.messages import Message, say

T = TypeVar("T")


class _Array(msgspec.Struct, frozen=True):
    """An array on its way: NumPy's name of its numbers, its shape, its bytes in C order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class _Sentence(msgspec.Struct, frozen=True):
    """A message on its way: its template and values, of which each may be one, too."""

    template: str
    fields: dict[str, str | int | float | bool | _Sentence | None]


def encode(value: object) -> bytes:
    """Return a value as bytes: frozen dataclasses and structs, enums, paths, arrays, messages."""
    return _ENCODER.encode(value)


def decode(blob: bytes | memoryview, kind: type[T] | Any) -> T:
    """Return the value of this type that the bytes hold. Raises DataError when they do not."""
    try:
        return msgspec.msgpack.decode(blob, type=kind, dec_hook=_unpacked)
    except msgspec.DecodeError as error:
        raise DataError(
            say("what came is no {kind}: {error}", kind=getattr(kind, "__name__", kind), error=error)
        ) from None


def encode_line(value: object) -> bytes:
    """Return a value as one line of JSON, its line end included."""
    return _LINES.encode(value) + b"\n"


def decode_line(line: bytes, kind: type[T] | Any) -> T:
    """Return the value of this type that a line of JSON holds. Raises DataError when it does not."""
    try:
        return msgspec.json.decode(line, type=kind, dec_hook=_unpacked)
    except msgspec.DecodeError as error:
        raise DataError(
            say("what came is no {kind}: {error}", kind=getattr(kind, "__name__", kind), error=error)
        ) from None


def _packed(value: Any) -> Any:
    if isinstance(value, Message):
        return _sentence(value)
    if isinstance(value, np.ndarray):
        return _Array(value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"a {type(value).__name__} does not travel between processes")


def _sentence(message: Message) -> _Sentence:
    fields = {n: _sentence(v) if isinstance(v, Message) else v for n, v in message.fields.items()}
    return _Sentence(message.template, fields)


def _unpacked(kind: type, value: Any) -> Any:
    if kind is Message:
        return _message(value)
    if (get_origin(kind) or kind) is np.ndarray:
        array = msgspec.convert(value, _Array)
        return np.frombuffer(array.data, np.dtype(array.dtype)).reshape(array.shape).copy()
    if issubclass(kind, Path):
        return kind(value)
    raise NotImplementedError(f"a {kind} does not travel between processes")


def _message(value: Any) -> Message:
    """Return a message from what arrived: a plain text is one that nobody translates."""
    if isinstance(value, str):
        return Message.of(value)
    return _told(msgspec.convert(value, _Sentence))


def _told(sentence: _Sentence) -> Message:
    fields = {n: _told(v) if isinstance(v, _Sentence) else v for n, v in sentence.fields.items()}
    return Message(sentence.template, fields)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_packed)
_LINES = msgspec.json.Encoder(enc_hook=_packed)
