"""Bodies of messages come back as they were; bytes that are no message are refused, never misread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import (
    ClampRule,
    Contrast,
    CycleBlock,
    CycleRecord,
    Hinge,
    Method,
    Nudge,
    Snapshots,
    TimeRule,
    Timing,
)
from protocols.wire import BoardState, EndStatus, ErrorCode, WireError
from protocols.wire.block_codec import pack_block, rows_of, unpack_block
from protocols.wire.messages import Ack, Chunk, Ending, ErrorReply, Held, Hello, Welcome, WireUp
from protocols.wire.record_codec import Shape, pack_record, sealed, unpack_record, unsealed

WORDS = st.text(max_size=60)
U16, U32 = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
MILLISECONDS = U32.map(lambda ms: ms / 1e3)
NANOSECONDS = U32.map(lambda ns: ns / 1e9)
VOLTS = st.floats(-10, 10)
NODE = st.integers(0, 0xFFFF)

MESSAGES: dict[type, st.SearchStrategy] = {
    Hello: st.builds(Hello, st.sampled_from([4, 8]), MILLISECONDS),
    Welcome: st.builds(
        Welcome,
        *([WORDS] * 4),
        st.booleans(),
        st.sampled_from([4, 8]),
        U16,
        U32,
        U16,
        U16,
        st.floats(-10, -1),
        st.floats(0, 10),
        VOLTS,
        VOLTS,
        VOLTS,
        NANOSECONDS,
        NANOSECONDS,
        U32,
        U32,
        st.integers(64, 0xFFFF),
        st.integers(1, 0xFFFF),
        MILLISECONDS,
        MILLISECONDS,
        MILLISECONDS,
    ),
    Held: st.builds(
        Held,
        st.sampled_from(BoardState),
        st.booleans(),
        st.booleans(),
        st.lists(VOLTS, max_size=9).map(tuple),
        st.lists(VOLTS, max_size=9).map(tuple),
        VOLTS,
        MILLISECONDS,
        U32,
    ),
    WireUp: st.builds(
        WireUp,
        st.lists(NODE, max_size=9).map(tuple),
        st.lists(st.tuples(NODE, NODE), max_size=9).map(tuple),
    ),
    ErrorReply: st.builds(ErrorReply, st.sampled_from(ErrorCode), WORDS),
    Ack: st.builds(Ack, U32, U16, st.booleans()),
    Chunk: st.builds(Chunk, U32, st.binary(max_size=99), st.booleans(), st.booleans()),
    Ending: st.builds(Ending, st.sampled_from(EndStatus), U32, WORDS),
}


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_message_comes_back(kind: type, data: st.DataObject) -> None:
    message = data.draw(MESSAGES[kind])
    assert kind.parse(message.body()) == message  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [k for k in MESSAGES if k is not Chunk], ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_body_too_short_or_too_long_is_refused(kind: type, data: st.DataObject) -> None:
    body = data.draw(MESSAGES[kind]).body()
    with pytest.raises(WireError):
        kind.parse(body + b"\x00")  # type: ignore[attr-defined]
    with pytest.raises(WireError):
        kind.parse(body[: data.draw(st.integers(0, len(body) - 1))])  # type: ignore[attr-defined]


@given(st.sampled_from(list(MESSAGES)), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(kind: type, body: bytes) -> None:
    try:
        message = kind.parse(body)  # type: ignore[attr-defined]
    except WireError:
        return
    assert isinstance(message, kind)


def test_long_words_are_cut_between_characters() -> None:
    cut = ErrorReply.parse(ErrorReply(ErrorCode.HARDWARE, "µ" * 200).body())
    assert cut.words == "µ" * 127


@pytest.mark.parametrize("body", [b"\x63\x00\x00", b"\x00\x00\x00"])
def test_a_code_nobody_knows_is_refused(body: bytes) -> None:
    with pytest.raises(WireError, match="is no ErrorCode"):
        ErrorReply.parse(body)


# ── blocks and records ───────────────────────────────────────────────────────────────────────────

METHODS = st.builds(
    Method,
    st.just("as uploaded"),
    st.builds(
        ClampRule,
        st.sampled_from(Nudge),
        st.floats(1e-3, 5),
        st.floats(1e-3, 1),
        st.sampled_from([-1, 1]),
        st.sampled_from(Contrast),
    ),
    st.builds(
        TimeRule,
        st.sampled_from(Timing),
        *[st.floats(1e-7, 1) for _ in range(3)],
        *[st.floats(0, 1) for _ in range(2)],
        st.booleans(),
    ),
    st.sampled_from(Hinge),
    st.floats(1e-6, 1),
    st.integers(0, 1000),
)


@st.composite
def blocks(draw: Callable) -> CycleBlock:
    n, points = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    sources, outputs = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    order = rng.integers(0, points, n)
    inputs, labels = (
        rng.uniform(0, 0.45, (points, sources))[order],
        rng.uniform(-0.1, 0.1, (points, outputs))[order],
    )
    if draw(st.booleans()):
        inputs = inputs + rng.normal(0, 1e-3, inputs.shape)
    return CycleBlock(
        draw(st.integers(0, 2**50)),
        order,
        inputs,
        labels,
        draw(METHODS),
        rng.uniform(-1, 1, (points, outputs)),
        rng.random(points) < 0.5,
        np.flatnonzero(rng.random(n) < 0.2),
    )


BLOCK_ARRAYS = ("points", "inputs", "labels", "margins", "wrong", "snapshots")


@given(blocks())
def test_a_block_comes_back_whole(block: CycleBlock) -> None:
    back = unpack_block(pack_block(block, 8), 8)
    assert (back.first_cycle, back.method) == (block.first_cycle, block.method)
    for name in BLOCK_ARRAYS:
        np.testing.assert_array_equal(getattr(back, name), getattr(block, name))
    short = unpack_block(pack_block(block, 4), 4)
    np.testing.assert_array_equal(short.inputs, block.inputs.astype(np.float32))


@given(blocks(), st.data())
def test_a_damaged_block_is_refused_or_another_block_never_a_crash(
    block: CycleBlock, data: st.DataObject
) -> None:
    packed = bytearray(pack_block(block, 8))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(WireError):
        assert len(unpack_block(bytes(packed), 8)) > 0
    with pytest.raises(WireError):
        unpack_block(bytes(packed)[:-1], 8)


def test_a_block_without_noise_sends_one_row_per_data_point() -> None:
    block = CycleBlock(
        0, np.arange(900) % 3, np.tile([[0.1], [0.2], [0.3]], (300, 1)), np.zeros((900, 1)), Method(),
        np.zeros((3, 1)), np.ones(3, bool),
    )  # fmt: skip
    rows, order = rows_of(block)
    np.testing.assert_array_equal(rows, [0, 1, 2])
    np.testing.assert_array_equal(order, block.points)
    noisy = replace(block, inputs=block.inputs + np.linspace(0, 1e-6, 900)[:, None])
    assert len(pack_block(noisy, 8)) - len(pack_block(block, 8)) == 897 * 18
    np.testing.assert_array_equal(unpack_block(pack_block(noisy, 8), 8).inputs, noisy.inputs)


def test_a_block_with_too_many_rows_is_refused() -> None:
    n = 0x10000
    every = np.linspace(0, 0.4, n)[:, None]
    block = CycleBlock(
        0, np.zeros(n, int), every, every, Method(), np.zeros((1, 1)), np.ones(1, bool)
    )  # fmt: skip
    with pytest.raises(WireError, match="65536 rows do not fit"):
        pack_block(block, 4)


@pytest.mark.parametrize(("name", "value"), [("inputs", np.nan), ("labels", np.inf), ("margins", np.nan)])
def test_a_block_with_a_voltage_that_is_none_is_refused(name: str, value: float) -> None:
    block = CycleBlock(
        0, np.zeros(2, int), np.zeros((2, 1)), np.zeros((2, 1)), Method(), np.zeros((1, 1)), np.ones(1, bool)
    )
    broken = replace(block, **{name: np.full_like(getattr(block, name), value)})
    with pytest.raises(WireError, match="no number"):
        unpack_block(pack_block(broken, 8), 8)


@given(
    st.integers(1, 30),
    st.integers(1, 3),
    st.integers(1, 20),
    st.integers(0, 3),
    st.sampled_from([4, 8]),
    st.data(),
)
def test_a_record_comes_back_to_the_nanosecond(
    n: int, outputs: int, points: int, kept: int, width: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    kept = min(kept, n)
    exact = np.float32 if width == 4 else np.float64

    def volts(*shape: int) -> np.ndarray:
        return rng.normal(0, 1, shape).astype(exact).astype(float)

    start = np.cumsum(rng.uniform(1e-4, 1e-3, n)) + 1e4
    free = volts(n, outputs)
    free[0, 0] = np.nan  # a lost reading
    record = CycleRecord(
        first_cycle=data.draw(st.integers(0, 2**50)),
        points=np.full(n, -1),
        free_outputs=free,
        clamped_outputs=volts(n, outputs),
        learning_time_s=rng.uniform(0, 0.1, n),
        start_s=start,
        lateness_s=rng.uniform(-1, 1, n),
        wrong=rng.random(points) < 0.5,
        snapshots=Snapshots(
            np.sort(rng.permutation(n)[:kept]), volts(kept, 7), volts(kept, 4), volts(kept, 4)
        ),
    )
    back = unpack_record(pack_record(record, width), Shape(outputs, points, 7, 4), width)
    assert back.first_cycle == record.first_cycle
    for name in ("points", "free_outputs", "clamped_outputs", "wrong"):
        np.testing.assert_array_equal(getattr(back, name), getattr(record, name))
    for name in ("cycles", "gates", "free_nodes", "clamped_nodes"):
        np.testing.assert_array_equal(getattr(back.snapshots, name), getattr(record.snapshots, name))
    for name in ("learning_time_s", "start_s", "lateness_s"):
        np.testing.assert_allclose(getattr(back, name), getattr(record, name), rtol=0, atol=0.51e-9)
    with pytest.raises(WireError):
        unpack_record(pack_record(record, width), Shape(outputs + 1, points, 7, 4), width)


@given(st.binary(max_size=100), st.data())
def test_a_seal_shows_every_wrong_bit(inner: bytes, data: st.DataObject) -> None:
    closed = bytearray(sealed(inner))
    assert unsealed(bytes(closed)) == inner
    closed[data.draw(st.integers(0, len(closed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WireError, match="CRC-32"):
        unsealed(bytes(closed))
    with pytest.raises(WireError):
        unsealed(sealed(inner)[:3])
