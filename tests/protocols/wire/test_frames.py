"""Frames survive any cutting, and nothing damaged ever comes out as a frame."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocols.wire import BadFrame, Frame, FrameReader, WireError, encode_frame
from protocols.wire.frames import MAX_BODY, MAX_LINE, crc16

FRAMES = st.builds(
    Frame,
    kind=st.integers(0, 255),
    session=st.integers(0, 0xFFFF),
    sequence=st.integers(0, 0xFFFF),
    body=st.binary(max_size=600),
    version=st.integers(0, 255),
)


def read(data: bytes) -> list[Frame | BadFrame]:
    """Return what a fresh reader makes of data, with a delimiter behind it to close what is open."""
    return FrameReader().feed(data + b"\x00")


def whole(found: list[Frame | BadFrame]) -> list[Frame]:
    return [item for item in found if isinstance(item, Frame)]


def bitwise_crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE from its definition, one bit at a time."""
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            carry = (register >> 15) ^ (byte >> bit & 1)
            register = register << 1 & 0xFFFF
            if carry:
                register ^= 0x1021
    return register


@given(st.binary(max_size=300))
@example(b"123456789")
def test_the_check_sum_is_the_published_one(data: bytes) -> None:
    assert crc16(data) == bitwise_crc(data)
    assert crc16(b"123456789") == 0x29B1  # the check value of CRC-16/CCITT-FALSE


@given(st.lists(FRAMES, max_size=5), st.lists(st.integers(1, 40), min_size=1))
def test_frames_come_out_as_they_went_in_however_they_are_cut(frames: list[Frame], pieces: list[int]) -> None:
    line = b"".join(encode_frame(frame) for frame in frames)
    reader, found, at, turn = FrameReader(), [], 0, 0
    while at < len(line):
        size = pieces[turn % len(pieces)]
        found += reader.feed(line[at : at + size])
        at, turn = at + size, turn + 1
    assert found == frames


@given(FRAMES)
def test_the_only_delimiter_is_the_last_byte(frame: Frame) -> None:
    assert encode_frame(frame).index(0) == len(encode_frame(frame)) - 1


@settings(max_examples=60)
@given(st.builds(Frame, st.integers(0, 255), st.integers(0, 9), st.integers(0, 9), st.binary(max_size=60)))
def test_every_single_bit_flip_is_noticed(frame: Frame) -> None:
    line = encode_frame(frame)
    for place in range(8 * len(line)):
        damaged = bytearray(line)
        damaged[place // 8] ^= 1 << place % 8
        found = read(bytes(damaged))
        assert not whole(found), f"bit {place}"
        assert found


@given(FRAMES, st.data())
def test_two_wrong_bits_and_short_bursts_are_noticed(frame: Frame, data: st.DataObject) -> None:
    line = encode_frame(frame)
    bits = 8 * (len(line) - 1)
    first = data.draw(st.integers(0, bits - 1))
    if data.draw(st.booleans()):
        pattern = 1 << first | 1 << data.draw(st.integers(0, bits - 1).filter(lambda k: k != first))
    else:
        pattern = (data.draw(st.integers(0, 0x7FFF)) << 1 | 1) << first
    damaged = int.from_bytes(line[:-1], "big") ^ (pattern & (1 << bits) - 1)
    assert not whole(read(damaged.to_bytes(len(line) - 1, "big")))


@settings(max_examples=60)
@given(FRAMES)
def test_every_truncation_is_noticed(frame: Frame) -> None:
    line = encode_frame(frame)[:-1]
    for kept in range(1, len(line)):
        assert not whole(read(line[:kept])), f"the first {kept} bytes"
        assert not whole(read(line[-kept:])), f"the last {kept} bytes"


@given(FRAMES, FRAMES, st.integers(1, 255))
def test_two_frames_run_together_are_noticed(one: Frame, two: Frame, instead: int) -> None:
    assert not whole(read(encode_frame(one)[:-1] + encode_frame(two)))
    assert not whole(read(encode_frame(one)[:-1] + bytes([instead]) + encode_frame(two)))


@given(FRAMES, st.integers(0, 5000), st.integers(1, 8))
def test_a_byte_lost_or_doubled_is_noticed(frame: Frame, place: int, length: int) -> None:
    line = encode_frame(frame)[:-1]
    at = place % len(line)
    lost = line[:at] + line[at + length :]
    doubled = line[: at + length] + line[at:]
    assert not whole(read(lost)) or lost == line
    assert not whole(read(doubled)) or doubled == line


@given(FRAMES)
def test_a_frame_sent_twice_comes_out_twice(frame: Frame) -> None:
    assert FrameReader().feed(2 * encode_frame(frame)) == [frame, frame]


@given(st.binary(max_size=2000).map(lambda b: b.replace(b"\x00", b"\x01")), FRAMES)
def test_a_good_frame_after_noise_is_read(noise: bytes, frame: Frame) -> None:
    assert FrameReader().feed(noise + b"\x00" + encode_frame(frame))[-1] == frame


@given(st.lists(st.binary(max_size=400), max_size=10))
def test_noise_is_no_frame(pieces: list[bytes]) -> None:
    reader = FrameReader()
    assert not [f for piece in pieces for f in whole(reader.feed(piece))]


def test_a_line_without_end_takes_no_memory_and_the_next_frame_is_read() -> None:
    reader, frame = FrameReader(), Frame(1, 2, 3, b"x")
    for _ in range(5):
        assert reader.feed(b"\x01" * MAX_LINE) == []
    found = reader.feed(b"\x01\x00" + encode_frame(frame))
    assert found == [BadFrame("too long", 5 * MAX_LINE + 1), frame]


def test_a_body_that_is_too_long_is_refused_and_the_longest_fits() -> None:
    longest = Frame(1, 2, 3, bytes(MAX_BODY))
    assert FrameReader().feed(encode_frame(longest)) == [longest]
    with pytest.raises(WireError, match="too long"):
        encode_frame(Frame(1, 2, 3, bytes(MAX_BODY + 1)))
