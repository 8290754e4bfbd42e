"""Acknowledged requests over a serial line: numbered, repeated when unanswered, never carried out twice."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.controller.serial_line import SerialLine
from drivers.errors import Garbled, InstrumentFault, NoAnswer, Overrun, Refused, WrongInstrument
from protocols.messages import NOTHING, say
from protocols.wire import (
    REPLY,
    VERSION,
    BadFrame,
    ErrorCode,
    Frame,
    FrameKind,
    FrameReader,
    WireError,
    encode_frame,
)
from protocols.wire.messages import ErrorReply

_T = TypeVar("_T")
_ADVICE = {
    ErrorCode.NO_SESSION: (
        say("it does not know this session any more"),
        say("it was restarted, or another program has taken it over"),
        say("open the bench again"),
    ),
    ErrorCode.UNKNOWN: (
        say("it does not know this command"),
        say("its firmware is older"),
        say("update the firmware"),
    ),
    ErrorCode.MALFORMED: (
        say("it cannot read this command"),
        say("its firmware differs"),
        say("update the firmware"),
    ),
    ErrorCode.LIMIT: (say("it refuses a value"), NOTHING, say("stay within the limits of the board")),
    ErrorCode.BUSY: (say("it is running a block"), NOTHING, say("stop the block first")),
    ErrorCode.TRIPPED: (
        say("its dead-man timer fired and it made itself safe"),
        say("labctl was silent for too long"),
        say("bring the bench to its safe state, then start again"),
    ),
    ErrorCode.NOT_WIRED: (
        say("it does not know its wiring"),
        say("it was restarted"),
        say("open the bench again"),
    ),
    ErrorCode.BAD_BLOCK: (say("it cannot use the block"), NOTHING, say("start the run again")),
    ErrorCode.HARDWARE: (
        say("a part of it failed"),
        NOTHING,
        say("look at the board, then open the bench again"),
    ),
}


class RefusedBy(Refused):
    """An ERROR reply, with its code."""

    def __init__(self, name: str, url: str, failure: ErrorReply) -> None:
        happened, cause, action = _ADVICE[failure.code]
        super().__init__(
            name, url, happened, cause="; ".join(w for w in (cause, failure.words) if w), action=action
        )
        self.code = failure.code


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait for a reply and how often to ask; a request fails after reply_s · attempts."""

    reply_s: float = 0.2
    attempts: int = 5


class Link:
    """A session with a board over a serial line; calls come from one thread."""

    def __init__(self, name: str, line: SerialLine, retry_policy: RetryPolicy) -> None:
        self.name, self.url, self.retry_policy = name, line.url, retry_policy
        self._line = line
        self._reader = FrameReader()
        self._session = 1 + secrets.randbelow(0xFFFF)
        self.sequence = 0
        self._pieces: deque[Frame] = deque()
        self.retries = 0
        self.bad_frames = 0
        self.good_frames = 0
        self.heard_bytes = 0

    def request(self, kind: FrameKind, body: bytes = b"", *, takes_s: float = 0.0) -> bytes:
        """Send a request until it is answered and return the body of the answer.

        `takes_s` is how long the board may work on it. Raises NoAnswer after the last attempt, Refused
        when the board refuses, ConnectionLost when the line breaks.
        """
        self.sequence = (self.sequence + 1) & 0xFFFF
        line = encode_frame(Frame(kind, self._session, self.sequence, body))
        overran = False
        for attempt in range(self.retry_policy.attempts):
            if attempt == 0:
                self._line.send(line)
            else:
                self._send_again(line)
            reply = self._reply(kind, line, time.monotonic() + self.retry_policy.reply_s + takes_s)
            if reply is None:
                continue
            if reply.kind == kind | REPLY:
                return reply.body
            failure = self.understood(ErrorReply.parse, reply.body)
            overran = failure.code is ErrorCode.OVERRUN
            if not overran:
                raise self._refusal(failure)
        if overran:
            raise Overrun(
                self.name,
                self.url,
                say("its receive buffer ran over {attempts} times", attempts=self.retry_policy.attempts),
                action=say("use a slower baud rate"),
            )
        raise self.silence(kind.name)

    def tell(self, kind: FrameKind, body: bytes) -> None:
        """Send a frame that asks for no acknowledgement."""
        self._line.send(encode_frame(Frame(kind, self._session, 0, body)))

    def expect_pieces(self) -> None:
        """Forget pieces of earlier records: a new block is about to run."""
        self._pieces.clear()

    def next_piece(self, run: int, timeout_s: float) -> Frame | None:
        """Return the next STREAM or PROGRESS frame of a run, or None when the time is over.

        Raises Refused when the board says that it has no such run.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            while self._pieces:
                frame = self._pieces.popleft()
                if frame.kind == FrameKind.STREAM and frame.sequence != run:
                    continue
                return frame
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return None
            for found in self._receive(left_s):
                if isinstance(found, BadFrame):
                    continue
                if found.kind in (FrameKind.STREAM, FrameKind.PROGRESS):
                    self._pieces.append(found)
                elif found.kind == FrameKind.ERROR | REPLY and found.sequence == 0:
                    raise self._refusal(self.understood(ErrorReply.parse, found.body))

    def understood(self, read: Callable[[bytes], _T], body: bytes) -> _T:
        """Return what `read` makes of a body; raises Garbled when it makes nothing of it."""
        try:
            return read(body)
        except WireError as error:
            raise Garbled(
                self.name,
                self.url,
                say("an answer makes no sense and was not used"),
                cause=error.message,
                action=say("check that firmware and labctl speak the same protocol version"),
            ) from error

    def silence(self, what: str) -> InstrumentFault:
        """Return the error for a board that does not answer, by what came instead of an answer."""
        limit_s = self.retry_policy.reply_s * self.retry_policy.attempts
        if self.good_frames == 0 and self.heard_bytes > 0:
            return WrongInstrument(
                self.name,
                self.url,
                say("what answers there does not speak the controller protocol"),
                cause=say("another instrument, another baud rate, or a line that echoes or is very noisy"),
                action=say("check the address in the bench file"),
            )
        noisy = (
            say("{bad_frames} damaged frames: a bad cable?", bad_frames=self.bad_frames)
            if self.bad_frames
            else say("off, or it hangs?")
        )
        return NoAnswer(
            self.name,
            self.url,
            say("no answer to {what} within {limit_s:g} s", what=what, limit_s=limit_s),
            cause=noisy,
            action=say(
                "check power and cable; left alone, it makes itself safe when its dead-man time is over"
            ),
        )

    def _refusal(self, failure: ErrorReply) -> InstrumentFault:
        if failure.code is ErrorCode.VERSION:
            return self._other_version(failure.words)
        if failure.code is ErrorCode.OVERRUN:
            return Overrun(
                self.name,
                self.url,
                say("records were lost inside it"),
                cause=failure.words,
                action=say("run shorter blocks or use a faster link"),
            )
        return RefusedBy(self.name, self.url, failure)

    def _other_version(self, words: str) -> WrongInstrument:
        return WrongInstrument(
            self.name,
            self.url,
            say("its firmware speaks another version of the protocol than {version}", version=VERSION),
            cause=words,
            action=say("install the firmware that belongs to this labctl"),
        )

    def _reply(self, kind: FrameKind, line: bytes, deadline: float) -> Frame | None:
        """Return the answer to the latest request, `line`; None when the time is over.

        What arrives damaged may have been the answer, so it is asked for again at once, one time. It may as
        well be the rest of a block that was broken off: the answer comes after, and is waited for.
        """
        asked_again = False
        while (left_s := deadline - time.monotonic()) > 0:
            damaged = False
            answer: Frame | None = None
            for found in self._receive(left_s):
                if isinstance(found, BadFrame):
                    damaged = True
                elif found.kind in (FrameKind.STREAM, FrameKind.PROGRESS):
                    self._pieces.append(found)
                elif found.sequence == self.sequence and found.kind in (
                    kind | REPLY,
                    FrameKind.ERROR | REPLY,
                ):
                    answer = found  # records that arrived with it are still to be kept
            if answer is not None:
                return answer
            if damaged and not asked_again:
                asked_again = True
                self._send_again(line)
        return None

    def _send_again(self, line: bytes) -> None:
        """Repeat a request; a delimiter first, for noise in the board's buffer is not part of this frame."""
        self.retries += 1
        self._line.send(b"\x00" + line)

    def _receive(self, timeout_s: float) -> list[Frame | BadFrame]:
        """Return the frames of this session that arrive next."""
        data = self._line.receive(timeout_s)
        self.heard_bytes += len(data)
        mine: list[Frame | BadFrame] = []
        for found in self._reader.feed(data):
            if isinstance(found, BadFrame):
                self.bad_frames += 1
                mine.append(found)
            elif found.session == self._session:
                if found.version != VERSION:
                    raise self._other_version(say("it speaks version {version}", version=found.version))
                if found.kind & REPLY or found.kind in (FrameKind.STREAM, FrameKind.PROGRESS):
                    self.good_frames += 1
                    mine.append(found)
        return mine
