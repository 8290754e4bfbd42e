"""Emulated instruments behave as the standards and the makers' guides say, errors included."""

from __future__ import annotations

import statistics

import pytest

from sim_backend.emulators.scpi.meter import Keithley2000, Keysight34465A, ScpiMeter
from sim_backend.emulators.scpi.scpi import ScpiDevice, header_pattern, number, split_arguments
from sim_backend.emulators.scpi.supply import KeysightE36312A, RigolDP832A, ScpiSupply

NO_ERROR = {KeysightE36312A: '+0,"No error"', RigolDP832A: '0,"No error"'}


def next_error(device: ScpiDevice) -> str | None:
    return device.process("SYST:ERR?")


@pytest.mark.parametrize(
    ("header", "good", "bad"),
    [
        (
            "[:SOURce]:VOLTage[:LEVel]",
            [":VOLT", ":sour:volt", ":SOURCE:VOLTAGE:LEV"],
            [":VOLTA", "VOLT", ":SOUR"],
        ),
        (":OUTPut[:STATe]?", [":OUTP?", ":output:state?"], [":OUTP", ":OUTPU?"]),
        (":SOURce<n>:VOLTage", [":SOUR:VOLT", ":SOUR12:VOLT"], [":SOURx:VOLT"]),
        ("*IDN?", ["*IDN?", "*idn?"], ["*ID?", ":*IDN?"]),
    ],
)
def test_headers_match_in_short_and_long_form_only(header: str, good: list[str], bad: list[str]) -> None:
    pattern = header_pattern(header)
    assert all(pattern.fullmatch(text) for text in good)
    assert not any(pattern.fullmatch(text) for text in bad)


def test_numbers_may_carry_units() -> None:
    assert number("1.5e-1") == 0.15
    assert number("250 mV") == pytest.approx(0.25)
    assert number("3V") == 3.0
    assert split_arguments("5.0,(@1,2), x") == ["5.0", "(@1,2)", "x"]


@pytest.mark.parametrize("make", [KeysightE36312A, RigolDP832A])
def test_the_error_queue_is_first_in_first_out_and_tells_of_its_overflow(make: type[ScpiSupply]) -> None:
    device = make()
    assert next_error(device) == NO_ERROR[make]
    device.process("NONSENSE")
    device.process("*ESE 300")
    assert next_error(device) == '-113,"Undefined header"'
    assert next_error(device) == '-222,"Data out of range"'
    assert next_error(device) == NO_ERROR[make]
    for _ in range(30):
        device.process("NONSENSE")
    entries = [next_error(device) for _ in range(20)]
    assert entries[:19] == ['-113,"Undefined header"'] * 19
    assert entries[19] == '-350,"Queue overflow"'
    assert next_error(device) == NO_ERROR[make]


def test_a_command_error_ends_the_message_and_an_execution_error_does_not() -> None:
    device = KeysightE36312A()
    assert device.process("VOLT 1,(@1);NONSENSE;VOLT 2,(@1);*OPC?") is None
    assert device.outputs[1].set_V == 1.0
    assert device.process("VOLT 99,(@1);VOLT 3,(@1);*OPC?") == "1"
    assert device.outputs[1].set_V == 3.0
    assert [next_error(device), next_error(device)] == ['-113,"Undefined header"', '-222,"Data out of range"']


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT", -109),
        ("VOLT abc,(@1)", -104),
        ("VOLT 1,(@1),2", -108),
        ("VOLT 1,(@9)", -222),
        ("VOLT 1,@1", -224),
        ("OUTP MAYBE,(@1)", -224),
        ("CURR 9,(@1)", -222),
        ("VOLT -1,(@1)", -222),
        ("*ESE 1,2", -108),
    ],
)
def test_each_mistake_has_its_number(message: str, code: int) -> None:
    device = KeysightE36312A()
    device.process(message)
    entry = next_error(device)
    assert entry is not None
    assert entry.startswith(f"{code},")
    assert device.outputs[1].set_V == 0.0


def test_a_semicolon_keeps_the_path_and_a_colon_leaves_it() -> None:
    device = Keysight34465A(lambda: 0.0)
    assert device.process("SENS:VOLT:DC:RANG 1;NPLC 10;*OPC?;NPLC?;:VOLT:RANG?") == (
        "1;+1.00000000E+01;+1.00000000E+00"
    )
    assert device.process("SENS:VOLT:DC:RANG 1;SENS:VOLT:DC:NPLC 1") is None
    assert next_error(device) == '-113,"Undefined header"'


def test_no_query_follows_the_identification_in_one_message() -> None:
    device = RigolDP832A()
    assert device.process("*IDN?;*OPC?") == device.dialect.identification
    assert next_error(device) == '-440,"Query UNTERMINATED after indefinite response"'
    assert device.process("*OPC?;*IDN?") == "1;" + device.dialect.identification


def test_a_message_too_long_for_the_buffer_is_lost() -> None:
    device = Keithley2000(lambda: 0.0)
    assert device.process("*OPC?;" * 100) is None
    assert next_error(device) == '-363,"Input buffer overrun"'


def test_reset_and_clear() -> None:
    device = KeysightE36312A()
    device.process("VOLT 3,(@1:2);OUTP ON,(@1);NONSENSE")
    assert device.process("VOLT? (@1,2);OUTP? (@1,2)") == "+3.00000000E+00,+3.00000000E+00;1,0"
    device.process("*CLS;*RST")
    assert device.process("VOLT? (@1);OUTP? (@1);SYST:ERR?") == '+0.00000000E+00;0;+0,"No error"'


def test_the_selected_channel_is_used_when_none_is_named() -> None:
    device = KeysightE36312A()
    device.process("INST:NSEL 2;:VOLT 7.5")
    assert device.outputs[2].set_V == 7.5
    assert device.process("VOLT?") == "+7.50000000E+00"


def test_the_rigol_answers_in_its_own_way() -> None:
    device = RigolDP832A()
    assert device.process(":SOUR2:VOLT 1.25;:OUTP CH2,ON") is None
    assert device.process(":SOUR2:VOLT?;:OUTP? CH2;:OUTP? CH1;:MEAS? CH2") == "1.250;ON;OFF;1.2500"
    device.process(":OUTP CH7,ON")
    assert next_error(device) == '-222,"Data out of range"'
    device.process(":OUTP FRONT,ON")
    assert next_error(device) == '-224,"Illegal parameter value"'


@pytest.mark.parametrize("make", [KeysightE36312A, RigolDP832A])
def test_a_resistor_pulls_the_output_down_to_ohm_s_law_at_the_current_limit(make: type[ScpiSupply]) -> None:
    ohm = 12.0
    device = make(lambda channel, voltage_V: voltage_V / ohm)
    device.set_voltage(1, "5")
    device.set_current(1, "0.25")
    device.switch(1, "ON")
    voltage_V, current_A = device.outputs.terminals(1)
    assert current_A == pytest.approx(0.25)
    assert voltage_V == pytest.approx(0.25 * ohm)
    device.set_current(1, "1")
    assert device.outputs.terminals(1) == pytest.approx((5.0, 5.0 / ohm))
    device.switch(1, "OFF")
    assert device.outputs.terminals(1) == (0.0, 0.0)


def readings(device: ScpiMeter, message: str) -> list[float]:
    answer = device.process(message)
    assert answer is not None
    return [float(text) for text in answer.split(",")]


def test_noise_falls_with_the_root_of_the_integration_time() -> None:
    device = Keysight34465A(lambda: 1.0, noise_V=1e-4, seed=7)
    spread = {}
    for cycles in (1, 100):
        device.process(f"VOLT:NPLC {cycles};:SAMP:COUN 2000")
        values = readings(device, "READ?")
        assert len(values) == 2000
        spread[cycles] = statistics.stdev(values)
        assert statistics.mean(values) == pytest.approx(1.0, abs=5 * spread[cycles] / 2000**0.5)
    assert spread[1] == pytest.approx(1e-4, rel=0.1)
    assert spread[1] / spread[100] == pytest.approx(10.0, rel=0.1)


@pytest.mark.parametrize("make", [Keysight34465A, Keithley2000])
def test_meters_are_repeatable_by_seed_and_fetch_what_was_read(
    make: type[Keysight34465A] | type[Keithley2000],
) -> None:
    def three(seed: int) -> list[str | None]:
        device = make(lambda: 0.3, seed=seed)
        device.process("CONF:VOLT:DC 1")
        return [device.process("READ?") for _ in range(3)]

    assert three(1) == three(1)
    assert three(1) != three(2)
    device = make(lambda: 0.3)
    device.process("CONF:VOLT:DC 1")
    assert device.process("READ?") == device.process("FETC?")


def test_beyond_the_range_a_meter_says_infinity_with_its_sign() -> None:
    voltage_V = [1.3]
    device = Keysight34465A(lambda: voltage_V[0])
    device.process("CONF:VOLT:DC 1")
    assert device.process("READ?") == "+9.90000000E+37"
    voltage_V[0] = -1.3
    assert device.process("READ?") == "-9.90000000E+37"
    voltage_V[0] = 1.19
    assert readings(device, "READ?") == pytest.approx([1.19], abs=1e-5)


def test_a_range_is_rounded_up_to_one_the_meter_has() -> None:
    device = Keysight34465A(lambda: 0.0)
    assert device.process("VOLT:RANG 3;RANG?") == "+1.00000000E+01"
    device.process("VOLT:RANG 2000")
    assert next_error(device) == '-222,"Data out of range"'
    device.process("VOLT:NPLC 500;:SAMP:COUN 0.5")
    assert [next_error(device), next_error(device)] == ['-222,"Data out of range"'] * 2


def test_the_keithley_measures_by_itself_after_power_up() -> None:
    device = Keithley2000(lambda: 0.5)
    assert device.process("*OPC?;SYST:ERR?") is None
    assert device.process("READ?") is None
    assert next_error(device) == '-213,"Init ignored"'
    device.process("INIT:CONT OFF")
    assert device.process("*OPC?") == "1"
    assert readings(device, "READ?") == pytest.approx([0.5], abs=2e-5)
    for message in ("FORM:DATA SREAL", "FORM:ELEM CHAN", "VOLT:NPLC 20"):
        device.process(message)
    assert [next_error(device)[:4] for _ in range(3)] == ["-224", "-224", "-222"]  # type: ignore[index]
