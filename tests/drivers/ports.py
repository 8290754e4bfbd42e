"""The ports: what drivers of one kind of instrument have in common, whoever made it; tests hold them to it.

Plain methods, SI floats, frozen limits; nothing touches the wire on attribute access. Calls come from
one thread, `open` first. Every method may raise InstrumentError; a value outside `limits()` raises
OutOfLimit before anything is sent. `safe_state` works from every state, as long as the instrument can
be reached, and returns only after what it promises was read back where the instrument can be read.
`close` reaches the safe state first, lets the instrument go whatever happens, and may be called twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from drivers.limits import ChannelLimits, PulseLimits
from protocols.bench import InstrumentIdentity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray


@runtime_checkable
class Instrument(Protocol):
    """What all instruments share."""

    def open(self) -> None:
        """Connect, and make sure that it is the instrument expected; nothing is driven yet."""

    def close(self) -> None:
        """Reach the safe state and let the instrument go."""

    def safe_state(self) -> object:
        """Put the instrument where it can do no harm, and verify it."""

    def identity(self) -> InstrumentIdentity:
        """Return who the instrument says it is."""


@runtime_checkable
class AnalogDrive(Instrument, Protocol):
    """Voltage outputs; safe state: 0 V on all."""

    def limits(self) -> Mapping[str, ChannelLimits]:
        """Return each channel's limits, by channel name; the order is the instrument's own."""

    def set_voltages(self, voltages_V: Mapping[str, float]) -> None:
        """Drive these channels, all checked before the first one moves, and leave the others."""

    def voltages(self) -> Mapping[str, float]:
        """Return what each channel is driven to, in volts: read back where the instrument can."""


@runtime_checkable
class AnalogSense(Instrument, Protocol):
    """Voltage inputs; nothing to make safe."""

    def limits(self) -> Mapping[str, ChannelLimits]:
        """Return each channel's measuring range, by channel name."""

    def read(self, channels: Sequence[str], samples: int = 1) -> FloatArray:
        """Read channels in the order given, each averaged over samples; shape (channels,), in volts."""


@runtime_checkable
class LearnSwitch(Instrument, Protocol):
    """The line that lets the edges learn; safe state: off, the gates hold."""

    def limits(self) -> PulseLimits:
        """Return least and most pulse length and its step, in seconds."""

    def pulse(self, length_s: float) -> float:
        """Let the edges learn for exactly one pulse; return, when it is over, its length in seconds."""

    def hold(self) -> None:
        """Switch learning off at once."""


@runtime_checkable
class PowerSupply(Instrument, Protocol):
    """A bench supply, channels counted from 1; safe state: outputs off and set to 0 V."""

    def limits(self) -> Mapping[int, ChannelLimits]:
        """Return each channel's limits."""

    def set_voltage(self, channel: int, voltage_V: float) -> float:
        """Set a channel; return the setting read back, in volts."""

    def set_current_limit(self, channel: int, current_A: float) -> float:
        """Set the current a channel gives at most; return the setting read back, in amperes."""

    def switch_output(self, channel: int, on: bool) -> None:
        """Switch a channel's output; what holds is read back."""

    def measure_voltage(self, channel: int) -> float:
        """Measure the voltage at a channel's terminals, in volts."""

    def measure_current(self, channel: int) -> float:
        """Measure the current out of a channel, in amperes."""


@runtime_checkable
class Multimeter(Instrument, Protocol):
    """A voltmeter; nothing to make safe."""

    def limits(self) -> ChannelLimits:
        """Return the range it is set to, in volts."""

    def set_integration(self, power_line_cycles: float) -> float:
        """Set how long a reading integrates; return the setting read back, in power line cycles."""

    def measure_voltage(self, samples: int = 1) -> FloatArray:
        """Take readings one after another; shape (samples,), in volts."""


@runtime_checkable
class ControllerBoard(Instrument, Protocol):
    """A controller that drives a whole board and runs blocks by itself; safe state: see SafeState."""

    def limits(self) -> Limits:
        """Return what the board accepts."""

    def safe_state(self) -> SafeState:
        """Switch learning off, sources to 0 V, release the clamps; return what now holds."""

    def set_sources(self, voltages_V: FloatArray) -> None:
        """Drive the sources, shape (S,), in volts."""

    def set_labels(self, voltages_V: FloatArray) -> None:
        """Set the voltages the clamped targets are nudged toward, shape (T,), in volts."""

    def set_eta(self, eta: float) -> None:
        """Set the nudge η, dimensionless."""

    def learn_pulse(self, length_s: float) -> float:
        """Give one learning pulse; return the length given, in seconds."""

    def read_nodes(self) -> NodeReading:
        """Read all node voltages of both copies as they are driven now: shapes (1, N)."""

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts."""

    def run_block(self, block: CycleBlock) -> Iterator[CycleRecord]:
        """Run a block on the board; yield records of the next few cycles each, in order, until all are done.

        Joined end to end they are the record of the block. Closing the iterator early stops the board.
        """


@runtime_checkable
class EdgeArray(Instrument, Protocol):
    """Gate voltages of all edges, read through a multiplexer; safe state: multiplexer disabled."""

    def limits(self) -> ChannelLimits:
        """Return the range a gate can be read in, in volts."""

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""

    def read_gate(self, edge: int) -> float:
        """Read one edge's gate voltage, in volts."""

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances (…, E) by calibration, in siemens."""
