"""What was measured as one JSON object, as a table on a terminal, as Markdown."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table

from benchmarks.machine import Machine
from benchmarks.measures import NOT_ASKED, Outcome
from benchmarks.quantities import EXTRAS, HEADLINES, QUANTITIES, Quantity
from benchmarks.timing import Spread

COLUMNS = ("quantity", "median", "range (repeats)", "bar", "ratio to bar", "")
_PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"))


def as_object(outcome: Outcome, machine: Machine, quick: bool) -> dict[str, Any]:
    """Return everything as one object for JSON: medians on top, ranges below `medians`."""

    def median(name: str) -> float | None:
        return outcome.spreads[name].median if name in outcome.spreads else None

    return {
        **{q.name: median(q.name) for q in HEADLINES},
        "medians": {name: _detail(QUANTITIES[name], s) for name, s in outcome.spreads.items()},
        "extra": {q.name: median(q.name) for q in EXTRAS},
        "skipped": outcome.skipped,
        "quick": quick,
        "machine": machine,
    }


def as_table(outcome: Outcome, machine: Machine, quick: bool) -> Table:
    """Return the table for a terminal."""
    table = Table(title=_title(quick), caption=caption(machine), box=box.SIMPLE_HEAD, caption_justify="left")
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="left" if number in (0, 5) else "right", no_wrap=number > 0)
    for row in rows(outcome):
        table.add_row(*row)
    return table


def as_markdown(outcome: Outcome, machine: Machine, quick: bool) -> str:
    """Return the same table as Markdown."""
    rule = [":--", "--:", "--:", "--:", "--:", ":--"]
    lines = ["| " + " | ".join(cells) + " |" for cells in (COLUMNS, rule, *rows(outcome))]
    return "\n".join([f"# {_title(quick)}", "", *lines, "", caption(machine), ""])


def rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """Return one row of text per quantity that was measured, or asked for in vain."""
    table = []
    for quantity in HEADLINES + EXTRAS:
        if quantity.name in outcome.spreads:
            table.append(_measured(quantity, outcome.spreads[quantity.name]))
        elif outcome.skipped.get(quantity.name, NOT_ASKED) != NOT_ASKED:
            table.append((quantity.title, "–", outcome.skipped[quantity.name], _bar(quantity), "", ""))
    return table


def caption(machine: Machine) -> str:
    """Return machine and versions in one line."""
    return ", ".join(f"{name} {value}" for name, value in machine.items() if value is not None)


def shown(value: float, unit: str) -> str:
    """Write a value with three or so digits and its unit, seconds and volts with a prefix."""
    scale, prefix = _prefix(value, unit)
    return f"{_digits(value / scale)} {prefix}{unit}".rstrip()


def _measured(quantity: Quantity, spread: Spread) -> tuple[str, ...]:
    ratio = quantity.ratio_to_bar(spread.median)
    mark = "" if ratio is None else "met" if ratio >= 1 else "not met"
    ratio_text = "" if ratio is None else f"{ratio:.2f}"
    median = shown(spread.median, quantity.unit)
    return quantity.title, median, _range(spread, quantity.unit), _bar(quantity), ratio_text, mark


def _range(spread: Spread, unit: str) -> str:
    """Write smallest and largest value in the unit the median is shown in."""
    if spread.count == 1:
        return "once"
    scale, _ = _prefix(spread.median, unit)
    return f"{_digits(spread.low / scale)} to {_digits(spread.high / scale)} ({spread.count})"


def _prefix(value: float, unit: str) -> tuple[float, str]:
    if unit not in ("s", "V"):
        return 1.0, ""
    return next((p for p in _PREFIXES if abs(value) >= p[0]), _PREFIXES[-1])


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _bar(quantity: Quantity) -> str:
    if quantity.bar is None:
        return ""
    return f"{'≤' if quantity.at_most else '≥'} {shown(quantity.bar, quantity.unit)}"


def _detail(quantity: Quantity, spread: Spread) -> dict[str, Any]:
    """Return median and range of one quantity, with its bar if it has one."""
    values: dict[str, Any] = {
        "title": quantity.title,
        "unit": quantity.unit,
        "median": spread.median,
        "min": spread.low,
        "max": spread.high,
        "repetitions": spread.count,
    }
    ratio = quantity.ratio_to_bar(spread.median)
    if ratio is not None:
        values |= {"bar": quantity.bar, "ratio_to_bar": ratio, "met": ratio >= 1}
    return values


def _title(quick: bool) -> str:
    return "Speed of the simulated plant" + (" (quick: too short to be believed)" if quick else "")
