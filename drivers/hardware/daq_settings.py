"""The `[daq]` table of a bench file: which terminal of a DAQ board goes to what on the learning board.

Nodes are the network's own numbers; terminals are DAQmx's names without the device: ao0, ai3,
port0/line7, ctr0. A wire that is not there is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from protocols.messages import say
from protocols.tables import ClampCircuit, Table
from protocols.units import Hertz, Ratio, Second, Volt


def _terminal(pattern: str, example: str) -> AfterValidator:
    def check(name: str) -> str:
        if re.fullmatch(pattern, name) is None:
            raise ValueError(
                say(
                    "{name} is no such terminal: write it like {example}, without the device",
                    name=repr(name),
                    example=example,
                )
            )
        return name

    return AfterValidator(check)


OutputTerminal = Annotated[str, _terminal(r"ao\d+", "ao0")]
InputTerminal = Annotated[str, _terminal(r"ai\d+", "ai0")]
LineTerminal = Annotated[str, _terminal(r"port\d+/line\d+", "port0/line3")]
CounterTerminal = Annotated[str, _terminal(r"ctr\d+", "ctr0")]
Node = Annotated[int, Field(ge=0)]


class ClampWires(Table):
    """How the targets are clamped: by outputs, one for each target node, or by the board's mixing circuit.

    `toward` clamps the clamped copy; `away`, which symmetric methods need, the other one. `labels` are the
    mixing circuit's inputs, one for each output, named by its first (positive) node; `eta` is what the
    circuit is set to.
    """

    circuit: ClampCircuit = ClampCircuit.SOFTWARE
    line: LineTerminal = Field(description="high: the clamps are connected")
    toward: dict[Node, OutputTerminal] = Field({}, description="target node → output; circuit software")
    away: dict[Node, OutputTerminal] = Field({}, description="target node → output on the other copy")
    away_line: LineTerminal | None = Field(None, description="high: the other copy's are connected too")
    labels: dict[Node, OutputTerminal] = Field({}, description="positive node of an output → output; analog")
    eta: Ratio = Field(128 / 129, gt=0, description="nudge of the mixing circuit; circuit analog")

    def wires(self) -> Mapping[str, str]:
        """Return the wires of outputs that clamp, by name: "clamp node 3": "ao4"."""
        tables = ("clamp", self.toward), ("away clamp", self.away), ("label", self.labels)
        return {f"{kind} node {node}": terminal for kind, table in tables for node, terminal in table.items()}

    @model_validator(mode="after")
    def _one_way(self) -> ClampWires:
        analog = self.circuit is ClampCircuit.ANALOG
        if analog and (self.toward or self.away or not self.labels):
            raise ValueError(say("an analog clamp circuit has `labels`, and neither `toward` nor `away`"))
        if not analog and (self.labels or not self.toward):
            raise ValueError(say("software clamps have `toward`, and no `labels`"))
        if self.away and set(self.away) != set(self.toward):
            raise ValueError(say("`away` must have the same nodes as `toward`"))
        if bool(self.away) != (self.away_line is not None):
            raise ValueError(say("`away` and `away_line` belong together"))
        return self


class ReadWires(Table):
    """Which input reads which target node, in the free copy and in the clamped one."""

    free: dict[Node, InputTerminal] = Field(min_length=1)
    clamped: dict[Node, InputTerminal] = Field(min_length=1)

    @model_validator(mode="after")
    def _same_nodes(self) -> ReadWires:
        if set(self.free) != set(self.clamped):
            raise ValueError(say("`free` and `clamped` must have the same nodes"))
        return self


class MuxWires(Table):
    """The multiplexer that brings every node and every gate to an input, one after the other.

    `address` lines are least significant first: the number of a node, or of an edge.
    """

    free: InputTerminal
    clamped: InputTerminal
    gate: InputTerminal
    address: tuple[LineTerminal, ...] = Field(min_length=1)
    enable: LineTerminal = Field(description="high: the multiplexer is on")
    clocked: bool = Field(True, description="step the address lines by the sample clock, if the board can")


class LearnWires(Table):
    """The counter that gives the learning window, and the line that holds the gates whatever it does."""

    counter: CounterTerminal = "ctr0"
    hold: LineTerminal = Field(description="high: the gates hold")
    watcher: CounterTerminal | None = Field(None, description="a second counter that counts the pulses")
    step: Second = Field(100e-9, gt=0, description="pulses are multiples of this")
    shortest: Second = Field(1e-6, gt=0, description="shorter pulses are not given at all")
    chop: LineTerminal | None = Field(
        None, description="high: the copies have changed roles and the contrast circuit its sign"
    )


class ChargeWires(Table):
    """The output that charges the gate the multiplexer points at, while its line is high."""

    output: OutputTerminal
    line: LineTerminal


class DaqSettings(Table):
    """A National Instruments DAQ board wired to a learning board, as bench.toml's `[daq]` says.

    `address` is empty for a board in this computer, or grpc://host:port of an NI gRPC device server.
    """

    device: str = Field("Dev1", pattern=r"^[A-Za-z][\w-]*$", description="name in NI MAX")
    address: str = Field("", pattern=r"^(grpc://[^/\s]+:\d{1,5}/?)?$", description="empty: this computer")
    product: str = Field("", description="refuse every other product, such as PCIe-6363")
    serial: str = Field(
        "", pattern=r"^([0-9A-Fa-f]{8})?$", description="refuse every other board; hexadecimal"
    )
    timeout: Second = Field(2.0, gt=0, description="longest any operation may take beyond its own length")
    node_gain: Ratio = Field(11.0, gt=0, description="volts at a terminal per volt at a node")
    gate_gain: Ratio = Field(0.5, gt=0, description="volts at a terminal per volt at a gate")
    rate: Hertz = Field(100e3, gt=0, description="sample clock of oversampled reads, at most")
    samples: int = Field(8, ge=1, le=100_000, description="samples averaged in each reading")
    settle: Second = Field(0.0, ge=0, description="wait between driving and reading")
    period: Second = Field(0.0, ge=0, description="time from cycle to cycle; 0: as fast as it goes")
    echo: bool = Field(True, description="read the outputs back through the board's own inputs")
    echo_tolerance: Volt = Field(0.02, gt=0, description="at the terminal")
    watchdog: Second | None = Field(None, gt=0, description="silence after which the board makes itself safe")
    sources: dict[Node, OutputTerminal] = Field(min_length=1, description="source node → output")
    clamp: ClampWires
    read: ReadWires
    mux: MuxWires
    learn: LearnWires
    charge: ChargeWires

    @model_validator(mode="after")
    def _each_terminal_once(self) -> DaqSettings:
        seen: dict[str, str] = {}
        for wire, terminal in self.wires().items():
            if terminal in seen:
                raise ValueError(
                    say(
                        "{wire} and {other} are both wired to {terminal}",
                        wire=wire,
                        other=seen[terminal],
                        terminal=terminal,
                    )
                )
            seen[terminal] = wire
        return self

    def wires(self) -> Mapping[str, str]:
        """Return every wire's name and terminal, such as "source node 5": "ao0"."""
        return dict(self._wires())

    def outputs(self) -> Mapping[str, str]:
        """Return the wires of analog outputs."""
        return {wire: terminal for wire, terminal in self._wires() if terminal.startswith("ao")}

    def _wires(self) -> Iterator[tuple[str, str]]:
        tables: tuple[tuple[str, Mapping[int, str]], ...] = (
            ("source", self.sources),
            ("free", self.read.free),
            ("clamped", self.read.clamped),
        )
        for name, table in tables:
            yield from ((f"{name} node {node}", terminal) for node, terminal in table.items())
        yield from self.clamp.wires().items()
        yield "clamp line", self.clamp.line
        if self.clamp.away_line is not None:
            yield "away line", self.clamp.away_line
        yield "free multiplexer", self.mux.free
        yield "clamped multiplexer", self.mux.clamped
        yield "gate multiplexer", self.mux.gate
        yield from ((f"address line {bit}", line) for bit, line in enumerate(self.mux.address))
        yield "multiplexer enable", self.mux.enable
        yield "learn counter", self.learn.counter
        yield "hold line", self.learn.hold
        yield "charge", self.charge.output
        yield "charge line", self.charge.line
        if self.learn.watcher is not None:
            yield "watching counter", self.learn.watcher
        if self.learn.chop is not None:
            yield "chop line", self.learn.chop
