"""Attributes of system, device, tasks and channels, as far as drivers ask for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nidaqmx._stubs import nidaqmx_pb2 as pb

from sim_backend.emulators.daq.core import DaqCore
from sim_backend.emulators.daq.errors import Code, DaqFault
from sim_backend.emulators.daq.names import flattened
from sim_backend.emulators.daq.task import ChannelKind, DaqTask, Mode

_COUNTER_OUTPUT = re.compile(r"/?[^/]+/ctr(\d+)internaloutput")
_WRONG_PRODUCT = "USB-6001"
_WRONG_SERIAL = 7
_REGENERATES = 10097  # RegenerationMode.ALLOW_REGENERATION
_SOME_DAQMX = (24, 8, 0)  # the release this emulator was written after
_CHANNEL_TYPES = {
    ChannelKind.AI: pb.CHANNEL_INT32_CHANNEL_TYPE_AI,
    ChannelKind.AO: pb.CHANNEL_INT32_CHANNEL_TYPE_AO,
    ChannelKind.DI: pb.CHANNEL_INT32_CHANNEL_TYPE_DI,
    ChannelKind.DO: pb.CHANNEL_INT32_CHANNEL_TYPE_DO,
    ChannelKind.CI: pb.CHANNEL_INT32_CHANNEL_TYPE_CI,
    ChannelKind.CO: pb.CHANNEL_INT32_CHANNEL_TYPE_CO,
}


class Attributes:
    """Answer Get…Attribute… and Set…Attribute… calls."""

    def __init__(self, core: DaqCore) -> None:
        self._core = core
        device, model = core.device, core.device.model
        most = model.range_V
        self._system: dict[int, object] = {
            pb.SYSTEM_ATTRIBUTE_NIDAQ_MAJOR_VERSION: _SOME_DAQMX[0],
            pb.SYSTEM_ATTRIBUTE_NIDAQ_MINOR_VERSION: _SOME_DAQMX[1],
            pb.SYSTEM_ATTRIBUTE_NIDAQ_UPDATE_VERSION: _SOME_DAQMX[2],
        }
        self._device: dict[int, object] = {
            pb.DEVICE_ATTRIBUTE_PRODUCT_TYPE: model.product_type,
            pb.DEVICE_ATTRIBUTE_SERIAL_NUM: model.serial,
            pb.DEVICE_ATTRIBUTE_IS_SIMULATED: model.is_simulated,
            pb.DEVICE_ATTRIBUTE_AI_PHYSICAL_CHANS: flattened(device.ai_names()),
            pb.DEVICE_ATTRIBUTE_AO_PHYSICAL_CHANS: flattened(device.ao_names()),
            pb.DEVICE_ATTRIBUTE_DO_LINES: flattened(device.line_names()),
            pb.DEVICE_ATTRIBUTE_DI_LINES: flattened(device.line_names()),
            pb.DEVICE_ATTRIBUTE_CO_PHYSICAL_CHANS: flattened(device.counter_names()),
            pb.DEVICE_ATTRIBUTE_CI_PHYSICAL_CHANS: flattened(device.counter_names()),
            pb.DEVICE_ATTRIBUTE_AI_MAX_SINGLE_CHAN_RATE: model.input_rate_Hz,
            pb.DEVICE_ATTRIBUTE_AI_MAX_MULTI_CHAN_RATE: model.multi_input_rate_Hz,
            pb.DEVICE_ATTRIBUTE_AO_MAX_RATE: model.output_rate_Hz,
            **({pb.DEVICE_ATTRIBUTE_DO_MAX_RATE: model.line_rate_Hz} if model.line_rate_Hz else {}),
            pb.DEVICE_ATTRIBUTE_AO_SAMP_CLK_SUPPORTED: model.output_rate_Hz > 0.0,
            pb.DEVICE_ATTRIBUTE_AI_VOLTAGE_RNGS: [-most, most],
            pb.DEVICE_ATTRIBUTE_AO_VOLTAGE_RNGS: [-most, most],
            pb.DEVICE_ATTRIBUTE_CO_MAX_TIMEBASE: model.timebase_Hz,
        }

    def call(self, name: str) -> Callable[[Any], Any] | None:
        """Return the function that answers this call, or None for attributes nobody knows."""
        found = re.fullmatch(r"(Get|Set)(\w+?)Attribute(\w+)", name)
        if found is None:
            return None
        way, of, _ = found.groups()
        answer = getattr(self, f"_{way.lower()}_{of.lower()}", None)
        response = getattr(pb, f"{name}Response", None)
        if answer is None or response is None:
            return None

        def answered(request: Any) -> Any:
            if way == "Set":
                answer(request)
                return response()
            value = answer(request)
            raw = "value_raw" in response.DESCRIPTOR.fields_by_name
            return response(**{"value_raw" if raw else "value": value})

        return answered

    # ── what is known ───────────────────────────────────────────────────────────────────────────

    def _get_systeminfo(self, request: Any) -> object:
        if _number(request) == pb.SYSTEM_ATTRIBUTE_DEV_NAMES:
            return self._core.device.name if self._core.device.present else ""
        return _look_up(self._system, request)

    def _get_device(self, request: Any) -> object:
        if request.device_name.lower() != self._core.device.name.lower():
            raise DaqFault(Code.INVALID_DEVICE, f"Device Specified: {request.device_name}")
        self._core.device.check_present()
        return _look_up(self._device, request)

    def _get_task(self, request: Any) -> object:
        task = self._core.task(request.task.name)
        known: dict[int, object] = {
            pb.TASK_ATTRIBUTE_NAME: task.name,
            pb.TASK_ATTRIBUTE_CHANNELS: flattened(c.name for c in task.channels),
            pb.TASK_ATTRIBUTE_NUM_CHANS: len(task.channels),
            pb.TASK_ATTRIBUTE_DEVICES: self._core.device.name,
            pb.TASK_ATTRIBUTE_NUM_DEVICES: 1,
        }
        return _look_up(known, request)

    def _get_read(self, request: Any) -> object:
        task = self._core.task(request.task.name)
        waiting = 0 if task.buffer is None else task.buffer.shape[1] - task.position
        known: dict[int, object] = {
            pb.READ_ATTRIBUTE_CHANNELS_TO_READ: flattened(c.name for c in task.channels),
            pb.READ_ATTRIBUTE_NUM_CHANS: len(task.channels),
            pb.READ_ATTRIBUTE_AVAIL_SAMP_PER_CHAN: waiting,
            pb.READ_ATTRIBUTE_TOTAL_SAMP_PER_CHAN_ACQUIRED: task.clocked,
            pb.READ_ATTRIBUTE_DIGITAL_LINES_BYTES_PER_CHAN: 1,
        }
        return _look_up(known, request)

    def _get_write(self, request: Any) -> object:
        task = self._core.task(request.task.name)
        known: dict[int, object] = {
            pb.WRITE_ATTRIBUTE_NUM_CHANS: len(task.channels),
            pb.WRITE_ATTRIBUTE_DIGITAL_LINES_BYTES_PER_CHAN: 1,
            pb.WRITE_ATTRIBUTE_TOTAL_SAMP_PER_CHAN_GENERATED: task.clocked,
        }
        return _look_up(known, request)

    def _get_timing(self, request: Any) -> object:
        clock = self._core.task(request.task.name).clock
        known: dict[int, object] = {
            pb.TIMING_ATTRIBUTE_SAMP_CLK_RATE: clock.rate_Hz if clock else 0.0,
            pb.TIMING_ATTRIBUTE_SAMP_QUANT_SAMP_MODE: clock.mode if clock else Mode.FINITE,
            pb.TIMING_ATTRIBUTE_SAMP_QUANT_SAMP_PER_CHAN: clock.samples if clock else 0,
        }
        return _look_up(known, request)

    def _get_chan(self, request: Any) -> object:
        task = self._core.task(request.task.name)
        known: dict[int, object] = {}
        if task.kind is not None:
            known[pb.CHANNEL_ATTRIBUTE_CHAN_TYPE] = _CHANNEL_TYPES[task.kind]
        if task.kind is ChannelKind.AI:
            known[pb.CHANNEL_ATTRIBUTE_AI_MEAS_TYPE] = 10322  # voltage
        if task.pulse is not None:
            known[pb.CHANNEL_ATTRIBUTE_CO_PULSE_HIGH_TIME] = task.pulse.high_s
            known[pb.CHANNEL_ATTRIBUTE_CO_PULSE_LOW_TIME] = task.pulse.low_s
            known[pb.CHANNEL_ATTRIBUTE_CO_PULSE_TIME_INITIAL_DELAY] = task.pulse.delay_s
            known[pb.CHANNEL_ATTRIBUTE_CO_OUTPUT_STATE] = self._level(task)
        return _look_up(known, request)

    def _set_chan(self, request: Any) -> None:
        task = self._core.task(request.task.name)
        if _number(request) == pb.CHANNEL_ATTRIBUTE_CI_COUNT_EDGES_TERM and task.kind is ChannelKind.CI:
            listens = _COUNTER_OUTPUT.fullmatch(request.value.lower())
            task.counts = int(listens[1]) if listens else None
            return
        names = {
            pb.CHANNEL_ATTRIBUTE_CO_PULSE_HIGH_TIME: "high_s",
            pb.CHANNEL_ATTRIBUTE_CO_PULSE_LOW_TIME: "low_s",
            pb.CHANNEL_ATTRIBUTE_CO_PULSE_TIME_INITIAL_DELAY: "delay_s",
        }
        field = names.get(_number(request))
        if field is None or task.pulse is None:
            raise DaqFault(Code.NOT_SUPPORTED, f"Property: {_number(request):#x}\nTask Name: {task.name}")
        task.check_idle()
        self._core.set_pulse(task, replace(task.pulse, **{field: request.value}))

    def _set_write(self, request: Any) -> None:
        task = self._core.task(request.task.name)
        if _number(request) != pb.WRITE_ATTRIBUTE_REGEN_MODE:
            raise DaqFault(Code.NOT_SUPPORTED, f"Property: {_number(request):#x}\nTask Name: {task.name}")
        task.check_idle()
        task.regenerates = (request.value_raw or request.value) == _REGENERATES

    def _get_calinfo(self, request: Any) -> object:
        known: dict[int, object] = {
            pb.CALIBRATIONINFO_ATTRIBUTE_SELF_CAL_SUPPORTED: self._core.device.model.self_calibrated
            is not None
        }
        return _look_up(known, request)

    def _get_watchdog(self, request: Any) -> object:
        watchdog = self._core.watchdogs[request.task.name]
        known: dict[int, object] = {
            pb.WATCHDOG_ATTRIBUTE_HAS_EXPIRED: watchdog.expired,
            pb.WATCHDOG_ATTRIBUTE_TIMEOUT: watchdog.timeout_s,
        }
        return _look_up(known, request)

    def _level(self, task: DaqTask) -> int:
        high = self._core.device.counter_high[task.numbers()[0]]
        return int(pb.LEVEL1_HIGH if high else pb.LEVEL1_LOW)


def _number(request: Any) -> int:
    return int(request.attribute_raw or request.attribute)


def _look_up(known: dict[int, object], request: Any) -> object:
    try:
        return known[_number(request)]
    except KeyError:
        raise DaqFault(Code.NOT_SUPPORTED, f"Property: {_number(request):#x}") from None


def disguised(name: str, request: Any, answer: bytes) -> bytes:
    """Return an answer about the device's identity as another device would give it; others unchanged."""
    if name == "GetDeviceAttributeString" and request.attribute_raw == pb.DEVICE_ATTRIBUTE_PRODUCT_TYPE:
        other: bytes = pb.GetDeviceAttributeStringResponse(value=_WRONG_PRODUCT).SerializeToString()
        return other
    if name == "GetDeviceAttributeUInt32" and request.attribute_raw == pb.DEVICE_ATTRIBUTE_SERIAL_NUM:
        other = pb.GetDeviceAttributeUInt32Response(value=_WRONG_SERIAL).SerializeToString()
        return other
    return answer
