"""What is trained: the published memory cycle on the 4×4 board, exclusive or on an n×n lattice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from protocols import (
    ClampRule,
    CycleBlock,
    DataSet,
    Method,
    Network,
    Output,
    Source,
    TimeRule,
    Wiring,
    periodic_lattice,
)
from protocols.block import FloatArray
from sim_backend import BenchConfig, Imperfections, SimBench, preset_values

PULSE_S = 100e-6
LOW_V, HIGH_V, MIDDLE_V = 0.0181, 0.4351, 0.2266


@dataclass(frozen=True, eq=False)
class Workload:
    """A wired task with its method and the gates (E,) it starts from, in volts."""

    wiring: Wiring
    train: DataSet
    method: Method
    gates_V: FloatArray = field(repr=False)

    @property
    def network(self) -> Network:
        """Return the network that is trained."""
        return self.wiring.network

    def block(self, cycles: int, snapshots: int = 0) -> CycleBlock:
        """Cut a block of cycles that visit the data points in turn; the first few may be snapshotted."""
        points = np.arange(cycles) % len(self.train)
        return CycleBlock(
            first_cycle=0,
            points=points,
            inputs=self.train.inputs[points],
            labels=self.train.labels[points],
            method=self.method,
            margins=np.zeros_like(self.train.labels),
            wrong=np.ones(len(self.train), dtype=np.bool_),
            snapshots=np.arange(snapshots),
        )


def memory_cycle(pulse_s: float = PULSE_S) -> Workload:
    """Build the published two-point task of the 4×4 board (DESIGN §2.6), the points alternating.

    Alternating after every cycle is the hardest period for a plant that starts from the last state.
    """
    fixed = {13: HIGH_V, 5: LOW_V, 2: MIDDLE_V, 8: MIDDLE_V}
    sources = (Source(15, "V1"), Source(7, "V1'"), *(Source(n, f"V{n}", v) for n, v in fixed.items()))
    wiring = Wiring(periodic_lattice(4, 4), sources, (Output("O", 0, 10),))
    rails = list(fixed.values())
    inputs = np.array([[LOW_V, HIGH_V, *rails], [HIGH_V, LOW_V, *rails]])
    labels = np.array([[-0.0625], [0.0208]])
    method = Method(clamp=ClampRule(eta=128 / 129), time=TimeRule(pulse_s=pulse_s))
    return Workload(wiring, DataSet(inputs, labels), method, np.full(wiring.network.n_edges, 2.15))


def xor_lattice(n: int, seed: int = 0) -> Workload:
    """Build exclusive or on an n×n periodic lattice: four points, a differential output."""
    sources = (
        Source(n + 1, "V-", 0.11),
        Source(n + n - 1, "V+", 0.33),
        Source((n - 1) * n + n - 1, "V1"),
        Source((n - 1) * n + 1, "V2"),
    )
    wiring = Wiring(periodic_lattice(n, n), sources, (Output("O", (n // 2) * n + n // 2, 0),))
    levels = (0.0, 0.45)
    inputs = np.array([[0.11, 0.33, v1, v2] for v1 in levels for v2 in levels])
    labels = np.array([[0.0], [-0.087], [-0.087], [0.0]])
    method = Method(clamp=ClampRule(eta=0.5), time=TimeRule(pulse_s=PULSE_S))
    gates = np.random.default_rng(seed).uniform(1.5, 3.0, wiring.network.n_edges)
    return Workload(wiring, DataSet(inputs, labels), method, gates)


def board(preset: str) -> BenchConfig:
    """Return the simulated board with a shipped dose of imperfections."""
    return BenchConfig(imperfections=Imperfections.model_validate(preset_values(preset)))


def opened(work: Workload, preset: str) -> SimBench:
    """Return an open simulated bench, wired and charged for the workload."""
    bench = SimBench(board(preset), seed=0)
    bench.open(work.wiring)
    bench.reset_gates(work.gates_V)
    return bench


def resting_nodes(gates_V: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the nodes (2, N) of both copies in the memory cycle as labctl finds them, in volts.

    Row = data point. The pulse is too short to move a gate: what is left is a free and a clamped solve.
    """
    work = memory_cycle(pulse_s=1e-12)
    bench = opened(work, "ideal")
    bench.reset_gates(gates_V)
    snapshots = bench.run(work.block(2, snapshots=2)).snapshots
    return snapshots.free_nodes, snapshots.clamped_nodes
