"""Gates and nodes of a learning board through its multiplexer: an EdgeArray on lines and inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from drivers.errors import Garbled
from drivers.limits import ChannelLimits
from drivers.nidaq.lines import NidaqLines
from drivers.nidaq.sense import NidaqSense
from drivers.nidaq.sweep import NidaqSweep
from protocols.bench import InstrumentIdentity
from protocols.block import BoolArray, FloatArray
from protocols.errors import ConfigError, ProtocolError
from protocols.messages import say

Law = Callable[[FloatArray], FloatArray]


class NidaqEdgeArray:
    """The EdgeArray of a board whose lines address one edge after the other.

    transistors (E,) says which edges have a gate; `gates` is the range a gate can be in, in volts;
    `channel` of `sense` sees `gain` times its voltage; `law` turns gates (…, E) into siemens. `address`
    lines are least significant first, `enable` switches the multiplexer on; `sweep` reads all edges in one
    clocked run where the board can. `lines` and `sense` may be shared with others; a reading may be off by
    `tolerance_V`.
    """

    def __init__(
        self,
        name: str,
        lines: NidaqLines,
        sense: NidaqSense,
        *,
        transistors: BoolArray,
        gates: ChannelLimits,
        law: Law,
        address: Sequence[str],
        enable: str,
        channel: str,
        gain: float = 1.0,
        samples: int = 1,
        sweep: NidaqSweep | None = None,
        tolerance_V: float = 0.05,
    ) -> None:
        self._name = name
        self._lines, self._sense = lines, sense
        self._transistors = np.array(transistors, dtype=np.bool_)
        self._gates, self._law = gates, law
        self._address, self._enable, self._channel = tuple(address), enable, channel
        self._sweep = sweep
        self._gain, self._samples, self._tolerance_V = gain, samples, tolerance_V
        missing = [line for line in (*self._address, enable) if line not in lines.lines]
        if missing:
            raise ConfigError(say("is no line of the board"), key=f"{name}.address", value=missing[0])
        if channel not in sense.channels:
            raise ConfigError(say("is no input of the board"), key=f"{name}.channel", value=channel)
        if len(self._transistors) > 1 << len(self._address):
            raise ConfigError(
                say(
                    "reach {count} edges, the board has {transistors}",
                    count=1 << len(self._address),
                    transistors=len(self._transistors),
                ),
                key=f"{name}.address",
                value=list(self._address),
                allowed=say("name more address lines"),
            )

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """Open lines and inputs."""
        self._lines.open()
        self._sense.open()

    def close(self) -> None:
        """Disable the multiplexer and let lines and inputs go, whatever happens."""
        try:
            self._lines.close()
        finally:
            self._sense.close()

    def safe_state(self) -> bool:
        """Disable the multiplexer; return whether it is on, read back: False."""
        return bool(self._lines.set_or_reset({self._enable: False})[self._enable])

    def identity(self) -> InstrumentIdentity:
        """Return who the DAQ board says it is."""
        return self._lines.identity()

    def limits(self) -> ChannelLimits:
        """Return the range a gate can be read in, in volts."""
        return self._gates

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN.

        Raises Garbled for a gate outside its range: it was not that gate, or not a gate, that was read.
        """
        gates_V = np.full(len(self._transistors), np.nan)
        terminal_V = self.read_all(len(gates_V))[self._channel]
        for edge in np.flatnonzero(self._transistors):
            gates_V[edge] = self.checked(int(edge), float(terminal_V[edge]))
        return gates_V

    def read_gate(self, edge: int) -> float:
        """Read one edge's gate voltage, in volts; NaN for a fixed resistor."""
        if not 0 <= edge < len(self._transistors):
            raise ProtocolError(
                say(
                    "there is no edge {edge}: edges are 0 to {count}",
                    edge=edge,
                    count=len(self._transistors) - 1,
                )
            )
        if not self._transistors[edge]:
            return float("nan")
        self.point_at(edge)
        return self.checked(edge, float(self._sense.read([self._channel], self._samples)[0]))

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances (…, E), in siemens."""
        return self._law(gates_V)

    # ── for whoever reads more through the same multiplexer ─────────────────────────────────────

    def read_all(self, addresses: int) -> Mapping[str, FloatArray]:
        """Read every input at the addresses 0, 1, 2, …; each (addresses,), in volts at the terminal."""
        if self._sweep is not None and addresses > 1 and self._sweep.possible:
            self._lines.set({self._enable: True})
            return self._sweep.run(addresses, self._samples)
        names = list(self._sense.channels)
        volts = np.empty((addresses, len(names)))
        for number in range(addresses):
            self.point_at(number)
            volts[number] = self._sense.read(names, self._samples)
        return dict(zip(names, volts.T, strict=True))

    def point_at(self, number: int) -> None:
        """Enable the multiplexer and point it at a node or an edge."""
        if not 0 <= number < 1 << len(self._address):
            raise ProtocolError(
                say("{number} does not fit {count} address lines", number=number, count=len(self._address))
            )
        bits = {line: bool(number >> bit & 1) for bit, line in enumerate(self._address)}
        self._lines.set({**bits, self._enable: True})

    def checked(self, edge: int, terminal_V: float) -> float:
        """Return an edge's gate voltage for what the input reads; raises Garbled outside its range."""
        gate_V = terminal_V / self._gain
        low_V, high_V = self._gates.min_V - self._tolerance_V, self._gates.max_V + self._tolerance_V
        if not low_V <= gate_V <= high_V:
            raise Garbled(
                self._name,
                self._sense.address,
                say(
                    "the gate of edge {edge} reads {gate_V:.4g} V, which no gate can be at",
                    edge=edge,
                    gate_V=gate_V,
                ),
                cause=say("the multiplexer is off, without supply, or wired otherwise"),
                action=say("check its supply, its enable and address lines; nothing of it was used"),
            )
        return gate_V
