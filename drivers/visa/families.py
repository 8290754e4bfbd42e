"""How families of supplies and meters differ, as data.

Every command starts at the root (":"), so that it means the same wherever it stands in a message.
Sources: the makers' programming guides (E36300 series; DP800 series; Truevolt series; Model 2000).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.limits import ChannelLimits


@dataclass(frozen=True)
class SupplyFamily:
    """A family of bench supplies: commands with {channel} and {value}, models and resolutions.

    `sync` is answered when what stands before it is done. `readback_V` and `readback_A` are how far a
    setting may read back from what was sent; `noise_V` and `noise_A` how far two measurements in a row may
    differ, beside 0.1 %.
    """

    name: str
    makers: str
    models: Mapping[str, tuple[ChannelLimits, ...]]
    set_voltage: str
    ask_voltage: str
    set_current: str
    ask_current: str
    switch: str
    ask_output: str
    measure_voltage: str
    measure_current: str
    readback_V: float
    readback_A: float
    noise_V: float
    noise_A: float
    sync: str = "*OPC?"
    states: Mapping[str, bool] = field(
        default_factory=lambda: {"1": True, "0": False, "ON": True, "OFF": False}
    )


@dataclass(frozen=True)
class MeterFamily:
    """A family of multimeters for DC volts: commands with {value}, models, ranges and integration.

    `start` are sent on open. `cycles` are the integration times it knows, in power line cycles, or the least
    and the most when `cycles_between` is true. `samples_in_one` says that one `:READ?` returns as many
    readings as `set_samples` asked for. `stuck_after` is how many readings in a row a working meter, whose
    last digits are noise, never repeats to the last digit; None where the last digit may well rest.
    """

    name: str
    makers: str
    models: tuple[str, ...]
    start: tuple[str, ...]
    set_range: str
    ask_range: str
    set_cycles: str
    ask_cycles: str
    ranges_V: tuple[float, ...]
    cycles: tuple[float, ...]
    cycles_between: bool
    samples_in_one: bool
    most_samples: int
    stuck_after: int | None
    set_samples: str = ":SAMP:COUN {value}"
    read: str = ":READ?"
    again: str = ":FETC?"
    sync: str = "*OPC?"


def _channels(*volts_amperes: tuple[float, float]) -> tuple[ChannelLimits, ...]:
    return tuple(ChannelLimits(min(0.0, V), max(0.0, V), A) for V, A in volts_amperes)


_DP832 = _channels((32, 3.2), (32, 3.2), (5.3, 3.2))
_DP831 = _channels((8.4, 5.3), (32, 2.1), (-32, 2.1))
_DP821 = _channels((63, 1.05), (8.4, 10.5))
_DP811 = _channels((21, 10.5))  # its lower range; the upper one has to be chosen by hand

KEYSIGHT_E36300 = SupplyFamily(
    name="Keysight E36300",
    makers=r"keysight technologies|agilent technologies",
    models={
        "E36311A": _channels((6.18, 5.15), (25.75, 1.03), (25.75, 1.03)),
        "E36312A": _channels((6.18, 5.15), (25.75, 1.03), (25.75, 1.03)),
        "E36313A": _channels((6.18, 10.3), (25.75, 2.06), (25.75, 2.06)),
    },
    set_voltage=":VOLT {value:.6f},(@{channel})",
    ask_voltage=":VOLT? (@{channel})",
    set_current=":CURR {value:.6f},(@{channel})",
    ask_current=":CURR? (@{channel})",
    switch=":OUTP {value},(@{channel})",
    ask_output=":OUTP? (@{channel})",
    measure_voltage=":MEAS:VOLT? (@{channel})",
    measure_current=":MEAS:CURR? (@{channel})",
    readback_V=1.0e-3,
    readback_A=1.0e-3,
    noise_V=5.0e-3,
    noise_A=5.0e-3,
)

RIGOL_DP800 = SupplyFamily(
    name="Rigol DP800",
    makers=r"rigol technologies",
    models={
        **dict.fromkeys(("DP832", "DP832A"), _DP832),
        **dict.fromkeys(("DP831", "DP831A"), _DP831),
        **dict.fromkeys(("DP821", "DP821A"), _DP821),
        **dict.fromkeys(("DP811", "DP811A"), _DP811),
    },
    set_voltage=":SOUR{channel}:VOLT {value:.4f}",
    ask_voltage=":SOUR{channel}:VOLT?",
    set_current=":SOUR{channel}:CURR {value:.4f}",
    ask_current=":SOUR{channel}:CURR?",
    switch=":OUTP CH{channel},{value}",
    ask_output=":OUTP? CH{channel}",
    measure_voltage=":MEAS? CH{channel}",
    measure_current=":MEAS:CURR? CH{channel}",
    readback_V=5.1e-3,  # models without the A set in steps of 10 mV
    readback_A=5.1e-3,
    noise_V=1.0e-2,
    noise_A=1.0e-2,
)

KEYSIGHT_34460 = MeterFamily(
    name="Keysight 34460",
    makers=r"keysight technologies|agilent technologies",
    models=("34460A", "34461A", "34465A", "34470A"),
    start=(":CONF:VOLT:DC",),
    set_range=":VOLT:DC:RANG {value:g}",
    ask_range=":VOLT:DC:RANG?",
    set_cycles=":VOLT:DC:NPLC {value:g}",
    ask_cycles=":VOLT:DC:NPLC?",
    ranges_V=(0.1, 1.0, 10.0, 100.0, 1000.0),
    cycles=(0.02, 0.2, 1.0, 10.0, 100.0),
    cycles_between=False,
    samples_in_one=True,
    most_samples=1000,
    stuck_after=4,
)

KEITHLEY_2000 = MeterFamily(
    name="Keithley 2000",
    makers=r"keithley instruments inc\.?|keithley instruments",
    models=("MODEL 2000", "MODEL 2010", "MODEL 2015"),
    # It powers up measuring by itself, and then no *OPC? is ever answered: stop that first.
    start=(":INIT:CONT OFF", ":ABOR", ":CONF:VOLT:DC", ":FORM:DATA ASC", ":FORM:ELEM READ"),
    set_range=":SENS:VOLT:DC:RANG {value:g}",
    ask_range=":SENS:VOLT:DC:RANG?",
    set_cycles=":SENS:VOLT:DC:NPLC {value:g}",
    ask_cycles=":SENS:VOLT:DC:NPLC?",
    ranges_V=(0.1, 1.0, 10.0, 100.0, 1000.0),
    cycles=(0.01, 10.0),
    cycles_between=True,
    samples_in_one=False,
    most_samples=1024,
    stuck_after=None,
    sync="",  # the error queue, asked in every message, is read in turn and does the same
)

SUPPLIES: Mapping[str, SupplyFamily] = {"keysight-e36300": KEYSIGHT_E36300, "rigol-dp800": RIGOL_DP800}
METERS: Mapping[str, MeterFamily] = {"keysight-34460": KEYSIGHT_34460, "keithley-2000": KEITHLEY_2000}
