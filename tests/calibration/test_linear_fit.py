"""Steps of a converter are found from readings at random levels, whatever its line."""

import numpy as np
import pytest

from calibration.linear_fit import find_step, fit_line, quantised


@pytest.mark.parametrize("seed", range(12))
def test_a_step_is_found_to_a_hundredth_of_itself_at_the_end_of_the_range(seed):
    rng = np.random.default_rng(seed)
    step = 0.4532 / rng.integers(200, 300)
    commands = rng.uniform(0.0, 0.4532, 240)
    readings = (1 + rng.normal(0, 2e-3)) * quantised(commands, step) + rng.normal(0, 1e-3)
    found = find_step(commands, lambda x: x, readings, step * rng.uniform(0.9, 1.1))
    assert abs(found - step) * commands.max() / step < 0.02 * step
    assert fit_line(quantised(commands, found), readings).rms < 0.2 * step / np.sqrt(12)


def test_where_there_are_no_steps_none_are_found():
    rng = np.random.default_rng(0)
    commands = rng.uniform(0.0, 0.4532, 240)
    assert find_step(commands, lambda x: x, commands + rng.normal(0, 1e-4, 240), 1.8e-3) == 0.0


def test_what_only_rounding_leaves_is_no_step():
    commands = np.random.default_rng(0).uniform(0.0, 0.4532, 240)
    assert find_step(commands, lambda x: x, commands, 1e-16) == 0.0
