"""What the docs name is there: files, folders, modules and what is in them; links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))  # they may name what was there then
TOPS = "labctl|drivers|protocols|calibration|sim_backend|tests|benchmarks|tools|examples|benches"
_PATH = re.compile(rf"(?<![\w./-])((?:{TOPS})/[\w./-]*[\w/])")
_DOTTED = re.compile(rf"(?<![\w./-])((?:{TOPS})(?:\.\w+)+)(?![\w/])")
_LINK = re.compile(r"\]\(([^)#\s]+)")
# Made by a command, or somebody's own.
_ELSEWHERE = {"benches/lab.toml", "benchmarks/results/plant.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_and_modules_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    wrong = [path for path in _PATH.findall(text) if path not in _ELSEWHERE and not (ROOT / path).exists()]
    wrong += [name for name in _DOTTED.findall(text) if not is_there(name)]
    assert wrong == []


@pytest.mark.parametrize("page", [*PAGES, *RECORDS], ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if link != "NNNN" and not (page.parent / link).exists()] == []


def is_there(dotted: str) -> bool:
    """Tell whether a dotted name is a module, or something that a module has."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:count])
        source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if source.is_file():
            rest = parts[count : count + 1]
            return not rest or re.search(rf"\b{rest[0]}\b", source.read_text("utf-8")) is not None
        if place.is_dir():
            return count == len(parts)
    return False


@pytest.mark.parametrize(
    ("dotted", "there"),
    [
        ("labctl.engine.lifecycle.VERBS", True),
        ("drivers.hardware.probe.probe", True),
        ("labctl.engine.service", False),
        ("labctl.engine.lifecycle.NOTHING_LIKE_THIS", False),
    ],
)
def test_a_name_that_went_away_is_found_out(dotted: str, there: bool) -> None:
    assert is_there(dotted) is there
