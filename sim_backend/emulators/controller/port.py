"""Ports an emulated serial instrument stands behind: a pseudo terminal or a TCP socket."""

from __future__ import annotations

import os
import select
import socket
import tempfile
from pathlib import Path
from typing import Protocol

READ_BYTES = 1 << 16


class SerialPort(Protocol):
    """The instrument's end of a serial line."""

    @property
    def url(self) -> str:
        """Return what a host opens: a device path or socket://host:port."""

    def wait(self, timeout_s: float, to_write: bool) -> None:
        """Return when there is something to read, room to write if asked for, or the time is over."""

    def read(self) -> bytes:
        """Return what has arrived, without waiting."""

    def write(self, data: bytes) -> int:
        """Send what goes out without waiting; return how many bytes did."""

    def hang_up(self) -> None:
        """Break the connection as a pulled plug does; a new one may be made under the same url."""

    def close(self) -> None:
        """Take the port away."""


class PtyPort:
    """A pseudo terminal; its url is a link that points to whatever terminal is plugged in just now.

    `link` is where the link stands, a folder of its own if left out. Raises FileExistsError when something
    that is no such link is there already.
    """

    def __init__(self, link: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="labctl-")
        self._link = link or Path(self._folder.name) / "controller"
        if self._link.exists():  # a link that leads nowhere is of an emulator that was killed
            self._folder.cleanup()
            raise FileExistsError(f"{self._link} is there already")
        self._plug_in()

    @property
    def url(self) -> str:
        """Return the path to open."""
        return str(self._link)

    def wait(self, timeout_s: float, to_write: bool) -> None:
        """Return when there is something to read, room to write if asked for, or the time is over."""
        select.select([self._ours], [self._ours] if to_write else [], [], timeout_s)

    def read(self) -> bytes:
        """Return what has arrived, without waiting."""
        try:
            return os.read(self._ours, READ_BYTES)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Send what goes out without waiting; return how many bytes did."""
        try:
            return os.write(self._ours, data)
        except BlockingIOError:
            return 0

    def hang_up(self) -> None:
        """Close both ends and plug in a new terminal under the same link."""
        pulled = self._ours, self._theirs
        self._plug_in()
        for end in pulled:
            os.close(end)

    def close(self) -> None:
        """Close both ends and remove the link."""
        os.close(self._ours)
        os.close(self._theirs)
        self._link.unlink(missing_ok=True)
        self._folder.cleanup()

    def _plug_in(self) -> None:
        # Our copy of the host's end stays open: without it, reading fails while no host has it open.
        import tty  # not there on Windows, which has no pseudo terminals

        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        fresh = self._link.with_name(f".{self._link.name}.next")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._theirs))
        fresh.replace(self._link)


class TcpPort:
    """A TCP server for one host at a time; a second caller is hung up on."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = socket.create_server((host, port))
        self._server.setblocking(False)
        self._address = self._server.getsockname()[:2]
        self._caller: socket.socket | None = None

    @property
    def url(self) -> str:
        """Return the socket:// address to open."""
        return f"socket://{self._address[0]}:{self._address[1]}"

    def wait(self, timeout_s: float, to_write: bool) -> None:
        """Return when somebody calls or sends, there is room to write if asked for, or the time is over."""
        ends = [self._server] if self._caller is None else [self._server, self._caller]
        select.select(ends, ends[1:] if to_write else [], [], timeout_s)

    def read(self) -> bytes:
        """Return what has arrived, without waiting; take a call when one comes."""
        self._answer_call()
        if self._caller is None:
            return b""
        try:
            data = self._caller.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except ConnectionError:
            data = b""
        if not data:
            self.hang_up()
        return data

    def write(self, data: bytes) -> int:
        """Send what goes out without waiting; what nobody listens to counts as sent."""
        if self._caller is None:
            return len(data)
        try:
            return self._caller.send(data)
        except BlockingIOError:
            return 0
        except ConnectionError:
            self.hang_up()
            return len(data)

    def hang_up(self) -> None:
        """Close the connection to the caller; the next call is taken."""
        if self._caller is not None:
            self._caller.close()
            self._caller = None

    def close(self) -> None:
        """Close the connection and the server."""
        self.hang_up()
        self._server.close()

    def _answer_call(self) -> None:
        try:
            caller, _ = self._server.accept()
        except BlockingIOError:
            return
        if self._caller is not None and not _has_left(self._caller):
            caller.close()
            return
        self.hang_up()
        caller.setblocking(False)
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._caller = caller


def _has_left(caller: socket.socket) -> bool:
    """Tell whether a caller has hung up: its line is at its end."""
    try:
        return not caller.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
