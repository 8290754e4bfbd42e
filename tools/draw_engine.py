"""Draw the engine's transition table as a mermaid state diagram.

    python tools/draw_engine.py            print the diagram
    python tools/draw_engine.py --write    put it into docs/engine.md, between the markers

A test holds the page to the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

from protocols.engine import TRANSITIONS, EngineState, EventKind, RunState

PAGE = Path(__file__).resolve().parents[1] / "docs" / "engine.md"
BEGIN = "<!-- diagram: tools/draw_engine.py --write -->"
END = "<!-- end of diagram -->"


def diagram() -> str:
    """Return the diagram: one arrow per pair of states, named after the events that take it."""
    lines = ["stateDiagram-v2", f"    [*] --> {EngineState().run}"]
    for before in RunState:
        for after in RunState:
            kinds = [kind for kind in EventKind if TRANSITIONS.get((before, kind)) is after]
            if kinds:
                lines.append(f"    {before} --> {after}: {', '.join(kinds)}")
    return "\n".join(lines) + "\n"


def with_diagram(page: str) -> str:
    """Return the page with the text between the markers replaced by the diagram.

    Raises ValueError when the page does not have both markers once, in order.
    """
    before, begin, rest = page.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in old + after or END in before + after:
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}, once each")
    return f"{before}{BEGIN}\n```mermaid\n{diagram()}```\n{END}{after}"


def main(arguments: list[str]) -> None:
    """Print the diagram, or write it into the page."""
    if arguments == ["--write"]:
        PAGE.write_text(with_diagram(PAGE.read_text("utf-8")), "utf-8")
    elif arguments:
        raise SystemExit(__doc__)
    else:
        print(diagram(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
