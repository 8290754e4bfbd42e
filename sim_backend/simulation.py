"""The plant: one wired board with its gates, the state it remembers and its work arrays."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from protocols.bench import NodeReading
from protocols.block import CycleBlock, CycleRecord, FloatArray, Snapshots
from protocols.errors import InstrumentError
from protocols.messages import say
from protocols.method import Contrast, Method
from protocols.task import Wiring
from sim_backend.board.build import SimulatedBoard, build_board
from sim_backend.board.config import BenchConfig
from sim_backend.board.imperfections import stream_seed
from sim_backend.plant.circuit import Circuit, build_circuit
from sim_backend.plant.cycle import drift_thresholds, drive_sources, run_cycles
from sim_backend.plant.cycle_arrays import (
    Memory,
    NoiseDraws,
    OutputScratch,
    Ports,
    Rule,
    ThresholdDrift,
    Trace,
)
from sim_backend.plant.deciding import quantise, read_target
from sim_backend.plant.edge_law import Devices
from sim_backend.plant.learning_arrays import Nudged, no_scratch
from sim_backend.plant.newton import NO_FACTORS, no_factors, relax

READING_TOLERANCE_V = 1e-12


class Draws:
    """The random numbers of a bench while it works, one stream each: how blocks are cut changes nothing."""

    def __init__(self, seed: int) -> None:
        def stream(name: str) -> np.random.Generator:
            return np.random.default_rng(stream_seed(seed, name))

        self.reading, self.clamp, self.pulse = (
            stream("adc_noise"),
            stream("clamp noise"),
            stream("pulse_jitter"),
        )
        self.dropped, self.late = stream("dropped_samples"), stream("late_cycles")
        self.measuring = stream("measuring")

    def noise(self, board: SimulatedBoard, cycles: int, targets: int) -> NoiseDraws:
        """Draw what a block of this many cycles needs; nothing for doses of 0."""
        room = room_for_noise(board, cycles, targets)
        self.draw(board, room)
        return room

    def draw(self, board: SimulatedBoard, room: NoiseDraws) -> None:
        """Draw a block's noise into its room."""
        self.reading.standard_normal(out=room.reading)
        self.clamp.standard_normal(out=room.clamp)
        self.pulse.standard_normal(out=room.pulse)
        chances = board.chances
        room.dropped[:] = self.dropped.random(len(room.dropped)) < chances.dropped
        if len(room.late):
            chance = self.late.random(len(room.late))
            delay = self.late.exponential(chances.late_by, len(room.late))
            room.late[:] = np.where(chance < chances.late, delay, 0.0)


def room_for_noise(board: SimulatedBoard, cycles: int, targets: int, *boards: int) -> NoiseDraws:
    """Return arrays (*boards, …) for a block's noise on boards like this one; length 0 for doses of 0."""
    k, chances = board.converters, board.chances
    reads = cycles if k.adc_noise > 0.0 else 0
    return NoiseDraws(
        reading=np.zeros((*boards, reads, targets)),
        clamp=np.zeros((*boards, reads if k.software_clamp else 0, targets)),
        pulse=np.zeros((*boards, cycles if k.pulse_jitter > 0.0 else 0)),
        dropped=np.zeros((*boards, cycles if chances.dropped > 0.0 else 0), dtype=np.bool_),
        late=np.zeros((*boards, cycles if chances.late > 0.0 else 0)),
    )


class Plant:
    """A wired board with its gates, memory and work arrays."""

    def __init__(self, config: BenchConfig, wiring: Wiring, seed: int) -> None:
        self.config = config
        self.wiring = wiring
        self.board: SimulatedBoard = build_board(config, wiring, seed)
        off = set(self.board.wires_off)
        driven = [n for n in wiring.source_nodes if n not in off]
        held = [n for n in wiring.target_nodes if n not in off]
        self.circuit: Circuit = build_circuit(wiring.network, driven, held, self.board.open_edges)
        self.ports = _ports(wiring, off)
        self.gates = self.board.edges.wall_low.copy()
        self.draws = Draws(seed)
        self.clock_s = 0.0
        self.scratch = no_scratch(len(self.circuit.order), wiring.network.n_edges)
        self.memory = self._memory(0)
        free, clamped, chances = self.board.free, self.board.clamped, self.board.chances
        self.drift = ThresholdDrift(
            amplitude=chances.drift if chances.drift_period > 0.0 else 0.0,
            period=chances.drift_period,
            phase=chances.drift_phase,
            free=free.threshold.copy(),
            clamped=clamped.threshold.copy(),
        )
        if self.drift.amplitude > 0.0:
            drift_thresholds(self.drift, 0.0, free, clamped)

    def run(self, block: CycleBlock, clock_s: float) -> CycleRecord:
        """Run a block that starts at clock_s seconds on the bench's clock."""
        if len(block.wrong) > len(self.memory.visited):
            self.memory = self._memory(len(block.wrong))
        nodes, edges = self.wiring.network.nodes, len(self.gates)
        # Block arrays are frozen; copies give compiled code one type, whoever made the block.
        n, outputs, kept = len(block), block.labels.shape[1], len(block.snapshots)
        trace = Trace(
            np.empty((n, outputs)),
            np.empty((n, outputs)),
            np.empty(n),
            np.empty(n),
            np.empty(n),
            np.empty((kept, edges)),
            np.empty((kept, nodes)),
            np.empty((kept, nodes)),
        )
        wrong = block.wrong.copy()
        board = self.board
        stuck = run_cycles(
            self.circuit,
            self.ports,
            board.free,
            board.clamped,
            board.edges,
            board.converters,
            self.drift,
            rule_of(block.method),
            self.gates,
            self.memory,
            np.array(block.points, dtype=np.int64),
            np.array(block.inputs, dtype=float),
            np.array(block.labels, dtype=float),
            np.array(block.margins, dtype=float),
            wrong,
            np.array(block.snapshots, dtype=np.int64),
            block.first_cycle,
            clock_s,
            self.nudged(block.method),
            self.scratch,
            output_scratch(len(self.ports.target), outputs),
            trace,
            self.draws.noise(board, n, len(self.ports.target)),
        )
        if stuck >= 0:
            raise InstrumentError(
                "plant",
                say("voltages did not settle in cycle {first_cycle}", first_cycle=block.first_cycle + stuck),
            )
        snapshots = Snapshots(
            block.first_cycle + block.snapshots,
            trace.snapshot_gates,
            trace.snapshot_free,
            trace.snapshot_clamped,
        )
        return CycleRecord(
            first_cycle=block.first_cycle,
            points=block.points,
            free_outputs=trace.free_outputs,
            clamped_outputs=trace.clamped_outputs,
            learning_time_s=trace.learning_time,
            start_s=trace.start,
            lateness_s=trace.lateness,
            wrong=wrong,
            snapshots=snapshots,
        )

    def measure(self, inputs: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S), in volts."""
        free = self._settled(self.board.free, inputs)
        outputs = np.zeros((len(inputs), len(self.wiring.outputs)))
        for t, node in enumerate(self.ports.target):
            for p in range(len(inputs)):
                noise = self.draws.measuring.standard_normal()
                reading = read_target(self.board.converters, t, free[p, node], noise)
                outputs[p, self.ports.output[t]] += self.ports.sign[t] * reading
        return outputs

    def read_nodes(self, inputs: FloatArray) -> NodeReading:
        """Return the resting nodes of both copies for inputs (P, S), in volts."""
        return NodeReading(self._settled(self.board.free, inputs), self._settled(self.board.clamped, inputs))

    def read_gates(self) -> FloatArray:
        """Read the gates (E,) with noise and quantisation, in volts; resistors read NaN."""
        doses = self.config.imperfections
        noise = doses.gate_adc_noise * self.draws.measuring.standard_normal(len(self.gates))
        step = doses.gate_adc_step
        read = np.array([quantise(g, step) for g in self.gates + noise])
        read[~self.wiring.network.transistors()] = np.nan
        return read

    def _settled(self, devices: Devices, inputs: FloatArray) -> FloatArray:
        """Return the resting node voltages (P, N) of one copy with only the sources driven."""
        c = self.circuit
        voltages = np.zeros((len(inputs), self.wiring.network.nodes))
        v = np.zeros(self.wiring.network.nodes)
        v[c.order] = float(np.mean(inputs))
        lu = no_factors(c)
        for p in range(len(inputs)):
            drive_sources(self.ports, self.board.converters, np.array(inputs[p], dtype=float), v, v)
            scratch = self.scratch.residual, self.scratch.row
            lu[-1] = NO_FACTORS
            if not relax(c, devices, self.gates, v, len(c.order), lu, READING_TOLERANCE_V, *scratch):
                raise InstrumentError("plant", say("voltages did not settle for data point {point}", point=p))
            voltages[p] = v
        return voltages

    def _memory(self, points: int) -> Memory:
        c, nodes = self.circuit, self.wiring.network.nodes
        free = np.zeros((points, nodes))  # where nothing reaches, it stays 0 V
        free[:, c.order] = 0.5 * self.config.board.node_max
        unknowns = (points, len(c.order))
        return Memory(
            free=free,
            clamped=np.zeros((points, nodes)),
            lu_free=no_factors(c, points),
            lu_clamped=no_factors(c, points),
            free_shift=np.zeros(unknowns),
            clamped_shift=np.zeros(unknowns),
            free_rate=np.zeros(unknowns),
            clamped_rate=np.zeros(unknowns),
            slope=np.zeros((points, len(c.tail))),
            bend=np.zeros((points, len(c.tail))),
            reuse_budget=np.zeros((points, 2)),
            visited=np.zeros(points, dtype=np.bool_),
        )

    def nudged(self, method: Method) -> Nudged:
        """Return room for how the targets are held under a method."""
        targets, outputs = len(self.ports.target), len(self.wiring.outputs)
        symmetric = method.clamp.contrast is Contrast.SYMMETRIC
        software = self.board.converters.software_clamp
        return Nudged(
            node=self.ports.target,
            base=np.zeros(targets),
            toward=np.zeros(targets),
            away=np.zeros(targets),
            follow_gain=np.zeros(targets),
            sign=self.ports.sign,
            output=self.ports.output,
            output_start=np.zeros(outputs),
            output_now=np.zeros(outputs),
            follows=not (symmetric or software),
            symmetric=symmetric,
            released=np.zeros(1, dtype=np.bool_),
            low=0.0,
            high=self.board.converters.node_max,
        )


def output_scratch(targets: int, outputs: int) -> OutputScratch:
    """Return work arrays for this many target nodes and outputs."""
    return OutputScratch(
        np.zeros(targets), np.zeros(outputs), np.zeros(outputs), np.zeros(outputs, dtype=np.bool_)
    )


def _ports(wiring: Wiring, off: Collection[int]) -> Ports:
    matrix = wiring.output_matrix()
    output = np.argmax(np.abs(matrix), axis=0)
    sign = matrix[output, np.arange(matrix.shape[1])]
    share = np.array([1.0 / len(wiring.outputs[o].nodes) for o in output])
    return Ports(
        np.array(wiring.source_nodes, dtype=np.uint32),
        np.array([node not in off for node in wiring.source_nodes]),
        np.array(wiring.target_nodes, dtype=np.uint32),
        output.astype(np.uint32),
        sign.astype(float),
        share,
    )


def rule_of(method: Method) -> Rule:
    """Return a method as numbers for compiled code."""
    clamp, time = method.clamp, method.time
    return Rule(
        nudge=int(clamp.nudge),
        eta=float(clamp.eta),
        amplitude=float(clamp.amplitude_V),
        direction=int(clamp.direction),
        symmetric=clamp.contrast is Contrast.SYMMETRIC,
        timing=int(time.timing),
        pulse=float(time.pulse_s),
        reference=float(time.reference_V),
        max_pulse=float(time.max_pulse_s),
        step=float(time.step_s),
        dead_band=float(time.dead_band_V),
        normalise=bool(time.normalise),
        hinge=int(method.hinge),
        tolerance=float(method.tolerance_V),
        chop=int(method.chop_cycles),
    )
