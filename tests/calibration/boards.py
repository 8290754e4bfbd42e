"""Simulated boards to calibrate: every reading noisy, truth known."""

from typing import Any

from benchmarks.calibration_truth import true_values
from benchmarks.noisy import NoisyBench
from calibration import ROUTINES, Calibration, Nominal, issue, opened
from labctl.calibrating.carrying_out import standard_wiring
from protocols import two_edge_board
from protocols.task import Output, Source, Wiring
from sim_backend import BenchConfig, SimBench, read_doses

SEED = 11  # of the board all tests of a healthy one share
LATTICE = standard_wiring()
TWO_EDGE = Wiring(two_edge_board(), (Source(3, "V1"), Source(1, "V-"), Source(2, "V+")), (Output("O", 0),))


def config(preset: str = "lattice-paper", board: dict[str, Any] | None = None, **doses: Any) -> BenchConfig:
    """A simulated bench of a preset with single doses or tables replaced."""
    return BenchConfig.model_validate({"imperfections": read_doses(preset) | doses, "board": board or {}})


def bench(settings: BenchConfig, seed: int) -> NoisyBench:
    """The bench with noise on everything it reads."""
    return NoisyBench(SimBench(settings, seed=seed), seed)


def calibrate(on: Any, name: str, wiring: Wiring = LATTICE, seed: int = 0) -> Calibration:
    """Run one routine and return what it issued."""
    with opened(on, wiring, seed=seed) as board:
        return issue(ROUTINES[name], ROUTINES[name].run(board, Nominal()), board, "test")


def faults(*calibrations: Calibration) -> set[tuple[str, str]]:
    """Kind and channel of every fault found."""
    return {(f.kind, f.channel) for c in calibrations for f in c.faults()}


__all__ = ["LATTICE", "SEED", "TWO_EDGE", "bench", "calibrate", "config", "faults", "true_values"]
