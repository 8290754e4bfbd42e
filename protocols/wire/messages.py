"""Bodies of the short messages: who the board is, what it holds, what it is told and what it answers.

Each class packs itself with `body` and is made from a body with `parse`; layouts are those of
docs/controller-protocol.md. Blocks and records have modules of their own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from protocols.messages import say
from protocols.wire.errors import WireError
from protocols.wire.fields import Fields, parse, text, to_ns
from protocols.wire.kinds import BoardState, EndStatus, ErrorCode

NO_NODE = 0xFFFF  # the negative node of a single-ended output


@dataclass(frozen=True)
class Hello:
    """Open a session: width of reals asked for (bytes) and the dead-man time (s)."""

    width: int
    deadman_s: float

    def body(self) -> bytes:
        """Pack."""
        return struct.pack("<BI", self.width, round(1e3 * self.deadman_s))

    @staticmethod
    def parse(body: bytes) -> Hello:
        """Unpack."""
        width, deadman_ms = parse(body, lambda f: f.take("BI"))
        return Hello(width, deadman_ms / 1e3)


@dataclass(frozen=True)
class Welcome:
    """The board's answer to Hello: who it is, what it is made of and what it accepts; SI units."""

    model: str
    name: str
    serial: str
    firmware: str
    simulated: bool
    width: int  # of reals in this session, in bytes
    nodes: int
    edges: int
    max_sources: int
    max_outputs: int
    node_min_V: float
    node_max_V: float
    gate_min_V: float
    gate_max_V: float
    resolution_V: float  # of the sources
    pulse_max_s: float
    pulse_step_s: float
    block_cycles: int
    block_bytes: int
    max_body: int  # longest body of a frame in either direction, in bytes
    stream_chunks: int  # pieces of a record the board can keep until they are acknowledged
    deadman_min_s: float
    deadman_max_s: float
    deadman_s: float  # as it holds now

    def body(self) -> bytes:
        """Pack."""
        words = b"".join(text(w) for w in (self.model, self.name, self.serial, self.firmware))
        return words + struct.pack(
            "<BBHIHHdddddIIIIHHIII",
            self.simulated,
            self.width,
            self.nodes,
            self.edges,
            self.max_sources,
            self.max_outputs,
            self.node_min_V,
            self.node_max_V,
            self.gate_min_V,
            self.gate_max_V,
            self.resolution_V,
            to_ns(self.pulse_max_s),
            to_ns(self.pulse_step_s),
            self.block_cycles,
            self.block_bytes,
            self.max_body,
            self.stream_chunks,
            round(1e3 * self.deadman_min_s),
            round(1e3 * self.deadman_max_s),
            round(1e3 * self.deadman_s),
        )

    @staticmethod
    def parse(body: bytes) -> Welcome:
        """Unpack; raises WireError when a number cannot be true."""

        def read(f: Fields) -> Welcome:
            model, name, serial, firmware = f.words(), f.words(), f.words(), f.words()
            simulated, width, nodes, edges, sources, outputs = f.take("BBHIHH")
            node_min, node_max, gate_min, gate_max, resolution = f.take("ddddd")
            pulse_max, pulse_step, cycles, size, max_body, chunks = f.take("IIIIHH")
            least, most, now = f.take("III")
            return Welcome(
                model,
                name,
                serial,
                firmware,
                simulated == 1,
                width,
                nodes,
                edges,
                sources,
                outputs,
                node_min,
                node_max,
                gate_min,
                gate_max,
                resolution,
                pulse_max / 1e9,
                pulse_step / 1e9,
                cycles,
                size,
                max_body,
                chunks,
                least / 1e3,
                most / 1e3,
                now / 1e3,
            )

        board = parse(body, read)
        volts = (board.node_min_V, board.node_max_V, board.gate_min_V, board.gate_max_V, board.resolution_V)
        if board.width not in (4, 8) or board.max_body < 64 or not board.stream_chunks:
            raise WireError(
                say("the board offers a width, a length of frames or a window that cannot be used")
            )
        if not np.all(np.isfinite(volts)) or not board.node_min_V < board.node_max_V:
            raise WireError(say("the board names limits that are no range"))
        return board


@dataclass(frozen=True)
class Held:
    """What the board holds right now: state, switches, voltages (V), η, and how far a block has come.

    sources_V and labels_V are one per wired source and output; deadman_s is the time of silence after
    which the board trips; cycles_done counts within the latest block.
    """

    state: BoardState
    learning_on: bool
    clamps_released: bool
    sources_V: tuple[float, ...]
    labels_V: tuple[float, ...]
    eta: float
    deadman_s: float
    cycles_done: int

    def body(self) -> bytes:
        """Pack; reals are float64 whatever the session's width."""
        sources, labels = len(self.sources_V), len(self.labels_V)
        return struct.pack(
            f"<BBBdIIHH{sources + labels}d",
            self.state,
            self.learning_on,
            self.clamps_released,
            self.eta,
            round(1e3 * self.deadman_s),
            self.cycles_done,
            sources,
            labels,
            *self.sources_V,
            *self.labels_V,
        )

    @staticmethod
    def parse(body: bytes) -> Held:
        """Unpack."""

        def read(f: Fields) -> Held:
            state, learning, released, eta, deadman_ms, done, sources, labels = f.take("BBBdIIHH")
            return Held(
                BoardState(known(BoardState, state)),
                learning != 0,
                released != 0,
                f.take(f"{sources}d"),
                f.take(f"{labels}d"),
                eta,
                deadman_ms / 1e3,
                done,
            )

        return parse(body, read)


@dataclass(frozen=True)
class WireUp:
    """Which nodes the sources drive, and the nodes (positive, negative or NO_NODE) of each output."""

    sources: tuple[int, ...]
    outputs: tuple[tuple[int, int], ...]

    def body(self) -> bytes:
        """Pack."""
        flat = [node for pair in self.outputs for node in pair]
        counts = len(self.sources), len(self.outputs)
        return struct.pack(f"<HH{len(self.sources) + len(flat)}H", *counts, *self.sources, *flat)

    @staticmethod
    def parse(body: bytes) -> WireUp:
        """Unpack."""

        def read(f: Fields) -> WireUp:
            sources, outputs = f.take("HH")
            return WireUp(f.take(f"{sources}H"), tuple(f.take("HH") for _ in range(outputs)))

        return parse(body, read)


@dataclass(frozen=True)
class ErrorReply:
    """An ERROR reply: the code and the board's own words."""

    code: ErrorCode
    words: str = ""

    def body(self) -> bytes:
        """Pack."""
        return struct.pack("<H", self.code) + text(self.words)

    @staticmethod
    def parse(body: bytes) -> ErrorReply:
        """Unpack."""

        def read(f: Fields) -> ErrorReply:
            return ErrorReply(ErrorCode(known(ErrorCode, f.one("H"))), f.words())

        return parse(body, read)


@dataclass(frozen=True)
class Ack:
    """STREAM_ACK: everything before `next_chunk` is here, `window` chunks from there on may come.

    `resend` asks for everything from next_chunk on once more.
    """

    next_chunk: int
    window: int
    resend: bool = False

    def body(self) -> bytes:
        """Pack."""
        return struct.pack("<IHB", self.next_chunk, self.window, self.resend)

    @staticmethod
    def parse(body: bytes) -> Ack:
        """Unpack."""
        next_chunk, window, resend = parse(body, lambda f: f.take("IHB"))
        return Ack(next_chunk, window, resend != 0)


@dataclass(frozen=True)
class Chunk:
    """STREAM: a piece of the record of a block; `closes` ends a part of it, `last` ends all of it."""

    index: int
    data: bytes
    closes: bool
    last: bool

    def body(self) -> bytes:
        """Pack."""
        return struct.pack("<IB", self.index, self.closes | self.last << 1) + self.data

    @staticmethod
    def parse(body: bytes) -> Chunk:
        """Unpack."""

        def read(f: Fields) -> Chunk:
            index, flags = f.take("IB")
            return Chunk(index, f.rest(), flags & 1 != 0, flags & 2 != 0)

        return parse(body, read)


CHUNK_OVERHEAD = 5  # bytes of a STREAM body that are not data


@dataclass(frozen=True)
class Ending:
    """The last part of a record: how the block ended, after how many cycles, and the board's words."""

    status: EndStatus
    cycles_done: int
    words: str = ""

    def body(self) -> bytes:
        """Pack."""
        return struct.pack("<BI", self.status, self.cycles_done) + text(self.words)

    @staticmethod
    def parse(body: bytes) -> Ending:
        """Unpack."""

        def read(f: Fields) -> Ending:
            status, done = f.take("BI")
            return Ending(EndStatus(known(EndStatus, status)), done, f.words())

        return parse(body, read)


def known(codes: type[BoardState] | type[ErrorCode] | type[EndStatus], number: int) -> int:
    """Return a number that is one of the codes; raises WireError when it is not."""
    if number not in set(codes):
        raise WireError(say("{number} is no {kind}", number=number, kind=codes.__name__))
    return number
