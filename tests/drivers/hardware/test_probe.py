"""Looking moves nothing: who is there is asked, compared with the bench file, and let go as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from drivers import trace
from drivers.errors import NotConnected, WrongInstrument
from drivers.hardware import HardwareBench, make_safe
from drivers.hardware.probe import PartFound, probe
from labctl.emulation import EmulatedBench, FaultSettings
from protocols import InstrumentError, Output, Source, Wiring, periodic_lattice
from sim_backend.emulators.faults import Fault, FaultKind

from ...labctl.emulation.benches import CONTROLLER, DAQ, emulated

WIRING = Wiring(
    periodic_lattice(4, 4), (Source(1, "V1"), Source(5, "V-"), Source(9, "V+")), (Output("O", 0),)
)
ELSEWHERE = "instruments.supply.serial=MY12345"
BOTH = pytest.mark.parametrize("file", [CONTROLLER, DAQ], ids=["controller", "daq"])


@contextmanager
def running_on(file: str, *overrides: str, faults: tuple[FaultSettings, ...] = ()) -> Iterator[EmulatedBench]:
    """Run a bench whose supply is on at 5 V, as somebody left it."""
    with emulated(file, *overrides, faults=faults) as running:
        output = supply_of(running)
        output.set_V, output.set_A, output.on = 5.0, 0.3, True
        yield running


def supply_of(running: EmulatedBench):
    assert running.supply is not None
    return running.supply.device.outputs[1]


def sent(running: EmulatedBench) -> list[str]:
    """Return what supply and meter heard besides the question who they are."""
    heard = [*running.supply.heard(), *running.meter.heard()]
    return [message for message in heard if message != "*IDN?"]


def named(parts: list[PartFound]) -> dict[str, PartFound]:
    return {part.name: part for part in parts}


@BOTH
@pytest.mark.parametrize("supply_off", ["true", "false"])
def test_a_probe_leaves_a_supply_that_is_on_as_it_is(file: str, supply_off: str) -> None:
    with running_on(file, f"safe_state.supply_off={supply_off}") as running:
        parts = probe(running.config)
        assert [part.error for part in parts] == ["", "", ""]
        assert all(part.good and part.identity is not None for part in parts)
        assert (supply_of(running).on, supply_of(running).set_V) == (True, 5.0)
        assert sent(running) == []


def test_a_probe_does_not_greet_a_controller_that_is_driving() -> None:
    with emulated() as running:
        bench = HardwareBench(running.config)
        bench.open(WIRING)
        bench.measure(np.array([[0.1, 0.2, 0.3]]))
        before, executed = running.controller.held(), running.controller.board.executed
        assert max(before.sources_V) > 0.0
        running.controller.faults.arm(Fault(FaultKind.DISCONNECT))  # its host is gone
        with pytest.raises(InstrumentError):
            bench.keep_alive()
        found = named(probe(running.config))["controller"]
        assert found.good, found.error
        assert running.controller.board.executed == executed
        assert running.controller.held().sources_V == before.sources_V
        bench.close()


@BOTH
def test_another_serial_number_is_reported_and_nothing_written(file: str) -> None:
    with running_on(file, ELSEWHERE) as running:
        found = named(probe(running.config))
        assert not found["supply"].good
        assert "MY12345" in found["supply"].error
        assert found["supply"].identity is not None
        assert all(part.good for name, part in found.items() if name != "supply")
        assert sent(running) == []


def test_another_daq_board_is_reported_by_number_and_by_product() -> None:
    for key, value in (("serial", "0BADF00D"), ("product", "USB-6001")):
        with emulated(DAQ, f"instruments.daq.{key}={value}") as running:
            found = named(probe(running.config))["daq"]
            assert value in found.error
            assert found.identity is not None


def test_an_emulator_on_a_real_bench_is_reported_by_every_part() -> None:
    with emulated() as running:
        real = running.config.model_copy(update={"simulated": False})
        assert all("an emulator answers" in part.error for part in probe(real))


@BOTH
def test_a_bench_writes_nothing_before_it_knows_every_part(file: str) -> None:
    with running_on(file, ELSEWHERE) as running:
        wrote: list[object] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trace, "wrote", lambda *what: wrote.append(what))
            with pytest.raises(WrongInstrument, match="MY12345"):
                HardwareBench(running.config).open(WIRING)
        assert wrote == []
        assert sent(running) == []
        assert supply_of(running).on
        if running.controller is not None:
            assert running.controller.board.executed == 0


def test_a_bench_with_a_part_that_is_silent_is_left_as_it_was_found() -> None:
    silent = FaultSettings(instrument="meter", kind=FaultKind.TIMEOUT, always=True)
    with running_on(CONTROLLER, faults=(silent,)) as running:
        with pytest.raises(NotConnected) as caught:
            HardwareBench(running.config).open(WIRING)
        assert list(caught.value.children) == ["meter"]
        assert supply_of(running).on
        assert sent(running) == []


def test_another_supply_is_not_switched_off_by_make_safe() -> None:
    with running_on(CONTROLLER, ELSEWHERE) as running:
        report = make_safe(running.config)
        assert {part.name: part.safe for part in report.parts} == {
            "board": True,
            "supply": False,
            "meter": True,
        }
        assert supply_of(running).on
