"""Random solves: what is drawn, and that a wrong answer is noticed."""

import json

import numpy as np
import pytest

from benchmarks import solves
from protocols import InstrumentError, Network
from sim_backend import SquareLaw

COUNT = 500


@pytest.fixture(scope="module")
def tally():
    return solves.solve_some(seed=1, task=0, count=COUNT)


def test_every_random_network_is_solved_right(tally):
    assert tally.failures == []
    assert sum(tally.solved.values()) == COUNT
    assert {gates for _, gates in tally.solved} == set(solves.GATES)
    json.dumps(tally.as_object(1.0, 1))


def test_the_same_stream_draws_the_same_networks(tally):
    again = solves.solve_some(seed=1, task=0, count=COUNT)
    assert again == tally
    assert solves.solve_some(seed=1, task=1, count=COUNT) != tally


def wired(monkeypatch, answer):
    def voltages(self, gates, fixed_V):
        return answer(gates, fixed_V)

    monkeypatch.setattr(solves.Solver, "voltages", voltages)
    return solves.Wired(Network(4, ((0, 1), (1, 2))), SquareLaw(), [0, 2])


@pytest.mark.parametrize(
    ("volts", "says"),
    [
        ([0.4, np.nan, 0.1, 0.0], "no number"),
        ([0.4, 0.2, 0.1, 0.1], "floating"),
        ([0.4, 0.5, 0.1, 0.0], "outside"),
        ([0.4, 0.3, 0.1, 0.0], "more leave a node"),
    ],
)
def test_a_wrong_answer_is_noticed(monkeypatch, volts, says):
    one = wired(monkeypatch, lambda gates, fixed: np.array(volts))
    assert says in one.wrong(np.full(2, 2.0), np.array([0.4, 0.1]), solves.Tally())


def test_a_solve_that_fails_is_counted(monkeypatch):
    def refuse(gates, fixed):
        raise InstrumentError("plant", "the node voltages did not settle")

    assert "did not settle" in wired(monkeypatch, refuse).wrong(
        np.full(2, 2.0), np.array([0.4, 0.1]), solves.Tally()
    )


@pytest.mark.parametrize(("task", "count"), [(67, 1793), (5, 1728)])
def test_nodes_tied_by_a_short_far_below_cut_off_rest_between_the_sources(task: int, count: int) -> None:
    """Streams whose last solve once put such nodes 0.3 V and 0.1 V above every source."""
    assert solves.solve_some(seed=0, task=task, count=count).failures == []
