"""A simulated bench corrected by calibrations as a hardware bench is: for rehearsals, and for twins."""

from __future__ import annotations

from drivers.corrections import Border, Corrections
from protocols.bench import NodeReading
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.errors import ProtocolError
from protocols.task import Wiring
from sim_backend import BenchConfig, ClampCircuit, SimBench


class CorrectedSimBench(SimBench):
    """A SimBench whose commands, readings and conductances are corrected at its border."""

    def __init__(self, bench_config: BenchConfig, seed: int, corrections: Corrections) -> None:
        super().__init__(bench_config, seed)
        self._corrections = corrections
        self._border: Border | None = None

    def open(self, wiring: Wiring) -> None:
        """Wire the simulated board, and see what is to be corrected on these wires."""
        super().open(wiring)
        software = self.config.board.clamp_circuit is ClampCircuit.SOFTWARE
        self._border = self._corrections.at(wiring, self.limits(), clamps_from_readings=software)

    def close(self) -> None:
        """Reach the safe state and forget the board."""
        super().close()
        self._border = None

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block in one compiled loop."""
        border = self._corrected()
        return border.record(super().run(border.block(block)))

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        border = self._corrected()
        return border.outputs(super().measure(border.inputs(inputs_V)))

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Return all node voltages of both copies, clamps released, for inputs (P, S)."""
        return super().read_nodes(self._corrected().inputs(inputs_V))

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances at 0 V: measured where known, else nominal."""
        return self._corrections.conductances(gates_V, super().conductances(gates_V))

    def _corrected(self) -> Border:
        if self._border is None:
            raise ProtocolError("the bench is not open")
        return self._border
