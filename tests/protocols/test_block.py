"""Blocks and records: shapes that agree, arrays that stay as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from protocols import CycleBlock, Method, ProtocolError

from .builders import make_record

FINE: dict[str, Any] = {
    "first_cycle": 8,
    "points": [0, 1, 2, 0],
    "inputs": np.zeros((4, 2)),
    "labels": np.zeros((4, 1)),
    "method": Method(),
    "margins": np.full((3, 1), 0.02),
    "wrong": np.ones(3, dtype=bool),
    "snapshots": [1, 3],
}


def make_block(**changes: Any) -> CycleBlock:
    values = FINE | changes
    for name in ("points", "snapshots"):
        values[name] = np.array(values[name], dtype=np.int64)
    return CycleBlock(**values)


def test_a_block_is_as_long_as_its_points() -> None:
    assert len(make_block()) == 4


def test_a_block_needs_no_snapshots() -> None:
    assert make_block(snapshots=[]).snapshots.size == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"points": [], "inputs": np.zeros((0, 2)), "labels": np.zeros((0, 1))}, id="no cycles"),
        pytest.param({"inputs": np.zeros((3, 2))}, id="inputs too short"),
        pytest.param({"inputs": np.zeros((5, 2))}, id="inputs too long"),
        pytest.param({"labels": np.zeros((3, 1))}, id="labels too short"),
        pytest.param({"points": [0, 1, 2, 3]}, id="point without margin"),
        pytest.param({"points": [0, 1, -1, 0]}, id="negative point"),
        pytest.param({"margins": np.zeros((2, 1))}, id="margins too few"),
        pytest.param({"wrong": np.ones(4, dtype=bool)}, id="wrong flags too many"),
        pytest.param({"snapshots": [4]}, id="snapshot after the end"),
        pytest.param({"snapshots": [-1]}, id="snapshot before the start"),
        pytest.param({"snapshots": [3, 1]}, id="snapshots falling"),
        pytest.param({"snapshots": [1, 1]}, id="snapshot twice"),
    ],
)
def test_a_block_whose_parts_do_not_agree_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        make_block(**changes)


@pytest.mark.parametrize("name", ["points", "inputs", "labels", "margins", "wrong", "snapshots"])
def test_the_arrays_of_a_block_cannot_be_written(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(make_block(), name)[0] = 0


@pytest.mark.parametrize("name", ["inputs", "labels", "margins", "wrong"])
def test_a_block_does_not_hold_on_to_its_callers_arrays(name: str) -> None:
    """Freezing the caller's own array would surprise the caller; sharing it would surprise the bench."""
    mine = FINE[name].copy()
    block = make_block(**{name: mine})
    before = getattr(block, name).copy()
    assert mine.flags.writeable
    mine[:] = 1 - mine
    np.testing.assert_array_equal(getattr(block, name), before)


def test_a_record_is_as_long_as_its_cycles() -> None:
    assert len(make_record(0, 5)) == 5
