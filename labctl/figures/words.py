"""Words and numbers of a figure as people read them."""

from __future__ import annotations

import math

import xarray as xr

from labctl.store import reading


def names_of(run: xr.Dataset, variable: str) -> list[str]:
    """Return a variable of strings, shape (n,), to be written into a figure."""
    return [literal(name) for name in reading.texts(run, variable)]


def attribute(run: xr.Dataset, name: str, default: str = "") -> str:
    """Return an attribute to be written into a figure."""
    return literal(reading.text_of(run, name, default))


def literal(text: str) -> str:
    """Return a text that matplotlib writes as it is: it takes a pair of dollars for mathematics."""
    return text.replace("$", r"\$")


def quantity(value: float, unit: str, digits: int = 2) -> str:
    """Write a value for reading, such as '1.7×10⁻⁵ V²' or '0.35 V²'."""
    if not math.isfinite(value):
        return f"– {unit}"
    if value == 0 or 0.1 <= abs(value) < 1e4:
        return f"{value:.{digits + 1}g} {unit}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}×{power_of_ten(int(exponent))} {unit}"


def power_of_ten(exponent: int) -> str:
    """Write a power of ten, such as '10⁻⁵'."""
    return "10" + str(exponent).translate(_RAISED)


def shortened(name: str, longest: int = 24) -> str:
    """Cut a name to so many letters."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
