"""Twins of the published two-edge boards from their drift tests, against sweeps they have not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from labctl.analysis.theory import TwoEdgeBoard
from labctl.twins.drift_fit import ETA, drift_twin, twin_doses
from labctl.twins.from_drift import read_drift_tests
from protocols.block import CycleBlock, FloatArray
from protocols.method import ClampRule, Method
from protocols.network import two_edge_board
from protocols.task import Output, Source, Wiring
from sim_backend import BenchConfig, SimBench

LINEAR_BIAS = {1: (2.865, 4.718), 2: (-0.286, 2.001)}  # V/s, by the authors' notebook
PULSE_S, LEARNING_S, PERIODS, SWITCHES, BLOCK = 100e-6, 4.0, 10, 400, 20_000
WIRING = Wiring(two_edge_board(), (Source(3, "V1"), Source(1, "V-"), Source(2, "V+")), (Output("O", 0),))


def published(
    folder: Path, told: Any, learning_s: float = LEARNING_S, periods: int = PERIODS
) -> dict[str, Any]:
    """Return, per experiment, the bias found and rms deviations of D²(τ) and MSE(τ) in decades."""
    found = {}
    for experiment, bias in LINEAR_BIAS.items():
        told(f"published experiment {experiment}")
        files = [folder / f"exp{experiment}DriftTest_{k}.mat" for k in (2, 1)]
        twin = drift_twin(read_drift_tests(files))
        config = BenchConfig.model_validate(
            {
                "board": {"threshold": "0.7 V", "gate_min": "0.99 V", "gate_max": "5.2 V"},
                "imperfections": twin_doses(twin),
            }
        )
        spans, errors = (
            np.loadtxt(folder / f"measured-{name}-exp{experiment}.csv", delimiter=",")
            for name in ("DG2", "MSE")
        )
        swept = np.array([sweep_point(config, twin.tasks, float(tau)) for tau in spans[:, 0]])
        found[f"exp{experiment}"] = {
            "bias_V_per_s": twin.bias.tolist(),
            "bias_relative_error": (twin.bias / np.array(bias) - 1).tolist(),
            "rms_dex_D2": _dex(swept[:, 0], spans[:, 1]),
            "rms_dex_MSE": _dex(swept[:, 1], errors[:, 1]),
        }
    return found


def sweep_point(config: BenchConfig, tasks: Any, tau_s: float) -> tuple[float, float]:
    """Return D² as read and combined error (V²) of the steady cycle of period τ."""
    half = max(1, round(tau_s / (2 * PULSE_S)))
    cycles = 2 * half * max(PERIODS, int(np.ceil(LEARNING_S / tau_s)))
    rails = TwoEdgeBoard()
    inputs = np.array([[v, rails.low_V, rails.high_V] for v, _ in tasks])
    labels = np.array([[label] for _, label in tasks])
    bench = SimBench(config)
    bench.open(WIRING)
    bench.reset_gates(np.array([3.0, 3.5, 3.0]))
    kept: list[FloatArray] = []
    for first in range(0, cycles, BLOCK):
        number = np.arange(first, min(first + BLOCK, cycles))
        points = (number // half) % 2
        block = CycleBlock(
            first, points, inputs[points], labels[points], Method("standard", ClampRule(eta=ETA)),
            np.zeros((2, 1)), np.ones(2, dtype=np.bool_), np.flatnonzero((number + 1) % half == 0),
        )  # fmt: skip
        kept.append(bench.run(block).snapshots.gates[:, :2])
    bench.close()
    gates = np.vstack(kept)
    gates = gates[len(gates) // 2 :][-SWITCHES:]
    noise = config.imperfections.gate_adc_noise
    span2 = float(np.mean(np.sum(np.diff(gates, axis=0) ** 2, axis=1))) + 4 * noise**2
    errors = [(rails.output_V(gates, v) - label) ** 2 for v, label in tasks]
    return span2, float(np.mean(errors))


def _dex(predicted: FloatArray, measured: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.log10(predicted / measured) ** 2)))
