"""An unseen training run on a board, on its twin, and on a nominal board."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calibration import Calibration, Nominal
from calibration.twin import twin_doses
from labctl.calibrating.carrying_out import standard_wiring
from protocols.bench import Limits
from protocols.block import CycleBlock, FloatArray
from protocols.method import Method
from protocols.task import Output, Wiring
from sim_backend import BenchConfig, Imperfections, SimBench

CYCLES, HALF, BLOCK = 100_000, 500, 20_000  # 10 s of learning, two points in turn every 50 ms


def predict(
    config: BenchConfig, seed: int, found: Mapping[str, Calibration], limits: Limits
) -> dict[str, float]:
    """Compare final gates and error floors of one training run nobody has seen.

    Residuals are rms over edges, in parts of the gate span; floor_ratio is the larger over the smaller.
    """
    board = standard_wiring()
    wiring = Wiring(board.network, board.sources, (Output("O", 0, 10),))
    doses = twin_doses(board.network, found, limits, Nominal())
    twin = config.model_copy(update={"imperfections": Imperfections.model_validate(doses)})
    nominal = config.model_copy(update={"imperfections": Imperfections()})
    gates, error = train(config, wiring, seed, seed)
    twin_gates, twin_error = train(twin, wiring, seed + 1000, seed)
    plain_gates, plain_error = train(nominal, wiring, 0, seed)
    span = limits.gate_max_V - limits.gate_min_V

    def residual(other: FloatArray) -> float:
        return float(np.sqrt(np.mean((other - gates) ** 2)) / span)

    return {
        "twin_residual": residual(twin_gates),
        "nominal_residual": residual(plain_gates),
        "floor_V2": error,
        "twin_floor_V2": twin_error,
        "nominal_floor_V2": plain_error,
        "floor_ratio": max(error, twin_error) / min(error, twin_error),
    }


def train(config: BenchConfig, wiring: Wiring, seed: int, task: int) -> tuple[FloatArray, float]:
    """Train two random points in turn for 10 s; return the final gates (E,) and the last second's error."""
    rng = np.random.default_rng([task, 5])
    full = config.board.node_max
    inputs = full * rng.uniform(0.04, 0.96, (2, len(wiring.sources)))
    inputs[1, 2:] = inputs[0, 2:]  # two inputs change, the others are rails
    labels = rng.uniform(-0.06, 0.06, (2, 1))
    bench = SimBench(config, seed=seed)
    bench.open(wiring)
    bench.reset_gates(rng.uniform(1.5, 4.0, wiring.network.n_edges))
    last = np.array([BLOCK - 1])
    for first in range(0, CYCLES, BLOCK):
        points = ((first + np.arange(BLOCK)) // HALF) % 2
        record = bench.run(
            CycleBlock(
                first, points, inputs[points], labels[points], Method(), np.zeros((2, 1)),
                np.ones(2, dtype=np.bool_), last,
            )
        )  # fmt: skip
    bench.close()
    late = slice(-CYCLES // 10, None)
    error = float(np.mean((record.free_outputs[late] - labels[points[late]]) ** 2))
    return record.snapshots.gates[-1], error
