"""Any bench, corrected by what calibrations say of it: commands, readings and conductances at its border."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from drivers.corrections import CorrectionMap, Corrections
from protocols.bench import (
    Bench,
    Identity,
    InstrumentIdentity,
    KeepsAlive,
    Limits,
    MadeOfInstruments,
    Metered,
    NodeReading,
    Restorable,
    SafeState,
)
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.task import Wiring


@runtime_checkable
class InstrumentBench(Bench, KeepsAlive, MadeOfInstruments, Metered, Protocol):
    """A bench of real instruments: it tells who they are, reads its meter, wants to be kept alive."""


@runtime_checkable
class RestorableBench(Bench, Restorable, Protocol):
    """A bench whose whole state can be taken and put back: a simulated one."""


def with_corrections(
    bench: Bench, corrections: Corrections | None, *, clamps_from_readings: bool = False
) -> Bench:
    """Return a closed bench with its corrections around it; without any, the bench itself.

    What it offers beside the port it offers still, and nothing else. clamps_from_readings: its clamps start
    from what was read (software), not from the node (analog).
    """
    if corrections is None:
        return bench
    if isinstance(bench, InstrumentBench):
        return CorrectedInstrumentBench(bench, corrections, clamps_from_readings)
    if isinstance(bench, RestorableBench):
        return CorrectedRestorableBench(bench, corrections, clamps_from_readings)
    return CorrectedBench(bench, corrections, clamps_from_readings)


class CorrectedBench:
    """A bench whose nodes get the voltages asked for, and whose readings tell the voltages there are.

    Implements `protocols.Bench`. Limits are the inner bench's and stay behind the corrections: they judge
    what is written, last before the wire.
    """

    def __init__(self, bench: Bench, corrections: Corrections, clamps_from_readings: bool = False) -> None:
        self._bench = bench
        self._corrections = corrections
        self._clamps_from_readings = clamps_from_readings
        self._map: CorrectionMap | None = None

    def open(self, wiring: Wiring) -> None:
        """Open the bench, and see what is to be corrected on these wires."""
        self._bench.open(wiring)
        self._map = self._corrections.at(
            wiring, self._bench.limits(), clamps_from_readings=self._clamps_from_readings
        )

    def close(self) -> None:
        """Reach the safe state and let the instruments go; closing twice is harmless."""
        self._map = None
        self._bench.close()

    def safe_state(self) -> SafeState:
        """Make the bench safe; return what it read back."""
        return self._bench.safe_state()

    def limits(self) -> Limits:
        """Return what the bench accepts."""
        return self._bench.limits()

    def identity(self) -> Identity:
        """Return who the bench is: corrections make no other bench of it."""
        return self._bench.identity()

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts; nothing is known to correct there."""
        self._bench.reset_gates(gates_V)

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block with corrected commands; return its record with corrected readings."""
        corrections = self._opened()
        return corrections.record(self._bench.run(corrections.block(block)))

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        corrections = self._opened()
        return corrections.outputs(self._bench.measure(corrections.inputs(inputs_V)))

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; nothing is known to correct there."""
        return self._bench.read_gates()

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies (P, N) for corrected inputs (P, S); readings as they are."""
        return self._bench.read_nodes(self._opened().inputs(inputs_V))

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into siemens (…, E): by the measured law where known, else nominal."""
        return self._corrections.conductances(gates_V, self._bench.conductances(gates_V))

    def _opened(self) -> CorrectionMap:
        if self._map is None:
            raise ProtocolError(say("the bench is not open"))
        return self._map


class CorrectedInstrumentBench(CorrectedBench):
    """A corrected bench of real instruments; implements `InstrumentBench`."""

    def __init__(
        self, bench: InstrumentBench, corrections: Corrections, clamps_from_readings: bool = False
    ) -> None:
        super().__init__(bench, corrections, clamps_from_readings)
        self._instruments = bench

    def keep_alive(self) -> None:
        """Tell the bench that somebody is there, and nothing else."""
        self._instruments.keep_alive()

    def identities(self) -> Mapping[str, InstrumentIdentity]:
        """Return who each instrument said it is when the bench was opened."""
        return self._instruments.identities()

    def metered_node(self) -> int | None:
        """Return which node of the free copy the meter measures."""
        return self._instruments.metered_node()

    def meter_reading(self) -> float | None:
        """Take a reading of the meter, in volts, as it is: it is what the others are held against."""
        return self._instruments.meter_reading()


class CorrectedRestorableBench(CorrectedBench):
    """A corrected bench that can be put back into an earlier state; implements `RestorableBench`."""

    def __init__(
        self, bench: RestorableBench, corrections: Corrections, clamps_from_readings: bool = False
    ) -> None:
        super().__init__(bench, corrections, clamps_from_readings)
        self._restorable = bench

    def state(self) -> bytes:
        """Return everything that later results depend on."""
        return self._restorable.state()

    def restore(self, state: bytes) -> None:
        """Go back to a state; the bench must be open and wired as it was."""
        self._restorable.restore(state)
