"""The fault runs of `benchmarks.wire`: what they count, and that they can count what is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.wire_faults import Case, Session, Tally, cases, run_case
from labctl.emulation import FaultSettings
from sim_backend.emulators.faults import FaultKind


@pytest.fixture(scope="module")
def session() -> Session:
    return Session("controller")


def test_cases_go_over_all_instruments_and_kinds(session: Session) -> None:
    messages = dataclasses.make_dataclass("Counted", ["messages"])
    counted = messages(dict.fromkeys(("supply", "meter", "controller", "daq"), 10))
    made = cases(96, {"controller": counted, "daq": counted})
    seen = {(case.fault.instrument, case.fault.kind) for case in made}
    assert len(seen) == 4 * len(FaultKind)
    assert made == cases(96, {"controller": counted, "daq": counted})  # the seed draws them
    assert set(session.messages) == {"supply", "meter", "controller"}
    assert min(session.messages.values()) > 5


@pytest.mark.parametrize(
    "fault",
    [
        FaultSettings(instrument="controller", kind=FaultKind.DISCONNECT, at=8, count=2),
        FaultSettings(instrument="controller", kind=FaultKind.STUCK, at=15, always=True),
        FaultSettings(instrument="supply", kind=FaultKind.CORRUPT, at=5, always=True),
        FaultSettings(instrument="meter", kind=FaultKind.WRONG_DEVICE, always=True),
    ],
    ids=lambda f: f"{f.instrument}-{f.kind}",
)
def test_a_fault_run_ends_well(session: Session, fault: FaultSettings) -> None:
    tally = Tally()
    run_case(Case("controller", fault), session, tally)
    assert (tally.injected, tally.struck) == (1, 1)
    assert tally.refused == 1
    assert [tally.wrong, tally.hangs, tally.unsafe, tally.unclear] == [[], [], [], []]


def test_a_wrong_answer_would_be_counted(session: Session) -> None:
    right = dict(session.answers)
    try:
        session.answers["measure"] = right["measure"] + np.array([[2e-6], [0.0]])
        tally = Tally()
        fault = FaultSettings(instrument="meter", kind=FaultKind.DROP, at=10_000)
        run_case(Case("controller", fault), session, tally)
    finally:
        session.answers.update(right)
    assert len(tally.wrong) == 1
    assert tally.struck == 0
