"""Each error of DAQmx's, of gRPC's and of nidaqmx's own: one sentence, with the cause and what to do next."""

from __future__ import annotations

import grpc
import nidaqmx
import numpy as np
import pytest
from nidaqmx.errors import DaqError, DaqNotFoundError, RpcError

from drivers.errors import (
    ConnectionLost,
    DriverMissing,
    Garbled,
    InstrumentFault,
    NoAnswer,
    OutOfLimit,
    Overrun,
    Refused,
    WrongInstrument,
)
from drivers.nidaq.board import NidaqBoard
from drivers.nidaq.errors import explain
from drivers.nidaq.server import Daqmx
from protocols import InstrumentError
from sim_backend.emulators.faults import Fault, FaultKind

from ...timing import within
from .emulated import TIMEOUT_S, assert_helpful, emulated

# ── sentences ────────────────────────────────────────────────────────────────────────────────────

MEANINGS = [
    (-50103, Refused, "another program"),
    (-200022, Refused, "close other programs"),
    (-200279, Overrun, "lower the sample rate"),
    (-200361, Overrun, "faster than this computer fetched"),
    (-200621, Overrun, "ran dry"),
    (-200284, NoAnswer, "allow more time"),
    (-200560, NoAnswer, "the time was up before it could read its inputs"),
    (-201003, ConnectionLost, "check cable and power"),
    (-88709, ConnectionLost, "unplugged"),
    (-200220, WrongInstrument, "the list of instruments"),
    (-200170, WrongInstrument, "no such channel"),
    (-200561, OutOfLimit, "outside the range"),
    (-200197, Refused, "this model does not have it"),
    (-200678, Refused, "watchdog has expired"),
    (-123456, Refused, "look the code up"),
]


@pytest.mark.parametrize(("code", "kind", "words"), MEANINGS)
def test_every_code_becomes_a_sentence(code: int, kind: type[InstrumentFault], words: str) -> None:
    fault = explain("DAQ", "grpc://127.0.0.1:1/Dev1", DaqError("line one\nline two", code), "read its inputs")
    assert type(fault) is kind
    assert_helpful(fault, words, str(code), "DAQ at ")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (grpc.StatusCode.UNAVAILABLE, ConnectionLost, "start it again"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, NoAnswer, "go to the safe state"),
        (grpc.StatusCode.UNIMPLEMENTED, Refused, "up to date"),
        (grpc.StatusCode.INTERNAL, Garbled, "nothing of it was used"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Refused, "the server's own log"),
    ],
)
def test_what_grpc_says_becomes_a_sentence(status, kind: type[InstrumentFault], words: str) -> None:
    fault = explain("DAQ", "grpc://127.0.0.1:1", RpcError(status, "oh"), "read")
    assert type(fault) is kind
    assert_helpful(fault, words, status.name)


def test_without_the_driver_it_says_what_to_install() -> None:
    fault = explain("DAQ", "Dev1", DaqNotFoundError("no DAQmx"), "read")
    assert isinstance(fault, DriverMissing)
    assert "install NI-DAQmx" in str(fault)
    assert "grpc://" in str(fault)


def test_a_local_board_without_nidaqmx_is_reported_as_a_missing_driver() -> None:
    if Daqmx().installed:
        pytest.skip("NI-DAQmx is installed here")
    with pytest.raises(DriverMissing, match="NI-DAQmx is not installed on this computer"):
        NidaqBoard("DAQ", "Dev1").open(object())


# ── as they really come about ────────────────────────────────────────────────────────────────────


def test_another_programs_task_has_the_counter() -> None:
    with emulated() as rig:
        options = nidaqmx.GrpcSessionOptions(rig.board.daqmx.options.grpc_channel, "")
        with nidaqmx.Task(grpc_options=options) as other:
            other.co_channels.add_co_pulse_chan_time("Dev1/ctr0", high_time=1e-4, low_time=1e-4)
            other.timing.cfg_implicit_timing(samps_per_chan=1)
            other.control(nidaqmx.constants.TaskMode.TASK_RESERVE)
            with pytest.raises(Refused) as caught:
                rig.switch.pulse(1e-4)
            assert_helpful(caught.value, "is reserved", "-50103", "close other programs")
        assert rig.switch.pulse(1e-4) == pytest.approx(1e-4)


def test_the_device_is_pulled_out_and_plugged_in_again() -> None:
    with emulated() as rig:
        rig.drive.set_voltages({"x": 1.0})
        rig.server.device.present = False
        for call in (
            lambda: rig.sense.read(["x"]),
            lambda: rig.drive.set_voltages({"x": 2.0}),
            lambda: rig.switch.pulse(1e-4),
            lambda: rig.lines.states(),
            lambda: rig.drive.safe_state(),
        ):
            with pytest.raises(ConnectionLost) as caught:
                call()
            assert_helpful(caught.value, "-201003", "check cable and power")
        rig.server.device.present = True
        rig.drive.safe_state()
        rig.lines.safe_state()
        assert rig.is_safe()
        rig.drive.set_voltages({"x": 1.5})
        assert rig.sense.read(["x"])[0] == pytest.approx(1.5, abs=5e-3)


def test_another_board_in_its_place_is_noticed_when_it_is_reset() -> None:
    with emulated() as rig:
        rig.faults.arm(Fault(FaultKind.WRONG_DEVICE, match="GetDeviceAttributeString"))
        with pytest.raises(WrongInstrument) as caught:
            rig.board.reset()
        assert_helpful(caught.value, "it was PCIe-6363 01D0C0DE and now is USB-6001")


def test_no_such_device_lists_those_there_are() -> None:
    with emulated(opened=False) as rig:
        with pytest.raises(WrongInstrument) as caught:
            NidaqBoard("DAQ", "Dev7", rig.server.address).open(object())
        assert_helpful(caught.value, "no board is called Dev7: there is Dev1", "the list of instruments")


def test_a_server_that_is_killed_is_noticed_at_once_and_found_again() -> None:
    with emulated() as rig:
        rig.drive.set_voltages({"x": 1.0})
        rig.server.stop()
        with within(0.0), pytest.raises(ConnectionLost) as caught:
            rig.sense.read(["x"])
        assert_helpful(caught.value, "UNAVAILABLE", "start it again")
        with within(TIMEOUT_S), pytest.raises(InstrumentError):
            rig.drive.close()
        rig.server.start()
        rig.drive.safe_state()
        rig.lines.safe_state()
        assert rig.is_safe()


def test_nobody_listens_at_the_address() -> None:
    board = NidaqBoard("DAQ", "Dev1", "grpc://127.0.0.1:9", timeout_s=TIMEOUT_S)
    with within(TIMEOUT_S), pytest.raises(InstrumentFault) as caught:
        board.open(object())
    assert isinstance(caught.value, ConnectionLost | NoAnswer)
    assert_helpful(caught.value, "start it")
    assert not board.is_open


def test_a_clock_that_does_not_come_is_a_timeout_with_its_cause() -> None:
    with emulated() as rig:
        options = rig.board.daqmx.options
        with nidaqmx.Task(grpc_options=options) as task:
            task.ai_channels.add_ai_voltage_chan("Dev1/ai0")
            task.timing.cfg_samp_clk_timing(1e3, source="/Dev1/PFI0", samps_per_chan=10)
            with pytest.raises(NoAnswer) as caught, rig.board.doing("read its inputs"):
                task.read(10, timeout=0.1)
        assert_helpful(caught.value, "-200284", "what the clock and trigger terminals are wired to")


def test_a_voltage_the_board_itself_refuses() -> None:
    with emulated() as rig:
        options = rig.board.daqmx.options
        with nidaqmx.Task(grpc_options=options) as task:
            task.ao_channels.add_ao_voltage_chan("Dev1/ao3", min_val=-1.0, max_val=1.0)
            with pytest.raises(OutOfLimit) as caught, rig.board.doing("set its outputs"):
                task.write(2.0)
        assert_helpful(caught.value, "-200561", "limits in the bench file")


@pytest.mark.parametrize("volts", [11.0, -12.0])
def test_an_input_at_the_end_of_its_range_is_no_reading(volts: float) -> None:
    with emulated() as rig:
        rig.wires.gate_V = volts
        for samples in (1, 4):
            with pytest.raises(Garbled) as caught:
                rig.sense.read(["x"], samples)
            assert_helpful(caught.value, "gate reads", "the end of its range", "check the wire")


def test_an_output_that_does_not_follow_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated() as rig:
        drive = rig.server.device.drive

        def shorted(outputs, volts) -> None:
            drive(outputs, np.where(np.array(outputs) == 1, 0.0, volts))

        rig.drive.set_voltages({"x": 1.0, "y": 0.0})
        monkeypatch.setattr(rig.server.device, "drive", shorted)
        rig.drive.set_voltages({"y": 1.5})
        with pytest.raises(InstrumentFault) as caught:
            rig.sense.read(["x"])
        assert_helpful(caught.value, "y was set to 1.5 V and reads 0 V", "no reading was used")


def test_a_line_held_from_the_other_side_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated() as rig:
        switch = rig.server.device.switch
        monkeypatch.setattr(
            rig.server.device, "switch", lambda lines, states: switch(lines, [False, *list(states)[1:]])
        )
        with pytest.raises(InstrumentFault) as caught:
            rig.lines.set({"flag": True})
        assert_helpful(caught.value, "flag was set high and reads the opposite", "check what is wired")


def test_a_pulse_that_does_not_come_or_comes_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for times, words in ((0, "of 1 learning pulses 0 came"), (2, "of 1 learning pulses 2 came")):
        with emulated() as rig, monkeypatch.context() as patch:
            rig.switch.pulse(1e-4)
            pulse = rig.server.device.pulse
            patch.setattr(
                rig.server.device,
                "pulse",
                lambda counter, length_s, pulse=pulse, times=times: [
                    pulse(counter, length_s) for _ in range(times)
                ],
            )
            with pytest.raises(InstrumentFault) as caught:
                rig.switch.pulse(1e-4)
            assert_helpful(caught.value, words, "go to the safe state")
            assert rig.server.held()[1][7]  # the gates are held


def test_an_emulator_that_lacks_a_call_is_called_old() -> None:
    with emulated() as rig:
        with pytest.raises(Refused) as caught, rig.board.doing("tell its temperature"):
            nidaqmx.system.Device("Dev1", grpc_options=rig.board.daqmx.options).self_test_device()
        assert_helpful(caught.value, "UNIMPLEMENTED")
