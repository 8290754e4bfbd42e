"""A session with a controller board: who answers, requests, readings, and what is wrong with them."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from drivers import trace
from drivers.controller.link import Link, RetryPolicy
from drivers.controller.serial_line import SerialLine
from drivers.errors import ConnectionLost, Garbled, InstrumentFault, NotTaken, WrongInstrument
from protocols.block import FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.wire import MODEL, FrameKind
from protocols.wire.fields import pack_reals, parse
from protocols.wire.messages import Hello, Welcome

RETRY_S = 0.02
CHANGES = {
    FrameKind.SAFE,
    FrameKind.SET_ETA,
    FrameKind.LEARN_PULSE,
    FrameKind.RESET_GATES,
    FrameKind.MEASURE,
    FrameKind.RUN,
}


class ControllerSession:
    """Connect to a board and talk to it; hello is said on every connection.

    Raises WrongInstrument when it is no controller board, or not the one with `serial_number`.
    """

    def __init__(
        self, name: str, url: str, baud: int, serial_number: str, hello: Hello, retry_policy: RetryPolicy
    ) -> None:
        self.name, self.url = name, url
        self._baud, self._serial_number, self._retry_policy = baud, serial_number, retry_policy
        self.hello = hello
        self._line: SerialLine | None = None
        self._link: Link | None = None
        self._board: Welcome | None = None
        self._last_reading: dict[FrameKind, int] = {}

    @property
    def is_open(self) -> bool:
        """Tell whether hello was said on a connection that is not let go, working or not."""
        return self._board is not None

    def identify(self) -> Welcome:
        """Open the port and ask who is there; hello is not said, and the board changes nothing."""
        with self._undone():
            link = self._linked()
            return self._is_controller(link.understood(Welcome.parse, link.request(FrameKind.IDENTIFY)))

    def connect(self) -> None:
        """Open the port, unless `identify` did, and say hello; the board goes to its safe state."""
        with self._undone():
            link = self._linked()
            body = link.request(FrameKind.HELLO, self.hello.body())
            self._board = self._recognised(link.understood(Welcome.parse, body))

    def disconnect(self) -> None:
        """Let the port go; harmless when there is none."""
        if self._line is not None:
            self._line.close()
        self._line = self._link = self._board = None
        self._last_reading.clear()

    def reconnect(self) -> None:
        """Connect anew; a board that was plugged in again needs a moment until its port is there."""
        self.disconnect()
        deadline = time.monotonic() + self._retry_policy.reply_s * self._retry_policy.attempts
        while True:
            try:
                self.connect()
                return
            except ConnectionLost:
                if time.monotonic() > deadline:
                    raise
            time.sleep(RETRY_S)

    def _linked(self) -> Link:
        if self._line is None or self._link is None:
            self._line = SerialLine(self.name, self.url, self._baud)
            self._link = Link(self.name, self._line, self._retry_policy)
        return self._link

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Let the port go when what is inside fails."""
        try:
            yield
        except BaseException:
            self.disconnect()
            raise

    def _is_controller(self, board: Welcome) -> Welcome:
        if board.model != MODEL:
            raise WrongInstrument(
                self.name,
                self.url,
                say("a {model} answers, not a {expected}", model=repr(board.model), expected=repr(MODEL)),
                action=say("check the address in the bench file"),
            )
        return board

    def _recognised(self, board: Welcome) -> Welcome:
        self._is_controller(board)
        if self._serial_number and board.serial != self._serial_number:
            raise WrongInstrument(
                self.name,
                self.url,
                say(
                    "board {serial} answers, the bench file names {expected}",
                    serial=repr(board.serial),
                    expected=repr(self._serial_number),
                ),
                action=say("plug in that board, or correct the serial number in the bench file"),
            )
        return board

    def link(self) -> Link:
        """Return the link; raises ConnectionLost when there is none."""
        if self._link is None:
            raise ConnectionLost(
                self.name, self.url, say("it is not open"), action=say("open the bench first")
            )
        return self._link

    def board(self) -> Welcome:
        """Return what the board said about itself."""
        self.link()
        if self._board is None:
            raise ProtocolError(say("{name} has not said who it is: open it first", name=self.name))
        return self._board

    def request(self, kind: FrameKind, body: bytes = b"", *, takes_s: float = 0.0) -> bytes:
        """Send a request and return the body of its answer."""
        if kind in CHANGES:
            trace.wrote(self.name, self.url, f"{kind.name}, {len(body)} bytes")
        return self.link().request(kind, body, takes_s=takes_s)

    def number(self, layout: str, body: bytes) -> float:
        """Return the one number in a body."""
        value: float = self.link().understood(lambda b: parse(b, lambda f: f.one(layout)), body)
        return value

    def set_reals(self, kind: FrameKind, asked: FloatArray, what: str) -> None:
        """Set voltages; raises NotTaken when the board reads back others."""
        board = self.board()
        trace.wrote(self.name, self.url, f"{what} (V)", asked)
        body = self.request(kind, pack_reals(asked, board.width))
        held = self.link().understood(lambda b: parse(b, lambda f: f.reals(board.width, len(asked))), body)
        if not np.all(np.abs(held - asked) <= board.resolution_V):
            raise self.not_taken(what)

    def reading(self, kind: FrameKind, body: bytes, count: int) -> FloatArray:
        """Ask for a reading; raises Garbled when the board repeats an old one."""
        width = self.board().width
        answer = self.request(kind, body)
        number, values = self.link().understood(
            lambda b: parse(b, lambda f: (f.one("I"), f.reals(width, count))), answer
        )
        if self._last_reading.get(kind) == number:
            raise self.garbled(say("it repeats an old reading"))
        self._last_reading[kind] = number
        return values

    def pages(self, kind: FrameKind, total: int, per_item: int) -> Iterator[FloatArray]:
        """Yield a reading that may be too long for one frame."""
        board = self.board()
        size = min((board.max_body - 4) // (board.width * per_item), 0xFFFF)
        for first in range(0, total, size):
            count = min(size, total - first)
            yield self.reading(kind, struct.pack("<IH", first, count), count * per_item)

    def not_taken(self, what: str) -> InstrumentFault:
        """Return the error for a setting that reads back differently."""
        return NotTaken(
            self.name,
            self.url,
            say("it did not take {what}", what=what),
            cause=say("what it reads back differs from what it was told"),
            action=say("open the bench again; if that does not help, the board is defective"),
        )

    def garbled(self, happened: str) -> InstrumentFault:
        """Return the error for a value that cannot be."""
        return Garbled(
            self.name,
            self.url,
            say("{happened}; it was not used", happened=happened),
            action=say("open the bench again and look at the board"),
        )
