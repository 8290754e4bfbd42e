"""A block that runs on the emulated board gives what SimBench gives."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from drivers.controller import Controller
from drivers.controller.link import Link
from drivers.errors import ConnectionLost, OutOfLimit, Overrun, Refused
from drivers.limits import ChannelLimits
from protocols import ClampRule, Contrast, CycleBlock, CycleRecord, Hinge, Method, Nudge, TimeRule, Timing
from protocols.wire import BoardState, Frame, FrameKind
from sim_backend.emulators.controller.device import ControllerEmulator
from sim_backend.emulators.controller.plant import BoardParts
from sim_backend.emulators.faults import Fault, FaultKind

from ...timing import STALL_S, wait_for
from .emulated import (
    GATES_V,
    LIVELY,
    WIRING,
    assert_same,
    controller,
    emulator,
    joined,
    make_block,
    sim_bench,
)

METHODS = {
    "standard": Method(),
    "overclamping": Method(
        "overclamping",
        ClampRule(Nudge.FAR_LABEL, 0.248, 0.453),
        TimeRule(Timing.PROPORTIONAL, 25e-6, 0.02, 1e-3, 1e-6, normalise=True),
        Hinge.REST,
    ),
    "symmetric": Method(
        "symmetric",
        ClampRule(Nudge.CONSTANT, amplitude_V=0.05, direction=-1, contrast=Contrast.SYMMETRIC),
        TimeRule(Timing.PROPORTIONAL, dead_band_V=1e-3),
        Hinge.UNCLAMP,
    ),
    "chopping": Method("chopping", time=TimeRule(pulse_s=200e-6), chop_cycles=4),
}


def on_sim_bench(
    blocks: list[CycleBlock], doses: dict[str, str] | None = None, seed: int = 0
) -> list[CycleRecord]:
    bench = sim_bench(doses, seed)
    bench.open(WIRING)
    bench.reset_gates(GATES_V)
    return [bench.run(block) for block in blocks]


@pytest.mark.parametrize("kind", ["pty", "tcp"])
@pytest.mark.parametrize("name", METHODS)
def test_a_block_over_the_wire_gives_the_very_numbers_of_sim_bench(kind: str, name: str) -> None:
    """Same seed, every imperfection that draws at random; two blocks, the second goes on from the first."""
    blocks = [
        make_block(method=METHODS[name]),
        make_block(150, first=200, noise_V=0.02, method=METHODS[name]),
    ]
    expected = on_sim_bench(blocks, LIVELY, seed=3)
    assert np.ptp(expected[0].snapshots.gates, axis=0).max() > 1e-4  # the board did learn
    with emulator(kind, LIVELY, seed=3) as board, controller(board) as driver:
        for block, reference in zip(blocks, expected, strict=True):
            assert_same(joined(list(driver.run_block(block))), reference, volts=0.0)


@pytest.mark.parametrize("max_body", [96, 256, 4096])
def test_short_frames_and_float32_change_nothing_but_the_last_digits(max_body: int) -> None:
    """Float32 rounds 5 V to 2.4e-7 V and node voltages to 1.5e-8 V; inputs differ by as much."""
    block = make_block(noise_V=0.01)
    (expected,) = on_sim_bench([block])
    with emulator(max_body=max_body, widths=(4,)) as board, controller(board) as driver:
        assert_same(joined(list(driver.run_block(block))), expected, volts=1e-6)


def test_data_points_keep_their_order_and_records_come_in_pieces() -> None:
    block = make_block(3000, first=70)
    with emulator() as board, controller(board) as driver:
        records = list(driver.run_block(block))
    assert len(records) > 5
    np.testing.assert_array_equal(np.concatenate([r.points for r in records]), block.points)
    assert [r.first_cycle for r in records] == list(70 + np.cumsum([0, *map(len, records)])[:-1])


@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_a_block_keeps_the_rate_asked_for(kind: str) -> None:
    """Issue 5 asks for 5,000 cycles per second."""
    with emulator(kind) as board, controller(board) as driver:
        block = make_block(1000)
        list(driver.run_block(block))
        began = time.perf_counter()
        for _ in range(5):
            list(driver.run_block(block))
        rate = 5 * len(block) / (time.perf_counter() - began)
    assert rate > 5_000


def test_leaving_a_block_early_stops_the_board_at_once() -> None:
    with emulator() as board, controller(board, window=2) as driver:
        driver.run_block(make_block(20_000))  # never begun: nothing runs
        assert board.held().state is BoardState.SAFE
        took = []
        for _ in range(10):
            records = driver.run_block(make_block(20_000))
            next(records)
            assert board.held().state is BoardState.RUNNING
            began = time.perf_counter()
            records.close()  # type: ignore[attr-defined]
            took.append(time.perf_counter() - began)
            held = board.held()
            assert (held.state, held.learning_on, held.clamps_released) == (BoardState.SAFE, False, True)
            assert set(held.sources_V) == {0.0}
            assert held.cycles_done < 20_000
        assert np.median(took) < 0.2
        list(driver.run_block(make_block()))  # and it works again


def test_an_error_in_the_middle_of_a_block_leaves_the_board_safe() -> None:
    def consume(driver: Controller) -> None:
        for _ in driver.run_block(make_block(20_000)):
            raise RuntimeError("the disk is full")

    with emulator() as board, controller(board, window=2) as driver:
        with pytest.raises(RuntimeError):
            consume(driver)
        driver.safe_state()
        assert board.held().state is BoardState.SAFE


def test_an_interrupt_from_the_keyboard_leaves_the_board_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = Link.next_piece
    calls = []

    def interrupted(link: Link, run: int, timeout_s: float) -> Frame | None:
        calls.append(run)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return pieces(link, run, timeout_s)

    with emulator() as board, controller(board, window=2) as driver:
        monkeypatch.setattr(Link, "next_piece", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(driver.run_block(make_block(20_000)))
        assert board.held().state is BoardState.SAFE
        assert 0 < board.held().cycles_done < 20_000


def test_a_lost_acknowledgement_does_not_run_a_block_twice() -> None:
    block = make_block()
    expected = on_sim_bench([block, make_block(first=200)])
    with emulator() as board, controller(board) as driver:
        for kind in (FrameKind.RUN, FrameKind.BLOCK_BEGIN, FrameKind.BLOCK_DATA):
            board.faults.arm(Fault(FaultKind.TIMEOUT, match=kind.name))
        before = board.board.executed
        assert_same(joined(list(driver.run_block(block))), expected[0], volts=0.0)
        assert board.board.executed == before + 3
        assert_same(joined(list(driver.run_block(make_block(first=200)))), expected[1], volts=0.0)


def test_a_reader_that_is_too_slow_makes_the_board_wait_not_lose() -> None:
    block = make_block(20_000, snapshots=())
    (expected,) = on_sim_bench([block])
    with emulator(stream_chunks=4) as board, controller(board, window=4) as driver:
        records = []
        for record in driver.run_block(block):
            records.append(record)
            if len(records) == 3:
                time.sleep(0.3)
                assert 0 < board.held().cycles_done < 20_000
                assert not board.held().learning_on
    assert_same(joined(records), expected, volts=0.0)


def test_silence_in_the_middle_of_a_block_trips_the_board_and_is_said() -> None:
    with emulator() as board, controller(board, deadman_s=0.5, window=2) as driver:
        records = driver.run_block(make_block(20_000))
        next(records)
        wait_for(lambda: board.held().state is BoardState.TRIPPED, 0.5 + STALL_S)
        assert set(board.held().sources_V) == {0.0}
        with pytest.raises(ConnectionLost, match=r"made itself safe after \d+ of 20000 cycles.*dead-man"):
            list(records)
        assert driver.safe_state().clamps_released
        list(driver.run_block(make_block()))


def test_records_lost_inside_the_board_are_said() -> None:
    with emulator() as board, controller(board) as driver:
        board.faults.arm(Fault(FaultKind.OVERRUN, at=3, match="STREAM"))
        with pytest.raises(Overrun, match=r"records were lost inside it"):
            list(driver.run_block(make_block(20_000)))
        assert board.held().state is BoardState.SAFE


def test_a_plant_that_fails_ends_the_block_and_rests() -> None:
    class Failing(type(sim_bench())):  # type: ignore[misc]
        def run(self, block: CycleBlock) -> CycleRecord:
            if block.first_cycle >= 8:
                raise ConnectionLost("relay", "", "stuck")
            return super().run(block)

    plant = Failing()
    with ControllerEmulator.on_pty(plant, BoardParts(WIRING.network)) as board, controller(board) as driver:
        with pytest.raises(Refused, match=r"could not go on after 8 of 200 cycles \(relay: stuck\)"):
            list(driver.run_block(make_block()))
        assert board.held().state is BoardState.SAFE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": 0.4533}, "0.4533 V on source low is outside 0…0.4532 V"),
        ({"inputs": -1e-3}, "-0.001 V on source low"),
        ({"inputs": np.nan}, "nan V on source low"),
        ({"labels": 0.5}, "0.5 V on label of O is outside -0.4532…0.4532 V"),
        ({"margins": np.inf}, "margins"),
        ({"method": Method(time=TimeRule(pulse_s=0.2))}, r"a pulse of 0.2 s is outside 0…0.1 s"),
        ({"method": Method(time=TimeRule(Timing.PROPORTIONAL, max_pulse_s=0.2))}, "a pulse of 0.2 s"),
    ],
)
def test_nothing_outside_the_limits_reaches_the_wire(change: dict[str, object], message: str) -> None:
    block = make_block(20)
    for key, value in change.items():
        if key == "method":
            block = replace(block, method=value)  # type: ignore[arg-type]
        else:
            array = np.array(getattr(block, key))
            array[0, 0] = value
            block = replace(block, **{key: array})  # type: ignore[arg-type]
    with emulator() as board, controller(board) as driver:
        heard = board.board.executed
        with pytest.raises(OutOfLimit, match=message):
            driver.run_block(block)
        assert board.board.executed == heard


def test_the_bench_file_may_allow_less_than_the_board() -> None:
    with (
        emulator() as board,
        controller(board, nodes=ChannelLimits(0.0, 0.3), pulse_max_s=1e-3) as driver,
    ):
        assert driver.limits().node_max_V == 0.3
        assert driver.limits().pulse_max_s == 1e-3
        with pytest.raises(OutOfLimit, match=r"0.33 V on source high is outside 0…0.3 V"):
            driver.run_block(make_block(20))
        with pytest.raises(OutOfLimit, match="source y"):
            driver.set_sources(np.array([0.0, 0.0, 0.0, 0.31]))
        with pytest.raises(OutOfLimit, match=r"a pulse of 0.002 s"):
            driver.learn_pulse(2e-3)


def test_a_block_longer_than_the_board_keeps_is_refused() -> None:
    with emulator(block_bytes=500) as board, controller(board) as driver:
        for block, message in (
            (make_block(20_001), "20001 cycles are too many, a block holds 20000"),
            (make_block(20, noise_V=0.01), "a block of 1018 bytes is too long, it keeps 500"),
        ):
            with pytest.raises(OutOfLimit, match=message):
                driver.run_block(block)
