"""What the host tells a DAQ board step by step: drive, read, switch, pulse, and whole training cycles.

A cycle is counted in calls, since each takes a third of a millisecond and more through a device server:
sources, reading, clamps, two for the pulse, reading. Lines are touched only where they must change
(docs/decisions/0012).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from drivers.hardware import daq_wires as wire
from drivers.hardware.config import LimitSettings
from drivers.hardware.daq_block import BlockWriter
from drivers.hardware.daq_clamps import Clamps
from drivers.hardware.daq_settings import DaqSettings
from drivers.nidaq.edges import NidaqEdgeArray
from protocols.block import CycleBlock, FloatArray
from protocols.cycle_rules import CycleRules
from protocols.task import Wiring

Name = Callable[[int], str]


class DaqSteps:
    """The steps of a board that is open for one wiring. All readings are means of `settings.samples`."""

    def __init__(
        self,
        settings: DaqSettings,
        limits: LimitSettings,
        parts: wire.DaqParts,
        edges: NidaqEdgeArray,
        wiring: Wiring,
    ) -> None:
        self.wiring = wiring
        self.edges = edges
        self._settings, self._limits, self._parts = settings, limits, parts
        self._inputs = tuple(parts.sense.channels)
        self._matrix = wiring.output_matrix()
        self._beat = False

    def cycle(
        self, block: CycleBlock, cycle: int, rules: CycleRules, clamps: Clamps, written: BlockWriter
    ) -> None:
        """Carry out one training cycle of a block and write down what happened.

        Clamps hold the clamped copy only: where they are connected they stay so for the next free reading.
        Whatever would touch the copy that is read free (`away`) is taken off before it.
        """
        point = int(block.points[cycle])
        self.switch(self._roles(chopped=rules.chopped(block.first_cycle + cycle)))
        self.drive(self.sources(block.inputs[cycle]))
        reading = self.read()
        free_V = self.targets(reading, wire.free)
        outputs_V = self._matrix @ free_V
        decision = rules.decide(point, outputs_V, block.labels[cycle], block.margins[point])
        pulse_s = decision.pulse_s if decision.pulse_s >= self._settings.learn.shortest else 0.0
        given_s = 0.0
        if decision.clamps and pulse_s > 0.0:
            held = clamps.held(block.method, block.labels[cycle], free_V, outputs_V, decision)
            self.switch(held.lines)
            self.drive(held.volts)
            given_s = self._parts.switch.pulse(pulse_s)
            reading = self.read()
        elif pulse_s > 0.0 or not self._parts.lines.holds(wire.CLAMP, False):
            self.switch({wire.CLAMP: False})
            self.drive({})
            given_s = self._parts.switch.pulse(pulse_s)
            reading = self.read()
        # Else nothing has changed: the clamped copy is in the reading of the free one.
        written.write(cycle, outputs_V, self._matrix @ self.targets(reading, wire.clamped), given_s)
        if cycle in block.snapshots:
            written.keep(*self.sweep(gates=True))

    def sources(self, inputs_V: FloatArray) -> dict[str, float]:
        """Return what drives the sources (S,), given in volts at the node, as outputs and volts there."""
        gain, nodes = self._settings.node_gain, self.wiring.source_nodes
        return {wire.source(node): gain * float(v) for node, v in zip(nodes, inputs_V, strict=True)}

    def drive(self, volts: Mapping[str, float]) -> None:
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

    def read(self) -> Mapping[str, float]:
        """Read every input once, each averaged over the samples, in volts at the terminal."""
        volts = self._parts.sense.read(self._inputs, self._settings.samples)
        return dict(zip(self._inputs, volts.tolist(), strict=True))

    def targets(self, reading: Mapping[str, float], name: Name) -> FloatArray:
        """Return the target nodes (targets,) of one copy, in volts at the node."""
        return np.array([reading[name(n)] for n in self.wiring.target_nodes]) / self._settings.node_gain

    def sweep(self, *, gates: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Read all gates (E,) if asked for, and all nodes (N,) of both copies, one by one, in volts."""
        network = self.wiring.network
        self.drive({})
        read_V = self.edges.read_all(max(network.nodes, network.n_edges if gates else 0))
        self._parts.lines.set({wire.ENABLE: False})
        gates_V = np.full(network.n_edges, np.nan)
        for edge in np.flatnonzero(network.transistors() & gates):
            gates_V[edge] = self.edges.checked(int(edge), float(read_V[wire.GATE_MUX][edge]))
        free_V, clamped_V = (read_V[m][: network.nodes] for m in (wire.FREE_MUX, wire.CLAMPED_MUX))
        gain = self._settings.node_gain
        return gates_V, free_V / gain, clamped_V / gain

    def release(self) -> None:
        """Take the clamps off, and give the copies their own roles."""
        self.switch({wire.CLAMP: False, **self._roles(chopped=False)})

    def switch(self, wanted: Mapping[str, bool]) -> None:
        """Put lines to states, unless they are known to be in them."""
        lines = self._parts.lines
        if not all(lines.holds(line, state) for line, state in wanted.items()):
            lines.set(wanted)

    def _roles(self, *, chopped: bool) -> dict[str, bool]:
        """Return the lines, of those wired, by which one copy is free and in which role each copy is."""
        states = {wire.AWAY: False, wire.CHOP: chopped}
        return {line: state for line, state in states.items() if line in self._parts.lines.lines}
