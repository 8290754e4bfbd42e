"""Calibration records: what was measured, how well, by whom, and until when it may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AwareDatetime,
    Field,
    FiniteFloat,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from protocols.block import FloatArray
from protocols.messages import Message, say
from protocols.network import Network
from protocols.tables import Table

COVERAGE_FACTOR = 2.0  # stated uncertainties are expanded ones: about 95 %
SOON = 0.1  # the last tenth of its validity is "expires soon"


class Verdict(StrEnum):
    """What a calibration says about the bench."""

    PASS = "pass"
    FAIL = "fail"


class Value(Table):
    """One measured quantity of one channel: value ± uncertainty (k = 2, about 95 %) in an SI unit."""

    quantity: str
    channel: str
    value: FiniteFloat
    uncertainty: FiniteFloat = Field(ge=0)
    unit: str


def _told(text: Any) -> Message:
    if not isinstance(text, str):
        raise ValueError(say("is not a text"))
    return Message.of(text)


# A message while the routine's process lives; a record keeps the English sentence.
Text = Annotated[Message, PlainValidator(_told), PlainSerializer(str), WithJsonSchema({"type": "string"})]


class Finding(Table):
    """Something a calibration found: a fault, which fails it, or a warning."""

    kind: str
    channel: str
    text: Text
    severity: Literal["fault", "warning"] = "fault"


class Calibration(Table):
    """One run of one routine on one board: the unit that is issued, stored and expires.

    board: network and wires it was done with. raw: file of the raw readings beside the record.
    """

    id: str
    routine: str
    serial: str
    board: str
    issued: AwareDatetime
    expires: AwareDatetime
    operator: str
    method: str
    conditions: dict[str, float | int | str]
    raw: str
    verdict: Verdict
    values: tuple[Value, ...]
    findings: tuple[Finding, ...] = ()

    @model_validator(mode="after")
    def _expires_after_issue(self) -> Calibration:
        if self.expires <= self.issued:
            raise ValueError(say("a calibration expires after it was issued"))
        return self

    def records(self) -> list[dict[str, object]]:
        """Return one flat record per value, with everything that belongs to it."""
        common = self.model_dump(mode="json", exclude={"values", "findings"})
        return [common | value.model_dump() for value in self.values]

    def column(self, quantity: str, kind: str, size: int) -> tuple[FloatArray, FloatArray]:
        """Return values and standard uncertainties (size,) by channel number; NaN: not measured."""
        mean, u = np.full(size, np.nan), np.full(size, np.nan)
        for v in self.values:
            word, _, rest = v.channel.partition(" ")
            if v.quantity == quantity and word == kind:
                number = int(rest.split()[0])
                if number < size:
                    mean[number], u[number] = v.value, v.uncertainty / COVERAGE_FACTOR
        return mean, u

    def faults(self, kind: str = "") -> list[Finding]:
        """Return the faults that were found, or those of a kind."""
        return [f for f in self.findings if f.severity == "fault" and kind in ("", f.kind)]

    def single(self, quantity: str) -> Value | None:
        """Return the value of a quantity of the whole board, if there is one."""
        found = [v for v in self.values if v.quantity == quantity and v.channel == "board"]
        return found[0] if found else None


class State(StrEnum):
    """How far a calibration can be trusted now."""

    VALID = "valid"
    SOON = "expires soon"
    EXPIRED = "expired"
    FUTURE = "issued in the future"
    FAILED = "failed"
    MISSING = "missing"


COLOURS = {
    State.VALID: "green",
    State.SOON: "amber",
    State.EXPIRED: "red",
    State.FUTURE: "red",
    State.FAILED: "red",
    State.MISSING: "red",
}


def state_of(calibration: Calibration | None, now: datetime) -> State:
    """Return the state of the latest calibration of a kind at a moment."""
    if calibration is None:
        return State.MISSING
    if now < calibration.issued:  # a clock is or was wrong: how old it is cannot be told
        return State.FUTURE
    if now >= calibration.expires:
        return State.EXPIRED
    if calibration.verdict is Verdict.FAIL:
        return State.FAILED
    left = calibration.expires - now
    return State.SOON if left < SOON * (calibration.expires - calibration.issued) else State.VALID


def calibrate_again(routine: str) -> Message:
    """Say what to do about a calibration that cannot be trusted; who knows how says it better."""
    return say("calibrate {routine}", routine=routine)


def sentence_of(
    routine: str,
    state: State,
    calibration: Calibration | None,
    now: datetime,
    again: Callable[[str], Message] = calibrate_again,
) -> Message:
    """Say in one sentence how it stands and what to do; `again` says of a routine how it is repeated."""
    known = {"routine": routine, "again": again(routine)}
    if calibration is None:
        return say("{routine} was never calibrated on this board; {again}", **known)
    if state is State.EXPIRED:
        return say("{routine} expired {span} ago; {again}", **known, span=_span(now - calibration.expires))
    if state is State.FUTURE:
        return say(
            "{routine} was issued {span} in the future, a clock is or was wrong; "
            "set this computer's clock, or {again}",
            **known,
            span=_span(calibration.issued - now),
        )
    if state is State.FAILED:
        faults = [f.text for f in calibration.faults()]
        what = faults[0] if faults else say("it did not pass")
        if len(faults) > 1:
            what = say("{fault} (and {count} more)", fault=what, count=len(faults) - 1)
        return say("{routine} failed: {what}; repair, then {again}", **known, what=what)
    left = _span(calibration.expires - now)
    if state is State.SOON:
        return say("{routine} is valid for {left} only; {again} soon", **known, left=left)
    return say("{routine} is valid for {left}", routine=routine, left=left)


def _span(time: timedelta) -> Message:
    hours = time.total_seconds() / 3600
    if hours < 1:
        return say("{minutes} min", minutes=max(round(60 * hours), 1))
    if hours < 48:
        return say("{hours:.0f} h", hours=hours)
    return say("{days:.0f} days", days=hours / 24)


def edge_channel(network: Network, edge: int) -> str:
    """Return the channel of an edge: number and the nodes it joins."""
    return f"edge {edge} ({network.edge_names()[edge]})"


def edge_values(
    network: Network, quantity: str, unit: str, mean: FloatArray, u: FloatArray, edges: Iterable[int]
) -> list[Value]:
    """Return values of the given edges from arrays (E,) and standard uncertainties."""
    return [
        value(quantity, edge_channel(network, e), mean[e], u[e], unit)
        for e in edges
        if np.isfinite(mean[e]) and np.isfinite(u[e])
    ]


def value(quantity: str, channel: str, mean: float, u: float, unit: str) -> Value:
    """Return a value; u is the standard uncertainty, what is stated is twice that."""
    return Value(
        quantity=quantity,
        channel=channel,
        value=float(mean),
        uncertainty=float(COVERAGE_FACTOR * u),
        unit=unit,
    )


def now_utc() -> datetime:
    """Return the time now, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
