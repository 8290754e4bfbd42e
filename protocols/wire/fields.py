"""Numbers in the bodies of messages: little-endian, reals as float32 or float64 as agreed in HELLO."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocols.block import FloatArray
from protocols.messages import say
from protocols.wire.errors import WireError

NS_PER_S = 1e9
_REAL: dict[int, np.dtype[Any]] = {4: np.dtype("<f4"), 8: np.dtype("<f8")}
_T = TypeVar("_T")


def real_dtype(width: int) -> np.dtype[Any]:
    """Return the type of reals of this width in bytes; raises WireError unless it is 4 or 8."""
    if width not in _REAL:
        raise WireError(say("reals of {width} bytes do not exist; 4 and 8 do", width=width))
    return _REAL[width]


def pack_reals(values: ArrayLike, width: int) -> bytes:
    """Return values, row by row, as reals of the width agreed on."""
    return np.ascontiguousarray(values, dtype=real_dtype(width)).tobytes()


def to_ns(seconds: float) -> int:
    """Return a time as whole nanoseconds, the nearest."""
    return round(seconds * NS_PER_S)


def text(words: str) -> bytes:
    """Return words as one byte of length and UTF-8; what does not fit is cut off."""
    encoded = words.encode("utf-8")[:255].decode("utf-8", errors="ignore").encode("utf-8")
    return bytes([len(encoded)]) + encoded


class Fields:
    """Read a body field by field, in order; raises WireError when it ends too early or too late."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Return the next numbers by a struct layout without byte order: it is little-endian."""
        packed = struct.Struct("<" + layout)
        return packed.unpack(self.raw(packed.size))

    def one(self, layout: str) -> Any:
        """Return the next number."""
        return self.take(layout)[0]

    def raw(self, count: int) -> bytes:
        """Return the next bytes."""
        end = self._at + count
        if end > len(self._body):
            raise WireError(
                say("the body ends after {count} bytes, {end} are needed", count=len(self._body), end=end)
            )
        piece = self._body[self._at : end]
        self._at = end
        return piece

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.raw(len(self._body) - self._at)

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        """Return the next `count` numbers of a type such as "<u4"."""
        kind = np.dtype(dtype)
        return np.frombuffer(self.raw(count * kind.itemsize), dtype=kind)

    def reals(self, width: int, *shape: int) -> FloatArray:
        """Return the next reals as float64 of this shape."""
        count = int(np.prod(shape))
        return self.array(real_dtype(width).str, count).astype(np.float64).reshape(shape)

    def all_reals(self, width: int) -> FloatArray:
        """Return all that is left as reals."""
        left = len(self._body) - self._at
        return self.reals(width, left // width)

    def words(self) -> str:
        """Return the next text."""
        try:
            return self.raw(self.one("B")).decode("utf-8", errors="strict")
        except UnicodeDecodeError as error:
            raise WireError(say("a text is not UTF-8")) from error

    def end(self) -> None:
        """Raise WireError unless everything was read."""
        if self._at != len(self._body):
            raise WireError(
                say("{count} bytes too many at the end of the body", count=len(self._body) - self._at)
            )


def parse(body: bytes, read: Callable[[Fields], _T]) -> _T:
    """Return what `read` makes of a body; raises WireError unless it is read to its end."""
    fields = Fields(body)
    value = read(fields)
    fields.end()
    return value
