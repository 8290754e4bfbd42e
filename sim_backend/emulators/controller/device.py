"""The emulated controller board at a real serial port, in a thread of its own, with faults on demand.

The injector is asked once for every frame the board receives, by the name of its kind (such as
"SET_SOURCES"), and once for every piece of a record it sends, as "STREAM".
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from protocols.wire import MODEL, REPLY, BadFrame, ErrorCode, Frame, FrameKind, FrameReader, encode_frame
from protocols.wire.messages import ErrorReply, Held
from sim_backend.emulators.controller.firmware import ControllerFirmware
from sim_backend.emulators.controller.plant import BoardParts, BoardPlant, rehearse
from sim_backend.emulators.controller.port import PtyPort, SerialPort, TcpPort
from sim_backend.emulators.faults import Fault, FaultInjector, FaultKind, corrupt

IDLE_S = 0.01  # how often the dead-man timer looks at the clock while nothing happens
ANOTHER_MODEL = "thermostat"

MonotonicClock = Callable[[], float]


class ControllerEmulator:
    """An emulated board behind a port; use it as a context manager, or `start` and `stop` it.

    plant: what is behind the pins, such as a SimBench, not opened yet; `clock` must never go back.
    """

    def __init__(
        self,
        plant: BoardPlant,
        parts: BoardParts,
        port: SerialPort | None = None,
        *,
        faults: FaultInjector | None = None,
        clock: MonotonicClock = time.monotonic,
    ) -> None:
        self._plant = plant
        self.board = ControllerFirmware(plant, parts)
        self.faults = faults or FaultInjector()
        self._port = port if port is not None else PtyPort()
        self.url = self._port.url
        self._clock = clock
        self._reader = FrameReader()
        self._out: deque[bytes] = deque()
        self._late: list[tuple[float, bytes]] = []
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._work, name="emulated controller", daemon=True)
        self._crash: BaseException | None = None
        self.bad_frames = 0

    @classmethod
    def on_pty(
        cls, plant: BoardPlant, parts: BoardParts, *, faults: FaultInjector | None = None
    ) -> ControllerEmulator:
        """Return an emulator at a pseudo terminal, started."""
        return cls(plant, parts, PtyPort(), faults=faults).start()

    @classmethod
    def on_tcp(
        cls, plant: BoardPlant, parts: BoardParts, *, port: int = 0, faults: FaultInjector | None = None
    ) -> ControllerEmulator:
        """Return an emulator at a TCP port of this machine, started; port 0 takes any free one."""
        return cls(plant, parts, TcpPort(port=port), faults=faults).start()

    def start(self) -> ControllerEmulator:
        """Begin to answer, after a rehearsal that compiles the plant where that is needed."""
        rehearse(self._plant, self.board.parts.network)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Take the board off the line; raises what the emulator's thread died of, if it did."""
        self._halt.set()
        if self._thread.ident is not None:  # it may never have been started
            self._thread.join()
        self._port.close()
        if self._crash is not None:
            raise self._crash

    def __enter__(self) -> ControllerEmulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def held(self) -> Held:
        """Return the voltages and switches the board holds right now, whatever it says on the wire."""
        return self.board.held()

    # ── the board's main loop ────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        try:
            while not self._halt.is_set():
                self._turn()
        except BaseException as error:  # kept for stop(): a thread has nobody else to tell
            self._crash = error

    def _turn(self) -> None:
        self._port.wait(0.0 if self.board.running else self._patience(), to_write=bool(self._out))
        data = self._port.read()
        while data:  # everything said so far is heard before silence is judged
            for frame in self._reader.feed(data):
                self._hear(frame)
            data = self._port.read()
        self.board.tick(self._clock() + 2 * IDLE_S)  # rather early: the next look may be late itself
        for line in self.board.work():
            self._stream(line)
        now = self._clock()
        self._out.extend(line for due, line in self._late if due <= now)
        self._late = [(due, line) for due, line in self._late if due > now]
        self._send()

    def _patience(self) -> float:
        now = self._clock()
        return max(0.0, min([IDLE_S, *(due - now for due, _ in self._late)]))

    def _send(self) -> None:
        while self._out:
            sent = self._port.write(self._out[0])
            if sent == len(self._out[0]):
                self._out.popleft()
                continue
            self._out[0] = self._out[0][sent:]
            return

    def _hear(self, frame: Frame | BadFrame) -> None:
        if isinstance(frame, BadFrame):
            self.bad_frames += 1
            return
        name = FrameKind(frame.kind).name if frame.kind in set(FrameKind) else ""
        fault = self.faults.next_message(name)
        kind = fault.kind if fault is not None else None
        if kind is FaultKind.DROP:
            return
        if kind is FaultKind.DISCONNECT:
            self._hang_up()
            return
        if kind is FaultKind.OVERRUN:
            words = ErrorReply(ErrorCode.OVERRUN, "the receive buffer ran over")
            reply: Frame | None = Frame(FrameKind.ERROR | REPLY, frame.session, frame.sequence, words.body())
        else:
            model = ANOTHER_MODEL if kind is FaultKind.WRONG_DEVICE else MODEL
            stuck = kind is FaultKind.STUCK
            reply = self.board.receive(frame, self._clock(), stuck=stuck, model=model)
        if reply is not None:
            self._post(encode_frame(reply), fault)

    def _stream(self, line: bytes) -> None:
        fault = self.faults.next_message(FrameKind.STREAM.name)
        if fault is None:
            self._out.append(line)
        elif fault.kind is FaultKind.DISCONNECT:
            self._hang_up()
        elif fault.kind is FaultKind.OVERRUN:
            self.board.overrun()
        elif fault.kind is not FaultKind.DROP:
            self._post(line, fault)

    def _post(self, line: bytes, fault: Fault | None) -> None:
        """Send a line as the fault leaves it."""
        if fault is not None and fault.kind is FaultKind.TIMEOUT:
            return
        if fault is not None and fault.kind is FaultKind.DELAY:
            self._late.append((self._clock() + fault.delay_s, line))
            return
        if fault is not None and fault.kind is FaultKind.CORRUPT:
            line = corrupt(line, fault.seed, keep=b"\x00")
        self._out.append(line)

    def _hang_up(self) -> None:
        self._port.hang_up()
        self._out.clear()
        self._late.clear()
        self._reader = FrameReader()
