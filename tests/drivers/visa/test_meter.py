"""Multimeters of both families, through PyVISA and a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from drivers.errors import Garbled, InstrumentFault, OutOfLimit
from drivers.limits import ChannelLimits
from drivers.visa import METERS, MeterDriver
from protocols.errors import ConfigError
from sim_backend.emulators.faults import Fault, FaultKind

from ..ports import Multimeter
from .bench import MeterBench, assert_helpful, meter_bench


class Wire:
    """What the meter's leads are clipped to."""

    def __init__(self) -> None:
        self.voltage_V = 0.226

    def __call__(self) -> float:
        return self.voltage_V


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture(params=sorted(METERS))
def bench(request: pytest.FixtureRequest, wire: Wire) -> Iterator[MeterBench]:
    with meter_bench(request.param, wire) as bench:
        bench.driver.open()
        yield bench


def test_it_is_a_multimeter_and_says_who_it_is(bench: MeterBench) -> None:
    assert isinstance(bench.driver, Multimeter)
    identity = bench.driver.identity()
    assert identity.kind == "multimeter"
    assert identity.name in ("34465A", "MODEL 2000")
    assert identity.simulated
    assert bench.driver.limits() == ChannelLimits(-10, 10)


def test_it_reads_what_is_on_its_leads(bench: MeterBench, wire: Wire) -> None:
    for voltage_V in (0.226, -3.1, 9.5, 0.0):
        wire.voltage_V = voltage_V
        readings = bench.driver.measure_voltage()
        assert readings.shape == (1,)
        assert readings[0] == pytest.approx(voltage_V, abs=2e-5)


def test_several_readings_scatter_with_the_meter_s_noise(bench: MeterBench, wire: Wire) -> None:
    wire.voltage_V = 1.0
    readings = bench.driver.measure_voltage(200)
    assert readings.shape == (200,)
    noise_V = {"34465A": 1e-6, "MODEL 2000": 2e-6}[bench.driver.identity().name]
    assert np.std(readings) == pytest.approx(noise_V, rel=0.3)
    assert np.mean(readings) == pytest.approx(1.0, abs=5 * noise_V / 200**0.5 + 1e-6)


def test_integration_is_set_and_lowers_the_noise(bench: MeterBench) -> None:
    assert bench.driver.set_integration(10.0) == 10.0
    assert bench.device.cycles == 10.0


@pytest.mark.parametrize("family", sorted(METERS))
def test_range_and_integration_are_set_on_open(family: str) -> None:
    with meter_bench(family, lambda: 0.05, range_V=0.1, power_line_cycles=0.2) as bench:
        bench.driver.open()
        assert (bench.device.range_V, bench.device.cycles) == (0.1, 0.2)
        assert bench.driver.measure_voltage()[0] == pytest.approx(0.05, abs=5e-5)


def test_an_input_beyond_the_range_is_an_error_not_a_number(bench: MeterBench, wire: Wire) -> None:
    for voltage_V in (12.5, -12.5):
        wire.voltage_V = voltage_V
        with pytest.raises(
            InstrumentFault, match=r"meter at .*beyond its range of 10 V .*choose a larger range"
        ):
            bench.driver.measure_voltage()
    wire.voltage_V = 1.0
    assert bench.driver.measure_voltage()[0] == pytest.approx(1.0, abs=2e-5)


def test_what_the_family_cannot_do_is_said_before_anything_is_sent() -> None:
    with pytest.raises(ConfigError, match=r"no such range.*0\.1, 1, 10, 100, 1000"):
        MeterDriver("meter", "GPIB0::22::INSTR", METERS["keysight-34460"], range_V=3.0)
    with meter_bench("keysight-34460", lambda: 0.0, power_line_cycles=0.5) as bench:
        with pytest.raises(OutOfLimit, match=r"0\.5 power line cycles; choose 0\.02, 0\.2, 1, 10, 100"):
            bench.driver.open()
        assert bench.server.heard() == ()
    with meter_bench("keithley-2000", lambda: 0.0) as bench:
        bench.driver.open()
        heard = bench.server.heard()
        with pytest.raises(OutOfLimit, match=r"choose 0\.01 to 10"):
            bench.driver.set_integration(11.0)
        for samples in (0, 1025):
            with pytest.raises(OutOfLimit, match="it takes 1 to 1024"):
                bench.driver.measure_voltage(samples)
        assert bench.server.heard() == heard


def test_a_meter_that_holds_its_reading_is_found_out() -> None:
    with meter_bench("keysight-34460", lambda: 1.0) as bench:
        bench.driver.open()
        bench.driver.measure_voltage(10)
        bench.faults.arm(Fault(FaultKind.STUCK, count=None))
        with pytest.raises(InstrumentFault, match=r"4 readings in a row are .* to the last digit"):
            bench.driver.measure_voltage(4)
        bench.faults.disarm()
        assert bench.driver.measure_voltage()[0] == pytest.approx(1.0, abs=1e-5)


def test_a_held_reading_is_found_out_across_calls_too() -> None:
    with meter_bench("keysight-34460", lambda: 1.0) as bench:
        bench.driver.open()
        bench.driver.measure_voltage()
        bench.faults.arm(Fault(FaultKind.STUCK, count=None))
        for _ in range(2):
            bench.driver.measure_voltage()
        with pytest.raises(InstrumentFault, match="4 readings in a row"):
            bench.driver.measure_voltage()


@pytest.mark.parametrize("seed", range(60))
def test_no_single_bad_bit_changes_a_reading(seed: int, bench: MeterBench, wire: Wire) -> None:
    bench.faults.arm(Fault(FaultKind.CORRUPT, seed=seed))
    wire.voltage_V = 1.25
    try:
        reading = float(bench.driver.measure_voltage()[0])
    except InstrumentFault as fault:
        assert_helpful(fault, "meter")
    else:
        assert reading == pytest.approx(1.25, abs=2e-5)
    assert bench.driver.measure_voltage()[0] == pytest.approx(1.25, abs=2e-5)


def test_a_reading_that_differs_from_its_copy_is_not_used(bench: MeterBench) -> None:
    answer = {"34465A": '+1.5E+00;+1.4E+00;+0,"No error"', "MODEL 2000": '+1.5E+00;+1.4E+00;0,"No error"'}
    text = answer[bench.driver.identity().name]
    bench.device.define(":READ?", lambda n, arguments: "+1.5E+00")
    bench.device.process = lambda line, stuck=False: text  # type: ignore[method-assign]
    with pytest.raises(Garbled, match=r"makes no sense: '\+1\.5E\+00', then '\+1\.4E\+00'"):
        bench.driver.measure_voltage()


def test_the_keithley_answers_no_completion_query_while_it_measures_by_itself() -> None:
    with meter_bench("keithley-2000", lambda: 0.0) as bench:
        assert bench.device.process("*OPC?") is None
        bench.driver.open()
        assert bench.device.process("*OPC?") == "1"
        assert not any("*OPC?" in message for message in bench.server.heard())
