"""What published tables and gate-only runs show: rows of (key, label, value, unit, uncertainty)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from labctl.analysis.drift import mean_velocity, path_speeds, speed_growth
from labctl.analysis.lines import fit_line
from labctl.analysis.power_law import crossing, fit_power_law, geometric_mean, inside
from labctl.analysis.scaling import fit_floor, saturation
from labctl.analysis.walls import drift_end
from labctl.store.reading import floats, half_period_cycles, learning_gates
from protocols.block import FloatArray
from protocols.errors import DataError
from protocols.messages import say

Row = tuple[str, str, float, str, float | None]

BEFORE_SATURATION = 1 / 20  # of the saturated value: up to there a squared span follows its power law
WHILE_ERROR_RISES = 1 / 3  # of the saturated value: up to there the error follows floor and rise
BOTH_TASKS = 2  # first samples of a published drift test: taken before one task alone was held
WALL_SPEED = 0.9  # of its highest speed: a drift that has slowed down to this has met a wall


def scan_quantities(run: xr.Dataset) -> list[Row]:
    """Return what a scan over the period shows: exponent and D/τ, or floor and doubling; saturation.

    Raises DataError when it holds neither spans nor errors.
    """
    tau = floats(run, "period")
    if "cycle_span_squared" in run:
        return span_rows(tau, floats(run, "cycle_span_squared"))
    if "combined_error" in run:
        return error_rows(tau, floats(run, "combined_error"))
    raise DataError(say("the scan holds neither cycle spans nor errors"))


def span_rows(
    tau_s: FloatArray, span2_V2: FloatArray, window_s: tuple[float, float] | None = None
) -> list[Row]:
    """Return exponent of D² in τ, D/τ and saturation of squared spans (n,) at rising periods (n,).

    window_s: periods of the power law; by default those before D² comes near its saturation.
    """
    top = saturation(span2_V2)
    if window_s is None:
        below = np.flatnonzero(span2_V2 < BEFORE_SATURATION * top)
        last = below[-1] if len(below) > 1 else len(tau_s) - 1
        window_s = (float(tau_s[0]), float(tau_s[last]))
    used = inside(tau_s, window_s)
    law = fit_power_law(tau_s, span2_V2, window_s)
    where = f"τ {1e3 * window_s[0]:.3g} to {1e3 * window_s[1]:.3g} ms"
    rows: list[Row] = [
        ("periods", "periods", float(len(tau_s)), "1", None),
        ("slope_logD2_logtau", f"exponent of D² in τ, {where}", law.exponent, "1", law.exponent_uncertainty),
        (
            "D_over_tau_V_per_s",
            "D/τ there",
            geometric_mean(np.sqrt(span2_V2[used]) / tau_s[used]),
            "V/s",
            None,
        ),
        ("D2_saturated_V2", "D² at the longest periods", top, "V^2", None),
    ]
    half = crossing(tau_s, span2_V2, top / 2)
    if half is not None:
        rows.append(("tau_half_saturated_s", "τ where D² is half of that", half, "s", None))
    return rows


def error_rows(tau_s: FloatArray, error_V2: FloatArray) -> list[Row]:
    """Return floor, doubling period, exponent of the rise and saturation of errors (n,) at periods (n,)."""
    top = saturation(error_V2)
    rows: list[Row] = [("periods", "periods", float(len(tau_s)), "1", None)]
    below = np.flatnonzero(error_V2 < WHILE_ERROR_RISES * top)
    if len(below) > 3:
        fit = fit_floor(tau_s, error_V2, (float(tau_s[0]), float(tau_s[below[-1]])))
        floor_off, double_off = fit.floor_V2 * fit.floor_relative, fit.double_s * fit.double_relative
        rows += [
            ("floor_V2", "error floor, fitted", fit.floor_V2, "V^2", floor_off),
            ("tau_double_floor_s", "τ at twice the floor, fitted", fit.double_s, "s", double_off),
            ("exponent_of_rise", "exponent of the rise", fit.exponent, "1", fit.exponent_uncertainty),
        ]
    return [*rows, ("error_saturated_V2", "error at the longest periods", top, "V^2", None)]


def two_edge_quantities(run: xr.Dataset) -> list[Row]:
    """Return solution line, drift along it and end of a task held alone on two edges (gates only)."""
    if half_period_cycles(run) is not None:
        raise DataError(say("two tasks take turns, so the gates follow no single line"))
    time, gates = floats(run, "learning_time")[BOTH_TASKS:], learning_gates(run)[BOTH_TASKS:]
    free = free_drift(time, gates)
    line = fit_line(*gates[:free].T)
    velocity = mean_velocity(time[:free], gates[:free])
    end = drift_end(gates)
    return [
        (
            "line_slope",
            f"solution line G₊ = m·G₋ + c, m of {free} samples",
            line.slope,
            "1",
            line.slope_uncertainty,
        ),
        ("line_offset_V", "c", line.offset_V, "V", line.offset_uncertainty_V),
        ("line_rms_V", "rms distance from it in G₊", line.rms_V, "V", None),
        ("drift_minus_V_per_s", "drift of G₋ along it", float(velocity[0]), "V/s", None),
        ("drift_plus_V_per_s", "drift of G₊ along it", float(velocity[1]), "V/s", None),
        (
            "speed_growth_per_s",
            "relative growth of its speed",
            speed_growth(time[:free], gates[:free]),
            "1/s",
            None,
        ),
        ("end_minus_V", "G₋ at the end of the drift", float(end[0]), "V", None),
        ("end_plus_V", "G₊ at the end of the drift", float(end[1]), "V", None),
    ]


def free_drift(time_s: FloatArray, gates_V: FloatArray) -> int:
    """Return how many samples of a drift (n, E) precede the first wall.

    The bias grows along a drift, and so does its speed, until the first gate meets its wall.
    """
    _, speed = path_speeds(time_s, gates_V)
    fastest = int(np.argmax(speed))
    slow = np.flatnonzero(speed[fastest:] < WALL_SPEED * speed[fastest])
    return max(fastest + int(slow[0]) + 1 if len(slow) else len(gates_V), 3)
