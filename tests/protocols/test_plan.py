"""Plans: blocks between rounds, noise, and where the rounds lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import ConfigError, Noise, Order, OrderKind, Plan, Spacing, measurement_rounds

from .builders import CHAIN, RAIL_V, make_order, make_plan, make_task

WRONG = np.ones(4, dtype=bool)


def cut(plan: Plan, longest: int) -> list[tuple[int, int, list[int]]]:
    """Cut the whole plan into blocks: first cycle, length and snapshots of each."""
    blocks, cycle = [], 0
    while cycle < plan.cycles:
        block = plan.block(cycle, longest, 0, WRONG)
        blocks.append((cycle, len(block), block.snapshots.tolist()))
        cycle += len(block)
    return blocks


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────


def test_blocks_are_as_long_as_the_bench_allows_and_end_at_rounds() -> None:
    plan = make_plan(10, (0, 4, 10))
    assert cut(plan, 3) == [(0, 3, []), (3, 1, [0]), (4, 3, []), (7, 3, [2])]
    assert cut(plan, 100) == [(0, 4, [3]), (4, 6, [5])]


@given(
    cycles=st.integers(1, 60),
    cuts=st.sets(st.integers(1, 59), max_size=10),
    longest=st.integers(1, 20),
)
@settings(max_examples=80, deadline=None)
def test_no_block_crosses_a_round_and_only_the_last_cycle_before_one_is_snapshotted(
    cycles: int, cuts: set[int], longest: int
) -> None:
    rounds = sorted({0, cycles} | {c for c in cuts if c < cycles})
    blocks = cut(make_plan(cycles, tuple(rounds)), longest)
    assert sum(length for _, length, _ in blocks) == cycles
    for first, length, snapshots in blocks:
        assert 1 <= length <= longest
        assert not [r for r in rounds if first < r < first + length]
        assert snapshots == ([length - 1] if first + length in rounds else [])


def test_a_block_carries_the_inputs_labels_and_margins_of_its_points() -> None:
    plan = make_plan()
    train = plan.task.train
    block = plan.block(4, 5, 3, np.array([True, False, True, False]))
    assert block.first_cycle == 4
    assert block.points.tolist() == [0, 1, 2, 3, 0]
    np.testing.assert_array_equal(block.inputs, train.inputs[block.points])
    np.testing.assert_array_equal(block.labels, train.labels[block.points])
    np.testing.assert_array_equal(block.margins, np.abs(train.labels))
    assert block.wrong.tolist() == [True, False, True, False]
    assert block.method is plan.method


def test_the_margin_of_the_task_goes_into_the_block() -> None:
    plan = make_plan()
    plan = replace(plan, task=make_task(margin_V=0.012))
    assert plan.block(0, 3, 0, WRONG).margins.tolist() == [[0.012]] * 4


def test_the_previous_point_reaches_a_markov_order() -> None:
    ring = Order(OrderKind.MARKOV, np.zeros(4, dtype=np.int64), transition=np.roll(np.eye(4), 1, axis=1))
    plan = replace(make_plan(), order=ring)
    assert plan.block(4, 3, 2, WRONG).points.tolist() == [3, 0, 1]


@pytest.mark.parametrize("kind", list(OrderKind))
def test_the_same_cycle_gives_the_same_block_and_another_seed_another(kind: OrderKind) -> None:
    noise = Noise(1e-3, 1e-3)
    one, same, other = (make_plan(kind=kind, noise=noise, seed=s).block(4, 6, 1, WRONG) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.inputs, same.inputs)
    np.testing.assert_array_equal(one.labels, same.labels)
    assert not np.array_equal(one.inputs, other.inputs)


# ── noise ────────────────────────────────────────────────────────────────────────────────────────


def long_block(noise: Noise) -> tuple[np.ndarray, np.ndarray]:
    """Return input noise (n, S) and label noise (n, T) of 4000 cycles in two blocks."""
    plan = make_plan(4000, (0, 2000, 4000), noise=noise)
    train = plan.task.train
    blocks = [plan.block(first, 2000, 0, WRONG) for first in (0, 2000)]
    added_inputs = np.concatenate([b.inputs - train.inputs[b.points] for b in blocks])
    added_labels = np.concatenate([b.labels - train.labels[b.points] for b in blocks])
    return added_inputs, added_labels


def test_noise_has_the_asked_standard_deviation_and_no_mean() -> None:
    inputs, labels = long_block(Noise(2e-3, 5e-3))
    for added, sigma in ((inputs[:, 0], 2e-3), (labels[:, 0], 5e-3)):
        assert np.std(added) == pytest.approx(sigma, rel=0.05)  # 4.5 standard errors
        assert abs(np.mean(added)) < 4 * sigma / np.sqrt(len(added))
        assert abs(np.corrcoef(added[:-1], added[1:])[0, 1]) < 0.07
    assert abs(np.corrcoef(inputs[:, 0], labels[:, 0])[0, 1]) < 0.07


def test_a_rail_has_no_noise() -> None:
    plan = make_plan(noise=Noise(inputs_V=2e-3))
    block = plan.block(0, 4, 0, WRONG)
    assert np.all(block.inputs[:, 1] == RAIL_V)
    assert np.all(block.inputs[:, 0] != plan.task.train.inputs[block.points, 0])


def test_each_noise_is_added_alone() -> None:
    inputs, labels = long_block(Noise(inputs_V=2e-3))
    assert np.any(inputs)
    assert not np.any(labels)
    inputs, labels = long_block(Noise(labels_V=2e-3))
    assert not np.any(inputs)
    assert np.any(labels)


def test_two_blocks_do_not_repeat_their_noise() -> None:
    inputs, _ = long_block(Noise(inputs_V=2e-3))
    assert not np.any(inputs[:2000, 0] == inputs[2000:, 0])


def test_noise_leaves_the_data_set_as_it_was() -> None:
    plan = make_plan(noise=Noise(1e-3, 1e-3))
    inputs, labels = plan.task.train.inputs.copy(), plan.task.train.labels.copy()
    plan.block(0, 4, 0, WRONG)
    np.testing.assert_array_equal(plan.task.train.inputs, inputs)
    np.testing.assert_array_equal(plan.task.train.labels, labels)


@pytest.mark.parametrize("sigma", [-1e-3, np.nan, np.inf])
@pytest.mark.parametrize("key", ["inputs_V", "labels_V"])
def test_noise_that_is_no_standard_deviation_is_refused(key: str, sigma: float) -> None:
    with pytest.raises(ConfigError):
        Noise(**{key: sigma})


# ── plans that cannot be used ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        pytest.param("cycles", {"cycles": 0}, id="no cycles"),
        pytest.param("cycles", {"cycles": -4}, id="negative cycles"),
        pytest.param("rounds", {"rounds": np.array([], dtype=np.int64)}, id="no rounds"),
        pytest.param("rounds", {"rounds": np.array([1, 10])}, id="not from the start"),
        pytest.param("rounds", {"rounds": np.array([0, 9])}, id="not to the end"),
        pytest.param("rounds", {"rounds": np.array([0, 12, 10])}, id="beyond the end"),
        pytest.param("rounds", {"rounds": np.array([0, 6, 4, 10])}, id="falling"),
        pytest.param("rounds", {"rounds": np.array([0, 4, 4, 10])}, id="twice the same"),
        pytest.param("initial_gates", {"initial_gates_V": np.full(CHAIN.n_edges + 1, 2.0)}, id="gates"),
        pytest.param("stop_after_perfect", {"stop_after_perfect": -1}, id="negative perfect rounds"),
        pytest.param("order", {"order": make_order(OrderKind.SEQUENTIAL, [0] * 3)}, id="order too short"),
        pytest.param("order", {"order": make_order(OrderKind.SEQUENTIAL, [0] * 5)}, id="order too long"),
        pytest.param("seed", {"seed": -1}, id="negative seed"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(key: str, changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        replace(make_plan(), **changes)  # type: ignore[arg-type]
    assert caught.value.key == key


# ── rounds ───────────────────────────────────────────────────────────────────────────────────────

SEQUENTIAL = Order(OrderKind.SEQUENTIAL, np.zeros(2, dtype=np.int64))


def cycle_of(half: int) -> Order:
    return Order(OrderKind.TASK_CYCLE, np.array([0, 1]), half)


@given(
    cycles=st.integers(1, 10**7),
    rounds=st.integers(2, 200),
    spacing=st.sampled_from(list(Spacing)),
    half=st.integers(1, 10**4),
)
@settings(max_examples=200, deadline=None)
def test_rounds_rise_strictly_from_the_start_to_the_end(
    cycles: int, rounds: int, spacing: Spacing, half: int
) -> None:
    order = cycle_of(max(half, cycles // 10**4)) if spacing is Spacing.SWITCHES else SEQUENTIAL
    chosen = measurement_rounds(cycles, rounds, spacing, order)
    assert chosen.dtype == np.int64
    assert chosen[0] == 0
    assert chosen[-1] == cycles
    assert np.all(np.diff(chosen) > 0)
    assert 2 <= len(chosen) <= rounds + (2 if spacing is Spacing.SWITCHES else 0)
    if spacing is Spacing.SWITCHES:
        assert np.all(chosen[:-1] % order.half_period_cycles == 0)


@given(cycles=st.integers(1, 500), rounds=st.integers(2, 60), spacing=st.sampled_from(list(Spacing)))
@settings(max_examples=60, deadline=None)
def test_any_rounds_make_a_plan(cycles: int, rounds: int, spacing: Spacing) -> None:
    order = make_order(OrderKind.TASK_CYCLE, [0, 1, 0, 1], half=3)
    chosen = measurement_rounds(cycles, rounds, spacing, order)
    replace(make_plan(), cycles=cycles, rounds=chosen, order=order)


def test_linear_rounds_are_even() -> None:
    assert measurement_rounds(100, 5, Spacing.LINEAR, SEQUENTIAL).tolist() == [0, 25, 50, 75, 100]
    assert measurement_rounds(3, 50, Spacing.LINEAR, SEQUENTIAL).tolist() == [0, 1, 2, 3]


def test_log_rounds_are_even_in_the_logarithm() -> None:
    chosen = measurement_rounds(10**6 - 1, 7, Spacing.LOG, SEQUENTIAL)
    assert (chosen + 1).tolist() == [10**k for k in range(7)]
    dense = measurement_rounds(10**6, 60, Spacing.LOG, SEQUENTIAL)
    late = np.diff(np.log(dense[dense > 1000] + 1))
    assert late.max() / late.min() < 1.01


def test_rounds_at_switches_are_the_last_ones() -> None:
    assert measurement_rounds(100, 3, Spacing.SWITCHES, cycle_of(10)).tolist() == [0, 80, 90, 100]
    assert measurement_rounds(105, 3, Spacing.SWITCHES, cycle_of(10)).tolist() == [0, 80, 90, 100, 105]
    assert measurement_rounds(5, 3, Spacing.SWITCHES, cycle_of(10)).tolist() == [0, 5]


def test_rounds_at_switches_need_a_task_cycle() -> None:
    with pytest.raises(ConfigError, match="switches") as caught:
        measurement_rounds(100, 3, Spacing.SWITCHES, SEQUENTIAL)
    assert caught.value.key == "spacing"


@pytest.mark.parametrize("rounds", [1, 0, -5])
def test_fewer_than_two_rounds_are_refused(rounds: int) -> None:
    with pytest.raises(ConfigError) as caught:
        measurement_rounds(100, rounds, Spacing.LOG, SEQUENTIAL)
    assert (caught.value.key, caught.value.value) == ("rounds", rounds)
