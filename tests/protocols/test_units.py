"""Quantities with units: what is read, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from protocols import ConfigError
from protocols.units import (
    Farad,
    LearningRate,
    Ohm,
    PerVolt,
    Ratio,
    Second,
    Strength,
    Volt,
    VoltPerSecond,
    parse_quantity,
)

READ: list[tuple[Any, str, float]] = [
    ("100 us", "s", 1e-4),
    ("100 µs", "s", 1e-4),  # micro sign
    ("100 μs", "s", 1e-4),  # Greek mu
    ("100us", "s", 1e-4),
    ("  25 us ", "s", 25e-6),
    ("0.1 ms", "s", 1e-4),
    ("2.5 s", "s", 2.5),
    ("1 min", "s", 60.0),
    ("18.1 mV", "V", 0.0181),
    ("-62.5 mV", "V", -0.0625),
    ("+20.8mV", "V", 0.0208),
    ("1.81e1 mV", "V", 0.0181),
    ("226.6 millivolt", "V", 0.2266),
    ("0.4532 V", "V", 0.4532),
    ("500 ohm", "ohm", 500.0),
    ("500 Ω", "ohm", 500.0),  # Greek omega
    ("500 Ω", "ohm", 500.0),  # ohm sign
    ("1 kΩ", "ohm", 1e3),
    ("1 kohm", "ohm", 1e3),
    ("22 uF", "F", 22e-6),
    ("2.2 µF", "F", 2.2e-6),
    ("1 kHz", "Hz", 1e3),
    ("0.4 V/s", "V/s", 0.4),
    ("400 mV/s", "V/s", 0.4),
    ("8.5e-4 A/V^2", "A/V**2", 8.5e-4),
    ("0.85 mA/V**2", "A/V**2", 8.5e-4),
    ("850 µA/V^2", "A/V**2", 8.5e-4),
    ("0.012 1/V", "1/V", 0.012),
    ("1377 1/(V*s)", "1/(V*s)", 1377.0),
    ("1377 / V / s", "1/(V*s)", 1377.0),
    ("2 %", "dimensionless", 0.02),
    ("2%", "dimensionless", 0.02),
    ("0.5", "dimensionless", 0.5),
    (0.992, "dimensionless", 0.992),
    (3, "dimensionless", 3.0),
    (0, "V", 0.0),
    (0.0, "s", 0.0),
    ("0 V", "V", 0.0),
]


@pytest.mark.parametrize(("text", "unit", "value"), READ, ids=[f"{t!r} {u}" for t, u, _ in READ])
def test_quantities_are_read_as_si(text: Any, unit: str, value: float) -> None:
    found = parse_quantity(text, unit)
    assert type(found) is float
    assert found == pytest.approx(value, rel=1e-12, abs=0.0)


REFUSED: list[tuple[Any, str, str]] = [
    # wrong dimension
    ("100 us", "V", "has the wrong unit: µs is not a measure of V"),
    ("18.1 mV", "s", "has the wrong unit: mV is not a measure of s"),
    ("1 mS", "s", "wrong unit"),  # siemens, not seconds
    ("2 V/s", "V", "wrong unit"),
    ("500 ohm", "F", "wrong unit"),
    ("3 V", "dimensionless", "wrong unit"),
    # no unit
    (5, "V", "has no unit"),
    (1e-4, "s", "has no unit"),
    ("5", "V", "has no unit"),
    ("1e-4", "s", "has no unit"),
    ("2 %", "V", "has no unit"),
    # no number
    ("", "V", "cannot be read"),
    ("   ", "V", "cannot be read"),
    ("V", "V", "cannot be read"),
    ("mV", "V", "cannot be read"),
    ("fast", "s", "cannot be read"),
    ("100 bananas", "s", "cannot be read"),
    ("100 us us", "s", "wrong unit"),
    ("100 us 5", "s", "cannot be read"),
    ("1,5 V", "V", "cannot be read"),  # a decimal comma must not become fifteen volts
    ("1,000 V", "V", "cannot be read"),
    ("2**3 V", "V", "cannot be read"),  # a quantity is one number and one unit
    ("3 V + 1 V", "V", "cannot be read"),
    ("__import__('os')", "V", "cannot be read"),
    # not finite
    ("nan V", "V", "not a finite number"),
    ("inf V", "V", "not a finite number"),
    ("-inf V", "V", "not a finite number"),
    ("1e400 V", "V", "not a finite number"),
    ("nan", "dimensionless", "not a finite number"),
    (float("nan"), "dimensionless", "not a finite number"),
    (float("inf"), "dimensionless", "not a finite number"),
    (-float("inf"), "dimensionless", "not a finite number"),
    (10**400, "dimensionless", "not a finite number"),
    # not even text
    (True, "V", "is not a quantity"),
    (False, "V", "is not a quantity"),
    (False, "dimensionless", "is not a quantity"),
    (None, "V", "is not a quantity"),
    ([1], "V", "is not a quantity"),
    ({"value": 1}, "V", "is not a quantity"),
    (b"1 V", "V", "is not a quantity"),
]


@pytest.mark.parametrize(("text", "unit", "says"), REFUSED, ids=[f"{t!r} {u}"[:40] for t, u, _ in REFUSED])
def test_what_is_no_such_quantity_is_refused_with_an_example(text: Any, unit: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_quantity(text, unit)
    message = str(caught.value)
    assert says in message
    assert "; write a" in message
    assert caught.value.value is text or caught.value.value == text


def test_a_refusal_quotes_what_was_written_and_gives_an_example() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_quantity("18.1 mV", "s")
    assert str(caught.value) == (
        "has the wrong unit: mV is not a measure of s (got '18.1 mV'); write a time such as \"100 us\""
    )


def test_a_bare_number_is_told_to_go_into_quotes() -> None:
    with pytest.raises(ConfigError, match=r"write a voltage such as \"18.1 mV\", in quotes"):
        parse_quantity(0.3, "V")


PREFIXES = {"n": 1e-9, "u": 1e-6, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6}
UNITS = {"V": "V", "s": "s", "Hz": "Hz", "ohm": "ohm", "Ω": "ohm", "F": "F"}
# Above 1e-200, so that a prefix does not lead into the subnormal numbers, which have fewer digits.
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200).filter(
    lambda x: x == 0 or abs(x) > 1e-200
)


@given(
    number=numbers,
    prefix=st.sampled_from(list(PREFIXES)),
    unit=st.sampled_from(list(UNITS)),
    gap=st.sampled_from(["", " "]),
)
@settings(max_examples=150, deadline=None)
def test_numbers_with_units_come_back(number: float, prefix: str, unit: str, gap: str) -> None:
    found = parse_quantity(f"{number!r}{gap}{prefix}{unit}", UNITS[unit])
    assert found == pytest.approx(number * PREFIXES[prefix], rel=1e-12, abs=0.0)


@given(
    number=numbers,
    unit=st.sampled_from(["V", "s", "ohm", "V/s", "1/V", "1/(V*s)", "A/V**2", "dimensionless"]),
)
@settings(max_examples=150, deadline=None)
def test_a_number_in_its_own_unit_comes_back_to_the_last_bit(number: float, unit: str) -> None:
    text = repr(number) if unit == "dimensionless" else f"{number!r} {unit}"
    assert parse_quantity(text, unit) == number


@given(number=numbers)
@settings(max_examples=60, deadline=None)
def test_percent_is_a_hundredth(number: float) -> None:
    assert parse_quantity(f"{number!r} %", "dimensionless") == pytest.approx(number / 100, rel=1e-12, abs=0.0)


@given(st.text(max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = parse_quantity(text, "V")
    except ConfigError:
        return
    assert isinstance(found, float)


# ── as fields of a model ─────────────────────────────────────────────────────────────────────────


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")
    level: Volt = 0.0
    pulse: Second = 0.0
    resistor: Ohm = 0.0
    capacitor: Farad = 0.0
    bias: VoltPerSecond = 0.0
    growth: PerVolt = 0.0
    strength: Strength = 0.0
    rate: LearningRate = 0.0
    mismatch: Ratio = 0.0


FIELDS = {
    "level": ("18.1 mV", 0.0181),
    "pulse": ("100 us", 1e-4),
    "resistor": ("1 kohm", 1e3),
    "capacitor": ("22 uF", 22e-6),
    "bias": ("0.4 V/s", 0.4),
    "growth": ("0.012 1/V", 0.012),
    "strength": ("8.5e-4 A/V^2", 8.5e-4),
    "rate": ("1377 1/(V*s)", 1377.0),
    "mismatch": ("2 %", 0.02),
}


@pytest.mark.parametrize("name", list(FIELDS))
def test_fields_take_text_with_their_unit(name: str) -> None:
    text, value = FIELDS[name]
    assert getattr(Everything(**{name: text}), name) == pytest.approx(value, rel=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(FIELDS))
def test_fields_refuse_another_unit_in_one_sentence(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Everything(**{name: "3 kg"})  # type: ignore[arg-type]
    (error,) = caught.value.errors()
    assert error["loc"] == (name,)
    assert "has the wrong unit: kg" in error["msg"]
    assert "\n" not in error["msg"]


def test_the_schema_says_that_text_is_welcome() -> None:
    schema = Everything.model_json_schema()["properties"]["pulse"]
    assert {"type": "string"} in schema["anyOf"]
