"""Power laws against numpy's fits and against laws put in by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.analysis import crossing, fit_power_law, geometric_mean, rms_dex


def noisy(seed: int, n: int = 20) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0.1, 10, n))
    return x, 3 * x**1.7 * np.exp(rng.normal(0, 0.1, n))


@pytest.mark.parametrize("seed", range(4))
def test_slope_and_its_uncertainty_are_those_of_numpy(seed: int) -> None:
    x, y = noisy(seed)
    law = fit_power_law(x, y)
    (slope, offset), covariance = np.polyfit(np.log(x), np.log(y), 1, cov=True)
    assert law.exponent == pytest.approx(slope)
    assert law.exponent_uncertainty == pytest.approx(np.sqrt(covariance[0, 0]))
    assert law.prefactor == pytest.approx(np.exp(offset))
    assert law.points == 20


@given(st.floats(-3, 3), st.floats(1e-6, 1e6), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_an_exact_law_is_found_whatever_the_units(p: float, c: float, of_x: float, of_y: float) -> None:
    x = np.geomspace(0.01, 5, 9)
    law = fit_power_law(of_x * x, of_y * c * x**p)
    assert law.exponent == pytest.approx(p, abs=1e-9)
    assert law.prefactor == pytest.approx(of_y * c / of_x**p, rel=1e-6)
    assert law.exponent_uncertainty < 1e-7


def test_uncertainty_covers_the_truth_as_often_as_it_says() -> None:
    off = [
        abs(law.exponent - 1.7) / law.exponent_uncertainty
        for law in (fit_power_law(*noisy(seed)) for seed in range(400))
    ]
    assert 0.58 < np.mean(np.array(off) < 1) < 0.76  # 68 %, of a t distribution with 18 degrees a little less


def test_only_the_window_and_what_has_a_logarithm_counts() -> None:
    x = np.array([0.5, 1, 2, 4, 8, 16])
    y = np.array([7.0, 1, 4, np.nan, -3, 9])
    law = fit_power_law(x, y, (1, 8))
    assert (law.exponent, law.points) == (pytest.approx(2), 2)
    assert np.isnan(law.exponent_uncertainty)
    with pytest.raises(ValueError, match="two different x"):
        fit_power_law(x, y, (8, 16))
    with pytest.raises(ValueError, match="one length"):
        fit_power_law(x, y[:3])


@given(st.floats(0.3, 3), st.floats(0.011, 4.9))
def test_a_rising_law_crosses_a_level_where_it_reaches_it(p: float, at: float) -> None:
    x = np.geomspace(0.01, 5, 7)
    found = crossing(x, x**p, at**p)
    assert found == pytest.approx(at, rel=1e-9)


def test_the_last_crossing_counts_and_there_may_be_none() -> None:
    x = np.array([1.0, 2, 3, 4, 5])
    assert crossing(x, np.array([1.0, 9, 1, 1, 9]), 3) == pytest.approx(4 * 1.25**0.5)
    assert crossing(x, np.array([1.0, 9, 9, 9, 1]), 3) is None
    assert crossing(x, np.array([9.0, 9, 9, 9, 9]), 3) is None
    assert crossing(x, np.array([0.0, 0, 2, 2, 2]), 1) == pytest.approx(2.5)


def test_geometric_mean_and_distance_in_decades() -> None:
    assert geometric_mean([1, 10, 100]) == pytest.approx(10)
    assert np.isnan(geometric_mean([]))
    x = np.geomspace(1, 100, 5)
    assert rms_dex(x, x**2, [2.0, 30.0], [4.0 * 10**0.1, 900.0 / 10**0.1]) == pytest.approx(0.1)
    assert np.isnan(rms_dex(x, x, [1000.0], [1.0]))
