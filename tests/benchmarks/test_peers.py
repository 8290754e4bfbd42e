import shutil

import numpy as np
import pytest

from benchmarks import ngspice
from benchmarks.least_squares import LeastSquaresBoard, disagreement_V
from benchmarks.timing import CannotRun
from benchmarks.workloads import memory_cycle, opened, resting_nodes


@pytest.mark.skipif(shutil.which("ngspice") is None, reason="ngspice is not installed")
def test_ngspice_finds_the_same_nodes():
    assert ngspice.check(ngspice.stated_gates()) < 1e-6


def test_without_ngspice_its_measurement_cannot_run(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotRun, match="not installed"):
        ngspice.run("")


@pytest.mark.parametrize(("style", "solver"), [("edges", "trf"), ("arrays", "trf"), ("arrays", "lm")])
def test_least_squares_finds_the_same_nodes(style, solver):
    assert disagreement_V(style, solver) < 1e-8


def test_least_squares_learns_as_labctl_does():
    cycles = 40
    work = memory_cycle()
    bench = opened(work, "ideal")
    bench.run(work.block(cycles))
    peer = LeastSquaresBoard()
    for cycle in range(cycles):
        peer.cycle(cycle % 2)
    moved = np.abs(bench.read_gates() - work.gates_V).max()
    # labctl follows the pulse, the peer takes one Euler step of it
    assert np.abs(peer.gates_V - bench.read_gates()).max() < 0.05 * moved


def test_the_clamped_copy_is_nudged_by_its_share():
    work = memory_cycle()
    free, clamped = resting_nodes(work.gates_V)
    output = free[:, 0] - free[:, 10]
    nudge = 128 / 129 * (work.train.labels[:, 0] - output)
    assert clamped[:, 0] - clamped[:, 10] == pytest.approx(output + nudge, abs=1e-9)
    assert clamped[:, 0] - free[:, 0] == pytest.approx(0.5 * nudge, abs=1e-9)
