"""What is known of single edges: measured values that replace draws, and deliberate faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from protocols.errors import ConfigError
from protocols.messages import say
from protocols.tables import Table
from protocols.units import parse_quantity

_FORMS = say('write a list of quantities, one per edge, or { values = [1, 2], unit = "..." }')


def _column(unit: str, least: float | None = None) -> BeforeValidator:
    """Read one value per edge: a list of quantities, or plain numbers with one unit for all."""

    def read(value: Any) -> tuple[float, ...]:
        if isinstance(value, dict):
            value = _with_unit(value)
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValueError(_FORMS)
        numbers = []
        for number, item in enumerate(value):
            try:
                numbers.append(parse_quantity(item, unit))
            except ConfigError as error:
                raise ValueError(
                    say("entry {number} {sentence}", number=number, sentence=error.sentence())
                ) from error
            if least is not None and numbers[-1] < least:
                raise ValueError(say("entry {number} must be at least {least:g}", number=number, least=least))
        return tuple(numbers)

    return BeforeValidator(read, json_schema_input_type=list[str | float] | dict[str, Any])


def _with_unit(table: dict[str, Any]) -> list[str]:
    """Turn { values, unit } into a list of quantities."""
    if set(table) != {"values", "unit"} or not isinstance(table["values"], list):
        raise ValueError(_FORMS)
    if any(isinstance(number, bool | str) for number in table["values"]):
        raise ValueError(say("values must be a list of plain numbers"))
    return [f"{number!r} {table['unit']}" for number in table["values"]]


VoltColumn = Annotated[tuple[float, ...], _column("V")]
VoltPerSecondColumn = Annotated[tuple[float, ...], _column("V/s")]
LeakColumn = Annotated[tuple[float, ...], _column("V/s", least=0.0)]
StrengthColumn = Annotated[tuple[float, ...], _column("A/V**2", least=0.0)]
RatioColumn = Annotated[tuple[float, ...], _column("dimensionless", least=-1.0)]


def _measured(text: str, unit: str) -> Any:
    return Field((), description=text, json_schema_extra={"unit": unit})


class PerEdge(Table):
    """Measured values of a real board, one per edge in the network's order; an empty list: not measured.

    They replace the drawn values. Values of edges without a gate are not looked at.
    """

    bias: VoltPerSecondColumn = _measured("learning bias; replaces bias_mean and bias_spread", "V/s")
    contrast_offset: VoltColumn = _measured("input offset of the contrast circuit", "V")
    threshold: VoltColumn = _measured("threshold of the free copy; replaces the board's and its spread", "V")
    strength: StrengthColumn = _measured(
        "strength of the free copy (Level1: kp·W/L); replaces the board's and its spread", "A/V^2"
    )
    threshold_mismatch: VoltColumn = _measured("threshold of the clamped copy minus the free one's", "V")
    strength_mismatch: RatioColumn = _measured(
        "strength of the clamped copy against the free one, less 1", ""
    )
    rate_error: RatioColumn = _measured(
        "learning rate against the nominal one, less 1; replaces rate_error and rate_spread", ""
    )
    gate_leak: LeakColumn = _measured("fall of the held gate", "V/s")
    pulse_charge: VoltColumn = _measured(
        "gate voltage gained with each learning pulse; replaces pulse_charge and its spread", "V"
    )
    wall_low: VoltColumn = _measured("lower wall of the gate; replaces the board's and its spread", "V")
    wall_high: VoltColumn = _measured("upper wall of the gate; replaces the board's and its spread", "V")


class PerNode(Table):
    """Measured converters of a real board, one value per node in its order; an empty list: not measured.

    They replace the drawn values. Only nodes with a source or a target are looked at.
    """

    source_offset: VoltColumn = _measured("offset of the source output at the node", "V")
    source_gain: RatioColumn = _measured("relative gain error of the source output", "")
    clamp_offset: VoltColumn = _measured("offset of the clamp", "V")
    clamp_gain: RatioColumn = _measured("relative gain error of the clamp's displacement", "")
    adc_offset: VoltColumn = _measured("offset of the target's reading", "V")
    adc_gain: RatioColumn = _measured("relative gain error of the target's reading", "")


Number = Annotated[int, Field(ge=0)]


def _listed(text: str) -> Any:
    return Field((), description=text, json_schema_extra={"unit": ""})


class Faults(Table):
    """Edges and wires broken on purpose, by number, besides those the probabilities draw."""

    dead: tuple[Number, ...] = _listed("edges whose gate never moves")
    open: tuple[Number, ...] = _listed("edges that conduct nothing")
    shorted: tuple[Number, ...] = _listed("edges that are short_resistance and nothing else")
    wires_off: tuple[Number, ...] = _listed("source or target nodes whose wire has come off")

    @model_validator(mode="after")
    def _one_fault_at_a_time(self) -> Faults:
        both = sorted(set(self.open) & set(self.shorted))
        if both:
            raise ValueError(say("edge {edge} cannot be both open and shorted", edge=both[0]))
        return self

    def check(self, edges: int, nodes: int) -> None:
        """Refuse numbers the network does not have. Raises ConfigError."""
        for name in type(self).model_fields:
            what, count = ("node", nodes) if name == "wires_off" else ("edge", edges)
            for number in getattr(self, name):
                if number >= count:
                    raise ConfigError(
                        say("no such {what}", what=what),
                        key=f"imperfections.faults.{name}",
                        value=number,
                        allowed=say("{what}s are 0 to {count}", what=what, count=count - 1),
                    )
