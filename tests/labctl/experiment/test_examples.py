"""The examples learn what they say they learn, on the ideal board and on one as the published one."""

from __future__ import annotations

from pathlib import Path

import pytest

from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest
from labctl.runs.session import Session
from protocols.metrics import Score

EXAMPLES = Path(__file__).parents[3] / "examples"
SEEDS = range(1, 6)


def end_of(example: str, imperfections: str, seed: int) -> Score:
    """Train and return the score of the last round."""
    run = prepare(RunRequest(EXAMPLES / example, imperfections=imperfections, seed=seed, figures=False))
    score = Session(run.plan, run.bench.make()).run().progress.train
    assert score is not None
    return score


# 1.7e-5 V² is the best clean circuit simulation published (arXiv:2505.22887).
@pytest.mark.parametrize(("imperfections", "bar_V2"), [("ideal", 1.7e-5), ("lattice-paper", 8e-5)])
def test_the_regression_is_learned_on_five_boards(imperfections: str, bar_V2: float) -> None:
    errors_V2 = [end_of("regression.toml", imperfections, seed).error_V2 for seed in SEEDS]
    assert max(errors_V2) <= bar_V2


@pytest.mark.parametrize(("imperfections", "least"), [("ideal", 4), ("lattice-paper", 3)])
def test_exclusive_or_is_learned_with_margin(imperfections: str, least: int) -> None:
    scores = [end_of("xor.toml", imperfections, seed) for seed in SEEDS]
    solved = [s for s in scores if s.accuracy == 1.0 and (s.worst_margin_V or 0.0) > 0.0]
    assert len(solved) >= least
