"""The codec of everything that goes between labctl's processes: typed values to bytes and back.

One codec for both ends: what is sent is a frozen type, what arrives is checked against the same type. Nothing
that could be code is ever unpacked.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np

from protocols.errors import DataError
from protocols.messages import Field, Message, say

T = TypeVar("T")


class _Array(msgspec.Struct, frozen=True):
    """An array on its way: NumPy's name of its numbers, its shape, its bytes in C order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class _NotFinite(msgspec.Struct, frozen=True, tag=True):
    """A number on its way that JSON has no word for: inf, -inf or nan."""

    number: str


class _Sentence(msgspec.Struct, frozen=True, tag=True):
    """A message on its way: its template and values, of which each may be one, too."""

    template: str
    fields: dict[str, str | int | float | bool | _Sentence | _NotFinite | None]


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
    return _Sentence(message.template, {name: _value(field) for name, field in message.fields.items()})


def _value(field: Field) -> str | int | float | bool | _Sentence | _NotFinite | None:
    if isinstance(field, Message):
        return _sentence(field)
    if isinstance(field, float) and not math.isfinite(field):
        return _NotFinite(str(field))
    return field


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
    return Message(sentence.template, {name: _field(value) for name, value in sentence.fields.items()})


def _field(value: str | int | float | bool | _Sentence | _NotFinite | None) -> Field:
    if isinstance(value, _Sentence):
        return _told(value)
    return float(value.number) if isinstance(value, _NotFinite) else value


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_packed)
_LINES = msgspec.json.Encoder(enc_hook=_packed)
