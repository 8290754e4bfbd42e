"""Quantities with units, such as "100 us" or "18.1 mV", turned into SI floats at the edges.

Inside labctl every number is SI; text with units exists only in files, on the command line and on
screens. `Volt`, `Second` and the others are pydantic types for fields that accept such text.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Annotated, Any

import pint
from pydantic import BeforeValidator

from protocols.errors import ConfigError
from protocols.messages import say

# what a mistake asks for, by unit
WANTED: dict[str, str] = {
    "V": say('a voltage such as "18.1 mV"'),
    "A": say('a current such as "0.2 A"'),
    "s": say('a time such as "100 us"'),
    "Hz": say('a frequency such as "1 kHz"'),
    "ohm": say('a resistance such as "500 ohm"'),
    "F": say('a capacitance such as "22 uF"'),
    "V/s": say('a rate such as "0.4 V/s"'),
    "A/V**2": say('a strength such as "8.5e-4 A/V^2"'),
    "1/V": say('a number per volt such as "0.012 1/V"'),
    "1/(V*s)": say('a learning rate such as "1377 1/(V*s)"'),
    "dimensionless": say('a plain number or a percentage such as "2 %"'),
}


_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))

# A quantity is one number and one unit; a decimal comma must not become a thousands separator.
_NUMBER_AND_UNIT = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf))\s*(/?(?![\d.,])[^,]*)"
)


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[float]:
    """Return all units; pint's own cache spares it from reading their definitions, a quarter of a second."""
    try:
        return pint.UnitRegistry(cache_folder=":auto:")
    except Exception:  # a cache that cannot be written, or that another process is just writing
        return pint.UnitRegistry()


def parse_quantity(value: Any, unit: str) -> float:
    """Return `value` in `unit` as a float: text with a unit, or a bare 0, or a plain pure number.

    Raises ConfigError when the text is no quantity, has the wrong dimension, or has no unit.
    """
    wanted = WANTED.get(unit, say("a quantity in {unit}", unit=unit))
    if isinstance(value, bool):
        raise ConfigError(say("is not a quantity"), value=value, allowed=say("write {wanted}", wanted=wanted))
    if isinstance(value, int | float):
        if unit != "dimensionless" and value != 0:
            raise ConfigError(
                say("has no unit"), value=value, allowed=say("write {wanted}, in quotes", wanted=wanted)
            )
        try:
            return _finite(float(value), value, wanted)
        except OverflowError:  # a whole number too large for a float
            raise ConfigError(
                say("is not a finite number"), value=value, allowed=say("write {wanted}", wanted=wanted)
            ) from None
    if not isinstance(value, str):
        raise ConfigError(say("is not a quantity"), value=value, allowed=say("write {wanted}", wanted=wanted))
    return _from_text(value, unit, wanted)


@lru_cache(maxsize=4096)
def _from_text(text: str, unit: str, wanted: str) -> float:
    parts = _NUMBER_AND_UNIT.fullmatch(text.strip())
    if parts is None:
        raise ConfigError(
            say("cannot be read as a quantity"), value=text, allowed=say("write {wanted}", wanted=wanted)
        )
    number, unit_text = float(parts[1]), parts[2].replace("µ", "u").replace("μ", "u").replace("Ω", "ohm")
    try:
        unit_text = unit_text.replace("%", "percent")
        written: Any = _registry().parse_units(f"1 {unit_text}" if unit_text.startswith("/") else unit_text)
    except Exception as error:  # pint raises many kinds, tokenizer errors among them
        raise ConfigError(
            say("cannot be read as a quantity"), value=text, allowed=say("write {wanted}", wanted=wanted)
        ) from error
    if not written.is_compatible_with(unit):
        problem = say(
            "has the wrong unit: {written} is not a measure of {unit}", written=f"{written:~P}", unit=unit
        )
        if written.dimensionless:
            problem = say("has no unit")
        raise ConfigError(problem, value=text, allowed=say("write {wanted}", wanted=wanted))
    return _finite(float(_registry().Quantity(number, written).to(unit).magnitude), text, wanted)


def _finite(number: float, value: Any, wanted: str) -> float:
    if not math.isfinite(number):
        raise ConfigError(
            say("is not a finite number"), value=value, allowed=say("write {wanted}", wanted=wanted)
        )
    return number


def si_prefix(value: float, most: float = 1e9) -> tuple[float, str]:
    """Return the factor and letter of the prefix that suits a value: (1e-3, "m") for 0.02.

    From n up to the prefix of factor `most`; without one below a nano, for nothing is measured there.
    """
    for factor, prefix in _PREFIXES:
        if factor <= most and abs(value) >= 0.9995 * factor:
            return factor, prefix
    return 1.0, ""


def duration(seconds: float) -> str:
    """Write a time in the unit that suits it, such as '350 µs', '12.3 s' or '1 h 05 min'."""
    if not math.isfinite(seconds):
        return "– s"
    if seconds == 0:
        return "0 s"
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (600.0, 1.0, "s")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def quantity_field(unit: str) -> Any:
    """Return what makes a pydantic field read a quantity in this unit from a number or a text."""

    def read(value: Any) -> float:
        try:
            return parse_quantity(value, unit)
        except ConfigError as error:
            raise ValueError(error.sentence()) from error

    return BeforeValidator(read, json_schema_input_type=str | float)


Volt = Annotated[float, quantity_field("V")]
Ampere = Annotated[float, quantity_field("A")]
Second = Annotated[float, quantity_field("s")]
Hertz = Annotated[float, quantity_field("Hz")]
Ohm = Annotated[float, quantity_field("ohm")]
Farad = Annotated[float, quantity_field("F")]
VoltPerSecond = Annotated[float, quantity_field("V/s")]
PerVolt = Annotated[float, quantity_field("1/V")]
PerSecond = Annotated[float, quantity_field("1/s")]
Strength = Annotated[float, quantity_field("A/V**2")]
LearningRate = Annotated[float, quantity_field("1/(V*s)")]
Ratio = Annotated[float, quantity_field("dimensionless")]
