"""The calls of the NI gRPC device server that the emulated device answers, on nidaqmx's own stubs.

A call takes the request message and returns the response message; DaqFault is an error of the device.
The names are those of the service nidaqmx_grpc.NiDAQmx, which a call not listed here is unknown to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from nidaqmx._stubs import nidaqmx_pb2 as pb

from sim_backend.emulators.daq.attributes import Attributes
from sim_backend.emulators.daq.core import DaqCore
from sim_backend.emulators.daq.errors import Code, DaqFault, text_of
from sim_backend.emulators.daq.names import unflattened
from sim_backend.emulators.daq.task import ChannelKind, DaqTask, Mode, PulseShape, SampleClock
from sim_backend.emulators.daq.watchdog import Watchdog

Call = Callable[[Any], Any]

SERVICE = pb.DESCRIPTOR.services_by_name["NiDAQmx"]
BY_CHANNEL = pb.GROUP_BY_GROUP_BY_CHANNEL
ATTACH = 2
_ACTIONS: dict[int, str] = {
    pb.TASK_CONTROL_ACTION_TASK_START: "start",
    pb.TASK_CONTROL_ACTION_TASK_STOP: "stop",
    pb.TASK_CONTROL_ACTION_TASK_RESERVE: "commit",
    pb.TASK_CONTROL_ACTION_TASK_COMMIT: "commit",
    pb.TASK_CONTROL_ACTION_TASK_UNRESERVE: "unreserve",
    pb.TASK_CONTROL_ACTION_TASK_ABORT: "unreserve",
}


def request_type(name: str) -> Any:
    """Return the class of a call's request."""
    return getattr(pb, f"{name}Request")


class Calls:
    """Turn requests into what the core does; `stuck` makes settings and readings stick for one call."""

    def __init__(self, core: DaqCore) -> None:
        self.core = core
        self.stuck = False
        self._attributes = Attributes(core)
        self._calls: dict[str, Call] = {
            "CreateTask": self._create_task,
            "ClearTask": self._clear_task,
            "StartTask": self._start_task,
            "StopTask": self._stop_task,
            "TaskControl": self._task_control,
            "WaitUntilTaskDone": self._wait_done,
            "IsTaskDone": self._is_done,
            "GetErrorString": self._error_string,
            "CreateAIVoltageChan": self._create_ai,
            "CreateAOVoltageChan": self._create_ao,
            "CreateDOChan": self._create_do,
            "CreateDIChan": self._create_di,
            "CreateCOPulseChanTime": self._create_co_pulse,
            "CreateCICountEdgesChan": self._create_ci_count,
            "CfgSampClkTiming": self._cfg_clock,
            "CfgImplicitTiming": self._cfg_implicit,
            "CfgDigEdgeStartTrig": self._cfg_trigger,
            "DisableStartTrig": self._disable_trigger,
            "ReadAnalogF64": self._read_analog,
            "WriteAnalogF64": self._write_analog,
            "WriteDigitalLines": self._write_lines,
            "ReadDigitalLines": self._read_lines,
            "ReadCounterScalarU32": self._read_count,
            "ResetDevice": self._reset_device,
            "GetSelfCalLastDateAndTime": self._self_cal_date,
            "CreateWatchdogTimerTaskEx": self._create_watchdog,
            "CfgWatchdogDOExpirStates": self._cfg_watchdog_lines,
            "ControlWatchdogTask": self._control_watchdog,
        }

    def find(self, name: str) -> Call | None:
        """Return the call of that name, or None when the emulated server has none."""
        return self._calls.get(name) or self._attributes.call(name)

    # ── tasks ───────────────────────────────────────────────────────────────────────────────────

    def _create_task(self, request: Any) -> Any:
        name, new = request.session_name, True
        if name and name in self.core.tasks and request.initialization_behavior in (0, ATTACH):
            new = False
        else:
            name = self.core.create(name).name
        response = pb.CreateTaskResponse(new_session_initialized=new)
        response.task.name = name
        return response

    def _clear_task(self, request: Any) -> Any:
        self.core.clear(request.task.name)
        return pb.ClearTaskResponse()

    def _start_task(self, request: Any) -> Any:
        if request.task.name in self.core.watchdogs:
            self.core.watchdogs[request.task.name].start()
        elif not self.stuck:
            self.core.start(self._task(request))
        return pb.StartTaskResponse()

    def _stop_task(self, request: Any) -> Any:
        if request.task.name in self.core.watchdogs:
            self.core.watchdogs[request.task.name].stop()
        elif not self.stuck:
            self.core.stop(self._task(request))
        return pb.StopTaskResponse()

    def _task_control(self, request: Any) -> Any:
        action = _ACTIONS.get(request.action_raw or request.action)
        if action is not None and not self.stuck:
            getattr(self.core, action)(self._task(request))
        return pb.TaskControlResponse()

    def _wait_done(self, request: Any) -> Any:
        self.core.wait_done(self._task(request), request.time_to_wait)
        return pb.WaitUntilTaskDoneResponse()

    def _is_done(self, request: Any) -> Any:
        task = self._task(request)
        return pb.IsTaskDoneResponse(is_task_done=task.done or not task.running)

    def _error_string(self, request: Any) -> Any:
        return pb.GetErrorStringResponse(error_string=text_of(request.error_code))

    # ── channels ────────────────────────────────────────────────────────────────────────────────

    def _create_ai(self, request: Any) -> Any:
        self._add_analog(ChannelKind.AI, request)
        return pb.CreateAIVoltageChanResponse()

    def _create_ao(self, request: Any) -> Any:
        self._add_analog(ChannelKind.AO, request)
        return pb.CreateAOVoltageChanResponse()

    def _add_analog(self, kind: ChannelKind, request: Any) -> None:
        self.core.add_channels(
            self._task(request),
            kind,
            unflattened(request.physical_channel),
            request.name_to_assign_to_channel,
            (request.min_val, request.max_val),
        )

    def _create_do(self, request: Any) -> Any:
        self._add_lines(ChannelKind.DO, request)
        return pb.CreateDOChanResponse()

    def _create_di(self, request: Any) -> Any:
        self._add_lines(ChannelKind.DI, request)
        return pb.CreateDIChanResponse()

    def _add_lines(self, kind: ChannelKind, request: Any) -> None:
        grouping = request.line_grouping_raw or request.line_grouping
        if grouping not in (0, pb.LINE_GROUPING_CHAN_PER_LINE):
            raise DaqFault(Code.NOT_SUPPORTED, "this emulator has one channel for each line")
        self.core.add_channels(
            self._task(request), kind, unflattened(request.lines), request.name_to_assign_to_lines
        )

    def _create_co_pulse(self, request: Any) -> Any:
        task = self._task(request)
        self.core.add_channels(
            task, ChannelKind.CO, unflattened(request.counter), request.name_to_assign_to_channel
        )
        idle_high = (request.idle_state_raw or request.idle_state) == pb.LEVEL1_HIGH
        shape = PulseShape(request.initial_delay, request.low_time, request.high_time, idle_high)
        self.core.set_pulse(task, shape)
        return pb.CreateCOPulseChanTimeResponse()

    def _create_ci_count(self, request: Any) -> Any:
        self.core.add_channels(
            self._task(request),
            ChannelKind.CI,
            unflattened(request.counter),
            request.name_to_assign_to_channel,
        )
        return pb.CreateCICountEdgesChanResponse()

    # ── timing and triggers ─────────────────────────────────────────────────────────────────────

    def _cfg_clock(self, request: Any) -> Any:
        mode = Mode(request.sample_mode_raw or request.sample_mode)
        source = "" if request.source.lower() == "onboardclock" else request.source
        clock = SampleClock(source, request.rate, mode, int(request.samps_per_chan))
        self.core.set_clock(self._task(request), clock)
        return pb.CfgSampClkTimingResponse()

    def _cfg_implicit(self, request: Any) -> Any:
        if (request.sample_mode_raw or request.sample_mode) != Mode.FINITE or request.samps_per_chan != 1:
            raise DaqFault(Code.NOT_SUPPORTED, "this emulator gives single pulses only")
        return pb.CfgImplicitTimingResponse()

    def _cfg_trigger(self, request: Any) -> Any:
        task = self._task(request)
        task.check_idle()
        task.trigger = request.trigger_source
        return pb.CfgDigEdgeStartTrigResponse()

    def _disable_trigger(self, request: Any) -> Any:
        task = self._task(request)
        task.check_idle()
        task.trigger = ""
        return pb.DisableStartTrigResponse()

    # ── reading and writing ─────────────────────────────────────────────────────────────────────

    def _read_analog(self, request: Any) -> Any:
        task = self._task(request)
        samples = request.num_samps_per_chan
        volts = self.core.read_analog(task, samples, request.timeout, stuck=self.stuck)
        by_channel = (request.fill_mode_raw or request.fill_mode) == BY_CHANNEL
        flat = np.ascontiguousarray(volts if by_channel else volts.T).reshape(-1)
        return pb.ReadAnalogF64Response(read_array=flat, samps_per_chan_read=volts.shape[1])

    def _write_analog(self, request: Any) -> Any:
        task = self._task(request)
        values = np.array(request.write_array, dtype=float)
        volts = self._shaped(values, task, request)
        self.core.write_analog(task, volts, request.auto_start, stuck=self.stuck)
        return pb.WriteAnalogF64Response(samps_per_chan_written=volts.shape[1])

    def _write_lines(self, request: Any) -> Any:
        task = self._task(request)
        values = np.frombuffer(request.write_array, dtype=np.uint8).astype(float)
        states = self._shaped(values, task, request)
        self.core.write_lines(task, states, request.auto_start, stuck=self.stuck)
        return pb.WriteDigitalLinesResponse(samps_per_chan_written=states.shape[1])

    def _read_lines(self, request: Any) -> Any:
        states = self.core.read_lines(self._task(request))
        return pb.ReadDigitalLinesResponse(
            read_array=bytes(states), samps_per_chan_read=1, num_bytes_per_samp=1
        )

    def _read_count(self, request: Any) -> Any:
        return pb.ReadCounterScalarU32Response(value=self.core.read_count(self._task(request)) % 2**32)

    # ── the device ──────────────────────────────────────────────────────────────────────────────

    def _reset_device(self, request: Any) -> Any:
        self._named_device(request)
        self.core.reset_device()
        return pb.ResetDeviceResponse()

    def _self_cal_date(self, request: Any) -> Any:
        self._named_device(request)
        date = self.core.device.model.self_calibrated
        if date is None:
            raise DaqFault(Code.NOT_SUPPORTED, f"Device Name: {request.device_name}")
        year, month, day, hour, minute = date
        return pb.GetSelfCalLastDateAndTimeResponse(year=year, month=month, day=day, hour=hour, minute=minute)

    def _create_watchdog(self, request: Any) -> Any:
        self._named_device(request)
        if not self.core.device.model.watchdog:
            raise DaqFault(Code.NOT_SUPPORTED, f"Device Name: {request.device_name}")
        name = self.core.create(request.session_name).name
        self.core.watchdogs[name] = Watchdog(name, self.core.device, request.timeout)
        response = pb.CreateWatchdogTimerTaskExResponse(new_session_initialized=True)
        response.task.name = name
        return response

    def _cfg_watchdog_lines(self, request: Any) -> Any:
        lines = [self.core.device.terminal(n).number for n in unflattened(request.channel_names)]
        high = pb.DIGITAL_LINE_STATE_HIGH
        states = {line: s == high for line, s in zip(lines, request.expir_state_array, strict=True)}
        self.core.watchdogs[request.task.name].states = states
        return pb.CfgWatchdogDOExpirStatesResponse()

    def _control_watchdog(self, request: Any) -> Any:
        watchdog = self.core.watchdogs[request.task.name]
        clear = (request.action_raw or request.action) == pb.WATCHDOG_CONTROL_ACTION_CLEAR_EXPIRATION
        (watchdog.clear if clear else watchdog.reset)()
        return pb.ControlWatchdogTaskResponse()

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _task(self, request: Any) -> DaqTask:
        return self.core.task(request.task.name)

    def _named_device(self, request: Any) -> None:
        if request.device_name.lower() != self.core.device.name.lower():
            raise DaqFault(Code.INVALID_DEVICE, f"Device Specified: {request.device_name}")
        self.core.device.check_present()

    def _shaped(self, values: Any, task: DaqTask, request: Any) -> Any:
        """Return what was written as (channels, samples)."""
        samples, channels = int(request.num_samps_per_chan), len(task.channels)
        if samples < 1 or len(values) != samples * channels:
            raise DaqFault(
                Code.INVALID_ATTRIBUTE_VALUE, f"{len(values)} values for {channels} channels", written=0
            )
        by_channel = (request.data_layout_raw or request.data_layout) == BY_CHANNEL
        return values.reshape(channels, samples) if by_channel else values.reshape(samples, channels).T
