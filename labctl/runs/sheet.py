"""The preflight sheet as people read it. Clients show it: nothing here is slow to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labctl.store.sampling import readable

ENDED_BADLY = "the last run on this bench did not end well"  # a warning


def sheet_lines(sheet: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a plain sheet as labelled lines for people."""
    cycles = f"{sheet['cycles']:,} cycles"
    if sheet["from_cycle"]:
        cycles += f" from cycle {sheet['from_cycle']:,} on"
    room = f"at most {readable(sheet['disk_bytes'])} on disk, {readable(sheet['free_bytes'])} free"
    lines = [
        ("run", f"{cycles}, {sheet['method']}, {sheet['rounds']} rounds; {room}"),
        ("expected", f"{duration(sheet['duration_s'])} ({sheet['duration_from']})"),
        ("bench", f"{sheet['bench']}, imperfections {sheet['imperfections']}"),
    ]
    lines += [("instrument", f"{i['name']} at {i['address']}: {i['answer']}") for i in sheet["instruments"]]
    lines.append(("limits", ", ".join(f"{what} {text}" for what, text in sheet["limits"].items())))
    lines.append(("calibrated", "; ".join(sheet["calibrations"]) or "no calibration is used"))
    lines.append(("safe means", "; ".join(sheet["safe"])))
    if sheet["last_failure"]:
        lines.append(("last failure", sheet["last_failure"]))
    return lines


def duration(time_s: float) -> str:
    """Write a duration for people, in two units at most."""
    if time_s < 1.0:
        return "less than a second"
    if time_s < 90.0:
        return f"about {time_s:.0f} s"
    minutes = round(time_s / 60.0)
    if minutes < 90:
        return f"about {minutes} min"
    return f"about {minutes // 60} h {minutes % 60} min"
