"""Solution lines: against numpy's straight line with its covariance."""

from __future__ import annotations

import numpy as np
import pytest

from labctl.analysis import fit_line
from labctl.analysis.theory import TwoEdgeBoard


def test_slope_offset_and_uncertainties_are_those_of_numpy() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(2, 4, 25)
    y = 2.7 * x - 3.3 + rng.normal(0, 5e-3, 25)
    fit = fit_line(x, y)
    (slope, offset), covariance = np.polyfit(x, y, 1, cov=True)
    assert (fit.slope, fit.offset_V) == (pytest.approx(slope), pytest.approx(offset))
    assert fit.slope_uncertainty == pytest.approx(np.sqrt(covariance[0, 0]))
    assert fit.offset_uncertainty_V == pytest.approx(np.sqrt(covariance[1, 1]))
    assert fit.rms_V == pytest.approx(np.std(y - slope * x - offset))


def test_gates_that_solve_a_task_lie_on_its_line() -> None:
    expected = TwoEdgeBoard().line(0.4351, 0.31)
    minus = np.array([2.0, 3.0, np.nan, 4.0])
    fit = fit_line(minus, expected.slope * minus + expected.intercept_V)
    assert (fit.line.slope, fit.line.intercept_V) == (
        pytest.approx(expected.slope),
        pytest.approx(expected.intercept_V),
    )
    assert fit.points == 3


def test_a_single_point_makes_no_line() -> None:
    with pytest.raises(ValueError, match="two different points"):
        fit_line([2.0, 2.0], [1.0, 3.0])
