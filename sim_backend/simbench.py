"""SimBench: the whole bench in one process, drop-in for a real one."""

from __future__ import annotations

import numpy as np

from protocols.bench import Identity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.checks import check_block, checked_inputs
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.task import Wiring
from sim_backend.board.config import BenchConfig
from sim_backend.board.nominal import conductances
from sim_backend.checkpoint import pack, unpack
from sim_backend.simulation import Plant

BLOCK_CYCLES = 20_000


class SimBench:
    """A simulated bench: the square-law plant with the imperfections of its settings.

    `seed` draws the board and its noise; the same seed gives the same numbers. Implements
    `protocols.Bench`.
    """

    def __init__(self, bench_config: BenchConfig | None = None, seed: int = 0) -> None:
        self.config = bench_config or BenchConfig()
        self.seed = seed
        self._plant: Plant | None = None
        self._sources_V: tuple[float, ...] = ()
        self._clock_s = 0.0

    def open(self, wiring: Wiring) -> None:
        """Wire the simulated board; gates start at the lower wall, sources at 0 V."""
        if self._plant is not None:
            raise ProtocolError(say("the bench is already open: close it first"))
        self._plant = Plant(self.config, wiring, self.seed)
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
            raise ProtocolError(
                say(
                    "{count} finite gate voltages are needed, not {shape}",
                    count=len(plant.gates),
                    shape=gates.shape,
                )
            )
        plant.gates[:] = np.clip(gates, plant.board.edges.wall_low, plant.board.edges.wall_high)

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block in one compiled loop."""
        plant = self._opened()
        check_block(block, plant.wiring, self.limits())
        record = plant.run(block, self._clock_s)
        self._clock_s = (
            float(record.start_s[-1] + record.learning_time_s[-1]) + self.config.board.cycle_overhead
        )
        self._sources_V = tuple(float(x) for x in block.inputs[-1])
        return record

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        plant = self._opened()
        return plant.measure(checked_inputs(inputs_V, plant.wiring))

    def read_gates(self) -> FloatArray:
        """Read the gates (E,) through their converter, in volts; resistors read NaN."""
        return self._opened().read_gates()

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Return all node voltages of both copies, clamps released, for inputs (P, S)."""
        plant = self._opened()
        return plant.read_nodes(checked_inputs(inputs_V, plant.wiring))

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances at 0 V by the nominal law, in siemens."""
        return conductances(self.config, self._opened().wiring.network, gates_V)

    def state(self) -> bytes:
        """Return everything that later results depend on, so that `restore` can go on from here."""
        return pack(self._opened(), self.seed, {"clock_s": self._clock_s, "sources_V": self._sources_V})

    def restore(self, state: bytes) -> None:
        """Go back to a state of a bench with the same settings, seed and wiring.

        Raises DataError when it is of another bench, or damaged.
        """
        bench = unpack(self._opened(), self.seed, state)
        self._clock_s = float(bench["clock_s"])
        self._sources_V = tuple(float(v) for v in bench["sources_V"])

    def _opened(self) -> Plant:
        if self._plant is None:
            raise ProtocolError(say("the bench is not open"))
        return self._plant
