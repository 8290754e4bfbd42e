"""Nudges, hinges and learning times as DESIGN §2.4 states them, seen through the bench."""

import numpy as np
import pytest

from protocols import ClampRule, ConfigError, Contrast, Hinge, Method, Nudge, TimeRule, Timing
from protocols.tables import ClampCircuit

from .boards import INPUTS, LABELS, WIRINGS, bench, block, gates_for, repeated

SHORT = TimeRule(pulse_s=1e-10)  # so short that the gates stand still while the clamp is looked at
TWO = INPUTS["two-edge"]


def two_edge_bench(circuit=ClampCircuit.ANALOG, **more):
    return bench(WIRINGS["two-edge"](), circuit=circuit, gates=[2.0, 3.0, 0.0], **more)


def lattice_bench(**more):
    return bench(WIRINGS["lattice"](), gates=np.full(32, 3.0) + np.linspace(-1, 1, 32), **more)


def free_output(opened):
    return opened.measure(np.array([TWO]))[0, 0]


@pytest.mark.parametrize("circuit", list(ClampCircuit))
@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("label", [0.31, 0.12])
@pytest.mark.parametrize("nudge", list(Nudge))
def test_the_clamped_output_is_where_the_rule_puts_it(circuit, direction, label, nudge):
    opened = two_edge_bench(circuit)
    o = free_output(opened)
    clamp = ClampRule(
        nudge, eta=0.25, amplitude_V=0.4532 if nudge is Nudge.FAR_LABEL else 0.05, direction=direction
    )
    record = opened.run(block(TWO, [label], Method(clamp=clamp, time=SHORT)))
    side = np.sign(label - o)
    moved = {
        Nudge.PROPORTIONAL: 0.25 * (label - o),
        Nudge.CONSTANT: 0.05 * side,
        Nudge.FAR_LABEL: 0.25 * (0.4532 * side - o),
    }[nudge]
    assert record.free_outputs[0, 0] == pytest.approx(o, abs=1e-9)
    expected = np.clip(o + direction * moved, 0, 0.4532)
    assert record.clamped_outputs[0, 0] == pytest.approx(expected, abs=1e-7)


def test_anti_clamping_moves_the_clamped_output_away():
    opened = two_edge_bench()
    o = free_output(opened)
    for label in (o + 0.05, o - 0.05):
        record = opened.run(block(TWO, [label], Method(clamp=ClampRule(eta=0.5, direction=-1), time=SHORT)))
        away = record.clamped_outputs[0, 0] - o
        assert away * (label - o) < 0


@pytest.mark.parametrize("name", ["lattice", "graph"])
def test_differential_nudges_are_shared_between_their_nodes(name):
    wiring = WIRINGS[name]()
    opened = bench(wiring, gates=gates_for(wiring, 2.0, 4.0))
    inputs, labels = INPUTS[name], np.array(LABELS[name])
    free = opened.read_nodes(np.array([inputs])).free[0]
    record = opened.run(block(inputs, labels, Method(clamp=ClampRule(eta=0.3), time=SHORT), snapshots=[0]))
    clamped = record.snapshots.clamped_nodes[0]
    for k, output in enumerate(wiring.outputs):
        moved = clamped - free
        if output.negative is None:
            o, share = free[output.positive], 1.0
        else:
            o, share = free[output.positive] - free[output.negative], 0.5
            assert moved[output.negative] == pytest.approx(-share * 0.3 * (labels[k] - o), abs=1e-7)
        assert moved[output.positive] == pytest.approx(share * 0.3 * (labels[k] - o), abs=1e-7)


def test_symmetric_contrast_clamps_one_copy_each_way():
    opened = two_edge_bench()
    o = free_output(opened)
    clamp = ClampRule(Nudge.CONSTANT, amplitude_V=0.04, contrast=Contrast.SYMMETRIC)
    record = opened.run(block(TWO, [0.31], Method(clamp=clamp, time=SHORT), snapshots=[0]))
    assert record.free_outputs[0, 0] == pytest.approx(o, abs=1e-9)
    assert record.snapshots.free_nodes[0, 0] == pytest.approx(o - 0.04, abs=1e-9)
    assert record.snapshots.clamped_nodes[0, 0] == pytest.approx(o + 0.04, abs=1e-9)


def test_symmetric_contrast_doubles_the_signal_without_its_square():
    # for a drop x that the nudge A lowers: one-sided x² − (x − A)², symmetric (x + A)² − (x − A)² = 4·x·A
    o = free_output(two_edge_bench())
    drops = np.array([0.0181, 0.4351]) - o  # edges run rail → output
    change = {}
    for contrast in Contrast:
        opened = two_edge_bench()
        clamp = ClampRule(Nudge.CONSTANT, amplitude_V=0.04, contrast=contrast)
        opened.run(block(TWO, [0.31], Method(clamp=clamp, time=TimeRule(pulse_s=1e-6))))
        change[contrast] = (opened.read_gates()[:2] - [2.0, 3.0]) / (1377.410468 * 1e-6)
    np.testing.assert_allclose(change[Contrast.SYMMETRIC], 4 * drops * 0.04, rtol=1e-4)
    np.testing.assert_allclose(change[Contrast.ONE_SIDED], 2 * drops * 0.04 - 0.04**2, rtol=1e-4)


@pytest.mark.parametrize("contrast", list(Contrast))
@pytest.mark.parametrize("circuit", list(ClampCircuit))
def test_hinge_rest_gives_no_learning_time_and_unclamp_a_pulse_without_a_nudge(contrast, circuit):
    gates = np.array([2.0, 3.0])
    clamp = ClampRule(contrast=contrast)
    for hinge, time, moved in ((Hinge.REST, 0.0, 0.0), (Hinge.UNCLAMP, 0.01, 0.02)):
        opened = two_edge_bench(circuit, doses={"bias_mean": "2 V/s"})
        method = Method(clamp=clamp, hinge=hinge, time=TimeRule(pulse_s=0.01))
        record = opened.run(block(TWO, [0.31], method, margins=[[0.05]]))  # O ≈ 0.2 V is past +0.05 V
        assert record.learning_time_s[0] == time
        # without a nudge both copies agree, so the bias alone moves the gates
        np.testing.assert_allclose(opened.read_gates()[:2], gates + moved, rtol=0, atol=1e-6)
        assert not record.wrong[0]


def test_hinge_trains_a_point_short_of_its_margin_and_on_the_wrong_side():
    for label, margin in ((0.31, 0.3), (-0.31, 0.05)):
        opened = two_edge_bench()
        method = Method(hinge=Hinge.REST, time=TimeRule(pulse_s=1e-3))
        record = opened.run(block(TWO, [label], method, margins=[[margin]]))
        assert record.learning_time_s[0] == 1e-3
        assert record.wrong[0]


def test_the_margin_of_a_negative_label_is_below_zero():
    opened = lattice_bench()
    o = opened.measure(np.array([INPUTS["lattice"]]))[0, 0]
    method = Method(hinge=Hinge.REST, time=TimeRule(pulse_s=1e-6))
    for label, margin, rests in (
        (np.sign(o) * 0.1, abs(o) / 2, True),
        (np.sign(o) * 0.1, abs(o) * 2, False),
        (-np.sign(o) * 0.1, abs(o) / 2, False),
    ):
        record = opened.run(block(INPUTS["lattice"], [label], method, margins=[[margin]]))
        assert (record.learning_time_s[0] == 0) == rests


def test_a_resting_output_is_not_nudged_beside_one_that_learns():
    wiring = WIRINGS["graph"]()
    opened = bench(wiring, gates=gates_for(wiring, 2.0, 4.0))
    free = opened.measure(np.array([INPUTS["graph"]]))[0]
    method = Method(clamp=ClampRule(eta=0.5), hinge=Hinge.REST, time=SHORT)
    labels = [0.4, np.sign(free[1]) * 0.1]
    record = opened.run(block(INPUTS["graph"], labels, method, margins=[[0.4, 1e-4]]))
    assert record.clamped_outputs[0, 1] == pytest.approx(free[1], abs=1e-7)
    assert record.clamped_outputs[0, 0] == pytest.approx(free[0] + 0.5 * (0.4 - free[0]), abs=1e-7)
    assert record.learning_time_s[0] > 0


@pytest.mark.parametrize("timing", list(Timing))
def test_dead_band_stops_learning_inside_and_not_outside(timing):
    for error, learns in ((0.9e-3, False), (1.1e-3, True), (-0.9e-3, False), (-1.1e-3, True)):
        opened = two_edge_bench(doses={"bias_mean": "2 V/s"})
        label = free_output(opened) + error
        time = TimeRule(timing, pulse_s=1e-3, reference_V=0.01, dead_band_V=1e-3)
        record = opened.run(block(TWO, [label], Method(time=time)))
        assert (record.learning_time_s[0] > 0) == learns
        assert np.array_equal(opened.read_gates()[:2], [2.0, 3.0]) != learns


@pytest.mark.parametrize(
    ("error", "step_s", "expected"),
    [
        (0.02, 0.0, 100e-6),
        (0.01, 0.0, 50e-6),
        (-0.03, 0.0, 150e-6),
        (0.15, 0.0, 300e-6),  # the cap
        (0.011, 25e-6, 50e-6),  # 55 µs to the nearest step
        (0.014, 25e-6, 75e-6),
        (0.002, 25e-6, 0.0),  # 10 µs is nearest to none
        (0.15, 110e-6, 220e-6),  # the nearest multiple of 300 µs is 330 µs, past the cap
        (0.15, 200e-6, 200e-6),
    ],
)
def test_proportional_time_with_cap_and_step(error, step_s, expected):
    opened = two_edge_bench()
    label = free_output(opened) + error
    time = TimeRule(Timing.PROPORTIONAL, pulse_s=100e-6, reference_V=0.02, max_pulse_s=300e-6, step_s=step_s)
    record = opened.run(block(TWO, [label], Method(time=time)))
    assert record.learning_time_s[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert record.learning_time_s[0] <= time.longest_s() + 1e-12


def test_proportional_time_follows_the_largest_error_of_the_outputs():
    wiring = WIRINGS["graph"]()
    opened = bench(wiring, gates=gates_for(wiring, 2.0, 4.0))
    free = opened.measure(np.array([INPUTS["graph"]]))[0]
    time = TimeRule(Timing.PROPORTIONAL, pulse_s=100e-6, reference_V=0.02)
    record = opened.run(block(INPUTS["graph"], free + np.array([0.004, -0.03]), Method(time=time)))
    assert record.learning_time_s[0] == pytest.approx(150e-6, rel=1e-5)


@pytest.mark.parametrize("timing", list(Timing))
def test_normalised_time_is_divided_by_the_points_still_wrong(timing):
    opened = two_edge_bench()
    o = free_output(opened)
    time = TimeRule(timing, pulse_s=120e-6, reference_V=0.02, normalise=True)
    method = Method(
        clamp=ClampRule(eta=1e-6), time=time, tolerance_V=1e-3
    )  # so weak a nudge that nothing moves
    right, wrong = o + 0.5e-3, o + 0.02
    labels = [[wrong], [wrong], [right], [right], [wrong]]
    record = opened.run(repeated(TWO, [0.0], 1, method))  # a first visit, to settle
    record = opened.run(
        block(
            np.tile(TWO, (5, 1)),
            labels,
            method,
            points=[0, 1, 2, 3, 4],
            wrong=[True] * 5,
            margins=np.zeros((5, 1)),
        )
    )
    scale = 1.0 if timing is Timing.FIXED else 0.5e-3 / 0.02
    # the count falls as points turn out right: 5, 5, then 4, then 3
    np.testing.assert_allclose(
        record.learning_time_s / 120e-6, [1 / 5, 1 / 5, scale / 4, scale / 3, 1 / 3], rtol=1e-3
    )
    assert record.wrong.tolist() == [True, True, False, False, True]


def test_no_learning_time_changes_no_gate_at_all():
    opened = lattice_bench(doses={"bias_mean": "2 V/s", "contrast_offset": "5 mV"})
    before = opened.read_gates()
    record = opened.run(repeated(INPUTS["lattice"], [0.06], 50, Method(time=TimeRule(dead_band_V=1.0))))
    assert not record.learning_time_s.any()
    assert np.array_equal(opened.read_gates(), before)


@pytest.mark.parametrize("circuit", list(ClampCircuit))
def test_a_cycle_without_a_pulse_does_not_report_an_older_clamp(circuit):
    # cycle 0 is clamped toward 0.31 V; cycle 1 has other inputs, and its label is its own output
    opened = two_edge_bench(circuit)
    second = [0.0181, 0.4351, 0.05]
    method = Method(time=TimeRule(pulse_s=1e-6, dead_band_V=1e-3))
    o = opened.measure(np.array([second]))[0, 0]
    record = opened.run(block([TWO, second], [[0.31], [o]], method, snapshots=[1]))
    assert record.learning_time_s[1] == 0
    assert record.clamped_outputs[1, 0] == pytest.approx(o, abs=1e-3)
    assert record.snapshots.clamped_nodes[0, 0] == pytest.approx(o, abs=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ClampRule(eta=0),
        lambda: ClampRule(eta=-1),
        lambda: ClampRule(eta=float("nan")),
        lambda: ClampRule(amplitude_V=0),
        lambda: ClampRule(direction=0),
        lambda: TimeRule(pulse_s=0),
        lambda: TimeRule(reference_V=float("nan")),
        lambda: TimeRule(max_pulse_s=-1),
        lambda: TimeRule(step_s=-1e-6),
        lambda: TimeRule(dead_band_V=-1),
    ],
)
def test_impossible_rules_are_refused(make):
    with pytest.raises(ConfigError):
        make()
