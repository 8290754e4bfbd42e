"""`wiring`: which wire goes where; wires that are off, swapped or touch each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.board_under_test import BoardUnderTest
from calibration.records import value
from calibration.routine import Nominal, Result
from protocols.block import FloatArray
from protocols.messages import Message, say

_FOLLOWS = 0.9  # a driven node follows its source at least this much
_HALF = 0.3, 0.7  # two sources that touch each follow the other about half
_STILL_V = 10e-3  # a target whose reading spans less than this while its node moves has no wire
_POINTS = 24


class Wires(NamedTuple):
    """Response of every node to every source (S, N) in both copies, and what the targets did.

    readings, free and clamped (P, T): target readings, nodes at the targets free and while clamped;
    displaced (T, N): how far clamping one target alone moves each node, in volts.
    """

    free: FloatArray
    clamped: FloatArray
    readings: FloatArray
    nodes: FloatArray
    displaced: FloatArray
    asked: FloatArray


def calibrate_wiring(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Drive one source at a time and see which nodes follow; clamp one target at a time likewise."""
    seen = look(board)
    result = Result(
        "response of all nodes to each source and each clamp",
        conditions={"points": _POINTS},
        raw={"free": seen.free, "clamped": seen.clamped, "displaced": seen.displaced},
    )
    sources, targets = board.wiring.source_nodes, board.wiring.target_nodes
    for k, node in enumerate(sources):
        result.values.append(value("source response", f"node {node}", seen.free[k, node], 0.005, ""))
    _judge_sources(result, board, seen)
    _judge_readings(result, targets, seen)
    _judge_clamps(result, board, seen)
    return result


def driven_nodes(board: BoardUnderTest) -> NDArray[np.bool_]:
    """Return which nodes a source really drives in both copies (N,)."""
    driven = np.zeros(board.network.nodes, dtype=np.bool_)
    free, clamped = _source_response(board)
    for k, node in enumerate(board.wiring.source_nodes):
        driven[node] = min(free[k, node], clamped[k, node]) > _FOLLOWS
    return driven


def look(board: BoardUnderTest) -> Wires:
    """Drive and clamp everything once."""
    targets = list(board.wiring.target_nodes)
    steps = 2 + len(targets)
    board.told(say("sources"), 0, steps)
    free, clamped = _source_response(board)
    board.told(say("readings"), 1, steps)
    inputs = board.random_inputs(_POINTS)
    nodes = board.read_nodes(inputs).free[:, targets]
    readings = board.bench.measure(inputs)
    displaced, asked = [], []
    rest = board.random_inputs(1, 0.3, 0.7)
    outputs = board.read_nodes(rest).free[0, targets]
    limits = board.limits
    still = board.learn(rest, outputs[None, :], pulse_s=10e-6, pulses=2, kept=2).clamped[-1]
    for t in range(len(targets)):
        board.told(say("clamp at node {node}", node=targets[t]), 2 + t, steps)
        labels = outputs.copy()
        far = limits.node_max_V if outputs[t] < 0.5 * limits.node_max_V else limits.node_min_V
        labels[t] = outputs[t] + 0.6 * (far - outputs[t])
        run = board.learn(rest, labels[None, :], pulse_s=10e-6, pulses=2, kept=2)
        displaced.append(run.clamped[-1] - still)
        asked.append(labels[t] - outputs[t])
    board.told(say("done"), steps, steps)
    return Wires(free, clamped, readings, nodes, np.array(displaced), np.array(asked))


def _source_response(board: BoardUnderTest) -> tuple[FloatArray, FloatArray]:
    """Return by how much each node follows each source (S, N), in both copies."""
    count = len(board.wiring.sources)
    low_V, high_V = board.limits.node_min_V, board.limits.node_max_V
    span = high_V - low_V
    board.set_gates(board.random_gates(2.0, 4.0))
    inputs = np.full((2 * count, count), low_V + 0.5 * span)
    for k in range(count):
        inputs[2 * k, k], inputs[2 * k + 1, k] = low_V + 0.15 * span, low_V + 0.85 * span
    read = board.read_nodes(inputs)
    scale = 0.7 * span
    return (read.free[1::2] - read.free[::2]) / scale, (read.clamped[1::2] - read.clamped[::2]) / scale


def _judge_sources(result: Result, board: BoardUnderTest, seen: Wires) -> None:
    nodes = board.wiring.source_nodes
    both = np.minimum(seen.free, seen.clamped)[:, list(nodes)]  # (S, S): source k at node of source j
    told: set[frozenset[int]] = set()
    for k, node in enumerate(nodes):
        name = board.wiring.sources[k].name
        if both[k, k] > _FOLLOWS:
            continue
        elsewhere = [j for j in range(len(nodes)) if j != k and both[k, j] > _FOLLOWS]
        touching = [j for j in range(len(nodes)) if j != k and _HALF[0] < both[k, j] < _HALF[1]]
        if elsewhere:
            j = elsewhere[0]
            pair = frozenset((k, j))
            if both[j, k] > _FOLLOWS:
                if pair not in told:
                    text = say(
                        "the wires of sources {name} and {other} are swapped (nodes {node} and {at})",
                        name=name,
                        other=board.wiring.sources[j].name,
                        node=node,
                        at=nodes[j],
                    )
                    result.fault("sources swapped", f"node {node}", text)
                told.add(pair)
            else:
                result.fault(
                    "source misplaced",
                    f"node {node}",
                    say("source {name} is at node {at}, not {node}", name=name, at=nodes[j], node=node),
                )
        elif touching and _HALF[0] < both[k, k] < _HALF[1]:
            pair = frozenset((k, touching[0]))
            if pair not in told:
                other = board.wiring.sources[touching[0]].name
                text = say(
                    "sources {name} and {other} touch each other (nodes {node}, {at})",
                    name=name,
                    other=other,
                    node=node,
                    at=nodes[touching[0]],
                )
                result.fault("sources shorted", f"node {node}", text)
            told.add(pair)
        else:
            copies = [
                c for c, r in (("free", seen.free), ("clamped", seen.clamped)) if r[k, node] <= _FOLLOWS
            ]
            both_off = len(copies) == 2
            where = say("both copies") if both_off else say("the {copy} copy", copy=Message.of(copies[0]))
            text = say(
                "the wire of source {name} to node {node} is off in {where}",
                name=name,
                node=node,
                where=where,
            )
            result.fault("source wire off", f"node {node}", text)


def _judge_readings(result: Result, targets: tuple[int, ...], seen: Wires) -> None:
    moved = np.ptp(seen.nodes, axis=0)
    told: set[frozenset[int]] = set()
    for t, node in enumerate(targets):
        if np.ptp(seen.readings[:, t]) < min(_STILL_V, 0.3 * moved[t]):
            result.fault(
                "target wire off",
                f"node {node}",
                say("target at node {node} reads nothing: its wire is off", node=node),
            )
            continue
        fits = [float(np.std(seen.readings[:, t] - seen.nodes[:, j])) for j in range(len(targets))]
        j = int(np.argmin(fits))
        if j != t and fits[t] > 5 * fits[j] + 2e-3:
            pair = frozenset((t, j))
            if pair not in told:
                text = say(
                    "the readings of the targets at nodes {node} and {other} are swapped",
                    node=node,
                    other=targets[j],
                )
                result.fault("targets swapped", f"node {node}", text)
            told.add(pair)


def _judge_clamps(result: Result, board: BoardUnderTest, seen: Wires) -> None:
    targets = list(board.wiring.target_nodes)
    told: set[frozenset[int]] = set()
    for t, node in enumerate(targets):
        share = seen.displaced[t][targets] / seen.asked[t]
        if share[t] > 0.5:
            continue
        j = int(np.argmax(share))
        if j != t and share[j] > 0.5:
            pair = frozenset((t, j))
            if pair not in told:
                text = say("the clamps of nodes {node} and {other} are swapped", node=node, other=targets[j])
                result.fault("clamps swapped", f"node {node}", text)
            told.add(pair)
        else:
            result.fault(
                "clamp wire off", f"node {node}", say("the clamp at node {node} does not move it", node=node)
            )
