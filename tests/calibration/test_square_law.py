import numpy as np
import pytest

from calibration.square_law import OHMIC, SATURATED, SUB_THRESHOLD, regimes, unit_currents
from sim_backend.plant.edge_law import square_law

RNG = np.random.default_rng(5)
OVER = RNG.uniform(-0.3, 1.5, 400)
A, B = RNG.uniform(0, 0.45, (2, 400))


def test_it_is_the_law_of_the_simulated_board_with_its_slopes():
    unit = unit_currents(OVER, A, B)
    plant = np.array([square_law(o, a, b, 1.0) for o, a, b in zip(OVER, A, B, strict=True)])
    assert unit.current == pytest.approx(plant[:, 0], rel=1e-12, abs=1e-15)
    assert unit.by_a == pytest.approx(plant[:, 1], rel=1e-9, abs=1e-12)
    assert unit.by_b == pytest.approx(plant[:, 2], rel=1e-9, abs=1e-12)


def test_its_slope_by_overdrive_is_that_of_its_current():
    h = 1e-7
    numeric = (unit_currents(OVER + h, A, B).current - unit_currents(OVER - h, A, B).current) / (2 * h)
    smooth = regimes(OVER + h, A, B) == regimes(OVER - h, A, B)
    exact = unit_currents(OVER, A, B).by_overdrive
    assert smooth.sum() > 390
    assert exact[smooth] == pytest.approx(numeric[smooth], rel=1e-5, abs=1e-8)


def test_all_three_regimes_are_told_apart():
    assert regimes(np.array([0.5, 0.2, 0.05]), np.full(3, 0.3), np.zeros(3)).tolist() == [
        OHMIC, SATURATED, SUB_THRESHOLD,
    ]  # fmt: skip
    assert {OHMIC, SATURATED, SUB_THRESHOLD} == set(regimes(OVER, A, B).tolist())
