"""A SCPI instrument on a TCP socket, a line a message, with faults on demand.

Several connections may be open at once, as on the real LAN instruments; they share one device.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from types import TracebackType

from sim_backend.emulators.faults import Fault, FaultInjector, FaultKind, corrupt
from sim_backend.emulators.scpi.scpi import ScpiDevice

_WRONG_IDENTIFICATION = "ACME,FUNCTION GENERATOR 7,SIM-9999,0.1"
_ACCEPT_POLL_S = 0.05
_JOIN_S = 5.0


class MessageLine:
    """What becomes of each message: the device's answer, or what a fault makes of it.

    Shared by every wire that carries lines; `closing` cuts a delay short.
    """

    def __init__(self, device: ScpiDevice, faults: FaultInjector, closing: threading.Event) -> None:
        self._device = device
        self._faults = faults
        self._closing = closing
        self._lock = threading.Lock()
        self._heard: deque[str] = deque(maxlen=10_000)  # of a session that may last for days

    def heard(self) -> tuple[str, ...]:
        """Return every message that arrived, in order."""
        with self._lock:
            return tuple(self._heard)

    def answer(self, message: str) -> bytes | None:
        """Carry out a message; return the bytes to send back, or None.

        Raises ConnectionResetError when the fault is that the connection goes.
        """
        with self._lock:
            self._heard.append(message)
        fault = self._faults.next_message(message)
        if fault is None:
            return _encoded(self._device.process(message))
        return self._struck(fault, message)

    def _struck(self, fault: Fault, message: str) -> bytes | None:
        if fault.kind is FaultKind.DISCONNECT:
            raise ConnectionResetError("injected")
        if fault.kind is FaultKind.DROP:
            return None
        if fault.kind is FaultKind.OVERRUN:
            self._device.overrun()
            return None
        if fault.kind is FaultKind.WRONG_DEVICE and "*IDN?" in message.upper():
            return _encoded(_WRONG_IDENTIFICATION)
        answer = _encoded(self._device.process(message, stuck=fault.kind is FaultKind.STUCK))
        if fault.kind is FaultKind.TIMEOUT:
            return None
        if fault.kind is FaultKind.DELAY:
            self._closing.wait(fault.delay_s)
        if fault.kind is FaultKind.CORRUPT and answer is not None:
            return corrupt(answer, fault.seed, keep=b"\n")
        return answer


def _encoded(answer: str | None) -> bytes | None:
    return None if answer is None else (answer + "\n").encode("ascii")


class ScpiServer:
    """Serve a device on a TCP port; port 0 takes a free one. Use as a context manager, or start and stop."""

    def __init__(
        self,
        device: ScpiDevice,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: FaultInjector | None = None,
    ) -> None:
        self.device = device
        self.faults = faults or FaultInjector()
        self._host = host
        self._port = port
        self._closing = threading.Event()
        self._line = MessageLine(device, self.faults, self._closing)
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._accepting: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the port, the one taken once the server was started."""
        return self._port

    @property
    def resource(self) -> str:
        """Return the VISA address to open."""
        return f"TCPIP0::{self._host}::{self._port}::SOCKET"

    def heard(self) -> tuple[str, ...]:
        """Return every message that arrived, in order."""
        return self._line.heard()

    def start(self) -> None:
        """Listen; raises OSError when the port is taken. A stopped server starts again on its port."""
        self._closing.clear()
        listener = socket.create_server((self._host, self._port))
        listener.settimeout(_ACCEPT_POLL_S)
        self._listener = listener
        self._port = listener.getsockname()[1]
        self._accepting = threading.Thread(
            target=self._accept, args=(listener,), name=f"scpi-{self._port}", daemon=True
        )
        self._accepting.start()

    def stop(self) -> None:
        """Close every connection and wait for every thread; stopping twice is harmless."""
        self._closing.set()
        if self._listener is not None:
            with contextlib.suppress(OSError):  # wakes `accept` on Linux; elsewhere its time-out does
                self._listener.shutdown(socket.SHUT_RDWR)
        if self._accepting is not None:
            self._accepting.join(_JOIN_S)
            self._accepting = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        with self._lock:
            connections = dict(self._connections)
        for connection, thread in connections.items():
            with contextlib.suppress(OSError):  # the peer may have closed it already
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_JOIN_S)

    def __enter__(self) -> ScpiServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ── threads ─────────────────────────────────────────────────────────────────────────────────

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:  # `stop` shut the listener down, or a peer left before it was let in
                continue
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(
                target=self._talk, args=(connection,), name=f"scpi-{self._port}-peer", daemon=True
            )
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                for raw in lines:
                    answer = self._line.answer(raw.decode("ascii", errors="replace").rstrip("\r\n"))
                    if answer is not None:
                        connection.sendall(answer)
        except OSError:
            return  # the peer, `stop`, or a fault closed it: there is nobody left to answer
        finally:
            with self._lock:
                self._connections.pop(connection, None)
