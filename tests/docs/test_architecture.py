"""docs/architecture.md is drawn from the import contracts, and leaves out no folder."""

from __future__ import annotations

import itertools
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ADVICE = "run: python tools/draw_architecture.py --write"


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "draw_architecture.py"))


def test_the_page_is_the_generated_one(tool: dict[str, Any]) -> None:
    assert tool["with_contracts"](PAGE) == PAGE, ADVICE


def test_every_contract_and_every_layer_is_drawn(tool: dict[str, Any]) -> None:
    drawn = tool["generated"]()
    for contract in tool["contracts"]():
        assert f"| `{contract['id']}` |" in drawn
        if contract["type"] == "layers":
            for name in itertools.chain(*tool["floors"](contract)):
                assert f'    {name}["<b>{name}</b><br/>' in drawn


def test_arrows_lead_from_each_layer_to_the_next(tool: dict[str, Any]) -> None:
    drawn = tool["picture"]({"layers": ["labctl", "calibration | drivers", "protocols"]})
    assert [line.strip() for line in drawn.splitlines() if "-->" in line] == [
        "labctl --> calibration & drivers",
        "calibration & drivers --> protocols",
    ]


def test_a_page_without_its_markers_is_refused(tool: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the page needs the lines"):
        tool["with_contracts"]("no markers")


def test_the_tool_refuses_what_it_does_not_know(tool: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="--write"):
        tool["main"](["--wrte"])


def test_the_table_of_folders_leaves_none_out() -> None:
    rows = re.findall(r"^\| (`[^|]+/`) \|", PAGE, re.MULTILINE)
    told = {name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)}
    found = {f"labctl/{p.parent.name}" for p in (ROOT / "labctl").glob("*/__init__.py")}
    for package in ("drivers", "sim_backend"):
        found |= {f"{package}/{p.parent.name}" for p in (ROOT / package).glob("*/__init__.py")}
    assert found <= told
    assert {name for name in told if not (ROOT / name).is_dir()} == set()


def test_the_way_of_one_run_takes_ten_steps_each_with_a_link() -> None:
    way = PAGE.partition("## The way of one run")[2]
    steps = re.split(r"^\d+\. ", way, flags=re.MULTILINE)[1:]
    assert len(steps) == 10
    assert all("](../" in step for step in steps)
