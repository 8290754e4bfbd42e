"""An ensemble's boards do what single boards do, whether they go in step or alone."""

import dataclasses

import numpy as np
import pytest

from protocols import ProtocolError
from protocols.block import CycleBlock
from protocols.method import ClampRule, Contrast, Hinge, Method, Nudge, TimeRule, Timing
from sim_backend import BenchConfig, Ensemble, Imperfections, SimBench, lane_group, preset_values
from sim_backend.lane_alone import finish_part
from sim_backend.plant.lane_cycle import DECIDING, ENDING, LEARNING, LEARNING_RELEASED

from .boards import lattice_wiring

INPUTS = np.array([[0.0181, 0.4351, 0.4351, 0.0181], [0.4351, 0.0181, 0.2, 0.1], [0.3, 0.1, 0.05, 0.4]])
LABELS = np.array([[-0.0625], [0.0208], [0.01]])

STANDARD = Method("standard", ClampRule(eta=0.992), TimeRule(pulse_s=1e-4))
SYMMETRIC = Method(
    "symmetric overclamping",
    ClampRule(Nudge.CONSTANT, amplitude_V=0.1, contrast=Contrast.SYMMETRIC),
    TimeRule(timing=Timing.PROPORTIONAL, pulse_s=1e-4, reference_V=0.02, max_pulse_s=3e-4, dead_band_V=2e-3),
)
HINGE = Method("hinge", ClampRule(eta=0.5), TimeRule(pulse_s=2e-3), Hinge.REST)
UNCLAMP = Method("unclamp", ClampRule(eta=0.5), TimeRule(pulse_s=2e-4), Hinge.UNCLAMP)


def block(method, cycles=90, first=0):
    points = np.arange(cycles) % 3
    return CycleBlock(
        first_cycle=first,
        points=points,
        inputs=INPUTS[points],
        labels=LABELS[points],
        margins=np.full((3, 1), 0.005),
        method=method,
        wrong=np.ones(3, dtype=bool),
        snapshots=np.zeros(0, dtype=np.int64),
    )


def config(preset, **board):
    return BenchConfig(board=board, imperfections=Imperfections(**preset_values(preset)))


def singly(configs, seeds, blocks, gates):
    outputs, ends = [], []
    for setting, seed, start in zip(configs, seeds, gates, strict=True):
        bench = SimBench(setting, seed=seed)
        bench.open(lattice_wiring())
        bench.reset_gates(start)
        outputs.append(np.concatenate([bench.run(b).free_outputs for b in blocks]))
        ends.append(bench.read_gates())
    return np.array(outputs), np.array(ends)


@pytest.mark.parametrize("preset", ["ideal", "lattice-paper", "harsh"])
@pytest.mark.parametrize("method", [STANDARD, SYMMETRIC, HINGE, UNCLAMP], ids=lambda m: m.name)
def test_every_board_does_what_it_does_alone(preset, method):
    seeds = [3, 4, 5]
    configs = [config(preset)] * 3
    gates = np.random.default_rng(1).uniform(1.0, 4.5, (3, 32))
    blocks = [block(method), block(method, cycles=31, first=90)]
    ensemble = Ensemble(configs, seeds, threads=2, fewest_in_step=1)
    ensemble.open(lattice_wiring())
    ensemble.reset_gates(gates)
    together = np.concatenate([ensemble.run(b).free_outputs for b in blocks], axis=1)
    outputs, ends = singly(configs, seeds, blocks, gates)
    # Readings are rounded to a converter step, which a difference of 1e-8 V may carry over an edge.
    step = configs[0].imperfections.adc_step
    apart = np.abs(together - outputs)
    assert np.array_equal(np.isnan(together), np.isnan(outputs))
    assert np.nanmean(apart > 1e-6) < 0.02
    assert np.nanmax(apart) < 1e-6 + 2.1 * step
    if configs[0].imperfections.gate_adc_step == configs[0].imperfections.gate_adc_noise == 0.0:
        np.testing.assert_allclose(ensemble.gates(), ends, rtol=0, atol=1e-6)


def test_boards_with_other_laws_go_alone_beside_the_others():
    configs = [config("ideal"), config("ideal", law="level1"), config("lattice-paper")]
    gates = np.full((3, 32), 2.5)
    ensemble = Ensemble(configs, [1, 2, 3], fewest_in_step=1)
    ensemble.open(lattice_wiring())
    ensemble.reset_gates(gates)
    record = ensemble.run(block(STANDARD))
    outputs, _ = singly(configs, [1, 2, 3], [block(STANDARD)], gates)
    np.testing.assert_allclose(record.free_outputs[:2], outputs[:2], rtol=0, atol=1e-7)


def test_more_boards_than_lanes_each_keep_their_own_result():
    seeds = list(range(67))
    ensemble = Ensemble(config("lattice-paper"), seeds, fewest_in_step=1)
    ensemble.open(lattice_wiring())
    ensemble.reset_gates(np.full(32, 2.5))
    record = ensemble.run(block(STANDARD, cycles=9))
    outputs, _ = singly(
        [config("lattice-paper")] * 2, [0, 66], [block(STANDARD, cycles=9)], np.full((2, 32), 2.5)
    )
    np.testing.assert_allclose(record.free_outputs[[0, 66]], outputs, rtol=0, atol=3e-4)
    assert record.learning_time_s.shape == (67, 9)
    assert (record.learning_time_s > 0).all()


def test_a_few_boards_go_alone_and_do_the_same():
    gates = np.full((3, 32), 2.5)
    ensemble = Ensemble(config("lattice-paper"), [1, 2, 3])
    ensemble.open(lattice_wiring())
    ensemble.reset_gates(gates)
    record = ensemble.run(block(STANDARD))
    outputs, _ = singly([config("lattice-paper")] * 3, [1, 2, 3], [block(STANDARD)], gates)
    assert np.array_equal(record.free_outputs, outputs)


@pytest.mark.parametrize(
    ("method", "margin", "parts"),
    [
        (STANDARD, 1.0, {DECIDING, LEARNING_RELEASED}),
        (SYMMETRIC, 1.0, {DECIDING, LEARNING_RELEASED}),
        (HINGE, -1.0, {DECIDING, LEARNING}),
        (UNCLAMP, -1.0, {DECIDING, ENDING}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_boards_that_do_not_come_to_rest_in_step_are_done_alone(method, margin, parts, monkeypatch):
    seeds, configs = list(range(4)), [config("ideal")] * 4
    gates = np.random.default_rng(1).uniform(1.0, 4.5, (4, 32))
    blocks = [
        dataclasses.replace(block(method, cycles=30, first=f), margins=np.full((3, 1), margin))
        for f in (0, 30)
    ]
    finished = set()

    def noted(group, point, following, n, m):
        finished.add(following)
        return finish_part(group, point, following, n, m)

    monkeypatch.setattr(lane_group, "finish_part", noted)
    ensemble = Ensemble(configs, seeds, fewest_in_step=1)
    ensemble.open(lattice_wiring())
    ensemble.reset_gates(gates)
    outputs = [ensemble.run(blocks[0]).free_outputs]
    assert not finished
    for group in ensemble._groups:  # noqa: SLF001
        unknown = group.circuit.order
        for volts in (group.memory.free, group.memory.clamped):  # too far away for the steps they have
            volts[:, unknown, ::2] = 40.0
    outputs.append(ensemble.run(blocks[1]).free_outputs)
    assert finished == parts
    expected, ends = singly(configs, seeds, blocks, gates)
    np.testing.assert_allclose(np.concatenate(outputs, axis=1), expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ensemble.gates(), ends, rtol=0, atol=1e-6)


def test_misuse_is_refused():
    with pytest.raises(ProtocolError, match="2 configurations do not fit 3 seeds"):
        Ensemble([config("ideal")] * 2, [1, 2, 3])
    ensemble = Ensemble(config("ideal"), [1])
    with pytest.raises(ProtocolError, match="not open"):
        ensemble.run(block(STANDARD))
