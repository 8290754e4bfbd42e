"""What clients read: snapshots travel as plain data, rings keep the latest rows, messages carry errors."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.engine.codec import decode, encode
from labctl.engine.errors import EngineRefused, Failure
from labctl.engine.messages import Answer, Poll, RunDescription, RunEvent
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
    UnresolvedFault,
)
from protocols.engine import Outcome, RunState
from protocols.errors import ConfigError, DataError, InstrumentError
from protocols.messages import Message, say

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
        problem=say("{part} at {V:.3g} V", part=say("channel {n}", n=1), V=0.2123),
        unresolved=(UnresolvedFault("board", say("no answer")),),
    )


def test_a_snapshot_is_the_same_after_the_journey() -> None:
    sent = full_snapshot()
    came = decode(encode(sent), Snapshot)
    assert came == sent
    part = came.problem.fields["part"]
    assert isinstance(part, Message)
    assert (came.problem.fields["V"], part.template) == (0.2123, "channel {n}")
    empty = Snapshot(0, ENGINE)
    assert decode(encode(empty), Snapshot) == empty
    assert empty.is_over
    assert not sent.is_over


def test_a_newer_engine_may_tell_more_than_a_client_knows() -> None:
    plain = msgspec.msgpack.decode(encode(full_snapshot())) | {"colour": "green"}
    assert decode(encode(plain), Snapshot) == full_snapshot()
    with pytest.raises(DataError, match="Snapshot"):
        decode(encode(plain | {"cycle": "many"}), Snapshot)


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
    published.begin(RUN, RunDescription({}, {}, {}, {}), activity="running")
    published.add("gates", {"round_cycle": [1, 2], "gate_voltage": [[1.0], [2.0]]})
    published.note(RunEvent("run running", "engine"))
    published.logged({"event": "hello"})
    poll = decode(encode(published.poll(["gates"], {}, 0)), Poll)
    assert poll.rings["gates"].arrays["round_cycle"].tolist() == [1, 2]
    assert (poll.serial, poll.rings["gates"].first, poll.rings["gates"].lost) == (3, 0, 0)
    assert [e.what for e in poll.events] == ["run running"]
    poll = published.poll(["gates"], {"gates": 2, "events": 1, "log": 1}, 3)
    assert poll.rings["gates"].arrays["round_cycle"].size == 0
    assert (poll.events, poll.log) == ([], [])
    published.begin(replace(RUN, serial=4), RunDescription({}, {}, {}, {}), activity="running")
    published.add("gates", {"round_cycle": [9], "gate_voltage": [[1.0]]})
    poll = published.poll(["gates"], {"gates": 2, "events": 1, "log": 1}, 3)
    assert poll.serial == 4
    assert poll.rings["gates"].arrays["round_cycle"].tolist() == [9]
    assert poll.log == []


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
    came = decode(encode(Answer[int](failure=Failure.of(error))), Answer[int])
    assert came.failure is not None
    with pytest.raises(kind, match=str(error).split(":")[0]):
        raise came.failure.error()
