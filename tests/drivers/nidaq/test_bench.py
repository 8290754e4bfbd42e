"""The DAQ-timed bench against SimBench: same board, same doses, same seed, same block, same answer."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from drivers.errors import OutOfLimit
from drivers.hardware.config import LimitSettings
from drivers.hardware.daq_block import BlockWriter
from drivers.hardware.daq_timed import DaqTimedBoard
from protocols import (
    Bench,
    ClampRule,
    ConfigError,
    Contrast,
    CycleBlock,
    CycleRecord,
    Hinge,
    Method,
    Nudge,
    Output,
    ProtocolError,
    Source,
    TimeRule,
    Timing,
    Wiring,
    periodic_lattice,
)
from protocols.tables import ClampCircuit
from sim_backend.emulators.daq.device import BENCH_MODEL

from ...sim_backend.boards import bench as sim_bench
from ...sim_backend.boards import gates_for, two_edge
from .board import DaqRig, daq_rig, wired
from .emulated import CROWDING

WIRING = Wiring(
    periodic_lattice(4, 4),
    (Source(5, "low", 0.11), Source(7, "high", 0.33), Source(15, "x"), Source(13, "y")),
    (Output("O", 10, 0), Output("P", 8)),
)
GATES_V = gates_for(WIRING)
INPUTS_V = np.array([[0.11, 0.33, 0.45, 0.0], [0.11, 0.33, 0.0, 0.45], [0.11, 0.33, 0.2, 0.2]])
LABELS_V = np.array([[0.05, 0.2], [-0.05, 0.25], [0.02, 0.1]])
# All that stands between numbers and gates, but no noise: what is left must agree to the solver's tolerance.
FIXED = {
    "bias_mean": "0.4 V/s", "bias_spread": "1 V/s", "contrast_offset": "5 mV", "threshold_spread": "5 mV",
    "threshold_mismatch": "2 mV", "strength_mismatch": "1 %", "source_offset": "1 mV", "source_gain": "0.5 %",
    "clamp_offset": "1 mV", "adc_offset": "0.2 mV", "adc_gain": "0.3 %",
    "rate_spread": "5 %", "wall_spread": "20 mV", "pulse_charge": "20 uV",
}  # fmt: skip
STEP_TEXT, STEP_V = "1.78 mV", 1.78e-3
NOISY = FIXED | {
    "source_step": STEP_TEXT,
    "adc_noise": "0.2 mV",
    "adc_step": "0.11 mV",
    "gate_adc_noise": "1 mV",
}
EXACT_V = 1e-6


def make_block(method: Method, cycles: int = 5, **changes: object) -> CycleBlock:
    """Return cycles over three data points, the last but one with a snapshot."""
    points = np.arange(cycles) % 3
    made = CycleBlock(
        40, points, INPUTS_V[points], LABELS_V[points], method, np.full((3, 2), 0.01),
        np.array([True, False, True]), np.array([max(cycles - 2, 0)]),
    )  # fmt: skip
    return replace(made, **changes) if changes else made


def simulated(circuit: str = "software", doses: dict[str, str] | None = None, seed: int = 3):
    """Return the same board without wires."""
    return sim_bench(WIRING, circuit=ClampCircuit(circuit), seed=seed, doses=doses, gates=GATES_V)


def assert_same(
    got: CycleRecord, expected: CycleRecord, volts: float = EXACT_V, seconds: float = 1e-12
) -> None:
    """Hold two records against each other."""
    np.testing.assert_array_equal(got.points, expected.points)
    np.testing.assert_array_equal(got.wrong, expected.wrong)
    np.testing.assert_array_equal(got.snapshots.cycles, expected.snapshots.cycles)
    np.testing.assert_allclose(got.learning_time_s, expected.learning_time_s, rtol=0, atol=seconds)
    for name in ("free_outputs", "clamped_outputs"):
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=0, atol=volts)
    for name in ("gates", "free_nodes", "clamped_nodes"):
        ours, theirs = getattr(got.snapshots, name), getattr(expected.snapshots, name)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=volts, err_msg=name)


@pytest.fixture(scope="module")
def ideal():
    with daq_rig(WIRING, seed=3) as rig:
        yield rig


@pytest.fixture
def rig(ideal: DaqRig) -> DaqRig:
    ideal.plant.set_gates(GATES_V)
    return ideal


# ── every rule of every method ───────────────────────────────────────────────────────────────────

BY_STEP = TimeRule(
    timing=Timing.PROPORTIONAL, pulse_s=100e-6, reference_V=0.02, max_pulse_s=1e-3, step_s=25e-6
)
METHODS = {
    "standard": Method(),
    "anti": Method(clamp=ClampRule(direction=-1, eta=0.5)),
    "constant": Method(clamp=ClampRule(Nudge.CONSTANT, amplitude_V=0.03), time=BY_STEP),
    "far label": Method(clamp=ClampRule(Nudge.FAR_LABEL, eta=0.248, amplitude_V=0.4532), time=BY_STEP),
    "symmetric": Method(clamp=ClampRule(eta=0.6, contrast=Contrast.SYMMETRIC)),
    "symmetric constant": Method(
        clamp=ClampRule(Nudge.CONSTANT, amplitude_V=0.05, contrast=Contrast.SYMMETRIC), time=BY_STEP
    ),
    "rest": Method(hinge=Hinge.REST, time=replace(BY_STEP, normalise=True)),
    "unclamp": Method(hinge=Hinge.UNCLAMP),
    "dead band": Method(time=replace(BY_STEP, dead_band_V=0.08), tolerance_V=0.08),
    "normalised": Method(time=TimeRule(normalise=True, pulse_s=300e-6), tolerance_V=0.03),
    "chopped": Method(chop_cycles=2),
    "long pulse": Method(time=TimeRule(pulse_s=20e-3)),
}


@pytest.mark.parametrize("name", METHODS)
def test_an_ideal_board_gives_what_simbench_gives(rig: DaqRig, name: str) -> None:
    block = make_block(METHODS[name])
    assert_same(rig.bench.run(block), simulated().run(block))


def test_a_training_cycle_takes_six_calls_and_one_without_a_pulse_two(rig: DaqRig) -> None:
    none = np.zeros(0, dtype=np.int64)

    def calls(method: Method, cycles: int) -> list[str]:
        before = len(rig.server.heard())
        rig.bench.run(make_block(method, cycles, snapshots=none))
        return list(rig.server.heard()[before:])

    pulse = ["StartTask", "StopTask"]
    for method, expected in (
        (Method(), ["WriteAnalogF64", "ReadAnalogF64", "WriteAnalogF64", *pulse, "ReadAnalogF64"]),
        (Method(time=TimeRule(dead_band_V=1.0)), ["WriteAnalogF64", "ReadAnalogF64"]),
    ):
        calls(method, 3)  # which makes tasks and switches lines
        fewer, more = calls(method, 3), calls(method, 6)
        assert len(more) - len(fewer) == 3 * len(expected)
        assert " ".join(expected * 5) in " ".join(more)  # before the first pulse, the hold line is released


def test_without_a_second_counter_each_pulse_is_waited_for() -> None:
    learn = wired(WIRING).learn
    alone = {"hold": learn.hold, "chop": learn.chop}
    block = make_block(Method(), cycles=3)
    with daq_rig(WIRING, learn=alone, gates_V=GATES_V) as rig:
        record = rig.bench.run(block)
        assert rig.server.heard().count("WaitUntilTaskDone") >= np.count_nonzero(record.learning_time_s) > 0
    np.testing.assert_allclose(record.free_outputs, simulated().run(block).free_outputs, rtol=0, atol=EXACT_V)


@pytest.mark.parametrize("name", ["standard", "symmetric constant", "chopped"])
def test_so_does_an_imperfect_one(name: str) -> None:
    block = make_block(METHODS[name])
    with daq_rig(WIRING, FIXED, seed=3, gates_V=GATES_V) as rig:
        assert_same(rig.bench.run(block), simulated(doses=FIXED).run(block))


def test_clamps_go_through_output_converters_with_their_steps() -> None:
    doses, block = FIXED | {"source_step": STEP_TEXT}, make_block(METHODS["symmetric constant"])
    with daq_rig(WIRING, doses, seed=3, gates_V=GATES_V) as rig:
        got, expected = rig.bench.run(block), simulated(doses=doses).run(block)
    np.testing.assert_allclose(got.free_outputs, expected.free_outputs, rtol=0, atol=5e-5)
    off_V = np.abs(got.clamped_outputs - expected.clamped_outputs)
    assert 1e-5 < off_V.max() < STEP_V  # two nodes, half a step each


def test_an_output_that_rests_beside_one_that_does_not_keeps_the_offset_of_its_clamp() -> None:
    block = make_block(METHODS["rest"])
    with daq_rig(WIRING, FIXED, seed=3, gates_V=GATES_V) as rig:
        got, expected = rig.bench.run(block), simulated(doses=FIXED).run(block)
    np.testing.assert_array_equal(got.learning_time_s, expected.learning_time_s)
    np.testing.assert_allclose(got.clamped_outputs, expected.clamped_outputs, rtol=0, atol=4e-3)
    moved_V = np.abs(expected.snapshots.gates - GATES_V).max()
    np.testing.assert_allclose(got.snapshots.gates, expected.snapshots.gates, rtol=0, atol=0.05 * moved_V)


@pytest.mark.parametrize("name", ["standard", "far label"])
def test_a_mixing_circuit_on_the_board_follows_like_simbench(name: str) -> None:
    method = METHODS[name]
    method = replace(method, time=TimeRule(pulse_s=20e-3))  # long enough for following to matter
    block = make_block(method, cycles=4)
    with daq_rig(WIRING, seed=3, circuit="analog", gates_V=GATES_V) as rig:
        if name == "far label":
            with pytest.raises(ProtocolError, match=r"the method wants 0\.248"):
                rig.bench.run(block)
            return
        assert_same(rig.bench.run(block), simulated("analog").run(block))
        with pytest.raises(ProtocolError, match="use software clamps"):
            rig.bench.run(make_block(METHODS["symmetric"]))


def test_noise_is_averaged_by_more_samples() -> None:
    doses = {"adc_noise": "1 mV"}
    spreads = []
    for samples in (1, 25):
        with daq_rig(WIRING, doses, seed=3, gates_V=GATES_V, samples=samples) as rig:
            read = rig.bench.measure(np.repeat(INPUTS_V[:1], 50, axis=0))
            spreads.append(read[:, 1].std())
    assert spreads[0] == pytest.approx(1e-3, rel=0.3)
    assert spreads[1] == pytest.approx(0.2e-3, rel=0.3)


def test_a_noisy_board_ends_where_simbench_ends() -> None:
    method = Method(clamp=ClampRule(Nudge.CONSTANT, amplitude_V=0.05), time=BY_STEP)
    block = make_block(method, cycles=30)
    with daq_rig(WIRING, NOISY, seed=3, gates_V=GATES_V) as rig:
        got = rig.bench.run(block)
        error = np.abs(rig.bench.measure(INPUTS_V) - LABELS_V).mean()
    sim = simulated(doses=NOISY)
    expected = sim.run(block)
    np.testing.assert_allclose(got.free_outputs, expected.free_outputs, rtol=0, atol=5e-3)
    assert error == pytest.approx(np.abs(sim.measure(INPUTS_V) - LABELS_V).mean(), rel=0.2)


# ── readings ─────────────────────────────────────────────────────────────────────────────────────


def test_readings_are_simbenchs_readings(rig: DaqRig) -> None:
    sim = simulated()
    np.testing.assert_allclose(rig.bench.read_gates(), GATES_V, rtol=0, atol=1e-12)
    np.testing.assert_allclose(rig.bench.measure(INPUTS_V), sim.measure(INPUTS_V), rtol=0, atol=1e-7)
    got, expected = rig.bench.read_nodes(INPUTS_V), sim.read_nodes(INPUTS_V)
    np.testing.assert_allclose(got.free, expected.free, rtol=0, atol=1e-7)
    np.testing.assert_allclose(got.clamped, expected.clamped, rtol=0, atol=1e-7)
    np.testing.assert_allclose(rig.bench.conductances(GATES_V), sim.conductances(GATES_V), rtol=1e-12)


def test_gates_are_charged_one_by_one(rig: DaqRig) -> None:
    wanted = np.linspace(0.8, 5.0, 32)
    rig.bench.reset_gates(wanted)
    np.testing.assert_allclose(rig.plant.plant.gates, wanted, rtol=0, atol=1e-12)
    np.testing.assert_allclose(rig.bench.read_gates(), wanted, rtol=0, atol=1e-12)


def test_resistors_have_no_gates_and_walls_are_limits() -> None:
    with daq_rig(two_edge()) as rig:
        rig.bench.reset_gates(np.array([2.0, 3.0, np.nan]))
        np.testing.assert_allclose(rig.bench.read_gates(), [2.0, 3.0, np.nan], rtol=0, atol=1e-12)
        assert rig.bench.conductances(np.array([2.0, 3.0, 0.0]))[2] == pytest.approx(1 / 500)
        with pytest.raises(OutOfLimit, match="charge"):
            rig.bench.reset_gates(np.array([2.0, 5.1, 0.0]))
        with pytest.raises(ProtocolError, match="3 finite gate voltages"):
            rig.bench.reset_gates(np.array([2.0, np.nan, 0.0]))
        with pytest.raises(ProtocolError, match="3 finite gate voltages"):
            rig.bench.reset_gates(np.array([2.0, 3.0]))


def test_measuring_moves_no_gate(rig: DaqRig) -> None:
    rig.bench.run(make_block(Method(), cycles=2))
    before = rig.plant.plant.gates.copy()
    rig.bench.measure(INPUTS_V)
    rig.bench.read_nodes(INPUTS_V[:1])
    rig.bench.read_gates()
    rig.bench.safe_state()
    np.testing.assert_array_equal(rig.plant.plant.gates, before)


# ── life ─────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_a_bench_with_the_limits_of_its_file(rig: DaqRig) -> None:
    assert isinstance(rig.bench, Bench)
    assert rig.bench.limits() == LimitSettings().of_bench()
    assert rig.bench.identity().name == "emulated 6363, 16 AO Dev1"
    assert rig.bench.identity().simulated


def test_after_a_block_gates_are_held_and_after_closing_all_is_safe() -> None:
    with daq_rig(WIRING, gates_V=GATES_V) as rig:
        rig.bench.run(make_block(Method(), cycles=1))
        assert rig.server.held()[1][rig.plant.terminals.hold]
        assert not rig.is_safe()
        state = rig.bench.safe_state()
        assert (state.learning_on, set(state.sources_V), state.clamps_released) == (False, {0.0}, True)
        assert rig.is_safe()
        rig.bench.measure(INPUTS_V)
        rig.bench.close()
        assert rig.is_safe()
        rig.bench.close()
        with pytest.raises(ProtocolError, match="not open"):
            rig.bench.measure(INPUTS_V)


def test_the_safe_state_can_be_reached_without_opening() -> None:
    with daq_rig(WIRING, opened=False) as rig:
        rig.server.device.ao_V[:] = 1.0
        rig.server.device.lines[rig.plant.terminals.clamp] = True
        rig.bench.safe_state()
        volts, lines = rig.server.held()
        assert not any(volts[:9])
        assert lines[rig.plant.terminals.hold]
        assert not lines[rig.plant.terminals.clamp]


def test_blocks_that_ask_for_too_much_are_refused_before_their_first_cycle(rig: DaqRig) -> None:
    high = INPUTS_V[np.arange(5) % 3].copy()
    high[4, 0] = 0.46
    calls = len(rig.server.heard())
    for bad, words in (
        (make_block(Method(), inputs=high), "0.46 V is outside"),
        (make_block(Method(time=TimeRule(pulse_s=0.2))), "a pulse of 0.2 s"),
        (make_block(Method(), cycles=1001), "a block holds 1000"),
        (make_block(Method(), inputs=np.full((5, 3), 0.1)), "4 voltages per data point"),
    ):
        with pytest.raises(ProtocolError, match=words):
            rig.bench.run(bad)
    with pytest.raises(ProtocolError, match="is outside the bench"):
        rig.bench.measure(high)
    assert len(rig.server.heard()) == calls


def test_methods_need_the_wires_they_use() -> None:
    wires = wired(WIRING, "grpc://127.0.0.1:1")
    less = wires.model_copy(update={
        "learn": wires.learn.model_copy(update={"chop": None}),
        "clamp": wires.clamp.model_copy(update={"away": {}, "away_line": None}),
    })  # fmt: skip
    with daq_rig(WIRING, learn={"hold": less.learn.hold}, clamp=less.clamp.model_dump()) as rig:
        for name, words in (("chopped", "daq.learn.chop"), ("symmetric", "daq.clamp.away")):
            with pytest.raises(ProtocolError, match=words):
                rig.bench.run(make_block(METHODS[name]))


def test_a_wire_that_is_missing_or_too_many_is_named() -> None:
    fewer = {n: t for n, t in wired(WIRING).sources.items() if n != 7}
    more = {**wired(WIRING).sources, 3: "ao15"}
    for sources, words in ((fewer, "no wire to node 7"), (more, "wires ao15 to node 3")):
        board = DaqTimedBoard(wired(WIRING, "grpc://127.0.0.1:1", sources=sources))
        with pytest.raises(ConfigError, match=words) as caught:
            board.open(WIRING)
        assert caught.value.key == "daq.sources"


def test_cycles_keep_their_period_and_say_when_they_do_not() -> None:
    period_s = 0.08
    with daq_rig(WIRING, gates_V=GATES_V, period="80 ms") as rig:
        none = np.zeros(0, dtype=np.int64)
        record = rig.bench.run(make_block(Method(time=TimeRule(dead_band_V=1.0)), cycles=6, snapshots=none))
        late_s = record.lateness_s
        assert np.all(late_s >= 0)
        # Every start is explained, however busy the computer is: late ones by what they say of themselves.
        steps_s = np.maximum(period_s - late_s[:-1], 0.0) + late_s[1:]
        np.testing.assert_allclose(np.diff(record.start_s), steps_s, rtol=0, atol=1e-9)


class Clock:
    """Time that passes only when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_a_slow_cycle_is_caught_up_and_a_very_slow_one_moves_the_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr("drivers.hardware.daq_block.time", clock)
    lasting_s = [0.01, 0.1, 0.03, 0.25, 0.01, 0.01]
    block = make_block(Method(), cycles=len(lasting_s), snapshots=np.zeros(0, dtype=np.int64))
    writer = BlockWriter(block, WIRING, period_s=0.08, origin_s=clock.now_s)
    for cycle, work_s in enumerate(lasting_s):
        writer.begin(cycle)
        clock.sleep(work_s)
    record = writer.record(np.zeros(len(lasting_s), dtype=np.bool_))
    np.testing.assert_allclose(record.start_s, [0.0, 0.08, 0.18, 0.24, 0.49, 0.50])
    np.testing.assert_allclose(record.lateness_s, [0.0, 0.0, 0.02, 0.0, 0.17, 0.01])


def test_a_reset_of_the_board_ends_its_watchdog_and_the_next_use_arms_it_anew() -> None:
    model = replace(BENCH_MODEL, watchdog=True)
    with daq_rig(WIRING, model=model, watchdog="60 s", gates_V=GATES_V) as rig:
        for dog in rig.server.core.watchdogs.values():
            dog.expired = True  # outputs are locked now: only a reset makes the board safe
        rig.bench.safe_state()
        assert not rig.server.core.watchdogs
        rig.bench.measure(INPUTS_V)
        assert len(rig.server.core.watchdogs) == 1
        for dog in rig.server.core.watchdogs.values():
            dog.expired = True  # and again, right before it is closed
        rig.bench.close()
        assert rig.is_safe()


def test_a_watchdog_that_bit_in_a_pause_lets_the_run_go_on() -> None:
    model = replace(BENCH_MODEL, watchdog=True)
    with daq_rig(WIRING, model=model, watchdog=f"{0.6 * CROWDING} s", gates_V=GATES_V) as rig:
        rig.bench.measure(INPUTS_V)
        rig.server.device.lines[rig.plant.terminals.hold] = False
        time.sleep(0.7 * CROWDING)
        assert rig.server.held()[1][rig.plant.terminals.hold]  # nobody called: it held the gates by itself
        block = make_block(Method(), cycles=4)
        expected = simulated().run(block)
        np.testing.assert_allclose(
            rig.bench.run(block).free_outputs, expected.free_outputs, rtol=0, atol=EXACT_V
        )
