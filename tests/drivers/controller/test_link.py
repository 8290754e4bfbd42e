"""A request on a line that brings anything but its answer."""

from __future__ import annotations

import time
from collections import deque

import pytest

from drivers.controller.link import Link, RetryPolicy
from drivers.errors import NoAnswer
from protocols.wire import REPLY, BadFrame, Frame, FrameKind, FrameReader, encode_frame

from ...timing import STALL_S

PATIENCE = RetryPolicy(reply_s=0.05, attempts=4)
LIMIT_S = PATIENCE.reply_s * PATIENCE.attempts


def damaged(number: int) -> bytes:
    """Return the line of a record with a bit wrong, as a cable leaves it."""
    line = bytearray(encode_frame(Frame(FrameKind.STREAM, 1, number, bytes(range(1, 60)))))
    line[20] ^= 1 if line[20] != 1 else 2
    return bytes(line)


class Line:
    """A line whose board says one thing after the other, and answers after them when it is asked."""

    url = "line"

    def __init__(self, before: list[bytes], answer: bool) -> None:
        self._coming = deque(before)
        self._answers, self._wrong = answer, False
        self._reader = FrameReader()
        self.heard: list[Frame] = []

    def goes_wrong(self) -> None:
        """Bring a damaged line every two milliseconds from now on, and no answer."""
        self._answers, self._wrong = False, True

    def send(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            assert not isinstance(frame, BadFrame)
            self.heard.append(frame)
            if self._answers:
                reply = Frame(frame.kind | REPLY, frame.session, frame.sequence, b"here")
                self._coming.append(encode_frame(reply))

    def receive(self, timeout_s: float) -> bytes:
        if self._coming:
            return self._coming.popleft()
        if self._wrong:
            time.sleep(0.002)
            return damaged(0)
        time.sleep(timeout_s)
        return b""


def link(line: Line) -> Link:
    return Link("controller", line, PATIENCE)  # type: ignore[arg-type]


@pytest.mark.parametrize("records", [1, 4, 50])
def test_damaged_records_before_the_answer_use_up_no_patience(records: int) -> None:
    line = Line([damaged(k) for k in range(records)], answer=True)
    asking = link(line)
    assert asking.request(FrameKind.SAFE) == b"here"
    assert asking.bad_frames == records
    assert len(line.heard) == 2  # once more, for it might have been the answer


def test_a_line_that_brings_nothing_whole_is_given_up_when_it_says() -> None:
    line = Line([], answer=True)
    asking = link(line)
    asking.request(FrameKind.SAFE)  # it speaks the protocol
    line.goes_wrong()
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=f"within {LIMIT_S:g} s .*damaged frames: a bad cable"):
        asking.request(FrameKind.SAFE)
    assert LIMIT_S <= time.monotonic() - began < LIMIT_S + STALL_S
    assert len(line.heard) <= 1 + 2 * PATIENCE.attempts
