"""Kinds of messages, board states and codes; the numbers are those of docs/controller-protocol.md."""

from __future__ import annotations

from enum import IntEnum

VERSION = 1
MODEL = "clln-controller"  # what every board of this protocol calls itself
REPLY = 0x80  # set in the kind of a reply


class FrameKind(IntEnum):
    """What a frame is; requests below 0x40 are answered by the same kind with REPLY set, or by ERROR."""

    HELLO = 0x01
    STATUS = 0x02
    SAFE = 0x03
    WIRE = 0x04
    SET_SOURCES = 0x05
    SET_LABELS = 0x06
    SET_ETA = 0x07
    SET_DEADMAN = 0x08
    LEARN_PULSE = 0x09
    READ_NODES = 0x0A
    READ_GATES = 0x0B
    RESET_GATES = 0x0C
    MEASURE = 0x0D
    IDENTIFY = 0x0E  # who is there? heard in every session and state, and changes nothing
    BLOCK_BEGIN = 0x10
    BLOCK_DATA = 0x11
    RUN = 0x12
    STREAM = 0x40  # board to host: a piece of the record of a block
    STREAM_ACK = 0x41  # host to board: what has arrived, and how much more may come
    PROGRESS = 0x42  # board to host: nothing to send, but alive
    ERROR = 0x7F  # the reply to a request that was not carried out


class BoardState(IntEnum):
    """What the board is doing."""

    SAFE = 0  # learning off, sources 0 V, clamps released
    DRIVING = 1  # sources or labels may stand at a voltage; the dead-man timer counts
    RUNNING = 2  # a block runs; the dead-man timer counts
    TRIPPED = 3  # as SAFE, put there by the dead-man timer; drives nothing until told SAFE or HELLO


class EndStatus(IntEnum):
    """How a block ended."""

    DONE = 0
    STOPPED = 1  # by SAFE
    DEADMAN = 2  # the host was silent for too long
    OVERRUN = 3  # records were lost inside the board
    FAILED = 4  # the board could not go on; the text says why


class ErrorCode(IntEnum):
    """Why a request was not carried out."""

    VERSION = 1  # of the protocol; the header carries the board's
    NO_SESSION = 2  # this session does not exist (any more): say HELLO
    UNKNOWN = 3  # no such kind of message
    MALFORMED = 4  # the body does not parse
    LIMIT = 5  # a value outside the board's limits
    BUSY = 6  # a block runs: only SAFE, STATUS and STREAM_ACK are heard
    TRIPPED = 7  # the dead-man timer fired: say SAFE first
    NOT_WIRED = 8  # sources and outputs are not told yet
    BAD_BLOCK = 9  # the uploaded block is incomplete, damaged or inconsistent
    OVERRUN = 10  # the frame was lost in the receive buffer: send it again
    HARDWARE = 11  # a part of the board failed; the text says which
