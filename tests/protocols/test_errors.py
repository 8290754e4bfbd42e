"""Errors: one sentence that a technician can act on."""

from __future__ import annotations

import pytest

from protocols import ConfigError, DataError, InstrumentError, LabError, ProtocolError


def test_a_config_error_names_where_what_and_what_is_allowed() -> None:
    error = ConfigError("η must be above 0", file="xor.toml", key="method.eta", value=-1, allowed="try 0.99")
    assert str(error) == "xor.toml: method.eta: η must be above 0 (got -1); try 0.99"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({}, "is wrong"),
        ({"key": "a.b"}, "a.b: is wrong"),
        ({"file": "x.toml"}, "x.toml: is wrong"),
        ({"value": 0}, "is wrong (got 0)"),
        ({"value": ""}, "is wrong (got '')"),
        ({"allowed": "do better"}, "is wrong; do better"),
    ],
)
def test_what_is_not_known_is_left_out(parts: dict[str, object], text: str) -> None:
    assert str(ConfigError("is wrong", **parts)) == text  # type: ignore[arg-type]


def test_an_error_is_placed_by_whoever_knows_the_place() -> None:
    inner = ConfigError("is wrong", key="eta", value=3, allowed="be right")
    placed = inner.at(key="clamp").at(file="xor.toml", key="method")
    assert str(placed) == "xor.toml: method.clamp.eta: is wrong (got 3); be right"
    assert str(inner) == "eta: is wrong (got 3); be right"
    assert str(placed.at()) == str(placed)


def test_an_instrument_error_names_the_instrument_and_a_way_out() -> None:
    assert str(InstrumentError("DAQ 1", "does not answer")) == "DAQ 1: does not answer"
    error = InstrumentError("DAQ 1", "does not answer", "is it switched on?")
    assert str(error) == "DAQ 1: does not answer; is it switched on?"
    assert (error.instrument, error.hint) == ("DAQ 1", "is it switched on?")


@pytest.mark.parametrize("kind", [ConfigError, DataError, ProtocolError])
def test_every_error_raised_on_purpose_is_a_lab_error(kind: type[Exception]) -> None:
    assert issubclass(kind, LabError)
    assert isinstance(kind("x"), LabError)
