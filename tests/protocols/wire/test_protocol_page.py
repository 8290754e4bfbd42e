"""docs/controller-protocol.md says what the codec does: example frames, kinds, states and codes."""

from __future__ import annotations

import re
import struct
from enum import IntEnum
from pathlib import Path

import pytest

from protocols.wire import (
    MODEL,
    REPLY,
    BoardState,
    EndStatus,
    ErrorCode,
    Frame,
    FrameKind,
    FrameReader,
    encode_frame,
)
from protocols.wire.fields import pack_reals
from protocols.wire.messages import NO_NODE, Ack, Chunk, Ending, ErrorReply, Held, Hello, Welcome, WireUp
from protocols.wire.record_codec import sealed

PAGE = (Path(__file__).parents[3] / "docs" / "controller-protocol.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"```hex (\S+)\n(.*?)```", PAGE, re.DOTALL))

WELCOME = Welcome(
    MODEL, "board 3", "B-03", "1.0", False, 4, 16, 32, 8, 8, 0.0, 0.4532, 0.75, 5.03, 0.0018,
    0.1, 1e-6, 2000, 65536, 1024, 16, 0.05, 10.0, 2.0,
)  # fmt: skip
HELD = Held(BoardState.DRIVING, False, True, (0.1, 0.25), (-0.0625,), 0.5, 2.0, 0)
ENDING = Ending(EndStatus.DONE, 200)


def frame(kind: int, sequence: int, body: bytes = b"") -> Frame:
    return Frame(kind, 0x1234, sequence, body)


FRAMES = {
    "hello": frame(FrameKind.HELLO, 1, Hello(4, 2.0).body()),
    "hello-answer": frame(FrameKind.HELLO | REPLY, 1, WELCOME.body()),
    "identify": frame(FrameKind.IDENTIFY, 1),
    "wire": frame(FrameKind.WIRE, 2, WireUp((15, 7), ((10, 0),)).body()),
    "wire-single-ended": frame(FrameKind.WIRE, 2, WireUp((3,), ((0, NO_NODE),)).body()),
    "set-sources": frame(FrameKind.SET_SOURCES, 3, pack_reals([0.1, 0.25], 4)),
    "set-sources-answer": frame(FrameKind.SET_SOURCES | REPLY, 3, pack_reals([0.1, 0.25], 4)),
    "learn-pulse": frame(FrameKind.LEARN_PULSE, 4, struct.pack("<I", 100_000)),
    "status": frame(FrameKind.STATUS, 5),
    "status-answer": frame(FrameKind.STATUS | REPLY, 5, HELD.body()),
    "error": frame(FrameKind.ERROR | REPLY, 6, ErrorReply(ErrorCode.TRIPPED, "silence").body()),
    "run": frame(FrameKind.RUN, 9, struct.pack("<H", 16)),
    "stream-ack": frame(FrameKind.STREAM_ACK, 0, Ack(4, 16, resend=True).body()),
    "stream-last": frame(FrameKind.STREAM, 9, Chunk(7, sealed(ENDING.body()), closes=True, last=True).body()),
}


def test_every_example_is_on_the_page() -> None:
    assert sorted(EXAMPLES) == sorted(FRAMES)


@pytest.mark.parametrize("name", FRAMES)
def test_an_example_on_the_page_is_what_the_codec_makes_and_reads(name: str) -> None:
    line = bytes.fromhex(EXAMPLES[name])
    assert line == encode_frame(FRAMES[name])
    assert FrameReader().feed(line) == [FRAMES[name]]


def rows(section: str) -> list[list[str]]:
    """Return the cells of the first table of a section, without its head."""
    text = PAGE.split(f"\n## {section}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    table = lines[: next((k for k, line in enumerate(lines[2:], 2) if not line), len(lines))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("5. Messages", FrameKind),
        ("6. States", BoardState),
        ("8. Errors", ErrorCode),
    ],
)
def test_the_tables_number_things_as_the_code_does(section: str, codes: type[IntEnum]) -> None:
    told = {row[1]: int(row[0], 0) for row in rows(section)}
    assert told == {code.name: int(code) for code in codes}


def test_the_page_gives_the_ending_its_numbers() -> None:
    sentence = PAGE.split("The ending:", 1)[1].splitlines()[0]
    told = [int(n) for n in re.findall(r"(\d) (?:done|stopped|dead-man|records|failed)", sentence)]
    assert told == [int(s) for s in EndStatus]
