"""Names of channels as NI-DAQmx writes lists of them: `Dev1/ao0:3, Dev1/ao7`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RANGE = re.compile(r"(?P<stem>.*?)(?P<first>\d+):(?:.*?)(?P<last>\d+)")


def unflattened(text: str) -> list[str]:
    """Return the single names of a list; a range may run either way."""
    names: list[str] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        found = _RANGE.fullmatch(part)
        if found is None:
            names.append(part)
            continue
        first, last = int(found["first"]), int(found["last"])
        step = 1 if last >= first else -1
        names += [f"{found['stem']}{number}" for number in range(first, last + step, step)]
    return names


def flattened(names: Iterable[str]) -> str:
    """Return names as one list."""
    return ", ".join(names)
