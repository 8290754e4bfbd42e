"""Errors a DAQmx device reports: numbers as in NI-DAQmx, texts short and our own."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """The DAQmx status codes this emulator can give; names follow nidaqmx.error_codes.DAQmxErrors."""

    RESOURCE_RESERVED = -50103
    INVALID_ATTRIBUTE_VALUE = -200077
    INVALID_TASK = -200088
    DUPLICATE_TASK = -200089
    NO_SUCH_CHANNEL = -200170
    NOT_SUPPORTED = -200197
    INVALID_DEVICE = -200220
    SAMPLES_WILL_NEVER_BE_AVAILABLE = -200278
    SAMPLES_NO_LONGER_AVAILABLE = -200279
    SAMPLES_NOT_YET_AVAILABLE = -200284
    OLD_SAMPLES_REGENERATED = -200290
    INPUT_FIFO_OVERFLOW = -200361
    NO_CHANNELS = -200477
    OUTPUT_BUFFER_EMPTY = -200462
    SET_WHILE_RUNNING = -200557
    NOT_DONE_IN_TIME = -200560
    VALUE_OUT_OF_RANGE = -200561
    OUTPUT_FIFO_UNDERFLOW = -200621
    WATCHDOG_EXPIRED = -200678
    DEVICE_GONE = -201003


_TEXTS = {
    Code.RESOURCE_RESERVED: "The specified resource is reserved; the operation could not be completed.",
    Code.INVALID_ATTRIBUTE_VALUE: "Requested value is not a supported value for this property.",
    Code.INVALID_TASK: "Task specified is invalid or does not exist.",
    Code.DUPLICATE_TASK: "Task name conflicts with an existing task name.",
    Code.NO_SUCH_CHANNEL: "Physical channel specified does not exist on this device.",
    Code.NOT_SUPPORTED: "Specified property or operation is not supported by the device.",
    Code.INVALID_DEVICE: "Device identifier is invalid.",
    Code.SAMPLES_WILL_NEVER_BE_AVAILABLE: "Attempted to read beyond the final sample acquired.",
    Code.SAMPLES_NO_LONGER_AVAILABLE: "The samples requested are no longer available: they were overwritten.",
    Code.SAMPLES_NOT_YET_AVAILABLE: "Some or all of the samples requested have not yet been acquired.",
    Code.OLD_SAMPLES_REGENERATED: "The generation has stopped to prevent the regeneration of old samples.",
    Code.INPUT_FIFO_OVERFLOW: "Onboard device memory overflow.",
    Code.NO_CHANNELS: "Specified operation cannot be performed without channels in the task.",
    Code.OUTPUT_BUFFER_EMPTY: "Generation cannot be started: the output buffer is empty.",
    Code.SET_WHILE_RUNNING: "Specified property cannot be set while the task is running.",
    Code.NOT_DONE_IN_TIME: "The task was still not done when the wait timed out.",
    Code.VALUE_OUT_OF_RANGE: "Attempted writing analog data that is too large or too small.",
    Code.OUTPUT_FIFO_UNDERFLOW: "Onboard device memory underflow: the generation could not be fed.",
    Code.WATCHDOG_EXPIRED: "The watchdog timer has expired; clear the expiration first.",
    Code.DEVICE_GONE: "Device cannot be accessed.",
}


class DaqFault(Exception):
    """The device reports an error: code, text, and how many samples a call moved before it."""

    def __init__(
        self, code: Code, detail: str = "", *, read: int | None = None, written: int | None = None
    ) -> None:
        self.code = code
        self.read = read
        self.written = written
        super().__init__(text_of(code) + (f"\n\n{detail}" if detail else ""))


def text_of(code: int) -> str:
    """Return what DAQmx says for a code."""
    try:
        return _TEXTS[Code(code)]
    except ValueError:
        return "Description could not be found for this status code."
