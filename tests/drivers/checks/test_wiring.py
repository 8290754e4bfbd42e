"""The wiring self-test names what is wrong, on emulated benches and on made-up readings."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.checks.clamps import ClampPlan, check_all_wires, check_clamps, wrong_clamps
from drivers.checks.wire_fault import WireTrouble
from drivers.checks.wiring import check_wiring
from drivers.hardware import HardwareBench
from drivers.hardware.config import LimitSettings, WireSettings
from labctl.experiment.build import build_network
from protocols import NodeReading, Output, Source, Wiring, periodic_lattice
from sim_backend.emulators.terminals import WiringFaults

from ...labctl.emulation.benches import CONTROLLER, DAQ, emulated
from ..nidaq.board import daq_rig, wired

NETWORK = periodic_lattice(4, 4)


def found(file: str = CONTROLLER, **emulation: object) -> list[tuple[str, set[str]]]:
    """Return trouble and wires of every fault found on an emulated bench with noise and offsets."""
    with emulated(file, imperfections="lattice-paper", seed=2, **emulation) as running:
        config = running.config
        report = check_all_wires(HardwareBench(config), config, build_network(config.network))
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
        ({"swap": ["O0,O8"]}, [("swapped", {"O0", "O8"})]),
        ({"off": ["O10"]}, [("open", {"O10"})]),
        ({"swap": ["O8,O10", "S1,S2"]}, [("swapped", {"S1", "S2"}), ("misplaced", {"O10"})]),
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
        ({"off": ["address line 0"]}, [("stuck", {"address line 0"})]),
        ({"off": ["address line 4"]}, [("stuck", {"address line 4"})]),
        ({"swap": ["address line 0,address line 1"]}, [("swapped", {"address line 0", "address line 1"})]),
        ({"swap": ["address line 2,address line 4"]}, [("swapped", {"address line 2", "address line 4"})]),
        (
            {"swap": ["clamp node 0,away clamp node 0"]},
            [("swapped", {"clamp node 0", "away clamp node 0"})],
        ),
        # The emulated board is not held in either copy then.
        ({"off": ["clamp node 0"]}, [("open", {"clamp node 0"}), ("open", {"away clamp node 0"})]),
    ],
    ids=words,
)
def test_wires_of_a_daq_bench(mishap: dict[str, object], expected: object) -> None:
    assert found(DAQ, **mishap) == expected


CLAMPED = Wiring(NETWORK, (Source(5, "x"), Source(15, "y")), (Output("O", 10, 0), Output("P", 8)))
PLAN = ClampPlan({n: f"clamp {n}" for n in (10, 0, 8)}, {n: f"away {n}" for n in (10, 0, 8)}, 128 / 129)


@pytest.mark.parametrize(
    ("swapped", "expected"),
    [
        ((), []),
        (("clamp node 10", "clamp node 8"), [("swapped", ("clamp 10", "clamp 8"), "clamped")]),
        (("away clamp node 0", "away clamp node 8"), [("swapped", ("away 0", "away 8"), "free")]),
        (("clamp node 0", "away clamp node 0"), [("swapped", ("clamp 0", "away 0"), "both")]),
    ],
    ids=str,
)
def test_clamps_of_several_outputs(swapped: tuple[str, ...], expected: list[object]) -> None:
    terminals = wired(CLAMPED).clamp.wires()
    pairs = (tuple(terminals[name] for name in swapped),) if swapped else ()
    doses = dict.fromkeys(("clamp_offset", "source_offset", "adc_offset", "threshold_mismatch"), "2 mV")
    with daq_rig(CLAMPED, doses, seed=2, opened=False, wiring_faults=WiringFaults(swapped=pairs)) as rig:
        faults = check_clamps(rig.bench, CLAMPED, PLAN)
        assert [(str(f.trouble), f.wires, f.copy) for f in faults] == expected
        assert rig.is_safe()


def test_labels_of_a_mixing_circuit() -> None:
    wiring = Wiring(NETWORK, CLAMPED.sources, (Output("O", 10), Output("P", 8)))
    labels = wired(wiring, circuit="analog").clamp.labels
    plan = ClampPlan({10: "label 10", 8: "label 8"}, {}, 128 / 129)
    for wiring_faults, expected in (
        (WiringFaults(), []),
        (WiringFaults(swapped=((labels[10], labels[8]),)), [("swapped", ("label 10", "label 8"))]),
        (WiringFaults(off=(labels[8],)), [("open", ("label 8",))]),
    ):
        with daq_rig(wiring, circuit="analog", opened=False, wiring_faults=wiring_faults) as rig:
            faults = check_clamps(rig.bench, wiring, plan)
            assert [(str(f.trouble), f.wires) for f in faults] == expected


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({0: 1.0, 3: 0.1}, None),
        ({3: 1.0}, WireTrouble.MISPLACED),
        ({0: 0.02}, WireTrouble.OPEN),
        ({0: 0.5}, WireTrouble.WEAK),
    ],
    ids=str,
)
def test_a_clamp_by_how_far_nodes_move(moves: dict[int, float], expected: WireTrouble | None) -> None:
    asked_V = np.array([[0.1], [-0.1]])
    moved_V = np.zeros((2, 4))
    for node, share in moves.items():
        moved_V[:, node] = share * asked_V[:, 0]
    found = list(wrong_clamps(moved_V, asked_V, [0], ["c"], "clamped", 0.025))
    assert [f.trouble for f in found] == ([] if expected is None else [expected])
    assert all("node 0 of the clamped copy" in f.sentence for f in found)


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
