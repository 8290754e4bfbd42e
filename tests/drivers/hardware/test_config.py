"""Mistakes in a hardware bench file, each one sentence with the key."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from labctl.cli import app
from protocols import ConfigError

from ...labctl.emulation.benches import CONTROLLER, DAQ, as_written


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("timing=clock", ["timing", "controller", "daq", "clock"]),
        ("timing=daq", ['timing = "daq" needs [instruments.daq]']),
        ('limits.node_max="-1 V"', ["limits.node_min must be below node_max"]),
        ("limits.node_max=0.45", ["limits.node_max", "no unit"]),
        ("instruments.supply.family=hp", ["instruments.supply", "keysight-e36300", "'hp'"]),
        ("instruments.meter.across_channel=3", ["across_channel", "no channel 3"]),
        ("instruments.meter.across_node=3", ["exclude each other"]),
        (
            'instruments.supply.channels=[{channel=1, voltage="5 V", max_voltage="3 V", max_current="1 A"}]',
            ["voltage is above max_voltage"],
        ),
        ("wires.sources.S2.node=1", ["sources.S2 and sources.S1 are both on node 1"]),
        ("wires.sources.S2.nodes=1", ["wires.sources.S2.nodes", "unknown key"]),
        ('emulation.swapped=[["S1", "O0"]]', ["emulation.swapped", "'O0'"]),
        ('emulation.off=["S3"]', ["emulation.off", "'S3'"]),
        ("emulation.imperfections=lattice", ["no such imperfection preset", "lattice-paper"]),
        ("simulated=perhaps", ["simulated"]),
    ],
)
def test_mistakes(override: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        as_written(CONTROLLER, override)
    for word in [CONTROLLER, *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize("file", [CONTROLLER, DAQ])
def test_shipped_benches_say_what_they_are(file: str) -> None:
    config = as_written(file)
    assert config.simulated
    assert config.emulation is not None
    assert config.limits.of_bench().node_max_V == pytest.approx(0.4532)


def test_the_schema_of_bench_files_has_both_kinds() -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema", "bench"], catch_exceptions=False).stdout)
    assert len(schema["anyOf"]) == 2
    assert {"instruments", "wires", "emulation"} <= schema["$defs"]["HardwareBenchFile"]["properties"].keys()
