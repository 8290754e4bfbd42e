"""A run against the twin of its board: the same file run again on the twin, gate by gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labctl.store import open_run
from labctl.store.reading import floats, learning_edges, measured_rounds, round_cycles
from labctl.twins.health import disagreeing
from labctl.twins.replay import PredictedRound, run_again
from protocols.block import FloatArray, IntArray
from protocols.errors import DataError
from protocols.messages import say

NOMINAL = "ideal"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Measured and predicted gates of a run, over the learning edges; volts and seconds.

    edges (L,); names; learning_s (n,) of the rounds both have; measured, twin, nominal (n, L) gates;
    span: of the gates; errors_V2: measured, twin and nominal, at the last round with a measured one; nan
    where there is none.
    """

    run: Path
    twin: Path
    edges: IntArray
    names: list[str]
    learning_s: FloatArray
    measured: FloatArray
    predicted: FloatArray
    nominal: FloatArray
    span_V: float
    errors_V2: tuple[float, float, float]

    @property
    def residual_V(self) -> FloatArray:
        """Return predicted minus measured gates at the last round, (L,)."""
        final: FloatArray = self.predicted[-1] - self.measured[-1]
        return final

    def disagreeing(self) -> list[int]:
        """Return the edges whose final gates are further off than 5 % of the span, worst first."""
        return disagreeing(self.edges, self.residual_V, self.span_V)

    def numbers(self) -> dict[str, Any]:
        """Return what JSON can hold: residuals, edges that disagree, errors."""
        nominal = self.nominal[-1] - self.measured[-1]
        measured, twin, plain = (None if np.isnan(e) else float(e) for e in self.errors_V2)
        return {
            "run": str(self.run),
            "twin": str(self.twin),
            "rounds": len(self.learning_s),
            "gate_span_V": self.span_V,
            "residual_rms_of_span": _rms(self.residual_V) / self.span_V,
            "nominal_residual_rms_of_span": _rms(nominal) / self.span_V,
            "disagreeing_edges": self.disagreeing(),
            "error_end_V2": measured,
            "twin_error_end_V2": twin,
            "nominal_error_end_V2": plain,
            "edges": [
                {
                    "edge": int(e),
                    "name": name,
                    "measured_V": float(m),
                    "predicted_V": float(p),
                    "residual_V": float(p - m),
                }
                for e, name, m, p in zip(
                    self.edges, self.names, self.measured[-1], self.predicted[-1], strict=True
                )
            ],
        }


def compare(folder: Path, twin: Path) -> Comparison:
    """Run a run's own file again, on the twin and on a nominal board; nothing is kept of these runs.

    Raises DataError when the run has no gates, ConfigError when its files or the twin's cannot be used.
    """
    with open_run(folder, cycles=False) as data:
        edges = learning_edges(data)
        names = [str(n) for n in np.asarray(data["edge_name"].values)[edges]]
        cycles = round_cycles(data)
        known = measured_rounds(data)
        gates = floats(data, "gate_voltage")[:, edges]
        learning = floats(data, "learning_time")
        errors = floats(data, "train_error") if "train_error" in data else np.full(len(cycles), np.nan)
        low, high = float(data.attrs["gate_min_V"]), float(data.attrs["gate_max_V"])
    known &= np.isfinite(gates).all(axis=1)
    if not known.any():
        raise DataError(say("{folder}: the run has no gates to compare", folder=folder))
    cycles, errors = cycles[known], errors[known]
    scored = np.flatnonzero(np.isfinite(errors))
    at, error = (int(cycles[scored[-1]]), float(errors[scored[-1]])) if len(scored) else (-1, np.nan)
    predicted, twin_error = _again(folder, str(twin), cycles, at, edges)
    nominal, plain_error = _again(folder, NOMINAL, cycles, at, edges, corrected=False)
    return Comparison(
        folder, twin, edges, names, learning[known], gates[known], predicted, nominal, high - low,
        (error, twin_error, plain_error),
    )  # fmt: skip


def _again(
    folder: Path, doses: str, cycles: IntArray, scored: int, edges: IntArray, *, corrected: bool = True
) -> tuple[FloatArray, float]:
    """Return gates (n, L) before these cycles of the run on other doses, and the error before one of them.

    A run from elsewhere has rounds of its own: between rounds of the run again, gates are interpolated and
    the error is nan.
    """
    found: dict[int, PredictedRound] = {}
    last = int(cycles[-1])
    run_again(folder, doses, lambda r: found.update({r.cycle: r}), corrected=corrected, cycles=last)
    at = np.array(sorted(found))
    gates = np.array([found[int(c)].gates_V[edges] for c in at])
    between = [np.interp(cycles, at, column) for column in gates.T]
    error = found[scored].error_V2 if scored in found else float("nan")
    return np.column_stack(between), error


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))
