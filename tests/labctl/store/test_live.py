"""live.db: committed rows are there for everybody, others for nobody; damage is noticed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from labctl.store.codec import encode
from labctl.store.live import NAME, BlockRow, LiveStore, StoreError
from labctl.store.live_reader import LiveReader
from protocols.errors import DataError


def add(store: LiveStore, first: int, cycles: int = 10) -> None:
    row = BlockRow(first, cycles, range(first, first + cycles), 0, 0.5)
    store.add_block(row, {"cycle_start": np.arange(first, first + cycles, dtype=float)})


def test_a_reader_sees_what_is_committed_and_nothing_else(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    with LiveReader(tmp_path) as reader:
        add(store, 0)
        assert reader.extent().cycles == 0
        assert store.committed_cycles == 0
        store.commit()
        assert reader.extent().cycles == store.committed_cycles == 10
        add(store, 10)
        store.close()
        assert reader.extent().cycles == 10
        assert reader.extent().learning_time_s == 0.5


def test_the_file_is_in_the_mode_that_survives_a_power_cut(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()
    db.close()


def test_blocks_come_back_in_order_from_any_cycle(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    for first in range(0, 2000, 10):  # more than one query's worth
        add(store, first)
    store.commit()
    with LiveReader(tmp_path) as reader:
        assert [b.row.first_cycle for b in reader.blocks()] == list(range(0, 2000, 10))
        found = list(reader.blocks(1985))
        assert [b.row.kept for b in found] == [range(1990, 2000)]
        np.testing.assert_array_equal(found[0].arrays["cycle_start"], np.arange(1990.0, 2000.0))
    store.close()


def test_two_checkpoints_are_kept_and_the_newest_whole_one_is_used(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    for cycle in (10, 20, 30):
        store.add_checkpoint(cycle, 1, encode({"at": np.array(cycle)}), b"bench")
    store.commit()
    with sqlite3.connect(tmp_path / NAME) as db:
        assert db.execute("SELECT cycle FROM checkpoints ORDER BY number").fetchall() == [(20,), (30,)]
        with LiveReader(tmp_path) as reader:
            assert reader.checkpoint().cycle == 30
            db.execute("UPDATE checkpoints SET blob = x'00' WHERE cycle = 30")
            db.commit()
            assert reader.checkpoint().cycle == 20
    db.close()
    store.close()


def test_cutting_forgets_what_comes_after_a_checkpoint(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    for first in (0, 10, 20):
        add(store, first)
    store.add_round(0, 0, {"train_error": np.array(1.0)})
    store.add_round(1, 20, {"train_error": np.array(2.0)})
    store.commit()
    store.close()
    store = LiveStore(tmp_path, create=False)
    assert store.committed_cycles == 30
    store.cut(10, 1)
    store.commit()
    assert store.committed_cycles == 10
    with LiveReader(tmp_path) as reader:
        assert (reader.extent().cycles, reader.extent().rounds) == (10, 1)
        assert float(reader.round_at(-1)["train_error"]) == 1.0
        assert reader.round_at(1) is None
    store.close()


def test_a_damaged_block_keeps_its_place_but_has_no_rows(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    add(store, 0)
    add(store, 10)
    store.commit()
    store.close()
    with sqlite3.connect(tmp_path / NAME) as db:
        blob = bytearray(db.execute("SELECT blob FROM blocks WHERE first_cycle = 10").fetchone()[0])
        blob[-20] ^= 1
        db.execute("UPDATE blocks SET blob = ? WHERE first_cycle = 10", (bytes(blob),))
    db.close()
    with LiveReader(tmp_path) as reader:
        good, bad = reader.blocks()
    assert good.arrays is not None
    assert bad.arrays is None
    assert bad.row.kept == range(10, 20)


def test_other_formats_and_empty_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no live\.db"):
        LiveReader(tmp_path)
    store = LiveStore(tmp_path)
    store.put("format", 99)
    store.commit()
    store.close()
    with pytest.raises(DataError, match="another version"):
        LiveReader(tmp_path)


def test_a_refused_write_says_why_and_what_is_kept(tmp_path: Path) -> None:
    store = LiveStore(tmp_path)
    add(store, 0)
    store.commit()
    with pytest.raises(StoreError, match=r"nothing more can be stored: .* 10 cycles are kept there"):
        add(store, 0)  # the same cycles again
    assert store.failed
    store.close()
    with LiveReader(tmp_path) as reader:
        assert reader.extent().cycles == 10


def test_a_folder_that_is_not_there_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing more can be stored"):
        LiveStore(tmp_path / "none")
