"""Settings for every test: no window, no screen, no deadline for a single hypothesis example."""

import os

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

# The first example of a test may compile the plant, and CI machines stall: time is pytest-timeout's job.
hypothesis.settings.register_profile("labctl", deadline=None, database=None)
hypothesis.settings.load_profile("labctl")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the contract tests run on a real bench: pytest tests/contract --bench BENCH.toml."""
    parser.addoption(
        "--bench", metavar="BENCH.toml", help="hold this bench, too, to the contract of all benches"
    )
