"""The emulated controller board: frames in, frames out, time handed in (docs/controller-protocol.md).

No port and no thread: `controller.py` brings the bytes. What the board really holds, `held()` tells.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

import numpy as np

from protocols.errors import ConfigError, LabError
from protocols.wire import (
    MODEL,
    REPLY,
    VERSION,
    BoardState,
    EndStatus,
    ErrorCode,
    Frame,
    FrameKind,
    WireError,
)
from protocols.wire.fields import parse
from protocols.wire.messages import Ack, ErrorReply, Held, Hello, Welcome
from protocols.wire.record_codec import Shape
from sim_backend.emulators.controller.block import BlockRun, Upload
from sim_backend.emulators.controller.pins import Pins, Refusal
from sim_backend.emulators.controller.plant import BoardParts, BoardPlant
from sim_backend.emulators.controller.stream import RecordStream

LISTENS_WHILE_RUNNING = {FrameKind.STATUS, FrameKind.SAFE}
NEEDS_NO_WIRES = {
    FrameKind.STATUS,
    FrameKind.SAFE,
    FrameKind.WIRE,
    FrameKind.SET_DEADMAN,
    FrameKind.SET_ETA,
    FrameKind.BLOCK_BEGIN,
    FrameKind.BLOCK_DATA,
}
DRIVES = {FrameKind.SET_SOURCES, FrameKind.SET_LABELS, FrameKind.LEARN_PULSE, FrameKind.MEASURE}


class ControllerFirmware:
    """The board's memory and state machine, with a plant behind its pins."""

    def __init__(self, plant: BoardPlant, parts: BoardParts) -> None:
        self.parts = parts
        self._limits, self._identity = plant.limits(), plant.identity()
        self._session = 0
        self._answered: tuple[int, Frame] | None = None
        self._pins = Pins(plant, parts, self._limits)
        self._state = BoardState.SAFE
        self._deadman_s = parts.deadman_max_s
        self._heard = -math.inf
        self._upload: Upload | None = None
        self._run: BlockRun | None = None
        self.executed = 0  # requests carried out, for tests: a repeated one is not
        self._held = self._now_held()
        self._handlers: dict[FrameKind, Callable[[Frame, bool], bytes]] = {
            FrameKind.STATUS: self._status,
            FrameKind.SAFE: self._safe,
            FrameKind.SET_DEADMAN: self._set_deadman,
            FrameKind.BLOCK_BEGIN: self._block_begin,
            FrameKind.BLOCK_DATA: self._block_data,
            FrameKind.RUN: self._run_block,
        }

    # ── what the outside sees ────────────────────────────────────────────────────────────────────

    def held(self) -> Held:
        """Return the voltages and switches the board holds; may be asked from any thread."""
        return self._held

    @property
    def running(self) -> bool:
        """Tell whether a block is running and may go on now."""
        return self._run is not None and self._state is BoardState.RUNNING and self._run.stream.has_room

    def receive(self, frame: Frame, now_s: float, *, stuck: bool = False, model: str = MODEL) -> Frame | None:
        """Carry out a request and return the answer; a repeated request gets its first answer again.

        stuck: acknowledge a setting without taking it, repeat the last reading; model: who to claim to be.
        """
        if frame.version != VERSION:
            return self._error(frame, ErrorReply(ErrorCode.VERSION, f"this board speaks version {VERSION}"))
        if frame.kind == FrameKind.HELLO:
            return self._hello(frame, now_s, model)
        if (
            frame.kind == FrameKind.IDENTIFY
        ):  # no session, no sign of life, nothing kept: looking moves nothing
            return Frame(frame.kind | REPLY, frame.session, frame.sequence, self._welcome(model).body())
        if frame.session != self._session or self._session == 0:
            return self._error(frame, ErrorReply(ErrorCode.NO_SESSION, "no such session"))
        self._heard = now_s
        if frame.kind == FrameKind.STREAM_ACK:
            return self._stream_ack(frame)
        if self._answered is not None:
            ahead = (frame.sequence - self._answered[0]) & 0xFFFF
            if ahead == 0:
                return self._answered[1]
            if ahead >= 0x8000:
                return None  # older than what was answered: it took a long way
        reply = self._carry_out(frame, stuck)
        self._answered = (frame.sequence, reply)
        self._held = self._now_held()
        return reply

    def tick(self, now_s: float) -> None:
        """Let the dead-man timer look at the clock."""
        counts = self._state in (BoardState.DRIVING, BoardState.RUNNING)
        if counts and now_s - self._heard > self._deadman_s:
            self._rest(EndStatus.DEADMAN)
            self._state = BoardState.TRIPPED
            self._held = self._now_held()

    def work(self) -> list[bytes]:
        """Run the next few cycles of a block if there are any; return the frames to send."""
        if self._run is None:
            return []
        if self.running:
            self._run.advance()
            self._pins.sources = np.array(self._run.inputs_V)
            if self._run.failed:
                self._rest(EndStatus.FAILED)
            elif self._run.stream.ended:
                self._state = BoardState.DRIVING
            self._held = self._now_held()
        return self._run.stream.due()

    def overrun(self) -> None:
        """Lose records that are not sent yet, and stop."""
        if self._run is not None:
            self._run.stream.lose()
            self._rest(EndStatus.OVERRUN)
            self._held = self._now_held()

    # ── sessions ─────────────────────────────────────────────────────────────────────────────────

    def _hello(self, frame: Frame, now_s: float, model: str) -> Frame:
        self._heard = now_s
        if frame.session == self._session and self._answered and self._answered[0] == frame.sequence:
            return self._answered[1]
        try:
            hello = Hello.parse(frame.body)
            deadman_s = self._checked_deadman(hello.deadman_s)
        except WireError as error:
            return self._error(frame, ErrorReply(ErrorCode.MALFORMED, str(error)))
        except Refusal as refusal:
            return self._error(frame, refusal.failure)
        self._rest(EndStatus.STOPPED)
        self._run = self._upload = None
        self._session, self._deadman_s = frame.session, deadman_s
        self._pins.width = max(
            (w for w in self.parts.widths if w <= hello.width), default=min(self.parts.widths)
        )
        reply = Frame(frame.kind | REPLY, frame.session, frame.sequence, self._welcome(model).body())
        self._answered = (frame.sequence, reply)
        self._held = self._now_held()
        return reply

    def _welcome(self, model: str) -> Welcome:
        parts, limits, who = self.parts, self._limits, self._identity
        return Welcome(
            model=model,
            name=who.name,
            serial=who.serial,
            firmware=parts.firmware,
            simulated=who.simulated,
            width=self._pins.width,
            nodes=parts.network.nodes,
            edges=parts.network.n_edges,
            max_sources=parts.max_sources,
            max_outputs=parts.max_outputs,
            node_min_V=limits.node_min_V,
            node_max_V=limits.node_max_V,
            gate_min_V=limits.gate_min_V,
            gate_max_V=limits.gate_max_V,
            resolution_V=parts.resolution_V,
            pulse_max_s=limits.pulse_max_s,
            pulse_step_s=parts.pulse_step_s,
            block_cycles=limits.block_cycles,
            block_bytes=parts.block_bytes,
            max_body=parts.max_body,
            stream_chunks=parts.stream_chunks,
            deadman_min_s=parts.deadman_min_s,
            deadman_max_s=parts.deadman_max_s,
            deadman_s=self._deadman_s,
        )

    def _error(self, frame: Frame, failure: ErrorReply) -> Frame:
        return Frame(FrameKind.ERROR | REPLY, frame.session, frame.sequence, failure.body())

    def _carry_out(self, frame: Frame, stuck: bool) -> Frame:
        try:
            kind = self._known(frame.kind)
            if self._state is BoardState.RUNNING and kind not in LISTENS_WHILE_RUNNING:
                raise Refusal(ErrorCode.BUSY, "a block is running")
            if self._state is BoardState.TRIPPED and kind not in (FrameKind.STATUS, FrameKind.SAFE):
                raise Refusal(ErrorCode.TRIPPED, f"silence of more than {self._deadman_s:g} s")
            if self._pins.wired is None and kind not in NEEDS_NO_WIRES:
                raise Refusal(ErrorCode.NOT_WIRED, "say which nodes are wired first")
            if kind in self._handlers:
                body = self._handlers[kind](frame, stuck)
            else:
                body = self._pins.handlers[kind](frame.body, stuck)
                if kind in DRIVES and not stuck:
                    self._state = BoardState.DRIVING
            self.executed += 1
        except Refusal as refusal:
            return self._error(frame, refusal.failure)
        except WireError as error:
            return self._error(frame, ErrorReply(ErrorCode.MALFORMED, str(error)))
        except ConfigError as error:
            return self._error(frame, ErrorReply(ErrorCode.LIMIT, str(error)))
        except LabError as error:
            return self._error(frame, ErrorReply(ErrorCode.HARDWARE, str(error)))
        return Frame(frame.kind | REPLY, frame.session, frame.sequence, body)

    def _known(self, number: int) -> FrameKind:
        for kind in (*self._handlers, *self._pins.handlers):
            if kind == number:
                return kind
        raise Refusal(ErrorCode.UNKNOWN, f"no message of kind {number:#04x}")

    # ── switches and voltages ────────────────────────────────────────────────────────────────────

    def _now_held(self) -> Held:
        running = self._state is BoardState.RUNNING
        return Held(
            state=self._state,
            learning_on=self.running,
            clamps_released=not running,
            sources_V=tuple(float(v) for v in self._pins.sources),
            labels_V=tuple(float(v) for v in self._pins.labels),
            eta=self._pins.eta,
            deadman_s=self._deadman_s,
            cycles_done=self._run.cycles_done if self._run is not None else 0,
        )

    def _rest(self, status: EndStatus) -> None:
        """Stop what runs, hold the gates, put sources and labels to 0 V, release the clamps."""
        if self._run is not None:
            self._run.end(status)
        self._pins.rest()
        self._state = BoardState.SAFE

    def _status(self, frame: Frame, stuck: bool) -> bytes:
        return self._now_held().body()

    def _safe(self, frame: Frame, stuck: bool) -> bytes:
        if not stuck:
            self._rest(EndStatus.STOPPED)
        return self._now_held().body()

    def _set_deadman(self, frame: Frame, stuck: bool) -> bytes:
        asked = self._checked_deadman(parse(frame.body, lambda f: f.one("I")) / 1e3)
        if not stuck:
            self._deadman_s = asked
        return struct.pack("<I", round(1e3 * self._deadman_s))

    def _checked_deadman(self, time_s: float) -> float:
        least, most = self.parts.deadman_min_s, self.parts.deadman_max_s
        if not least <= time_s <= most:
            raise Refusal(ErrorCode.LIMIT, f"the dead-man time is outside {least:g}…{most:g} s")
        return time_s

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _block_begin(self, frame: Frame, stuck: bool) -> bytes:
        size, crc = parse(frame.body, lambda f: f.take("II"))
        if size > self.parts.block_bytes:
            raise Refusal(ErrorCode.LIMIT, f"a block of {size} bytes does not fit")
        if not stuck:
            self._upload, self._run = Upload(size, crc), None
        return struct.pack("<I", 0)

    def _block_data(self, frame: Frame, stuck: bool) -> bytes:
        if self._upload is None:
            raise Refusal(ErrorCode.BAD_BLOCK, "no block has begun")
        offset, piece = parse(frame.body, lambda f: (f.one("I"), f.rest()))
        if not stuck:
            self._upload.add(offset, piece)
        return struct.pack("<I", len(self._upload.data))

    def _run_block(self, frame: Frame, stuck: bool) -> bytes:
        window = parse(frame.body, lambda f: f.one("H"))
        if self._upload is None:
            raise Refusal(ErrorCode.BAD_BLOCK, "no block has been uploaded")
        sources, outputs = len(self._pins.sources), len(self._pins.labels)
        try:
            block = self._upload.block(self._pins.width, self._limits, sources, outputs)
        except WireError as error:
            raise Refusal(ErrorCode.BAD_BLOCK, str(error)) from error
        if stuck:
            return struct.pack("<I", len(block))
        self._pins.check_clampable()
        self._upload = None
        parts = self.parts
        stream = RecordStream(
            self._session, frame.sequence, max_body=parts.max_body, keep=parts.stream_chunks, window=window
        )
        shape = Shape(outputs, len(block.wrong), parts.network.n_edges, parts.network.nodes)
        self._run = BlockRun(self._pins.plant, block, stream, shape, self._pins.width)
        self._state = BoardState.RUNNING
        return struct.pack("<I", len(block))

    def _stream_ack(self, frame: Frame) -> Frame | None:
        """Note what has arrived; a poll is answered even when there is nothing to send."""
        if self._run is None:
            return self._error(frame, ErrorReply(ErrorCode.NO_SESSION, "no block was run"))
        try:
            ack = Ack.parse(frame.body)
        except WireError as error:
            return self._error(frame, ErrorReply(ErrorCode.MALFORMED, str(error)))
        if self._run.stream.has_lost(ack):
            return self._error(
                frame, ErrorReply(ErrorCode.OVERRUN, f"{self._run.cycles_done} cycles were done")
            )
        self._run.stream.acknowledge(ack)
        if not ack.resend:
            return None
        done = struct.pack("<II", self._run.cycles_done, self._run.stream.produced)
        return Frame(FrameKind.PROGRESS, frame.session, frame.sequence, done)
