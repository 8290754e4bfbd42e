"""The twin of a two-edge board from two drift tests: made ones with a known answer, and the published."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from benchmarks.calibration_published import LINEAR_BIAS, published
from labctl.analysis.theory import TwoEdgeBoard
from labctl.twins.drift_fit import ETA, DriftTest, drift_twin, linear_bias, split_drift_test, twin_doses
from labctl.twins.from_drift import read_drift_tests
from protocols import ConfigError, DataError
from sim_backend import Imperfections

SMALL = Path(__file__).parents[3] / "shared" / "reference" / "small-network"
needs_reference = pytest.mark.skipif(
    not SMALL.is_dir(), reason="the published measurements are not there: put them in ../shared/reference"
)
BIAS = np.array([2.9, 4.6])
TASKS = ((0.42, 0.32), (0.03, 0.145))
BOARD = TwoEdgeBoard(eta=ETA, learning_rate_per_V_s=2 * TwoEdgeBoard().learning_rate_per_V_s)


@cache
def made(task, wall=5.1, noise=0.3e-3) -> DriftTest:
    """A drift test of the board above: from the crossing of its lines to a wall, then at rest."""
    start = BOARD.line(*TASKS[0]).crossing(BOARD.line(*TASKS[1]))
    time = np.concatenate([[1e-4, 0.9], 1 + 0.03 * np.arange(298)])

    def velocity(_, gates):
        return BOARD.velocity_V_per_s(gates, *TASKS[task], BIAS)

    def met(_, gates):
        return gates.max() - wall

    met.terminal = True
    early = time[1:][time[1:] < 3]
    path = solve_ivp(velocity, (0.9, 3.0), start, t_eval=early, events=met, method="LSODA", rtol=1e-7)
    gates = np.vstack([start, path.y.T, np.tile(path.y_events[0], (len(time) - 1 - path.y.shape[1], 1))])
    gates += noise * np.random.default_rng(task).standard_normal(gates.shape)
    return split_drift_test(time, gates, *TASKS[task])


def test_a_known_board_comes_out_of_its_drift_tests():
    twin = drift_twin([made(0), made(1)])
    assert twin.bias == pytest.approx(BIAS, rel=0.02)
    assert np.all(np.abs(twin.bias - BIAS) < 4 * twin.bias_u + 0.05)
    for found, true in zip(twin.tasks, TASKS, strict=True):
        assert found == pytest.approx(true, abs=2e-3)
    assert twin.wall_high.max() == pytest.approx(5.1, abs=0.03)
    assert twin.gate_noise == pytest.approx(0.3e-3, rel=0.2)
    doses = Imperfections.model_validate(twin_doses(twin))
    assert doses.per_edge.bias[:2] == pytest.approx(BIAS, rel=0.02)


def test_two_tests_of_one_task_are_refused():
    with pytest.raises(DataError, match="along the same line: they are of one task"):
        drift_twin([made(0), made(0)])
    with pytest.raises(DataError, match="needs two drift tests"):
        drift_twin([made(0)])
    with pytest.raises(DataError, match="too short"):
        split_drift_test(np.arange(5.0), np.zeros((5, 2)), 0.4, 0.3)


def test_files_that_are_no_drift_tests_are_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="keep the published name"):
        read_drift_tests([tmp_path / "mine.mat"])
    with pytest.raises(ConfigError, match="file not found"):
        read_drift_tests([tmp_path / "exp1DriftTest_1.mat"])
    bad = tmp_path / "exp1DriftTest_2.mat"
    bad.write_bytes(b"no matlab file at all, although long enough to be looked at" * 8)
    with pytest.raises(ConfigError, match="is no drift test"):
        read_drift_tests([bad])


@needs_reference
@pytest.mark.parametrize("experiment", [1, 2])
def test_the_published_bias_comes_out_within_ten_percent(experiment):
    tests = read_drift_tests([SMALL / f"exp{experiment}DriftTest_{k}.mat" for k in (2, 1)])
    assert linear_bias(tests) == pytest.approx(LINEAR_BIAS[experiment], rel=0.1)


@needs_reference
@pytest.mark.slow
def test_the_published_sweeps_are_predicted_unseen():
    found = published(SMALL, lambda what: None)
    for numbers in found.values():
        assert numbers["rms_dex_D2"] < 0.12
        assert numbers["rms_dex_MSE"] < 0.15
