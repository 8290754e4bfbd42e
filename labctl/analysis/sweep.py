"""Several runs side by side: one row each, and, for task cycles, how D and the error go with τ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labctl.analysis.power_law import PowerLaw, fit_power_law
from labctl.analysis.report import Report
from labctl.analysis.tables import Row, error_rows, span_rows
from protocols.block import FloatArray

OF_CYCLES = ("period_s", "span_V", "span_as_read_V", "combined_error_V2", "combined_hinge_V2")
OF_ENDS = ("error_floor_V2", "hinge_V2", "class_error")
OF_ALL = ("drift_V_per_s", "walls_share", "learning_time_s")


@dataclass(frozen=True)
class SweepTable:
    """A table of reports: columns that at least one run has, and what the runs show together."""

    columns: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...]
    together: tuple[Row, ...]
    span_law: PowerLaw | None


def sweep_of(reports: Sequence[Report]) -> SweepTable:
    """Make the table; runs of one period each that differ give exponent, floor, doubling and saturation.

    Runs of the same period are averaged, spans by their root mean square.
    """
    values = [r.values() for r in reports]
    tau, span, error = _by_period(values)
    columns = (*(OF_CYCLES if len(tau) > 1 else OF_ENDS), *OF_ALL)
    shown = tuple(c for c in columns if any(v.get(c) is not None for v in values))
    rows = tuple(tuple(v.get(c) for c in shown) for v in values)
    if len(tau) < 2:
        return SweepTable(shown, rows, (), None)
    together: list[Row] = []
    law = fit_power_law(tau, span)
    together.append(
        ("slope_logD_logtau", "exponent of D in τ, all periods", law.exponent, "1", law.exponent_uncertainty)
    )
    if len(tau) > 3:
        together += [row for row in span_rows(tau, span**2) if row[0] != "periods"]
        if np.isfinite(error).all():
            together += [row for row in error_rows(tau, error) if row[0] != "periods"]
    return SweepTable(shown, rows, tuple(together), law)


def _by_period(values: Sequence[dict[str, float | None]]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return rising periods (n,) in seconds, spans as read in volts and combined errors in V² there."""
    known = [v for v in values if v.get("period_s") is not None and v.get("span_as_read_V") is not None]
    table = np.array(
        [
            [
                np.nan if v.get(k) is None else v[k]
                for k in ("period_s", "span_as_read_V", "combined_error_V2")
            ]
            for v in known
        ],
        dtype=float,
    ).reshape(-1, 3)
    periods = np.unique(np.round(table[:, 0], 9))
    rows = [table[np.isclose(table[:, 0], tau, rtol=1e-6)] for tau in periods]
    span = np.array([np.sqrt(np.mean(r[:, 1] ** 2)) for r in rows])
    error = np.array([np.mean(r[:, 2]) for r in rows])
    return periods, span, error
