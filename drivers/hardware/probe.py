"""Who is there: every instrument of a bench file, asked one by one, and left as it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.hardware.config import HardwareConfig
from drivers.hardware.parts import Identifiable, make_meter, make_supply, make_timed_board, recognise
from protocols.bench import InstrumentIdentity
from protocols.errors import LabError
from protocols.messages import NOTHING, Message


@dataclass(frozen=True)
class PartFound:
    """An instrument of the bench file: who answered at its address, or why it is not the right one.

    identity is None where nobody answered; error is empty where the one expected did.
    """

    name: str
    address: str
    identity: InstrumentIdentity | None
    error: Message = NOTHING

    @property
    def good(self) -> bool:
        """Say whether the right instrument answered."""
        return not self.error


def probe(config: HardwareConfig) -> list[PartFound]:
    """Ask every instrument who it is and compare it with the file; no setting is written anywhere.

    Outputs stay as they are, and a controller board is not greeted. It raises nothing: each part tells.
    """
    found = config.instruments
    parts: list[PartFound] = []
    if (supply := found.supply) is not None:
        parts.append(_asked(config, "supply", supply.address, lambda: make_supply(supply)))
    if (meter := found.meter) is not None:
        parts.append(_asked(config, "meter", meter.address, lambda: make_meter(meter)))
    if config.timing == "controller" and found.controller is not None:
        parts.append(_asked(config, "controller", found.controller.address, lambda: make_timed_board(config)))
    if config.timing == "daq" and found.daq is not None:
        address = found.daq.address or found.daq.device
        parts.append(_asked(config, "daq", address, lambda: make_timed_board(config)))
    return parts


def _asked(config: HardwareConfig, name: str, address: str, make: Callable[[], Identifiable]) -> PartFound:
    identity = None
    try:
        part = make()
        try:
            identity = part.identify()
            recognise(config, name, identity)
        finally:
            part.release()
    except LabError as error:
        return PartFound(name, address, identity, error.message)
    return PartFound(name, address, identity)
