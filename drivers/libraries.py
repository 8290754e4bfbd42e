"""Vendors' libraries beyond the Python packages: which are there, and what each enables."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass

import pyvisa
from serial.tools import list_ports

from drivers.nidaq.server import Daqmx


@dataclass(frozen=True)
class Library:
    """A library or permission: whether it is there, what was found, and what having it enables."""

    name: str
    there: bool
    found: str
    enables: str


def libraries() -> list[Library]:
    """Look for vendors' libraries and for permissions; never raises for what is missing."""
    return [_daqmx(), _vendor_visa(), _package("usb", "pyusb", "USB instruments without a vendor's VISA"),
            _package("gpib", "gpib-ctypes or linux-gpib", "GPIB instruments without a vendor's VISA"),
            _serial()]  # fmt: skip


def _daqmx() -> Library:
    enables = "DAQ boards in this computer (boards at a gRPC device server work without)"
    there = Daqmx().installed
    return Library("NI-DAQmx", there, "installed" if there else "not installed", enables)


def _vendor_visa() -> Library:
    enables = "USB and GPIB instruments through the maker's VISA (sockets and serial ports work without)"
    try:
        manager = pyvisa.ResourceManager("@ivi")
    except (OSError, ValueError, pyvisa.Error):
        return Library("vendor's VISA", False, "not installed; pyvisa-py is used", enables)
    found = str(manager.visalib.library_path)
    manager.close()
    return Library("vendor's VISA", True, found, enables)


def _package(module: str, name: str, enables: str) -> Library:
    there = importlib.util.find_spec(module) is not None
    return Library(name, there, "installed" if there else "not installed", enables)


def _serial() -> Library:
    ports = [port.device for port in list_ports.comports()]
    closed = [p for p in ports if sys.platform != "win32" and not os.access(p, os.R_OK | os.W_OK)]
    if closed:
        hint = f"no permission for {', '.join(closed)}: join their group, usually `dialout`"
        return Library("serial ports", False, hint, "controller boards and serial instruments")
    found = f"{len(ports)} here, all may be used" if ports else "none here"
    return Library("serial ports", bool(ports), found, "controller boards and serial instruments")
