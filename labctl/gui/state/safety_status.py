"""How safe the bench is, for people: the words, shape and colour of the banner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from labctl.engine.lifecycle import STATES
from labctl.engine.snapshot import Snapshot
from labctl.gui.text.phrases import phrase
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
CALIBRATING = "CALIBRATING"
MEASURED = "a calibration is under way: the bench is energised and its gates are charged anew"
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


def safety_status(
    snapshot: Snapshot | None, link: LinkState, told: str = "", *, ending: bool = False
) -> SafetyStatus:
    """Return what to say. `told` is the last word of an engine or guardian; ending: a check is broken off."""
    bench, simulated = _bench(snapshot)
    if link in (LinkState.GONE, LinkState.LEFT_UNSAFE):
        return SafetyStatus("FAULT", TouchAdvice.DO_NOT, told, bench, simulated)
    if link is LinkState.GUARDED:
        return SafetyStatus("SAFE", TouchAdvice.SAFE, told, bench, simulated)
    if snapshot is None or link is LinkState.NONE:
        return SafetyStatus("CONNECTING", TouchAdvice.UNKNOWN, told, bench, simulated)
    return _in_doubt(_of_engine(snapshot, bench, simulated, ending=ending), snapshot)


def _of_engine(snapshot: Snapshot, bench: str, simulated: bool | None, *, ending: bool) -> SafetyStatus:
    """Return what the engine says of what it does, or did last."""
    state, live = snapshot.state, TouchAdvice.LIVE
    if snapshot.job is not None:
        checks = snapshot.job.kind == "check"
        word = CHECKING_BENCH if checks else CALIBRATING
        why = BROKEN_OFF if ending else ENERGISED if checks else MEASURED
        return SafetyStatus(word, live, why, snapshot.job.bench, None)
    if state in _LIVE:
        why = f"⚠ {phrase(snapshot.warnings[-1])}" if snapshot.warnings else STATES[state]
        return SafetyStatus(str(state).upper(), live, why, bench, simulated)
    if state is RunState.FAULT:
        touch = TouchAdvice.SAFE if snapshot.is_over else TouchAdvice.DO_NOT  # and if not, that follows
        why = snapshot.problem or snapshot.reason or STATES[state]
        return SafetyStatus("FAULT", touch, phrase(why), bench, simulated)
    if snapshot.activity == "checking":
        return SafetyStatus("CHECKING", TouchAdvice.SAFE, STATES[RunState.PREFLIGHT], bench, simulated)
    word = str(state).upper()
    if state is RunState.SAFE:
        word = str(snapshot.outcome or Outcome.COMPLETED).upper() if snapshot.run is not None else word
        if snapshot.activity == "storing":
            word = "STORING"
    problem = phrase(snapshot.problem) if state is RunState.SAFE else ""
    return SafetyStatus(word, TouchAdvice.SAFE, problem or STATES[state], bench, simulated)


def _in_doubt(status: SafetyStatus, snapshot: Snapshot) -> SafetyStatus:
    """Return the status with what is known of benches that were not left safe: it comes first."""
    if not snapshot.unresolved:
        return status
    fault = snapshot.unresolved[-1]
    if snapshot.job is not None:  # the banner says what goes on, whatever was left
        why = status.why if fault.bench == status.bench else f"{fault.bench}: {phrase(fault.problem)}"
        return replace(status, touch=TouchAdvice.DO_NOT, why=why)
    return SafetyStatus("FAULT", TouchAdvice.DO_NOT, phrase(fault.problem), fault.bench, None)


def worse(engine: SafetyStatus, check: SafetyStatus | None) -> SafetyStatus:
    """Return the status that asks for more care: the engine's, or what a check of the bench came to."""
    if check is None or _FROM_SAFE.index(check.touch) < _FROM_SAFE.index(engine.touch):
        return engine
    return check


def _bench(snapshot: Snapshot | None) -> tuple[str, bool | None]:
    if snapshot is None or (snapshot.bench is None and snapshot.run is None):
        return "", None
    if snapshot.bench is not None:
        return snapshot.bench.name, snapshot.bench.simulated
    return (snapshot.run.bench, None) if snapshot.run is not None else ("", None)
