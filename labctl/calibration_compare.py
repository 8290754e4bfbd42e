"""A run against the twin of its board: the same file run again on the twin, gate by gate."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration import CalibrationStore
from labctl.analysis.arrays import floats, learning_edges, measured_rounds, round_cycles
from labctl.calibration_settings import CalibrationSettings, board_serial
from labctl.request import RunRequest
from labctl.runner import carry_out, prepare
from labctl.store import open_run
from protocols.block import FloatArray, IntArray
from protocols.errors import ConfigError, DataError

DISAGREES = 0.05  # of the gate span: an edge whose final gate is further off disagrees
NOMINAL = "ideal"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Measured and predicted gates of a run, over the learning edges; volts and seconds.

    edges (L,); names; learning_s (n,) of the rounds both have; measured, twin, nominal (n, L) gates;
    span: of the gates; errors_V2: at the last round, measured, twin and nominal, nan where unknown.
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
        off = np.abs(self.residual_V)
        order = np.argsort(-off)
        return [int(self.edges[k]) for k in order if off[k] > DISAGREES * self.span_V]

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


def default_twin(folder: Path, store: Path | None) -> Path:
    """Return where the twin of a run's board is kept. Raises ConfigError when there is none."""
    manifest = _manifest(folder)
    bench = manifest.get("bench")
    settings = bench if isinstance(bench, dict) else {}
    serial = board_serial(settings, int((manifest.get("seeds") or {}).get("board", 0)))
    table = settings.get("calibration") or {}
    kept = store or CalibrationSettings(**table).folder()
    path = CalibrationStore(kept).board_folder(serial) / "twin.toml"
    if not path.is_file():
        raise ConfigError(
            f"there is no twin of board {serial}",
            file=str(path),
            allowed="make one with 'labctl calibrate twin', or name its file with --twin-file",
        )
    return path


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
        error = _last_error(data)
        low, high = float(data.attrs["gate_min_V"]), float(data.attrs["gate_max_V"])
    known &= np.isfinite(gates).all(axis=1)
    if not known.any():
        raise DataError(f"{folder}: the run has no gates to compare")
    predicted, twin_error = _again(folder, str(twin), cycles[known], edges)
    nominal, plain_error = _again(folder, NOMINAL, cycles[known], edges)
    return Comparison(
        folder, twin, edges, names, learning[known], gates[known], predicted, nominal, high - low,
        (error, twin_error, plain_error),
    )  # fmt: skip


def _again(folder: Path, doses: str, cycles: IntArray, edges: IntArray) -> tuple[FloatArray, float]:
    """Return the gates (n, L) before these cycles, and the last error, of the run on other doses."""
    manifest = _manifest(folder)
    simulated = (manifest.get("bench") or {}).get("kind", "sim") == "sim"
    bench = str(folder / "bench.toml") if simulated else "sim"
    seed = int((manifest.get("seeds") or {}).get("run", 0))
    with tempfile.TemporaryDirectory(prefix="labctl-twin-") as place:
        request = RunRequest(
            folder / "experiment.toml", bench, doses, seed, Path(place), figures=False, command=("labctl",)
        )
        result = carry_out(prepare(request))
        with open_run(result.folder, cycles=False) as data:
            at = {int(c): k for k, c in enumerate(round_cycles(data))}
            gates, error = floats(data, "gate_voltage")[:, edges], _last_error(data)
    missing = [int(c) for c in cycles if int(c) not in at]
    if missing:
        raise DataError(f"{folder}: run again, its file has no round before cycle {missing[0]}")
    return gates[[at[int(c)] for c in cycles]], error


def _last_error(data: Any) -> float:
    if "train_error" not in data:
        return float("nan")
    errors = floats(data, "train_error")
    errors = errors[np.isfinite(errors)]
    return float(errors[-1]) if len(errors) else float("nan")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / "manifest.json").read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ConfigError(f"the manifest cannot be read: {error}", file=str(folder)) from None


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))
