"""The drivers of a bench's parts, made from the bench file; nothing is opened here."""

from __future__ import annotations

from typing import Protocol

from drivers.errors import WrongInstrument
from drivers.hardware.config import BlockTiming, HardwareConfig, MeterSettings, SupplySettings
from drivers.hardware.controller_timed import ControllerTimedBoard
from drivers.hardware.daq_timed import DaqTimedBoard
from drivers.visa import METERS, SUPPLIES, MeterDriver, SupplyDriver
from protocols.bench import Bench, InstrumentIdentity
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.tables import ClampCircuit


class Identifiable(Protocol):
    """An instrument that can be asked who it is without a setting being written."""

    def identify(self) -> InstrumentIdentity:
        """Connect and ask who answers, and nothing else; the connection stays, for `open` to go on from."""

    def release(self) -> None:
        """Let the instrument go as it is; nothing is sent. Harmless when it is not connected."""

    def identity(self) -> InstrumentIdentity:
        """Return who the instrument said it is."""


class TimedBoard(Identifiable, Bench, Protocol):
    """A learning board with its timing: a Bench that can also be reached without a wiring."""

    def connect(self) -> None:
        """Connect without a wiring: enough to make it safe."""

    def identity(self) -> InstrumentIdentity:
        """Return who the board says it is."""

    def keep_alive(self) -> None:
        """Tell the board that somebody is there, and nothing else."""


def make_supply(settings: SupplySettings) -> SupplyDriver:
    """Return the supply's driver; its limits are those of the file."""
    return SupplyDriver(
        "supply",
        settings.address,
        SUPPLIES[settings.family],
        {c.channel: c.limits() for c in settings.channels},
        timeout_s=settings.timeout / 2,  # the other half is for making safe
    )


def make_meter(settings: MeterSettings) -> MeterDriver:
    """Return the meter's driver."""
    return MeterDriver(
        "meter",
        settings.address,
        METERS[settings.family],
        range_V=settings.range,
        power_line_cycles=settings.power_line_cycles,
        timeout_s=settings.timeout / 2,  # the other half is for making safe
    )


def make_timed_board(config: HardwareConfig) -> TimedBoard:
    """Return the board with the timing that the file names."""
    instruments = config.instruments
    if config.timing is BlockTiming.CONTROLLER and instruments.controller is not None:
        return ControllerTimedBoard(instruments.controller, config.limits, config.transistors)
    if config.timing is BlockTiming.DAQ and instruments.daq is not None:
        return DaqTimedBoard(instruments.daq, config.limits, config.transistors)
    raise ConfigError(say("has no instrument for its timing"), key="timing", value=str(config.timing))


def clamps_from_readings(config: HardwareConfig) -> bool:
    """Say whether the clamps start from what was read; a controller's mixing circuit starts from the node."""
    daq = config.instruments.daq
    return config.timing is BlockTiming.DAQ and daq is not None and daq.clamp.circuit is ClampCircuit.SOFTWARE


def recognise(config: HardwareConfig, name: str, found: InstrumentIdentity) -> None:
    """Raise WrongInstrument unless a part is the one that the bench file expects, and as real as it says.

    The one rule for whoever asks who is there: the probe, and the bench before it writes anything.
    """
    settings = getattr(config.instruments, name)
    serial, address = settings.serial, settings.address
    product = getattr(settings, "product", "")  # a DAQ board's; the others' families know their models
    if product and not found.name.startswith(f"{product} "):
        raise WrongInstrument(
            name,
            address,
            say(
                "a {found} answers, the bench file names {product}",
                found=found.name,
                product=product,
            ),
            action=say("connect that one, or correct the product in the bench file"),
        )
    if serial and found.serial.upper() != serial.upper():
        raise WrongInstrument(
            name,
            address,
            say(
                "number {serial} answers, the bench file names {expected}",
                serial=found.serial,
                expected=serial,
            ),
            action=say("connect that one, or correct the serial number in the bench file"),
        )
    if found.simulated and not config.simulated:
        raise WrongInstrument(
            name,
            address,
            say("an emulator answers, and the bench file does not say simulated = true"),
            action=say("correct the address, or say so in the bench file"),
        )
    if config.simulated and not found.simulated:
        raise WrongInstrument(
            name,
            address,
            say("a real instrument answers, and the bench file says simulated = true"),
            action=say("correct the address, or take simulated = true out of the bench file"),
        )
