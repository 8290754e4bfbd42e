"""Instrument errors: a sentence with a way out, and a tree when several did not open."""

from __future__ import annotations

import math

import pytest

from drivers.errors import (
    ConnectionLost,
    InstrumentFault,
    NoAnswer,
    NotConnected,
    OutOfLimit,
)
from drivers.limits import ChannelLimits, PulseLimits
from protocols.errors import ConfigError, ProtocolError


def test_a_fault_says_who_where_what_why_and_what_next() -> None:
    fault = NoAnswer("supply", "GPIB0::5", "no answer", cause="is it off?", action="switch it on")
    assert str(fault) == "supply at GPIB0::5: no answer (is it off?); switch it on"
    assert fault.instrument == "supply"
    assert str(NoAnswer("supply", "", "no answer")) == "supply: no answer"


def test_a_tree_names_every_branch_that_failed() -> None:
    meter = NoAnswer("meter", "b", "silent", action="switch it on")
    inner = NotConnected("instruments", {"meter": meter})
    board = ConnectionLost("board", "/dev/x", "gone")
    tree = NotConnected("bench", {"instruments": inner, "board": board})
    assert str(tree).splitlines() == [
        "bench: could not be opened:",
        "  instruments:",
        "    meter: meter at b: silent; switch it on",
        "  board: board at /dev/x: gone",
    ]
    assert tree.leaves() == [meter, board]


@pytest.mark.parametrize("voltage_V", [-0.001, 5.0001, math.nan, math.inf, -math.inf])
def test_a_voltage_outside_its_limits_is_refused(voltage_V: float) -> None:
    with pytest.raises(OutOfLimit, match=r"supply at a: .* V on CH1 is outside 0…5 V; nothing was sent"):
        ChannelLimits(0.0, 5.0).check_V("supply", "a", "CH1", voltage_V)


@pytest.mark.parametrize("current_A", [-0.1, 1.1, math.nan, math.inf])
def test_a_current_outside_its_limits_is_refused(current_A: float) -> None:
    with pytest.raises(OutOfLimit, match="A on CH1 is outside"):
        ChannelLimits(0.0, 5.0, 1.0).check_A("supply", "a", "CH1", current_A)
    with pytest.raises(OutOfLimit):
        ChannelLimits(0.0, 5.0).check_A("supply", "a", "CH1", -math.inf)


def test_the_limits_themselves_are_allowed() -> None:
    limits = ChannelLimits(-5.0, 5.0, 1.0)
    for voltage_V in (-5.0, 0.0, 5.0):
        limits.check_V("supply", "a", "CH1", voltage_V)
    for current_A in (0.0, 1.0):
        limits.check_A("supply", "a", "CH1", current_A)


def test_two_limits_together_allow_what_both_allow() -> None:
    assert ChannelLimits(-5, 5).within(ChannelLimits(0, 6, 2)) == ChannelLimits(0, 5, 2)
    assert ChannelLimits(-5, 5, 1).within(ChannelLimits(-9, 9, 2)).max_A == 1
    with pytest.raises(ConfigError, match="voltage range"):
        ChannelLimits(0, 1).within(ChannelLimits(2, 3))


@pytest.mark.parametrize(
    "bad", [(1.0, 0.0, None), (math.nan, 1.0, None), (0.0, math.inf, None), (0.0, 1.0, -1.0)]
)
def test_limits_that_are_none_are_refused(bad: tuple[float, float, float | None]) -> None:
    with pytest.raises(ConfigError):
        ChannelLimits(*bad)


def test_pulses_are_limited_too_but_none_is_always_allowed() -> None:
    limits = PulseLimits(1e-6, 1e-3, 1e-6)
    for good in (0.0, 1e-6, 1e-3):
        limits.check_s("board", "a", good)
    for bad in (-1e-6, 1e-7, 2e-3, math.nan):
        with pytest.raises(OutOfLimit, match=r"a pulse of .* s is outside"):
            limits.check_s("board", "a", bad)


def test_a_limit_is_both_the_callers_mistake_and_the_instruments_refusal() -> None:
    error = OutOfLimit("supply", "a", "too much")
    assert isinstance(error, ProtocolError)
    assert isinstance(error, InstrumentFault)
