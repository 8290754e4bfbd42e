"""The emulated board's state machine, frame by frame, with the clock in the test's hand."""

from __future__ import annotations

import binascii
import struct
from dataclasses import replace

import numpy as np
import pytest

from protocols import CycleBlock, Method, TimeRule
from protocols.wire import MODEL, REPLY, BoardState, ErrorCode, Frame, FrameKind, FrameReader
from protocols.wire.block_codec import pack_block
from protocols.wire.fields import Fields, pack_reals
from protocols.wire.messages import NO_NODE, Ack, Chunk, Ending, ErrorReply, Held, Hello, Welcome, WireUp
from protocols.wire.record_codec import unsealed
from sim_backend import SimBench
from sim_backend.emulators.controller.firmware import ControllerFirmware
from sim_backend.emulators.controller.plant import BoardParts, wiring_of

from ..boards import lattice_wiring

NETWORK = lattice_wiring().network
TOLD = WireUp((5, 7, 15, 13), ((10, 0),))
SOURCES = pack_reals([0.1, 0.3, 0.2, 0.4], 8)


class Host:
    """A host that counts its requests and speaks to a board without a line."""

    def __init__(self, session: int = 7, deadman_s: float = 1.0, **parts: object) -> None:
        self.board = ControllerFirmware(SimBench(), BoardParts(NETWORK, **parts))  # type: ignore[arg-type]
        self.now_s = 100.0
        self.session, self.sequence = session, 0
        self.deadman_s = deadman_s

    def ask(self, kind: int, body: bytes = b"", *, sequence: int | None = None) -> Frame | None:
        if sequence is None:
            self.sequence = sequence = (self.sequence + 1) & 0xFFFF
        return self.board.receive(Frame(kind, self.session, sequence, body), self.now_s)

    def hello(self) -> Welcome:
        reply = self.ask(FrameKind.HELLO, Hello(8, self.deadman_s).body())
        assert reply is not None
        assert reply.kind == FrameKind.HELLO | REPLY
        return Welcome.parse(reply.body)

    def ready(self) -> Host:
        self.hello()
        assert self.says(FrameKind.WIRE, TOLD.body()) == TOLD.body()
        return self

    def says(self, kind: int, body: bytes = b"") -> bytes:
        reply = self.ask(kind, body)
        assert reply is not None
        assert reply.kind == kind | REPLY, ErrorReply.parse(reply.body)
        return reply.body

    def refuses(self, kind: int, body: bytes = b"") -> ErrorCode:
        reply = self.ask(kind, body)
        assert reply is not None
        assert reply.kind == FrameKind.ERROR | REPLY
        return ErrorReply.parse(reply.body).code

    def passes(self, seconds: float) -> BoardState:
        self.now_s += seconds
        self.board.tick(self.now_s)
        return self.board.held().state

    def load(self, cycles: int = 400, **changes: object) -> None:
        zeros = np.zeros(cycles, dtype=np.int64)
        block = CycleBlock(
            0,
            zeros,
            np.tile([0.1, 0.3, 0.2, 0.4], (cycles, 1)),
            np.full((cycles, 1), 0.03),
            Method(),
            np.zeros((1, 1)),
            np.ones(1, dtype=bool),
            **changes,  # type: ignore[arg-type]
        )
        self.upload(pack_block(block, 8))

    def upload(self, data: bytes, crc: int | None = None) -> None:
        seal = binascii.crc32(data) if crc is None else crc
        self.says(FrameKind.BLOCK_BEGIN, struct.pack("<II", len(data), seal))
        for at in range(0, len(data), 1000):
            piece = data[at : at + 1000]
            held = self.says(FrameKind.BLOCK_DATA, struct.pack("<I", at) + piece)
            assert held == struct.pack("<I", at + len(piece))

    def run(self, window: int = 1000) -> None:
        self.says(FrameKind.RUN, struct.pack("<H", window))

    def work(self, turns: int = 1000) -> list[Chunk]:
        lines = b"".join(line for _ in range(turns) for line in self.board.work())
        return [Chunk.parse(f.body) for f in FrameReader().feed(lines) if isinstance(f, Frame)]


# ── sessions and sequence numbers ───────────────────────────────────────────────────────────────


def test_nothing_is_done_without_a_session() -> None:
    host = Host()
    for kind in FrameKind:
        if kind not in (FrameKind.HELLO, FrameKind.IDENTIFY):
            assert host.refuses(kind) is ErrorCode.NO_SESSION
    assert host.hello().model == MODEL


def test_whoever_only_asks_changes_nothing() -> None:
    host = Host().ready()
    host.says(FrameKind.SET_SOURCES, SOURCES)
    held, latest, executed = host.board.held(), host.sequence, host.board.executed
    asker = Host()
    asker.board, asker.session, asker.now_s = host.board, 99, host.now_s + 0.9
    assert Welcome.parse(asker.says(FrameKind.IDENTIFY)).model == MODEL
    assert (host.board.held(), host.board.executed) == (held, executed)
    assert host.ask(FrameKind.SET_SOURCES, SOURCES, sequence=latest) is not None  # the latest answer is kept
    assert host.board.executed == executed
    asker.now_s = host.now_s + 0.9
    assert asker.says(FrameKind.IDENTIFY)
    assert host.passes(1.1) is BoardState.TRIPPED  # it is no sign of life


def test_another_session_takes_over_and_finds_the_board_safe() -> None:
    host = Host().ready()
    host.says(FrameKind.SET_SOURCES, SOURCES)
    old = host.session
    host.session, host.sequence = 8, 500
    host.hello()
    assert host.board.held().state is BoardState.SAFE
    assert set(host.board.held().sources_V) == {0.0}
    host.session = old
    assert host.refuses(FrameKind.STATUS) is ErrorCode.NO_SESSION


def test_a_repeated_request_is_answered_from_memory() -> None:
    host = Host().ready()
    host.says(FrameKind.SET_SOURCES, SOURCES)
    done = host.board.executed
    first = host.ask(FrameKind.LEARN_PULSE, struct.pack("<I", 100_000))
    for _ in range(3):
        assert host.ask(FrameKind.LEARN_PULSE, struct.pack("<I", 100_000), sequence=host.sequence) == first
    assert host.board.executed == done + 1


def test_a_hello_that_is_repeated_does_not_end_the_session() -> None:
    host = Host()
    host.hello()
    first = host.ask(FrameKind.HELLO, Hello(8, 1.0).body(), sequence=host.sequence)
    assert first is not None
    host.says(FrameKind.WIRE, TOLD.body())


def test_an_old_request_that_took_a_long_way_is_not_heard() -> None:
    host = Host().ready()
    host.says(FrameKind.SET_SOURCES, SOURCES)
    done = host.board.executed
    assert host.ask(FrameKind.SAFE, sequence=host.sequence - 1) is None
    assert host.board.held().state is BoardState.DRIVING
    assert host.board.executed == done


def test_sequence_numbers_run_over_and_may_skip() -> None:
    host = Host().ready()
    for ahead in (0x7FFF, 0x7FF0, *[1] * 20, 0x7FFF, 40):
        host.sequence = (host.sequence + ahead - 1) & 0xFFFF
        host.says(FrameKind.STATUS)


def test_another_version_is_told_so_whatever_it_asks() -> None:
    host = Host()
    reply = host.board.receive(Frame(99, 7, 1, b"?", version=9), 0.0)
    assert reply is not None
    assert (reply.version, ErrorReply.parse(reply.body).code) == (1, ErrorCode.VERSION)


@pytest.mark.parametrize("kind", [0, 0x0F, 0x3F, 0x7E, 0xFF])
def test_an_unknown_kind_is_refused(kind: int) -> None:
    assert Host().ready().refuses(kind) is ErrorCode.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (FrameKind.SET_SOURCES, SOURCES[:-1], ErrorCode.MALFORMED),
        (FrameKind.SET_SOURCES, SOURCES + b"\x00", ErrorCode.MALFORMED),
        (FrameKind.SET_SOURCES, pack_reals([0.1, np.nan, 0.2, 0.4], 8), ErrorCode.MALFORMED),
        (FrameKind.SET_SOURCES, pack_reals([0.1, 0.46, 0.2, 0.4], 8), ErrorCode.LIMIT),
        (FrameKind.SET_SOURCES, pack_reals([0.1, -0.1, 0.2, 0.4], 8), ErrorCode.LIMIT),
        (FrameKind.SET_LABELS, pack_reals([0.5], 8), ErrorCode.LIMIT),
        (FrameKind.SET_ETA, struct.pack("<d", float("nan")), ErrorCode.LIMIT),
        (FrameKind.SET_DEADMAN, struct.pack("<I", 20), ErrorCode.LIMIT),
        (FrameKind.LEARN_PULSE, struct.pack("<I", 0), ErrorCode.LIMIT),
        (FrameKind.LEARN_PULSE, struct.pack("<I", 100_000_001), ErrorCode.LIMIT),
        (FrameKind.RESET_GATES, struct.pack("<I", 0) + pack_reals([5.1], 8), ErrorCode.LIMIT),
        (FrameKind.RESET_GATES, struct.pack("<I", 32) + pack_reals([2.0], 8), ErrorCode.LIMIT),
        (FrameKind.RESET_GATES, struct.pack("<I", 1) + pack_reals([2.0], 8), ErrorCode.LIMIT),
        (FrameKind.READ_NODES, struct.pack("<IH", 10, 7), ErrorCode.LIMIT),
        (FrameKind.READ_GATES, struct.pack("<IH", 0, 0), ErrorCode.LIMIT),
        (FrameKind.MEASURE, pack_reals([0.1, 0.1, 0.1], 8), ErrorCode.MALFORMED),
        (FrameKind.MEASURE, pack_reals([0.1, 0.1, 0.1, 0.5], 8), ErrorCode.LIMIT),
        (FrameKind.WIRE, WireUp((5,), ((40, NO_NODE),)).body(), ErrorCode.LIMIT),
        (FrameKind.WIRE, WireUp(tuple(range(9)), ((10, NO_NODE),)).body(), ErrorCode.LIMIT),
        (FrameKind.BLOCK_BEGIN, struct.pack("<II", 1 << 23, 0), ErrorCode.LIMIT),
        (FrameKind.BLOCK_DATA, struct.pack("<I", 0) + b"x", ErrorCode.BAD_BLOCK),
        (FrameKind.RUN, struct.pack("<H", 1), ErrorCode.BAD_BLOCK),
        (FrameKind.HELLO, b"", ErrorCode.MALFORMED),
        (FrameKind.HELLO, Hello(8, 1000.0).body(), ErrorCode.LIMIT),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    kind: FrameKind, body: bytes, code: ErrorCode
) -> None:
    host = Host().ready()
    before = host.board.held()
    assert host.refuses(kind, body) is code
    assert host.board.held() == before


def test_driving_needs_wires() -> None:
    host = Host()
    host.hello()
    for kind in (
        FrameKind.SET_SOURCES,
        FrameKind.LEARN_PULSE,
        FrameKind.READ_NODES,
        FrameKind.RUN,
        FrameKind.MEASURE,
    ):
        assert host.refuses(kind) is ErrorCode.NOT_WIRED


def test_the_same_wiring_again_leaves_the_gates_alone() -> None:
    host = Host().ready()
    gates = pack_reals(np.full(32, 3.25), 8)
    assert host.says(FrameKind.RESET_GATES, struct.pack("<I", 0) + gates) == struct.pack("<I", 32)
    host.says(FrameKind.WIRE, TOLD.body())
    assert host.says(FrameKind.READ_GATES, struct.pack("<IH", 0, 32))[4:] == gates


# ── the dead-man timer ───────────────────────────────────────────────────────────────────────────


def test_silence_while_driving_trips_the_board_once_the_time_is_over() -> None:
    host = Host(deadman_s=0.5).ready()
    host.says(FrameKind.SET_SOURCES, SOURCES)
    assert host.passes(0.499) is BoardState.DRIVING
    host.says(FrameKind.STATUS)
    assert host.passes(0.499) is BoardState.DRIVING
    assert host.passes(0.002) is BoardState.TRIPPED
    held = host.board.held()
    assert (held.learning_on, held.clamps_released, set(held.sources_V)) == (False, True, {0.0})
    for kind in (
        FrameKind.SET_SOURCES,
        FrameKind.LEARN_PULSE,
        FrameKind.RUN,
        FrameKind.MEASURE,
        FrameKind.RESET_GATES,
    ):
        assert host.refuses(kind, SOURCES) is ErrorCode.TRIPPED
    assert Held.parse(host.says(FrameKind.STATUS)).state is BoardState.TRIPPED
    assert Held.parse(host.says(FrameKind.SAFE)).state is BoardState.SAFE
    host.says(FrameKind.SET_SOURCES, SOURCES)


def test_a_repeated_request_is_a_sign_of_life_and_another_session_is_none() -> None:
    host = Host(deadman_s=0.5).ready()
    host.says(FrameKind.SET_SOURCES, SOURCES)
    host.passes(0.4)
    host.ask(FrameKind.SET_SOURCES, SOURCES, sequence=host.sequence)
    assert host.passes(0.4) is BoardState.DRIVING
    host.session += 1
    host.refuses(FrameKind.STATUS)
    assert host.passes(0.2) is BoardState.TRIPPED


def test_a_board_at_rest_waits_for_ever() -> None:
    host = Host(deadman_s=0.5).ready()
    assert host.passes(1e6) is BoardState.SAFE


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────


def parts_of(chunks: list[Chunk]) -> list[bytes]:
    parts, part = [], b""
    for chunk in chunks:
        part += chunk.data
        if chunk.closes:
            parts.append(unsealed(part))
            part = b""
    assert not part
    return parts


def test_a_block_ends_with_its_ending_and_leaves_the_sources_driven() -> None:
    host = Host().ready()
    host.load()
    host.run()
    assert host.board.held().learning_on
    chunks = host.work()
    assert [c.index for c in chunks] == list(range(len(chunks)))
    assert [c.last for c in chunks] == [False] * (len(chunks) - 1) + [True]
    end = Ending.parse(parts_of(chunks)[-1])
    assert (end.status, end.cycles_done) == (0, 400)
    held = host.board.held()
    assert (held.state, held.learning_on, held.clamps_released) == (BoardState.DRIVING, False, True)
    assert held.sources_V == (0.1, 0.3, 0.2, 0.4)


def test_only_safe_and_status_are_heard_while_a_block_runs() -> None:
    host = Host().ready()
    host.load()
    host.run()
    for kind in (
        FrameKind.SET_SOURCES,
        FrameKind.LEARN_PULSE,
        FrameKind.RUN,
        FrameKind.WIRE,
        FrameKind.BLOCK_BEGIN,
    ):
        assert host.refuses(kind) is ErrorCode.BUSY
    host.work(1)
    assert 0 < Held.parse(host.says(FrameKind.STATUS)).cycles_done < 400
    assert Held.parse(host.says(FrameKind.SAFE)).state is BoardState.SAFE
    end = Ending.parse(parts_of(host.work())[-1])
    assert end.status == 1
    assert end.cycles_done < 400


def test_the_board_waits_when_nobody_takes_the_record_and_repeats_what_was_lost() -> None:
    host = Host(max_body=128).ready()
    host.load()
    host.run(window=3)
    first = host.work()
    assert [c.index for c in first] == [0, 1, 2]
    waiting = host.board.held()
    assert (waiting.state, waiting.learning_on) == (BoardState.RUNNING, False)
    host.ask(FrameKind.STREAM_ACK, Ack(1, 3).body(), sequence=0)
    assert [c.index for c in host.work()] == [3]
    host.ask(FrameKind.STREAM_ACK, Ack(2, 3, resend=True).body(), sequence=0)
    assert [c.index for c in host.work()] == [2, 3, 4]
    host.ask(FrameKind.STREAM_ACK, Ack(0, 3, resend=True).body(), sequence=0)


def test_a_poll_is_answered_even_when_there_is_nothing_to_send() -> None:
    host = Host().ready()
    host.load()
    host.run(window=1)
    host.work()
    reply = host.ask(FrameKind.STREAM_ACK, Ack(1, 0, resend=True).body(), sequence=0)
    assert reply is not None
    assert reply.kind == FrameKind.PROGRESS
    done, produced = Fields(reply.body).take("II")
    assert done == host.board.held().cycles_done > 0
    assert produced >= 1


def test_a_board_that_waits_for_the_host_trips_as_well() -> None:
    host = Host(deadman_s=0.5).ready()
    host.load()
    host.run(window=1)
    host.work()
    assert host.passes(0.6) is BoardState.TRIPPED
    host.ask(FrameKind.STREAM_ACK, Ack(1, 100).body(), sequence=0)
    assert Ending.parse(parts_of(host.work())[-1]).status == 2


def test_records_the_board_has_lost_are_not_made_up() -> None:
    host = Host(max_body=128).ready()
    host.load()
    host.run(window=4)
    host.work()
    host.board.overrun()
    reply = host.ask(FrameKind.STREAM_ACK, Ack(0, 4, resend=True).body(), sequence=0)
    assert reply is not None
    assert ErrorReply.parse(reply.body).code is ErrorCode.OVERRUN
    assert host.board.held().state is BoardState.SAFE


def test_a_block_that_is_damaged_or_made_for_another_board_does_not_run() -> None:
    host = Host().ready()
    zeros = np.zeros(1, dtype=np.int64)
    good = CycleBlock(0, zeros, np.zeros((1, 4)), np.zeros((1, 1)), Method(), np.zeros((1, 1)), zeros == 0)
    host.upload(pack_block(good, 8), crc=1)
    assert host.refuses(FrameKind.RUN, struct.pack("<H", 1)) is ErrorCode.BAD_BLOCK
    for bad in (
        replace(good, inputs=np.zeros((1, 3))),
        replace(good, inputs=np.full((1, 4), 0.5)),
        replace(good, method=Method(time=TimeRule(pulse_s=0.2))),
    ):
        host.upload(pack_block(bad, 8))
        assert host.refuses(FrameKind.RUN, struct.pack("<H", 1)) is ErrorCode.BAD_BLOCK
    host.upload(pack_block(good, 8))
    host.run()


def test_a_piece_of_a_block_out_of_place_is_not_stored() -> None:
    host = Host().ready()
    host.says(FrameKind.BLOCK_BEGIN, struct.pack("<II", 10, 0))
    assert host.says(FrameKind.BLOCK_DATA, struct.pack("<I", 5) + b"12345") == struct.pack("<I", 0)
    assert host.says(FrameKind.BLOCK_DATA, struct.pack("<I", 0) + b"12345") == struct.pack("<I", 5)
    assert host.says(FrameKind.BLOCK_DATA, struct.pack("<I", 5) + b"123456") == struct.pack("<I", 5)


def test_crossed_wires_are_crossed_in_the_plant_only() -> None:
    parts = BoardParts(NETWORK, crossed={15: 13, 13: 15})
    wiring, astray = wiring_of(TOLD, parts)
    assert astray == {}
    assert wiring.source_nodes == (5, 7, 13, 15)
    assert wiring.target_nodes == (10, 0)


def test_an_output_on_a_driven_node_is_read_there_and_not_trained() -> None:
    host = Host(crossed_outputs={10: 7}).ready()  # its other wire, on node 0, is where it should be
    measured = np.frombuffer(host.says(FrameKind.MEASURE, SOURCES), offset=4)
    nodes = np.frombuffer(host.says(FrameKind.READ_NODES, struct.pack("<IH", 0, 16)), offset=4)
    assert measured == pytest.approx(nodes[7] - nodes[0])
    assert nodes[7] == pytest.approx(0.3)
    assert host.refuses(FrameKind.LEARN_PULSE, struct.pack("<I", 1000)) is ErrorCode.HARDWARE
    host.load(cycles=4)
    assert host.refuses(FrameKind.RUN, struct.pack("<H", 10)) is ErrorCode.HARDWARE
