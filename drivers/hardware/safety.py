"""The safe state of a whole bench: every part is tried, and what did not get there is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.hardware.config import HardwareConfig
from drivers.hardware.parts import make_supply, make_timed_board, recognise
from protocols.bench import SafeState
from protocols.errors import InstrumentError, LabError
from protocols.messages import NOTHING, Message, joined, say


class NotSafe(InstrumentError):
    """Parts of a bench did not reach their safe state; every one of them is named, with the reason.

    Printed, it is one line per part; `parts` maps each part's name to its error.
    """

    def __init__(self, name: str, parts: Mapping[str, LabError]) -> None:
        self.parts = dict(parts)
        lines = [say("  {part}: {error}", part=Message.of(p), error=error) for p, error in self.parts.items()]
        super().__init__(
            name,
            say(
                "the safe state was not reached by {parts}:\n{lines}",
                parts=_and(list(self.parts)),
                lines=joined(lines, "\n"),
            ),
            say("switch off the board's supply by hand"),
        )


@dataclass(frozen=True)
class PartReport:
    """One part of a bench after `make_safe`: what it holds, or why it is not known to be safe."""

    name: str
    address: str
    safe: bool
    holds: Message
    error: Message = NOTHING


@dataclass(frozen=True)
class SafetyReport:
    """Every part of a bench after `make_safe`; `state` is what the timed board read back, if it answered."""

    bench: str
    parts: tuple[PartReport, ...]
    state: SafeState | None
    errors: Mapping[str, LabError] = field(default_factory=dict)

    @property
    def is_safe(self) -> bool:
        """Say whether every part was read back in its safe state."""
        return all(part.safe for part in self.parts)


def make_safe(config: HardwareConfig) -> SafetyReport:
    """Connect anew to every instrument of a bench, put it to its safe state, and verify that by reading back.

    For a process that has nothing but the bench file, such as the guardian after the engine has died: no
    wiring, no open bench, nothing shared. Learning off, sources 0 V and clamps released come first, then the
    supply off and set to 0 V. Every part is tried even when another fails; nothing is raised for a part that
    does not answer: the report tells. It takes a few milliseconds for each part that answers, and the
    part's `timeout` of the bench file, twice at most, for one that does not. A serial port serves one
    program at a time: end the engine first, or the board is not reached and its dead-man timer has to act.
    """
    parts: list[PartReport] = []
    errors: dict[str, LabError] = {}
    states: list[SafeState] = []
    instruments = config.instruments

    def board() -> Message:
        states.append(make_timed_board(config).safe_state())
        return say("learning off, sources 0 V, clamps released")

    def supply() -> Message:
        if instruments.supply is None:
            return say("nothing")
        driver = make_supply(instruments.supply)
        try:
            recognise(config, "supply", driver.identify())  # another supply may feed something else
        except BaseException:
            driver.release()
            raise
        driver.open()
        driver.close()  # which reaches the safe state, reads it back, and raises when it is not reached
        return say("outputs off and set to 0 V")

    tried = attempt_all({"board": board} | ({"supply": supply} if _supply_is_safe_off(config) else {}))
    for name, (holds, error) in tried.items():
        problem = NOTHING if error is None else error.message
        told = NOTHING if holds is None else Message.of(holds)
        parts.append(PartReport(name, address_of(config, name), error is None, told, problem))
        if error is not None:
            errors[name] = error
    if instruments.meter is not None:
        address = instruments.meter.address
        parts.append(PartReport("meter", address, True, say("nothing: a meter drives nothing")))
    return SafetyReport(config.name, tuple(parts), states[0] if states else None, errors)


def attempt_all(steps: Mapping[str, Callable[[], str]]) -> dict[str, tuple[str | None, LabError | None]]:
    """Carry out every step, whatever happens in the others; return each one's words or its error."""
    outcome: dict[str, tuple[str | None, LabError | None]] = {}
    interrupted: BaseException | None = None
    for name, step in steps.items():
        try:
            outcome[name] = step(), None
        except LabError as error:
            outcome[name] = None, error
        except Exception as error:  # a defect of ours must not keep the other parts from being made safe
            problem = InstrumentError(
                name,
                say("{kind}: {error}", kind=type(error).__name__, error=error),
                say("report this as a defect"),
            )
            problem.__cause__ = error
            outcome[name] = None, problem
        except BaseException as error:  # Ctrl-C: the rest first, then give way to it
            interrupted = error
    if interrupted is not None:
        raise interrupted
    return outcome


def address_of(config: HardwareConfig, part: str) -> str:
    """Return where a part is, for people."""
    found = config.instruments
    if part == "board":
        timed = found.controller if config.timing == "controller" else found.daq
        return getattr(timed, "address", "") or getattr(timed, "device", "")
    return getattr(getattr(found, part, None), "address", "")


def _supply_is_safe_off(config: HardwareConfig) -> bool:
    return config.instruments.supply is not None and config.safe_state.supply_off


def _and(names: list[str]) -> Message:
    if len(names) < 2:
        return joined(names)
    return say("{first} and {last}", first=joined(names[:-1], ", "), last=Message.of(names[-1]))
