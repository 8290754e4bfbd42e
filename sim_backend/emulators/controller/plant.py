"""What an emulated controller board is made of: its parts, and the plant behind its pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from protocols.bench import Identity, Limits, NodeReading
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.method import Method, TimeRule
from protocols.network import Network
from protocols.task import Output, Source, Wiring
from protocols.wire.messages import NO_NODE, WireUp


class BoardPlant(Protocol):
    """What the emulated board needs of the physics behind it; a SimBench plays it."""

    def open(self, wiring: Wiring) -> None:
        """Wire the board; the gates stand anywhere."""

    def close(self) -> None:
        """Take the wires off; harmless when there are none."""

    def safe_state(self) -> object:
        """Hold the gates, put the sources to 0 V."""

    def limits(self) -> Limits:
        """Return what the board stands."""

    def identity(self) -> Identity:
        """Return who the board is."""

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate, shape (E,), in volts."""

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run cycles; a block cut into pieces must give what it gives uncut."""

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S), in volts."""

    def read_gates(self) -> FloatArray:
        """Read every gate, shape (E,), in volts; resistors read NaN."""

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all nodes of both copies for inputs (P, S), in volts."""


@dataclass(frozen=True)
class BoardParts:
    """The controller itself: the network it is soldered to, and what its processor can do.

    widths: reals it can compute with, in bytes; max_body, stream_chunks and block_bytes: its memory;
    `crossed` and `crossed_outputs` map nodes to the nodes that their source wires, and the wires that read
    outputs, really go to, as a hasty hand left them.
    """

    network: Network
    firmware: str = "emulated 1.0"
    widths: tuple[int, ...] = (4, 8)
    max_sources: int = 8
    max_outputs: int = 8
    max_body: int = 4096
    stream_chunks: int = 32
    block_bytes: int = 1 << 22
    resolution_V: float = 1e-6
    pulse_step_s: float = 1e-9
    deadman_min_s: float = 0.05
    deadman_max_s: float = 10.0
    crossed: Mapping[int, int] = field(default_factory=dict)
    crossed_outputs: Mapping[int, int] = field(default_factory=dict)


Astray = dict[int, tuple[int, ...]]


def wiring_of(told: WireUp, parts: BoardParts) -> tuple[Wiring, Astray]:
    """Return the wiring as it physically is when the board is told this one, and the outputs gone astray.

    Those are the numbers of outputs whose wires are on nodes that sources drive, with these nodes: they can
    be read there but not clamped, so in the wiring they are somewhere else. Raises ConfigError when the
    board's network has no such wiring.
    """
    sources = tuple(
        Source(parts.crossed.get(node, node), f"source {number}") for number, node in enumerate(told.sources)
    )
    read, driven = parts.crossed_outputs, {s.node for s in sources}
    wires = [tuple(read.get(n, n) for n in pair if n != NO_NODE) for pair in told.outputs]
    astray = {
        number: nodes for number, nodes in enumerate(wires) if parts.crossed_outputs and driven & {*nodes}
    }
    taken = driven | {node for number, nodes in enumerate(wires) if number not in astray for node in nodes}
    free = (node for node in range(parts.network.nodes) if node not in taken)
    outputs = tuple(
        Output(f"output {number}", *((next(free, nodes[0]),) if number in astray else nodes))
        for number, nodes in enumerate(wires)
    )
    return Wiring(parts.network, sources, outputs), astray


def rehearse(plant: BoardPlant, network: Network) -> None:
    """Let a plant do once what it will be asked for, so that nothing is compiled while a host waits."""
    one, other = network.edges[0]
    plant.open(Wiring(network, (Source(one, "source"),), (Output("output", other),)))
    here = np.zeros((1, 1))
    plant.reset_gates(np.full(network.n_edges, plant.limits().gate_max_V))
    method = Method(time=TimeRule(pulse_s=min(1e-6, plant.limits().pulse_max_s)))
    plant.run(
        CycleBlock(0, np.zeros(1, dtype=np.int64), here, here, method, here, np.ones(1, dtype=np.bool_))
    )
    plant.measure(here)
    plant.read_nodes(here)
    plant.read_gates()
    plant.close()
