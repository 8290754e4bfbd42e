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
        """Return who each instrument said it is when the bench was opened."""


@runtime_checkable
class KeepsAlive(Protocol):
    """A bench that makes itself safe when it hears nothing for a while."""

    def keep_alive(self) -> None:
        """Tell the bench that somebody is there, and nothing else."""


@runtime_checkable
class Restorable(Protocol):
    """A bench that can be put back into an earlier state: a simulated one."""

    def state(self) -> bytes:
        """Return everything that later results depend on: gates, memory, generators, clock."""

    def restore(self, state: bytes) -> None:
        """Go back to a state; the bench must be open and wired as it was."""


@runtime_checkable
class Metered(Protocol):
    """A bench with a multimeter."""

    def metered_node(self) -> int | None:
        """Return which node of the free copy the meter measures; None when it measures something else."""

    def meter_reading(self) -> float | None:
        """Take a reading of the meter, in volts; None without one."""


@runtime_checkable
class Bench(Protocol):
    """A bench runs blocks of training cycles on one wired board.

    Calls come from one thread, in the order open, reset_gates, then any of run, measure, read_*,
    safe_state, and close. Every method raises InstrumentError when the hardware misbehaves and
    ProtocolError when called out of order; `safe_state` must work from every state.
    """

    def open(self, wiring: Wiring) -> None:
        """Connect to the instruments for this wiring; nothing is driven yet."""

    def close(self) -> None:
        """Reach the safe state and let the instruments go; closing twice is harmless."""

    def safe_state(self) -> SafeState:
        """Switch learning off, put sources to 0 V, release the clamps; return what now holds."""

    def limits(self) -> Limits:
        """Return what this bench accepts."""

    def identity(self) -> Identity:
        """Return who this bench is."""

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts."""

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block of training cycles and return what happened."""

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs for inputs (P, S) without learning; return (P, T), in volts."""

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies, clamps released, for inputs (P, S)."""

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into small-signal conductances near 0 V, in siemens (…, E)."""
