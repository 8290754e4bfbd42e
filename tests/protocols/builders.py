"""Small plans and a bench without physics, for tests of everything that only passes arrays around."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from protocols import (
    CycleBlock,
    CycleRecord,
    DataSet,
    Limits,
    Method,
    Network,
    NodeReading,
    Noise,
    Order,
    OrderKind,
    Output,
    Plan,
    Snapshots,
    Source,
    Task,
    TaskKind,
    Wiring,
)
from protocols.engine import Round

# A chain 0 - 1 - 2 - 3, driven at 0 and 3 (a rail), read at 2 against 1.
CHAIN = Network(4, ((0, 1), (1, 2), (2, 3)))
RAIL_V = 0.3


def make_limits(block_cycles: int = 3) -> Limits:
    return Limits(0.0, 0.45, 0.75, 5.03, 1e-3, block_cycles)


def make_data(points: int = 4, groups: list[int] | None = None, classes: bool = False) -> DataSet:
    ramp = np.linspace(0.0, 0.4, points)
    return DataSet(
        np.column_stack([ramp, np.full(points, RAIL_V)]),
        np.linspace(-0.1, 0.1, points)[:, None] if points > 1 else np.full((1, 1), 0.1),
        classes=np.arange(points) % 2 if classes else None,
        groups=np.array(groups if groups is not None else [], dtype=np.int64),
    )


def make_task(
    points: int = 4,
    *,
    groups: list[int] | None = None,
    kind: TaskKind = TaskKind.REGRESSION,
    margin_V: float = 0.0,
    with_test: bool = False,
) -> Task:
    wiring = Wiring(CHAIN, (Source(0, "V1"), Source(3, "rail", RAIL_V)), (Output("O", 2, 1),))
    classes = kind is TaskKind.CLASSIFICATION
    test = make_data(points + 1, classes=classes) if with_test else None
    return Task(kind, wiring, make_data(points, groups, classes), test, margin_V)


def make_order(kind: OrderKind, groups: list[int], half: int = 1) -> Order:
    n = len(groups)
    transition = np.ones((n, n)) + np.arange(n) if kind is OrderKind.MARKOV else None
    return Order(kind, np.array(groups, dtype=np.int64), half, transition)


def make_plan(
    cycles: int = 10,
    rounds: tuple[int, ...] = (0, 4, 10),
    *,
    points: int = 4,
    kind: OrderKind = OrderKind.SEQUENTIAL,
    stop_after_perfect: int = 0,
    seed: int = 7,
    noise: Noise | None = None,
    with_test: bool = False,
    method: Method | None = None,
) -> Plan:
    groups = [k % 2 for k in range(points)]
    return Plan(
        task=make_task(points, groups=groups, with_test=with_test),
        method=method or Method(),
        order=make_order(kind, groups, half=2),
        cycles=cycles,
        rounds=np.array(rounds, dtype=np.int64),
        initial_gates_V=np.full(CHAIN.n_edges, 2.0),
        seed=seed,
        noise=noise or Noise(),
        stop_after_perfect=stop_after_perfect,
    )


def make_record(
    first_cycle: int, count: int, points: int = 4, time_s: float = 1e-4, wrong: bool = True
) -> CycleRecord:
    return CycleRecord(
        first_cycle=first_cycle,
        points=(first_cycle + np.arange(count)) % points,
        free_outputs=np.zeros((count, 1)),
        clamped_outputs=np.zeros((count, 1)),
        learning_time_s=np.full(count, time_s),
        start_s=np.arange(count) * 1e-3,
        lateness_s=np.zeros(count),
        wrong=np.full(points, wrong),
        snapshots=Snapshots(
            np.zeros(0, dtype=np.int64), np.zeros((0, 3)), np.zeros((0, 4)), np.zeros((0, 4))
        ),
    )


def make_round(plan: Plan, error_V: float = 0.05) -> Round:
    """Read every output `error_V` above its label."""
    train, test = plan.task.train, plan.task.test
    nodes = np.zeros((len(train), CHAIN.nodes))
    return Round(
        train_outputs=train.labels + error_V,
        test_outputs=None if test is None else test.labels + error_V,
        gates=np.full(CHAIN.n_edges, 2.0),
        conductances=np.full(CHAIN.n_edges, 1e-3),
        nodes=NodeReading(nodes, nodes),
    )


@dataclass
class FakeBench:
    """A board without physics that writes down what it was told; its error halves every `halving` cycles.

    Each learning time is different, so that a sum that skips or repeats one shows.
    """

    halving: float = 2.0
    is_open: bool = False
    is_safe: bool = True
    gates_set: int = 0
    trained: list[int] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    measured: list[int] = field(default_factory=list)
    learning_times_s: list[float] = field(default_factory=list)

    def open(self) -> None:
        self.is_open = True
        self.gates_set = 0
        for book in (self.trained, self.points, self.measured, self.learning_times_s):
            book.clear()

    def reset_gates(self) -> None:
        self.is_safe = False
        self.gates_set += 1

    @property
    def error_V(self) -> float:
        return float(0.1 * 0.5 ** (len(self.trained) / self.halving))

    def run(self, block: CycleBlock, at_most: int | None = None) -> CycleRecord:
        self.is_safe = False
        count = min(len(block), at_most or len(block))
        record = make_record(block.first_cycle, count, len(block.wrong))
        record.points[:] = block.points[:count]
        cycles = block.first_cycle + np.arange(count)
        record.learning_time_s[:] = 1e-6 * (1 + cycles) ** 2
        self.trained += cycles.tolist()
        self.points += block.points[:count].tolist()
        self.learning_times_s += record.learning_time_s.tolist()
        return record

    def measure(self, plan: Plan, cycle: int) -> Round:
        self.is_safe = False
        self.measured.append(cycle)
        return make_round(plan, self.error_V)

    def safe_state(self) -> None:
        self.is_safe = True

    def close(self) -> None:
        self.is_open = False
