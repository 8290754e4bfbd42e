"""Gates through the multiplexer, one by one and in a sweep; the watchdog; what the search for boards says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from drivers.discovery import search_daq
from drivers.errors import Garbled, InstrumentFault, NotTaken
from drivers.limits import ChannelLimits
from drivers.nidaq.board import NidaqBoard
from drivers.nidaq.drive import DriveChannel, NidaqDrive
from drivers.nidaq.edges import NidaqEdgeArray
from drivers.nidaq.lines import DigitalLine, NidaqLines
from drivers.nidaq.sense import NidaqSense, SenseChannel
from drivers.nidaq.sweep import NidaqSweep
from drivers.nidaq.watchdog import NidaqWatchdog
from protocols import ConfigError, ProtocolError
from sim_backend.emulators.daq.device import DaqDevice, DeviceModel, SteppedPlant
from sim_backend.emulators.daq.server import DaqServer
from sim_backend.emulators.faults import Fault, FaultKind

from ..ports import EdgeArray
from .emulated import CROWDING, MODEL, TIMEOUT_S, assert_helpful, emulated

EDGES, BITS = 6, 3
GATES_V = np.array([1.0, 2.5, 4.0, 3.0, 0.8, 5.0])
GAIN = 0.5
ADDRESS = tuple(f"a{bit}" for bit in range(BITS))


class Multiplexer(SteppedPlant):
    """A plant that shows one gate at ai0, by lines 0 to 2, while line 3 is high."""

    gates_V = GATES_V.copy()

    def settle(self, ao_V: np.ndarray, lines: np.ndarray) -> np.ndarray:
        number = int(lines[0]) + 2 * int(lines[1]) + 4 * int(lines[2])
        shown = GAIN * self.gates_V[number] if lines[3] and number < EDGES else 0.0
        return np.array([shown, ao_V[0]])

    def learn(self, pulse_s: float) -> None: ...

    def wait(self, duration_s: float) -> None: ...


class Rig:
    """The drivers of a served multiplexer."""

    def __init__(self, server: DaqServer, *, clocked: bool, bits: int = BITS) -> None:
        self.server = server
        self.board = NidaqBoard("DAQ", "Dev1", server.address, timeout_s=4 * TIMEOUT_S)
        limits = ChannelLimits(0.0, 5.0)
        self.drive = NidaqDrive("outputs", self.board, {"x": DriveChannel("ao0", limits)})
        inputs = {
            "gate": SenseChannel("ai0", ChannelLimits(-10, 10)),
            "x": SenseChannel("ai1", ChannelLimits(-10, 10)),
        }
        self.sense = NidaqSense("inputs", self.board, inputs, drive=self.drive, rate_Hz=100e3)
        lines = {name: DigitalLine(f"port0/line{k}") for k, name in enumerate(ADDRESS)}
        self.lines = NidaqLines("lines", self.board, lines | {"on": DigitalLine("port0/line3", safe=False)})
        self.sweep = NidaqSweep(self.board, self.lines, self.sense, self.drive, ADDRESS)
        self.edges = NidaqEdgeArray(
            "multiplexer", self.lines, self.sense, transistors=np.array([1, 1, 1, 0, 1, 1], dtype=bool),
            gates=ChannelLimits(0.75, 5.03), law=lambda g: 1e-3 * g, address=ADDRESS[:bits], enable="on",
            channel="gate", gain=GAIN, samples=3, sweep=self.sweep if clocked else None,
        )  # fmt: skip


@pytest.fixture(params=[True, False], ids=["clocked", "one by one"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with DaqServer(DaqDevice(Multiplexer(), model=replace(MODEL, watchdog=True))) as server:
        made = Rig(server, clocked=request.param)
        made.edges.open()
        made.drive.open()
        yield made
        made.drive.close()
        made.edges.close()


def test_gates_are_read_by_edge_and_resistors_have_none(rig: Rig) -> None:
    assert isinstance(rig.edges, EdgeArray)
    expected = np.where(np.arange(EDGES) == 3, np.nan, GATES_V)
    np.testing.assert_allclose(rig.edges.read_gates(), expected, rtol=0, atol=1e-12)
    assert rig.edges.read_gate(4) == pytest.approx(0.8)
    assert np.isnan(rig.edges.read_gate(3))
    np.testing.assert_allclose(rig.edges.read_gates(), expected, rtol=0, atol=1e-12)
    assert rig.edges.limits() == ChannelLimits(0.75, 5.03)
    np.testing.assert_allclose(rig.edges.conductances(GATES_V), 1e-3 * GATES_V)
    with pytest.raises(ProtocolError, match="edges are 0 to 5"):
        rig.edges.read_gate(6)


def test_the_safe_state_is_the_multiplexer_disabled(rig: Rig) -> None:
    rig.edges.read_gates()
    assert rig.server.held()[1][3]
    assert rig.edges.safe_state() is False
    assert not rig.server.held()[1][3]
    rig.edges.point_at(1)
    rig.server.faults.arm(Fault(FaultKind.STUCK, match="WriteDigitalLines"))
    assert rig.edges.safe_state() is False  # by a reset, since the write did nothing
    assert not rig.server.held()[1][3]


def test_a_gate_where_none_can_be_is_no_reading(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Multiplexer, "gates_V", np.where(np.arange(EDGES) == 2, 0.0, GATES_V))
    with pytest.raises(Garbled) as caught:
        rig.edges.read_gates()
    assert_helpful(caught.value, "the gate of edge 2 reads 0 V", "enable and address lines")


@pytest.mark.parametrize("kind", [FaultKind.STUCK, FaultKind.OVERRUN, FaultKind.CORRUPT])
@pytest.mark.parametrize("match", ["StartTask", "WriteDigitalLines"])
def test_a_fault_in_a_sweep_gives_no_wrong_gate(rig: Rig, kind: FaultKind, match: str) -> None:
    rig.edges.read_gates()
    rig.server.faults.arm(Fault(kind, match=match))
    try:
        read = rig.edges.read_gates()
    except InstrumentFault as error:
        assert_helpful(error)
    else:
        expected = np.where(np.arange(EDGES) == 3, np.nan, GATES_V)
        np.testing.assert_allclose(read, expected, rtol=0, atol=1e-12)
    rig.server.faults.disarm()
    assert rig.edges.read_gate(2) == pytest.approx(4.0)


def test_a_board_without_clocked_lines_is_read_one_by_one() -> None:
    with DaqServer(DaqDevice(Multiplexer(), model=replace(MODEL, line_rate_Hz=0.0))) as server:
        made = Rig(server, clocked=True)
        made.edges.open()
        assert not made.sweep.possible
        assert made.edges.read_gates()[5] == pytest.approx(5.0)
        made.edges.close()


def test_lines_that_do_not_step_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with DaqServer(DaqDevice(Multiplexer(), model=MODEL)) as server:
        made = Rig(server, clocked=True)
        made.edges.open()
        made.edges.read_gates()
        switch = server.device.switch
        monkeypatch.setattr(
            server.device,
            "switch",
            lambda lines, states: None if len(lines) == BITS else switch(lines, states),
        )
        with pytest.raises(NotTaken) as caught:
            made.edges.read_gates()
        assert_helpful(caught.value, "stands at address 0 after a sweep to 5", "mux.clocked")
        monkeypatch.undo()
        made.edges.close()


def test_settings_of_the_array_that_cannot_be(rig: Rig) -> None:
    with pytest.raises(ConfigError, match="reach 4 edges, the board has 6"):
        Rig(rig.server, clocked=False, bits=2)


# ── the watchdog ─────────────────────────────────────────────────────────────────────────────────


def test_a_watchdog_holds_lines_when_nobody_feeds_it() -> None:
    with emulated(watchdog=True) as rig:
        dog = NidaqWatchdog(rig.board, {"port0/line7": True}, timeout_s=0.6 * CROWDING)
        assert dog.start()
        rig.lines.set({"hold": False})
        for _ in range(3):
            time.sleep(0.15 * CROWDING)
            dog.feed()
        assert not dog.expired()
        assert not rig.server.held()[1][7]
        time.sleep(0.8 * CROWDING)
        assert rig.server.held()[1][7]
        assert dog.expired()
        with pytest.raises(InstrumentFault) as caught:
            rig.drive.set_voltages({"x": 1.0})
        assert_helpful(caught.value, "watchdog has expired", "-200678")
        dog.clear()
        rig.drive.set_voltages({"x": 1.0})
        dog.stop()
        dog.stop()
        assert not dog.armed


def test_a_board_without_a_watchdog_says_no() -> None:
    with emulated(watchdog=False) as rig:
        dog = NidaqWatchdog(rig.board, {"port0/line7": True}, timeout_s=0.3)
        assert not dog.start()
        assert not dog.expired()
        with pytest.raises(ProtocolError, match="not armed"):
            dog.feed()


# ── the search ───────────────────────────────────────────────────────────────────────────────────


def test_the_search_for_boards_says_what_each_is() -> None:
    model = DeviceModel(analog_inputs=8, lines=8)
    with DaqServer(DaqDevice(Multiplexer(), "Dev3", model)) as server:
        (found,) = search_daq(server.address).found
        assert found.address == "Dev3"
        expected = "PCIe-6363 01D0C0DE: 8 inputs, 4 outputs, 8 lines, 4 counters, self-calibrated 2026-03-02"
        assert found.what == expected
