"""Supplies of both families, through PyVISA and a real socket."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from drivers.errors import ConnectionLost, InstrumentFault, NotTaken, OutOfLimit, Refused, WrongInstrument
from drivers.limits import ChannelLimits
from drivers.visa import METERS, SUPPLIES, MeterDriver, SupplyDriver
from protocols.errors import ConfigError, ProtocolError
from sim_backend.emulators.faults import Fault, FaultKind

from ..ports import PowerSupply
from .bench import LIMITS, SupplyBench, supply_bench


@pytest.fixture(params=sorted(SUPPLIES))
def bench(request: pytest.FixtureRequest) -> Iterator[SupplyBench]:
    with supply_bench(request.param) as bench:
        bench.driver.open()
        yield bench


def test_it_is_a_power_supply_and_says_who_it_is(bench: SupplyBench) -> None:
    assert isinstance(bench.driver, PowerSupply)
    identity = bench.driver.identity()
    assert identity.kind == "power supply"
    assert identity.name in ("E36312A", "DP832A")
    assert identity.serial.startswith("SIM-")
    assert identity.simulated


def test_what_is_set_arrives_and_is_read_back(bench: SupplyBench) -> None:
    assert bench.driver.set_voltage(1, 3.3) == pytest.approx(3.3, abs=1e-3)
    assert bench.driver.set_current_limit(2, 0.15) == pytest.approx(0.15, abs=1e-3)
    bench.driver.set_current_limit(1, 0.5)
    bench.driver.switch_output(1, True)
    assert (bench.device.outputs[1].set_V, bench.device.outputs[1].on) == (pytest.approx(3.3), True)
    assert bench.device.outputs[2].set_A == pytest.approx(0.15)
    assert not bench.device.outputs[2].on


@pytest.mark.parametrize("family", sorted(SUPPLIES))
def test_a_load_of_ten_ohm_is_measured_until_the_current_limit_holds(family: str) -> None:
    with supply_bench(family, load=lambda channel, voltage_V: voltage_V / 10.0) as bench:
        driver = bench.driver
        driver.open()
        driver.set_current_limit(1, 0.2)
        driver.set_voltage(1, 1.0)
        driver.switch_output(1, True)
        assert driver.measure_voltage(1) == pytest.approx(1.0, abs=1e-3)
        assert driver.measure_current(1) == pytest.approx(0.1, abs=1e-3)
        driver.set_voltage(1, 4.0)
        assert driver.measure_voltage(1) == pytest.approx(2.0, abs=1e-3)  # 0.2 A · 10 Ω
        assert driver.measure_current(1) == pytest.approx(0.2, abs=1e-3)


def test_a_setting_costs_one_exchange_and_no_write_goes_unanswered(bench: SupplyBench) -> None:
    before = len(bench.server.heard())
    bench.driver.set_voltage(1, 2.0)
    bench.driver.switch_output(1, False)
    bench.driver.measure_voltage(1)
    bench.driver.safe_state()
    messages = bench.server.heard()[before:]
    assert len(messages) == 4
    assert all(message.endswith(":SYST:ERR?") for message in messages)


@pytest.mark.parametrize("voltage_V", [5.001, -0.001, math.nan, math.inf, 1e9])
def test_a_voltage_beyond_the_limits_never_reaches_the_wire(bench: SupplyBench, voltage_V: float) -> None:
    before = bench.server.heard()
    with pytest.raises(OutOfLimit, match="channel 1 is outside 0…5 V; nothing was sent") as caught:
        bench.driver.set_voltage(1, voltage_V)
    assert isinstance(caught.value, ProtocolError)
    assert bench.server.heard() == before


@pytest.mark.parametrize("current_A", [0.51, -0.1, math.nan])
def test_a_current_beyond_the_limits_never_reaches_the_wire(bench: SupplyBench, current_A: float) -> None:
    before = bench.server.heard()
    with pytest.raises(OutOfLimit, match=r"channel 1 is outside 0…0\.5 A"):
        bench.driver.set_current_limit(1, current_A)
    assert bench.server.heard() == before


def test_a_channel_without_limits_is_not_touched(bench: SupplyBench) -> None:
    before = bench.server.heard()
    for call in (
        lambda: bench.driver.set_voltage(3, 0.0),
        lambda: bench.driver.switch_output(3, False),
        lambda: bench.driver.measure_voltage(3),
    ):
        with pytest.raises(OutOfLimit, match="channel 3 has no limits"):
            call()
    assert bench.server.heard() == before
    bench.device.outputs[3].on = True
    bench.driver.safe_state()
    assert bench.device.outputs[3].on


def test_settings_left_by_hand_are_checked_before_the_output_goes_on(bench: SupplyBench) -> None:
    bench.driver.set_current_limit(1, 0.1)
    bench.device.outputs[1].set_V = 5.5
    with pytest.raises(OutOfLimit, match=r"channel 1 holds 5\.5 V and 0\.1 A, beyond its limits"):
        bench.driver.switch_output(1, True)
    bench.driver.set_voltage(1, 1.0)
    bench.device.outputs[1].set_A = 0.6
    with pytest.raises(OutOfLimit, match=r"0\.6 A, .* the output stays off; set voltage and current limit"):
        bench.driver.switch_output(1, True)
    assert not bench.device.outputs[1].on
    bench.driver.set_current_limit(1, 0.5)
    bench.driver.switch_output(1, True)
    assert bench.device.outputs[1].on


def test_the_model_s_own_limits_hold_beside_the_bench_file_s() -> None:
    with supply_bench("keysight-e36300") as bench:
        driver = SupplyDriver(
            "supply", bench.server.resource, SUPPLIES["keysight-e36300"], {1: ChannelLimits(-10, 30, 50)}
        )
        driver.open()
        assert driver.limits() == {1: ChannelLimits(0.0, 6.18, 5.15)}
        driver.close()


@pytest.mark.parametrize(
    ("limits", "text"),
    [({4: ChannelLimits(0, 1)}, "no such channel"), ({1: ChannelLimits(-2, -1)}, "voltage range")],
)
def test_limits_the_model_cannot_have_are_a_mistake_in_the_bench_file(
    limits: dict[int, ChannelLimits], text: str
) -> None:
    with supply_bench("keysight-e36300") as bench:
        driver = SupplyDriver("supply", bench.server.resource, SUPPLIES["keysight-e36300"], limits)
        with pytest.raises(ConfigError, match=text):
            driver.open()
    with pytest.raises(ConfigError, match="no channel has limits"):
        SupplyDriver("supply", "GPIB0::5::INSTR", SUPPLIES["keysight-e36300"], {})


def test_closing_leaves_the_supply_off_at_zero_and_may_be_done_twice(bench: SupplyBench) -> None:
    bench.driver.set_voltage(1, 4.0)
    bench.driver.set_current_limit(1, 0.5)
    bench.driver.switch_output(1, True)
    bench.driver.set_voltage(2, 9.0)
    bench.driver.close()
    assert bench.is_safe()
    bench.driver.close()
    with pytest.raises(InstrumentFault, match="it is not open; open it first"):
        bench.driver.set_voltage(1, 1.0)


def test_it_can_be_opened_again(bench: SupplyBench) -> None:
    bench.driver.close()
    bench.driver.open()
    assert bench.driver.set_voltage(1, 1.5) == pytest.approx(1.5)


def test_an_output_that_does_not_switch_off_is_reported_by_name(bench: SupplyBench) -> None:
    bench.driver.set_voltage(1, 1.0)
    bench.driver.set_current_limit(1, 0.5)
    bench.driver.switch_output(1, True)
    bench.faults.arm(Fault(FaultKind.STUCK, count=None))
    with pytest.raises(NotTaken, match=r"supply at TCPIP.*output 1 OFF was accepted, yet it reads .*by hand"):
        bench.driver.safe_state()


def test_an_error_of_the_instrument_is_told_and_the_next_message_works(bench: SupplyBench) -> None:
    bench.device.queue_error(-330, "Self-test failed; fan")  # with a semicolon, as real ones have
    bench.device.queue_error(-222, "Data out of range")
    with pytest.raises(Refused, match=r"-330, Self-test failed; fan; -222, Data out of range"):
        bench.driver.set_voltage(1, 1.0)
    assert bench.driver.set_voltage(1, 2.0) == pytest.approx(2.0)


def test_errors_from_before_are_forgotten_on_open(bench: SupplyBench) -> None:
    bench.driver.close()
    bench.device.queue_error(-113, "Undefined header")
    bench.driver.open()
    assert bench.driver.set_voltage(1, 2.0) == pytest.approx(2.0)


def test_another_instrument_at_the_address_is_not_driven() -> None:
    with supply_bench("rigol-dp800") as bench:
        wrong = SupplyDriver(
            "supply", bench.server.resource, SUPPLIES["keysight-e36300"], LIMITS, timeout_s=0.4
        )
        with pytest.raises(WrongInstrument, match=r"RIGOL.*E36311A or E36312A or E36313A was expected"):
            wrong.open()
        meter = MeterDriver("meter", bench.server.resource, METERS["keysight-34460"], timeout_s=0.4)
        with pytest.raises(WrongInstrument, match="check the address in the bench file"):
            meter.open()
        assert set(bench.server.heard()) == {"*IDN?"}


def test_nobody_at_the_address_is_said_so_quickly() -> None:
    with supply_bench("rigol-dp800") as bench:
        resource = bench.server.resource
    driver = SupplyDriver("supply", resource, SUPPLIES["rigol-dp800"], LIMITS, timeout_s=0.4)
    with pytest.raises(
        ConnectionLost, match=r"supply at TCPIP0::127\.0\.0\.1.*check power, cable and address"
    ):
        driver.open()
    with pytest.raises(ConnectionLost, match="cannot be opened"):
        SupplyDriver("supply", "NONSENSE::1", SUPPLIES["rigol-dp800"], LIMITS).open()
