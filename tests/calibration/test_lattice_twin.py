"""The twin of a lattice board from imported runs: drifts and walls come out as they were put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.lattice_twin import MeasuredGates, lattice_twin, twin_doses
from labctl.importing import import_file
from labctl.twins.from_runs import write_lattice_twin
from protocols.errors import ConfigError, DataError
from sim_backend import Imperfections, read_doses

EDGES, LOW_V, HIGH_V = 12, 0.7, 5.2
LATTICE = Path(__file__).parents[3] / "shared" / "reference" / "lattice"
needs_reference = pytest.mark.skipif(
    not LATTICE.is_dir(), reason="the published measurements are not there: put them in ../shared/reference"
)


def drifting(drift: np.ndarray, start_V: np.ndarray, seed: int) -> MeasuredGates:
    """Gates (n, E) that drift steadily between their walls, read with 5 mV of noise."""
    time = np.geomspace(0.01, 50.0, 120)
    gates = np.clip(start_V + drift * time[:, np.newaxis], LOW_V, HIGH_V)
    return MeasuredGates(time, gates + np.random.default_rng(seed).normal(0.0, 5e-3, gates.shape))


@pytest.fixture
def runs() -> list[MeasuredGates]:
    rng = np.random.default_rng(4)
    drift = rng.uniform(-0.4, 0.4, EDGES)
    drift[:2] = 0.5, -0.5  # one gate meets either wall in every run
    return [drifting(drift, rng.uniform(2.0, 3.0, EDGES), seed) for seed in (1, 2, 3)]


def test_drifts_and_walls_come_out(runs: list[MeasuredGates]) -> None:
    rng = np.random.default_rng(4)
    truth = rng.uniform(-0.4, 0.4, EDGES)
    truth[:2] = 0.5, -0.5
    found = lattice_twin(runs)
    assert np.abs(found.drift - truth).max() < 0.01
    assert (np.abs(found.drift - truth) < 4.0 * found.drift_u).all()
    np.testing.assert_allclose([found.wall_low[1], found.wall_high[0]], [LOW_V, HIGH_V], atol=0.03)


def test_a_gate_at_its_wall_all_the_time_has_no_drift(runs: list[MeasuredGates]) -> None:
    for run in runs:
        run.gates_V[:, 5] = LOW_V
    found = lattice_twin(runs)
    assert found.drift[5] == 0.0
    assert np.isinf(found.drift_u[5])
    doses = twin_doses(found, {"adc_noise": "0.1 mV"}, "a twin")
    assert len(Imperfections.model_validate(doses).per_edge.bias) == EDGES


def test_runs_too_short_are_refused(runs: list[MeasuredGates]) -> None:
    short = [MeasuredGates(r.learning_s[:20], r.gates_V[:20]) for r in runs]
    with pytest.raises(DataError, match="s of learning"):
        lattice_twin(short)


@needs_reference
def test_published_runs_of_one_board_agree_and_other_tasks_are_refused(tmp_path: Path) -> None:
    files = sorted(LATTICE.glob("experiment_memorycyclewhole_A_*.mat"))[:2]
    other = next(LATTICE.glob("experiment_taskcycle_L_*.mat"))
    folders = [import_file(f, tmp_path / "runs", figures=False).folder for f in (*files, other)]
    path, found = write_lattice_twin(folders[:2], tmp_path / "twin.toml")
    assert found.runs == 2
    assert np.isfinite(found.drift_u).all()
    assert float(np.median(found.drift_u)) < 0.1  # V/s; drifts are up to several times as large
    Imperfections.model_validate(read_doses(str(path)))
    with pytest.raises(ConfigError, match="other tasks or wires"):
        write_lattice_twin([folders[0], folders[2]], tmp_path / "no.toml")
