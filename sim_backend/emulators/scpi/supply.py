"""Emulated bench supplies: Keysight E36300 and Rigol DP800 dialects over the same outputs.

A load is a function of channel and voltage that returns the current drawn; without one nothing draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sim_backend.emulators.scpi.scpi import (
    ILLEGAL_VALUE,
    MISSING_PARAMETER,
    OUT_OF_RANGE,
    PARAMETER_NOT_ALLOWED,
    Dialect,
    ScpiDevice,
    ScpiError,
    boolean,
    number,
    one,
)

Load = Callable[[int, float], float]


@dataclass
class SupplyOutput:
    """One channel: what it can give and what it is set to."""

    max_V: float
    max_A: float
    set_V: float = 0.0
    set_A: float = 0.0
    on: bool = False


class Outputs:
    """The channels of a supply with their loads; voltages in volts, currents in amperes."""

    def __init__(self, ratings: tuple[tuple[float, float], ...], load: Load | None) -> None:
        self._channels = {n: SupplyOutput(*rating) for n, rating in enumerate(ratings, start=1)}
        self._load = load or (lambda channel, voltage_V: 0.0)

    def __getitem__(self, channel: int) -> SupplyOutput:
        """Return a channel; raises ScpiError -222 when there is none of that number."""
        try:
            return self._channels[channel]
        except KeyError:
            raise ScpiError(*OUT_OF_RANGE) from None

    def reset(self) -> None:
        """Switch all off, set to 0 V and to the full current."""
        for output in self._channels.values():
            output.set_V, output.set_A, output.on = 0.0, output.max_A, False

    def terminals(self, channel: int) -> tuple[float, float]:
        """Return voltage and current at a channel's terminals; a load beyond the limit pulls it down.

        In constant current the voltage follows the load's chord resistance: exact for a resistor.
        """
        output = self[channel]
        if not output.on:
            return 0.0, 0.0
        drawn_A = self._load(channel, output.set_V)
        if drawn_A <= output.set_A:
            return output.set_V, drawn_A
        return output.set_V * output.set_A / drawn_A, output.set_A


class ScpiSupply(ScpiDevice):
    """What both families share; subclasses give the commands."""

    def __init__(
        self, dialect: Dialect, ratings: tuple[tuple[float, float], ...], load: Load | None = None
    ) -> None:
        super().__init__(dialect)
        self.outputs = Outputs(ratings, load)
        self.reset()

    def reset(self) -> None:
        """Switch all outputs off and set them to 0 V."""
        self.outputs.reset()

    def set_voltage(self, channel: int, text: str) -> None:
        """Set a channel; raises ScpiError -222 beyond its rating."""
        output, value = self.outputs[channel], number(text)
        if not 0 <= value <= output.max_V:
            raise ScpiError(*OUT_OF_RANGE)
        if not self.stuck:
            output.set_V = value

    def set_current(self, channel: int, text: str) -> None:
        """Set the current limit of a channel; raises ScpiError -222 beyond its rating."""
        output, value = self.outputs[channel], number(text)
        if not 0 <= value <= output.max_A:
            raise ScpiError(*OUT_OF_RANGE)
        if not self.stuck:
            output.set_A = value

    def switch(self, channel: int, text: str) -> None:
        """Switch a channel's output."""
        output, on = self.outputs[channel], boolean(text)
        if not self.stuck:
            output.on = on


class KeysightE36312A(ScpiSupply):
    """6 V/5 A and twice 25 V/1 A; channel lists, numbers with exponents."""

    def __init__(self, load: Load | None = None, *, serial: str = "SIM-E36312A-1") -> None:
        identification = f"Keysight Technologies,E36312A,{serial},2.1.0-1.0.4-1.12"
        super().__init__(
            Dialect(identification, signed=True), ((6.18, 5.15), (25.75, 1.03), (25.75, 1.03)), load
        )
        self._selected = 1
        level = "[:LEVel][:IMMediate][:AMPLitude]"
        self.define(f"[:SOURce]:VOLTage{level}", lambda n, a: self._apply(self.set_voltage, a))
        self.define(f"[:SOURce]:CURRent{level}", lambda n, a: self._apply(self.set_current, a))
        self.define(":OUTPut[:STATe]", lambda n, a: self._apply(self.switch, a))
        self.define(f"[:SOURce]:VOLTage{level}?", lambda n, a: self._tell(a, lambda c: self.outputs[c].set_V))
        self.define(f"[:SOURce]:CURRent{level}?", lambda n, a: self._tell(a, lambda c: self.outputs[c].set_A))
        self.define(":OUTPut[:STATe]?", self._tell_state)
        self.define(
            ":MEASure[:SCALar]:VOLTage[:DC]?",
            lambda n, a: self._tell(a, lambda c: self.outputs.terminals(c)[0]),
        )
        self.define(
            ":MEASure[:SCALar]:CURRent[:DC]?",
            lambda n, a: self._tell(a, lambda c: self.outputs.terminals(c)[1]),
        )
        self.define(":INSTrument:NSELect", self._select)

    def _select(self, n: int, arguments: list[str]) -> None:
        channel = int(number(one(arguments)))
        self._selected = channel if self.outputs[channel] else self._selected

    def _channels(self, text: str | None) -> list[int]:
        if text is None:
            return [self._selected]
        match = re.fullmatch(r"\(@\s*([\d,: ]+)\)", text)
        if not match:
            raise ScpiError(*ILLEGAL_VALUE)
        channels: list[int] = []
        for part in match[1].split(","):
            first, _, last = part.partition(":")
            channels.extend(range(int(first), int(last or first) + 1))
        return channels

    def _apply(self, setter: Callable[[int, str], None], arguments: list[str]) -> None:
        if not arguments:
            raise ScpiError(*MISSING_PARAMETER)
        if len(arguments) > 2:
            raise ScpiError(*PARAMETER_NOT_ALLOWED)
        for channel in self._channels(arguments[1] if len(arguments) > 1 else None):
            setter(channel, arguments[0])

    def _tell(self, arguments: list[str], value: Callable[[int], float]) -> str:
        channels = self._channels(one(arguments) if arguments else None)
        return ",".join(f"{value(channel):+.8E}" for channel in channels)

    def _tell_state(self, n: int, arguments: list[str]) -> str:
        channels = self._channels(one(arguments) if arguments else None)
        return ",".join(str(int(self.outputs[channel].on)) for channel in channels)


class RigolDP832A(ScpiSupply):
    """Twice 30 V/3 A and 5 V/3 A; channels by header number or by name, plain decimals, ON and OFF."""

    def __init__(self, load: Load | None = None, *, serial: str = "SIM-DP832A-1") -> None:
        identification = f"RIGOL TECHNOLOGIES,DP832A,{serial},00.01.16"
        super().__init__(Dialect(identification, signed=False), ((32.0, 3.2), (32.0, 3.2), (5.3, 3.2)), load)
        level = "[:LEVel][:IMMediate][:AMPLitude]"
        self.define(f":SOURce<n>:VOLTage{level}", lambda n, a: self.set_voltage(n, one(a)))
        self.define(f":SOURce<n>:CURRent{level}", lambda n, a: self.set_current(n, one(a)))
        self.define(f":SOURce<n>:VOLTage{level}?", lambda n, a: f"{self.outputs[n].set_V:.3f}")
        self.define(f":SOURce<n>:CURRent{level}?", lambda n, a: f"{self.outputs[n].set_A:.4f}")
        self.define(":OUTPut[:STATe]", self._switch)
        self.define(":OUTPut[:STATe]?", lambda n, a: "ON" if self.outputs[_named(a)].on else "OFF")
        self.define(":MEASure[:VOLTage][:DC]?", lambda n, a: f"{self.outputs.terminals(_named(a))[0]:.4f}")
        self.define(":MEASure:CURRent[:DC]?", lambda n, a: f"{self.outputs.terminals(_named(a))[1]:.4f}")

    def _switch(self, n: int, arguments: list[str]) -> None:
        if not arguments:
            raise ScpiError(*MISSING_PARAMETER)
        self.switch(_named(arguments[:-1]), arguments[-1])


def _named(arguments: list[str]) -> int:
    """Return the number of a channel called CH1, CH2, CH3; the first when none is named."""
    name = one(arguments).upper() if arguments else "CH1"
    match = re.fullmatch(r"CH(\d)", name)
    if not match:
        raise ScpiError(*ILLEGAL_VALUE)
    return int(match[1])
