"""An engine's DO NOT TOUCH, for as long as no check of the same bench has read back that it is safe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labctl.gui.state.safety_status import CHECKED, SafetyStatus, TouchAdvice


class UnresolvedFault:
    """What a run left in doubt, told by the engine's status and the run's number; a check may settle it."""

    def __init__(self) -> None:
        self._asked: tuple[SafetyStatus, int] | None = None
        self._settled: tuple[SafetyStatus, int] | None = None

    def ask(self, told: SafetyStatus, run: int) -> None:
        """Take down what a check that begins is about."""
        self._asked = (told, run) if told.touch is TouchAdvice.DO_NOT else None

    def ask_nothing(self) -> None:
        """Take down that a check that begins is about another bench."""
        self._asked = None

    def settle(self) -> None:
        """Take in that this check has read back the safe state."""
        self._settled = self._asked

    def seen(self, told: SafetyStatus, run: int) -> SafetyStatus:
        """Return what to say in place of the engine's status; anything new counts again."""
        if (told, run) == self._settled:
            return replace(told, state="SAFE", touch=TouchAdvice.SAFE, why=CHECKED)
        self._settled = None
        return told


def are_one_bench(file: Path, other: Path) -> bool:
    """Tell whether two bench files name the same instruments at the same addresses."""
    found = _addresses(file)
    return bool(found) and found == _addresses(other)


def _addresses(file: Path) -> set[str]:
    try:
        return set(load_bench(str(file), None, 0).file.addresses())
    except ConfigError:
        return set()
