"""The diagram in docs/engine.md is drawn from the table and kept up to date."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from protocols.engine import TRANSITIONS, EventKind, RunState

ROOT = Path(__file__).resolve().parents[2]
ADVICE = "docs/engine.md is behind the table; run: python tools/draw_engine.py --write"


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "draw_engine.py"))


def read_back(text: str) -> dict[tuple[RunState, EventKind], RunState]:
    """Turn the arrows of a diagram into a table again."""
    table: dict[tuple[RunState, EventKind], RunState] = {}
    for line in text.splitlines():
        arrow = re.fullmatch(r"\s+(\w+) --> (\w+): (.+)", line)
        if arrow:
            for kind in arrow[3].split(", "):
                pair = RunState(arrow[1]), EventKind(kind)
                assert pair not in table, f"{pair} is drawn twice"
                table[pair] = RunState(arrow[2])
    return table


def test_the_diagram_shows_the_whole_table_and_nothing_else(tool: dict[str, Any]) -> None:
    assert read_back(tool["diagram"]()) == dict(TRANSITIONS)


def test_the_diagram_has_one_arrow_per_pair_of_states_and_starts_idle(tool: dict[str, Any]) -> None:
    first, start, *arrows = tool["diagram"]().splitlines()
    assert (first, start) == ("stateDiagram-v2", "    [*] --> idle")
    ends = [line.partition(":")[0] for line in arrows]
    assert len(set(ends)) == len(ends)


def test_the_committed_diagram_is_the_generated_one(tool: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "engine.md").read_text("utf-8")
    assert tool["with_diagram"](page) == page, ADVICE
    assert read_back(page) == dict(TRANSITIONS), ADVICE


def test_the_page_says_what_every_state_and_verb_means() -> None:
    page = (ROOT / "docs" / "engine.md").read_text("utf-8")
    for state in RunState:
        assert f"\n| {state} | " in page
    for verb in (
        EventKind.PREPARE,
        EventKind.START,
        EventKind.PAUSE,
        EventKind.RESUME,
        EventKind.STOP,
        EventKind.ABORT,
    ):
        assert f"**{verb}**" in page


def test_the_tool_prints_the_diagram(tool: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    tool["main"]([])
    assert capsys.readouterr().out == tool["diagram"]()


def test_the_tool_refuses_what_it_does_not_know(tool: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="--write"):
        tool["main"](["--wrte"])


@pytest.mark.parametrize("page", ["", "{B}", "{E}{B}", "{B}{B}{E}", "{B}{E}{E}", "{B}{E}{B}{E}"])
def test_a_page_without_its_markers_is_refused(tool: dict[str, Any], page: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        tool["with_diagram"](page.format(B=tool["BEGIN"], E=tool["END"]))


def test_only_what_is_between_the_markers_is_replaced(tool: dict[str, Any]) -> None:
    page = f"before\n{tool['BEGIN']}\nold\n{tool['END']}\nafter\n"
    written = tool["with_diagram"](page)
    assert written.startswith(f"before\n{tool['BEGIN']}\n```mermaid\n")
    assert written.endswith(f"```\n{tool['END']}\nafter\n")
    assert "old" not in written
    assert tool["with_diagram"](written) == written
