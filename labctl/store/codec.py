"""The blob codec: named arrays as one self-describing, checksummed piece of bytes.

A blob is a head of JSON (names, types, shapes, how each array is packed), the arrays one after another,
little-endian and in C order, and a CRC-32 of everything before it. An array whose entries are all the
same bit pattern is kept as one entry: lateness is zero and pulses are equal in most blocks.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocols.errors import DataError

MAGIC = b"LBC1"
_HEAD = struct.Struct("<4sI")
_CHECKSUM = struct.Struct("<I")
_KINDS = "fiub"  # floats, signed and unsigned integers, booleans

Arrays = Mapping[str, NDArray[Any]]


def encode(arrays: Arrays, notes: Mapping[str, Any] | None = None) -> bytes:
    """Pack named arrays, and notes that JSON can hold, into one blob.

    Every bit of every value comes back, payloads of NaN included. Raises DataError for an array whose
    type is not a plain number or truth value.
    """
    entries: list[tuple[str, str, tuple[int, ...], bool]] = []
    parts: list[bytes] = []
    for name, values in arrays.items():
        array = np.asarray(values)
        if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
            raise DataError(f"'{name}' is of type {array.dtype}, which a stored block cannot hold")
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(-1)
        constant = plain.size > 1 and _all_bits_equal(plain)
        entries.append((name, plain.dtype.str, array.shape, constant))
        parts.append((plain[:1] if constant else plain).tobytes())
    head = json.dumps([entries, dict(notes or {})], separators=(",", ":")).encode()
    body = b"".join([_HEAD.pack(MAGIC, len(head)), head, *parts])
    return body + _CHECKSUM.pack(zlib.crc32(body))


def decode(blob: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Unpack a blob into its arrays and notes. Raises DataError when it is damaged or no blob."""
    least = _HEAD.size + _CHECKSUM.size
    if len(blob) < least or _HEAD.unpack_from(blob)[0] != MAGIC:
        raise DataError("a stored block is not in labctl's format")
    if zlib.crc32(memoryview(blob)[: -_CHECKSUM.size]) != _CHECKSUM.unpack_from(blob, len(blob) - 4)[0]:
        raise DataError("a stored block is damaged: its checksum does not fit")
    length = _HEAD.unpack_from(blob)[1]
    entries, notes = json.loads(blob[_HEAD.size : _HEAD.size + length])
    offset = _HEAD.size + length
    arrays: dict[str, NDArray[Any]] = {}
    for name, kind, shape, constant in entries:
        dtype = np.dtype(kind)
        stored = 1 if constant else int(np.prod(shape, dtype=np.int64))
        values = np.frombuffer(blob, dtype, stored, offset)
        offset += stored * dtype.itemsize
        arrays[name] = (
            np.repeat(values, int(np.prod(shape))).reshape(shape) if constant else values.reshape(shape)
        )
    return arrays, notes


def smallest_unsigned(values: NDArray[Any]) -> NDArray[Any]:
    """Return non-negative integers in the smallest unsigned type that holds them."""
    highest = int(values.max()) if values.size else 0
    return values.astype(np.min_scalar_type(highest))


def _all_bits_equal(plain: NDArray[Any]) -> bool:
    bits = plain.view(f"<u{plain.dtype.itemsize}")
    return bool(bits[0] == bits[-1]) and bool((bits == bits[0]).all())
