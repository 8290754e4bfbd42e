"""What clients read: snapshots travel as plain data, rings keep the latest rows, messages carry errors."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.engine.messages import EngineRefused, error_notes, packed, raise_error, unpacked
from labctl.engine.publish import Published, Tail
from labctl.engine.rings import Ring
from labctl.engine.snapshot import (
    BenchFacts,
    EngineFacts,
    GuardianFacts,
    LatenessFacts,
    RunFacts,
    SafeFacts,
    ScoreFacts,
    Snapshot,
    from_plain,
    to_plain,
)
from protocols.engine import Outcome, RunState
from protocols.errors import ConfigError, DataError, InstrumentError

ENGINE = EngineFacts("bench-2", 17, "1.0", "2026-11-25T00:00:00+00:00")
RUN = RunFacts(3, "xor", "xor.toml", "board", "ideal", 1, "classification", "standard", 1000, 12)


def full_snapshot() -> Snapshot:
    return Snapshot(
        41,
        ENGINE,
        activity="running",
        state=RunState.PAUSED,
        outcome=Outcome.STOPPED,
        run=RUN,
        cycle=500,
        time_left_s=2.5,
        train=ScoreFacts(1e-4, 2e-4, 0.75, -0.01),
        bench=BenchFacts("SimBench", "board", "1", True),
        safe=SafeFacts(False, (0.0, 0.0), True),
        lateness=LatenessFacts(500, 3, 0.01, (0.0, 1e-6), (1, 2)),
        guardian=GuardianFacts(True, 18, "0 V"),
        doses={"bias_mean": "0.4 V/s"},
    )


def test_a_snapshot_is_the_same_after_the_journey() -> None:
    sent = full_snapshot()
    assert from_plain(Snapshot, json.loads(json.dumps(to_plain(sent)))) == sent
    empty = Snapshot(0, ENGINE)
    assert from_plain(Snapshot, json.loads(json.dumps(to_plain(empty)))) == empty
    assert empty.is_over
    assert not sent.is_over


def test_a_newer_engine_may_tell_more_than_a_client_knows() -> None:
    plain = to_plain(full_snapshot()) | {"colour": "green"}
    assert from_plain(Snapshot, plain) == full_snapshot()


@given(st.lists(st.integers(0, 25), max_size=12), st.integers(0, 200))
def test_a_ring_gives_back_the_latest_rows_in_order(sizes: list[int], asked: int) -> None:
    ring, count = Ring(10), 0
    for size in sizes:
        rows = np.arange(count, count + size)
        ring.add({"a": rows, "b": np.column_stack([rows, -rows])})
        count += size
    samples = ring.since(asked)
    first = min(max(asked, count - 10, 0), count)
    assert samples.first == first
    assert samples.following == count
    assert samples.lost == max(0, max(0, count - 10) - asked)
    if sizes:
        np.testing.assert_array_equal(samples.arrays["a"], np.arange(first, count))
        np.testing.assert_array_equal(samples.arrays["b"][:, 1], -np.arange(first, count))


def test_a_tail_keeps_its_latest_lines() -> None:
    tail: Tail[int] = Tail(3)
    for line in range(5):
        tail.add(line)
    assert tail.since(0) == ([2, 3, 4], 5)
    assert tail.since(4) == ([4], 5)
    assert tail.since(5) == ([], 5)


def test_a_poll_brings_only_what_is_new_and_a_new_run_begins_anew() -> None:
    published = Published(Snapshot(0, ENGINE))
    published.begin(RUN, ({}, {}), activity="running")
    published.add("gates", {"round_cycle": [1, 2], "gate_voltage": [[1.0], [2.0]]})
    published.note(what="run running")
    published.logged({"event": "hello"})
    notes, arrays = published.poll(["gates"], {}, 0)
    assert arrays["gates.round_cycle"].tolist() == [1, 2]
    assert (notes["serial"], notes["rings"]["gates"]) == (3, [0, 0])
    assert [e["what"] for e in notes["events"]] == ["run running"]
    notes, arrays = published.poll(["gates"], {"gates": 2, "events": 1, "log": 1}, 3)
    assert arrays["gates.round_cycle"].size == 0
    assert (notes["events"], notes["log"]) == ([], [])
    published.begin(replace(RUN, serial=4), ({}, {}), activity="running")
    published.add("gates", {"round_cycle": [9], "gate_voltage": [[1.0]]})
    notes, arrays = published.poll(["gates"], {"gates": 2, "events": 1, "log": 1}, 3)
    assert notes["serial"] == 4
    assert arrays["gates.round_cycle"].tolist() == [9]
    assert notes["log"] == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConfigError("no such key", key="a"), ConfigError),
        (DataError("disk full"), EngineRefused),
        (InstrumentError("DAQ", "no answer"), EngineRefused),
        (ZeroDivisionError("a defect"), EngineRefused),
    ],
)
def test_errors_come_back_as_what_the_command_line_makes_exit_codes_of(
    error: Exception, kind: type[Exception]
) -> None:
    notes, arrays = unpacked(packed(error_notes(error), {"x": np.arange(3)}))
    assert arrays["x"].tolist() == [0, 1, 2]
    with pytest.raises(kind, match=str(error).split(":")[0]):
        raise_error(notes)
    raise_error({"answer": 1})
