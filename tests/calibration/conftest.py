"""One healthy board, calibrated once for all tests that look at it."""

import pytest

from calibration import ROUTINES

from .boards import SEED, bench, calibrate, config


@pytest.fixture(scope="session")
def found():
    """The calibrations of one lattice board, by routine."""
    board = bench(config(), SEED)
    return {name: calibrate(board, name, seed=SEED) for name in ROUTINES}
