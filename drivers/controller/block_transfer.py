"""A block on its way to the controller board in pieces, and its record on the way back."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator

from drivers.controller.records import RecordReader
from drivers.controller.session import ControllerSession
from drivers.errors import OutOfLimit
from protocols.block import CycleBlock, CycleRecord
from protocols.messages import say
from protocols.wire import FrameKind, WireError
from protocols.wire.block_codec import pack_block
from protocols.wire.record_codec import Shape


def upload_block(session: ControllerSession, block: CycleBlock) -> None:
    """Send a block to the board, which keeps it until it is told to run it.

    Raises OutOfLimit, with nothing sent, when it is too long for the board; NotTaken when it does not arrive.
    """
    board = session.board()
    try:
        data = pack_block(block, board.width)
    except WireError as error:
        raise _too_long(session, error.message) from error
    if len(data) > board.block_bytes:
        happened = say(
            "a block of {count} bytes is too long, it keeps {block_bytes}",
            count=len(data),
            block_bytes=board.block_bytes,
        )
        raise _too_long(session, happened)
    session.request(FrameKind.BLOCK_BEGIN, struct.pack("<II", len(data), binascii.crc32(data)))
    size = board.max_body - 4
    for offset in range(0, len(data), size):
        piece = data[offset : offset + size]
        body = session.request(FrameKind.BLOCK_DATA, struct.pack("<I", offset) + piece)
        if session.number("I", body) != offset + len(piece):
            raise session.not_taken(say("the block"))


def run_uploaded(
    session: ControllerSession, block: CycleBlock, *, window: int, poll_s: float, longest_pulse_s: float
) -> Iterator[CycleRecord]:
    """Have the board run the block that was uploaded; yield records of a few cycles each, in order.

    window: chunks of the record that may be under way; poll_s: silence after which more is asked for, in
    seconds. Raises InstrumentError when the block does not end as it should; the board is then as it is.
    """
    board, link = session.board(), session.link()
    window = min(window, board.stream_chunks)
    link.expect_pieces()
    cycles = session.number("I", session.request(FrameKind.RUN, struct.pack("<H", window)))
    if cycles != len(block):
        raise session.not_taken(say("the block"))
    reader = RecordReader(link, link.sequence, window=window, poll_s=poll_s)
    shape = Shape(len(block.labels[0]), len(block.wrong), board.edges, board.nodes)
    yield from reader.records(block, shape, board.width, longest_pulse_s)


def _too_long(session: ControllerSession, happened: str) -> OutOfLimit:
    return OutOfLimit(session.name, session.url, happened, action=say("nothing was sent; use shorter blocks"))
