"""The life of a run as people meet it: what each state means, and the five verbs with their consequence.

The transitions themselves are `protocols.engine.TRANSITIONS`; a verb is allowed in a state when that table
has an entry for it. EMERGENCY OFF is allowed always. Tooltips, `--help` and docs/safety.md take their words
from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from protocols.engine import TRANSITIONS, EventKind, RunState


class Verb(StrEnum):
    """What a person can do to a run."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    ABORT = "abort"
    EMERGENCY_OFF = "emergency off"


@dataclass(frozen=True)
class VerbRow:
    """A verb: its button, the request it makes of the run, its consequence, its key."""

    label: str
    kind: EventKind
    consequence: str
    key: str
    always: bool = False

    def allowed_in(self, state: RunState) -> bool:
        """Tell whether the verb means anything in this state."""
        return self.always or (state, self.kind) in TRANSITIONS


VERBS: Mapping[Verb, VerbRow] = MappingProxyType(
    {
        Verb.PAUSE: VerbRow(
            "Pause after this block",
            EventKind.PAUSE,
            "The block in hand is finished, then nothing more is trained until Resume. The gates hold what "
            "they have learned; they leak a little meanwhile.",
            "Space",
        ),
        Verb.RESUME: VerbRow(
            "Resume",
            EventKind.RESUME,
            "Training goes on with the next cycle. Nothing is repeated, nothing is skipped.",
            "Space",
        ),
        Verb.STOP: VerbRow(
            "Stop and keep",
            EventKind.STOP,
            "The block in hand is finished, the decision map is measured, the bench is made safe. Everything "
            "recorded is kept, and the run can be resumed later.",
            "Ctrl+.",
        ),
        Verb.ABORT: VerbRow(
            "Abort",
            EventKind.ABORT,
            "The block in hand is finished, then the bench is made safe at once, without a last measurement. "
            "Everything recorded until then is kept, and the run can be resumed later.",
            "Ctrl+Shift+.",
        ),
        Verb.EMERGENCY_OFF: VerbRow(
            "EMERGENCY OFF",
            EventKind.ABORT,
            "The block in hand is broken off and the bench is made safe now. If the engine has not done it "
            "within a second, it is killed and the guardian does it. Committed cycles are kept; those of the "
            "broken block are lost.",
            "F12",
            always=True,
        ),
    }
)

STATES: Mapping[RunState, str] = MappingProxyType(
    {
        RunState.IDLE: "nothing is connected",
        RunState.PREFLIGHT: "the bench is being opened and checked; nothing has moved",
        RunState.ARMED: "the bench is ready; nothing has moved yet",
        RunState.RUNNING: "the bench measures a round or trains a block of cycles",
        RunState.PAUSED: "the gates hold what they have learned; the run can go on where it was",
        RunState.STOPPING: "the run has ended and the bench is on its way to the safe state",
        RunState.SAFE: "learning off, sources at 0 V, clamps released; the instruments are let go",
        RunState.FAULT: "something failed; the safe state is being tried, or could not be reached",
    }
)


def allowed(state: RunState) -> tuple[Verb, ...]:
    """Return the verbs that mean something in this state, in the order of the table."""
    return tuple(verb for verb, row in VERBS.items() if row.allowed_in(state))
