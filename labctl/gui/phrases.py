"""What others composed, in the language of the window: the engine's sentences, with the values in them kept.

The engine and its files speak English. A sentence is looked up here where it is shown; one that is not
here stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from labctl.gui.words import tr
from labctl.sheet import ENDED_BADLY

_SHEET = (
    "{cycles} cycles from cycle {first} on, {method}, {rounds} rounds; at most {most} on disk, {free} free",
    "{cycles} cycles, {method}, {rounds} rounds; at most {most} on disk, {free} free",
    "{duration} (at the speed of the latest run here)",
    "{duration} (at the usual speed of the simulator)",
    "{duration} (learning pulses alone; no run here has told the rest)",
    "{duration} (learning pulses alone at most; no run here has told the rest)",
    "less than a second",
    "about {hours} h {minutes} min",
    "about {minutes} min",
    "about {seconds} s",
    "{bench}, imperfections {imperfections}",
    "learning off, gates hold; 0 V on {sources}; clamps released; {more}",
    "learning off, gates hold; 0 V on {sources}; clamps released",
    "learning off, gates hold",
    "0 V on {sources}",
    "{name} (node {node}), {more}",
    "{name} (node {node})",
    "clamps released",
    "simulated: nothing is energised",
    "supply channels {numbers} off and set to 0 V",
    "supply channels {numbers} stay on",
    "up to {cycles} cycles",
    "up to {time} ms",
    "simulator",
    "this computer",
    "simulated board {serial}",
    "simulated 4×4 board",
    ENDED_BADLY,
    "run {number} ({when} UTC, {status}): {reason}",
    "no reason known",
)
_EVENTS = (
    "run {state}",
    "preflight overridden",
    "marker",
    "note",
    "calibration expired",
    "window",
    "engine",
    "guardian",
    "asked for by {who}",
    "the window was closed",
    "nobody has watched for {time} s",
    "{signal} received",
    "key F12",
    "all cycles trained",
    "every point right in {rounds} rounds in a row",
    "training error below ({limit} mV)²",
)
_MISTAKES = (
    "is missing",
    "unknown key",
    "must be above {least}",
    "must be at least {least}",
    "must be at most {most}",
    "must be one of {choices}",
    "no such node",
    "nodes are {first} to {last}",
)
PHRASES = (*_SHEET, *_EVENTS, *_MISTAKES)
_FIELD = re.compile(r"{(\w+)}")


def phrase(text: str) -> str:
    """Return a sentence of the engine in the language of the window, its parts too."""
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return tr(template, **{name: phrase(part) for name, part in found.groupdict().items()})
    return tr(text)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return every phrase with what it matches."""
    return [(p, re.compile(_FIELD.sub(r"(?P<\1>.+?)", _escaped(p)))) for p in PHRASES]


def _escaped(template: str) -> str:
    """Escape what means something in a pattern, but for the braces of fields."""
    return re.sub(r"[^\w\s{}]", lambda found: re.escape(found[0]), template)
