"""The [instruments.daq] table: what it takes, what it refuses and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from drivers.hardware.daq_settings import DaqSettings
from protocols.tables import ClampCircuit


def table(**changes: Any) -> dict[str, Any]:
    """Return a table as TOML gives it, with keys replaced; dotted keys reach inside."""
    made: dict[str, Any] = {
        "sources": {"1": "ao0", "5": "ao1"},
        "clamp": {
            "line": "port0/line0", "away_line": "port0/line1", "toward": {"0": "ao2"}, "away": {"0": "ao3"},
        },
        "read": {"free": {"0": "ai0"}, "clamped": {"0": "ai1"}},
        "mux": {
            "free": "ai2", "clamped": "ai3", "gate": "ai4",
            "enable": "port0/line2", "address": ["port0/line3"],
        },
        "learn": {"hold": "port0/line4"},
        "charge": {"output": "ao4", "line": "port0/line5"},
    }  # fmt: skip
    for key, value in changes.items():
        inside, _, last = key.rpartition("__")
        (made[inside] if inside else made)[last] = value
    return made


def test_nodes_and_quantities_are_read_from_text() -> None:
    made = DaqSettings.model_validate(table(rate="50 kHz", timeout="500 ms", learn__step="200 ns"))
    assert made.sources == {1: "ao0", 5: "ao1"}
    assert (made.rate, made.timeout, made.learn.step) == pytest.approx((50e3, 0.5, 200e-9))
    assert made.clamp.circuit is ClampCircuit.SOFTWARE
    assert made.address == ""


def test_every_wire_has_a_name_and_a_terminal() -> None:
    wires = DaqSettings.model_validate(table(learn__watcher="ctr1", learn__chop="port0/line6")).wires()
    assert wires["source node 5"] == "ao1"
    assert wires["away clamp node 0"] == "ao3"
    assert wires["gate multiplexer"] == "ai4"
    assert wires["chop line"] == "port0/line6"
    assert len(set(wires.values())) == len(wires) == 19
    assert set(DaqSettings.model_validate(table()).outputs().values()) == {f"ao{k}" for k in range(5)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"charge__output": "ao1"}, "charge and source node 5 are both wired to ao1"),
        ({"learn__hold": "port0/line0"}, "hold line and clamp line are both wired to port0/line0"),
        ({"sources": {"1": "ai0"}}, "write it like ao0, without the device"),
        ({"sources": {"1": "Dev1/ao0"}}, "write it like ao0, without the device"),
        ({"learn__hold": "line4"}, "write it like port0/line3"),
        ({"learn__counter": "ao0"}, "write it like ctr0"),
        ({"sources": {"-1": "ao0"}}, "greater than or equal to 0"),
        ({"sources": {}}, "at least 1"),
        ({"clamp__toward": {}, "clamp__away": {}}, "software clamps have `toward`"),
        ({"clamp__circuit": "analog"}, "an analog clamp circuit has `labels`"),
        ({"clamp__away": {"2": "ao3"}}, "the same nodes as `toward`"),
        ({"clamp__away_line": None}, "belong together"),
        ({"read__clamped": {"3": "ai1"}}, "must have the same nodes"),
        ({"address": "127.0.0.1:4000"}, "pattern"),
        ({"serial": "12"}, "pattern"),
        ({"device": "Dev 1"}, "pattern"),
        ({"rate": 1000}, "has no unit"),
        ({"samples": 0}, "greater than or equal to 1"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DaqSettings.model_validate(table(**changes))
    assert words in str(caught.value)


def test_a_mixing_circuit_has_labels_and_its_own_eta() -> None:
    clamp = {"circuit": "analog", "line": "port0/line0", "labels": {"0": "ao2"}, "eta": "50 %"}
    made = DaqSettings.model_validate(table(clamp=clamp))
    assert made.clamp.eta == 0.5
    assert made.wires()["label node 0"] == "ao2"


def test_settings_do_not_change() -> None:
    made = DaqSettings.model_validate(table())
    with pytest.raises(ValidationError, match="frozen"):
        made.rate = 1.0
