"""How safe the bench is, for people: the words, shape and colour of the banner. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from labctl.engine.lifecycle import STATES
from labctl.engine.snapshot import Snapshot
from protocols.engine import Outcome, RunState


class TouchAdvice(StrEnum):
    """May the board be touched: said in words, by a shape and by a colour."""

    SAFE = "SAFE TO TOUCH"
    LIVE = "LIVE"
    DO_NOT = "DO NOT TOUCH"
    UNKNOWN = "NOT KNOWN"


class LinkState(StrEnum):
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
class SafetyStatus:
    """What the banner says: the state, whether to touch, why, and the kind of bench."""

    state: str
    touch: TouchAdvice
    why: str
    bench: str
    simulated: bool | None


_FROM_SAFE = (TouchAdvice.SAFE, TouchAdvice.UNKNOWN, TouchAdvice.LIVE, TouchAdvice.DO_NOT)
_LIVE = (RunState.PREFLIGHT, RunState.ARMED, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING)


def safety_status(snapshot: Snapshot | None, link: LinkState, told: str = "") -> SafetyStatus:
    """Return what to say. `told` is the engine's or the guardian's last word when link is lost."""
    bench, simulated = _bench(snapshot)
    if link in (LinkState.GONE, LinkState.LEFT_UNSAFE):
        return SafetyStatus("FAULT", TouchAdvice.DO_NOT, told, bench, simulated)
    if link is LinkState.GUARDED:
        return SafetyStatus("SAFE", TouchAdvice.SAFE, told, bench, simulated)
    if snapshot is None or link is LinkState.NONE:
        return SafetyStatus("CONNECTING", TouchAdvice.UNKNOWN, told, bench, simulated)
    state = snapshot.state
    if state in _LIVE:
        why = f"⚠ {snapshot.warnings[-1]}" if snapshot.warnings else STATES[state]
        return SafetyStatus(str(state).upper(), TouchAdvice.LIVE, why, bench, simulated)
    if state is RunState.FAULT:
        safe = snapshot.is_over and snapshot.safe is not None and not snapshot.safe.learning_on
        touch = TouchAdvice.SAFE if safe else TouchAdvice.DO_NOT
        return SafetyStatus(
            "FAULT", touch, snapshot.problem or snapshot.reason or STATES[state], bench, simulated
        )
    if snapshot.activity == "checking":
        return SafetyStatus("CHECKING", TouchAdvice.SAFE, STATES[RunState.PREFLIGHT], bench, simulated)
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
    return SafetyStatus(word, TouchAdvice.SAFE, problem or STATES[state], bench, simulated)


def worse(engine: SafetyStatus, check: SafetyStatus | None) -> SafetyStatus:
    """Return the status that asks for more care: the engine's, or that of a check of the bench.

    While a check goes on the banner says so, whatever the engine left.
    """
    if check is None:
        return engine
    if _FROM_SAFE.index(check.touch) >= _FROM_SAFE.index(engine.touch):
        return check
    if check.state != CHECKING_BENCH:
        return engine
    why = check.why if check.bench == engine.bench else f"{engine.bench}: {engine.why}"
    return replace(check, touch=engine.touch, why=why)


def checking(bench: str, simulated: bool | None, *, ending: bool) -> SafetyStatus:
    """Return what to say while a bench is checked by a process of its own."""
    why = BROKEN_OFF if ending else ENERGISED
    return SafetyStatus(CHECKING_BENCH, TouchAdvice.LIVE, why, bench, simulated)


def _bench(snapshot: Snapshot | None) -> tuple[str, bool | None]:
    if snapshot is None or (snapshot.bench is None and snapshot.run is None):
        return "", None
    if snapshot.bench is not None:
        return snapshot.bench.name, snapshot.bench.simulated
    return (snapshot.run.bench, None) if snapshot.run is not None else ("", None)
