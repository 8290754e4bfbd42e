"""The controller board as an instrument: sessions, settings, readings, blocks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from drivers.controller.block_transfer import run_uploaded, upload_block
from drivers.controller.checks import Checker, narrowed
from drivers.controller.link import RefusedBy, RetryPolicy
from drivers.controller.session import ControllerSession
from drivers.errors import ConnectionLost, NotTaken, WrongInstrument
from drivers.limits import ChannelLimits, PulseLimits
from protocols.bench import InstrumentIdentity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.errors import InstrumentError, ProtocolError
from protocols.messages import Message, joined, say
from protocols.task import Wiring
from protocols.wire import BoardState, ErrorCode, FrameKind, WireError
from protocols.wire.block_codec import pack_block
from protocols.wire.fields import pack_reals, to_ns
from protocols.wire.messages import NO_NODE, Held, Hello, Welcome, WireUp

SAFE_ATTEMPTS = 3
GATE_TOLERANCE_V = 0.1  # half the gates must read back this close after a reset


class Controller:
    """A controller board at a serial address; its safe state is `protocols.SafeState`.

    url is anything pyserial opens. nodes, gates (V) and pulse_max_s narrow what the board allows; a
    `serial_number` refuses every other board; deadman_s is the silence after which the board makes itself
    safe; width is that of reals in bytes, if the board can; window how many chunks of a record may be
    under way. verify_gates reads the gates back after a reset.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "controller",
        serial_number: str = "",
        baud: int = 115_200,
        nodes: ChannelLimits | None = None,
        gates: ChannelLimits | None = None,
        pulse_max_s: float | None = None,
        deadman_s: float = 2.0,
        width: int = 8,
        window: int = 16,
        retry_policy: RetryPolicy | None = None,
        verify_gates: bool = True,
    ) -> None:
        self.name, self.url = name, url
        self._nodes, self._gates, self._pulse_max_s = nodes, gates, pulse_max_s
        self._window, self._retry_policy = window, retry_policy or RetryPolicy()
        hello = Hello(width, deadman_s)
        self._session = ControllerSession(name, url, baud, serial_number, hello, self._retry_policy)
        self._verify_gates = verify_gates
        self._checker: Checker | None = None

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    def identify(self) -> InstrumentIdentity:
        """Open the port and ask who is there; the board is not greeted and changes nothing.

        `open` goes on from here, `release` lets it go. Raises ConnectionLost, NoAnswer, or WrongInstrument
        when it is no controller board.
        """
        return _identity(self._session.board() if self._session.is_open else self._session.identify())

    def open(self) -> None:
        """Open the port and greet the board, which goes to its safe state.

        Raises ConnectionLost, NoAnswer, or WrongInstrument when something else answers.
        """
        if self._session.is_open:
            raise ProtocolError(say("{name} is open already: close it first", name=self.name))
        self._checker = None
        self._session.connect()

    def reopen(self) -> None:
        """Connect anew; wait for a port that is not free or not there yet as long as for an answer."""
        self._checker = None
        self._session.reconnect()

    def wire(self, wiring: Wiring) -> None:
        """Tell the board which nodes are driven and read; if that is new, the gates stand anywhere.

        Raises WrongInstrument when the board has another network, NotTaken when it keeps another wiring.
        """
        board = self._session.board()
        network = wiring.network
        if (network.nodes, network.n_edges) != (board.nodes, board.edges):
            raise WrongInstrument(
                self.name,
                self.url,
                say(
                    "it has {nodes} nodes and {edges} edges, the experiment {asked_nodes} and {asked_edges}",
                    nodes=board.nodes,
                    edges=board.edges,
                    asked_nodes=network.nodes,
                    asked_edges=network.n_edges,
                ),
                action=say("wire the experiment's network, or run it on the board it is made for"),
            )
        outputs = tuple((o.positive, NO_NODE if o.negative is None else o.negative) for o in wiring.outputs)
        told = WireUp(tuple(wiring.source_nodes), outputs)
        held = self._session.link().understood(
            WireUp.parse, self._session.request(FrameKind.WIRE, told.body())
        )
        if held != told:
            raise self._session.not_taken(say("the wiring"))
        self._checker = self._made_checker(board, wiring)

    def close(self) -> None:
        """Reach the safe state and let the port go, whatever happens; closing twice is harmless."""
        try:
            if self._session.is_open:
                self.safe_state()
        finally:
            self._session.disconnect()

    def release(self) -> None:
        """Let the port go as it is; nothing is sent."""
        self._session.disconnect()

    def safe_state(self) -> SafeState:
        """Stop any block, hold the gates, sources to 0 V, clamps released; return what was read back.

        A broken connection is made once more for it. Raises NotTaken when the board does not obey.
        """
        for attempt in range(SAFE_ATTEMPTS):
            try:
                self._session.request(FrameKind.SAFE)
                held = self.held()
            except (ConnectionLost, RefusedBy) as error:
                again = isinstance(error, ConnectionLost) or error.code is ErrorCode.NO_SESSION
                if attempt > 0 or not again:
                    raise
                self._session.reconnect()
                if self._checker is not None:  # another host may have told the board another wiring
                    self.wire(self._checker.wiring)
                continue
            resting = all(abs(v) <= self._session.board().resolution_V for v in held.sources_V)
            if resting and not held.learning_on and held.clamps_released:
                return SafeState(held.learning_on, held.sources_V, held.clamps_released)
        raise NotTaken(
            self.name,
            self.url,
            say("it was told to be safe and still holds {what_is_wrong}", what_is_wrong=_what_is_wrong(held)),
            cause=say("a part of the board is stuck"),
            action=say("switch off its supply"),
        )

    def identity(self) -> InstrumentIdentity:
        """Return who the board says it is."""
        return _identity(self._session.board())

    def limits(self) -> Limits:
        """Return what the board and the bench file both allow."""
        return self._narrowed(self._session.board())

    @property
    def is_open(self) -> bool:
        """Tell whether there is a connection, working or not."""
        return self._session.is_open

    def fits(self, block: CycleBlock) -> bool:
        """Tell whether the board can keep a block at once."""
        board = self._session.board()
        if len(block) > board.block_cycles:
            return False
        try:
            return len(pack_block(block, board.width)) <= board.block_bytes
        except WireError:
            return False

    def held(self) -> Held:
        """Ask the board what it holds; also tells it that somebody is there."""
        return self._session.link().understood(Held.parse, self._session.request(FrameKind.STATUS))

    # ── settings ─────────────────────────────────────────────────────────────────────────────────

    def set_sources(self, voltages_V: FloatArray) -> None:
        """Drive the sources, shape (S,), in volts."""
        asked = self._wired().sources(voltages_V)
        self._session.set_reals(FrameKind.SET_SOURCES, asked, "the sources")

    def set_labels(self, voltages_V: FloatArray) -> None:
        """Set the labels, shape (T,), in volts."""
        asked = self._wired().labels(voltages_V)
        self._session.set_reals(FrameKind.SET_LABELS, asked, "the labels")

    def set_eta(self, eta: float) -> None:
        """Set the nudge η of single pulses; 0 is without a clamp, below 0 anti-clamping."""
        held = self._session.number("d", self._session.request(FrameKind.SET_ETA, struct.pack("<d", eta)))
        if held != eta:
            raise self._session.not_taken("η")

    def set_deadman(self, time_s: float) -> None:
        """Set after how many seconds of silence the board makes itself safe, to the millisecond."""
        asked = round(1e3 * time_s)
        if (
            self._session.number("I", self._session.request(FrameKind.SET_DEADMAN, struct.pack("<I", asked)))
            != asked
        ):
            raise self._session.not_taken(say("the dead-man time"))
        self._session.hello = replace(self._session.hello, deadman_s=time_s)

    def learn_pulse(self, length_s: float) -> float:
        """Give one learning pulse with sources, labels and η as set; return the length given, in seconds."""
        self._wired().pulse_s(length_s)
        if length_s == 0.0:
            return 0.0
        body = self._session.request(
            FrameKind.LEARN_PULSE, struct.pack("<I", to_ns(length_s)), takes_s=length_s
        )
        given_s = float(self._session.number("I", body)) / 1e9
        if given_s == 0.0 and length_s >= self._session.board().pulse_step_s:
            raise self._session.not_taken(say("the learning pulse"))
        return given_s

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts."""
        gates = self._wired().gate_voltages(gates_V)
        board = self._session.board()
        size = (board.max_body - 4) // board.width
        for first in range(0, len(gates), size):
            piece = gates[first : first + size]
            body = self._session.request(
                FrameKind.RESET_GATES, struct.pack("<I", first) + pack_reals(piece, board.width)
            )
            if self._session.number("I", body) != first + len(piece):
                raise self._session.not_taken(say("the gate voltages"))
        if self._verify_gates:
            miss = np.abs(self.read_gates() - gates)
            if np.nanmedian(miss) > GATE_TOLERANCE_V:
                raise self._session.not_taken(say("the gate voltages"))

    # ── readings ─────────────────────────────────────────────────────────────────────────────────

    def read_nodes(self) -> NodeReading:
        """Read all nodes of both copies as they are driven now: shapes (1, N), in volts."""
        self._wired()
        nodes = self._session.board().nodes
        pages = list(self._session.pages(FrameKind.READ_NODES, nodes, 2))
        values = np.concatenate([page.reshape(2, -1) for page in pages], axis=1)
        if not np.isfinite(values).all():
            raise self._session.garbled(say("a node reads no number"))
        return NodeReading(values[:1], values[1:])

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""
        transistors = self._wired().wiring.network.transistors()
        gates = np.concatenate(list(self._session.pages(FrameKind.READ_GATES, len(transistors), 1)))
        if not np.isfinite(gates[transistors]).all():
            raise self._session.garbled(say("a gate reads no number"))
        gates[~transistors] = np.nan
        return gates

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning; the last inputs stay driven."""
        inputs = np.atleast_2d(self._wired().sources(inputs_V))
        board = self._session.board()
        outputs = len(self._wired().wiring.outputs)
        rows = max(1, (board.max_body - 4) // (board.width * max(inputs.shape[1], outputs)))
        pieces = []
        for first in range(0, len(inputs), rows):
            piece = inputs[first : first + rows]
            values = self._session.reading(
                FrameKind.MEASURE, pack_reals(piece, board.width), len(piece) * outputs
            )
            pieces.append(values.reshape(len(piece), outputs))
        read = np.concatenate(pieces)
        if not np.isfinite(read).all():
            raise self._session.garbled(say("an output reads no number"))
        return read

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def run_block(self, block: CycleBlock) -> Iterator[CycleRecord]:
        """Upload a block; the iterator runs it and yields records of a few cycles each, in order.

        Closing the iterator early brings the board to its safe state. Raises OutOfLimit before anything
        is sent, and InstrumentError when the block does not end as it should.
        """
        checker = self._wired()
        checker.block(block)
        upload_block(self._session, block)
        return self._records(block, checker)

    def _records(self, block: CycleBlock, checker: Checker) -> Iterator[CycleRecord]:
        link = self._session.link()
        try:
            yield from run_uploaded(
                self._session,
                block,
                window=self._window,
                poll_s=min(self._retry_policy.reply_s, self._session.hello.deadman_s / 4),
                longest_pulse_s=checker.pulse.max_s,
            )
        except GeneratorExit:
            # The iterator may outlive the connection it ran on; then there is nothing of ours to stop.
            if self._session.is_open and self._session.link() is link:
                self.safe_state()
            raise
        except BaseException as error:  # an interrupt from the keyboard too
            try:
                self.safe_state()
            except InstrumentError as unsafe:
                error.add_note(f"nor could it be brought to its safe state: {unsafe}")
            raise

    # ── the inside ───────────────────────────────────────────────────────────────────────────────

    def _made_checker(self, board: Welcome, wiring: Wiring) -> Checker:
        most = self._narrowed(board)
        return Checker(
            self.name,
            self.url,
            ChannelLimits(most.node_min_V, most.node_max_V),
            ChannelLimits(most.gate_min_V, most.gate_max_V),
            PulseLimits(0.0, most.pulse_max_s, board.pulse_step_s),
            most.block_cycles,
            wiring,
        )

    def _narrowed(self, board: Welcome) -> Limits:
        return narrowed(board, self._nodes, self._gates, self._pulse_max_s)

    def _wired(self) -> Checker:
        self._session.link()
        if self._checker is None:
            raise ProtocolError(say("{name} does not know its wiring: wire it first", name=self.name))
        return self._checker


def _identity(who: Welcome) -> InstrumentIdentity:
    return InstrumentIdentity("controller board", who.name, who.serial, who.simulated, firmware=who.firmware)


def _what_is_wrong(held: Held) -> Message:
    driven = [(q, v) for q, v in enumerate(held.sources_V) if v != 0.0]
    parts = [say("source {number} at {volts:.4g} V", number=q, volts=v) for q, v in driven]
    parts += [say("learning on")] if held.learning_on else []
    parts += [] if held.clamps_released else [say("the clamps")]
    return joined(parts, ", ") if parts else Message.of(BoardState(held.state).name.lower())
