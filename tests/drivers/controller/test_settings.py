"""Settings reach the board and are read back; readings are those of the plant."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drivers.controller import Controller
from drivers.errors import ConnectionLost, Garbled, NotTaken, OutOfLimit, Refused, WrongInstrument
from drivers.limits import ChannelLimits
from protocols import ClampRule, ConfigError, CycleBlock, Method, ProtocolError, SafeState
from protocols.wire import BoardState, Frame, FrameKind
from protocols.wire.messages import Hello
from sim_backend.emulators.controller.device import ControllerEmulator
from sim_backend.emulators.controller.plant import BoardParts
from sim_backend.emulators.faults import Fault, FaultKind

from ...sim_backend.boards import two_edge
from ...timing import STALL_S, wait_for
from ..ports import ControllerBoard
from .emulated import GATES_V, WIRING, controller, emulator, make_block, sim_bench

SOURCES_V = np.array([0.11, 0.33, 0.4, 0.02])
INPUTS_V = np.array([SOURCES_V, [0.11, 0.33, 0.1, 0.2], [0.11, 0.33, 0.0, 0.4532]])


def test_the_driver_is_a_controller_board() -> None:
    assert isinstance(Controller("loop://"), ControllerBoard)


@pytest.mark.parametrize("kind", ["pty", "tcp"])
@pytest.mark.parametrize("max_body", [80, 4096])
def test_readings_are_those_of_the_plant(kind: str, max_body: int) -> None:
    """Also when they take several frames; SimBench reads the same gates with the same seed."""
    doses = {"adc_step": "0.11 mV", "gate_adc_noise": "1 mV"}
    bench = sim_bench(doses)
    bench.open(WIRING)
    bench.reset_gates(GATES_V)
    gates, outputs, nodes = bench.read_gates(), bench.measure(INPUTS_V), bench.read_nodes(SOURCES_V[None])
    with (
        emulator(kind, doses, max_body=max_body) as board,
        controller(board, verify_gates=False) as driver,
    ):
        np.testing.assert_array_equal(driver.read_gates(), gates)
        np.testing.assert_allclose(driver.measure(INPUTS_V), outputs, rtol=0, atol=1e-9)
        assert board.held().sources_V == tuple(INPUTS_V[-1])
        driver.set_sources(SOURCES_V)
        reading = driver.read_nodes()
    np.testing.assert_allclose(reading.free, nodes.free, rtol=0, atol=1e-9)
    np.testing.assert_allclose(reading.clamped, nodes.clamped, rtol=0, atol=1e-9)


def test_fixed_resistors_read_no_gate() -> None:
    wiring = two_edge()
    with (
        ControllerEmulator.on_pty(sim_bench(), BoardParts(wiring.network)) as board,
        controller(board, None) as driver,
    ):
        driver.wire(wiring)
        driver.reset_gates(np.array([2.0, 3.0, 0.75]))
        np.testing.assert_array_equal(driver.read_gates(), [2.0, 3.0, np.nan])


def test_a_single_pulse_does_what_a_cycle_does() -> None:
    """With sources, labels and η set one by one; η = 0 leaves the bias alone at work."""
    doses = {"bias_mean": "5 V/s"}
    bench = sim_bench(doses)
    bench.open(WIRING)
    with emulator(doses=doses) as board, controller(board) as driver:
        driver.set_sources(SOURCES_V)
        driver.set_labels(np.array([0.05]))
        for eta in (0.5, -0.5, 0.0):
            driver.reset_gates(GATES_V)
            driver.set_eta(eta)
            assert driver.learn_pulse(100e-6) == 100e-6
            moved = driver.read_gates() - GATES_V
            if eta == 0.0:
                np.testing.assert_allclose(moved, 5.0 * 100e-6, rtol=0, atol=1e-9)
                continue
            bench.reset_gates(GATES_V)
            clamp = ClampRule(eta=abs(eta), direction=int(np.sign(eta)))
            one = np.zeros(1, dtype=np.int64)
            block = CycleBlock(
                0, one, SOURCES_V[None], np.array([[0.05]]), Method(clamp=clamp), np.zeros((1, 1)), one == 0
            )
            bench.run(block)
            np.testing.assert_allclose(moved, bench.read_gates() - GATES_V, rtol=0, atol=1e-9)
        assert driver.learn_pulse(0.0) == 0.0


def test_what_is_held_is_what_was_set_and_safe_means_zero() -> None:
    with emulator() as board, controller(board) as driver:
        driver.set_sources(SOURCES_V)
        driver.set_labels(np.array([-0.03]))
        driver.set_eta(0.25)
        driver.set_deadman(1.234)
        held = board.held()
        assert (held.sources_V, held.labels_V, held.eta) == (tuple(SOURCES_V), (-0.03,), 0.25)
        assert (held.state, held.deadman_s) == (BoardState.DRIVING, 1.234)
        assert driver.held() == held
        safe = SafeState(learning_on=False, sources_V=(0.0,) * 4, clamps_released=True)
        assert driver.safe_state() == safe
        assert driver.safe_state() == safe
        assert set(board.held().sources_V) == {0.0}


def test_closing_leaves_the_board_safe_and_may_be_repeated() -> None:
    with emulator() as board:
        driver = Controller(board.url)
        driver.close()
        driver.open()
        driver.wire(WIRING)
        driver.set_sources(SOURCES_V)
        with pytest.raises(ProtocolError, match="open already"):
            driver.open()
        driver.close()
        assert board.held().state is BoardState.SAFE
        driver.close()
        driver.open()
        driver.close()


def test_who_it_is() -> None:
    with emulator() as board, controller(board) as driver:
        who = driver.identity()
        assert (who.serial, who.simulated) == ("SIM-0001", True)
        assert who.firmware == "emulated 1.0"
        limits = driver.limits()
        assert (limits.node_min_V, limits.node_max_V, limits.pulse_max_s) == (0.0, 0.4532, 0.1)
        assert (limits.gate_min_V, limits.gate_max_V, limits.block_cycles) == (0.75, 5.03, 20_000)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda d: d.set_sources(np.array([0.0, 0.0, 0.4533, 0.0])), "0.4533 V on source x is outside"),
        (lambda d: d.set_sources(np.array([0.0, 0.0, np.nan, 0.0])), "nan V on source x"),
        (lambda d: d.set_sources(np.array([0.0, 0.0])), "4 are needed"),
        (lambda d: d.set_labels(np.array([0.46])), "label of O"),
        (lambda d: d.learn_pulse(0.11), "a pulse of 0.11 s is outside"),
        (lambda d: d.learn_pulse(-1e-6), "a pulse of -1e-06 s is outside"),
        (lambda d: d.reset_gates(np.full(32, 5.1)), "5.1 V on the gate of edge 0 is outside 0.75…5.03 V"),
        (lambda d: d.measure(np.full((3, 4), 0.5)), "0.5 V on source low"),
    ],
)
def test_nothing_outside_the_limits_is_sent(act, message: str) -> None:
    with emulator() as board, controller(board) as driver:
        heard = board.board.executed
        with pytest.raises(OutOfLimit, match=message) as caught:
            act(driver)
        assert "nothing was sent" in str(caught.value)
        assert board.board.executed == heard


def test_the_board_refuses_what_the_driver_does_not_know_of() -> None:
    with emulator() as board, controller(board) as driver:
        with pytest.raises(Refused, match=r"refuses a value \(η is outside ±16\)"):
            driver.set_eta(17.0)
        with pytest.raises(Refused, match=r"dead-man time is outside 0.05…10 s"):
            driver.set_deadman(60.0)


def test_another_network_is_noticed_before_it_is_wired() -> None:
    with emulator() as board, controller(board, None) as driver:
        with pytest.raises(WrongInstrument, match="16 nodes and 32 edges, the experiment 4 and 3"):
            driver.wire(two_edge())
        with pytest.raises(ProtocolError, match="wire it first"):
            driver.set_sources(SOURCES_V)
        with pytest.raises(ProtocolError, match="wire it first"):
            driver.read_gates()


def test_crossed_source_wires_show_on_the_nodes() -> None:
    with emulator(crossed={15: 13, 13: 15}) as board, controller(board) as driver:
        driver.set_sources(SOURCES_V)
        nodes = driver.read_nodes().free[0]
    assert (nodes[15], nodes[13]) == (0.02, 0.4)
    assert (nodes[5], nodes[7]) == (0.11, 0.33)


# ── a setting that is acknowledged and not taken, a reading that stands still ───────────────────

STUCK = {
    FrameKind.SET_SOURCES: lambda d: d.set_sources(SOURCES_V),
    FrameKind.SET_LABELS: lambda d: d.set_labels(np.array([0.05])),
    FrameKind.SET_ETA: lambda d: d.set_eta(0.3),
    FrameKind.SET_DEADMAN: lambda d: d.set_deadman(0.7),
    FrameKind.LEARN_PULSE: lambda d: d.learn_pulse(1e-4),
    FrameKind.RESET_GATES: lambda d: d.reset_gates(np.full(32, 4.9)),
    FrameKind.BLOCK_DATA: lambda d: list(d.run_block(make_block())),
}


@pytest.mark.parametrize("kind", STUCK)
def test_a_setting_that_is_not_taken_is_noticed(kind: FrameKind) -> None:
    with emulator() as board, controller(board) as driver:
        board.faults.arm(Fault(FaultKind.STUCK, match=kind.name))
        with pytest.raises(NotTaken, match="did not take"):
            STUCK[kind](driver)


@pytest.mark.parametrize("kind", [FrameKind.BLOCK_BEGIN, FrameKind.RUN])
def test_a_block_that_is_not_taken_is_noticed(kind: FrameKind) -> None:
    with emulator() as board, controller(board) as driver:
        list(driver.run_block(make_block()))
        board.faults.arm(Fault(FaultKind.STUCK, match=kind.name))
        with pytest.raises(Refused):
            list(driver.run_block(make_block()))
        driver.safe_state()
        list(driver.run_block(make_block()))


def test_a_wiring_that_is_not_taken_is_noticed() -> None:
    with emulator() as board, controller(board, None) as driver:
        board.faults.arm(Fault(FaultKind.STUCK, match="WIRE"))
        with pytest.raises(NotTaken, match="wiring"):
            driver.wire(WIRING)


def test_a_reading_that_stands_still_is_noticed() -> None:
    with emulator() as board, controller(board) as driver:
        for read in (driver.read_nodes, driver.read_gates, lambda: driver.measure(INPUTS_V)):
            read()
            board.faults.arm(Fault(FaultKind.STUCK, match="READ"), Fault(FaultKind.STUCK, match="MEASURE"))
            with pytest.raises(Garbled, match="repeats an old reading"):
                read()
            board.faults.disarm()


def test_a_board_that_does_not_let_go_is_told_again_and_then_reported() -> None:
    with emulator() as board, controller(board) as driver:
        driver.set_sources(SOURCES_V)
        board.faults.arm(Fault(FaultKind.STUCK, match="SAFE", count=2))
        assert driver.safe_state().sources_V == (0.0,) * 4
        driver.set_sources(SOURCES_V)
        board.faults.arm(Fault(FaultKind.STUCK, match="SAFE", count=None))
        with pytest.raises(NotTaken, match=r"still holds source 0 at 0.11 V, .*switch off its supply"):
            driver.safe_state()
        board.faults.disarm()


# ── silence ──────────────────────────────────────────────────────────────────────────────────────


def test_the_dead_man_timer_zeroes_the_outputs_and_is_said() -> None:
    with emulator() as board, controller(board, deadman_s=0.5) as driver:
        driver.set_sources(SOURCES_V)
        for _ in range(6):
            time.sleep(0.1)
            last = time.monotonic()
            assert driver.held().state is BoardState.DRIVING  # asking is a sign of life
        wait_for(lambda: board.held().state is not BoardState.DRIVING, STALL_S)
        assert time.monotonic() - last > 0.45  # it may look at the clock a little early
        held = board.held()
        assert (held.state, held.learning_on, held.clamps_released) == (BoardState.TRIPPED, False, True)
        assert set(held.sources_V) == {0.0}
        assert set(held.labels_V) == {0.0}
        with pytest.raises(Refused, match=r"dead-man timer fired.*0.5 s.*safe state"):
            driver.set_sources(SOURCES_V)
        driver.safe_state()
        driver.set_sources(SOURCES_V)


def test_a_board_at_rest_needs_no_attention() -> None:
    with emulator() as board, controller(board, deadman_s=0.05) as driver:
        driver.safe_state()
        time.sleep(0.2)
        assert board.held().state is BoardState.SAFE
        driver.set_sources(SOURCES_V)


DYING = """
import sys
from drivers.controller import Controller
from tests.drivers.controller.emulated import WIRING, make_block
driver = Controller(sys.argv[1], deadman_s=1.0, window=2)
driver.open()
driver.wire(WIRING)
records = driver.run_block(make_block(20_000))
next(records)
print("running", flush=True)
while True:
    next(records)
    __import__("time").sleep(0.05)
"""


@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_a_host_that_is_killed_leaves_the_board_safe(kind: str) -> None:
    root = Path(__file__).parents[3]
    with emulator(kind) as board:
        host = subprocess.Popen(
            [sys.executable, "-c", DYING, board.url],
            stdout=subprocess.PIPE,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        assert host.stdout is not None
        with host, host.stdout:
            assert host.stdout.readline() == b"running\n"
            assert board.held().state is BoardState.RUNNING
            host.kill()
        wait_for(lambda: board.held().state is not BoardState.RUNNING, 1.0 + STALL_S)
        assert board.held().state is BoardState.TRIPPED
        assert set(board.held().sources_V) == {0.0}
        with controller(board) as another:
            assert another.held().state is BoardState.SAFE


def test_a_board_that_was_taken_over_says_so_and_gets_its_wiring_back() -> None:
    other = replace(WIRING, sources=WIRING.sources[::-1])
    with emulator("tcp") as board, controller(board) as driver:
        board.faults.arm(Fault(FaultKind.DISCONNECT, match="STATUS"))
        with pytest.raises(ConnectionLost):
            driver.held()
        with controller(board, other) as another:
            another.set_sources(SOURCES_V)
        driver.safe_state()
        driver.set_sources(SOURCES_V)
        nodes = driver.read_nodes().free[0]
    assert [nodes[n] for n in WIRING.source_nodes] == list(SOURCES_V)


def test_a_session_that_was_lost_is_said_and_safe_state_greets_anew() -> None:
    with emulator() as board, controller(board) as driver:
        driver.set_sources(SOURCES_V)
        board.board.receive(Frame(FrameKind.HELLO, 1, 1, Hello(8, 1.0).body()), time.monotonic())
        with pytest.raises(Refused, match=r"does not know this session any more .*restarted.*open the bench"):
            driver.held()
        assert driver.safe_state().sources_V == (0.0,) * 4
        driver.set_sources(SOURCES_V)


def test_an_iterator_that_outlives_its_connection_touches_nothing() -> None:
    with emulator() as board, controller(board, window=2) as driver:
        records = driver.run_block(make_block(20_000))
        next(records)
        driver.close()
        with controller(board) as another:
            another.set_sources(SOURCES_V)
            records.close()  # type: ignore[attr-defined]
            assert board.held().sources_V == tuple(SOURCES_V)


def test_limits_that_leave_nothing_are_refused() -> None:
    with (
        emulator() as board,
        controller(board, None, nodes=ChannelLimits(1.0, 2.0)) as driver,
        pytest.raises(ConfigError, match="voltage range"),
    ):
        driver.limits()
