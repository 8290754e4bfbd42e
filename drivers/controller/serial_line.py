"""A serial port by any address pyserial knows: device path, COM port, socket://, rfc2217://, loop://."""

from __future__ import annotations

import errno
import os
import select
import socket
from typing import Any

import serial

from drivers.errors import ATTACHED, ConnectionLost, InstrumentFault
from protocols.messages import say

READ_BYTES = 1 << 16
WRITE_TIMEOUT_S = 1.0
_REASONS = {
    errno.ENOENT: (
        say("there is no such port"),
        say("is the board plugged in and the address right?"),
        say("{attached} lists the ports that are there", attached=ATTACHED),
    ),
    errno.EACCES: (
        say("permission denied"),
        say("you may not use this port"),
        say("join the group that owns it, usually `dialout`, and log in again"),
    ),
    errno.ECONNREFUSED: (
        say("nobody takes the call"),
        say("no emulator or serial server listens there"),
        say("start it, or correct the address in the bench file"),
    ),
}
_BUSY = (
    say("the port is in use"),
    say("another program has it open"),
    say("close that program and try again"),
)
_REASONS.update({errno.EBUSY: _BUSY, errno.EAGAIN: _BUSY})
_UNPLUGGED = (
    say("the connection broke"),
    say("was the board unplugged or switched off?"),
    say("check cable and power, then open the bench again"),
)


class SerialLine:
    """An open serial port that never blocks for longer than told.

    Raises ConnectionLost, naming `name` and the address, when the port cannot be opened or breaks.
    """

    def __init__(self, name: str, url: str, baud: int) -> None:
        self._name, self.url = name, url
        try:
            self._port: Any = serial.serial_for_url(
                url,
                baudrate=baud,
                timeout=0,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True,
                do_not_open=True,  # what fails to open half-way can be closed
            )
        except ValueError as error:
            raise self._no_address(error) from error
        try:
            self._port.open()
            self._handle = _handle_of(self._port)
            if url.startswith("socket://") and self._handle is not None:
                _send_at_once(self._handle)
        except (serial.SerialException, OSError) as error:
            self.close()
            raise self._fault(
                error, (say("it cannot be opened"), _first_words(error), say("check the port"))
            ) from error
        except ValueError as error:
            self.close()
            raise self._no_address(error) from error

    def send(self, data: bytes) -> None:
        """Send all of data."""
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise self._fault(error, _UNPLUGGED) from error

    def receive(self, timeout_s: float) -> bytes:
        """Return what arrives next, as soon as anything does; empty when the time is over."""
        try:
            if self._handle is None:
                self._port.timeout = timeout_s
                first: bytes = self._port.read(1)
                return first + self._port.read(self._port.in_waiting) if first else first
            ready, _, _ = select.select([self._handle], [], [], timeout_s)
            data: bytes = self._port.read(READ_BYTES) if ready else b""
            return data
        except (serial.SerialException, OSError, TypeError) as error:
            # pyserial raises TypeError when another thread closes the port under a read
            raise self._fault(error, _UNPLUGGED) from error

    def close(self) -> None:
        """Let the port go."""
        # pyserial 3.5 does not close a socket whose other end is gone: its shutdown fails before.
        connection: socket.socket | None = getattr(self._port, "_socket", None)
        if connection is not None:
            connection.close()
            self._port.is_open = False  # or it sleeps for 0.3 s, which an emergency has not got
        self._port.close()

    def _no_address(self, error: ValueError) -> InstrumentFault:
        cause, action = str(error), say("give a port such as /dev/ttyACM0")
        return InstrumentFault(self._name, self.url, say("this is no address"), cause=cause, action=action)

    def _fault(self, error: Exception, otherwise: tuple[str, str, str]) -> ConnectionLost:
        happened, cause, action = _REASONS.get(_number(error), otherwise)
        return ConnectionLost(self._name, self.url, happened, cause=cause, action=action)


def _number(error: BaseException | None) -> int:
    """Return the operating system's number for an error or for what it came from; 0 when it has none."""
    while error is not None:
        number = getattr(error, "errno", None)
        if number:
            return int(number)
        error = error.__context__
    return 0


def _first_words(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _handle_of(port: Any) -> int | None:
    """Return a handle that select understands, where there is one: waiting on it costs least."""
    try:
        handle = int(port.fileno())
        select.select([handle], [], [], 0)
    except (AttributeError, OSError, ValueError):
        return None
    return handle


def _send_at_once(handle: int) -> None:
    """Keep TCP from holding short frames back until the last one is acknowledged: that costs 40 ms."""
    with socket.socket(fileno=os.dup(handle)) as same:
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
