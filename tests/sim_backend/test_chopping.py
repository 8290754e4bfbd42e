"""Chopping: the copies change roles and the circuit its sign, so that a constant bias cancels."""

import numpy as np
import pytest

from protocols.block import CycleBlock
from protocols.method import ClampRule, Method, TimeRule
from sim_backend import BenchConfig, Ensemble, Imperfections, SimBench

from .boards import lattice_wiring

INPUTS = np.array([[0.0181, 0.4351, 0.4351, 0.0181], [0.4351, 0.0181, 0.2, 0.1]])
LABELS = np.array([[-0.0625], [0.0208]])


def block(chop, cycles, first=0, eta=0.992):
    points = (first + np.arange(cycles)) % 2
    return CycleBlock(
        first_cycle=first,
        points=points,
        inputs=INPUTS[points],
        labels=LABELS[points],
        margins=np.zeros((2, 1)),
        method=Method("chopping", ClampRule(eta=eta), TimeRule(pulse_s=1e-4), chop_cycles=chop),
        wrong=np.ones(2, dtype=bool),
    )


def bench(**doses):
    board = SimBench(BenchConfig(imperfections=Imperfections(**doses)), seed=1)
    board.open(lattice_wiring())
    board.reset_gates(np.full(32, 2.5))
    return board


def test_a_bias_alone_moves_the_gates_there_and_back():
    board = bench(bias_mean="1.0 V/s")
    tiny = 1e-12  # a nudge too small to learn from
    there = board.run(block(2, 2, eta=tiny))
    moved = board.read_gates() - 2.5
    np.testing.assert_allclose(moved, 1.0 * there.learning_time_s.sum(), rtol=1e-6)
    board.run(block(2, 2, first=2, eta=tiny))
    np.testing.assert_allclose(board.read_gates(), 2.5, rtol=0, atol=1e-9)


def test_the_floor_a_constant_bias_leaves_falls_by_more_than_a_hundred():
    errors = {}
    for chop in (0, 2):
        board = bench(bias_mean="0.4 V/s", bias_spread="1.0 V/s")
        for first in range(0, 60_000, 20_000):
            record = board.run(block(chop, 20_000, first=first))
        last = record.free_outputs[-2:, 0] - LABELS[record.points[-2:], 0]
        errors[chop] = float(np.mean(last**2))
    assert errors[2] < errors[0] / 100


def test_without_imperfections_chopping_changes_nothing():
    plain, chopped = (bench().run(block(chop, 400)).free_outputs for chop in (0, 2))
    np.testing.assert_allclose(chopped, plain, rtol=0, atol=1e-7)


@pytest.mark.parametrize("cut", [1, 2, 7])
def test_the_phase_follows_the_run_not_the_block(cut):
    whole, parts = bench(bias_mean="0.4 V/s"), bench(bias_mean="0.4 V/s")
    whole.run(block(2, 20))
    parts.run(block(2, cut))
    parts.run(block(2, 20 - cut, first=cut))
    np.testing.assert_allclose(parts.read_gates(), whole.read_gates(), rtol=0, atol=1e-9)


def test_an_ensemble_chops_as_a_single_board_does():
    config = BenchConfig(imperfections=Imperfections(bias_mean="0.4 V/s"))
    ensemble = Ensemble(config, [1, 2], fewest_in_step=1)
    ensemble.open(lattice_wiring())
    ensemble.reset_gates(np.full(32, 2.5))
    ensemble.run(block(2, 50))
    alone = bench(bias_mean="0.4 V/s")
    alone.run(block(2, 50))
    np.testing.assert_allclose(ensemble.gates()[0], alone.read_gates(), rtol=0, atol=1e-9)
