"""Everything that is broken is found and named, and nothing else is."""

import pytest

from benchmarks.miswired import MiswiredBench

from .boards import LATTICE, bench, calibrate, config, faults

NAMES = LATTICE.network.edge_names()


def edge(number):
    return f"edge {number} ({NAMES[number]})"


def test_broken_edges_of_every_kind_are_named_at_once():
    broken = {"dead": [9], "open": [5], "shorted": [17]}
    found = calibrate(bench(config(faults=broken), 3), "edges")
    assert faults(found) == {("edge dead", edge(9)), ("edge open", edge(5)), ("edge shorted", edge(17))}
    assert found.verdict == "fail"
    mean, _ = found.column("threshold", "edge", 32)
    assert abs(mean[5]) != abs(mean[5])  # nan: nothing is claimed of an edge that does not conduct


def test_an_open_edge_that_cuts_the_board_in_two_blames_no_other():
    # Node 11 has sources for all its other neighbours: without edge 26 nothing tells its scale.
    assert faults(calibrate(bench(config(faults={"open": [26]}), 100), "edges")) == {("edge open", edge(26))}


def test_a_dead_edge_is_told_by_its_learning_rate_too():
    found = calibrate(bench(config(faults={"dead": [20]}), 4), "learning-rate")
    assert faults(found) == {("does not learn", edge(20))}


@pytest.mark.parametrize(("node", "kind"), [(13, "source wire off"), (0, "target wire off")])
def test_a_wire_that_came_off_is_named(node, kind):
    found = faults(calibrate(bench(config(faults={"wires_off": [node]}), 6), "wiring"))
    assert (kind, f"node {node}") in found
    assert {channel for _, channel in found} == {f"node {node}"}


@pytest.mark.parametrize(
    ("wrong", "kind", "node"),
    [
        ({"sources": [(0, 3)]}, "sources swapped", 15),
        ({"touching": [(1, 4)]}, "sources shorted", 7),
        ({"readings": [(0, 1)]}, "targets swapped", 10),
        ({"clamps": [(0, 1)]}, "clamps swapped", 10),
    ],
)
def test_wires_in_the_wrong_place_are_named(wrong, kind, node):
    found = calibrate(MiswiredBench(bench(config(), 8), **wrong), "wiring")
    assert faults(found) == {(kind, f"node {node}")}


def test_a_clamp_and_a_source_far_from_what_they_should_be_fail():
    doses = {"per_node": {"clamp_offset": ["0 V"] * 10 + ["60 mV"] + ["0 V"] * 5}}
    assert ("clamp offset", "node 10") in faults(calibrate(bench(config(**doses), 1), "clamp"))
    doses = {"per_node": {"source_gain": [0.0] * 7 + [-0.2] + [0.0] * 8}}
    assert faults(calibrate(bench(config(**doses), 1), "dac")) == {("source off", "node 7")}


def test_a_gate_that_leaks_is_named():
    doses = {"per_edge": {"gate_leak": {"values": [0.001] * 4 + [0.8] + [0.001] * 27, "unit": "V/s"}}}
    found = faults(calibrate(bench(config(**doses), 1), "gates"))
    assert ("gate leaks", edge(4)) in found
