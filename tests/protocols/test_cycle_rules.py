"""The rules for hosts against the compiled ones of the simulated bench: two writings of one thing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import ClampRule, Hinge, Method, Nudge, Output, TimeRule, Timing, Wiring
from protocols.cycle_rules import CycleRules, nearest_below, target_displacements
from protocols.tables import ClampCircuit

from ..sim_backend.boards import bench, block, gates_for, graph_wiring

POINTS = 3


def methods():
    volts = st.floats(1e-4, 0.5)
    clamp = st.builds(
        ClampRule,
        nudge=st.sampled_from(Nudge),
        eta=st.floats(1e-3, 2.0),
        amplitude_V=volts,
        direction=st.sampled_from((-1, 1)),
    )
    time = st.builds(
        TimeRule,
        timing=st.sampled_from(Timing),
        pulse_s=st.floats(1e-6, 1e-3),
        reference_V=st.floats(1e-3, 0.2),
        max_pulse_s=st.floats(1e-6, 2e-3),
        step_s=st.sampled_from((0.0, 25e-6, 7e-6)),
        dead_band_V=st.sampled_from((0.0, 0.01)),
        normalise=st.booleans(),
    )
    return st.builds(
        Method,
        clamp=clamp,
        time=time,
        hinge=st.sampled_from(Hinge),
        tolerance_V=st.sampled_from((1e-3, 0.05)),
    )


def two_outputs():
    """A random graph with two outputs of one node each, so that a clamped output shows its clamp."""
    graph = graph_wiring()
    return Wiring(graph.network, graph.sources, (Output("P", 2), Output("Q", 7)))


@settings(max_examples=120, deadline=None)
@given(
    method=methods(),
    labels=st.lists(st.floats(-0.1, 0.45), min_size=2 * POINTS, max_size=2 * POINTS),
    margins=st.lists(st.floats(-0.2, 0.3), min_size=2 * POINTS, max_size=2 * POINTS),
    wrong=st.lists(st.booleans(), min_size=POINTS, max_size=POINTS),
)
def test_they_decide_what_the_simulated_bench_decides(method, labels, margins, wrong):
    opened = bench(two_outputs(), circuit=ClampCircuit.SOFTWARE, gates=gates_for(two_outputs()))
    points = np.array([0, 1, 2, 1, 0, 2])
    inputs = np.array([[0.02, 0.43, 0.25], [0.3, 0.1, 0.4], [0.2, 0.2, 0.05]])
    labels, margins = np.reshape(labels, (POINTS, 2)), np.reshape(margins, (POINTS, 2))
    made = block(inputs[points], labels[points], method, points=points, margins=margins, wrong=wrong)
    record = opened.run(made)

    rules = CycleRules(method, np.array(wrong), pulse_max_s=opened.limits().pulse_max_s)
    for cycle, point in enumerate(points):
        free_V = record.free_outputs[cycle]
        made_up = rules.decide(point, free_V, labels[point], margins[point])
        assert made_up.pulse_s == pytest.approx(record.learning_time_s[cycle], rel=1e-9)
        expected_V = np.clip(free_V + made_up.displacement_V, 0.0, opened.limits().node_max_V)
        if made_up.clamps:
            np.testing.assert_allclose(record.clamped_outputs[cycle], expected_V, rtol=0, atol=1e-7)
        elif made_up.pulse_s == 0.0:
            np.testing.assert_allclose(record.clamped_outputs[cycle], free_V, rtol=0, atol=1e-7)
    assert rules.wrong.tolist() == record.wrong.tolist()


def test_a_lost_reading_changes_nothing():
    rules = CycleRules(Method(time=TimeRule(normalise=True)), np.array([True, False]))
    for point in (0, 1):
        decision = rules.decide(point, np.array([np.nan]), np.array([0.1]), np.array([0.0]))
        assert (decision.pulse_s, decision.released, decision.clamps) == (0.0, True, False)
        assert not decision.displacement_V.any()
    assert rules.wrong.tolist() == [True, False]


@pytest.mark.parametrize(
    ("chop", "roles"), [(0, [0, 0, 0, 0, 0]), (1, [0, 1, 0, 1, 0]), (2, [0, 0, 1, 1, 0])]
)
def test_copies_change_roles_every_so_many_cycles_of_the_run(chop, roles):
    rules = CycleRules(Method(chop_cycles=chop), np.array([True]))
    assert [rules.chopped(cycle) for cycle in range(5)] == [bool(r) for r in roles]


def test_a_differential_output_moves_half_on_each_node():
    wiring = graph_wiring()  # P on node 2, Q = V(7) − V(11)
    moved = target_displacements(np.array([0.03, 0.05]), wiring.output_matrix())
    np.testing.assert_allclose(moved, [0.03, 0.025, -0.025], rtol=0, atol=1e-15)
    np.testing.assert_allclose(wiring.output_matrix() @ moved, [0.03, 0.05], rtol=0, atol=1e-15)


@given(st.floats(0, 1), st.sampled_from((0.0, 0.01, 0.25)), st.sampled_from((0.2, 0.5, np.inf)))
def test_rounding_stays_below_its_cap(value, step, cap):
    value = min(value, cap)
    rounded = nearest_below(value, step, cap)
    assert rounded <= cap * (1 + 1e-9)
    assert abs(rounded - value) <= 0.5 * step + 1e-12 or rounded == pytest.approx(step * (cap // step))
