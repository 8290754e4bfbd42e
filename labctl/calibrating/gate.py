"""No run on expired calibrations: what a bench file asks for is looked at before anything moves."""

from __future__ import annotations

from dataclasses import dataclass

from calibration import CalibrationStatus, CalibrationStore, status
from labctl.bench_files.calibration_settings import ANSWERED
from labctl.bench_files.load import LoadedBench
from labctl.calibrating.advice import repeating
from labctl.calibrating.applied import Applied
from protocols.errors import ConfigError
from protocols.messages import Message, say


@dataclass(frozen=True)
class Gate:
    """How the required calibrations stand, and why red ones are let pass."""

    entries: tuple[CalibrationStatus, ...]
    override: str

    def lines(self) -> tuple[str, ...]:
        """Return one line per calibration, its colour first."""
        return tuple(
            say("{colour}: {sentence}", colour=Message.of(e.colour), sentence=e.sentence)
            for e in self.entries
        )

    def warnings(self) -> list[str]:
        """Return what to warn of: amber ones, and red ones let pass."""
        found: list[str] = [e.sentence for e in self.entries if e.colour == "amber"]
        red = [e.sentence for e in self.entries if e.colour == "red"]
        return found + [
            say("{sentence} (let pass: {override})", sentence=sentence, override=self.override)
            for sentence in red
        ]

    def to_manifest(self) -> dict[str, object]:
        """Return what a run's manifest says of its calibrations."""
        return {
            "calibrations": [e.to_json() for e in self.entries],
            "calibration_override": self.override or None,
        }


def look(bench: LoadedBench, let_pass: str = "") -> Gate:
    """Return how the calibrations stand that the bench file asks for; none are asked for without it.

    let_pass: why red ones do not stop the run. Raises DataError when the store is damaged.
    """
    settings = bench.calibration
    if not settings.required:
        return Gate((), "")
    serial = bench.calibration_serial
    entries = status(settings.folder(), serial, settings.required, again=repeating(bench.options()))
    return Gate(tuple(entries), let_pass.strip())


def check_board(bench: LoadedBench, applied: Applied, answered: str, let_pass: str = "") -> list[str]:
    """Return what to warn of when the calibrations in use are of another board than the one that answers.

    answered: its name and serial number. Raises ConfigError unless a reason lets it pass.
    """
    settings, serial = bench.calibration, bench.calibration_serial
    used = {*settings.required, *(c.routine for c in applied.calibrations)}
    latest = CalibrationStore(settings.folder()).latest(serial) if used else {}
    known = {str(latest[name].conditions.get(ANSWERED, answered)) for name in used if name in latest}
    others = known - {answered}
    if not others:
        return []
    sentence = say(
        "the board that answers is {answered}, its calibrations were made with {others}",
        answered=answered,
        others=min(others),
    )
    if reason := let_pass.strip():
        return [say("{sentence} (let pass: {reason})", sentence=sentence, reason=reason)]
    raise ConfigError(
        sentence,
        file=bench.path,
        key="serial",
        value=serial,
        allowed=say("write this board's serial there and calibrate it, or give --uncalibrated REASON"),
    )


def pass_or_stop(bench: LoadedBench, let_pass: str = "") -> Gate:
    """Return how the calibrations stand. Raises ConfigError when one is red and no reason lets it pass."""
    gate = look(bench, let_pass)
    red = [e for e in gate.entries if not e.usable]
    if red and not gate.override:
        sentence = red[0].sentence
        if len(red) > 1:
            sentence = say(
                "{sentence}, and {count} more are not valid", sentence=sentence, count=len(red) - 1
            )
        raise ConfigError(
            sentence,
            file=bench.path,
            key="calibration.required",
            allowed=say("to run all the same, give --uncalibrated REASON, which is stored with the run"),
        )
    return gate
