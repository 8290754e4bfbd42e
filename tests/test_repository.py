"""What the repository says of itself is true."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DECISIONS = ROOT / "docs" / "decisions"
_STATUS = re.compile(r"^Status: (.+)$", re.MULTILINE)


def test_every_decision_is_in_the_index_with_its_status() -> None:
    index = (DECISIONS / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\((\S+\.md)\) \| .+ \| (.+) \|$", index, re.MULTILINE)
    records = sorted(DECISIONS.glob("[0-9]*.md"))
    assert [file for _, file, _ in rows] == [record.name for record in records]
    for (number, file, status), record in zip(rows, records, strict=True):
        assert file.startswith(f"{number}-")
        said = _STATUS.search(record.read_text("utf-8"))
        assert said is not None, f"{file} has no line 'Status: …'"
        assert said[1].startswith(status), f"{file} says: {said[1]}"


def test_only_targets_that_exist_are_named() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    said = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", ".ci/run")]
    said += [
        *(ROOT / "labctl" / "cli").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "tools").glob("*.sh"),
    ]
    for file in said:
        for name in re.findall(r"`make ([a-z-]+)", file.read_text("utf-8")):
            assert name in targets, f"{file.relative_to(ROOT)} names `make {name}`"
