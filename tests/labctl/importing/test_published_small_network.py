"""The published two-edge board through import and analysis: lines, bias, walls, saturation, scaling.

Numbers: fits of the authors' notebook (DESIGN §2.6) and of their files, each with the tolerance of its
acceptance row.
"""

from __future__ import annotations

import numpy as np
import pytest

from labctl.analysis import (
    crossing,
    doubling_period,
    drift_end,
    error_floor,
    fit_floor,
    fit_line,
    fit_power_law,
    geometric_mean,
    mean_velocity,
    path_diameter,
    saturated_span2,
    saturation,
    speed_growth,
)
from labctl.analysis.report import analyze_run
from labctl.analysis.theory.two_tasks import bias_from_drifts, span_rate
from labctl.store.reading import learning_gates

from .published import SMALL, needs_reference, opened

pytestmark = needs_reference
WINDOW_S = (1.19e-3, 50.3e-3)
SKIPPED = 2  # samples taken before one task alone was held

# board, file number (1: β, 2: α), samples, slope, offset (V), rms (V), velocity of (G₋, G₊) and growth (1/s)
DRIFTS = [
    (1, 1, 13, 0.4485, 1.5752, 5.2e-3, (4.148, 1.867), 0.71),
    (1, 2, 13, 2.7292, -3.3093, 6.2e-3, (1.870, 5.084), 0.61),
    (2, 1, 30, 0.7617, 1.8814, 1.2e-3, (0.785, 0.599), 0.57),
    (2, 2, 20, 2.5768, -2.9010, 1.9e-3, (0.639, 1.642), 0.38),
]
NOTEBOOK_LINES = {(1, 2): 2.7257, (1, 1): 0.43914, (2, 2): 2.5678, (2, 1): 0.74821}


def drift(board: int, number: int, samples: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    run = opened(SMALL / f"exp{board}DriftTest_{number}.mat")
    end = None if samples is None else SKIPPED + samples
    return run["learning_time"].values[SKIPPED:end], learning_gates(run)[SKIPPED:end]


def scan(quantity: str, board: int) -> tuple[np.ndarray, np.ndarray]:
    run = opened(SMALL / f"measured-{quantity}-exp{board}.csv")
    name = {"DG2": "cycle_span_squared", "MSE": "combined_error"}[quantity]
    return run["period"].values, run[name].values


@pytest.mark.parametrize(("board", "number", "samples", "m", "c", "rms", "velocity", "growth"), DRIFTS)
def test_drift_lines_and_velocities(board, number, samples, m, c, rms, velocity, growth) -> None:
    time, gates = drift(board, number, samples)
    fit = fit_line(*gates.T)
    assert fit.slope == pytest.approx(m, rel=1e-3)
    assert fit.offset_V == pytest.approx(c, rel=1e-3)
    assert fit.rms_V == pytest.approx(rms, rel=0.03)
    assert abs(fit.slope - NOTEBOOK_LINES[board, number]) < 0.025
    np.testing.assert_allclose(mean_velocity(time, gates), velocity, rtol=1e-3)
    assert speed_growth(time, gates) == pytest.approx(growth, abs=0.02)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("board", [1, 2])
def test_the_report_finds_the_line_by_itself(board: int, number: int) -> None:
    values = analyze_run(opened(SMALL / f"exp{board}DriftTest_{number}.mat")).values()
    assert abs(values["line_slope"] - NOTEBOOK_LINES[board, number]) < 0.025


@pytest.mark.parametrize(("board", "bias"), [(1, (2.8653, 4.7175)), (2, (-0.2856, 2.0014))])
def test_bias_and_span_from_the_two_drifts(board: int, bias: tuple[float, float]) -> None:
    """The notebook's bias, and D/τ = 6.3431 and 2.4923 V/s of the linear theory with its lines."""
    samples = {(b, n): s for b, n, s, *_ in DRIFTS}
    alpha, beta = (mean_velocity(*drift(board, n, samples[board, n])) for n in (2, 1))
    found = bias_from_drifts(alpha, beta)
    np.testing.assert_allclose(found, bias, rtol=1e-3)
    slopes = [NOTEBOOK_LINES[board, n] for n in (2, 1)]
    normals = [np.array([-m, 1.0]) / np.hypot(m, 1.0) for m in slopes]
    assert span_rate(found, *normals) == pytest.approx({1: 6.3431, 2: 2.4923}[board], rel=0.01)


@pytest.mark.parametrize(
    ("board", "number", "end"),
    [(1, 1, (5.028, 3.839)), (1, 2, (3.237, 5.177)), (2, 1, (4.475, 5.187)), (2, 2, (3.223, 5.160))],
)
def test_drifts_end_where_a_gate_meets_its_wall(board: int, number: int, end: tuple[float, float]) -> None:
    np.testing.assert_allclose(drift_end(drift(board, number)[1]), end, atol=2e-3)


def test_walls_of_the_board() -> None:
    """(G₋, G₊): 5.03 and 5.18 V on board 1, 5.19 V for G₊ on board 2 (DESIGN §2.6)."""
    assert drift_end(drift(1, 1)[1])[0] == pytest.approx(5.03, abs=5e-3)
    assert drift_end(drift(1, 2)[1])[1] == pytest.approx(5.18, abs=5e-3)
    assert drift_end(drift(2, 1)[1])[1] == pytest.approx(5.19, abs=5e-3)


@pytest.mark.parametrize(("board", "from_ends", "measured"), [(1, 5.00, 4.973), (2, 1.568, 1.566)])
def test_saturated_span_from_drift_ends_and_from_the_scan(board, from_ends, measured) -> None:
    ends = [drift_end(drift(board, n)[1]) for n in (1, 2)]
    assert saturated_span2(*ends) == pytest.approx(from_ends, rel=0.01)
    tau, span2 = scan("DG2", board)
    assert saturation(span2) == pytest.approx(measured, rel=5e-3)
    half = crossing(tau, span2, saturation(span2) / 2)
    assert half == pytest.approx({1: 0.175, 2: 0.689}[board], rel=0.02)


@pytest.mark.parametrize(("board", "exponent", "rate"), [(1, 1.939, 6.90), (2, 1.927, 2.503)])
def test_exponent_and_rate_of_the_span(board: int, exponent: float, rate: float) -> None:
    tau, span2 = scan("DG2", board)
    assert len(tau) == 19
    law = fit_power_law(tau, span2, WINDOW_S)
    assert law.exponent == pytest.approx(exponent, abs=5e-3)
    assert law.exponent_uncertainty == pytest.approx({1: 0.009, 2: 0.020}[board], abs=2e-3)
    inside = (tau > WINDOW_S[0]) & (tau < WINDOW_S[1])
    assert geometric_mean(np.sqrt(span2[inside]) / tau[inside]) == pytest.approx(rate, rel=5e-3)


@pytest.mark.parametrize(
    ("board", "window_s", "floor", "double_s", "saturated"),
    [(1, (0, 3.3e-3), 4.63e-5, 0.0293, 1.818e-3), (2, (0.7e-3, 21e-3), 1.06e-5, 0.0570, 3.78e-4)],
)
def test_floor_doubling_and_saturation_of_the_error(board, window_s, floor, double_s, saturated) -> None:
    tau, error = scan("MSE", board)
    assert len(tau) == 19
    found = error_floor(tau, error, window_s)
    assert found == pytest.approx(floor, rel=0.01)
    assert doubling_period(tau, error, found) == pytest.approx(double_s, rel=0.02)
    assert saturation(error) == pytest.approx(saturated, rel=0.01)
    fit = fit_floor(tau, error, (0, 0.13))  # without windows chosen by eye
    assert fit.floor_V2 == pytest.approx(floor, rel=0.12)
    assert fit.double_s == pytest.approx(double_s, rel=0.12)


@pytest.mark.parametrize(("board", "diameters_V"), [(1, (0.147, 0.573, 1.917)), (2, (0.069, 0.215, 0.616))])
def test_diameters_of_the_averaged_cycles(board: int, diameters_V: tuple[float, ...]) -> None:
    for tau, diameter in zip(("0.02", "0.08", "0.2"), diameters_V, strict=True):
        run = opened(SMALL / f"bowtie-exp{board}-{tau}s.csv")
        assert run.sizes["round"] == 61
        assert path_diameter(learning_gates(run)) == pytest.approx(diameter, rel=0.01)
        assert analyze_run(run).values()["cycle_diameter_V"] == pytest.approx(diameter, rel=0.01)
