"""Parts of a CycleRecord as bytes: a few cycles each, with a CRC-32 of their own.

Frames are checked one by one; the CRC-32 checks that the pieces of a part were put together rightly.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass

import numpy as np

from protocols.block import CycleRecord, FloatArray, Snapshots
from protocols.messages import say
from protocols.wire.errors import WireError
from protocols.wire.fields import NS_PER_S, Fields, pack_reals, parse

_COUNTS = struct.Struct("<QII")  # first cycle, cycles, snapshots
_CRC = struct.Struct("<I")


@dataclass(frozen=True)
class Shape:
    """What both sides know beforehand about records: numbers of outputs, points, edges and nodes."""

    outputs: int
    points: int
    edges: int
    nodes: int

    def cycle_bytes(self, width: int) -> int:
        """Return how many bytes a cycle without a snapshot takes."""
        return 2 * self.outputs * width + 20


def sealed(data: bytes) -> bytes:
    """Return data with their CRC-32 behind them."""
    return data + _CRC.pack(binascii.crc32(data))


def unsealed(data: bytes) -> bytes:
    """Return data without their CRC-32; raises WireError when it does not fit."""
    inner, seal = data[: -_CRC.size], data[-_CRC.size :]
    if len(data) < _CRC.size or _CRC.pack(binascii.crc32(inner)) != seal:
        raise WireError(say("a part of the record arrived damaged: its CRC-32 does not fit"))
    return inner


def pack_record(record: CycleRecord, width: int) -> bytes:
    """Return a record as bytes, reals of `width` bytes; snapshots[].cycles count as in the whole run."""
    s = record.snapshots
    return b"".join(
        [
            _COUNTS.pack(record.first_cycle, len(record), len(s.cycles)),
            pack_reals(record.free_outputs, width),
            pack_reals(record.clamped_outputs, width),
            _ns(record.learning_time_s).astype("<u4").tobytes(),
            _ns(record.start_s).astype("<u8").tobytes(),
            _ns(record.lateness_s).astype("<i8").tobytes(),
            np.packbits(record.wrong, bitorder="little").tobytes(),
            s.cycles.astype("<u8").tobytes(),
            pack_reals(s.gates, width),
            pack_reals(s.free_nodes, width),
            pack_reals(s.clamped_nodes, width),
        ]
    )


def unpack_record(data: bytes, shape: Shape, width: int) -> CycleRecord:
    """Return the record that bytes describe; its points, which are not sent, are −1.

    Raises WireError when they do not fit the shape.
    """

    def read(f: Fields) -> CycleRecord:
        first, n, kept = f.take("QII")
        free, clamped = f.reals(width, n, shape.outputs), f.reals(width, n, shape.outputs)
        times = f.array("<u4", n), f.array("<u8", n), f.array("<i8", n)
        bits = f.array("u1", (shape.points + 7) // 8)
        cycles = f.array("<u8", kept).astype(np.int64)
        snapshots = Snapshots(
            cycles,
            f.reals(width, kept, shape.edges),
            f.reals(width, kept, shape.nodes),
            f.reals(width, kept, shape.nodes),
        )
        learning, start, late = (t.astype(np.float64) / NS_PER_S for t in times)
        wrong = np.unpackbits(bits, count=shape.points, bitorder="little").astype(np.bool_)
        points = np.full(n, -1, dtype=np.int64)
        return CycleRecord(first, points, free, clamped, learning, start, late, wrong, snapshots)

    return parse(data, read)


def _ns(seconds: FloatArray) -> FloatArray:
    return np.rint(np.asarray(seconds) * NS_PER_S)
