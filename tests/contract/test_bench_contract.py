"""What protocols.Bench promises, held against every bench in benches.py."""

import contextlib
from collections.abc import Iterator
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import (
    Bench,
    ClampRule,
    Contrast,
    CycleBlock,
    Hinge,
    Method,
    Nudge,
    Output,
    ProtocolError,
    Source,
    TimeRule,
    Timing,
    Wiring,
    periodic_lattice,
)

from .benches import Subject, candidates

WIRING = Wiring(
    periodic_lattice(4, 4),
    (Source(5, "low", 0.11), Source(7, "high", 0.33), Source(15, "x"), Source(13, "y")),
    (Output("O", 10, 0), Output("P", 8)),
)
OTHER_WIRING = Wiring(periodic_lattice(4, 4), (Source(5, "low"), Source(15, "x")), (Output("P", 8),))
SOURCES, TARGETS, EDGES, NODES, OUTPUTS = 4, [10, 0, 8], 32, 16, 2
INPUTS = np.array([[0.11, 0.33, 0.45, 0.0], [0.11, 0.33, 0.0, 0.45], [0.11, 0.33, 0.2, 0.2]])
LABELS = np.array([[0.05, 0.2], [-0.05, 0.25], [0.02, 0.3]])
SETTLED_V = 1e-4  # the simulated end of a short pulse is settled to steps of 1 µV; near cut-off more is left
NO_NUMBERS = (np.nan, np.inf, -np.inf)


def pytest_generate_tests(metafunc):
    if "subject" in metafunc.fixturenames:
        found = candidates(metafunc.config)
        metafunc.parametrize("subject", found, ids=[c.name for c in found], indirect=True, scope="module")


@pytest.fixture(scope="module")
def subject(request) -> Iterator[Subject]:
    with request.param.ready(request.config, WIRING) as ready:
        yield ready


@pytest.fixture
def bench(subject):
    made = subject.make()
    made.open(WIRING)
    with contextlib.closing(made):
        wanted = start(made)  # charging is slow on some benches, and most tests leave the gates as they were
        if not (subject.ideal and np.array_equal(made.read_gates(), wanted)):
            made.reset_gates(wanted)
        yield made


def start(bench):
    limits = bench.limits()
    return np.linspace(limits.gate_min_V, limits.gate_max_V, EDGES + 2)[1:-1]


def block(count=6, method=None, **changes):
    points = np.arange(count) % 3
    parts = {
        "first_cycle": 40,
        "points": points,
        "inputs": INPUTS[points],
        "labels": LABELS[points],
        "method": method or Method(),
        "margins": np.full((3, OUTPUTS), 0.01),
        "wrong": np.ones(3, dtype=bool),
        "snapshots": np.array([0, count - 1]) if count > 1 else np.array([0]),
    }
    return CycleBlock(**{**parts, **changes})


NEEDS_OPEN = {
    "run": lambda b: b.run(block()),
    "measure": lambda b: b.measure(INPUTS),
    "reset_gates": lambda b: b.reset_gates(np.full(EDGES, 2.0)),
    "read_gates": lambda b: b.read_gates(),
    "read_nodes": lambda b: b.read_nodes(INPUTS),
    "conductances": lambda b: b.conductances(np.full(EDGES, 2.0)),
}


def test_a_given_bench_is_held_to_the_contract(request):
    if not request.config.getoption("--bench"):
        pytest.skip("no real bench: give one with pytest tests/contract --bench BENCH.toml")
    assert [c.name for c in candidates(request.config)][-1] == "given"


# ── order of calls ───────────────────────────────────────────────────────────────────────────────


def test_it_is_a_bench(subject):
    assert isinstance(subject.make(), Bench)


@pytest.mark.parametrize("call", NEEDS_OPEN)
def test_calls_before_open_and_after_close_are_out_of_order(subject, call):
    made = subject.make()
    with pytest.raises(ProtocolError):
        NEEDS_OPEN[call](made)
    made.open(WIRING)
    made.close()
    with pytest.raises(ProtocolError):
        NEEDS_OPEN[call](made)


def test_opening_twice_is_out_of_order_and_changes_nothing(bench):
    before = bench.read_nodes(INPUTS).free
    with pytest.raises(ProtocolError):
        bench.open(WIRING)
    np.testing.assert_allclose(bench.read_nodes(INPUTS).free, before, rtol=0, atol=1e-8)


def test_closing_twice_is_harmless_and_so_is_closing_what_was_never_open(subject):
    made = subject.make()
    made.close()
    made.open(WIRING)
    made.close()
    made.close()


def test_it_can_be_opened_again(subject):
    made = subject.make()
    for _ in range(2):
        made.open(WIRING)
        made.reset_gates(start(made))
        assert made.measure(INPUTS).shape == (3, OUTPUTS)
        made.close()


def test_limits_and_identity_are_known_before_open_and_do_not_change(subject):
    made = subject.make()
    limits, identity = made.limits(), made.identity()
    made.open(WIRING)
    made.run(block())
    assert (made.limits(), made.identity()) == (limits, identity)
    made.close()
    assert identity.simulated == subject.simulated
    assert all(isinstance(text, str) and text for text in (identity.kind, identity.name, identity.serial))
    assert limits.node_min_V < limits.node_max_V
    assert limits.gate_min_V < limits.gate_max_V
    assert limits.pulse_max_s > 0
    assert limits.block_cycles >= 1
    assert np.all(np.isfinite(astuple(limits)))


# ── safe state ───────────────────────────────────────────────────────────────────────────────────


def assert_safe(state):
    assert state.learning_on is False
    assert state.clamps_released is True
    assert all(volts == 0 for volts in state.sources_V)


def test_the_safe_state_is_reached_from_every_state(subject):
    made = subject.make()
    assert_safe(made.safe_state())  # never opened
    made.open(WIRING)
    assert_safe(made.safe_state())  # just opened
    assert len(made.safe_state().sources_V) == SOURCES
    made.reset_gates(start(made))
    made.run(block())
    assert_safe(made.safe_state())  # after a block
    made.measure(INPUTS)
    assert_safe(made.safe_state())
    with pytest.raises(ProtocolError):
        made.reset_gates(np.full(EDGES, np.nan))
    assert_safe(made.safe_state())  # after a refusal
    assert_safe(made.safe_state())  # twice
    made.close()
    assert_safe(made.safe_state())  # closed


def test_the_safe_state_keeps_the_gates_and_the_bench_goes_on_from_it(bench, subject):
    before = bench.read_gates()
    bench.safe_state()
    np.testing.assert_allclose(bench.read_gates(), before, rtol=0, atol=subject.gate_reading_V)
    assert len(bench.run(block())) == 6


def test_what_the_instruments_hold_after_the_safe_state_is_safe(subject):
    if subject.emulated is None:
        pytest.skip("only emulated instruments can be looked into")
    made = subject.make()
    made.open(WIRING)
    made.reset_gates(start(made))
    made.run(block())
    assert subject.emulated.unsafe()  # sources are driven and the supply is on: the test can fail
    made.safe_state()
    assert subject.emulated.unsafe() == []
    made.measure(INPUTS)
    assert subject.emulated.unsafe()
    made.close()
    assert subject.emulated.unsafe() == []


# ── the same block, the same answer ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("nudge", [Nudge.PROPORTIONAL, Nudge.CONSTANT])
def test_the_same_block_gets_the_same_answer_as_on_the_simulator(subject, nudge):
    if subject.twin is None:
        pytest.skip("nobody knows the answer of a real bench")
    bench = subject.make()
    if subject.rewired:  # another wiring in between starts the emulated board's noise afresh
        bench.open(OTHER_WIRING)
        bench.close()
    bench.open(WIRING)
    bench.reset_gates(start(bench))
    method = Method(clamp=ClampRule(nudge), time=TimeRule(pulse_s=2e-4), tolerance_V=5e-3)
    twin = subject.twin()
    twin.open(WIRING)
    twin.reset_gates(start(twin))
    for _ in range(2):
        got, expected = bench.run(block(30, method)), twin.run(block(30, method))
        for name in ("free_outputs", "clamped_outputs"):
            ours, theirs = getattr(got, name), getattr(expected, name)
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=subject.answer_V, err_msg=name)
        np.testing.assert_allclose(got.learning_time_s, expected.learning_time_s, rtol=0, atol=2e-7)
        assert got.wrong.tolist() == expected.wrong.tolist()
    drift_V = subject.gate_reading_V + max(subject.answer_V, 1e-9)
    np.testing.assert_allclose(bench.read_gates(), twin.read_gates(), rtol=0, atol=drift_V)
    twin.close()
    bench.close()


# ── shapes and readings ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 6, 50])
def test_a_record_has_the_shapes_and_cycles_of_its_block(bench, count):
    record = bench.run(block(count))
    kept = 1 if count == 1 else 2
    assert record.first_cycle == 40
    assert record.free_outputs.shape == record.clamped_outputs.shape == (count, OUTPUTS)
    assert record.learning_time_s.shape == record.start_s.shape == record.lateness_s.shape == (count,)
    assert record.wrong.shape == (3,)
    assert record.wrong.dtype == bool
    assert record.snapshots.cycles.tolist() == ([40] if count == 1 else [40, 40 + count - 1])
    assert record.snapshots.gates.shape == (kept, EDGES)
    assert record.snapshots.free_nodes.shape == record.snapshots.clamped_nodes.shape == (kept, NODES)
    for values in (record.free_outputs, record.clamped_outputs, record.learning_time_s, record.start_s):
        assert np.all(np.isfinite(values))
    assert np.all(np.diff(record.start_s) > 0)
    assert np.all(np.diff(record.start_s) >= record.learning_time_s[:-1])
    assert np.all(record.lateness_s >= 0)


def test_time_goes_on_from_block_to_block(bench):
    first, second = bench.run(block()), bench.run(block())
    assert second.start_s[0] >= first.start_s[-1] + first.learning_time_s[-1]


def test_a_block_without_snapshots_keeps_none(bench):
    record = bench.run(block(snapshots=np.zeros(0, dtype=np.int64)))
    assert record.snapshots.gates.shape == (0, EDGES)
    assert len(record.snapshots.cycles) == 0


def test_running_leaves_the_block_as_it_was(bench):
    given = block()
    kept = {name: getattr(given, name).copy() for name in ("points", "inputs", "labels", "margins", "wrong")}
    bench.run(given)
    for name, value in kept.items():
        assert np.array_equal(getattr(given, name), value), name


@pytest.mark.parametrize("points", [1, 3])
def test_readings_have_their_shapes(bench, points):
    assert bench.measure(INPUTS[:points]).shape == (points, OUTPUTS)
    nodes = bench.read_nodes(INPUTS[:points])
    assert nodes.free.shape == nodes.clamped.shape == (points, NODES)
    assert bench.read_gates().shape == (EDGES,)
    assert bench.conductances(np.full((5, EDGES), 2.0)).shape == (5, EDGES)
    assert bench.conductances(np.full(EDGES, 2.0)).shape == (EDGES,)


def test_outputs_are_differences_of_the_nodes(bench, subject):
    nodes, outputs = bench.read_nodes(INPUTS).free, bench.measure(INPUTS)
    np.testing.assert_allclose(
        outputs,
        np.column_stack([nodes[:, 10] - nodes[:, 0], nodes[:, 8]]),
        rtol=0,
        atol=2 * subject.node_reading_V,
    )


def test_sources_stand_at_their_inputs_in_both_copies(bench, subject):
    nodes = bench.read_nodes(INPUTS)
    for copy in (nodes.free, nodes.clamped):
        np.testing.assert_allclose(copy[:, [5, 7, 15, 13]], INPUTS, rtol=0, atol=3 * subject.node_reading_V)


def test_conductance_rises_with_the_gate_and_is_never_negative(bench):
    limits = bench.limits()
    gates = np.linspace(limits.gate_min_V, limits.gate_max_V, 20)[:, None] * np.ones(EDGES)
    conductances = bench.conductances(gates)
    assert np.all(conductances >= 0)
    assert np.all(np.diff(conductances, axis=0) >= 0)
    assert np.all(conductances[-1] > 1e-4)


# ── learning ─────────────────────────────────────────────────────────────────────────────────────


def test_reset_gates_charges_them(bench, subject):
    gates = start(bench)[::-1].copy()
    bench.run(block())
    bench.reset_gates(gates)
    np.testing.assert_allclose(bench.read_gates(), gates, rtol=0, atol=subject.gate_reading_V)
    if subject.ideal:
        assert np.array_equal(bench.read_gates(), gates)


def test_gates_asked_beyond_the_walls_do_not_pass_them(bench, subject):
    limits = bench.limits()
    asked = np.where(np.arange(EDGES) % 2, -10.0, 10.0)
    with contextlib.suppress(ProtocolError):  # a bench may also refuse
        bench.reset_gates(asked)
    gates = bench.read_gates()
    assert np.all(gates >= limits.gate_min_V - subject.gate_reading_V)
    assert np.all(gates <= limits.gate_max_V + subject.gate_reading_V)


def test_a_given_pulse_moves_gates_and_no_pulse_moves_none(bench, subject):
    before = bench.read_gates()
    bench.run(block(method=Method(time=TimeRule(dead_band_V=1.0))))
    held = bench.read_gates()
    np.testing.assert_allclose(held, before, rtol=0, atol=subject.gate_reading_V)
    record = bench.run(block(30, Method(time=TimeRule(pulse_s=5e-3))))
    assert np.all(record.learning_time_s > 0)
    assert np.max(np.abs(bench.read_gates() - held)) > 5 * subject.gate_reading_V


def test_measuring_and_reading_do_not_learn(bench, subject):
    before = bench.read_gates()
    for _ in range(max(20 // subject.one_of, 4)):
        bench.measure(INPUTS)
        bench.read_nodes(INPUTS)
        bench.read_gates()
        bench.conductances(before)
    np.testing.assert_allclose(bench.read_gates(), before, rtol=0, atol=subject.gate_reading_V)


def test_changing_what_was_read_does_not_change_the_bench(bench, subject):
    gates = bench.read_gates()
    kept = gates.copy()
    gates[:] = 0
    nodes = bench.read_nodes(INPUTS)
    voltages = nodes.free.copy()
    nodes.free[:] = 0
    np.testing.assert_allclose(bench.read_gates(), kept, rtol=0, atol=subject.gate_reading_V)
    np.testing.assert_allclose(bench.read_nodes(INPUTS).free, voltages, rtol=0, atol=subject.node_reading_V)


def test_changing_what_was_given_does_not_change_the_bench(bench, subject):
    gates = start(bench)
    bench.reset_gates(gates)
    kept = bench.read_gates()
    gates[:] = 1.0
    np.testing.assert_allclose(bench.read_gates(), kept, rtol=0, atol=subject.gate_reading_V)


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


def refused(bench, subject, call):
    """Assert that `call` is refused, and that the gates are as they were."""
    before = bench.read_gates()
    with pytest.raises(ProtocolError):
        call()
    np.testing.assert_allclose(bench.read_gates(), before, rtol=0, atol=subject.gate_reading_V)


def test_a_block_of_too_many_cycles_is_refused(bench, subject):
    count = bench.limits().block_cycles + 1
    refused(bench, subject, lambda: bench.run(block(count)))


def test_a_pulse_too_long_is_refused(bench, subject):
    longer = 1.01 * bench.limits().pulse_max_s
    refused(bench, subject, lambda: bench.run(block(method=Method(time=TimeRule(pulse_s=longer)))))
    rule = TimeRule(Timing.PROPORTIONAL, max_pulse_s=longer)
    refused(bench, subject, lambda: bench.run(block(method=Method(time=rule))))


@pytest.mark.parametrize("bad", NO_NUMBERS)
def test_gates_that_are_no_numbers_are_refused(bench, subject, bad):
    gates = start(bench)
    gates[7] = bad
    refused(bench, subject, lambda: bench.reset_gates(gates))


@pytest.mark.parametrize("shape", [(EDGES - 1,), (EDGES + 1,), (1, EDGES), ()])
def test_gates_of_another_shape_are_refused(bench, subject, shape):
    refused(bench, subject, lambda: bench.reset_gates(np.full(shape, 2.0)))


@pytest.mark.parametrize("columns", [SOURCES - 1, SOURCES + 1])
@pytest.mark.parametrize("call", ["run", "measure", "read_nodes"])
def test_inputs_that_do_not_fit_the_sources_are_refused(bench, subject, call, columns):
    odd = np.full((6, columns), 0.2)
    given = block(inputs=odd) if call == "run" else odd
    refused(bench, subject, lambda: getattr(bench, call)(given))


@pytest.mark.parametrize("columns", [OUTPUTS - 1, OUTPUTS + 1])
@pytest.mark.parametrize("part", ["labels", "margins"])
def test_labels_and_margins_that_do_not_fit_the_outputs_are_refused(bench, subject, part, columns):
    rows = {"labels": 6, "margins": 3}[part]
    refused(bench, subject, lambda: bench.run(block(**{part: np.full((rows, columns), 0.1)})))


@pytest.mark.parametrize("part", ["inputs", "labels", "margins"])
def test_a_block_with_what_is_no_number_is_refused(bench, subject, part):
    for bad in NO_NUMBERS:
        values = {"inputs": INPUTS[np.arange(6) % 3], "labels": LABELS[np.arange(6) % 3], "margins": LABELS}[
            part
        ]
        spoilt = values.copy()
        spoilt[1, 1] = bad
        refused(bench, subject, lambda spoilt=spoilt: bench.run(block(**{part: spoilt})))


def test_readings_for_inputs_that_are_no_numbers_are_refused(bench, subject):
    for bad in NO_NUMBERS:
        inputs = INPUTS.copy()
        inputs[1, 2] = bad
        refused(bench, subject, lambda inputs=inputs: bench.measure(inputs))
        refused(bench, subject, lambda inputs=inputs: bench.read_nodes(inputs))


def test_a_refused_block_leaves_a_bench_that_works(bench):
    with pytest.raises(ProtocolError):
        bench.run(block(inputs=np.full((6, SOURCES + 1), 0.2)))
    with pytest.raises(ProtocolError):
        bench.run(block(bench.limits().block_cycles + 1))
    assert np.all(np.isfinite(bench.run(block()).free_outputs))


# ── limits, whatever the block says ──────────────────────────────────────────────────────────────

CLAMPS = st.builds(
    ClampRule,
    nudge=st.sampled_from(Nudge),
    eta=st.floats(1e-3, 20),
    amplitude_V=st.floats(1e-3, 5),
    direction=st.sampled_from([-1, 1]),
    contrast=st.sampled_from(Contrast),
)
TIMES = st.builds(
    TimeRule,
    timing=st.sampled_from(Timing),
    pulse_s=st.floats(1e-6, 0.1),
    reference_V=st.floats(1e-3, 1),
    max_pulse_s=st.floats(1e-6, 0.1),
    step_s=st.sampled_from([0.0, 25e-6, 30e-3]),
    dead_band_V=st.sampled_from([0.0, 1e-2]),
    normalise=st.booleans(),
)
METHODS = st.builds(Method, clamp=CLAMPS, time=TIMES, hinge=st.sampled_from(Hinge))


@settings(max_examples=60)
@given(
    method=METHODS,
    volts=st.floats(0, 3),
    gates=st.tuples(st.floats(-1, 7), st.floats(-1, 7)),
    seed=st.integers(0, 2**32 - 1),
)
def test_nothing_runs_outside_the_limits(subject, method, volts, gates, seed):
    if seed % subject.one_of != 0:
        return
    rng = np.random.default_rng(seed)
    made = subject.make()
    limits = made.limits()
    made.open(WIRING)
    slack = subject.gate_reading_V + 1e-12
    noise_V = 0.0 if subject.twin is not None and subject.answer_V < 1e-8 else subject.node_reading_V
    with contextlib.suppress(ProtocolError):  # a bench may refuse what lies outside
        made.reset_gates(rng.uniform(min(gates), max(gates), EDGES))
    asked = {
        "inputs": rng.uniform(-volts, 0.45 + volts, (6, SOURCES)),
        "labels": rng.uniform(-volts, 0.45 + volts, (6, OUTPUTS)),
        "margins": rng.uniform(-0.1, 0.1, (3, OUTPUTS)),
        "snapshots": np.arange(6),
    }
    with contextlib.suppress(ProtocolError):
        record = made.run(block(6, method, **asked))
        kept = record.snapshots
        assert np.all(kept.gates >= limits.gate_min_V - slack)
        assert np.all(kept.gates <= limits.gate_max_V + slack)
        for nodes in (kept.free_nodes, kept.clamped_nodes):  # sources and targets, and all between
            assert np.all(nodes >= limits.node_min_V - SETTLED_V - noise_V)
            assert np.all(nodes <= limits.node_max_V + SETTLED_V + noise_V)
        assert np.all(record.learning_time_s >= 0)
        assert np.all(record.learning_time_s <= limits.pulse_max_s)
        assert np.all(np.isfinite(record.free_outputs))
        assert np.all(np.isfinite(record.clamped_outputs))
    final = made.read_gates()
    assert np.all(final >= limits.gate_min_V - slack)
    assert np.all(final <= limits.gate_max_V + slack)
    assert_safe(made.safe_state())
    made.close()
