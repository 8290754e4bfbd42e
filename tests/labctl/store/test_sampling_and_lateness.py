"""What is kept, how much room it takes, and which cycles were late."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labctl.runs.runner import carry_out
from labctl.store.lateness import EDGES_S, LatenessTally
from labctl.store.sampling import Sampling, Size, check_room, readable
from protocols.errors import DataError

from .runs import Photographer, small_run

PLAN = namedtuple("PLAN", "cycles")


@given(st.integers(1, 10**10), st.integers(1, 10**8))
def test_no_more_rows_than_asked_for_and_all_when_they_fit(cycles: int, rows: int) -> None:
    sampling = Sampling.of(PLAN(cycles), rows)
    assert sampling.rows <= rows
    assert sampling.rows == len(range(0, cycles, sampling.stride))
    if cycles <= rows:
        assert sampling.stride == 1


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(1, 60))
def test_however_blocks_are_cut_the_same_cycles_are_kept(lengths: list[int], stride: int) -> None:
    sampling, first, kept = Sampling(stride, 0), 0, []
    for length in lengths:
        kept += list(np.arange(first, first + length)[sampling.kept(first, length)])
        first += length
    assert kept == list(range(0, first, stride))


@pytest.mark.parametrize("rows", [100_000, 1000])
def test_predicted_size_is_close_to_what_is_written(tmp_path: Path, rows: int) -> None:
    overrides = "training.cycles=100000", f"record.cycle_rows={rows}"
    run = small_run(tmp_path / "runs", "xor", "harsh", *overrides)
    photographer = Photographer(tmp_path / "runs", tmp_path / "images", lambda _, s: str(s.run) == "safe")
    result = carry_out(run, (photographer,))
    predicted = run.size()
    sizes = sum(f.stat().st_size for f in result.folder.iterdir())
    assert sizes < predicted.run
    live = sum(f.stat().st_size for f in photographer.taken[0].glob("live.db*"))
    assert live < 2 * predicted.live  # the journal holds the same pages once more
    assert predicted.run < 1.3 * run.sampling.rows * 52 + 600_000


def test_too_little_room_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"may need 1 EB|may need 1e\+06 TB|may need .* TB, .* are free here"):
        check_room(tmp_path / "not" / "yet" / "there", Size(10**18, 0))
    run = small_run(tmp_path, "xor", "ideal")
    vast = replace(run.plan, cycles=10**17, rounds=np.array([0, 10**17]))
    run.plan = vast
    run.experiment = replace(
        run.experiment,
        settings=run.experiment.settings.model_copy(
            update={"record": run.experiment.settings.record.model_copy(update={"cycle_rows": 10**17})}
        ),
    )
    with pytest.raises(DataError, match=r"lower record\.cycle_rows"):
        carry_out(run)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (4.2e6, "4.2 MB"), (1.23e9, "1.23 GB")]
)
def test_sizes_are_readable(size: float, text: str) -> None:
    assert readable(size) == text


@given(st.lists(hnp.arrays(float, st.integers(0, 30), elements=st.floats(-1.0, 100.0)), max_size=5))
def test_the_tally_counts_what_a_histogram_counts(blocks: list[np.ndarray]) -> None:
    tally = LatenessTally()
    for block in blocks:
        tally.add(block)
    everything = np.concatenate([np.zeros(0), *blocks])
    late = everything[everything > 0]
    expected, _ = np.histogram(late, np.append(EDGES_S, np.inf))
    assert (tally.cycles, tally.late) == (len(everything), len(late))
    assert tally.worst_s == late.max(initial=0.0)
    np.testing.assert_array_equal(tally.histogram, expected)


def test_a_lateness_nobody_knows_counts_as_late() -> None:
    tally = LatenessTally()
    tally.add(np.array([np.nan, 0.0, 1e-3]))
    assert (tally.late, tally.worst_s, tally.histogram[-1]) == (2, 1e-3, 1)
