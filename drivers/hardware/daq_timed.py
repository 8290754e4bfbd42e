"""A bench timed by a DAQ board: the host steps the cycles, the board's clocks and counter keep the times.

Gates move only while the counter's pulse lasts, and that is exact; what the host does before and after
may take as long as it likes. So a cycle is a handful of calls, not a waveform (docs/decisions/0012).
"""

from __future__ import annotations

import time

import numpy as np

from drivers.errors import InstrumentFault
from drivers.hardware import daq_wires as wire
from drivers.hardware.config import LimitSettings, TransistorSettings
from drivers.hardware.daq_block import BlockWriter, check_inputs, check_run
from drivers.hardware.daq_clamps import Clamps
from drivers.hardware.daq_settings import DaqSettings
from drivers.hardware.daq_steps import DaqSteps
from protocols.bench import InstrumentIdentity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.cycle_rules import CycleRules
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.task import Wiring

FED_EARLY = 4  # the watchdog is fed this many times in its time


class DaqTimedBoard:
    """A learning board behind a DAQ board; implements `protocols.Bench`.

    Limits are the bench file's, checked in the drivers of the outputs; a block that asks for more is refused
    before its first cycle. All readings are means of `settings.samples` samples.
    """

    def __init__(
        self,
        settings: DaqSettings,
        limits: LimitSettings | None = None,
        transistors: TransistorSettings | None = None,
        *,
        name: str = "daq",
    ) -> None:
        self.name = name
        self._settings = settings
        self._limits = limits or LimitSettings()
        self._transistors = transistors or TransistorSettings()
        self._parts = wire.make_parts(settings, self._limits, name)
        self._steps: DaqSteps | None = None
        self._opened_s = 0.0
        self._fed_s = 0.0

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    def open(self, wiring: Wiring) -> None:
        """Connect, and make sure that the board is the one expected and has a wire for all that is needed.

        Nothing is driven but the safe state's lines. Raises ConfigError for a wire that is missing.
        """
        if self._steps is not None:
            raise ProtocolError(say("the bench is already open: close it first"))
        wire.check_wires(self._settings, wiring)
        self.connect()
        try:
            edges = self._parts.edges(self._settings, self._limits, self._transistors, wiring)
            self.safe_state()
            if self._parts.watchdog is not None:
                self._parts.watchdog.start()
        except BaseException:
            self._let_go()
            raise
        self._steps = DaqSteps(self._settings, self._limits, self._parts, edges, wiring)
        self._opened_s = self._fed_s = time.monotonic()

    def identify(self) -> InstrumentIdentity:
        """Ask the board who it is; nothing is driven."""
        return self._parts.board.identify(self)

    def release(self) -> None:
        """Let the board go, if it was only asked who it is, as it is."""
        self._parts.board.close(self)

    def connect(self) -> None:
        """Connect without a wiring: enough to make the board safe."""
        try:
            for part in self._parts.all:
                part.open()
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        """Reach the safe state and let the board go, whatever happens; closing twice is harmless."""
        self._steps = None
        if not self._parts.board.is_open:
            return
        try:
            self.safe_state()
        finally:
            self._let_go()

    def safe_state(self) -> SafeState:
        """Hold the gates, release the clamps, all outputs to 0 V, read back; connect for it where needed."""
        return self._parts.board.retry_after_reset(self._make_safe)

    def limits(self) -> Limits:
        """Return what the bench file allows."""
        return self._limits.of_bench()

    def identity(self) -> InstrumentIdentity:
        """Return who the board says it is."""
        return self._parts.board.identity()

    # ── what a bench does ────────────────────────────────────────────────────────────────────────

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts; resistors may be given anything.

        Raises OutOfLimit beyond the walls, with that gate and those after it left as they were.
        """
        steps, lines = self._opened(), self._parts.lines
        gates = np.asarray(gates_V, dtype=float)
        learning = steps.wiring.network.transistors()
        if gates.shape != learning.shape or not np.all(np.isfinite(gates[learning])):
            raise ProtocolError(
                say(
                    "{count} finite gate voltages are needed, not {shape}",
                    count=len(learning),
                    shape=gates.shape,
                )
            )
        self._attend()
        steps.release()
        for edge in np.flatnonzero(learning):
            steps.drive({wire.CHARGE: float(gates[edge]) * self._settings.gate_gain})
            steps.edges.point_at(int(edge))
            lines.set({wire.CHARGING: True})
            steps.read()  # it charges meanwhile, and the outputs are read back
            lines.set({wire.CHARGING: False})
            self._feed()
        lines.set({wire.ENABLE: False})

    def run(self, block: CycleBlock) -> CycleRecord:
        """Step through a block of training cycles and return what happened."""
        steps = self._opened()
        check_run(block, steps.wiring, self._limits.of_bench())
        clamps = Clamps(self._settings, self._limits, steps.wiring)
        clamps.check(block.method)
        self._attend()
        learn = self._settings.learn
        rules = CycleRules(
            block.method, block.wrong, pulse_step_s=learn.step, pulse_max_s=self._limits.pulse_max
        )
        written = BlockWriter(block, steps.wiring, self._settings.period, self._opened_s)
        with self._parts.switch.counted_together():
            for cycle in range(len(block)):
                written.begin(cycle)
                steps.cycle(block, cycle, rules, clamps, written)
                self._feed()
        self._parts.switch.hold()
        return written.record(rules.wrong)

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        steps = self._opened()
        inputs = check_inputs(inputs_V, steps.wiring, self._limits.of_bench())
        self._attend()
        steps.release()
        matrix = steps.wiring.output_matrix()
        outputs = np.empty((len(inputs), len(matrix)))
        for row, volts in enumerate(inputs):
            steps.drive(steps.sources(volts))
            outputs[row] = matrix @ steps.targets(steps.read(), wire.free)
            self._feed()
        return outputs

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""
        steps = self._opened()
        self._attend()
        steps.drive({})
        gates_V = steps.edges.read_gates()
        self._parts.lines.set({wire.ENABLE: False})
        return gates_V

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies (P, N), clamps released, for inputs (P, S), in volts."""
        steps = self._opened()
        inputs = check_inputs(inputs_V, steps.wiring, self._limits.of_bench())
        self._attend()
        steps.release()
        nodes = steps.wiring.network.nodes
        reading = NodeReading(np.empty((len(inputs), nodes)), np.empty((len(inputs), nodes)))
        for row, volts in enumerate(inputs):
            steps.drive(steps.sources(volts))
            _, reading.free[row], reading.clamped[row] = steps.sweep(gates=False)
        return reading

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances near 0 V by the nominal law, in siemens (…, E)."""
        return self._opened().edges.conductances(gates_V)

    # ── safety ───────────────────────────────────────────────────────────────────────────────────

    def _make_safe(self) -> SafeState:
        """Try every part whatever happens in the others; raise the first failure."""
        problems: list[InstrumentFault] = []
        for part in self._parts.all:
            try:
                part.make_safe()
            except InstrumentFault as problem:
                problems.append(problem)
        if problems:
            raise problems[0]
        sources = tuple(0.0 for _ in self._settings.sources)
        return SafeState(learning_on=False, sources_V=sources, clamps_released=True)

    def keep_alive(self) -> None:
        """Feed the watchdog; if it has acted meanwhile, unlock the outputs again."""
        self._attend()

    def _attend(self) -> None:
        """Unlock the outputs if the watchdog has made the board safe while nobody called.

        A reset of the board, which a safe state may need, ends the watchdog: it is armed again.
        """
        watchdog = self._parts.watchdog
        if watchdog is None or not (watchdog.armed or watchdog.lost):
            return
        if watchdog.lost:
            watchdog.start()
        elif watchdog.expired():
            watchdog.clear()
            self._parts.lines.forget()
        else:
            watchdog.feed()
        self._fed_s = time.monotonic()

    def _feed(self) -> None:
        watchdog, limit_s = self._parts.watchdog, self._settings.watchdog
        if watchdog is None or limit_s is None or not watchdog.armed:
            return
        if time.monotonic() - self._fed_s > limit_s / FED_EARLY:
            watchdog.feed()
            self._fed_s = time.monotonic()

    def _let_go(self) -> None:
        """Let every part go; what goes wrong in one does not keep the others."""
        watchdog = self._parts.watchdog
        try:
            if watchdog is not None:
                watchdog.stop()
        finally:
            for part in reversed(self._parts.all):
                part.release()
            self.release()

    def _opened(self) -> DaqSteps:
        if self._steps is None:
            raise ProtocolError(say("the bench is not open"))
        return self._steps
