"""Limits of a channel, checked last before the wire, whatever the caller says."""

from __future__ import annotations

import math
from dataclasses import dataclass

from drivers.errors import OutOfLimit
from protocols.errors import ConfigError
from protocols.messages import say

_ACTION = say("nothing was sent; ask for less, or raise the limit in the bench file if the board stands it")


@dataclass(frozen=True)
class ChannelLimits:
    """What a channel may be driven to: volts and, where it can be limited, amperes.

    Raises ConfigError when the range is empty or not finite.
    """

    min_V: float
    max_V: float
    max_A: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.min_V) and math.isfinite(self.max_V) and self.min_V <= self.max_V):
            raise ConfigError(
                say("is no voltage range"),
                key="limits",
                value=(self.min_V, self.max_V),
                allowed=say("least before most"),
            )
        if self.max_A is not None and not (math.isfinite(self.max_A) and self.max_A >= 0):
            raise ConfigError(
                say("is no current limit"), key="limits.max_A", value=self.max_A, allowed=say("0 A or more")
            )

    def check_V(self, instrument: str, address: str, channel: str, voltage_V: float) -> None:
        """Raise OutOfLimit unless the voltage is a number within the range."""
        if not self.min_V <= voltage_V <= self.max_V:  # a NaN fails too
            raise OutOfLimit(
                instrument,
                address,
                say(
                    "{voltage_V:.6g} V on {channel} is outside {min_V:.6g}…{max_V:.6g} V",
                    voltage_V=voltage_V,
                    channel=channel,
                    min_V=self.min_V,
                    max_V=self.max_V,
                ),
                action=_ACTION,
            )

    def check_A(self, instrument: str, address: str, channel: str, current_A: float) -> None:
        """Raise OutOfLimit unless the current is a number from 0 A to the most allowed."""
        most_A = math.inf if self.max_A is None else self.max_A
        if not (0.0 <= current_A <= most_A and math.isfinite(current_A)):
            raise OutOfLimit(
                instrument,
                address,
                say(
                    "{current_A:.6g} A on {channel} is outside 0…{most_A:.6g} A",
                    current_A=current_A,
                    channel=channel,
                    most_A=most_A,
                ),
                action=_ACTION,
            )

    def within(self, other: ChannelLimits) -> ChannelLimits:
        """Return what both allow; raises ConfigError when that is nothing."""
        currents = [most for most in (self.max_A, other.max_A) if most is not None]
        return ChannelLimits(
            max(self.min_V, other.min_V), min(self.max_V, other.max_V), min(currents) if currents else None
        )


@dataclass(frozen=True)
class PulseLimits:
    """Length of a learning pulse: least, most and step, in seconds."""

    min_s: float
    max_s: float
    step_s: float

    def check_s(self, instrument: str, address: str, pulse_s: float) -> None:
        """Raise OutOfLimit unless the pulse is a number within the range; 0 s, no pulse, always is."""
        if pulse_s != 0.0 and not self.min_s <= pulse_s <= self.max_s:
            raise OutOfLimit(
                instrument,
                address,
                say(
                    "a pulse of {pulse_s:.6g} s is outside {min_s:.6g}…{max_s:.6g} s",
                    pulse_s=pulse_s,
                    min_s=self.min_s,
                    max_s=self.max_s,
                ),
                action=_ACTION,
            )
