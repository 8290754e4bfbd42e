"""The Bench port: what every bench, simulated or real, can do for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.task import Wiring


@dataclass(frozen=True)
class Limits:
    """What a bench accepts: node and gate range in volts, pulse in seconds, cycles per block.

    Nothing runs outside them; a bench refuses a block that asks for more.
    """

    node_min_V: float
    node_max_V: float
    gate_min_V: float
    gate_max_V: float
    pulse_max_s: float
    block_cycles: int


@dataclass(frozen=True)
class Identity:
    """Who a bench says it is: kind, name, serial, and whether it is simulated."""

    kind: str
    name: str
    serial: str
    simulated: bool


@dataclass(frozen=True)
class InstrumentIdentity(Identity):
    """Who an instrument says it is; what it does not tell is empty.

    driver is the vendor's software that drives it, with its version.
    """

    maker: str = ""
    firmware: str = ""
    driver: str = ""

    def label(self) -> str:
        """Return name and serial number: what tells it from others of its kind."""
        return f"{self.name} {self.serial}"

    def words(self) -> str:
        """Return it in a line."""
        who = f"{self.kind} {self.maker} {self.name}".replace("  ", " ")
        more = [f"serial number {self.serial}"]
        more += [f"firmware {self.firmware}"] if self.firmware else []
        more += [self.driver] if self.driver else []
        return ", ".join([who, *more]) + (" (emulated)" if self.simulated else "")


@dataclass(frozen=True)
class SafeState:
    """The state a bench is left in: learning off, sources at this voltage, clamps released."""

    learning_on: bool
    sources_V: tuple[float, ...]
    clamps_released: bool


@dataclass(frozen=True, eq=False)
class NodeReading:
    """Every node voltage of both copies for each input: free and clamped (P, N), in volts."""

    free: FloatArray
    clamped: FloatArray


@runtime_checkable
class MadeOfInstruments(Protocol):
    """A bench of several instruments."""

    def identities(self) -> Mapping[str, InstrumentIdentity]:
        """Return who each instrument said it is when the bench was opened.

        Returns:
            Part of the bench ("supply", "meter", "controller", "daq") → who it is.

        Raises:
            ProtocolError: the bench is not open.
        """


@runtime_checkable
class KeepsAlive(Protocol):
    """A bench that makes itself safe when it hears nothing for a while."""

    def keep_alive(self) -> None:
        """Tell the bench that somebody is there, and nothing else.

        Raises:
            InstrumentError: it cannot be reached any more.
        """


@runtime_checkable
class Restorable(Protocol):
    """A bench that can be put back into an earlier state: a simulated one."""

    def state(self) -> bytes:
        """Return everything that later results depend on: gates, memory, generators, clock.

        Raises:
            ProtocolError: the bench is not open.
        """

    def restore(self, state: bytes) -> None:
        """Go back to a state.

        Args:
            state: what `state` returned on a bench with the same settings, seed and wiring; this one is open.

        Raises:
            DataError: the state is damaged, or of another bench.
            ProtocolError: the bench is not open.
        """


@runtime_checkable
class Metered(Protocol):
    """A bench with a multimeter."""

    def metered_node(self) -> int | None:
        """Return which node of the free copy the meter measures; None when it measures something else."""

    def meter_reading(self) -> float | None:
        """Take a reading of the meter.

        Returns:
            Volts; None without a meter.

        Raises:
            InstrumentError: the meter does not answer, or not sensibly.
        """


@runtime_checkable
class Bench(Protocol):
    """A bench runs blocks of training cycles on one wired board.

    Calls come from one thread, in the order open, reset_gates, then any of run, measure, read_*,
    safe_state, and close. Every method raises InstrumentError when the hardware misbehaves and
    ProtocolError when called out of order; `safe_state` must work from every state. Shapes: E edges, N nodes,
    S sources and T outputs of the wiring, P rows of inputs.
    """

    def open(self, wiring: Wiring) -> None:
        """Connect to the instruments for this wiring; nothing is driven yet.

        Who every instrument is must be known, and right, before the first setting is written.

        Args:
            wiring: the network, which nodes are driven, and which are read as outputs.

        Raises:
            InstrumentError: an instrument is absent, another one than expected, or not as it should be.
            ConfigError: the bench does not fit the wiring.
            ProtocolError: it is open already.
        """

    def close(self) -> None:
        """Reach the safe state and let the instruments go, whatever happens; closing twice is harmless.

        Raises:
            InstrumentError: the safe state was not reached or not read back; the bench is closed even so.
        """

    def safe_state(self) -> SafeState:
        """Switch learning off, put the sources to 0 V, release the clamps.

        Returns:
            What holds now, read back where it can be.

        Raises:
            InstrumentError: a part did not get there; the others were tried all the same.
        """

    def limits(self) -> Limits:
        """Return what this bench accepts, in volts, seconds and cycles; known before it is open."""

    def identity(self) -> Identity:
        """Return who this bench is; known before it is open."""

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage.

        Args:
            gates_V: (E,), in volts; of a fixed resistor any finite number, for it has no gate.

        Raises:
            ProtocolError: another shape, numbers that are not finite, or beyond what the bench takes.
            InstrumentError: the gates do not read back near these voltages.
        """

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block of training cycles.

        Args:
            block: up to `limits().block_cycles` cycles, inputs (n, S) and labels (n, T) in volts.

        Returns:
            What happened in every cycle of it, outputs (n, T) in volts, times in seconds, and the snapshots
            asked for.

        Raises:
            ProtocolError: the block is beyond the limits or does not fit the wiring; no cycle was run.
            InstrumentError: it broke off; the bench is safe or says that it is not.
        """

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs without learning.

        Args:
            inputs_V: (P, S), in volts.

        Returns:
            Outputs (P, T), in volts.
        """

    def read_gates(self) -> FloatArray:
        """Read every gate voltage.

        Returns:
            (E,), in volts; fixed resistors read NaN.
        """

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies, clamps released.

        Args:
            inputs_V: (P, S), in volts.

        Returns:
            Free and clamped node voltages, (P, N) each, in volts.
        """

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages into small-signal conductances near 0 V.

        Args:
            gates_V: (…, E), in volts.

        Returns:
            (…, E), in siemens; of fixed resistors their own.
        """
