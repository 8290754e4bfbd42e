"""Same seed, same numbers; another seed, other numbers; blocks cut anywhere."""

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest

from protocols import Method, Snapshots, TimeRule
from sim_backend import BenchConfig, Imperfections, SimBench, preset_values

from .boards import WIRINGS, bench, block, gates_for

METHOD = Method(time=TimeRule(pulse_s=200e-6))


def cycles(count):
    """Return inputs, labels and points of `count` training cycles on four data points of the lattice."""
    table = np.array([[0.11, 0.33, x, y] for x in (0.0, 0.45) for y in (0.0, 0.45)])
    points = np.arange(count) % 4
    labels = np.array([[-0.03], [0.03], [0.03], [-0.03]])
    return table[points], labels[points], points


def run(opened, cuts, count=120):
    """Train `count` cycles in blocks cut at these cycles; return the records."""
    inputs, labels, points = cycles(count)
    records = []
    edges = [0, *cuts, count]
    for a, b in pairwise(edges):
        more = {"margins": np.full((4, 1), 0.01), "wrong": np.ones(4, bool)}
        records.append(
            opened.run(
                block(inputs[a:b], labels[a:b], METHOD, points=points[a:b], first=a, snapshots=[0], **more)
            )
        )
    return records


def arrays(thing):
    """Return every array inside a record, by name."""
    found = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        found |= arrays(value) if isinstance(value, Snapshots) else {field.name: np.asarray(value)}
    return found


def paper_board(seed):
    config = BenchConfig(imperfections=Imperfections.model_validate(preset_values("lattice-paper")))
    opened = SimBench(config, seed)
    opened.open(WIRINGS["lattice"]())
    opened.reset_gates(gates_for(WIRINGS["lattice"]()))
    return opened


@pytest.mark.parametrize("make", [paper_board, lambda seed: bench(WIRINGS["lattice"](), seed=seed)])
def test_same_seed_gives_bit_identical_records(make):
    one, two = make(5), make(5)
    for a, b in zip(run(one, [50]), run(two, [50]), strict=True):
        for name, value in arrays(a).items():
            assert np.array_equal(value, arrays(b)[name]), name
    assert np.array_equal(one.read_gates(), two.read_gates())
    inputs = cycles(4)[0]
    assert np.array_equal(one.measure(inputs), two.measure(inputs))
    assert np.array_equal(one.read_nodes(inputs).clamped, two.read_nodes(inputs).clamped)


def test_another_seed_gives_another_board():
    one, two = paper_board(5), paper_board(6)
    inputs = cycles(4)[0]
    assert not np.array_equal(one.read_nodes(inputs).free, two.read_nodes(inputs).free)
    a, b = run(one, [])[0], run(two, [])[0]
    assert not np.array_equal(a.free_outputs, b.free_outputs)
    assert np.max(np.abs(a.snapshots.gates - b.snapshots.gates)) > 1e-6


def test_opening_again_starts_over():
    opened = paper_board(5)
    first = run(opened, [])[0]
    opened.close()
    opened.open(WIRINGS["lattice"]())
    opened.reset_gates(gates_for(WIRINGS["lattice"]()))
    again = run(opened, [])[0]
    assert np.array_equal(first.free_outputs, again.free_outputs)
    assert np.array_equal(first.start_s, again.start_s)


@pytest.mark.parametrize("cuts", [[1], [60], [7, 31, 99], list(range(1, 120))])
def test_block_boundaries_change_no_gate_on_the_ideal_board(cuts):
    whole = bench(WIRINGS["lattice"](), gates=gates_for(WIRINGS["lattice"]()))
    parts = bench(WIRINGS["lattice"](), gates=gates_for(WIRINGS["lattice"]()))
    one, many = run(whole, []), run(parts, cuts)
    assert np.array_equal(whole.read_gates(), parts.read_gates())
    assert np.array_equal(one[0].free_outputs, np.concatenate([r.free_outputs for r in many]))
    np.testing.assert_allclose(one[0].start_s, np.concatenate([r.start_s for r in many]), rtol=0, atol=1e-12)


def test_measuring_between_blocks_changes_no_gate_on_the_ideal_board():
    plain = bench(WIRINGS["lattice"](), gates=gates_for(WIRINGS["lattice"]()))
    watched = bench(WIRINGS["lattice"](), gates=gates_for(WIRINGS["lattice"]()))
    run(plain, [])
    inputs, labels, points = cycles(120)
    more = {"margins": np.full((4, 1), 0.01), "wrong": np.ones(4, bool)}
    for a in range(0, 120, 20):
        watched.run(block(inputs[a : a + 20], labels[a : a + 20], METHOD, points=points[a : a + 20], **more))
        watched.measure(inputs[:4])
        watched.read_nodes(inputs[:4])
        watched.read_gates()
    assert np.array_equal(plain.read_gates(), watched.read_gates())


def test_a_record_is_the_bench_s_clock():
    opened = bench(WIRINGS["lattice"](), gates=gates_for(WIRINGS["lattice"]()), cycle_overhead="300 us")
    record = run(opened, [])[0]
    expected = np.concatenate([[0], np.cumsum(record.learning_time_s + 300e-6)[:-1]])
    np.testing.assert_allclose(record.start_s, expected, rtol=0, atol=1e-12)
    assert not record.lateness_s.any()
