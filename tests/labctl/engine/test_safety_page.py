"""docs/safety.md is written from the tables and kept up to date."""

from __future__ import annotations

import runpy
from pathlib import Path

from labctl.engine.lifecycle import STATES, VERBS

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_the_generated_one_and_names_every_verb_and_state() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "draw_lifecycle.py"))
    page = (ROOT / "docs" / "safety.md").read_text("utf-8")
    assert tool["with_tables"](page) == page, "run: python tools/draw_lifecycle.py --write"
    for row in VERBS.values():
        assert row.consequence in page
    for text in STATES.values():
        assert text in page
