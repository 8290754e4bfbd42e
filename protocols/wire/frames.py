"""Frames: a header and a body, COBS-encoded, followed by a CRC-16 of what is on the line.

On the line: COBS(header + body), the CRC of these encoded bytes as three bytes with the top bit set, 0x00.
The CRC covers the encoded bytes, for only then what it promises (every single and double bit error, every
burst up to 16 bits) holds for what noise really hits; one wrong COBS code byte becomes many wrong
bytes once decoded. The length in the header finds the rest: a frame cut in two or two run together.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass

from cobs import cobs

from protocols.messages import say
from protocols.wire.errors import WireError
from protocols.wire.kinds import VERSION

HEADER = struct.Struct("<BBHHH")  # version, kind, session, sequence, length of the body
TAIL_BYTES = 3
MAX_BODY = 0xFFFF - 1024
# COBS adds one byte in 254; anything longer than this without a delimiter is no frame.
MAX_LINE = MAX_BODY + HEADER.size + (MAX_BODY + HEADER.size) // 254 + 1 + TAIL_BYTES


@dataclass(frozen=True)
class Frame:
    """One message on the wire; kind is a `FrameKind`, REPLY set in replies; session, sequence: 16 bits."""

    kind: int
    session: int
    sequence: int
    body: bytes = b""
    version: int = VERSION


@dataclass(frozen=True)
class BadFrame:
    """Bytes between two delimiters that are no frame, and why; nothing of them may be used."""

    reason: str
    length: int


def crc16(data: bytes) -> int:
    """Return CRC-16/CCITT-FALSE of data: polynomial 0x1021, start 0xFFFF, not reflected."""
    return binascii.crc_hqx(data, 0xFFFF)


def encode_frame(frame: Frame) -> bytes:
    """Return the bytes of a frame for the line, delimiter included.

    Raises WireError when the body is longer than MAX_BODY.
    """
    if len(frame.body) > MAX_BODY:
        raise WireError(
            say(
                "a body of {count} bytes is too long; {max_body} fit into a frame",
                count=len(frame.body),
                max_body=MAX_BODY,
            )
        )
    header = HEADER.pack(frame.version, frame.kind, frame.session, frame.sequence, len(frame.body))
    line: bytes = cobs.encode(header + frame.body)
    return line + _tail(line) + b"\x00"


def decode_line(line: bytes) -> Frame | BadFrame:
    """Return the frame that stands between two delimiters, or why it is none."""
    encoded, tail = line[:-TAIL_BYTES], line[-TAIL_BYTES:]
    if len(encoded) <= HEADER.size:
        return BadFrame("too short", len(line))
    if tail != _tail(encoded):
        return BadFrame("check sum", len(line))
    try:
        payload = cobs.decode(encoded)
    except cobs.DecodeError:
        return BadFrame("stuffing", len(line))
    if len(payload) < HEADER.size:
        return BadFrame("too short", len(line))
    version, kind, session, sequence, length = HEADER.unpack_from(payload)
    body = bytes(payload[HEADER.size :])
    if len(body) != length:
        return BadFrame("length", len(line))
    return Frame(kind, session, sequence, body, version)


class FrameReader:
    """Cut a stream of bytes into frames, whatever pieces it arrives in."""

    def __init__(self) -> None:
        self._rest = b""
        self._lost = 0

    def feed(self, data: bytes) -> list[Frame | BadFrame]:
        """Take bytes and return every frame, good or bad, that they complete; empty lines are none."""
        *lines, self._rest = (self._rest + data).split(b"\x00")
        found: list[Frame | BadFrame] = []
        for line in lines:
            if self._lost:
                found.append(BadFrame("too long", self._lost + len(line)))
                self._lost = 0
            elif line:
                found.append(decode_line(line))
        if self._lost or len(self._rest) > MAX_LINE:  # until this line ends: count it, do not keep it
            self._lost += len(self._rest)
            self._rest = b""
        return found


def _tail(line: bytes) -> bytes:
    """Return the CRC of a line as three bytes that cannot be a delimiter: 7, 7 and 2 bits, lowest first."""
    crc = crc16(line)
    return bytes((0x80 | crc & 0x7F, 0x80 | crc >> 7 & 0x7F, 0x80 | crc >> 14))
