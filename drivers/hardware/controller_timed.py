"""A bench timed by a controller board: the board runs blocks by itself and streams their records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

import numpy as np

from drivers.controller import Controller, RetryPolicy
from drivers.hardware.config import ControllerSettings, LimitSettings, TransistorSettings
from drivers.hardware.nominal import conductances
from protocols.bench import InstrumentIdentity, Limits, NodeReading, SafeState
from protocols.block import BoolArray, CycleBlock, CycleRecord, FloatArray, Snapshots
from protocols.checks import check_length, checked_inputs
from protocols.errors import ConfigError, ProtocolError
from protocols.messages import say
from protocols.task import Wiring

ATTEMPTS = 5


class ControllerTimedBoard:
    """A learning board behind a controller; implements `protocols.Bench`.

    A block that is longer than the board's memory goes over in pieces, one after the other. Limits are the
    bench file's; a board that allows less is refused when it is opened, not in the middle of a run.
    """

    def __init__(
        self,
        settings: ControllerSettings,
        limits: LimitSettings | None = None,
        transistors: TransistorSettings | None = None,
        *,
        name: str = "controller",
    ) -> None:
        self.name = name
        self._settings = settings
        self._limits = limits or LimitSettings()
        self._transistors = transistors or TransistorSettings()
        self._wiring: Wiring | None = None
        self._controller = Controller(
            settings.address,
            name=name,
            serial_number=settings.serial,
            baud=settings.baud,
            nodes=self._limits.nodes(),
            gates=self._limits.gates(),
            pulse_max_s=self._limits.pulse_max,
            deadman_s=settings.deadman,
            width=4 if settings.single_precision else 8,
            retry_policy=RetryPolicy(settings.timeout / 2 / ATTEMPTS, ATTEMPTS),
        )

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    def open(self, wiring: Wiring) -> None:
        """Connect and tell the board its wiring.

        Raises ConfigError when the board allows less than the bench file promises.
        """
        if self._wiring is not None:
            raise ProtocolError(say("the bench is already open: close it first"))
        self._controller.open()
        try:
            self._check_limits(self._controller.limits())
            self._controller.wire(wiring)
        except BaseException:
            self._controller.close()
            raise
        self._wiring = wiring

    def identify(self) -> InstrumentIdentity:
        """Ask the board who it is; it changes nothing."""
        return self._controller.identify()

    def release(self) -> None:
        """Let the port go as it is."""
        self._controller.release()

    def connect(self) -> None:
        """Connect without a wiring: enough to make the board safe."""
        self._controller.open()

    def close(self) -> None:
        """Reach the safe state and let the port go; closing twice is harmless.

        Where the connection is gone, it is made once more for it.
        """
        wired, self._wiring = self._wiring, None
        if wired is not None and not self._controller.is_open:
            self.safe_state()
        self._controller.close()

    def safe_state(self) -> SafeState:
        """Hold the gates, sources to 0 V, clamps released, all read back; connects for it where necessary."""
        if self._controller.is_open:
            return self._controller.safe_state()
        self._controller.reopen()  # greeting alone makes the board safe; what follows verifies it
        try:
            return self._controller.safe_state()
        finally:
            self._controller.close()

    def keep_alive(self) -> None:
        """Tell the board that somebody is there: its dead-man timer starts anew."""
        self._controller.held()

    def limits(self) -> Limits:
        """Return what the bench file allows."""
        return self._limits.of_bench()

    def identity(self) -> InstrumentIdentity:
        """Return who the board says it is. Raises ConnectionLost when it is not open."""
        return self._controller.identity()

    # ── what a bench does ────────────────────────────────────────────────────────────────────────

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts; raises OutOfLimit beyond the walls."""
        gates = np.array(gates_V, dtype=float)
        fixed = list(self._opened().network.fixed_resistance)
        if gates.shape == (self._opened().network.n_edges,):
            gates[fixed] = self._limits.gate_min  # a resistor has no gate; any number will do
        self._controller.reset_gates(gates)

    def run(self, block: CycleBlock) -> CycleRecord:
        """Have the board run a block, in pieces where it is long, and return the record of the whole."""
        self._opened()
        check_length(block, self.limits())
        records: list[CycleRecord] = []
        wrong = block.wrong
        for piece in self._cut(block):
            records.extend(self._controller.run_block(replace(piece, wrong=wrong)))
            wrong = records[-1].wrong
        return joined(records)

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        self._opened()
        return self._controller.measure(inputs_V)

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""
        self._opened()
        return self._controller.read_gates()

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies (P, N) for inputs (P, S), clamps released, in volts."""
        inputs = checked_inputs(inputs_V, self._opened())
        readings = []
        for row in inputs:
            self._controller.set_sources(row)
            readings.append(self._controller.read_nodes())
        return NodeReading(
            np.concatenate([r.free for r in readings]), np.concatenate([r.clamped for r in readings])
        )

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances near 0 V by the nominal law, in siemens (…, E)."""
        return conductances(self._transistors, self._opened().network, gates_V)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def _opened(self) -> Wiring:
        if self._wiring is None:
            raise ProtocolError(say("the bench is not open"))
        return self._wiring

    def _check_limits(self, board: Limits) -> None:
        """Raise ConfigError where the file promises what the board does not give."""
        asked = self._limits.of_bench()
        for key, less in (
            ("node_max", board.node_max_V < asked.node_max_V),
            ("node_min", board.node_min_V > asked.node_min_V),
            ("gate_max", board.gate_max_V < asked.gate_max_V),
            ("gate_min", board.gate_min_V > asked.gate_min_V),
            ("pulse_max", board.pulse_max_s < asked.pulse_max_s),
        ):
            if less:
                field = f"{key}_s" if key == "pulse_max" else f"{key}_V"
                raise ConfigError(
                    say(
                        "the {name} at {address} does not go that far",
                        name=self.name,
                        address=self._settings.address,
                    ),
                    key=f"limits.{key}",
                    value=getattr(asked, field),
                    allowed=say("its own limit is {limit:g}", limit=getattr(board, field)),
                )

    def _cut(self, block: CycleBlock) -> Iterator[CycleBlock]:
        """Yield pieces that the board can keep, in order."""
        most = len(block)
        while most > 1 and not self._controller.fits(block.part(0, most)):
            most = -(-most // 2)
        for start in range(0, len(block), most):
            yield block.part(start, min(start + most, len(block)))


def joined(records: Sequence[CycleRecord]) -> CycleRecord:
    """Join records end to end: the record of a block from those of its parts."""
    if len(records) == 1:
        return records[0]
    along = {
        name: np.concatenate([getattr(r, name) for r in records])
        for name in ("points", "free_outputs", "clamped_outputs", "learning_time_s", "start_s", "lateness_s")
    }
    kept = Snapshots(
        **{f.name: np.concatenate([getattr(r.snapshots, f.name) for r in records]) for f in fields(Snapshots)}
    )
    wrong: BoolArray = records[-1].wrong
    return CycleRecord(records[0].first_cycle, **along, wrong=wrong, snapshots=kept)
