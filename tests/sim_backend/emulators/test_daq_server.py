"""The emulated DAQ device seen by nidaqmx's own classes: tasks, clocks, triggers, counters, errors."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import grpc
import nidaqmx
import numpy as np
import pytest
from nidaqmx.constants import AcquisitionType, Level, LineGrouping, RegenerationMode, TaskMode
from nidaqmx.errors import DaqError, DaqReadError, DaqWriteError, RpcError
from nidaqmx.system import Device, System
from nidaqmx.system.watchdog import DOExpirationState, WatchdogTask

from sim_backend.emulators.daq.device import DaqDevice, DeviceModel, SteppedPlant
from sim_backend.emulators.daq.server import DaqServer
from sim_backend.emulators.faults import Fault, FaultKind

from ...timing import STALL_S, wait_for

MODEL = DeviceModel(analog_inputs=4, lines=4, watchdog=True)
TAU_S = 1e-3


class Filter(SteppedPlant):
    """A plant of a first-order low-pass from ao0 to ai0, time constant TAU_S; ai1 counts learned seconds."""

    def __init__(self) -> None:
        self.state_V = 0.0
        self.learned_s = 0.0
        self._in_V = 0.0

    def settle(self, ao_V: np.ndarray, lines: np.ndarray) -> np.ndarray:
        self._in_V = float(ao_V[0])
        return np.array([self.state_V, self.learned_s, float(lines[0]), 20.0])

    def learn(self, pulse_s: float) -> None:
        self.learned_s += pulse_s

    def wait(self, duration_s: float) -> None:
        self.state_V += (self._in_V - self.state_V) * -math.expm1(-duration_s / TAU_S)


@pytest.fixture(scope="module")
def server() -> Iterator[DaqServer]:
    with DaqServer(DaqDevice(Filter(), model=MODEL)) as running:
        yield running


@pytest.fixture
def options(server: DaqServer) -> Iterator[nidaqmx.GrpcSessionOptions]:
    server.faults.disarm()
    server.core.reset_device()
    server.core.tasks.clear()
    own = (("grpc.use_local_subchannel_pool", 1),)  # not the connection that the test before had cut off
    with grpc.insecure_channel(server.address.removeprefix("grpc://"), options=own) as channel:
        yield nidaqmx.GrpcSessionOptions(channel, "")


def code_of(error: pytest.ExceptionInfo[DaqError]) -> int:
    return int(error.value.error_code)


# ── the device ───────────────────────────────────────────────────────────────────────────────────


def test_nidaqmx_lists_the_device(options) -> None:
    system = System.remote(options)
    assert system.devices.device_names == ["Dev1"]
    assert system.driver_version.major_version == 24
    device = Device("Dev1", grpc_options=options)
    assert device.product_type == "PCIe-6363"
    assert device.is_simulated
    assert [c.name for c in device.ai_physical_chans] == [f"Dev1/ai{k}" for k in range(4)]
    assert device.self_cal_last_date_and_time.year == 2026


def test_a_device_that_is_pulled_out_is_not_listed(server: DaqServer, options) -> None:
    server.device.present = False
    try:
        assert System.remote(options).devices.device_names == []
        with pytest.raises(DaqError) as caught:
            _ = Device("Dev1", grpc_options=options).product_type
        assert code_of(caught) == -201003
    finally:
        server.device.present = True


# ── reading and writing at once ──────────────────────────────────────────────────────────────────


def test_task_write_and_task_read_go_on_demand(server: DaqServer, options) -> None:
    with nidaqmx.Task(grpc_options=options) as out, nidaqmx.Task(grpc_options=options) as into:
        out.ao_channels.add_ao_voltage_chan("Dev1/ao0:1")
        into.ai_channels.add_ai_voltage_chan("Dev1/_ao0_vs_aognd")
        into.ai_channels.add_ai_voltage_chan("Dev1/_ao1_vs_aognd")
        out.write([1.5, -2.0], auto_start=True)
        assert into.read() == [1.5, -2.0]
        assert np.shape(into.read(3)) == (2, 3)
    assert server.held()[0][:2] == [1.5, -2.0]  # a cleared task leaves its outputs


def test_lines_are_written_and_read(server: DaqServer, options) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        task.do_channels.add_do_chan("Dev1/port0/line0:2", line_grouping=LineGrouping.CHAN_PER_LINE)
        task.write([True, False, True], auto_start=True)
        assert server.held()[1] == [True, False, True, False]
        assert task.read() == [True, False, True]


def test_an_input_beyond_its_range_reads_the_end_of_it(options) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        task.ai_channels.add_ai_voltage_chan("Dev1/ai3", min_val=-5.0, max_val=5.0)
        assert task.read() == 5.0


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────


def clocked(options, samples: int, rate_Hz: float = 10e3):
    out, into = nidaqmx.Task(grpc_options=options), nidaqmx.Task(grpc_options=options)
    out.ao_channels.add_ao_voltage_chan("Dev1/ao0")
    into.ai_channels.add_ai_voltage_chan("Dev1/ai0")
    into.timing.cfg_samp_clk_timing(rate_Hz, samps_per_chan=samples)
    out.timing.cfg_samp_clk_timing(rate_Hz, source="/Dev1/ai/SampleClock", samps_per_chan=samples)
    return out, into


def test_outputs_and_inputs_share_a_clock_and_the_plant_answers_in_its_own_time(options) -> None:
    out, into = clocked(options, 31)
    with out, into:
        out.write(np.full(31, 2.0))
        out.start()
        into.start()
        volts = into.read(31)
        out.wait_until_done(1.0)
    assert volts[0] == 0.0
    assert volts[11] == pytest.approx(2.0 * (1 - math.exp(-1)), rel=1e-6)  # 1 ms after the first edge
    assert volts[-1] == pytest.approx(2.0 * (1 - math.exp(-3)), rel=0.01)


def test_finite_tasks_end_and_more_samples_never_come(options) -> None:
    _, into = clocked(options, 10)
    with _, into:
        into.start()
        assert len(into.read(4)) == 4
        assert len(into.read(6)) == 6
        with pytest.raises(DaqReadError) as caught:
            into.read(1)
        assert code_of(caught) == -200278
        assert caught.value.samps_per_chan_read == 0
        into.wait_until_done(0.1)
        assert into.is_task_done()


def test_samples_that_are_still_to_come_are_waited_for_or_time_out(options) -> None:
    _, into = clocked(options, 1000, rate_Hz=1000.0)
    with _, into:
        into.start()
        with pytest.raises(DaqReadError) as caught:
            into.read(1000, timeout=0.2)  # they take a second of the device's time
        assert code_of(caught) == -200284
        assert len(into.read(1000, timeout=1.0)) == 1000


def test_continuous_tasks_go_on(options) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        task.ai_channels.add_ai_voltage_chan("Dev1/ai0")
        task.timing.cfg_samp_clk_timing(1e4, sample_mode=AcquisitionType.CONTINUOUS, samps_per_chan=1000)
        task.start()
        assert [len(task.read(n)) for n in (10, 500, 3)] == [10, 500, 3]
        assert task.timing.samp_clk_rate == 1e4


def test_an_output_buffer_that_runs_dry_is_an_error_unless_it_may_regenerate(options) -> None:
    for mode, fails in (
        (RegenerationMode.ALLOW_REGENERATION, False),
        (RegenerationMode.DONT_ALLOW_REGENERATION, True),
    ):
        out, into = clocked(options, 20)
        with out, into:
            out.out_stream.regen_mode = mode
            out.write(np.linspace(0, 1, 8))
            out.start()
            into.start()
            if fails:
                with pytest.raises(DaqError) as caught:
                    out.wait_until_done(1.0)
                assert code_of(caught) == -200290
            else:
                out.wait_until_done(1.0)


def test_a_buffer_must_be_written_before_the_start(options) -> None:
    out, into = clocked(options, 10)
    with out, into, pytest.raises(DaqError) as caught:
        out.start()
    assert code_of(caught) == -200462


# ── counters ─────────────────────────────────────────────────────────────────────────────────────


def pulse_task(options, counter: str = "Dev1/ctr0", high_s: float = 2e-4) -> nidaqmx.Task:
    task = nidaqmx.Task(grpc_options=options)
    task.co_channels.add_co_pulse_chan_time(counter, idle_state=Level.LOW, low_time=1e-6, high_time=high_s)
    task.timing.cfg_implicit_timing(samps_per_chan=1)
    return task


def test_only_the_learning_counter_makes_the_plant_learn(server: DaqServer, options) -> None:
    before_s = server.device.plant.learned_s
    for counter, learned_s in (("Dev1/ctr0", 2e-4), ("Dev1/ctr2", 2e-4)):
        with pulse_task(options, counter) as task:
            task.start()
            task.wait_until_done(1.0)
        assert server.device.plant.learned_s - before_s == pytest.approx(learned_s)
    assert list(server.device.edges[:3]) == [1, 0, 1]


def test_between_calls_time_passes_only_by_a_wall_clock() -> None:
    now_s = [100.0]
    for clock, passed_s in ((None, 0.0), (lambda: now_s[0], 5.0)):
        now_s[0] = 100.0
        plant = Filter()
        device = DaqDevice(plant, model=MODEL, now=clock)
        device.drive([0], np.ones(1))
        device.pulse(0, 1e-3)
        now_s[0] = 105.0
        device.catch_up()
        device.catch_up()
        assert device.clock_s == pytest.approx(max(passed_s, 1e-3))
        assert (plant.state_V == pytest.approx(1.0)) is (passed_s > 0.0)


def test_a_triggered_pulse_waits_for_its_clock(server: DaqServer, options) -> None:
    out, into = clocked(options, 40)
    before_s = server.device.plant.learned_s
    with out, into, pulse_task(options) as task:
        into.ai_channels.add_ai_voltage_chan("Dev1/ai1")
        task.co_channels.all.co_pulse_time_initial_delay = 1.95e-3
        task.triggers.start_trigger.cfg_dig_edge_start_trig("/Dev1/ai/StartTrigger")
        task.start()
        with pytest.raises(DaqError) as caught:
            task.wait_until_done(0.0)
        assert code_of(caught) == -200560
        out.write(np.zeros(40))
        out.start()
        into.start()
        learned_s = np.array(into.read(40)[1]) - before_s
        task.wait_until_done(1.0)
    assert list(np.flatnonzero(learned_s > 0)) == list(range(20, 40))


# ── states and reservations ──────────────────────────────────────────────────────────────────────


def test_an_engine_belongs_to_one_task_until_it_lets_go(options) -> None:
    first, second = clocked(options, 10)[1], clocked(options, 10)[1]
    with first, second:
        first.control(TaskMode.TASK_COMMIT)
        with pytest.raises(DaqError) as caught:
            second.start()
        assert code_of(caught) == -50103
        first.control(TaskMode.TASK_UNRESERVE)
        second.start()
        assert len(second.read(10)) == 10


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda t: t.ai_channels.add_ai_voltage_chan("Dev2/ai0"), -200220),
        (lambda t: t.ai_channels.add_ai_voltage_chan("Dev1/ai9"), -200170),
        (lambda t: t.ai_channels.add_ai_voltage_chan("Dev1/ao0"), -200170),
        (lambda t: t.ai_channels.add_ai_voltage_chan("Dev1/ai0", min_val=-20, max_val=20), -200077),
        (lambda t: t.co_channels.add_co_pulse_chan_time("Dev1/ctr0", high_time=1e-9, low_time=1e-6), -200077),
        (lambda t: t.start(), -200477),
    ],
)
def test_what_cannot_be_is_refused_with_daqmxs_number(options, act, code: int) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        with pytest.raises(DaqError) as caught:
            act(task)
        assert code_of(caught) == code


def test_a_rate_beyond_the_boards_is_refused(options) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        task.ai_channels.add_ai_voltage_chan("Dev1/ai0:3")
        task.timing.cfg_samp_clk_timing(250e3)
        with pytest.raises(DaqError) as caught:
            task.timing.cfg_samp_clk_timing(251e3)
        assert code_of(caught) == -200077


def test_a_voltage_outside_the_channels_range_is_not_written(server: DaqServer, options) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        task.ao_channels.add_ao_voltage_chan("Dev1/ao0", min_val=0.0, max_val=1.0)
        task.write(0.5, auto_start=True)
        with pytest.raises(DaqWriteError) as caught:
            task.write(1.5)
        assert code_of(caught) == -200561
        assert caught.value.samps_per_chan_written == 0
    assert server.held()[0][0] == 0.5


def test_a_reset_ends_tasks_and_puts_outputs_to_where_they_wake_up(server: DaqServer, options) -> None:
    with nidaqmx.Task(grpc_options=options) as task:
        task.ao_channels.add_ao_voltage_chan("Dev1/ao0")
        task.write(2.0, auto_start=True)
        Device("Dev1", grpc_options=options).reset_device()
        assert server.held()[0][0] == 0.0


# ── the watchdog ─────────────────────────────────────────────────────────────────────────────────


def test_the_watchdog_bites_when_nobody_feeds_it(server: DaqServer, options) -> None:
    with WatchdogTask("Dev1", timeout=0.6, grpc_options=options) as dog:
        dog.cfg_watchdog_do_expir_states([DOExpirationState("Dev1/port0/line1", Level.HIGH)])
        dog.start()
        for _ in range(3):
            time.sleep(0.2)
            dog.reset_timer()
        assert not dog.expired
        assert not server.held()[1][1]
        wait_for(lambda: server.held()[1][1], 0.6 + STALL_S)
        assert dog.expired
        with nidaqmx.Task(grpc_options=options) as task:
            task.ao_channels.add_ao_voltage_chan("Dev1/ao0")
            with pytest.raises(DaqError) as caught:
                task.write(1.0, auto_start=True)
            assert code_of(caught) == -200678
            dog.clear_expiration()
            task.write(1.0, auto_start=True)


# ── faults ───────────────────────────────────────────────────────────────────────────────────────


def test_every_fault_does_what_it_says(server: DaqServer, options) -> None:
    with nidaqmx.Task(grpc_options=options) as out, nidaqmx.Task(grpc_options=options) as into:
        out.ao_channels.add_ao_voltage_chan("Dev1/ao0")
        into.ai_channels.add_ai_voltage_chan("Dev1/_ao0_vs_aognd")
        out.write(1.0, auto_start=True)
        assert into.read() == 1.0

        server.faults.arm(Fault(FaultKind.STUCK, match="WriteAnalogF64"))
        out.write(2.0, auto_start=True)
        assert into.read() == 1.0

        out.write(3.0, auto_start=True)
        server.faults.arm(Fault(FaultKind.STUCK, match="ReadAnalogF64"))
        assert into.read() == 1.0
        assert into.read() == 3.0

        server.faults.arm(Fault(FaultKind.OVERRUN, match="ReadAnalogF64"))
        with pytest.raises(DaqReadError) as caught:
            into.read()
        assert code_of(caught) == -200279

        server.faults.arm(Fault(FaultKind.TIMEOUT, match="ReadAnalogF64"))
        begun = time.monotonic()
        with pytest.raises(DaqReadError) as caught:
            into.read(timeout=0.2)
        assert code_of(caught) == -200284
        assert 0.15 < time.monotonic() - begun < 0.2 + STALL_S

        server.faults.arm(Fault(FaultKind.DELAY, match="ReadAnalogF64", delay_s=0.2))
        begun = time.monotonic()
        assert into.read() == 3.0
        assert time.monotonic() - begun > 0.19

        server.faults.arm(Fault(FaultKind.CORRUPT, match="ReadAnalogF64"))
        with pytest.raises(RpcError) as broken:
            into.read()
        assert broken.value.rpc_code is grpc.StatusCode.INTERNAL

        server.faults.arm(Fault(FaultKind.WRONG_DEVICE, match="GetDeviceAttributeString"))
        assert Device("Dev1", grpc_options=options).product_type == "USB-6001"


def test_a_cut_connection_stays_cut_and_a_new_one_works(server: DaqServer, options) -> None:
    server.faults.arm(Fault(FaultKind.DISCONNECT))
    for _ in range(2):
        with pytest.raises(RpcError) as broken:
            _ = Device("Dev1", grpc_options=options).product_type
        assert broken.value.rpc_code is grpc.StatusCode.UNAVAILABLE
    fresh = (("grpc.use_local_subchannel_pool", 1),)
    with grpc.insecure_channel(server.address.removeprefix("grpc://"), options=fresh) as channel:
        again = nidaqmx.GrpcSessionOptions(channel, "")
        assert Device("Dev1", grpc_options=again).product_type == "PCIe-6363"


def test_a_dropped_call_is_neither_carried_out_nor_answered(server: DaqServer, options) -> None:
    stub = options.grpc_channel.unary_unary(
        "/nidaqmx_grpc.NiDAQmx/ResetDevice", request_serializer=lambda m: m, response_deserializer=lambda m: m
    )
    server.device.ao_V[0] = 1.0
    server.faults.arm(Fault(FaultKind.DROP))
    with pytest.raises(grpc.RpcError) as caught:
        stub(b"\n\x04Dev1", timeout=0.2)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert server.held()[0][0] == 1.0
    stub(b"\n\x04Dev1", timeout=2.0)
    assert server.held()[0][0] == 0.0


def test_a_taken_port_is_an_error_at_the_start(server: DaqServer) -> None:
    other = DaqServer(DaqDevice(Filter(), model=MODEL), port=server.port)
    with pytest.raises(OSError, match="cannot listen"):
        other.start()
