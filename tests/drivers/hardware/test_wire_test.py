"""The wiring self-test names what is wrong, on emulated benches and on made-up readings."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.hardware import HardwareBench
from drivers.hardware.config import LimitSettings, WireSettings
from drivers.hardware.wire_test import WireTrouble, check_wiring
from labctl.experiment.build import build_network
from protocols import NodeReading, Wiring, periodic_lattice

from ...labctl.emulation.benches import CONTROLLER, DAQ, emulated

NETWORK = periodic_lattice(4, 4)


def found(file: str = CONTROLLER, **emulation: object) -> list[tuple[str, set[str]]]:
    """Return trouble and wires of every fault found on an emulated bench with noise and offsets."""
    with emulated(file, imperfections="lattice-paper", seed=2, **emulation) as running:
        config = running.config
        report = check_wiring(HardwareBench(config), config.wires, build_network(config.network))
        assert running.unsafe() == []
        assert all(wire in f.sentence for f in report.faults for wire in f.wires)
        return [(str(f.trouble), set(f.wires)) for f in report.faults]


def words(value: object) -> str:
    """Name a case; a set's own text changes with every process, and test workers must agree."""
    return str(value if isinstance(value, dict) else [(what, sorted(names)) for what, names in value])


@pytest.mark.parametrize(
    ("mishap", "expected"),
    [
        ({}, []),
        ({"swap": ["S1,S5"]}, [("swapped", {"S1", "S5"})]),
        ({"off": ["S7"]}, [("open", {"S7"})]),
        ({"touch": ["S9,S13"]}, [("shorted", {"S9", "S13"})]),
        ({"swap": ["O0,O10"]}, [("swapped", {"O0", "O10"})]),
        ({"off": ["O10"]}, [("open", {"O10"})]),
        ({"off": ["O8"]}, [("open", {"O8"})]),  # a node that is a source's, too: read in the second pass
        ({"swap": ["S2,S15"], "off": ["S9"]}, [("swapped", {"S2", "S15"}), ("open", {"S9"})]),
        ({"off": ["S1", "S2"]}, [("open", {"S1"}), ("open", {"S2"})]),
    ],
    ids=words,
)
def test_wires_of_a_controller_bench(mishap: dict[str, object], expected: object) -> None:
    assert found(**mishap) == expected


@pytest.mark.parametrize(
    ("mishap", "expected"),
    [
        ({}, []),
        ({"swap": ["V1,V-"]}, [("swapped", {"V1", "V-"})]),
        ({"off": ["V+"]}, [("open", {"V+"})]),
        ({"touch": ["V1,V+"]}, [("shorted", {"V1", "V+"})]),
        ({"off": ["O"]}, [("open", {"O"})]),
    ],
    ids=words,
)
def test_wires_of_a_daq_bench(mishap: dict[str, object], expected: object) -> None:
    assert found(DAQ, **mishap) == expected


Reach = dict[int, dict[int, float]]


class MadeUp:
    """A bench whose readings are made up: sources reach nodes by `reach`, other nodes follow at 0.4."""

    def __init__(self, reach: Reach, clamped: Reach | None = None, powered: bool = True) -> None:
        self._reach, self._clamped, self._powered = reach, clamped or reach, powered
        self.sign = 1.0

    def limits(self):
        return LimitSettings().of_bench()

    def open(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def close(self) -> None:
        pass

    def reset_gates(self, gates_V: np.ndarray) -> None:
        pass

    def read_nodes(self, inputs_V: np.ndarray) -> NodeReading:
        return NodeReading(self._nodes(inputs_V, self._reach), self._nodes(inputs_V, self._clamped))

    def measure(self, inputs_V: np.ndarray) -> np.ndarray:
        nodes = self._nodes(inputs_V, self._reach)
        columns = [nodes[:, o.positive] - nodes[:, o.negative] for o in self._wiring.outputs if o.negative]
        return self.sign * np.column_stack(columns) if columns else np.zeros((len(inputs_V), 1))

    def _nodes(self, inputs_V: np.ndarray, reach: Reach) -> np.ndarray:
        nodes = np.zeros((len(inputs_V), 16))
        if not self._powered:
            return nodes
        for q, source in enumerate(self._wiring.sources):
            for node in (10, 0):
                nodes[:, node] += (0.1 + 0.05 * node) * inputs_V[:, q]
            for node, share in reach[source.node].items():
                nodes[:, node] += share * inputs_V[:, q]
        return nodes


GOOD = {1: {1: 1.0}, 5: {5: 1.0}, 9: {9: 1.0}}
WIRES = WireSettings.model_validate(
    {
        "sources": {"A": {"node": 1}, "B": {"node": 5}, "C": {"node": 9}},
        "outputs": {"O": {"positive": 10, "negative": 2}},
    }
)


def troubles(bench: MadeUp) -> list[tuple[WireTrouble, tuple[str, ...], str]]:
    report = check_wiring(bench, WIRES, NETWORK)
    return [(f.trouble, f.wires, f.copy) for f in report.faults]


def test_good_wires_are_good() -> None:
    report = check_wiring(MadeUp(GOOD), WIRES, NETWORK)
    assert report.good
    assert report.arrived == {name: (pytest.approx(1.0), pytest.approx(1.0)) for name in "ABC"}


def test_a_wire_in_a_place_of_no_other_is_named_with_the_node() -> None:
    bench = MadeUp(GOOD | {5: {14: 1.0}})
    assert troubles(bench) == [(WireTrouble.MISPLACED, ("B",), "both")]
    assert "node 14 instead of node 5" in check_wiring(bench, WIRES, NETWORK).faults[0].sentence


def test_a_wire_that_is_wrong_in_one_copy_is_named_with_the_copy() -> None:
    assert troubles(MadeUp(GOOD, GOOD | {9: {9: 0.7}})) == [(WireTrouble.WEAK, ("C",), "clamped")]


def test_three_wires_in_a_ring_are_all_named() -> None:
    ring = {1: {5: 1.0}, 5: {9: 1.0}, 9: {1: 1.0}}
    assert {name for _, names, _ in troubles(MadeUp(ring)) for name in names} == {"A", "B", "C"}


def test_a_board_without_power_is_one_sentence_not_three() -> None:
    report = check_wiring(MadeUp(GOOD, powered=False), WIRES, NETWORK)
    assert len([f for f in report.faults if f.trouble is WireTrouble.OPEN]) == 1
    assert "powered" in report.faults[0].sentence


def test_an_output_that_reads_upside_down_is_named() -> None:
    bench = MadeUp(GOOD)
    bench.sign = -1.0
    assert troubles(bench) == [(WireTrouble.REVERSED, ("O",), "both")]


def test_an_output_that_reads_too_little_is_named() -> None:
    bench = MadeUp(GOOD)
    bench.sign = 0.7
    assert troubles(bench) == [(WireTrouble.WEAK, ("O",), "both")]
