"""What a DAQ board can do, asked of the board itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nidaqmx.errors import DaqError

from drivers.nidaq.errors import NOT_SUPPORTED


@dataclass(frozen=True)
class Capabilities:
    """A board's make and means: terminals without the device's name, rates in Hz, ranges in volts.

    self_calibrated is when it last calibrated itself, None where it cannot or never did.
    """

    product: str
    serial: int
    simulated: bool
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    input_rate_Hz: float = 0.0
    output_rate_Hz: float = 0.0
    line_rate_Hz: float = 0.0
    input_range_V: float = 0.0
    output_range_V: float = 0.0
    timebase_Hz: float = 0.0
    self_calibrated: datetime | None = None

    @property
    def hardware_timed(self) -> bool:
        """Say whether inputs and outputs can share a sample clock."""
        return self.input_rate_Hz > 0.0 and self.output_rate_Hz > 0.0

    def words(self) -> str:
        """Say in a line what the board is and when it last calibrated itself."""
        counts = ((len(self.inputs), "inputs"), (len(self.outputs), "outputs"), (len(self.lines), "lines"),
                  (len(self.counters), "counters"))  # fmt: skip
        parts = ", ".join(f"{n} {what}" for n, what in counts if n)
        calibrated = f", self-calibrated {self.self_calibrated:%Y-%m-%d}" if self.self_calibrated else ""
        return f"{self.product} {self.serial:08X}: {parts or 'nothing to drive or read'}{calibrated}"

    def missing(self, *terminals: str) -> tuple[str, ...]:
        """Return those of the terminals that the board does not have."""
        there = {*self.inputs, *self.outputs, *self.lines, *self.counters}
        return tuple(t for t in terminals if t not in there)


def capabilities(device: Any, *, brief: bool = False) -> Capabilities:
    """Ask a nidaqmx Device; `brief` asks only who it is. Raises nidaqmx's errors."""
    product, serial, simulated = device.product_type, int(device.serial_num), bool(device.is_simulated)
    if brief:
        return Capabilities(product, serial, simulated)
    inputs = _terminals(device.ai_physical_chans)
    outputs = _terminals(device.ao_physical_chans)
    counters = _terminals(device.co_physical_chans)
    return Capabilities(
        product=product,
        serial=serial,
        simulated=simulated,
        inputs=inputs,
        outputs=outputs,
        lines=_terminals(device.do_lines),
        line_rate_Hz=float(_or(lambda: device.do_max_rate, 0.0)),
        counters=counters,
        input_rate_Hz=float(_or(lambda: device.ai_max_multi_chan_rate, 0.0)) if inputs else 0.0,
        output_rate_Hz=_output_rate_Hz(device) if outputs else 0.0,
        input_range_V=_widest_V(_or(lambda: device.ai_voltage_rngs, [])) if inputs else 0.0,
        output_range_V=_widest_V(_or(lambda: device.ao_voltage_rngs, [])) if outputs else 0.0,
        timebase_Hz=float(_or(lambda: device.co_max_timebase, 0.0)) if counters else 0.0,
        self_calibrated=_or(lambda: device.self_cal_last_date_and_time, None),
    )


def _terminals(collection: Any) -> tuple[str, ...]:
    return tuple(name.split("/", 1)[1] for name in collection.channel_names)


def _output_rate_Hz(device: Any) -> float:
    clocked = _or(lambda: device.ao_samp_clk_supported, False)
    return float(_or(lambda: device.ao_max_rate, 0.0)) if clocked else 0.0


def _widest_V(ranges: Any) -> float:
    """Return the largest voltage of a flat list of low and high ends."""
    return float(max(ranges, default=0.0))


def _or(ask: Any, otherwise: Any) -> Any:
    """Return the answer, or `otherwise` where the board says that it has no such thing."""
    try:
        return ask()
    except DaqError as error:
        if error.error_code in NOT_SUPPORTED:
            return otherwise
        raise
