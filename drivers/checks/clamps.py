"""Clamp self-test: nudge each output in turn, read all nodes, name the clamp wires that are wrong.

With every source at the middle of the node range the whole board rests there, whatever its gates are. A
clamp that is where it should be then holds its node, in its copy, at the voltage asked for, and nothing else
moves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from drivers.checks.addresses import address_lines, check_addresses, explained_by_swap
from drivers.checks.wire_fault import WireFault, WireTrouble, same
from drivers.checks.wiring import WireReport, any_wiring, check_wiring
from drivers.hardware.config import HardwareConfig
from protocols.bench import Bench
from protocols.block import CycleBlock, FloatArray
from protocols.cycle_rules import target_displacements
from protocols.messages import Message, say
from protocols.method import ClampRule, Contrast, Method, TimeRule
from protocols.network import Network
from protocols.tables import ClampCircuit
from protocols.task import Output, Source, Wiring

PULSE_S = 100e-6  # snapshots come with cycles, and clamps with pulses; a gate moves by millivolts
TOLERANCE = 0.25  # of what a node is moved by: the test is of wires, not of how exact a mixing circuit is
_LOOSE = 0.1  # a node that moves by less of it is not held


@dataclass(frozen=True)
class ClampPlan:
    """The clamp wires of a bench: names by target node of the clamped copy, and of the other one (`away`).

    eta is the nudge a mixing circuit is set to.
    """

    toward: Mapping[int, str]
    away: Mapping[int, str]
    eta: float


def check_all_wires(bench: Bench, config: HardwareConfig, network: Network) -> WireReport:
    """Test address lines, source and output wires, and the clamps where those are right, on a closed bench.

    What the board has learned is lost. Raises InstrumentError.
    """
    wires, lines = config.wires, address_lines(config)
    if lines and (faults := check_addresses(bench, any_wiring(wires, network), lines)):
        return WireReport(tuple(faults), {}, 0.0)
    report = explained_by_swap(check_wiring(bench, wires, network), network.nodes, lines)
    read = {node for wire in wires.outputs.values() for node in wire.nodes}
    sources = tuple(Source(w.node, name) for name, w in wires.sources.items() if w.node not in read)
    if not (report.good and sources and read):
        return report
    outputs = tuple(Output(name, w.positive, w.negative) for name, w in wires.outputs.items())
    wiring = Wiring(network, sources, outputs)
    plan = clamp_plan(config, wiring)
    wrong = check_clamps(bench, wiring, plan)
    tested = dict.fromkeys((*plan.toward.values(), *plan.away.values()))
    return replace(report, faults=tuple(wrong), clamps=tuple(tested))


def clamp_plan(config: HardwareConfig, wiring: Wiring) -> ClampPlan:
    """Return the clamp wires of a bench file by their names there; a controller board has its own clamps."""
    daq, plain = config.instruments.daq, Method().clamp.eta
    own = {node: say("clamp node {node}", node=node) for node in wiring.target_nodes}
    if daq is None or config.timing != "daq":
        return ClampPlan(own, {}, plain)
    if daq.clamp.circuit is ClampCircuit.ANALOG:
        labels = {n: say("label node {node}", node=o.positive)
                  for o in wiring.outputs for n in (o.positive, o.negative) if n is not None}  # fmt: skip
        return ClampPlan(labels, {}, daq.clamp.eta)
    return ClampPlan(own, {node: say("away clamp node {node}", node=node) for node in daq.clamp.away}, plain)


def check_clamps(bench: Bench, wiring: Wiring, plan: ClampPlan) -> list[WireFault]:
    """Test the clamp wires of a closed bench, and close it again; gates are charged to their middle.

    Raises InstrumentError.
    """
    limits, targets = bench.limits(), list(wiring.target_nodes)
    middle_V = 0.5 * (limits.node_min_V + limits.node_max_V)
    moved_V = 0.25 * (limits.node_max_V - limits.node_min_V)
    outputs = len(wiring.outputs)
    steps_V = moved_V * np.vstack([np.eye(outputs), -np.eye(outputs)])
    matrix = wiring.output_matrix()
    asked_V = np.array([target_displacements(step, matrix) for step in steps_V])
    faults: list[WireFault] = []
    bench.open(wiring)
    with closing(bench):
        bench.reset_gates(np.full(wiring.network.n_edges, 0.5 * (limits.gate_min_V + limits.gate_max_V)))
        inputs_V = np.full(len(wiring.sources), middle_V)
        rest_V = bench.read_nodes(inputs_V[None])
        labels_V = bench.measure(inputs_V[None]) + steps_V / plan.eta

        def moves_V(contrast: Contrast) -> tuple[FloatArray, FloatArray]:
            method = Method(clamp=ClampRule(eta=plan.eta, contrast=contrast), time=TimeRule(pulse_s=PULSE_S))
            free_V, clamped_V = _held(bench, method, inputs_V, labels_V)
            return free_V - rest_V.free[0], clamped_V - rest_V.clamped[0]

        tolerance_V, told = TOLERANCE * moved_V, list[str]()
        away = moves_V(Contrast.SYMMETRIC) if plan.away else None
        if away is not None:
            faults += _crossed(*away, asked_V, targets, plan, tolerance_V)
            told = [name for fault in faults for name in fault.wires]
        for names, moved, wanted_V, copy in (
            (plan.toward, moves_V(Contrast.ONE_SIDED)[1], asked_V, "clamped"),
            (plan.away, away and away[0], -asked_V, "free"),
        ):
            if moved is not None:
                own = [names[n] for n in targets]
                faults += wrong_clamps(moved, wanted_V, targets, own, copy, tolerance_V, told)
    return faults


def _crossed(
    free_V: FloatArray,
    clamped_V: FloatArray,
    asked_V: FloatArray,
    targets: list[int],
    plan: ClampPlan,
    tolerance_V: float,
) -> Iterator[WireFault]:
    """Yield pairs that hold their node, each in the other's copy; moves (R, N) of both while both clamp."""
    for t, node in enumerate(targets):
        if same(free_V[:, node], asked_V[:, t], tolerance_V) and same(
            clamped_V[:, node], -asked_V[:, t], tolerance_V
        ):
            pair = plan.toward[node], plan.away[node]
            sentence = say(
                "{name} and {other} are swapped: each holds node {node} in the other's copy",
                name=pair[0],
                other=pair[1],
                node=node,
            )
            yield WireFault(WireTrouble.SWAPPED, pair, "both", sentence)


def _held(
    bench: Bench, method: Method, inputs_V: FloatArray, labels_V: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return all nodes of both copies (R, N) while the clamps pull toward each row of labels (R, T)."""
    free, clamped = [], []
    for labels in labels_V:  # one by one: a block may hold less
        record = bench.run(
            CycleBlock(
                0, np.zeros(1, dtype=np.int64), inputs_V[None], labels[None], method,
                np.zeros((1, len(labels))), np.ones(1, dtype=np.bool_), np.zeros(1, dtype=np.int64),
            )
        )  # fmt: skip
        free.append(record.snapshots.free_nodes[0])
        clamped.append(record.snapshots.clamped_nodes[0])
    return np.array(free), np.array(clamped)


def wrong_clamps(
    moved_V: FloatArray,
    asked_V: FloatArray,
    targets: list[int],
    names: list[str],
    copy: str,
    tolerance_V: float,
    known: Sequence[str] = (),
) -> Iterator[WireFault]:
    """Yield what is wrong in one copy, but of the wires known to be wrong.

    moved_V (R, N) is by how much each node moved, asked_V (R, targets) by how much each target was to move.
    """
    own_V, told = moved_V[:, targets], set(known)
    for t, (node, name) in enumerate(zip(targets, names, strict=True)):
        if name in told or same(own_V[:, t], asked_V[:, t], tolerance_V):
            continue
        told.add(name)
        others = [u for u in range(len(targets)) if u != t and same(own_V[:, t], asked_V[:, u], tolerance_V)]
        back = [u for u in others if same(own_V[:, u], asked_V[:, t], tolerance_V)]
        places = [n for n in range(moved_V.shape[1]) if same(moved_V[:, n], asked_V[:, t], tolerance_V)]
        share = float(own_V[:, t] @ asked_V[:, t] / (asked_V[:, t] @ asked_V[:, t]))
        wires: tuple[str, ...] = (name,)
        where = say("node {node} of the {copy} copy", node=node, copy=Message.of(copy))
        if back:
            told.add(names[back[0]])
            wires, trouble = (name, names[back[0]]), WireTrouble.SWAPPED
            sentence = say(
                "{name} and {other} are swapped: each holds the other's node", name=name, other=names[back[0]]
            )
        elif places:
            trouble = WireTrouble.MISPLACED
            sentence = say("{name} holds node {at} instead of {where}", name=name, at=places[0], where=where)
        elif share < _LOOSE:
            trouble = WireTrouble.OPEN
            sentence = say(
                "{name} does not hold {where}: it is off, or plugged in elsewhere", name=name, where=where
            )
        else:
            trouble = WireTrouble.WEAK
            part = say("{share:.0f} % of what it should", share=100 * share)
            sentence = say(
                "{name} moves {where} by {part}: a bad contact, or a wrong gain",
                name=name,
                where=where,
                part=part,
            )
        yield WireFault(trouble, wires, copy, sentence)
