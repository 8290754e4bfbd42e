"""The plan of a run: which cycles to train, when to stop and measure. Pure data and arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from protocols.block import BoolArray, CycleBlock, FloatArray, IntArray
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.method import Method
from protocols.metrics import rest_margins
from protocols.order import Order, OrderKind
from protocols.task import Task


class Spacing(StrEnum):
    """How measurement rounds are spread over a run."""

    LOG = "log"
    LINEAR = "linear"
    SWITCHES = "switches"  # at task switches of a task cycle


@dataclass(frozen=True)
class Noise:
    """Gaussian noise deliberately added to each cycle's inputs and labels, standard deviation in volts."""

    inputs_V: float = 0.0
    labels_V: float = 0.0

    def __post_init__(self) -> None:
        for key, value in (("inputs", self.inputs_V), ("labels", self.labels_V)):
            if not (value >= 0 and math.isfinite(value)):
                raise ConfigError(say("noise must not be negative"), key=key, value=value)


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything the engine needs to know about a run, apart from the bench.

    rounds: rising cycle numbers, from 0 to the last cycle, before which the board is measured.
    stop_after_perfect: end early after this many rounds in a row without a wrong point (0: never).
    stop_below_V: end early once the root of the training error is below this, in volts (0: never).
    """

    task: Task
    method: Method
    order: Order
    cycles: int
    rounds: IntArray
    initial_gates_V: FloatArray
    seed: int
    noise: Noise = Noise()
    stop_after_perfect: int = 0
    stop_below_V: float = 0.0

    def __post_init__(self) -> None:
        if self.cycles < 1:
            raise ConfigError(say("a run needs at least one cycle"), key="cycles", value=self.cycles)
        if len(self.rounds) == 0 or self.rounds[0] != 0 or self.rounds[-1] != self.cycles:
            raise ConfigError(say("rounds must run from cycle 0 to the last one"), key="rounds")
        if np.any(np.diff(self.rounds) <= 0):
            raise ConfigError(say("rounds must rise"), key="rounds")
        if self.stop_after_perfect < 0:
            raise ConfigError(
                say("must not be negative"), key="stop_after_perfect", value=self.stop_after_perfect
            )
        if not (self.stop_below_V >= 0 and math.isfinite(self.stop_below_V)):
            raise ConfigError(say("must not be negative"), key="stop_below", value=self.stop_below_V)
        if self.seed < 0:
            raise ConfigError(say("a seed is not negative"), key="seed", value=self.seed)
        if len(self.order.groups) != len(self.task.train):
            raise ConfigError(say("the order is made for another number of data points"), key="order")
        if len(self.initial_gates_V) != self.task.wiring.network.n_edges:
            raise ConfigError(say("one gate voltage per edge is needed"), key="initial_gates")

    def block(
        self,
        first_cycle: int,
        longest: int,
        previous_point: int,
        wrong: BoolArray,
        servo_V: FloatArray | None = None,
    ) -> CycleBlock:
        """Cut the next block: from `first_cycle` to the next round, at most `longest` cycles.

        servo_V (P, O) is what a label servo adds to the labels, in volts.

        The last cycle before a round is snapshotted, so that both copies are seen while they learn.
        """
        next_round = int(self.rounds[np.searchsorted(self.rounds, first_cycle, side="right")])
        count = min(longest, next_round - first_cycle)
        if self.method.servo is not None:
            count = min(count, self.method.servo.interval_cycles)
        train = self.task.train
        points = self.order.points(first_cycle, count, self.seed, previous_point)
        inputs, labels = train.inputs[points], train.labels[points]
        rng = np.random.default_rng([self.seed, first_cycle, 2])
        if self.noise.inputs_V > 0:
            rails = np.array([s.rail_V is not None for s in self.task.wiring.sources])
            inputs = inputs + self.noise.inputs_V * rng.standard_normal(inputs.shape) * ~rails
        if self.noise.labels_V > 0:
            labels = labels + self.noise.labels_V * rng.standard_normal(labels.shape)
        if servo_V is not None and servo_V.size:
            labels = labels + servo_V[points]
        ends_at_round = first_cycle + count == next_round
        return CycleBlock(
            first_cycle=first_cycle,
            points=points,
            inputs=inputs,
            labels=labels,
            method=self.method,
            margins=rest_margins(train, self.task.margin_V),
            wrong=wrong,
            snapshots=np.array([count - 1] if ends_at_round else [], dtype=np.int64),
        )


def measurement_rounds(cycles: int, rounds: int, spacing: Spacing, order: Order) -> IntArray:
    """Choose the cycles before which to measure: about `rounds` of them, with 0 and the end.

    Logarithmic spacing is even in log(cycle + 1); `switches` takes task switches, the last ones.
    """
    if rounds < 2:
        raise ConfigError(say("at least two rounds (start and end) are needed"), key="rounds", value=rounds)
    if spacing is Spacing.SWITCHES:
        if order.kind is not OrderKind.TASK_CYCLE:
            raise ConfigError(
                say("rounds at switches need a task-cycle order"), key="spacing", value=str(spacing)
            )
        switches = np.arange(0, cycles + 1, order.half_period_cycles)
        chosen = switches[-rounds:]
    elif spacing is Spacing.LOG:
        chosen = np.round(np.geomspace(1, cycles + 1, rounds)).astype(np.int64) - 1
    else:
        chosen = np.round(np.linspace(0, cycles, rounds)).astype(np.int64)
    return np.unique(np.concatenate([[0], chosen, [cycles]])).astype(np.int64)
