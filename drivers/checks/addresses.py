"""Address self-test: charge gates to different voltages, read them back, name wrong address lines.

A multiplexer's address lines choose the gate that is charged or read, and the node that is read. One that
never moves makes two gates one: each then holds what was charged last. Two that have changed places charge
and read the same wrong gate, which no gate tells; but nodes are then read under each other's numbers. Two
lines beyond the highest node, or one of them and one that no source node's number has, can change places
unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import combinations

import numpy as np

from drivers.checks.wire_fault import WireFault, WireTrouble
from drivers.checks.wiring import WireReport
from drivers.hardware.config import HardwareConfig
from protocols.bench import Bench
from protocols.block import BoolArray, FloatArray
from protocols.messages import say
from protocols.task import Wiring

_LEVELS, _STEP = 23, 7  # neighbours, and gates a power of two apart, get levels far from each other
_FEW = 0.25  # of the gates: so many may be dead or stuck before the address is to blame

Reached = Callable[[int], int]  # the number that is reached when another one is asked for


def address_lines(config: HardwareConfig) -> tuple[str, ...]:
    """Return the terminals of the address lines, least significant first; none without a DAQ board."""
    daq = config.instruments.daq
    return daq.mux.address if daq is not None and config.timing == "daq" else ()


def check_addresses(bench: Bench, wiring: Wiring, lines: tuple[str, ...]) -> list[WireFault]:
    """Find address lines that never move, on a closed bench which is closed again; gates are charged.

    Raises InstrumentError, Garbled among it when what is read can be no gate.
    """
    limits, learns = bench.limits(), wiring.network.transistors()
    span_V = limits.gate_max_V - limits.gate_min_V
    number = np.arange(len(learns)) * _STEP % _LEVELS
    charged_V = limits.gate_min_V + span_V * (0.1 + 0.8 * number / (_LEVELS - 1))
    bench.open(wiring)
    with closing(bench):
        bench.reset_gates(charged_V)
        read_V = bench.read_gates()
    tolerance_V = 0.3 * 0.8 * span_V / (_LEVELS - 1)

    def agree(expected_V: FloatArray) -> bool:
        wrong = np.abs(read_V[learns] - expected_V[learns]) > tolerance_V
        return float(np.mean(wrong)) <= _FEW

    if not learns.any() or agree(charged_V):
        return []
    for bit, terminal in enumerate(lines):
        for high in (False, True):
            if agree(_held(charged_V, learns, _stuck(bit, high=high))):
                name = say("address line {bit}", bit=bit)
                level = say("high") if high else say("low")
                why = say(
                    "{name} ({line}) stays {level}: it is off, stuck, or plugged in elsewhere",
                    name=name,
                    line=terminal,
                    level=level,
                )
                return [
                    WireFault(
                        WireTrouble.STUCK, (name,), "both", say("{why}; two gates answer as one", why=why)
                    )
                ]
    what = say(
        "gates do not hold what they are charged to: check the charge wire and line, and the address lines"
    )
    return [WireFault(WireTrouble.WEAK, ("charge",), "both", what)]


def explained_by_swap(report: WireReport, nodes: int, lines: tuple[str, ...]) -> WireReport:
    """Return the report with two swapped address lines in place of its faults where they explain them all."""
    if report.good or not report.shares or max(float(s.max()) for s in report.shares) < 1 - report.tolerance:
        return report
    for one, other in combinations(range(len(lines)), 2):
        reached = _swapped(one, other)
        if all(_fits(share, report.places, nodes, reached, report.tolerance) for share in report.shares):
            names = say("address line {bit}", bit=one), say("address line {bit}", bit=other)
            sentence = say(
                "{name} ({line}) and {other} ({second}) are swapped: "
                "nodes are read, and gates charged, under each other's numbers",
                name=names[0],
                line=lines[one],
                other=names[1],
                second=lines[other],
            )
            return report.with_faults((WireFault(WireTrouble.SWAPPED, names, "both", sentence),))
    return report


def _fits(share: FloatArray, places: tuple[int, ...], nodes: int, reached: Reached, tolerance: float) -> bool:
    """Tell whether a copy's readings (S, N), over the voltage driven, are those of this address."""
    for asked, got in _reached_of(nodes, reached):
        if got < nodes and got not in places:
            continue  # a node that no source holds may be anything
        should = np.array([float(got == place) for place in places])
        if np.max(np.abs(share[:, asked] - should)) > tolerance:
            return False
    return True


def _reached_of(count: int, reached: Reached) -> Iterator[tuple[int, int]]:
    return ((asked, reached(asked)) for asked in range(count))


def _held(charged_V: FloatArray, learns: BoolArray, reached: Reached) -> FloatArray:
    """Return what would be read of each gate (E,) when all are charged in turn through this address."""
    held = dict[int, float]()
    for asked, got in _reached_of(len(charged_V), reached):
        if learns[asked]:
            held[got] = float(charged_V[asked])
    return np.array([held.get(got, np.nan) for _, got in _reached_of(len(charged_V), reached)])


def _stuck(bit: int, *, high: bool) -> Reached:
    return (lambda n: n | 1 << bit) if high else (lambda n: n & ~(1 << bit))


def _swapped(one: int, other: int) -> Reached:
    def reached(n: int) -> int:
        differ = (n >> one ^ n >> other) & 1
        return n ^ (differ << one | differ << other)

    return reached
