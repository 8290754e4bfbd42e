"""The simulated board behind screw terminals: voltages and lines in, voltages out, pulses that learn.

Everything physical is the `Plant`'s own: its board with every imperfection, its solver, its learning
law. What is added is what stands between a data-acquisition device and the board: gains, a switch that
connects the clamps, one that holds the gates, a multiplexer, a gate charger, and wires, which may be
swapped, off, or touch each other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocols.block import FloatArray
from protocols.errors import InstrumentError
from protocols.messages import say
from protocols.method import Method
from protocols.task import Wiring
from sim_backend.board.config import BenchConfig
from sim_backend.emulators.board_wires import BoardWires
from sim_backend.emulators.daq.device import Lines
from sim_backend.emulators.terminals import Terminals, WiringFaults
from sim_backend.plant.cycle import drift_thresholds, drive_sources, hold
from sim_backend.plant.deciding import quantise
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.learning import TOLERANCE_V, learn_once, settle_once
from sim_backend.plant.learning_arrays import no_copies
from sim_backend.plant.newton import relax
from sim_backend.simulation import Plant

__all__ = ["BOARD_GAIN", "GATE_GAIN", "Lines", "Terminals", "WiredPlant", "WiringFaults"]

BOARD_GAIN = 11.0  # of the amplifiers behind the nodes, and of the dividers before the sources
GATE_GAIN = 0.5  # of the divider behind the gates
LEAK_STEP_S = 1e-4  # gates leak in steps of this, 2 µV of the leakiest preset, not at every sample


class _Places(NamedTuple):
    """Numbers of the analog outputs that go to each kind of place on the board."""

    sources: NDArray[np.int64]
    clamps: NDArray[np.int64]
    away: NDArray[np.int64]
    labels: NDArray[np.int64]


class WiredPlant:
    """A `Plant` seen through terminals; settles at each call, learns in pulses, forgets nothing.

    `eta` is the nudge the mixing circuit is set to, for boards wired with `labels`.
    """

    def __init__(
        self,
        config: BenchConfig,
        wiring: Wiring,
        terminals: Terminals,
        seed: int = 0,
        *,
        eta: float = 1.0,
        wiring_faults: WiringFaults | None = None,
    ) -> None:
        terminals.check(wiring)
        self.terminals = terminals
        self.eta = eta
        self._wires = BoardWires(terminals, wiring_faults or WiringFaults())
        self.plant = Plant(self._wires.with_loose_wires(config, wiring), wiring, seed)
        plant = self.plant
        listed = set(config.imperfections.faults.wires_off)
        for target, node in enumerate(wiring.target_nodes):
            if node in plant.board.wires_off and node not in listed:  # its clamp is loose, its reading is not
                plant.board.converters.adc_gain[target] = 1.0
        n_nodes = wiring.network.nodes
        self._places = _Places(*(np.array(t, dtype=np.int64) for t in (
            terminals.sources, terminals.clamps, terminals.away, terminals.labels
        )))  # fmt: skip
        self._copies = no_copies(plant.circuit, n_nodes)
        for nodes in (self._copies.v, self._copies.w):
            nodes[plant.circuit.order] = 0.5 * config.board.node_max
        # Follows: the mixing circuit tracks the free copy while learning lasts; an output cannot.
        self._nudged = plant.nudged(Method())._replace(follows=bool(terminals.labels))
        self._gate_less = ~wiring.network.transistors()
        self._leaks = bool(np.any(plant.board.edges.leak > 0.0))
        self._held_s = 0.0  # not leaked for yet
        self._quickest = max(float(np.max(plant.board.edges.rate, initial=0.0)), 1e-300)
        self._settled_for: tuple[bytes, bool, bool, bool] | None = None
        self._asked: tuple[bytes, bytes] | None = None
        self._lines: Lines = np.zeros(1, dtype=np.bool_)
        self._rehearse()

    # ── what a device can do ────────────────────────────────────────────────────────────────────

    def settle(self, ao_V: FloatArray, lines: Lines) -> FloatArray:
        """Return the analog inputs at rest, shape (inputs,), for outputs (AO,) in volts and lines (DO,).

        Raises InstrumentError when the board comes to no rest.
        """
        self._come_to_rest(ao_V, lines)
        return self._inputs(1)[:, 0]

    def scan(self, ao_V: FloatArray, lines: Lines, period_s: float, samples: int) -> FloatArray:
        """Return the analog inputs (inputs, samples) at the edges of a clock, in volts; that time passes.

        Gates leak and thresholds drift in steps of `LEAK_STEP_S`. Raises InstrumentError as `settle` does.
        """
        scans, left = [], samples
        while left > 0:
            some = min(left, max(1, int(LEAK_STEP_S / period_s)))
            self._come_to_rest(ao_V, lines)
            scans.append(self._inputs(some))
            self.wait(some * period_s)
            left -= some
        return scans[0] if len(scans) == 1 else np.concatenate(scans, axis=1)

    def pulse(self, ao_V: FloatArray, lines: Lines, length_s: float) -> None:
        """Come to rest for these outputs and lines, then learn for one pulse."""
        self._come_to_rest(ao_V, lines)
        self.learn(length_s)

    def learn(self, pulse_s: float) -> None:
        """Let the gates learn for one pulse with sources and clamps as last settled, unless they are held."""
        plant, t = self.plant, self.terminals
        if t.hold is not None and self._lines[t.hold]:
            self.wait(pulse_s)
            return
        k, edges = plant.board.converters, plant.board.edges
        duration_s = float(quantise(pulse_s, k.pulse_step))
        if k.pulse_jitter > 0.0:
            duration_s += k.pulse_jitter * float(plant.draws.pulse.standard_normal())
        if duration_s <= 0.0:
            return
        first, second, polarity = self._roles()
        settled = learn_once(
            plant.circuit,
            first,
            second,
            edges,
            plant.gates,
            self._copies,
            self._nudged,
            duration_s,
            self._quickest,
            polarity,
            plant.scratch,
        )
        if not settled:
            raise InstrumentError("plant", say("voltages did not settle while learning"))
        moved = plant.gates + edges.charge
        plant.gates[:] = np.where(
            edges.charge != 0.0, np.clip(moved, edges.wall_low, edges.wall_high), plant.gates
        )
        plant.clock_s += duration_s
        self._settled_for = None

    def wait(self, duration_s: float) -> None:
        """Let time pass with the gates held: they leak, and thresholds drift."""
        self.plant.clock_s += duration_s
        if self._leaks:
            self._held_s += duration_s
            if self._held_s >= LEAK_STEP_S:
                self._leak()

    def probe(self, node: int) -> float:
        """Return what stands on a node of the free copy, as last settled, in volts, as a meter sees it."""
        return float(self._copies.v[node])

    def set_gates(self, gates_V: FloatArray) -> None:
        """Put the gates (E,) to these voltages at once, in volts, past every terminal."""
        self.plant.gates[:] = gates_V
        self._held_s = 0.0
        self._settled_for = None

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _come_to_rest(self, ao_V: FloatArray, lines: Lines) -> None:
        """Settle the board for these outputs and lines, unless it rests there already."""
        t, asked = self.terminals, (ao_V.tobytes(), lines.tobytes())
        if asked == self._asked and self._settled_for is not None and self.plant.drift.amplitude == 0.0:
            return
        self._asked, wired_V = asked, self._wires.outputs(ao_V)
        self._lines = self._wires.lines(lines)
        if t.charge is not None and t.charge_line is not None and self._lines[t.charge_line]:
            self._charge(wired_V[t.charge] / GATE_GAIN)
        connected = t.clamp is None or bool(self._lines[t.clamp])
        both = bool(t.away) and connected and self._high(t.away_line)
        state = wired_V.tobytes(), connected, both, self._high(t.chop)
        if self._settled_for != state or self.plant.drift.amplitude > 0.0:
            self._leak()
            self._relax(wired_V, connected, both)
            self._settled_for = state

    def _rehearse(self) -> None:
        """Have everything compiled that a host will wait for; a host waits for seconds at most."""
        plant, s = self.plant, self._copies
        board, c, work = plant.board, plant.circuit, plant.scratch
        copies, gates, first, second = no_copies(c, len(s.v)), plant.gates.copy(), board.free, board.clamped
        drive_sources(plant.ports, board.converters, np.zeros(len(plant.ports.source)), copies.v, copies.w)
        relax(c, first, gates, copies.v, len(c.order), copies.lu_free, TOLERANCE_V, work.residual, work.row)
        settle_once(c, first, second, gates, copies, self._nudged, work)
        learn_once(c, first, second, board.edges, gates, copies, self._nudged, 0.0, self._quickest, 1.0, work)
        hold(board.edges, gates, 0.0)
        if plant.drift.amplitude > 0.0:
            drift_thresholds(plant.drift, plant.clock_s, first, second)

    def _leak(self) -> None:
        """Let the gates leak for the time they were held."""
        if self._held_s > 0.0:
            hold(self.plant.board.edges, self.plant.gates, self._held_s)
            self._held_s = 0.0
            self._settled_for = None

    def _high(self, line: int | None) -> bool:
        return line is not None and bool(self._lines[line])

    def _roles(self) -> tuple[Devices, Devices, float]:
        """Return the devices of the copy that is read free, of the one that is clamped, and the sign."""
        board = self.plant.board
        return (board.clamped, board.free, -1.0) if self._high(self.terminals.chop) else (
            board.free, board.clamped, 1.0
        )  # fmt: skip

    def _relax(self, wired_V: FloatArray, connected: bool, both: bool) -> None:
        plant, s = self.plant, self._copies
        if both != self._nudged.symmetric:
            self._nudged = self._nudged._replace(symmetric=both)
        n = self._nudged
        first, second, _ = self._roles()
        board, c, k, work = plant.board, plant.circuit, plant.board.converters, plant.scratch
        if plant.drift.amplitude > 0.0:
            drift_thresholds(plant.drift, plant.clock_s, board.free, board.clamped)
        inputs_V = wired_V[self._places.sources] / BOARD_GAIN
        drive_sources(plant.ports, k, inputs_V, s.v, s.w)
        at_rest = relax(
            c, first, plant.gates, s.v, len(c.order), s.lu_free, TOLERANCE_V, work.residual, work.row
        )
        n.released[0] = not connected
        if connected:
            self._set_clamps(wired_V)
        if not (at_rest and settle_once(c, first, second, plant.gates, s, n, work)):
            raise InstrumentError("plant", say("voltages did not settle"))

    def _set_clamps(self, wired_V: FloatArray) -> None:
        """Say how the targets of the clamped copy are held; the free copy is at rest."""
        t, n, ports, k = self.terminals, self._nudged, self.plant.ports, self.plant.board.converters
        free_V = self._copies.v[ports.target]
        if t.labels:
            n.output_start[:] = 0.0
            np.add.at(n.output_start, ports.output, ports.sign * free_V)
            label_V = _stepped(wired_V[self._places.labels] / BOARD_GAIN, k.label_step)
            share = ports.sign * ports.share * k.clamp_gain
            n.base[:] = free_V
            n.toward[:] = share * self.eta * (label_V - n.output_start)[ports.output] + k.clamp_offset
            n.follow_gain[:] = share * self.eta
        else:
            step = k.source_step
            held_V = _stepped(wired_V[self._places.clamps] / BOARD_GAIN, step)
            n.base[:] = held_V
            # The gain error is one of the displacement, as in the plant's own software clamp.
            n.toward[:] = (k.clamp_gain - 1.0) * (held_V - free_V) + k.clamp_offset
            if n.symmetric:
                away_V = _stepped(wired_V[self._places.away] / BOARD_GAIN, step)
                n.away[:] = away_V - held_V + (k.clamp_gain - 1.0) * (away_V - free_V) + k.clamp_offset

    def _inputs(self, samples: int) -> FloatArray:
        """Return what the inputs read of a board at rest, (inputs, samples), in volts."""
        t, plant, v, w = self.terminals, self.plant, self._copies.v, self._copies.w
        k, target = plant.board.converters, plant.ports.target
        volts, places = np.zeros((t.inputs, samples)), [*t.free, *t.clamped]
        seen = [k.adc_gain * v[target] + k.adc_offset]
        if t.clamped:  # no converters of their own: noise and steps, but no offset and no gain error
            seen.append(w[target])
        enabled = t.enable is None or bool(self._lines[t.enable])
        address = self._address() if enabled else 0
        if enabled:
            for terminal, nodes in ((t.free_mux, v), (t.clamped_mux, w)):
                if terminal is not None and address < len(nodes):
                    places.append(terminal)
                    seen.append(nodes[address : address + 1])
        volts[places] = self._converted(np.concatenate(seen), samples)
        if enabled and t.gate_mux is not None and address < len(plant.gates) and not self._gate_less[address]:
            volts[t.gate_mux] = GATE_GAIN * self._read_gate(address, samples)
        return self._wires.inputs(volts)

    def _converted(self, nodes_V: FloatArray, samples: int) -> FloatArray:
        """Return what the converters read of nodes (n,), (n, samples), in volts at the terminal."""
        k = self.plant.board.converters
        read_V = np.repeat(nodes_V[:, None], samples, axis=1)
        if k.adc_noise > 0.0:
            read_V += k.adc_noise * self.plant.draws.reading.standard_normal((samples, len(nodes_V))).T
        return BOARD_GAIN * _stepped(read_V, k.adc_step)

    def _read_gate(self, edge: int, samples: int) -> FloatArray:
        """Return what the gate converter reads of one gate, (samples,), in volts."""
        doses = self.plant.config.imperfections
        read_V = np.full(samples, self.plant.gates[edge])
        if doses.gate_adc_noise > 0.0:
            read_V += doses.gate_adc_noise * self.plant.draws.measuring.standard_normal(samples)
        return _stepped(read_V, doses.gate_adc_step)

    def _charge(self, gate_V: float) -> None:
        """Charge the gate addressed; its walls limit it."""
        edge, edges = self._address(), self.plant.board.edges
        if edge < len(self.plant.gates) and not self._gate_less[edge]:
            self._leak()
            charged_V = min(max(gate_V, edges.wall_low[edge]), edges.wall_high[edge])
            if self.plant.gates[edge] != charged_V:
                self.plant.gates[edge] = charged_V
                self._settled_for = None

    def _address(self) -> int:
        return sum(int(self._lines[line]) << bit for bit, line in enumerate(self.terminals.address))


def _stepped(volts: FloatArray, step_V: float) -> FloatArray:
    """Round voltages to the nearest step of a converter; step 0 is an ideal one."""
    return step_V * np.rint(volts / step_V) if step_V > 0.0 else volts
