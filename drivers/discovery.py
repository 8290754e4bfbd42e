"""What is attached to this computer: serial ports, VISA resources, DAQ boards, and why some may not show."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass

import nidaqmx.errors
import pyvisa
from serial.tools import list_ports

from drivers.errors import ASKING
from drivers.nidaq.capabilities import capabilities
from drivers.nidaq.server import Daqmx
from protocols.messages import say

SERIAL, VISA, DAQ = "serial port", "VISA resource", "DAQ board"


@dataclass(frozen=True)
class Attached:
    """Something that is attached: address for a bench file, what it says it is, what stands in its way."""

    kind: str
    address: str
    what: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Search:
    """What one kind of search found; `hint` says why more may be there than was found."""

    kind: str
    found: tuple[Attached, ...]
    hint: str = ""


def search_all(visa_backend: str = "@py") -> list[Search]:
    """Look everywhere; never raises for a driver that is missing. Takes about a second."""
    return [search_serial(), search_visa(visa_backend), search_daq()]


def search_serial() -> Search:
    """List serial ports, with the permission that is missing, if it is."""
    found = []
    for port in sorted(list_ports.comports()):
        allowed = sys.platform == "win32" or os.access(port.device, os.R_OK | os.W_OK)
        hint = (
            "" if allowed else say("you may not use it: join its group, usually `dialout`, and log in again")
        )
        what = port.description if port.description != "n/a" else ""
        found.append(Attached(SERIAL, port.device, what, hint))
    hint = (
        "" if found else say("is the controller's USB cable plugged in, and is it a cable with data lines?")
    )
    return Search(SERIAL, tuple(found), hint)


def search_visa(backend: str = "@py") -> Search:
    """List VISA resources. Instruments on plain TCP sockets cannot be listed, only opened."""
    try:
        with warnings.catch_warnings():  # pyvisa-py warns of optional packages; the hint says what matters
            warnings.simplefilter("ignore")
            names = pyvisa.ResourceManager(backend).list_resources("?*::INSTR")
    except (OSError, ValueError, pyvisa.Error) as error:
        return Search(
            VISA,
            (),
            say("no VISA library for backend {backend}: {error}", backend=repr(backend), error=error),
        )
    found = tuple(Attached(VISA, name) for name in sorted(names))
    return Search(
        VISA,
        found,
        say(
            "TCPIP…::SOCKET instruments do not announce themselves: name their address in a bench file, and "
            "{asking} asks them; USB instruments need pyusb and permission",
            asking=ASKING,
        ),
    )


def search_daq(address: str = "") -> Search:
    """List the boards that NI-DAQmx knows, here or at a gRPC device server."""
    daqmx = Daqmx(address)
    if not daqmx.installed:
        return Search(
            DAQ,
            (),
            say("NI-DAQmx is not installed: without it only boards at a gRPC device server can be used"),
        )
    try:
        with daqmx.within(5.0):
            daqmx.connect()
            devices = list(daqmx.system().devices)
            found = tuple(Attached(DAQ, d.name, capabilities(d).words()) for d in devices)
    except nidaqmx.errors.Error as error:
        return Search(DAQ, (), say("NI-DAQmx does not answer: {error}", error=str(error).splitlines()[0]))
    finally:
        daqmx.disconnect()
    return Search(DAQ, found, "" if found else say("NI-DAQmx is installed and knows no board: see NI MAX"))
