"""What others composed, in the language of the window: the engine's sentences, with the values in them kept.

The engine and its files speak English. A sentence is looked up here where it is shown; one that is not
here stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from labctl.gui.text.words import tr
from labctl.runs.sheet import ENDED_BADLY
from protocols.units import WANTED

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
    "as in {bench}",
    "as emulated",
    "as on the bench",
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
    "EMERGENCY OFF: {why}",
    "THE BENCH MAY NOT BE SAFE, switch its supply off by hand: {why}",
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
_QUANTITIES = (
    "{problem} (got {got}); write {wanted}, in quotes",
    "{problem} (got {got}); write {wanted}",
    "has the wrong unit: {unit} is not a measure of {wanted}",
    "has no unit",
    "cannot be read as a quantity",
    "is not a quantity",
    "is not a finite number",
    "a quantity in {unit}",
    *WANTED.values(),
)
_WIRES = (
    "{fault} (in the {copy} copy only)",
    "no wire drives anything: is the board powered, are they plugged in?",
    "{name} is off: driving it moves no node; it belongs on node {node}",
    "{name} and {other} are swapped: {first} drives node {at}, {second} node {node}",
    "{name} drives node {at}, the place of {other}, instead of node {node}",
    "{name} and {other} touch: driving one moves nodes {at} and {node} alike",
    "{name} drives node {at} instead of node {node}",
    "{name} brings {share} % of its voltage to node {node}: a bad contact, or a wrong gain",
    "{name} is off: it reads 0 V whatever is on {at}",
    "{name} and {other} are swapped: each reads the other's node",
    "{name} reads {at} with the wrong sign",
    "{name} reads something else instead of {at}",
    "{name} reads {other} instead of {at}",
    "{name} and {other} are swapped: each holds the other's node",
    "{name} and {other} are swapped: each holds node {node} in the other's copy",
    "{name} holds node {at} instead of node {node} of the {copy} copy",
    "{name} does not hold node {node} of the {copy} copy: it is off, or plugged in elsewhere",
    "{name} moves node {node} of the {copy} copy by {share} % of what it should: "
    "a bad contact, or a wrong gain",
    "{name} ({line}) stays {level}: it is off, stuck, or plugged in elsewhere; two gates answer as one",
    "gates do not hold what they are charged to: check the charge wire and line, and the address lines",
    "{name} ({line}) and {other} ({second}) are swapped: "
    "nodes are read, and gates charged, under each other's numbers",
    "node {node} − node {bit}",
    "node {node}",
    "clamp node {node}",
    "away clamp node {node}",
    "label node {node}",
    "address line {bit}",
    "high",
    "low",
    "free",
    "clamped",
)
_CHECKS = (
    "not left safe: {why}",
    "what {one} and {other} and {third} now holds is not known: it did not answer",
    "what {one} and {other} now holds is not known: it did not answer",
    "what {name} now holds is not known: it did not answer",
    "supply",
    "controller",
    "meter",
    "board",
)
PHRASES = (*_SHEET, *_EVENTS, *_MISTAKES, *_QUANTITIES, *_CHECKS, *_WIRES)
_DIGITS = ("node", "bit")
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
    return [(p, re.compile(_FIELD.sub(_group, _escaped(p)))) for p in PHRASES]


def _group(field: re.Match[str]) -> str:
    return rf"(?P<{field[1]}>{r'[0-9]+' if field[1] in _DIGITS else '.+?'})"


def _escaped(template: str) -> str:
    """Escape what means something in a pattern, but for the braces of fields."""
    return re.sub(r"[^\w\s{}]", lambda found: re.escape(found[0]), template)
