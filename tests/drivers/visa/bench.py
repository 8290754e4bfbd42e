"""Emulated instruments on real sockets, and the drivers that talk to them through PyVISA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drivers.errors import InstrumentFault
from drivers.limits import ChannelLimits
from drivers.visa import METERS, SUPPLIES, MeterDriver, SupplyDriver
from protocols.errors import InstrumentError
from sim_backend.emulators.faults import FaultInjector
from sim_backend.emulators.scpi.meter import Keithley2000, Keysight34465A, ScpiMeter
from sim_backend.emulators.scpi.server import ScpiServer
from sim_backend.emulators.scpi.supply import KeysightE36312A, Load, RigolDP832A, ScpiSupply

SUPPLY_DEVICES: dict[str, Callable[[Load | None], ScpiSupply]] = {
    "keysight-e36300": KeysightE36312A,
    "rigol-dp800": RigolDP832A,
}
METER_DEVICES: dict[str, Callable[[Callable[[], float]], ScpiMeter]] = {
    "keysight-34460": Keysight34465A,
    "keithley-2000": Keithley2000,
}
LIMITS = {1: ChannelLimits(0.0, 5.0, 0.5), 2: ChannelLimits(0.0, 12.0, 0.2)}
PATIENT_S = 2.0  # what no healthy instrument needs, even on a machine that is busy with other tests
TIMEOUT_S = 0.4  # where silence is waited for


@dataclass
class SupplyBench:
    device: ScpiSupply
    server: ScpiServer
    driver: SupplyDriver

    @property
    def faults(self) -> FaultInjector:
        return self.server.faults

    def is_safe(self) -> bool:
        outputs = [self.device.outputs[channel] for channel in LIMITS]
        return all(not output.on and output.set_V == 0.0 for output in outputs)


@dataclass
class MeterBench:
    device: ScpiMeter
    server: ScpiServer
    driver: MeterDriver

    @property
    def faults(self) -> FaultInjector:
        return self.server.faults


@contextmanager
def supply_bench(
    family: str, load: Load | None = None, timeout_s: float = PATIENT_S
) -> Iterator[SupplyBench]:
    device = SUPPLY_DEVICES[family](load)
    with ScpiServer(device) as server:
        driver = SupplyDriver("supply", server.resource, SUPPLIES[family], LIMITS, timeout_s=timeout_s)
        yield SupplyBench(device, server, driver)
        server.faults.disarm()
        driver.close()


@contextmanager
def meter_bench(
    family: str, source: Callable[[], float], timeout_s: float = PATIENT_S, **settings: float
) -> Iterator[MeterBench]:
    device = METER_DEVICES[family](source)
    with ScpiServer(device) as server:
        driver = MeterDriver("meter", server.resource, METERS[family], timeout_s=timeout_s, **settings)
        yield MeterBench(device, server, driver)
        server.faults.disarm()
        driver.close()


def assert_helpful(error: InstrumentError, instrument: str) -> None:
    """Check that an error is one sentence that names the instrument and what to do next."""
    sentence = str(error)
    assert sentence.startswith(f"{instrument} at TCPIP0::127.0.0.1::")
    assert "\n" not in sentence
    assert isinstance(error, InstrumentFault)
    assert error.happened
    assert error.action
