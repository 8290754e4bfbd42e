"""The fault injector every emulator shares: repeatable, exact about which message is struck."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_backend.emulators.faults import Fault, FaultInjector, FaultKind, StruckFault, corrupt


def struck(injector: FaultInjector, texts: list[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if injector.next_message(text)]


def test_a_fault_strikes_exactly_the_messages_it_names() -> None:
    fault = Fault(FaultKind.DROP, at=2, count=3)
    injector = FaultInjector([fault])
    assert struck(injector, ["x"] * 10) == [2, 3, 4]
    assert injector.strikes() == (StruckFault(fault, 2), StruckFault(fault, 3), StruckFault(fault, 4))


def test_messages_are_counted_from_when_a_fault_is_armed_and_only_those_that_match() -> None:
    injector = FaultInjector()
    assert struck(injector, ["VOLT 1", "VOLT 2"]) == []
    injector.arm(Fault(FaultKind.DELAY, at=1, match="VOLT"))
    assert struck(injector, ["VOLT 3", "CURR 1", "VOLT 4", "VOLT 5"]) == [2]
    assert [strike.message for strike in injector.strikes()] == [4]


def test_a_fault_without_a_count_goes_on_until_it_is_disarmed() -> None:
    injector = FaultInjector([Fault(FaultKind.STUCK, count=None)])
    assert struck(injector, ["x"] * 5) == [0, 1, 2, 3, 4]
    injector.disarm()
    assert struck(injector, ["x"] * 5) == []


def test_of_two_faults_due_at_once_the_first_strikes_and_the_second_waits() -> None:
    first, second = Fault(FaultKind.DROP), Fault(FaultKind.DELAY)
    injector = FaultInjector([first, second])
    assert injector.next_message() is first
    assert injector.next_message() is second
    assert injector.next_message() is None


@given(seed=st.integers(0, 2**32), probability=st.floats(0.1, 0.9))
def test_the_same_seed_strikes_the_same_messages(seed: int, probability: float) -> None:
    fault = Fault(FaultKind.DROP, count=None, probability=probability, seed=seed)
    assert struck(FaultInjector([fault]), ["x"] * 50) == struck(FaultInjector([fault]), ["x"] * 50)


def test_the_share_struck_is_the_probability() -> None:
    n, probability = 4000, 0.3
    hits = len(struck(FaultInjector([Fault(FaultKind.DROP, count=None, probability=probability)]), ["x"] * n))
    deviation = (n * probability * (1 - probability)) ** 0.5
    assert abs(hits - n * probability) < 5 * deviation


@given(data=st.binary(min_size=1, max_size=40), seed=st.integers())
def test_corruption_changes_one_bit_and_no_terminator(data: bytes, seed: int) -> None:
    spoilt = corrupt(data, seed, keep=b"\r\n")
    assert len(spoilt) == len(data)
    changed = [a ^ b for a, b in zip(data, spoilt, strict=True) if a != b]
    assert [index for index, byte in enumerate(data) if byte in b"\r\n"] == [
        index for index, byte in enumerate(spoilt) if byte in b"\r\n"
    ]
    if data.strip(b"\r\n"):
        assert [bits.bit_count() for bits in changed] == [1]
    assert spoilt == corrupt(data, seed, keep=b"\r\n")


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_where_nothing_may_change_nothing_does(data: bytes) -> None:
    assert corrupt(data, 1, keep=b"\n") == data
