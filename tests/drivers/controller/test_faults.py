"""Whatever goes wrong on the line: no wrong value, no hang, a sentence with a way out, and a safe end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drivers.controller import Controller, RetryPolicy
from drivers.errors import ConnectionLost, InstrumentFault, NoAnswer, Overrun, WrongInstrument
from protocols import CycleBlock, CycleRecord
from protocols.wire import BoardState
from sim_backend.emulators.controller.device import ControllerEmulator
from sim_backend.emulators.faults import Fault, FaultKind

from ...timing import within
from .emulated import (
    GATES_V,
    QUICK,
    QUICK_LIMIT_S,
    WIRING,
    assert_same,
    controller,
    emulator,
    joined,
    make_block,
    sim_bench,
)

SOURCES_V = np.array([0.11, 0.33, 0.4, 0.02])
BLOCK = make_block(400, snapshots=(0, 399))


class Expected:
    """What a healthy board answers from GATES_V, by SimBench."""

    def __init__(self) -> None:
        bench = sim_bench()
        bench.open(WIRING)
        bench.reset_gates(GATES_V)
        self.outputs = bench.measure(SOURCES_V[None])
        self.nodes = bench.read_nodes(SOURCES_V[None])
        self.record: CycleRecord = bench.run(BLOCK)
        self.gates = bench.read_gates()


def exercise(driver: Controller, expected: Expected) -> None:
    """Ask a board for everything; every answer that is given must be right."""
    calls: list[Callable[[], None]] = [
        lambda: driver.reset_gates(GATES_V),
        lambda: driver.set_sources(SOURCES_V),
        lambda: driver.set_labels(np.array([0.05])),
        lambda: close_to(driver.measure(SOURCES_V), expected.outputs),
        lambda: close_to(driver.read_gates(), GATES_V),
        lambda: close_to(driver.read_nodes().free, expected.nodes.free),
        lambda: run_and_compare(driver, BLOCK, expected.record),
        lambda: close_to(driver.read_gates(), expected.gates),
    ]
    for call in calls:
        with within(QUICK_LIMIT_S):
            call()


def trouble_of(driver: Controller, expected: Expected) -> InstrumentFault | None:
    try:
        exercise(driver, expected)
    except InstrumentFault as error:
        return error
    return None


def run_and_compare(driver: Controller, block: CycleBlock, expected: CycleRecord) -> None:
    """Compare every record as it comes, also when the block does not end well."""
    done = 0
    arrived = []
    for record in driver.run_block(block):
        part = slice(done, done + len(record))
        close_to(record.free_outputs, expected.free_outputs[part])
        close_to(record.clamped_outputs, expected.clamped_outputs[part])
        close_to(record.learning_time_s, expected.learning_time_s[part])
        done += len(record)
        arrived.append(record)
    assert_same(joined(arrived), expected, volts=1e-6)


def close_to(got: np.ndarray, right: np.ndarray) -> None:
    """The plant's voltages settle to 1e-8 V; a wrong bit would be seen from 1e-6 V on."""
    np.testing.assert_allclose(got, right, rtol=0, atol=1e-6)


def recover(driver: Controller, board: ControllerEmulator) -> None:
    """Reach the safe state after trouble, as a session does, and find the board really there."""
    board.faults.disarm()
    with within(QUICK_LIMIT_S):
        state = driver.safe_state()
    assert state.sources_V == (0.0,) * 4
    held = board.held()
    assert (held.state, held.learning_on, held.clamps_released) == (BoardState.SAFE, False, True)
    assert set(held.sources_V) == {0.0}


KINDS = list(FaultKind)


@pytest.mark.parametrize("port", ["pty", "tcp"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_a_fault_at_any_message_gives_no_wrong_value(kind: FaultKind, port: str) -> None:
    """The fault strikes the first message, the second, … of everything a board is asked; 16 · 20 runs."""
    expected = Expected()
    survived = 0
    with emulator(port, max_body=512) as board, controller(board) as driver:
        for at in range(20):
            seen = len(board.faults.strikes())
            board.faults.arm(Fault(kind, at=at, delay_s=0.07, seed=at))
            trouble = trouble_of(driver, expected)
            if trouble is None:
                survived += 1
            else:
                assert str(trouble).startswith(f"controller at {board.url}: ")
                assert trouble.action
            recover(driver, board)
            assert len(board.faults.strikes()) == seen + 1
        exercise(driver, expected)
    if kind in (FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.DELAY, FaultKind.CORRUPT):
        assert survived == 20  # a line that loses or damages one message is no trouble at all


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.CORRUPT, FaultKind.DELAY])
def test_a_bad_line_slows_down_and_does_not_lie(kind: FaultKind) -> None:
    """One message in five is hit, in both directions."""
    expected = Expected()
    with emulator(max_body=512) as board, controller(board, retry_policy=RetryPolicy(0.05, 8)) as driver:
        board.faults.arm(Fault(kind, count=None, probability=0.2, delay_s=0.06, seed=11))
        for _ in range(3):
            exercise_slowly(driver, expected)
        assert len(board.faults.strikes()) > 10
        recover(driver, board)


def exercise_slowly(driver: Controller, expected: Expected) -> None:
    driver.reset_gates(GATES_V)
    close_to(driver.measure(SOURCES_V), expected.outputs)
    run_and_compare(driver, BLOCK, expected.record)
    close_to(driver.read_gates(), expected.gates)


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.CORRUPT])
def test_a_board_that_never_answers_is_given_up_in_time(kind: FaultKind) -> None:
    with emulator() as board, controller(board) as driver:
        board.faults.arm(Fault(kind, count=None))
        with within(QUICK_LIMIT_S), pytest.raises(NoAnswer, match=r"within 0.2 s .*dead-man time"):
            driver.set_sources(SOURCES_V)
        recover(driver, board)


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.CORRUPT])
def test_a_block_whose_records_never_arrive_is_given_up_in_time(kind: FaultKind) -> None:
    with emulator() as board, controller(board) as driver:
        board.faults.arm(Fault(kind, count=None, match="STREAM"))
        with within(QUICK_LIMIT_S), pytest.raises(NoAnswer, match="the block it runs"):
            list(driver.run_block(BLOCK))
        recover(driver, board)


@pytest.mark.parametrize("port", ["pty", "tcp"])
def test_a_pulled_plug_is_said_at_once_and_plugging_in_again_is_enough(port: str) -> None:
    with emulator(port) as board, controller(board) as driver:
        board.faults.arm(Fault(FaultKind.DISCONNECT, match="SET_SOURCES"))
        with within(0.0), pytest.raises(ConnectionLost, match=r"the connection broke .*unplugged.*cable"):
            driver.set_sources(SOURCES_V)
        recover(driver, board)
        board.faults.arm(Fault(FaultKind.DISCONNECT, at=2, match="STREAM"))
        with pytest.raises(ConnectionLost):
            list(driver.run_block(make_block(5000, snapshots=())))
        recover(driver, board)
        driver.set_sources(SOURCES_V)


@pytest.mark.parametrize("name", ["SET_SOURCES", "RUN", "LEARN_PULSE", "RESET_GATES", "BLOCK_DATA"])
@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.CORRUPT, FaultKind.DELAY])
def test_a_request_whose_answer_is_lost_is_carried_out_once(kind: FaultKind, name: str) -> None:
    acts: dict[str, Callable[[Controller], object]] = {
        "SET_SOURCES": lambda d: d.set_sources(SOURCES_V),
        "RUN": lambda d: list(d.run_block(BLOCK)),
        "LEARN_PULSE": lambda d: d.learn_pulse(1e-4),
        "RESET_GATES": lambda d: d.reset_gates(GATES_V),
        "BLOCK_DATA": lambda d: list(d.run_block(BLOCK)),
    }
    with emulator() as board, controller(board) as driver:
        began = board.board.executed
        acts[name](driver)
        healthy = board.board.executed - began
        began = board.board.executed
        board.faults.arm(Fault(kind, match=name, delay_s=0.07, count=2))
        acts[name](driver)
        assert len(board.faults.strikes()) == 2
        assert board.board.executed - began == healthy


def test_a_receive_buffer_that_keeps_running_over_is_said() -> None:
    with emulator() as board, controller(board) as driver:
        board.faults.arm(Fault(FaultKind.OVERRUN, count=2))
        driver.set_sources(SOURCES_V)
        board.faults.arm(Fault(FaultKind.OVERRUN, count=None))
        with pytest.raises(Overrun, match="receive buffer ran over 4 times"):
            driver.set_sources(SOURCES_V)
        recover(driver, board)


def test_another_device_at_the_address_is_named() -> None:
    with emulator() as board:
        board.faults.arm(Fault(FaultKind.WRONG_DEVICE))
        driver = Controller(board.url, retry_policy=QUICK)
        with pytest.raises(
            WrongInstrument, match=r"a 'thermostat' answers, not a 'clln-controller'.*bench file"
        ):
            driver.open()
        driver.open()
        driver.close()


def test_another_board_than_the_bench_file_names_is_refused() -> None:
    with emulator() as board:
        with pytest.raises(WrongInstrument, match="board 'SIM-0001' answers, the bench file names 'B-17'"):
            Controller(board.url, serial_number="B-17", retry_policy=QUICK).open()
        with controller(board, serial_number="SIM-0001") as driver:
            assert driver.identity().serial == "SIM-0001"
