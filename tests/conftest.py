"""Settings for every test: no window, no screen, no deadline for a single hypothesis example."""

import os
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

# The first example of a test may compile the plant, and CI machines stall: time is pytest-timeout's job.
hypothesis.settings.register_profile("labctl", deadline=None, database=None)
hypothesis.settings.load_profile("labctl")

# Files whose tests start processes and draw come first: a slow one at the end would keep one worker alone.
_FIRST = ("labctl", "system")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the contract tests run on a real bench: pytest tests/contract --bench BENCH.toml."""
    parser.addoption(
        "--bench", metavar="BENCH.toml", help="hold this bench, too, to the contract of all benches"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` starts: one more than cores, for tests wait for their processes."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow folders first; within a folder the order stays."""
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(tests).parts[0]
        return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)

    items.sort(key=place)
