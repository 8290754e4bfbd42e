"""Where things stand, for people: the words, shape and colour of the banner. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from labctl.engine.lifecycle import STATES
from labctl.engine.snapshot import Snapshot
from protocols.engine import Outcome, RunState


class Touch(StrEnum):
    """May the board be touched: said in words, by a shape and by a colour."""

    SAFE = "SAFE TO TOUCH"
    LIVE = "LIVE"
    DO_NOT = "DO NOT TOUCH"
    UNKNOWN = "NOT KNOWN"


class Contact(StrEnum):
    """How the window stands with its engine."""

    NONE = "connecting"
    UP = "up"
    GONE = "gone"  # it died while a run was under way; the guardian is at work
    GUARDED = "made safe"  # the guardian did it
    LEFT_UNSAFE = "not made safe"  # the guardian tried and could not


NOT_READY = "NOT READY"
CHECKING_BENCH = "CHECKING THE BENCH"
ENERGISED = "bench check under way: the supply is switched on and the gates are charged anew"
CHECKED = "the run left the bench in doubt; a check of it has since read back that it is safe"
BROKEN_OFF = "the bench check is being broken off; the bench is on its way to the safe state"


@dataclass(frozen=True)
class Standing:
    """What the banner says: the state, whether to touch, why, and the kind of bench."""

    state: str
    touch: Touch
    why: str
    bench: str
    simulated: bool | None


_GRAVER = (Touch.SAFE, Touch.UNKNOWN, Touch.LIVE, Touch.DO_NOT)
_LIVE = (RunState.PREFLIGHT, RunState.ARMED, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING)


def standing(snapshot: Snapshot | None, contact: Contact, told: str = "") -> Standing:
    """Return what to say. `told` is the engine's or the guardian's last word when contact is lost."""
    bench, simulated = _bench(snapshot)
    if contact is Contact.GONE:
        return Standing("FAULT", Touch.DO_NOT, told, bench, simulated)
    if contact is Contact.LEFT_UNSAFE:
        return Standing("FAULT", Touch.DO_NOT, told, bench, simulated)
    if contact is Contact.GUARDED:
        return Standing("SAFE", Touch.SAFE, told, bench, simulated)
    if snapshot is None or contact is Contact.NONE:
        return Standing("CONNECTING", Touch.UNKNOWN, told, bench, simulated)
    state = snapshot.state
    if state in _LIVE:
        why = f"⚠ {snapshot.warnings[-1]}" if snapshot.warnings else STATES[state]
        return Standing(str(state).upper(), Touch.LIVE, why, bench, simulated)
    if state is RunState.FAULT:
        safe = snapshot.is_over and snapshot.safe is not None and not snapshot.safe.learning_on
        touch = Touch.SAFE if safe else Touch.DO_NOT
        return Standing(
            "FAULT", touch, snapshot.problem or snapshot.reason or STATES[state], bench, simulated
        )
    if snapshot.activity == "checking":
        return Standing("CHECKING", Touch.SAFE, STATES[RunState.PREFLIGHT], bench, simulated)
    word = str(state).upper()
    if state is RunState.SAFE:
        word = {
            Outcome.COMPLETED: "COMPLETED",
            Outcome.STOPPED: "STOPPED",
            Outcome.ABORTED: "ABORTED",
            Outcome.FAILED: "FAILED",
        }.get(snapshot.outcome or Outcome.COMPLETED, word)
        if snapshot.activity == "storing":
            word = "STORING"
    problem = snapshot.problem if state is RunState.SAFE else ""
    return Standing(word, Touch.SAFE, problem or STATES[state], bench, simulated)


def graver(engine: Standing, check: Standing | None) -> Standing:
    """Return the standing that asks for more care: the engine's, or that of a check of the bench.

    While a check goes on the banner says so, whatever the engine left.
    """
    if check is None:
        return engine
    if _GRAVER.index(check.touch) >= _GRAVER.index(engine.touch):
        return check
    if check.state != CHECKING_BENCH:
        return engine
    why = check.why if check.bench == engine.bench else f"{engine.bench}: {engine.why}"
    return replace(check, touch=engine.touch, why=why)


def checking(bench: str, simulated: bool | None, *, ending: bool) -> Standing:
    """Return what to say while a bench is checked by a process of its own."""
    why = BROKEN_OFF if ending else ENERGISED
    return Standing(CHECKING_BENCH, Touch.LIVE, why, bench, simulated)


def _bench(snapshot: Snapshot | None) -> tuple[str, bool | None]:
    if snapshot is None or (snapshot.bench is None and snapshot.run is None):
        return "", None
    if snapshot.bench is not None:
        return snapshot.bench.name, snapshot.bench.simulated
    return (snapshot.run.bench, None) if snapshot.run is not None else ("", None)
