"""Orders: which data point each cycle visits, and that cutting a run into blocks does not matter."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from protocols import ConfigError, Order, OrderKind

EVEN = np.array([0, 0, 1, 1])
UNEVEN = np.array([1, 0, 1, 1, 2])  # group 0: point 1; group 1: points 0, 2, 3; group 2: point 4


def in_blocks(order: Order, lengths: list[int], seed: int = 3, previous: int = 0) -> list[int]:
    """Visit the points as the engine does: block after block, each told the point before it."""
    visited: list[int] = []
    for length in lengths:
        before = visited[-1] if visited else previous
        visited += order.points(len(visited), length, seed, before).tolist()
    return visited


def markov(matrix: object) -> Order:
    weights = np.array(matrix, dtype=float)
    return Order(OrderKind.MARKOV, np.zeros(len(weights), dtype=np.int64), transition=weights)


# ── sequential ───────────────────────────────────────────────────────────────────────────────────


def test_sequential_goes_round_and_round() -> None:
    order = Order(OrderKind.SEQUENTIAL, np.zeros(3, dtype=np.int64))
    assert order.points(0, 7, 0, 0).tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert order.points(4, 3, 0, 0).tolist() == [1, 2, 0]


def test_sequential_with_one_point_stays_there() -> None:
    order = Order(OrderKind.SEQUENTIAL, np.zeros(1, dtype=np.int64))
    assert order.points(5, 4, 0, 0).tolist() == [0, 0, 0, 0]


# ── random ───────────────────────────────────────────────────────────────────────────────────────


def test_random_is_uniform_and_without_memory() -> None:
    order = Order(OrderKind.RANDOM, np.zeros(8, dtype=np.int64))
    points = np.array(in_blocks(order, [500] * 40))
    assert stats.chisquare(np.bincount(points, minlength=8)).pvalue > 1e-3
    pairs = np.bincount(8 * points[:-1] + points[1:], minlength=64)
    assert stats.chisquare(pairs).pvalue > 1e-3


@pytest.mark.parametrize("kind", [OrderKind.RANDOM, OrderKind.MARKOV])
def test_chance_comes_from_the_seed_and_the_cycle_only(kind: OrderKind) -> None:
    order = Order(kind, np.zeros(8, dtype=np.int64), transition=np.ones((8, 8)))
    first = order.points(0, 40, 1, 0).tolist()
    assert order.points(0, 40, 1, 0).tolist() == first
    assert order.points(0, 40, 2, 0).tolist() != first
    assert order.points(40, 40, 1, 0).tolist() != first


@pytest.mark.parametrize("kind", list(OrderKind))
def test_a_shorter_request_is_the_beginning_of_a_longer_one(kind: OrderKind) -> None:
    """A bench that ran only part of a block ran the first part of it."""
    order = Order(kind, EVEN, 2, np.ones((4, 4)))
    whole = order.points(6, 40, 9, 1).tolist()
    for count in (1, 2, 7, 39):
        assert order.points(6, count, 9, 1).tolist() == whole[:count]


# ── Markov ───────────────────────────────────────────────────────────────────────────────────────

CHAIN = [[0, 3, 1], [2, 2, 0], [1, 1, 2]]  # relative weights: rows need not add to one


@pytest.mark.parametrize("lengths", [[30_000], [100] * 300, [1] * 3000], ids=["one", "many", "single cycles"])
def test_markov_follows_its_matrix_also_across_block_borders(lengths: list[int]) -> None:
    visited = in_blocks(markov(CHAIN), lengths)
    counts = np.zeros((3, 3))
    np.add.at(counts, (visited[:-1], visited[1:]), 1)
    weights = np.array(CHAIN, dtype=float)
    expected = weights / weights.sum(axis=1, keepdims=True) * counts.sum(axis=1, keepdims=True)
    possible = weights > 0
    assert np.all(counts[~possible] == 0)
    for row in range(3):
        found, wanted = counts[row, possible[row]], expected[row, possible[row]]
        assert stats.chisquare(found, wanted).pvalue > 1e-3


def test_markov_starts_from_the_point_before_the_block() -> None:
    ring = markov(np.roll(np.eye(4), 1, axis=1))  # 0 → 1 → 2 → 3 → 0, with certainty
    assert ring.points(0, 5, 0, previous=0).tolist() == [1, 2, 3, 0, 1]
    assert ring.points(0, 5, 0, previous=2).tolist() == [3, 0, 1, 2, 3]
    assert in_blocks(ring, [1, 3, 2, 5]) == [1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]


def test_markov_never_takes_a_step_of_weight_zero() -> None:
    walls = markov([[0, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]])
    assert 3 not in in_blocks(walls, [250] * 20)


# ── task cycle ───────────────────────────────────────────────────────────────────────────────────


def test_task_cycle_alternates_two_points_every_half_period() -> None:
    order = Order(OrderKind.TASK_CYCLE, np.array([0, 1]), half_period_cycles=3)
    assert order.points(0, 10, 0, 0).tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1]


def test_task_cycle_takes_up_a_group_where_it_left_it() -> None:
    order = Order(OrderKind.TASK_CYCLE, UNEVEN, half_period_cycles=2)
    assert order.points(0, 18, 0, 0).tolist() == [
        *(1, 1, 0, 2, 4, 4),
        *(1, 1, 3, 0, 4, 4),
        *(1, 1, 2, 3, 4, 4),
    ]  # fmt: skip


def test_task_cycle_takes_groups_in_the_order_of_their_numbers() -> None:
    order = Order(OrderKind.TASK_CYCLE, np.array([7, -2, 7, 3]), half_period_cycles=1)
    assert order.points(0, 6, 0, 0).tolist() == [1, 3, 0, 1, 3, 2]


@given(
    groups=st.lists(st.integers(0, 3), min_size=2, max_size=9).filter(lambda g: len(set(g)) > 1),
    half=st.integers(1, 7),
    length=st.integers(1, 120),
)
@settings(max_examples=60, deadline=None)
def test_task_cycle_against_a_slow_walk(groups: list[int], half: int, length: int) -> None:
    members = {g: [p for p, own in enumerate(groups) if own == g] for g in sorted(set(groups))}
    names, seen, expected = list(members), Counter[int](), []
    for cycle in range(length):
        name = names[cycle // half % len(names)]
        expected.append(members[name][seen[name] % len(members[name])])
        seen[name] += 1
    order = Order(OrderKind.TASK_CYCLE, np.array(groups), half)
    assert order.points(0, length, 0, 0).tolist() == expected


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────


@given(
    kind=st.sampled_from([OrderKind.SEQUENTIAL, OrderKind.TASK_CYCLE]),
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=8),
    half=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_cutting_elsewhere_changes_nothing_without_chance(
    kind: OrderKind, lengths: list[int], half: int
) -> None:
    order = Order(kind, UNEVEN, half)
    assert in_blocks(order, lengths) == in_blocks(order, [sum(lengths)])


@pytest.mark.parametrize("kind", list(OrderKind))
def test_points_are_whole_numbers_of_the_length_asked_for(kind: OrderKind) -> None:
    points = Order(kind, EVEN, 2, np.ones((4, 4))).points(11, 9, 0, 3)
    assert points.shape == (9,)
    assert points.dtype == np.int64
    assert set(points.tolist()) <= {0, 1, 2, 3}


# ── what cannot be used ──────────────────────────────────────────────────────────────────────────

BAD_MATRICES = {
    "missing": None,
    "not square": np.ones((4, 3)),
    "too small": np.ones((3, 3)),
    "flat": np.ones(4),
    "negative": np.ones((4, 4)) - 2 * np.eye(4),
    "a row of zeros": np.diag([1.0, 1.0, 0.0, 1.0]),
    "not a number": np.full((4, 4), np.nan),
    "infinite": np.where(np.eye(4) > 0, np.inf, 1.0),
}


@pytest.mark.parametrize("matrix", list(BAD_MATRICES.values()), ids=list(BAD_MATRICES))
def test_a_markov_matrix_that_cannot_be_used_is_refused(matrix: np.ndarray | None) -> None:
    with pytest.raises(ConfigError) as caught:
        Order(OrderKind.MARKOV, EVEN, transition=matrix)
    assert caught.value.key == "transition"


@pytest.mark.parametrize("half", [0, -3])
def test_a_period_below_one_cycle_is_refused(half: int) -> None:
    with pytest.raises(ConfigError) as caught:
        Order(OrderKind.TASK_CYCLE, EVEN, half_period_cycles=half)
    assert caught.value.key == "period"


def test_a_task_cycle_of_one_group_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Order(OrderKind.TASK_CYCLE, np.zeros(4, dtype=np.int64))
    assert caught.value.key == "groups"
    assert "number the tasks" in str(caught.value)


def test_other_orders_do_not_mind_what_they_do_not_use() -> None:
    Order(OrderKind.SEQUENTIAL, np.zeros(4, dtype=np.int64), half_period_cycles=0)
    Order(OrderKind.RANDOM, EVEN, transition=np.ones((2, 2)))
