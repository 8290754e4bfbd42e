"""Every kind of fault, at every step: no wrong value, no hang, a sentence to act on, a safe end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from drivers.errors import InstrumentFault, NoAnswer, NotConnected, NotTaken, Overrun, WrongInstrument
from drivers.nidaq.timed import TimedPulse
from protocols import InstrumentError, Method
from protocols.tables import ClampCircuit
from sim_backend.emulators.faults import Fault, FaultKind

from ...sim_backend.boards import INPUTS, LABELS, gates_for, lattice_wiring, repeated
from ...sim_backend.boards import bench as sim_bench
from ...timing import within
from .board import DaqRig, daq_rig
from .emulated import RIPPLE_V, TIMEOUT_S, Emulated, assert_helpful, emulated

LATE_S = 1.3 * TIMEOUT_S
KINDS = sorted(FaultKind)


def fault_of(kind: FaultKind, at: int = 0, match: str = "", delay_s: float = LATE_S) -> Fault:
    return Fault(kind, at=at, match=match, delay_s=delay_s)


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulated]:
    with emulated() as made:
        yield made


@pytest.fixture
def rig(shared: Emulated) -> Emulated:
    """Return a board at work."""
    shared.faults.disarm()
    shared.open()
    shared.board.reset()
    shared.drive.set_voltages({"x": 1.0, "y": 0.5})
    shared.sense.read(["x"])
    shared.sense.read(["x"], 4)
    shared.switch.pulse(1e-4)
    shared.lines.set({"flag": True})
    return shared


def struck(
    rig: Emulated, step: Callable[[], object], *, within_s: float = TIMEOUT_S
) -> InstrumentError | None:
    """Carry a step out and return the error it ends in, in time and helpful, or None."""
    with within(within_s):
        try:
            step()
        except InstrumentError as error:
            assert_helpful(error)
            return error
    return None


def assert_ends_safe(rig: Emulated) -> None:
    """Hold the end against the bar: the safe state is reached in time, and everything works again."""
    rig.faults.disarm()
    with within(TIMEOUT_S):
        rig.switch.safe_state()
        rig.lines.safe_state()
        rig.drive.safe_state()
    assert rig.is_safe()
    rig.drive.set_voltages({"x": 2.0})
    assert rig.sense.read(["x"])[0] == pytest.approx(2.0, abs=2 * RIPPLE_V)
    assert rig.switch.pulse(2e-4) == pytest.approx(2e-4)
    assert rig.wires.pulses[-1] == pytest.approx(2e-4)


# ── each driver's own step, whichever of its calls is struck ─────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_setting_outputs(rig: Emulated, kind: FaultKind) -> None:
    rig.faults.arm(fault_of(kind))
    error = struck(rig, lambda: rig.drive.set_voltages({"x": 3.0}))
    if error is None:  # what was said to be set must be there, or be noticed before a reading is used
        again = struck(rig, lambda: rig.sense.read(["x"]))
        assert again is not None or rig.server.held()[0][0] == 3.0
        assert (kind is FaultKind.STUCK) == isinstance(again, NotTaken)
    assert_ends_safe(rig)


@pytest.mark.parametrize("kind", KINDS)
def test_reading(rig: Emulated, kind: FaultKind) -> None:
    rig.drive.set_voltages({"x": 4.0})
    rig.faults.arm(fault_of(kind))
    read: list[np.ndarray] = []
    error = struck(rig, lambda: read.append(rig.sense.read(["x"], 4)))
    if error is None:
        assert read[0][0] == pytest.approx(4.0, abs=2 * RIPPLE_V)
        assert kind in (FaultKind.WRONG_DEVICE, FaultKind.STUCK)  # which may strike what does not matter
    elif kind is FaultKind.OVERRUN:
        assert isinstance(error, Overrun)
    elif kind in (FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.DELAY):
        assert isinstance(error, NoAnswer)
    assert_ends_safe(rig)


@pytest.mark.parametrize("at", [1])
@pytest.mark.parametrize("kind", KINDS)
def test_pulses(rig: Emulated, kind: FaultKind, at: int) -> None:
    given = len(rig.wires.pulses)
    rig.faults.arm(fault_of(kind, at))
    said: list[float] = []
    error = struck(rig, lambda: said.append(rig.switch.pulse(3e-4)), within_s=TIMEOUT_S + 0.4)
    if error is None:  # exactly this one pulse was given
        assert rig.wires.pulses[given:] == pytest.approx([3e-4])
        assert said == pytest.approx([3e-4])
    else:
        assert len(rig.wires.pulses) - given <= 1
    assert_ends_safe(rig)


@pytest.mark.parametrize("kind", KINDS)
def test_lines(rig: Emulated, kind: FaultKind) -> None:
    rig.faults.arm(fault_of(kind))
    error = struck(rig, lambda: rig.lines.set({"flag": False, "a0": True}))
    if error is None:
        assert [rig.server.held()[1][k] for k in (0, 1)] == [False, True]
    assert_ends_safe(rig)


@pytest.mark.parametrize("at", [6])
@pytest.mark.parametrize("kind", [k for k in KINDS if k is not FaultKind.WRONG_DEVICE])
def test_clocked_runs(rig: Emulated, kind: FaultKind, at: int) -> None:
    levels = np.array([[0.5, -0.5], [2.5, 1.0]])
    pulse = TimedPulse(1e-3, 2e-4)
    rig.timed.run(levels[::-1], 12, rate_Hz=10e3, pulse=pulse)
    given = len(rig.wires.pulses)
    rig.faults.arm(fault_of(kind, at))
    error = struck(rig, lambda: compare(rig, levels, pulse), within_s=TIMEOUT_S + 0.4)
    assert len(rig.wires.pulses) - given <= 1
    if error is None:
        assert len(rig.wires.pulses) - given == 1
    assert_ends_safe(rig)


def compare(rig: Emulated, levels: np.ndarray, pulse: TimedPulse) -> None:
    read = rig.timed.run(levels, 12, rate_Hz=10e3, pulse=pulse)
    np.testing.assert_allclose(read.mean_V[:, :2], levels, rtol=0, atol=2 * RIPPLE_V)


# ── opening and the safe state ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", [8])
@pytest.mark.parametrize("kind", KINDS)
def test_opening(kind: FaultKind, at: int) -> None:
    with emulated(opened=False) as rig:
        match = "GetDeviceAttribute" if kind is FaultKind.WRONG_DEVICE else ""
        rig.faults.arm(fault_of(kind, 0 if match else at, match))
        error = struck(rig, rig.drive.open)
        if kind is FaultKind.WRONG_DEVICE:
            assert isinstance(error, WrongInstrument)
        if error is not None:
            assert not rig.board.is_open
            rig.faults.disarm()
        rig.open()
        assert_ends_safe(rig)


@pytest.mark.parametrize(("part", "at"), [("drive", 0), ("switch", 1)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_that_strikes_the_safe_state_itself_does_not_prevent_it(
    rig: Emulated, kind: FaultKind, at: int, part: str
) -> None:
    rig.lines.set({"hold": False})
    rig.faults.arm(fault_of(kind, at, delay_s=0.5 * TIMEOUT_S + 0.4))
    with within(TIMEOUT_S):
        getattr(rig, part).safe_state()
    if part == "drive":
        assert not any(rig.server.held()[0])
    else:
        assert rig.server.held()[1][7]
    assert_ends_safe(rig)


def test_a_server_that_never_answers_again_is_given_up_in_time(rig: Emulated) -> None:
    rig.faults.arm(Fault(FaultKind.DROP, count=None))
    for step in (
        lambda: rig.drive.set_voltages({"x": 2.0}),
        lambda: rig.switch.pulse(1e-4),
        rig.drive.safe_state,
        rig.lines.close,
    ):
        error = struck(rig, step, within_s=TIMEOUT_S + 0.4)
        assert isinstance(error, NoAnswer | NotConnected), step
    rig.faults.disarm()
    rig.open()
    assert_ends_safe(rig)


# ── the whole bench ──────────────────────────────────────────────────────────────────────────────

WIRING = lattice_wiring()
BENCH_TIMEOUT_S = TIMEOUT_S
BLOCK = repeated(INPUTS["lattice"], LABELS["lattice"], 2, Method())
EXPECTED = sim_bench(WIRING, circuit=ClampCircuit.SOFTWARE, gates=gates_for(WIRING)).run(BLOCK)


@pytest.fixture(scope="module")
def bench() -> Iterator[DaqRig]:
    with daq_rig(WIRING, gates_V=gates_for(WIRING), timeout=f"{BENCH_TIMEOUT_S} s") as made:
        made.bench.run(repeated(INPUTS["lattice"], LABELS["lattice"], 1))
        yield made


@pytest.mark.parametrize("at", [3, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_a_block_ends_it_or_does_no_harm(bench: DaqRig, kind: FaultKind, at: int) -> None:
    bench.plant.set_gates(gates_for(WIRING))
    learned_s = bench.server.device.learn_time_s
    bench.server.faults.arm(fault_of(kind, at, delay_s=1.3 * BENCH_TIMEOUT_S))
    with within(BENCH_TIMEOUT_S):
        try:
            record = bench.bench.run(BLOCK)
        except InstrumentFault as error:
            assert_helpful(error)
        else:  # everything it says is true
            given_s = bench.server.device.learn_time_s - learned_s
            assert record.learning_time_s.sum() == pytest.approx(given_s)
            np.testing.assert_allclose(record.free_outputs, EXPECTED.free_outputs, rtol=0, atol=1e-6)
            np.testing.assert_allclose(record.clamped_outputs, EXPECTED.clamped_outputs, rtol=0, atol=1e-6)
    bench.server.faults.disarm()
    with within(BENCH_TIMEOUT_S):
        bench.bench.safe_state()
    assert bench.is_safe()
    outputs = bench.bench.measure(np.array([INPUTS["lattice"]]))
    assert abs(outputs[0, 0]) < 0.2


def test_a_bench_whose_server_dies_says_so_and_lets_go() -> None:
    with daq_rig(WIRING, gates_V=gates_for(WIRING), timeout=f"{BENCH_TIMEOUT_S} s") as rig:
        rig.server.stop()
        with within(BENCH_TIMEOUT_S), pytest.raises(InstrumentFault) as caught:
            rig.bench.run(repeated(INPUTS["lattice"], LABELS["lattice"], 2))
        assert_helpful(caught.value, "daq at", "start it again")
        with within(BENCH_TIMEOUT_S), pytest.raises(InstrumentFault):
            rig.bench.close()
        rig.bench.close()
        rig.server.start()
        rig.bench.open(WIRING)
        assert rig.is_safe()
