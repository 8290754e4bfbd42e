"""Wiring self-test: drive each source wire in turn, read all nodes, name the wires that are wrong.

Works on any Bench. With one source at V and all others at 0 V, a wire that is where it should be holds its
node at V in both copies and leaves the other source nodes at 0 V: whatever the gates are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from drivers.checks.wire_fault import WireFault, WireTrouble, same
from drivers.hardware.config import OutputWire, SourceWire, WireSettings
from protocols.bench import Bench, NodeReading
from protocols.block import FloatArray
from protocols.messages import Message, joined, say
from protocols.network import Network
from protocols.task import Output, Source, Wiring


@dataclass(frozen=True, eq=False)
class WireReport:
    """What the self-test found: faults, and how much of what was driven arrived at each wire's own node.

    arrived maps a source wire to its node's reading over the voltage driven, free and clamped copy;
    test_voltage_V is what was driven. clamps: the clamp wires that were tested, none while others are wrong.
    shares: of each copy, every node's reading over what was driven (S, N); places: the node of each source
    wire; tolerance: of a share.
    """

    faults: tuple[WireFault, ...]
    arrived: Mapping[str, tuple[float, float]]
    test_voltage_V: float
    clamps: tuple[str, ...] = ()
    shares: tuple[FloatArray, ...] = ()
    places: tuple[int, ...] = ()
    tolerance: float = 0.0

    def with_faults(self, faults: tuple[WireFault, ...]) -> WireReport:
        """Return the report with other faults."""
        return replace(self, faults=faults)

    @property
    def good(self) -> bool:
        """Say whether every wire is where it should be."""
        return not self.faults


def check_wiring(bench: Bench, wires: WireSettings, network: Network) -> WireReport:
    """Test the source and output wires of a bench file on its closed bench, which is closed again afterwards.

    The gates are charged to the middle of their range: what the board has learned is lost. A node that has a
    source wire and an output wire is tested twice, driven and read. Raises InstrumentError.
    """
    limits = bench.limits()
    volts = min(wires.test_voltage, limits.node_max_V)
    outputs = wires.outputs
    both = {w.node for w in wires.sources.values()} & {n for w in outputs.values() for n in w.nodes}
    read = {name: w for name, w in outputs.items() if not both & set(w.nodes)}
    first = _measured(bench, network, volts, wires.sources, read)
    faults = first.wrong_sources(wires.tolerance)
    driven = {name: w for name, w in wires.sources.items() if w.node not in both}
    reading = first if faults or not (both and driven) else _measured(bench, network, volts, driven, outputs)
    faults += reading.wrong_outputs(wires.tolerance)
    places, tolerance = tuple(first.sources.values()), wires.tolerance
    return WireReport(
        tuple(faults), first.arrived(), volts, shares=first.shares(), places=places, tolerance=tolerance
    )


def any_wiring(wires: WireSettings, network: Network) -> Wiring:
    """Return a wiring of the source wires and of those that read, for tests that need some."""
    driven = {w.node for w in wires.sources.values()}
    read = {name: w for name, w in wires.outputs.items() if not driven & set(w.nodes)}
    return _wiring(network, wires.sources, read)


def _wiring(network: Network, sources: Mapping[str, SourceWire], outputs: Mapping[str, OutputWire]) -> Wiring:
    driven = tuple(Source(w.node, name) for name, w in sources.items())
    read = tuple(Output(name, w.positive, w.negative) for name, w in outputs.items())
    if not read:  # a wiring needs one; which, does not matter here
        nodes_driven = {s.node for s in driven}
        read = (Output("(none)", next(n for n in range(network.nodes) if n not in nodes_driven)),)
    return Wiring(network, driven, read)


@dataclass(frozen=True, eq=False)
class _Measured:
    """Readings of one wiring: row 0 with all sources at 0 V, then one with each of them at `volts`."""

    volts: float
    sources: Mapping[str, int]
    outputs: Mapping[str, tuple[int, ...]]
    nodes: NodeReading
    seen: FloatArray

    def shares(self) -> tuple[FloatArray, FloatArray]:
        """Return each node's reading over the voltage driven, free and clamped copy, (S, N)."""
        free, clamped = ((copy[1:] - copy[0]) / self.volts for copy in (self.nodes.free, self.nodes.clamped))
        return free, clamped

    def arrived(self) -> dict[str, tuple[float, float]]:
        free, clamped = self.shares()
        at = enumerate(self.sources.items())
        return {name: (float(free[q, node]), float(clamped[q, node])) for q, (name, node) in at}

    def wrong_sources(self, tolerance: float) -> list[WireFault]:
        free, clamped = (list(_wrong_sources(share, self.sources, tolerance)) for share in self.shares())
        return _in_both_copies(free, clamped)

    def wrong_outputs(self, tolerance: float) -> list[WireFault]:
        if not self.outputs:
            return []
        return _wrong_outputs(self.seen, self.nodes.free, self.outputs, tolerance * self.volts)


def _measured(
    bench: Bench,
    network: Network,
    volts: float,
    sources: Mapping[str, SourceWire],
    outputs: Mapping[str, OutputWire],
) -> _Measured:
    wiring = _wiring(network, sources, outputs)
    driven = wiring.sources
    inputs = np.vstack([np.zeros(len(driven)), volts * np.eye(len(driven))])
    limits = bench.limits()
    bench.open(wiring)
    with closing(bench):
        bench.reset_gates(np.full(network.n_edges, 0.5 * (limits.gate_min_V + limits.gate_max_V)))
        nodes, seen = bench.read_nodes(inputs), bench.measure(inputs)
    places = {name: w.node for name, w in sources.items()}
    return _Measured(volts, places, {name: w.nodes for name, w in outputs.items()}, nodes, seen)


def _wrong_sources(share: FloatArray, places: Mapping[str, int], tolerance: float) -> Iterator[WireFault]:
    """Yield what is wrong in one copy; share (S, N): each node's reading over the voltage driven."""
    names, nodes = list(places), list(places.values())
    own = np.array([share[q, node] for q, node in enumerate(nodes)])
    silent = [bool(np.max(np.abs(share[q])) < tolerance) for q in range(len(names))]
    if all(silent):
        yield _fault(
            WireTrouble.OPEN,
            names,
            say("no wire drives anything: is the board powered, are they plugged in?"),
        )
        return
    reaches = [
        [p for p in range(len(names)) if share[q, nodes[p]] > 1 - tolerance] for q in range(len(names))
    ]
    told: set[int] = set()
    for q, name in enumerate(names):
        if q in told or (abs(own[q] - 1) <= tolerance and reaches[q] == [q]):
            continue
        others = [p for p in reaches[q] if p != q]
        partner = _touching(share, nodes, q, tolerance)
        if silent[q]:
            yield _fault(
                WireTrouble.OPEN,
                [name],
                say(
                    "{name} is off: driving it moves no node; it belongs on node {node}",
                    name=name,
                    node=nodes[q],
                ),
            )
        elif q not in reaches[q] and others:
            p = others[0]
            if q in reaches[p] and p not in reaches[p]:
                told.add(p)
                yield _fault(
                    WireTrouble.SWAPPED,
                    [name, names[p]],
                    say(
                        "{name} and {other} are swapped: {name} drives node {at}, {other} node {node}",
                        name=name,
                        other=names[p],
                        at=nodes[p],
                        node=nodes[q],
                    ),
                )
            else:
                yield _fault(
                    WireTrouble.MISPLACED,
                    [name],
                    say(
                        "{name} drives node {at}, the place of {other}, instead of node {node}",
                        name=name,
                        at=nodes[p],
                        other=names[p],
                        node=nodes[q],
                    ),
                )
        elif partner is not None:
            told.add(partner)
            yield _fault(
                WireTrouble.SHORTED,
                [name, names[partner]],
                say(
                    "{name} and {other} touch: driving one moves nodes {at} and {node} alike",
                    name=name,
                    other=names[partner],
                    at=nodes[q],
                    node=nodes[partner],
                ),
            )
        elif own[q] <= 1 - tolerance and float(np.max(share[q])) > 1 - tolerance:
            node = int(np.argmax(share[q]))
            yield _fault(
                WireTrouble.MISPLACED,
                [name],
                say("{name} drives node {at} instead of node {node}", name=name, at=node, node=nodes[q]),
            )
        elif abs(own[q] - 1) > tolerance:
            yield _fault(
                WireTrouble.WEAK,
                [name],
                say(
                    "{name} brings {share:.0f} % of its voltage to node {node}: "
                    "a bad contact, or a wrong gain",
                    name=name,
                    share=100 * own[q],
                    node=nodes[q],
                ),
            )


def _touching(share: FloatArray, nodes: list[int], q: int, tolerance: float) -> int | None:
    """Return the wire that moves with wire q, whichever of the two is driven; None when there is none."""
    for p in range(len(nodes)):
        if p == q:
            continue
        pair = np.array([share[q, nodes[q]], share[q, nodes[p]], share[p, nodes[q]], share[p, nodes[p]]])
        if float(np.min(pair)) > 0.25 and float(np.ptp(pair)) < tolerance:
            return p
    return None


def _wrong_outputs(
    seen: FloatArray, nodes: FloatArray, table: Mapping[str, tuple[int, ...]], tolerance_V: float
) -> list[WireFault]:
    """Return what is wrong with the wires that read; seen (P, T), nodes (P, N) of the free copy, in volts."""
    names = list(table)
    should = np.column_stack([_output(nodes, table[name]) for name in names])
    faults, told = [], set[int]()
    for t, name in enumerate(names):
        if t in told or same(seen[:, t], should[:, t], tolerance_V):
            continue
        others = [u for u in range(len(names)) if u != t and same(seen[:, t], should[:, u], tolerance_V)]
        other = others[0] if others else None
        at = joined([say("node {node}", node=node) for node in table[name]], " − ")
        if same(seen[:, t], np.zeros(len(seen)), tolerance_V):
            faults.append(
                _fault(
                    WireTrouble.OPEN,
                    [name],
                    say("{name} is off: it reads 0 V whatever is on {at}", name=name, at=at),
                )
            )
        elif other is not None and same(seen[:, other], should[:, t], tolerance_V):
            told.add(other)
            faults.append(
                _fault(
                    WireTrouble.SWAPPED,
                    [name, names[other]],
                    say(
                        "{name} and {other} are swapped: each reads the other's node",
                        name=name,
                        other=names[other],
                    ),
                )
            )
        elif same(seen[:, t], -should[:, t], tolerance_V):
            faults.append(
                _fault(
                    WireTrouble.REVERSED,
                    [name],
                    say("{name} reads {at} with the wrong sign", name=name, at=at),
                )
            )
        else:
            near = int(np.argmin(np.max(np.abs(nodes - seen[:, [t]]), axis=0)))
            is_there = same(seen[:, t], nodes[:, near], tolerance_V)
            what = say("reads node {node}", node=near) if is_there else say("reads something else")
            trouble = WireTrouble.MISPLACED if is_there else WireTrouble.WEAK
            faults.append(
                _fault(trouble, [name], say("{name} {what} instead of {at}", name=name, what=what, at=at))
            )
    return faults


def _output(nodes: FloatArray, of: tuple[int, ...]) -> FloatArray:
    return nodes[:, of[0]] - (nodes[:, of[1]] if len(of) > 1 else 0.0)


def _fault(trouble: WireTrouble, wires: list[str], sentence: str) -> WireFault:
    return WireFault(trouble, tuple(wires), "both", sentence)


def _in_both_copies(free: list[WireFault], clamped: list[WireFault]) -> list[WireFault]:
    """Join what was found in each copy: once if it is in both, else with the copy's name."""
    known = {(f.trouble, f.wires) for f in clamped}
    faults = [f if (f.trouble, f.wires) in known else _only(f, "free") for f in free]
    found = {(f.trouble, f.wires) for f in free}
    return faults + [_only(f, "clamped") for f in clamped if (f.trouble, f.wires) not in found]


def _only(fault: WireFault, copy: str) -> WireFault:
    return WireFault(
        fault.trouble,
        fault.wires,
        copy,
        say("{sentence} (in the {copy} copy only)", sentence=fault.sentence, copy=Message.of(copy)),
    )
