"""The simulated board behind screw terminals: outputs reach inputs, pulses move gates, wires go wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from protocols import ConfigError
from protocols.tables import ClampCircuit
from sim_backend import BenchConfig, BoardSettings, Imperfections
from sim_backend.emulators.wired_plant import BOARD_GAIN, GATE_GAIN, Terminals, WiredPlant, WiringFaults

from ..boards import INPUTS, bench, gates_for, lattice_wiring

WIRING = lattice_wiring()
GATES_V = gates_for(WIRING)
T = Terminals(
    sources=(0, 1, 2, 3), clamps=(4, 5), away=(6, 7), charge=8, free=(0, 1), clamped=(2, 3), free_mux=4,
    clamped_mux=5, gate_mux=6, address=(0, 1, 2, 3, 4), enable=5, hold=6, clamp=7, away_line=8, chop=9,
    charge_line=10, inputs=8,
)  # fmt: skip
SOFTWARE = BoardSettings(clamp_circuit=ClampCircuit.SOFTWARE)


def board(doses: dict[str, str] | None = None, wiring_faults: WiringFaults | None = None) -> WiredPlant:
    config = BenchConfig(board=SOFTWARE, imperfections=Imperfections.model_validate(doses or {}))
    made = WiredPlant(config, WIRING, T, seed=1, wiring_faults=wiring_faults)
    made.set_gates(GATES_V)
    return made


def sources() -> np.ndarray:
    volts = np.zeros(9)
    volts[:4] = BOARD_GAIN * np.array(INPUTS["lattice"])
    return volts


def lines(*high: int) -> np.ndarray:
    states = np.zeros(11, dtype=np.bool_)
    states[list(high)] = True
    return states


def nodes_of_simbench() -> np.ndarray:
    opened = bench(WIRING, gates=GATES_V)
    return opened.read_nodes(np.array([INPUTS["lattice"]])).free[0]


# ── from outputs to inputs ───────────────────────────────────────────────────────────────────────


def test_inputs_are_what_the_board_makes_of_the_outputs() -> None:
    volts = board().settle(sources(), lines())
    expected = BOARD_GAIN * nodes_of_simbench()[[10, 0]]
    np.testing.assert_allclose(volts[:2], expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(volts[2:4], expected, rtol=0, atol=1e-6)
    assert not volts[4:7].any()  # the multiplexer is off


@pytest.mark.parametrize("node", [0, 7, 13])
def test_the_multiplexer_brings_the_node_and_the_edge_addressed(node: int) -> None:
    address = [bit for bit in range(5) if node >> bit & 1]
    volts = board().settle(sources(), lines(5, *address))
    expected = BOARD_GAIN * nodes_of_simbench()[node]
    np.testing.assert_allclose(volts[4:6], expected, rtol=0, atol=1e-6)
    assert volts[6] == pytest.approx(GATE_GAIN * GATES_V[node])


def test_clamps_hold_their_nodes_in_the_clamped_copy_only() -> None:
    outputs = sources()
    outputs[4:6] = BOARD_GAIN * np.array([0.2, 0.1])
    plant = board()
    free = plant.settle(sources(), lines())[:2]
    volts = plant.settle(outputs, lines(7))
    np.testing.assert_allclose(volts[2:4] / BOARD_GAIN, [0.2, 0.1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(volts[:2], free, rtol=0, atol=1e-6)
    np.testing.assert_allclose(plant.settle(outputs, lines())[2:4], free, rtol=0, atol=1e-6)


def test_the_away_line_clamps_the_other_copy_too() -> None:
    outputs = sources()
    outputs[4:8] = BOARD_GAIN * np.array([0.2, 0.1, 0.15, 0.25])
    plant = board()
    volts = plant.settle(outputs, lines(7, 8)) / BOARD_GAIN
    np.testing.assert_allclose(volts[:4], [0.15, 0.25, 0.2, 0.1], rtol=0, atol=1e-12)
    alone = plant.settle(outputs, lines(8)) / BOARD_GAIN  # without the clamp line it does nothing
    np.testing.assert_allclose(alone[:2], nodes_of_simbench()[[10, 0]], rtol=0, atol=1e-6)


def test_chopping_exchanges_the_copies() -> None:
    plant = board({"threshold_mismatch": "20 mV"})
    straight, crossed = plant.settle(sources(), lines()), plant.settle(sources(), lines(9))
    assert np.abs(straight[:2] - straight[2:4]).max() > 1e-3
    np.testing.assert_allclose(crossed[:2], straight[2:4], rtol=0, atol=1e-6)
    np.testing.assert_allclose(crossed[2:4], straight[:2], rtol=0, atol=1e-6)


# ── learning ─────────────────────────────────────────────────────────────────────────────────────


def clamped() -> np.ndarray:
    outputs = sources()
    outputs[4:6] = BOARD_GAIN * np.array([0.25, 0.15])
    return outputs


def test_a_pulse_moves_gates_and_hold_prevents_it() -> None:
    plant = board()
    plant.settle(clamped(), lines(7, 6))
    plant.learn(1e-3)
    np.testing.assert_array_equal(plant.plant.gates, GATES_V)
    plant.settle(clamped(), lines(7))
    plant.learn(1e-3)
    assert np.abs(plant.plant.gates - GATES_V).max() > 1e-4


def test_with_copies_exchanged_a_constant_bias_counts_the_other_way() -> None:
    moved = []
    for line in ((), (9,)):
        plant = board({"bias_mean": "10 V/s"})
        plant.settle(sources(), lines(*line))  # no clamp: both copies are alike, only the bias is left
        plant.learn(1e-3)
        moved.append(plant.plant.gates - GATES_V)
    np.testing.assert_allclose(moved[0], 0.01, rtol=0, atol=1e-5)
    np.testing.assert_allclose(moved[1], -0.01, rtol=0, atol=1e-5)


def test_held_gates_leak_with_time_and_learn_with_pulses_of_the_boards_steps() -> None:
    plant = board({"gate_leak": "1 V/s", "pulse_step": "25 us", "bias_mean": "10 V/s"})
    plant.settle(sources(), lines())
    plant.wait(0.01)
    assert np.all((GATES_V - plant.plant.gates > 0.004) & (GATES_V - plant.plant.gates < 0.016))
    before = plant.plant.gates.copy()
    plant.settle(sources(), lines())
    plant.learn(30e-6)
    np.testing.assert_allclose(plant.plant.gates - before, 250e-6, rtol=0, atol=1e-7)


def test_the_gate_addressed_is_charged_to_its_wall_at_most() -> None:
    plant, outputs = board(), sources()
    for volts, reached in ((2.0, 2.0), (9.0, 5.03)):
        outputs[8] = GATE_GAIN * volts
        plant.settle(outputs, lines(1, 10))
        assert plant.plant.gates[2] == pytest.approx(reached)
    np.testing.assert_array_equal(np.delete(plant.plant.gates, 2), np.delete(GATES_V, 2))


# ── imperfections and wiring_faults ────────────────────────────────────────────────────────────────────


def test_readings_have_noise_offset_and_steps() -> None:
    plant = board({"adc_noise": "1 mV"})
    reads = np.array([plant.settle(sources(), lines())[:4] for _ in range(400)]) / BOARD_GAIN
    np.testing.assert_allclose(reads.std(axis=0), 1e-3, rtol=0.15)
    stepped = board({"adc_step": "2 mV"}).settle(sources(), lines())[:4] / BOARD_GAIN
    np.testing.assert_allclose(stepped / 2e-3, np.round(stepped / 2e-3), rtol=0, atol=1e-9)
    offset = board({"adc_offset": "5 mV"}).settle(sources(), lines()) / BOARD_GAIN
    assert np.abs(offset[:2] - offset[2:4]).max() > 1e-3  # the free copy's converters have it


def test_swapped_outputs_drive_each_others_nodes() -> None:
    exchanged = sources()
    exchanged[[0, 1]] = exchanged[[1, 0]]
    right = board().settle(exchanged, lines())
    wrong = board(wiring_faults=WiringFaults(swapped=(("ao0", "ao1"),))).settle(sources(), lines())
    np.testing.assert_allclose(wrong, right, rtol=0, atol=1e-6)


def test_swapped_inputs_read_each_others_nodes() -> None:
    right = board().settle(sources(), lines())
    wrong = board(wiring_faults=WiringFaults(swapped=(("ai0", "ai1"),))).settle(sources(), lines())
    np.testing.assert_allclose(wrong[[1, 0]], right[[0, 1]], rtol=0, atol=1e-12)


def test_a_loose_source_floats_and_a_loose_input_reads_nothing() -> None:
    plant = board(wiring_faults=WiringFaults(off=("ao1", "ai0")))
    low, high = sources(), sources()
    high[1] += 1.0
    volts = plant.settle(low, lines(5, 0, 1, 2))  # node 7, which ao1 would drive
    np.testing.assert_allclose(plant.settle(high, lines(5, 0, 1, 2)), volts, rtol=0, atol=1e-9)
    assert volts[0] == 0.0
    assert 0.0 < volts[4] / BOARD_GAIN < 0.45


def test_touching_outputs_meet_in_the_middle() -> None:
    plant = board(wiring_faults=WiringFaults(touching=(("ao0", "ao2"),)))
    node_5 = plant.settle(sources(), lines(5, 0, 2))[4] / BOARD_GAIN
    assert node_5 == pytest.approx(0.5 * (INPUTS["lattice"][0] + INPUTS["lattice"][2]))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"sources": (0, 1, 2)}, "terminals.sources"),
        ({"clamps": (4,)}, "terminals.clamps"),
        ({"away": (6,)}, "terminals.away"),
        ({"clamps": (), "labels": (4, 5)}, "terminals.labels"),
        ({"free": ()}, "terminals.free"),
    ],
)
def test_terminals_that_do_not_fit_the_wiring_are_refused(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        replace(T, **changes).check(WIRING)
    assert caught.value.key == key
