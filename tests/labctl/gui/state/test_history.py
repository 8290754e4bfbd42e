"""The bounded history: room for weeks, no spike lost, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.gui.state.history import History


def _truth(rows: np.ndarray, history: History) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest and highest of each bin, worked out from all rows."""
    groups = [rows[k : k + history.rows_per_bin] for k in range(0, len(rows), history.rows_per_bin)]
    return np.array([g.min(axis=0) for g in groups]), np.array([g.max(axis=0) for g in groups])


@settings(max_examples=60)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(1, 3))
def test_bins_hold_the_extremes_of_their_rows_however_they_come(pieces: list[int], columns: int) -> None:
    rng = np.random.default_rng(sum(pieces))
    rows = rng.normal(size=(sum(pieces), columns)).astype(np.float32)
    history = History(columns, bins=16)
    start = 0
    for n in pieces:
        history.add(np.arange(start, start + n), rows[start : start + n])
        start += n
    assert len(history) <= 16
    assert history.rows == len(rows)
    low, high = _truth(rows, history)
    np.testing.assert_array_equal(history.low, low)
    np.testing.assert_array_equal(history.high, high)
    assert history.x[-1] == len(rows) - 1
    np.testing.assert_array_equal(history.last[-1], rows[-1])
    assert (np.diff(history.x) > 0).all()


def _room(history: History) -> int:
    return history.low.base.nbytes


def test_memory_stays_what_it_is_and_one_spike_in_millions_is_still_drawn() -> None:
    history = History(2, bins=2048)
    room = _room(history)
    for k in range(100):
        values = np.zeros((20_000, 2))
        if k == 31:
            values[777, 1] = 5.0
        history.add(np.arange(k * 20_000, (k + 1) * 20_000), values)
    assert _room(history) == room
    x, drawn = history.drawn(300)
    assert len(x) <= 600
    assert drawn[:, 1].max() == 5.0
    assert drawn[:, 0].max() == 0.0
    assert abs(x[int(drawn[:, 1].argmax())] - (31 * 20_000 + 777)) < 2 * 2_000_000 / 300


def test_few_rows_are_drawn_as_they_are() -> None:
    history = History(1)
    history.add(np.array([0.0, 1.0, 3.0]), np.array([[1.0], [2.0], [0.5]]))
    x, values = history.drawn(500)
    np.testing.assert_array_equal(x, [0, 1, 3])
    np.testing.assert_array_equal(values[:, 0], [1, 2, 0.5])
    assert history.nearest(0.6) == 1
    assert history.nearest(2.4) == 2
    with pytest.raises(ValueError, match="pairs"):
        History(1, bins=3)


def test_missing_values_do_not_hide_others() -> None:
    history = History(1, bins=2)
    history.add(np.arange(4.0), np.array([[np.nan], [2.0], [1.0], [np.nan]]))
    np.testing.assert_array_equal(history.low[:, 0], [2.0, 1.0])
