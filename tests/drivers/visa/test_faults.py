"""Every kind of fault, on supplies and meters: no wrong value, no hang, a sentence to act on, a safe end.

A call is over within its time limit, and the safe state is reached whenever the instrument can still
be reached.
"""

from __future__ import annotations

import random
import time

import pytest

from drivers.errors import ConnectionLost, InstrumentFault, NoAnswer, NotTaken, Refused, WrongInstrument
from drivers.visa import METERS, SUPPLIES
from protocols.errors import InstrumentError
from sim_backend.emulators.faults import Fault, FaultKind

from ...timing import within
from .bench import TIMEOUT_S, SupplyBench, assert_helpful, meter_bench, supply_bench

LATE_S = TIMEOUT_S + 0.2
KINDS = sorted(FaultKind)


def fault_of(kind: FaultKind, seed: int = 0, at: int = 0) -> Fault:
    match = "*IDN?" if kind is FaultKind.WRONG_DEVICE else ""
    return Fault(kind, at=at, seed=seed, delay_s=LATE_S, match=match)


def prepare(bench: SupplyBench) -> None:
    bench.driver.open()
    bench.driver.set_current_limit(1, 0.1)
    bench.driver.set_voltage(1, 1.0)
    bench.driver.switch_output(1, True)


@pytest.mark.parametrize("family", sorted(SUPPLIES))
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_while_setting_is_told_and_the_supply_ends_safe(kind: FaultKind, family: str) -> None:
    with supply_bench(family, timeout_s=TIMEOUT_S) as bench:
        prepare(bench)
        bench.faults.arm(fault_of(kind))
        with within(TIMEOUT_S):
            try:
                reads_V = bench.driver.set_voltage(1, 2.5)
            except InstrumentError as error:
                assert_helpful(error, "supply")
            else:
                assert reads_V == pytest.approx(2.5, abs=1e-3)
                assert bench.device.outputs[1].set_V == pytest.approx(2.5)
        with within(TIMEOUT_S):
            bench.driver.safe_state()
        assert bench.is_safe()


@pytest.mark.parametrize("family", sorted(SUPPLIES))
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_that_strikes_the_safe_state_itself_does_not_prevent_it(kind: FaultKind, family: str) -> None:
    with supply_bench(family, timeout_s=2 * TIMEOUT_S) as bench:
        prepare(bench)
        bench.faults.arm(fault_of(kind))
        with within(2 * TIMEOUT_S):
            bench.driver.safe_state()
        assert bench.is_safe()


@pytest.mark.parametrize("family", sorted(METERS))
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_while_measuring_never_gives_a_wrong_reading(kind: FaultKind, family: str) -> None:
    voltage_V = [0.5]
    with meter_bench(family, lambda: voltage_V[0], timeout_s=TIMEOUT_S) as bench:
        bench.driver.open()
        bench.driver.measure_voltage(4)
        bench.faults.arm(fault_of(kind))
        voltage_V[0] = 0.5 if kind is FaultKind.STUCK and not METERS[family].stuck_after else 0.75
        with within(TIMEOUT_S):
            try:
                readings = bench.driver.measure_voltage(4)
            except InstrumentError as error:
                assert_helpful(error, "meter")
            else:
                assert readings == pytest.approx(voltage_V[0], abs=2e-5)
        assert bench.driver.measure_voltage() == pytest.approx(voltage_V[0], abs=2e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_while_opening_leaves_it_closed_and_it_opens_next_time(kind: FaultKind) -> None:
    with supply_bench("rigol-dp800", timeout_s=TIMEOUT_S) as bench:
        bench.faults.arm(fault_of(kind))
        with within(2 * TIMEOUT_S):
            try:
                bench.driver.open()
            except InstrumentError as error:
                assert_helpful(error, "supply")
                assert kind is not FaultKind.STUCK
                bench.driver.open()
            else:
                assert kind is FaultKind.STUCK
        assert bench.driver.set_voltage(1, 1.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        (FaultKind.DROP, NoAnswer, r"no answer to .*:SOUR1:VOLT.* within 0\.[1-4]\d* s"),
        (FaultKind.TIMEOUT, NoAnswer, "no answer .* check that it is on and in remote"),
        (FaultKind.DELAY, NoAnswer, "no answer"),
        (FaultKind.DISCONNECT, NoAnswer, "no answer"),
        (FaultKind.OVERRUN, Refused, "it reports an error instead of an answer: -363, Input buffer overrun"),
        (FaultKind.STUCK, NotTaken, r"2\.5 V on channel 1 was accepted, yet it reads 1"),
    ],
)
def test_each_fault_has_its_own_sentence(kind: FaultKind, error: type[InstrumentFault], text: str) -> None:
    with supply_bench("rigol-dp800", timeout_s=TIMEOUT_S) as bench:
        prepare(bench)
        bench.faults.arm(fault_of(kind))
        with pytest.raises(error, match=text):
            bench.driver.set_voltage(1, 2.5)


def test_an_instrument_swapped_while_the_line_was_down_is_not_driven() -> None:
    with supply_bench("keysight-e36300", timeout_s=TIMEOUT_S) as bench:
        prepare(bench)
        bench.faults.arm(
            Fault(FaultKind.DISCONNECT), Fault(FaultKind.WRONG_DEVICE, match="*IDN?", count=None)
        )
        with pytest.raises(WrongInstrument, match="E36312A with serial number SIM-E36312A-1 was expected"):
            bench.driver.set_voltage(1, 2.0)
        with pytest.raises(WrongInstrument):
            bench.driver.set_voltage(1, 3.0)
        assert bench.device.outputs[1].set_V == pytest.approx(1.0)


def test_a_supply_that_is_gone_is_reported_as_lost_in_time() -> None:
    with supply_bench("keysight-e36300", timeout_s=TIMEOUT_S) as bench:
        prepare(bench)
        bench.server.stop()
        for call in (lambda: bench.driver.set_voltage(1, 2.0), bench.driver.safe_state):
            with within(TIMEOUT_S), pytest.raises(ConnectionLost, match="check power, cable and address"):
                call()
        bench.server.start()
        bench.driver.safe_state()
        assert bench.is_safe()


def test_an_answer_that_comes_late_meets_nobody() -> None:
    """pyvisa-py #376: over a socket, the answer of a timed-out query was given to the next one."""
    with supply_bench("keysight-e36300", timeout_s=TIMEOUT_S) as bench:
        prepare(bench)
        bench.faults.arm(Fault(FaultKind.DELAY, delay_s=TIMEOUT_S + 0.1))
        with pytest.raises(NoAnswer):
            bench.driver.set_voltage(1, 3.0)
        time.sleep(0.3)  # by now the late answer, "3 V", has been sent
        assert bench.driver.set_voltage(1, 4.0) == pytest.approx(4.0)
        assert bench.driver.measure_voltage(1) == pytest.approx(4.0, abs=1e-3)


@pytest.mark.parametrize("seed", range(40))
def test_no_single_bad_bit_passes_for_a_setting_or_a_measurement(seed: int) -> None:
    with supply_bench("rigol-dp800", timeout_s=TIMEOUT_S) as bench:
        prepare(bench)
        for call, truth in (
            (lambda: bench.driver.set_voltage(1, 2.5), 2.5),
            (lambda: bench.driver.measure_voltage(1), bench.device.outputs),
        ):
            bench.faults.arm(Fault(FaultKind.CORRUPT, seed=seed))
            try:
                value = call()
            except InstrumentError as error:
                assert_helpful(error, "supply")
            else:
                expected = truth if isinstance(truth, float) else truth[1].set_V
                assert value == pytest.approx(expected, abs=6e-3)  # its resolution
        bench.faults.arm(Fault(FaultKind.CORRUPT, seed=seed))
        bench.driver.safe_state()
        assert bench.is_safe()


@pytest.mark.slow
def test_random_faults() -> None:
    """Count over all kinds, at random messages of a working session: wrong values, hangs, unsafe ends."""
    draw = random.Random(5)
    wrong = hangs = unsafe = told = 0
    runs, timeout_s = 80, 0.1
    limit_s = timeout_s + 1.0
    with supply_bench("keysight-e36300", timeout_s=timeout_s) as bench:
        for run in range(runs):
            kind = KINDS[run % len(KINDS)]
            bench.faults.disarm()
            prepare(bench)
            bench.faults.arm(fault_of(kind, seed=run, at=draw.randrange(4)))
            target_V = round(draw.uniform(0.0, 5.0), 3)
            begun = time.monotonic()
            try:
                for voltage_V in (target_V, target_V / 2):
                    read_V = bench.driver.set_voltage(1, voltage_V)
                    measured_V = bench.driver.measure_voltage(1)
                    wrong += abs(read_V - voltage_V) > 1e-3 or abs(measured_V - voltage_V) > 6e-3
                    hangs += time.monotonic() - begun > limit_s
                    begun = time.monotonic()
            except InstrumentError as error:
                assert_helpful(error, "supply")
                told += 1
                hangs += time.monotonic() - begun > limit_s
            begun = time.monotonic()
            bench.driver.safe_state()
            hangs += time.monotonic() - begun > limit_s
            unsafe += not bench.is_safe()
    assert (wrong, hangs, unsafe) == (0, 0, 0)
    assert told > runs / 2
