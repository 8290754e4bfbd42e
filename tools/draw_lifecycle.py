"""Write the table of verbs and the diagram of the life cycle as people meet it, from the tables in the code.

    python tools/draw_lifecycle.py            print both
    python tools/draw_lifecycle.py --write    put them into docs/safety.md, between the markers

A test holds the page to the tables.
"""

from __future__ import annotations

import sys
from pathlib import Path

from labctl.engine.lifecycle import STATES, VERBS, Verb
from protocols.engine import TRANSITIONS, EngineState, EventKind, RunState

PAGE = Path(__file__).resolve().parents[1] / "docs" / "safety.md"
BEGIN = "<!-- life cycle: tools/draw_lifecycle.py --write -->"
END = "<!-- end of life cycle -->"
_BY_ITSELF = {
    EventKind.PREPARE: "a run is asked for",
    EventKind.CHECKED: "bench checked",
    EventKind.START: "begins",
    EventKind.FINISHED: "done",
    EventKind.FAILED: "something fails",
    EventKind.SAFE_REACHED: "safe state confirmed",
    EventKind.SAFE_FAILED: "safe state refused",
}


def diagram() -> str:
    """Return the diagram: verbs by their labels, everything else by what happens; no arrow to itself."""
    labels = {row.kind: row.label for verb, row in VERBS.items() if verb is not Verb.EMERGENCY_OFF}
    lines = ["stateDiagram-v2", f"    [*] --> {EngineState().run}"]
    for before in RunState:
        for after in RunState:
            kinds = [k for k in EventKind if TRANSITIONS.get((before, k)) is after and before is not after]
            names = [labels.get(k) or _BY_ITSELF[k] for k in kinds]
            if names:
                lines.append(f"    {before} --> {after}: {', '.join(names)}")
    return "\n".join(lines) + "\n"


def tables() -> str:
    """Return the table of verbs and that of states, in Markdown."""
    verbs = ["| verb | key | may be asked for while the run is | what happens |", "|---|---|---|---|"]
    for row in VERBS.values():
        states = "always" if row.always else ", ".join(s for s in RunState if row.allowed_in(s))
        verbs.append(f"| **{row.label}** | {row.key} | {states} | {row.consequence} |")
    states_ = ["| state | what holds |", "|---|---|"]
    states_ += [f"| {state} | {text} |" for state, text in STATES.items()]
    return "\n".join(verbs) + "\n\n" + "\n".join(states_) + "\n"


def with_tables(page: str) -> str:
    """Return the page with what stands between the markers replaced. Raises ValueError without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n{tables()}\n```mermaid\n{diagram()}```\n{END}{after}"


def main(arguments: list[str]) -> None:
    """Print the tables and the diagram, or write them into the page."""
    if arguments == ["--write"]:
        PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
    elif arguments:
        raise SystemExit(__doc__)
    else:
        print(tables(), diagram(), sep="\n", end="")


if __name__ == "__main__":
    main(sys.argv[1:])
