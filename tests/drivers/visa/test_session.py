"""The conversation itself: other wires than sockets, missing libraries, answers that do not fit."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from drivers.errors import ConnectionLost, DriverMissing, Garbled, NoAnswer, WrongInstrument
from drivers.visa import SUPPLIES, SerialSettings, SupplyDriver, VisaSession
from drivers.visa.link import VisaLink
from sim_backend.emulators.faults import Fault, FaultInjector, FaultKind
from sim_backend.emulators.scpi.server import MessageLine, ScpiServer
from sim_backend.emulators.scpi.supply import KeysightE36312A, RigolDP832A

from ...timing import STALL_S
from .bench import LIMITS, PATIENT_S, TIMEOUT_S, supply_bench


def session_to(address: str, **settings: Any) -> VisaSession:
    family = SUPPLIES["rigol-dp800"]
    return VisaSession(
        "supply", address, makers=family.makers, models=tuple(family.models), timeout_s=PATIENT_S, **settings
    )


@contextmanager
def serial_instrument(device: RigolDP832A, faults: FaultInjector) -> Iterator[str]:
    """Serve a device at the far end of a pseudo-terminal; yield the VISA address of the near end."""
    import tty

    far, near = os.openpty()
    tty.setraw(near)
    closing = threading.Event()
    line = MessageLine(device, faults, closing)

    def talk() -> None:
        pending = b""
        while not closing.is_set():
            pending += os.read(far, 4096)
            while b"\n" in pending:
                raw, _, pending = pending.partition(b"\n")
                if closing.is_set():
                    return
                answer = line.answer(raw.decode().rstrip("\r"))
                if answer is not None:
                    os.write(far, answer)

    thread = threading.Thread(target=talk, name="serial-instrument", daemon=True)
    thread.start()
    try:
        yield f"ASRL{os.ttyname(near)}::INSTR"
    finally:
        closing.set()
        os.write(near, b"\n")
        thread.join(5.0)
        os.close(far)
        os.close(near)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals need a Unix")
@pytest.mark.parametrize(
    "kind", [None, FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.DELAY, FaultKind.OVERRUN]
)
def test_the_same_driver_talks_over_a_serial_line_and_skips_late_answers(kind: FaultKind | None) -> None:
    device, faults = RigolDP832A(), FaultInjector()
    with serial_instrument(device, faults) as address:
        driver = SupplyDriver(
            "supply",
            address,
            SUPPLIES["rigol-dp800"],
            LIMITS,
            timeout_s=TIMEOUT_S,
            line=SerialSettings(baud=115200),
        )
        driver.open()
        assert driver.set_voltage(1, 1.0) == pytest.approx(1.0)
        if kind is not None:
            faults.arm(Fault(kind, delay_s=TIMEOUT_S + 0.1))
            with pytest.raises(Exception, match="supply at ASRL"):
                driver.set_voltage(1, 2.0)
        assert driver.set_voltage(1, 3.0) == pytest.approx(3.0)
        assert driver.measure_voltage(1) == 0.0
        driver.close()
        assert device.outputs[1].set_V == 0.0


def test_without_a_visa_library_it_says_what_to_install() -> None:
    session = session_to("GPIB0::5::INSTR", backend="/nowhere/libvisa.so@ivi")
    with pytest.raises(
        DriverMissing, match=r"no VISA library for backend.*install pyvisa-py and use backend '@py'"
    ):
        session.open()


def test_asking_a_closed_session_says_to_open_it() -> None:
    session = session_to("GPIB0::5::INSTR")
    with pytest.raises(Exception, match="supply at GPIB0::5::INSTR: it is not open; open it first"):
        session.ask("*OPC?")
    with pytest.raises(Exception, match="it is not open"):
        session.identification()
    with pytest.raises(ConnectionLost, match="it is not open"):
        VisaLink("supply", "GPIB0::5::INSTR", backend="@py").say("*IDN?")
    session.close()


@pytest.mark.parametrize(
    "answer", ["1", "1;2;3", '1;2;0,"No error"', "1;0,No error", "\x7f", 'x;"', '1;+0,"No error";']
)
def test_an_answer_of_another_shape_is_not_used(answer: str) -> None:
    with supply_bench("rigol-dp800") as bench:
        session = session_to(bench.server.resource)
        session.open()
        honest = bench.device.process
        bench.device.process = lambda line, stuck=False: answer  # type: ignore[method-assign]
        with pytest.raises(Garbled, match="nothing of it was used"):
            session.ask("*OPC?")
        bench.device.process = honest  # type: ignore[method-assign]
        assert session.ask("*OPC?") == ["1"]
        session.close()


def test_an_error_queue_without_end_is_read_only_so_far() -> None:
    with supply_bench("rigol-dp800") as bench:
        session = session_to(bench.server.resource)
        session.open()
        bench.device.define("*TST?", lambda n, arguments: "1")
        for _ in range(100):
            bench.device.queue_error(-100, "Command error")
        with pytest.raises(Exception, match="-100, Command error"):
            session.ask("*TST?")
        assert len(bench.server.heard()) < 30
        session.close()


def test_an_identification_that_changes_from_one_question_to_the_next_is_not_believed() -> None:
    with supply_bench("rigol-dp800") as bench:
        bench.faults.arm(Fault(FaultKind.CORRUPT, seed=3))
        with pytest.raises((Garbled, WrongInstrument)):
            session_to(bench.server.resource).open()


def test_a_device_clear_empties_buses_that_have_one() -> None:
    """On USB, GPIB and VXI-11 nothing is opened again: the resource is cleared; here a stand-in for it."""

    class Resource:
        def __init__(self) -> None:
            self.cleared = 0
            self.timeout = 0

        def clear(self) -> None:
            self.cleared += 1

    link = VisaLink("supply", "GPIB0::5::INSTR", backend="@py")
    resource = Resource()
    link._resource = resource  # noqa: SLF001
    link.start_afresh(time.monotonic() + 1.0)
    assert resource.cleared == 1
    assert link.is_open
    assert 0 < resource.timeout <= 1000


def test_a_server_leaves_no_thread_and_frees_its_port() -> None:
    before = set(threading.enumerate())
    server = ScpiServer(KeysightE36312A())
    with server:
        driver = SupplyDriver(
            "supply", server.resource, SUPPLIES["keysight-e36300"], LIMITS, timeout_s=TIMEOUT_S
        )
        driver.open()
        assert len(set(threading.enumerate()) - before) == 2
        server.faults.arm(Fault(FaultKind.DELAY, delay_s=60.0))
        with pytest.raises(NoAnswer):
            driver.set_voltage(1, 1.0)
        begun = time.monotonic()
    assert time.monotonic() - begun < STALL_S  # and not the minute that the answer is late
    assert set(threading.enumerate()) <= before
    with ScpiServer(KeysightE36312A(), port=server.port) as again:
        assert again.port == server.port
        driver.safe_state()
        driver.close()
