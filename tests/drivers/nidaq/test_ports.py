"""Drivers of a DAQ board's parts against the emulated board: real nidaqmx, real gRPC."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from drivers.errors import OutOfLimit, WrongInstrument
from drivers.limits import ChannelLimits, PulseLimits
from drivers.nidaq.board import NidaqBoard
from drivers.nidaq.drive import DriveChannel, NidaqDrive
from drivers.nidaq.lines import NidaqLines
from drivers.nidaq.pulse import NidaqLearnSwitch
from drivers.nidaq.sense import NidaqSense, SenseChannel
from drivers.nidaq.timed import TimedPulse
from protocols import ConfigError, ProtocolError

from ..ports import AnalogDrive, AnalogSense, Instrument, LearnSwitch
from .emulated import RIPPLE_V, Emulated, emulated


@pytest.fixture(scope="module")
def shared():
    with emulated() as made:
        yield made


@pytest.fixture
def rig(shared: Emulated) -> Emulated:
    """Return drivers in the safe state."""
    shared.drive.safe_state()
    shared.lines.safe_state()
    shared.faults.disarm()
    return shared


# ── who it is ────────────────────────────────────────────────────────────────────────────────────


def test_they_are_the_ports(rig: Emulated) -> None:
    assert isinstance(rig.drive, AnalogDrive)
    assert isinstance(rig.sense, AnalogSense)
    assert isinstance(rig.switch, LearnSwitch)
    assert isinstance(rig.lines, Instrument)


def test_the_board_says_who_it_is_and_what_it_can_do(rig: Emulated) -> None:
    identity = rig.drive.identity()
    assert (identity.kind, identity.name, identity.serial) == ("NI-DAQ", "PCIe-6363 Dev1", "01D0C0DE")
    assert identity.simulated
    found = rig.board.capabilities()
    assert found.outputs == ("ao0", "ao1", "ao2", "ao3")
    assert found.inputs[-1] == "ai7"
    assert found.counters == ("ctr0", "ctr1", "ctr2", "ctr3")
    assert (found.input_rate_Hz, found.output_rate_Hz, found.timebase_Hz) == (1e6, 2.86e6, 100e6)
    assert (found.input_range_V, found.output_range_V) == (10.0, 10.0)
    assert found.self_calibrated == datetime(2026, 3, 2, 9, 30)


def test_a_board_that_cannot_calibrate_itself_has_no_date() -> None:
    with emulated(self_calibrated=None) as rig:
        assert rig.board.capabilities().self_calibrated is None


def test_the_connection_is_shared_and_goes_with_the_last_part() -> None:
    with emulated() as rig:
        for part in (rig.switch, rig.lines, rig.sense):
            part.close()
            assert rig.board.is_open
        rig.drive.close()
        assert not rig.board.is_open
        rig.drive.close()
        rig.open()
        rig.drive.set_voltages({"x": 1.0})
        assert rig.sense.read(["x"])[0] == pytest.approx(1.0, abs=2 * RIPPLE_V)


@pytest.mark.parametrize(
    "call",
    [
        lambda r: r.drive.set_voltages({"x": 1.0}),
        lambda r: r.sense.read(["x"]),
        lambda r: r.switch.pulse(1e-4),
        lambda r: r.lines.set({"flag": True}),
        lambda r: r.timed.run(np.ones((1, 2)), 4),
        lambda r: r.drive.identity(),
    ],
)
def test_before_open_everything_is_out_of_order(call) -> None:
    with emulated(opened=False) as rig, pytest.raises(ProtocolError, match="not open"):
        call(rig)


# ── outputs ──────────────────────────────────────────────────────────────────────────────────────


def test_outputs_arrive_at_the_inputs_and_the_others_stay(rig: Emulated) -> None:
    rig.drive.set_voltages({"x": 1.25, "y": -0.5})
    rig.drive.set_voltages({"y": 0.75})
    x, y = rig.sense.read(["x", "y"])
    assert x == pytest.approx(1.25, abs=2 * RIPPLE_V)
    assert y == 0.75
    assert rig.drive.voltages() == pytest.approx({"x": 1.25, "y": 0.75})


@pytest.mark.parametrize("bad", [{"x": 5.01}, {"x": -0.01}, {"y": 1.0, "x": np.nan}, {"y": np.inf}])
def test_outside_its_limits_nothing_is_sent(rig: Emulated, bad: dict[str, float]) -> None:
    rig.drive.set_voltages({"x": 2.0, "y": 0.5})
    calls = len(rig.server.heard())
    with pytest.raises(OutOfLimit, match="nothing was sent"):
        rig.drive.set_voltages(bad)
    assert len(rig.server.heard()) == calls
    assert rig.server.held()[0][:2] == [2.0, 0.5]


def test_an_unknown_channel_is_a_mistake_of_the_caller(rig: Emulated) -> None:
    with pytest.raises(ProtocolError, match="it has x, y"):
        rig.drive.set_voltages({"z": 0.0})
    with pytest.raises(ProtocolError, match="it has x, y, gate, line"):
        rig.sense.read(["z"])
    with pytest.raises(ProtocolError, match="it has flag, a0, a1, hold"):
        rig.lines.set({"z": True})


def test_outputs_are_found_as_another_program_left_them() -> None:
    with emulated(opened=False) as rig:
        rig.server.device.ao_V[:2] = 1.5, -0.25
        rig.open()
        assert rig.drive.voltages() == pytest.approx({"x": 1.5, "y": -0.25})
        rig.drive.set_voltages({"x": 2.0})
        assert rig.server.held()[0][:2] == [2.0, -0.25]


def test_closing_leaves_outputs_at_zero_and_gates_held(rig: Emulated) -> None:
    with emulated() as other:
        other.drive.set_voltages({"x": 3.0, "y": 1.0})
        other.switch.pulse(1e-5)
        other.close()
        assert other.is_safe()


def test_without_echo_the_board_is_not_asked_and_powers_up_at_zero() -> None:
    with emulated(echo=False, reads_own_outputs=False) as rig:
        assert rig.drive.voltages() == {"x": 0.0, "y": 0.0}
        rig.drive.set_voltages({"y": 1.0})
        assert rig.drive.voltages() == {"x": 0.0, "y": 1.0}
        assert rig.sense.read(["y"])[0] == 1.0


# ── inputs ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("samples", [1, 2, 64])
def test_reads_are_means_of_as_many_samples(rig: Emulated, samples: int) -> None:
    rig.drive.set_voltages({"x": 1.0, "y": 0.5})
    looks = rig.wires.looks
    reading = rig.sense.measure(["y", "x"], samples)
    assert rig.wires.looks - looks == samples
    expected = 1.0 + RIPPLE_V * np.sin(np.arange(looks + 1, looks + samples + 1))
    np.testing.assert_allclose(reading.mean_V, [0.5, expected.mean()], rtol=0, atol=1e-12)
    assert np.isnan(reading.std_V[1]) if samples == 1 else reading.std_V[1] == pytest.approx(
        expected.std(ddof=1)
    )  # fmt: skip


def test_oversampling_keeps_to_its_rate(rig: Emulated) -> None:
    assert rig.sense.highest_rate_Hz() == 50e3
    before_s = rig.server.device.clock_s
    rig.sense.read(["x"], 100)
    assert rig.server.device.clock_s - before_s == pytest.approx(100 / 50e3)


def test_no_samples_make_no_reading(rig: Emulated) -> None:
    with pytest.raises(ProtocolError, match="ask for one or more"):
        rig.sense.read(["x"], 0)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────


def test_lines_carry_numbers_and_read_back(rig: Emulated) -> None:
    for number in range(4):
        rig.lines.set_number(["a0", "a1"], number)
        states = rig.lines.states()
        assert [states["a0"], states["a1"]] == [bool(number & 1), bool(number & 2)]
        assert rig.server.held()[1][1:3] == [bool(number & 1), bool(number & 2)]
    with pytest.raises(ProtocolError, match="does not fit 2 address lines"):
        rig.lines.set_number(["a0", "a1"], 4)


def test_a_line_reaches_the_board_under_test(rig: Emulated) -> None:
    rig.lines.set({"flag": True})
    assert rig.sense.read(["line"])[0] == 5.0
    assert rig.lines.holds("flag", True)
    rig.lines.safe_state()
    assert rig.sense.read(["line"])[0] == 0.0


def test_the_safe_state_leaves_lines_that_have_none(rig: Emulated) -> None:
    rig.lines.set({"a0": True, "a1": False, "flag": True, "hold": False})
    assert rig.lines.safe_state() == {"flag": False, "a0": True, "a1": False, "hold": True}
    rig.lines.set({"a0": False})


# ── the learning window ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("length_s", [1e-6, 25e-6, 100e-6, 3.3e-3, 0.1])
def test_a_pulse_lasts_exactly_as_long_as_asked_for(rig: Emulated, length_s: float) -> None:
    given = len(rig.wires.pulses)
    assert rig.switch.pulse(length_s) == pytest.approx(length_s, abs=5e-9)
    assert rig.wires.pulses[given:] == pytest.approx([length_s], abs=5e-9)


def test_lengths_go_to_the_ticks_of_the_timebase(rig: Emulated) -> None:
    given_s = rig.switch.pulse(1.2345e-6)
    assert given_s == pytest.approx(1.23e-6, abs=1e-12)
    assert rig.wires.pulses[-1] == pytest.approx(given_s, abs=1e-15)


def test_no_pulse_is_no_call(rig: Emulated) -> None:
    calls = len(rig.server.heard())
    assert rig.switch.pulse(0.0) == 0.0
    assert len(rig.server.heard()) == calls


@pytest.mark.parametrize("bad", [0.5e-6, 0.11, -1e-3, np.nan])
def test_a_pulse_outside_its_limits_is_not_given(rig: Emulated, bad: float) -> None:
    given = len(rig.wires.pulses)
    with pytest.raises(OutOfLimit, match="nothing was sent"):
        rig.switch.pulse(bad)
    assert len(rig.wires.pulses) == given


def test_the_hold_line_is_low_only_for_pulses(rig: Emulated) -> None:
    rig.switch.hold()
    assert rig.server.held()[1][7]
    rig.switch.pulse(1e-5)
    assert not rig.server.held()[1][7]
    assert rig.switch.safe_state() is False
    assert rig.server.held()[1][7]


def test_limits_finer_than_the_timebase_are_refused() -> None:
    with emulated(timebase_Hz=1e6, opened=False) as rig:
        with pytest.raises(ConfigError, match="finer than the timebase"):
            rig.switch.open()
        assert not rig.board.is_open


# ── on the sample clock ──────────────────────────────────────────────────────────────────────────


def test_levels_are_played_and_read_in_step(rig: Emulated) -> None:
    levels = np.array([[0.5, -0.5], [2.5, 1.0], [1.0, 0.25]])
    read = rig.timed.run(levels, 16, settle_samples=2, rate_Hz=20e3)
    np.testing.assert_allclose(read.mean_V[:, :2], levels, rtol=0, atol=2 * RIPPLE_V)
    assert np.all(read.std_V[:, 0] > 0)
    assert np.all(read.std_V[:, 1] == 0)
    assert rig.server.held()[0][:2] == [1.0, 0.25]
    rig.drive.set_voltages({"x": 3.0})
    assert rig.server.held()[0][:2] == [3.0, 0.25]


def test_a_waveform_is_seen_one_edge_after_it_moves(rig: Emulated) -> None:
    ramp = np.column_stack([np.linspace(0, 4, 33), np.linspace(-1, 1, 33)])
    scan, pulse_s = rig.timed.play(ramp, rate_Hz=100e3)
    assert pulse_s == 0.0
    np.testing.assert_allclose(scan[1, 1:], ramp[:-1, 1], rtol=0, atol=1e-12)


def test_a_pulse_comes_in_the_middle_of_a_run(rig: Emulated) -> None:
    before_V = rig.wires.gate_V
    read = rig.timed.run(
        np.full((2, 2), 0.5), 20, rate_Hz=10e3, pulse=TimedPulse(delay_s=20.5e-4, length_s=50e-6)
    )
    assert read.pulse_s == pytest.approx(50e-6)
    np.testing.assert_allclose(read.mean_V[:, 2] - before_V, [0.0, 50e-6], rtol=0, atol=1e-9)
    assert rig.switch.pulse(1e-5) == pytest.approx(1e-5)  # no trigger is left on the counter


def test_a_run_is_checked_whole_before_the_first_sample(rig: Emulated) -> None:
    calls = len(rig.server.heard())
    with pytest.raises(OutOfLimit, match="outside"):
        rig.timed.run(np.array([[1.0, 0.0], [5.5, 0.0]]), 8)
    assert len(rig.server.heard()) == calls
    with pytest.raises(ProtocolError, match="none is left"):
        rig.timed.run(np.zeros((1, 2)), 3, settle_samples=2)
    with pytest.raises(ProtocolError, match="do not fit 2 outputs"):
        rig.timed.run(np.zeros((1, 3)), 8)


def test_a_board_without_clocked_outputs_says_so() -> None:
    with emulated(output_rate_Hz=0.0) as rig, pytest.raises(Exception, match="cannot share a sample clock"):
        rig.timed.run(np.zeros((1, 2)), 8)


def test_engines_pass_between_single_oversampled_and_clocked_use(rig: Emulated) -> None:
    for volts in (0.5, 1.0, 1.5):
        rig.drive.set_voltages({"x": volts})
        assert rig.sense.read(["x"])[0] == pytest.approx(volts, abs=2 * RIPPLE_V)
        assert rig.sense.read(["x"], 8)[0] == pytest.approx(volts, abs=2 * RIPPLE_V)
        rig.timed.run(np.array([[volts, 0.0]]), 8)
        assert rig.drive.voltages()["x"] == volts


# ── settings that cannot be ──────────────────────────────────────────────────────────────────────

FIVE = ChannelLimits(0.0, 5.0)


def test_settings_that_cannot_be_are_refused_with_their_key() -> None:
    board = NidaqBoard("DAQ", "Dev1")
    for make in (
        lambda: NidaqBoard("DAQ", "Dev 1"),
        lambda: NidaqBoard("DAQ", "Dev1", "tcp://here:1"),
        lambda: NidaqDrive("d", board, {}),
        lambda: NidaqDrive("d", board, {"a": DriveChannel("ao0", FIVE), "b": DriveChannel("ao0", FIVE)}),
        lambda: NidaqSense("s", board, {}),
        lambda: NidaqLines("l", board, {}),
        lambda: NidaqLearnSwitch("w", board, "ctr0", PulseLimits(1e-6, 1, 1e-7), watcher="ctr0"),
        lambda: NidaqLearnSwitch("w", board, "ctr0", PulseLimits(1e-6, 1, 1e-7), hold_line="hold"),
    ):
        with pytest.raises(ConfigError) as caught:
            make()
        assert caught.value.key


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"product": "USB-6001"}, "the bench file expects USB-6001"), ({"serial": 0xABC}, "expects 00000ABC")],
)
def test_another_board_than_the_expected_one_is_refused(settings: dict[str, object], words: str) -> None:
    with emulated(opened=False) as rig:
        board = NidaqBoard("DAQ", "Dev1", rig.server.address, **settings)
        with pytest.raises(WrongInstrument, match=words):
            board.open(rig)
        assert not board.is_open


def test_a_terminal_the_board_does_not_have_is_named() -> None:
    with emulated(analog_inputs=2, opened=False) as rig:
        with pytest.raises(WrongInstrument, match="a PCIe-6363 has no ai2, ai3"):
            rig.sense.open()
        assert not rig.board.is_open
    inputs = {"x": SenseChannel("ai0", FIVE)}
    assert list(NidaqSense("s", NidaqBoard("DAQ", "Dev1"), inputs).limits()) == ["x"]
