"""Who is there: every instrument of a bench file, asked one by one, and left as it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from drivers.controller import Controller, Patience
from drivers.hardware.config import (
    BlockTiming,
    ControllerSettings,
    HardwareConfig,
    MeterSettings,
    SupplySettings,
)
from drivers.hardware.daq_settings import DaqSettings
from drivers.hardware.parts import make_meter, make_supply, recognise
from drivers.nidaq.board import NidaqBoard
from protocols.bench import InstrumentIdentity
from protocols.errors import LabError


@dataclass(frozen=True)
class PartFound:
    """An instrument of the bench file: who answered at its address, or why nobody did."""

    name: str
    address: str
    identity: InstrumentIdentity | None
    error: str = ""

    @property
    def good(self) -> bool:
        """Say whether the right instrument answered."""
        return not self.error


def probe(config: HardwareConfig) -> list[PartFound]:
    """Ask every instrument who it is; outputs are left alone, but a controller board makes itself safe."""
    found = config.instruments
    asks: list[tuple[str, str, Callable[[], InstrumentIdentity]]] = []
    if found.supply is not None:
        asks.append(("supply", found.supply.address, partial(_supply, found.supply)))
    if found.meter is not None:
        asks.append(("meter", found.meter.address, partial(_meter, found.meter)))
    if found.controller is not None and config.timing is BlockTiming.CONTROLLER:
        asks.append(("controller", found.controller.address, partial(_controller, found.controller)))
    if found.daq is not None and config.timing is BlockTiming.DAQ:
        asks.append(("daq", found.daq.address or found.daq.device, partial(_daq, found.daq)))
    return [_asked(config, name, address, ask) for name, address, ask in asks]


def _asked(
    config: HardwareConfig, name: str, address: str, ask: Callable[[], InstrumentIdentity]
) -> PartFound:
    identity = None
    try:
        identity = ask()
        recognise(config, name, identity)
    except LabError as error:
        return PartFound(name, address, identity, str(error))
    return PartFound(name, address, identity)


def _supply(settings: SupplySettings) -> InstrumentIdentity:
    driver = make_supply(settings)
    driver.open()
    try:
        return driver.identity()
    finally:
        driver.let_go()


def _meter(settings: MeterSettings) -> InstrumentIdentity:
    driver = make_meter(settings)
    driver.open()
    try:
        return driver.identity()
    finally:
        driver.close()


def _controller(settings: ControllerSettings) -> InstrumentIdentity:
    patience = Patience(settings.timeout / 10, 5)
    driver = Controller(settings.address, baud=settings.baud, patience=patience)
    driver.open()
    try:
        return driver.identity()
    finally:
        driver.close()


def _daq(settings: DaqSettings) -> InstrumentIdentity:
    board = NidaqBoard("daq", settings.device, settings.address, timeout_s=settings.timeout)
    asking = object()
    board.open(asking)
    try:
        return board.identity()
    finally:
        board.close(asking)
