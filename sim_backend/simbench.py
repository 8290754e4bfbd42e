"""SimBench: the whole bench in one process, drop-in for a real one."""

from __future__ import annotations

import numpy as np

from protocols.bench import Identity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray, Snapshots
from protocols.errors import InstrumentError, ProtocolError
from protocols.method import Contrast, Method
from protocols.task import Wiring
from sim_backend.board import Board, build_board
from sim_backend.circuit import Circuit, build_circuit
from sim_backend.config import BenchConfig
from sim_backend.cycle import (
    Memory,
    OutputScratch,
    Ports,
    Rule,
    Trace,
    drive_sources,
    quantise,
    read_target,
    run_cycles,
)
from sim_backend.imperfections import stream_seed
from sim_backend.learning import Nudged, Scratch
from sim_backend.newton import Devices, relax

BLOCK_CYCLES = 20_000
READING_TOLERANCE_V = 1e-12


class SimBench:
    """A simulated bench: the square-law plant with the imperfections of its settings.

    `seed` draws the board and its noise; the same seed gives the same numbers. Implements
    `protocols.Bench`.
    """

    def __init__(self, bench_config: BenchConfig | None = None, seed: int = 0) -> None:
        self.config = bench_config or BenchConfig()
        self.seed = seed
        self._plant: _Plant | None = None
        self._sources_V: tuple[float, ...] = ()
        self._clock_s = 0.0

    def open(self, wiring: Wiring) -> None:
        """Wire the simulated board; gates start at the lower wall, sources at 0 V."""
        if self._plant is not None:
            raise ProtocolError("the bench is already open: close it first")
        self._plant = _Plant(self.config, wiring, self.seed)
        self._sources_V = (0.0,) * len(wiring.sources)
        self._clock_s = 0.0

    def close(self) -> None:
        """Reach the safe state and forget the board."""
        if self._plant is not None:
            self.safe_state()
            self._plant = None

    def safe_state(self) -> SafeState:
        """Hold the gates, put the sources to 0 V, release the clamps."""
        self._sources_V = (0.0,) * len(self._sources_V)
        return SafeState(learning_on=False, sources_V=self._sources_V, clamps_released=True)

    def limits(self) -> Limits:
        """Return the ranges of the simulated board."""
        board = self.config.board
        return Limits(0.0, board.node_max, board.gate_min, board.gate_max, board.pulse_max, BLOCK_CYCLES)

    def identity(self) -> Identity:
        """Return kind, name and serial of the simulated board."""
        return Identity("SimBench", self.config.name, self.config.serial, simulated=True)

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge the gates, shape (E,), in volts; the walls limit them."""
        plant = self._opened()
        gates = np.asarray(gates_V, dtype=float)
        if gates.shape != plant.gates.shape or not np.all(np.isfinite(gates)):
            raise ProtocolError(f"{len(plant.gates)} finite gate voltages are needed, not {gates.shape}")
        plant.gates[:] = np.clip(gates, plant.board.edges.wall_low, plant.board.edges.wall_high)

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block in one compiled loop."""
        plant = self._opened()
        self._check(block, plant)
        record = plant.run(block, self._clock_s)
        self._clock_s = float(record.start_s[-1] + record.learning_time_s[-1]) + self.config.board.cycle_overhead
        self._sources_V = tuple(float(x) for x in block.inputs[-1])
        return record

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        return self._opened().measure(np.atleast_2d(inputs_V))

    def read_gates(self) -> FloatArray:
        """Read the gates (E,) through their converter, in volts; resistors read NaN."""
        return self._opened().read_gates()

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Return all node voltages of both copies, clamps released, for inputs (P, S)."""
        return self._opened().read_nodes(np.atleast_2d(inputs_V))

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances at 0 V by the nominal law, in siemens."""
        network = self._opened().wiring.network
        board = self.config.board
        values = board.strength * np.maximum(np.asarray(gates_V) - board.threshold, 0.0)
        for edge, ohm in network.fixed_resistance.items():
            values[..., edge] = 1.0 / ohm
        return np.asarray(values)

    def _opened(self) -> _Plant:
        if self._plant is None:
            raise ProtocolError("the bench is not open")
        return self._plant

    def _check(self, block: CycleBlock, plant: _Plant) -> None:
        limits = self.limits()
        if len(block) > limits.block_cycles:
            raise ProtocolError(f"{len(block)} cycles asked for, a block holds {limits.block_cycles}")
        if block.inputs.shape[1] != len(plant.wiring.sources):
            raise ProtocolError("the block's inputs do not fit the wiring's sources")
        if block.labels.shape[1] != len(plant.wiring.outputs):
            raise ProtocolError("the block's labels do not fit the wiring's outputs")
        longest = block.method.time.longest_s()
        if longest > limits.pulse_max_s:
            raise ProtocolError(f"a pulse of {longest:g} s is asked for, the bench gives {limits.pulse_max_s:g} s")


class _Plant:
    """A wired board with its gates, memory and work arrays."""

    def __init__(self, config: BenchConfig, wiring: Wiring, seed: int) -> None:
        self.config = config
        self.wiring = wiring
        self.board: Board = build_board(config, wiring, seed)
        self.circuit: Circuit = build_circuit(wiring.network, wiring.source_nodes, wiring.target_nodes)
        self.ports = _ports(wiring)
        self.gates = np.full(wiring.network.n_edges, config.board.gate_min)
        self.rng = np.random.default_rng(stream_seed(seed, "noise"))
        unknowns, edges = len(self.circuit.order), wiring.network.n_edges
        self.scratch = Scratch(*(np.zeros(m) for m in (unknowns + 1, unknowns, edges, edges, edges)))
        self.memory = self._memory(0)

    def run(self, block: CycleBlock, clock_s: float) -> CycleRecord:
        if len(block.wrong) > len(self.memory.factored):
            self.memory = self._memory(len(block.wrong))
        nodes, edges = self.wiring.network.nodes, len(self.gates)
        n, outputs, kept = len(block), block.labels.shape[1], len(block.snapshots)
        trace = Trace(
            np.empty((n, outputs)),
            np.empty((n, outputs)),
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
            _rule(block.method),
            self.gates,
            self.memory,
            np.ascontiguousarray(block.points, dtype=np.int64),
            np.ascontiguousarray(block.inputs, dtype=float),
            np.ascontiguousarray(block.labels, dtype=float),
            np.ascontiguousarray(block.margins, dtype=float),
            wrong,
            np.ascontiguousarray(block.snapshots, dtype=np.int64),
            clock_s,
            self._nudged(block.method),
            self.scratch,
            OutputScratch(np.zeros(outputs), np.zeros(outputs), np.zeros(outputs, dtype=np.bool_)),
            trace,
            self.rng,
        )
        if stuck >= 0:
            raise InstrumentError("plant", f"voltages did not settle in cycle {block.first_cycle + stuck}")
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
            lateness_s=np.zeros(n),
            wrong=wrong,
            snapshots=snapshots,
        )

    def measure(self, inputs: FloatArray) -> FloatArray:
        free = self._settled(self.board.free, inputs)
        outputs = np.zeros((len(inputs), len(self.wiring.outputs)))
        for t, node in enumerate(self.ports.target):
            for p in range(len(inputs)):
                reading = read_target(self.board.converters, t, free[p, node], self.rng)
                outputs[p, self.ports.output[t]] += self.ports.sign[t] * reading
        return outputs

    def read_nodes(self, inputs: FloatArray) -> NodeReading:
        return NodeReading(self._settled(self.board.free, inputs), self._settled(self.board.clamped, inputs))

    def read_gates(self) -> FloatArray:
        doses = self.config.imperfections
        noise = doses.gate_adc_noise * self.rng.standard_normal(len(self.gates))
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
        lu = np.empty(len(c.column) + 1)
        for p in range(len(inputs)):
            drive_sources(self.ports, self.board.converters, np.ascontiguousarray(inputs[p], dtype=float), v)
            scratch = self.scratch.residual, self.scratch.row
            if not relax(c, devices, self.gates, v, len(c.order), lu, False, READING_TOLERANCE_V, *scratch):
                raise InstrumentError("plant", f"voltages did not settle for data point {p}")
            voltages[p] = v
        return voltages

    def _memory(self, points: int) -> Memory:
        nodes, entries = self.wiring.network.nodes, len(self.circuit.column) + 1
        return Memory(
            np.full((points, nodes), 0.5 * self.config.board.node_max) * self._reachable(),
            np.zeros((points, nodes)),
            np.zeros((points, entries)),
            np.zeros(points, dtype=np.bool_),
        )

    def _reachable(self) -> FloatArray:
        floating = self.wiring.network.unreachable(self.wiring.source_nodes)
        mask = np.ones(self.wiring.network.nodes)
        mask[floating] = 0.0
        return mask

    def _nudged(self, method: Method) -> Nudged:
        targets, outputs = len(self.ports.target), len(self.wiring.outputs)
        symmetric = method.clamp.contrast is Contrast.SYMMETRIC
        software = self.board.converters.software_clamp
        held = [np.zeros(targets) for _ in range(4)]
        return Nudged(
            self.ports.target,
            *held,
            self.ports.sign,
            self.ports.output,
            np.zeros(outputs),
            np.zeros(outputs),
            follows=not (symmetric or software),
            symmetric=symmetric,
            released=np.zeros(1, dtype=np.bool_),
            low=0.0,
            high=self.board.converters.node_max,
        )


def _ports(wiring: Wiring) -> Ports:
    matrix = wiring.output_matrix()
    output = np.argmax(np.abs(matrix), axis=0)
    sign = matrix[output, np.arange(matrix.shape[1])]
    share = np.array([1.0 / len(wiring.outputs[o].nodes) for o in output])
    return Ports(
        np.array(wiring.source_nodes, dtype=np.uint32),
        np.array(wiring.target_nodes, dtype=np.uint32),
        output.astype(np.uint32),
        sign.astype(float),
        share,
    )


def _rule(method: Method) -> Rule:
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
    )
