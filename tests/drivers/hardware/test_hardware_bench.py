"""HardwareBench over emulated instruments: power, safe state, who answers, long blocks."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.errors import NotConnected, WrongInstrument
from drivers.hardware import HardwareBench, NotSafe, make_safe
from labctl.emulation import EmulatedBench, FaultSettings
from protocols import (
    ConfigError,
    CycleBlock,
    InstrumentError,
    Method,
    Output,
    ProtocolError,
    Source,
    Wiring,
    periodic_lattice,
)
from sim_backend import SimBench
from sim_backend.emulators.faults import Fault, FaultKind

from ...labctl.emulation.benches import CONTROLLER, DAQ, TIMEOUT_S, emulated
from ...timing import within

WIRING = Wiring(
    periodic_lattice(4, 4), (Source(1, "V1"), Source(5, "V-"), Source(9, "V+")), (Output("O", 0),)
)
INPUTS_V = np.array([[0.1, 0.0, 0.45], [0.3, 0.0, 0.45]])
GATES_V = np.linspace(1.2, 2.4, 32)
BOTH = pytest.mark.parametrize("file", [CONTROLLER, DAQ], ids=["controller", "daq"])


def made_block(cycles: int, noise_V: float = 0.0) -> CycleBlock:
    points = np.arange(cycles) % 2
    inputs = INPUTS_V[points]
    inputs[:, 0] += noise_V * np.random.default_rng(0).uniform(-1, 1, cycles)
    snapshots = np.unique([0, cycles // 2, cycles - 1])
    labels = np.array([[0.15], [0.3]])[points]
    return CycleBlock(
        7, points, inputs, labels, Method(), np.zeros((2, 1)), np.ones(2, dtype=np.bool_), snapshots
    )


def supply_of(running: EmulatedBench):
    assert running.supply is not None
    return running.supply.device.outputs[1]


def opened(running: EmulatedBench) -> HardwareBench:
    bench = HardwareBench(running.config)
    bench.open(WIRING)
    bench.reset_gates(GATES_V)
    return bench


def lose_the_line(running: EmulatedBench, bench: HardwareBench) -> None:
    """Leave the controller without its host, as it is when an engine was killed."""
    running.controller.faults.arm(Fault(FaultKind.DISCONNECT))
    with pytest.raises(InstrumentError):
        bench.keep_alive()


def test_the_supply_is_on_while_it_is_needed_and_off_in_the_safe_state() -> None:
    with emulated() as running:
        bench, output = opened(running), supply_of(running)
        assert (output.on, output.set_V, output.set_A) == (True, 5.0, 0.3)
        before = bench.read_gates()
        bench.safe_state()
        assert (output.on, output.set_V) == (False, 0.0)
        assert running.unsafe() == []
        np.testing.assert_array_equal(bench.read_gates(), before)  # which switches on again
        assert output.on
        bench.close()
        assert (output.on, output.set_V) == (False, 0.0)


def test_a_supply_that_is_to_stay_on_stays_on() -> None:
    with emulated(CONTROLLER, "safe_state.supply_off=false") as running:
        bench = opened(running)
        bench.safe_state()
        bench.close()
        assert supply_of(running).on
        assert make_safe(running.config).is_safe
        assert supply_of(running).on


def test_the_supply_is_left_alone_when_it_is_not_to_be_switched_on() -> None:
    with emulated(CONTROLLER, "instruments.supply.switch_on=false") as running:
        bench = HardwareBench(running.config)
        bench.open(WIRING)
        assert not supply_of(running).on
        bench.close()


@BOTH
def test_a_board_that_draws_too_much_is_noticed_before_it_is_used(file: str) -> None:
    with emulated(file, 'emulation.board_current="0.5 A"') as running:
        bench = HardwareBench(running.config)
        with pytest.raises(
            NotConnected, match=r"supply: .*channel 1 \(board\).* gives 3 V .*short"
        ) as caught:
            bench.open(WIRING)
        assert list(caught.value.children) == ["supply"]
        assert running.unsafe() == [] or file == "daq"
        with pytest.raises(ProtocolError):
            bench.read_gates()


def test_every_instrument_that_does_not_answer_is_named() -> None:
    with emulated() as running:
        config = running.config
    bench = HardwareBench(config)
    with within(3 * TIMEOUT_S), pytest.raises(NotConnected, match="program that emulates them") as caught:
        bench.open(WIRING)
    assert set(caught.value.children) == {"supply", "meter", "controller"}
    with pytest.raises(NotSafe, match="controller and supply") as unsafe:
        bench.safe_state()
    assert set(unsafe.value.parts) == {"controller", "supply"}
    assert "switch off" in str(unsafe.value)


@BOTH
def test_the_safe_state_of_the_other_parts_is_reached_when_one_fails(file: str) -> None:
    with emulated(file) as running:
        bench = opened(running)
        bench.run(made_block(4))
        running.supply.stop()
        with pytest.raises(NotSafe) as caught:
            bench.safe_state()
        assert list(caught.value.parts) == ["supply"]
        assert [what.split(":")[0] for what in running.unsafe()] == ["supply"]
        running.supply.start()
        bench.close()
        assert running.unsafe() == []


def test_the_supply_is_switched_off_when_the_board_fails() -> None:
    with emulated() as running:
        bench = opened(running)
        running.controller.stop()
        with pytest.raises(NotSafe) as caught:
            bench.safe_state()
        assert list(caught.value.parts) == ["controller"]
        assert not supply_of(running).on
        with pytest.raises(NotSafe):
            bench.close()
        bench.close()  # closed it is, and closing twice is harmless


@BOTH
def test_make_safe_needs_nothing_but_the_bench_file(file: str) -> None:
    with emulated(file) as running:
        bench = opened(running)
        bench.run(made_block(4))
        assert running.unsafe()
        if running.controller is not None:
            lose_the_line(running, bench)
        report = make_safe(running.config)
        assert report.is_safe
        assert running.unsafe() == []
        assert {part.name for part in report.parts} == {"board", "supply", "meter"}
        assert report.state is not None
        assert report.state.clamps_released
        assert not report.errors


def test_make_safe_tells_what_it_did_not_reach_and_does_the_rest() -> None:
    with emulated() as running:
        bench = opened(running)
        running.supply.stop()
        lose_the_line(running, bench)
        report = make_safe(running.config)
        assert [(part.name, part.safe) for part in report.parts] == [
            ("board", True),
            ("supply", False),
            ("meter", True),
        ]
        assert not report.is_safe
        assert set(report.errors) == {"supply"}
        assert not any(running.controller.held().sources_V)


def test_a_bench_that_is_not_as_real_as_it_says_is_refused() -> None:
    with emulated() as running:
        real = running.config.model_copy(update={"simulated": False})
        bench = HardwareBench(real)
        with pytest.raises(WrongInstrument, match="an emulator answers"):
            bench.open(WIRING)
        assert running.unsafe() == []


def test_another_serial_number_is_refused() -> None:
    with emulated(CONTROLLER, "instruments.supply.serial=MY12345") as running:
        with pytest.raises(WrongInstrument, match="MY12345"):
            HardwareBench(running.config).open(WIRING)
        assert running.unsafe() == []


def test_limits_beyond_the_board_are_refused_when_it_is_opened() -> None:
    with emulated() as running:
        limits = running.config.limits.model_copy(update={"node_max": 1.0})
        bench = HardwareBench(running.config.model_copy(update={"limits": limits}))
        with pytest.raises(ConfigError, match=r"limits\.node_max: .*0\.4532"):
            bench.open(WIRING)
        assert running.unsafe() == []


def test_a_block_too_long_for_the_board_goes_over_in_pieces() -> None:
    with emulated() as running:
        board = running.controller.board
        object.__setattr__(board.parts, "block_bytes", 2000)
        bench = opened(running)
        block = made_block(300, noise_V=0.01)  # noise makes a row of every cycle, which does not fit
        twin = SimBench(running.sim_config())
        twin.open(WIRING)
        twin.reset_gates(GATES_V)
        got, expected = bench.run(block), twin.run(block)
        np.testing.assert_allclose(got.free_outputs, expected.free_outputs, rtol=0, atol=1e-7)
        np.testing.assert_array_equal(got.snapshots.cycles, expected.snapshots.cycles)
        np.testing.assert_allclose(got.snapshots.gates, expected.snapshots.gates, rtol=0, atol=1e-7)
        assert got.wrong.tolist() == expected.wrong.tolist()
        bench.close()


def test_a_supply_that_goes_off_stops_the_block_with_a_sentence() -> None:
    with emulated() as running:
        bench = opened(running)
        supply_of(running).on = False  # somebody's finger on its key
        with pytest.raises(InstrumentError, match=r"controller.*supply is off"):
            bench.run(made_block(50))
        bench.close()
        assert running.unsafe() == []


def test_a_fault_while_opening_leaves_the_bench_safe_and_closed() -> None:
    fault = FaultSettings(instrument="meter", kind=FaultKind.TIMEOUT, always=True)
    with emulated(faults=(fault,)) as running:
        bench = HardwareBench(running.config)
        with pytest.raises(NotConnected) as caught:
            bench.open(WIRING)
        assert list(caught.value.children) == ["meter"]
        assert running.unsafe() == []
        running.meter.faults.disarm()
        bench.open(WIRING)  # and it can be opened again
        bench.close()
