"""A bench timed by a DAQ board: the host steps the cycles, the board's clocks and counter keep the times.

Gates move only while the counter's pulse lasts, and that is exact; what the host does before and after
may take as long as it likes. So a cycle is a handful of calls, not a waveform (docs/decisions/0012).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from drivers.errors import InstrumentFault
from drivers.hardware import daq_wires as wire
from drivers.hardware.config import LimitSettings, TransistorSettings
from drivers.hardware.daq_block import BlockWriter, check_inputs, check_run
from drivers.hardware.daq_clamps import Clamps
from drivers.hardware.daq_settings import DaqSettings
from drivers.nidaq.edges import NidaqEdgeArray
from protocols.bench import Identity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.cycle_rules import CycleRules
from protocols.errors import ProtocolError
from protocols.task import Wiring

FED_EARLY = 4  # the watchdog is fed this many times in its time
Name = Callable[[int], str]


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
        self._wiring: Wiring | None = None
        self._edges: NidaqEdgeArray | None = None
        self._opened_s = 0.0
        self._fed_s = 0.0
        self._beat = False

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    def open(self, wiring: Wiring) -> None:
        """Connect, and make sure that the board is the one expected and has a wire for all that is needed.

        Nothing is driven but the safe state's lines. Raises ConfigError for a wire that is missing.
        """
        if self._wiring is not None:
            raise ProtocolError("the bench is already open: close it first")
        wire.check_wires(self._settings, wiring)
        self.connect()
        try:
            self._edges = self._parts.edges(self._settings, self._limits, self._transistors, wiring)
            self.safe_state()
            if self._parts.watchdog is not None:
                self._parts.watchdog.start()
        except BaseException:
            self._let_go()
            raise
        self._wiring = wiring
        self._opened_s = self._fed_s = time.monotonic()

    def connect(self) -> None:
        """Connect without a wiring: enough to identify the board and to make it safe."""
        try:
            for part in self._parts.all:
                part.open()
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        """Reach the safe state and let the board go, whatever happens; closing twice is harmless."""
        self._wiring = self._edges = None
        if not self._parts.board.is_open:
            return
        try:
            self.safe_state()
        finally:
            self._let_go()

    def safe_state(self) -> SafeState:
        """Hold the gates, release the clamps, all outputs to 0 V, read back; connect for it where needed."""
        return self._parts.board.surely(self._make_safe)

    def limits(self) -> Limits:
        """Return what the bench file allows."""
        return self._limits.of_bench()

    def identity(self) -> Identity:
        """Return who the board says it is."""
        return self._parts.board.identity()

    # ── what a bench does ────────────────────────────────────────────────────────────────────────

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts; resistors may be given anything.

        Raises OutOfLimit beyond the walls, with that gate and those after it left as they were.
        """
        wiring, edges, lines = self._opened(), self._edge_array(), self._parts.lines
        gates = np.asarray(gates_V, dtype=float)
        learning = wiring.network.transistors()
        if gates.shape != learning.shape or not np.all(np.isfinite(gates[learning])):
            raise ProtocolError(f"{len(learning)} finite gate voltages are needed, not {gates.shape}")
        self._attend()
        self._release()
        for edge in np.flatnonzero(learning):
            self._drive({wire.CHARGE: float(gates[edge]) * self._settings.gate_gain})
            edges.point_at(int(edge))
            lines.set({wire.CHARGING: True})
            self._read()  # it charges meanwhile, and the outputs are read back
            lines.set({wire.CHARGING: False})
            self._feed()
        lines.set({wire.ENABLE: False})

    def run(self, block: CycleBlock) -> CycleRecord:
        """Step through a block of training cycles and return what happened."""
        wiring = self._opened()
        check_run(block, wiring, self._limits.of_bench())
        clamps = Clamps(self._settings, self._limits, wiring)
        clamps.check(block.method)
        self._attend()
        learn = self._settings.learn
        rules = CycleRules(
            block.method, block.wrong, pulse_step_s=learn.step, pulse_max_s=self._limits.pulse_max
        )
        written = BlockWriter(block, wiring, self._settings.period, self._opened_s)
        with self._parts.switch.counted_together():
            for cycle in range(len(block)):
                written.begin(cycle)
                self._cycle(block, cycle, rules, clamps, written)
                self._feed()
        self._parts.switch.hold()
        return written.record(rules.wrong)

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        wiring = self._opened()
        inputs = check_inputs(inputs_V, wiring, self._limits.of_bench())
        self._attend()
        self._release()
        outputs = np.empty((len(inputs), len(wiring.outputs)))
        for row, volts in enumerate(inputs):
            self._drive(self._sources(volts))
            outputs[row] = wiring.output_matrix() @ self._targets(self._read(), wire.free)
            self._feed()
        return outputs

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""
        edges = self._edge_array()
        self._attend()
        self._drive({})
        gates_V = edges.read_gates()
        self._parts.lines.set({wire.ENABLE: False})
        return gates_V

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies (P, N), clamps released, for inputs (P, S), in volts."""
        wiring = self._opened()
        inputs = check_inputs(inputs_V, wiring, self._limits.of_bench())
        self._attend()
        self._release()
        nodes = wiring.network.nodes
        reading = NodeReading(np.empty((len(inputs), nodes)), np.empty((len(inputs), nodes)))
        for row, volts in enumerate(inputs):
            self._drive(self._sources(volts))
            _, reading.free[row], reading.clamped[row] = self._sweep(gates=False)
        return reading

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances near 0 V by the nominal law, in siemens (…, E)."""
        return self._edge_array().conductances(gates_V)

    # ── a cycle ──────────────────────────────────────────────────────────────────────────────────

    def _cycle(
        self, block: CycleBlock, cycle: int, rules: CycleRules, clamps: Clamps, written: BlockWriter
    ) -> None:
        wiring = self._opened()
        point, matrix = int(block.points[cycle]), wiring.output_matrix()
        self._release(chopped=rules.chopped(block.first_cycle + cycle))
        self._drive(self._sources(block.inputs[cycle]))
        free_V = self._targets(self._read(), wire.free)
        outputs_V = matrix @ free_V
        decision = rules.decide(point, outputs_V, block.labels[cycle], block.margins[point])
        pulse_s = decision.pulse_s if decision.pulse_s >= self._settings.learn.shortest else 0.0
        if decision.clamps and pulse_s > 0.0:
            held = clamps.held(block.method, block.labels[cycle], free_V, outputs_V, decision)
            self._drive(held.volts)
            self._parts.lines.set(held.lines)
        given_s = self._parts.switch.pulse(pulse_s)
        clamped_V = matrix @ self._targets(self._read(), wire.clamped)
        written.write(cycle, outputs_V, clamped_V, given_s)
        if cycle in block.snapshots:
            written.keep(*self._sweep(gates=True))

    # ── reading and driving ──────────────────────────────────────────────────────────────────────

    def _sources(self, inputs_V: FloatArray) -> dict[str, float]:
        gain = self._settings.node_gain
        nodes = self._opened().source_nodes
        return {wire.source(node): gain * float(v) for node, v in zip(nodes, inputs_V, strict=True)}

    def _drive(self, volts: Mapping[str, float]) -> None:
        """Set outputs; the next reading reads them back.

        The charger's output, which does nothing while its line is low, moves each time: its echo proves that
        the reading is of after, and not an older one once more.
        """
        self._beat = not self._beat
        beat_V = self._limits.gate_min * self._settings.gate_gain
        beat_V += 3.0 * self._settings.echo_tolerance * self._beat
        self._parts.drive.set_voltages({wire.CHARGE: beat_V, **volts})
        if self._settings.settle > 0.0:
            time.sleep(self._settings.settle)

    def _read(self) -> Mapping[str, float]:
        """Read every input once, each averaged over the samples, in volts at the terminal."""
        sense = self._parts.sense
        names = list(sense.channels)
        volts = sense.read(names, self._settings.samples)
        return {name: float(v) for name, v in zip(names, volts, strict=True)}

    def _targets(self, reading: Mapping[str, float], name: Name) -> FloatArray:
        """Return the target nodes (targets,) of one copy, in volts at the node."""
        nodes = self._opened().target_nodes
        return np.array([reading[name(n)] for n in nodes]) / self._settings.node_gain

    def _sweep(self, *, gates: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Read all gates (E,) if asked for, and all nodes (N,) of both copies, one by one, in volts."""
        network, edges = self._opened().network, self._edge_array()
        self._drive({})
        read_V = edges.read_all(max(network.nodes, network.n_edges if gates else 0))
        self._parts.lines.set({wire.ENABLE: False})
        gates_V = np.full(network.n_edges, np.nan)
        for edge in np.flatnonzero(network.transistors() & gates):
            gates_V[edge] = edges.checked(int(edge), float(read_V[wire.GATE_MUX][edge]))
        free_V, clamped_V = (read_V[m][: network.nodes] for m in (wire.FREE_MUX, wire.CLAMPED_MUX))
        gain = self._settings.node_gain
        return gates_V, free_V / gain, clamped_V / gain

    def _release(self, *, chopped: bool = False) -> None:
        """Take the clamps off, and give the copies the roles asked for."""
        lines, wanted = self._parts.lines, {wire.CLAMP: False}
        if wire.AWAY in lines.lines:
            wanted[wire.AWAY] = False
        if wire.CHOP in lines.lines:
            wanted[wire.CHOP] = chopped
        if not all(lines.holds(line, state) for line, state in wanted.items()):
            lines.set(wanted)

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
        """Unlock the outputs if the watchdog has made the board safe while nobody called."""
        watchdog = self._parts.watchdog
        if watchdog is None or not watchdog.armed:
            return
        if watchdog.expired():
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
                part.let_go()

    def _opened(self) -> Wiring:
        if self._wiring is None:
            raise ProtocolError("the bench is not open")
        return self._wiring

    def _edge_array(self) -> NidaqEdgeArray:
        self._opened()
        if self._edges is None:
            raise ProtocolError("the bench is not open")
        return self._edges
