"""One VISA resource: open, say a line, hear a line, start afresh. PyVISA's quirks stay in here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pyvisa
from pyvisa import constants
from pyvisa.errors import VisaIOError

from drivers import trace
from drivers.errors import ConnectionLost, DriverMissing, Garbled, InstrumentFault, NoAnswer
from protocols.messages import say

_PARITY = {
    "none": constants.Parity.none,
    "odd": constants.Parity.odd,
    "even": constants.Parity.even,
}
_LEAST_MS = 100
_STOP_BITS = {1: constants.StopBits.one, 2: constants.StopBits.two}


@dataclass(frozen=True)
class SerialSettings:
    """Settings of a serial port: speed in baud, data bits, parity (none, odd, even), stop bits."""

    baud: int = 9600
    data_bits: int = 8
    parity: str = "none"
    stop_bits: int = 1


class VisaLink:
    """Lines to and from one VISA resource, each with a deadline on the monotonic clock.

    Errors of PyVISA and of the operating system become InstrumentFaults.
    """

    def __init__(
        self,
        name: str,
        address: str,
        *,
        backend: str,
        terminator: str = "\n",
        line: SerialSettings | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self._backend = backend
        self._terminator = terminator
        self._line = line or SerialSettings()
        self._resource: Any = None

    @property
    def is_open(self) -> bool:
        """Say whether there is a resource to talk to."""
        return self._resource is not None

    @property
    def is_serial(self) -> bool:
        """Say whether the address is a serial port: no connection, no device clear, late answers linger."""
        return self.address.upper().startswith("ASRL")

    @property
    def is_socket(self) -> bool:
        """Say whether the address is a plain TCP socket."""
        return self.address.upper().endswith("::SOCKET")

    def open(self, deadline: float) -> None:
        """Open the resource. That it opens proves little: pyvisa-py opens a closed port, too."""
        try:
            manager = pyvisa.ResourceManager(self._backend)
        except (OSError, ValueError) as error:
            raise DriverMissing(
                self.name,
                self.address,
                say("no VISA library for backend {backend}", backend=repr(self._backend)),
                cause=str(error),
                action=say("install pyvisa-py and use backend '@py', or install the maker's VISA"),
            ) from error
        try:
            resource: Any = manager.open_resource(self.address, open_timeout=_ms(deadline))
        except Exception as error:  # pyvisa-py raises plain Exception, ValueError and OSError here
            raise self._lost(say("cannot be opened"), error) from error
        self._resource = resource
        try:
            self._set_up(resource)
        except (pyvisa.Error, OSError) as error:
            self.close()
            raise self._lost(say("cannot be set up"), error) from error

    def close(self) -> None:
        """Let the resource go, whatever state it is in."""
        resource, self._resource = self._resource, None
        if resource is None:
            return
        try:
            resource.close()
        except (pyvisa.Error, OSError) as error:
            raise self._lost(say("cannot be closed"), error) from error

    def say(self, text: str) -> None:
        """Send one line."""
        if any("?" not in part for part in text.split(";")):  # a question changes nothing
            trace.wrote(self.name, self.address, text)
        try:
            self._opened().write_raw((text + self._terminator).encode("ascii"))
        except (pyvisa.Error, OSError) as error:
            raise self._lost(say("cannot be told {text}", text=shorten(text)), error) from error

    def hear(self, deadline: float, question: str) -> str:
        """Return the next line without its terminator; `question` is for the error message.

        It waits a moment even when opening has used up the time: who was asked may answer.
        """
        resource = self._opened()
        wait_ms = max(_ms(deadline), _LEAST_MS)
        try:
            resource.timeout = wait_ms
            raw: bytes = resource.read_raw()
        except VisaIOError as error:
            if error.error_code != constants.StatusCode.error_timeout:
                raise self._lost(
                    say("cannot answer {question}", question=shorten(question)), error
                ) from error
            raise NoAnswer(
                self.name,
                self.address,
                say(
                    "no answer to {question} within {limit_s:.2g} s",
                    question=shorten(question),
                    limit_s=wait_ms / 1000,
                ),
                cause=say("switched off, busy, or not listening"),
                action=say("check that it is on and in remote, check the cable, then try again"),
            ) from error
        except (pyvisa.Error, OSError) as error:
            raise self._lost(say("cannot answer {question}", question=shorten(question)), error) from error
        try:
            return raw.decode("ascii").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise self.garbled(question, repr(raw[:40])) from error

    def start_afresh(self, deadline: float) -> None:
        """Leave every answer that is still on its way behind, so that it cannot be taken for another.

        A socket or serial port is opened again; on USB, GPIB, VXI-11 and HiSLIP a device clear empties
        the buffers at both ends. (pyvisa-py's clear of a socket whose peer is gone never returns.)
        """
        if not (self._resource is not None and self._cleared(deadline)):
            self._drop()
            self.open(deadline)

    def garbled(self, question: str, got: str) -> Garbled:
        """Return the error for an answer that makes no sense."""
        return Garbled(
            self.name,
            self.address,
            say("the answer to {question} makes no sense: {got}", question=shorten(question), got=got),
            cause=say("a disturbed cable, wrong serial settings, or another program talking to it"),
            action=say("nothing of it was used; check the cable and close other programs, then try again"),
        )

    def _opened(self) -> Any:
        if self._resource is None:
            raise ConnectionLost(self.name, self.address, say("it is not open"), action=say("open it first"))
        return self._resource

    def _cleared(self, deadline: float) -> bool:
        """Clear the device where the bus can; False says that it cannot, or that the connection is gone."""
        if self.is_socket or self.is_serial:
            return False
        try:
            self._resource.timeout = _ms(deadline)
            self._resource.clear()
        except (pyvisa.Error, OSError, NotImplementedError):
            return False
        return True

    def _drop(self) -> None:
        """Close without complaint: what is dropped is known to be broken."""
        try:
            self.close()
        except InstrumentFault:
            self._resource = None

    def _set_up(self, resource: Any) -> None:
        # PyVISA's own termination handling warns instead of failing: lines are ended in `hear`.
        resource.read_termination = "\n"
        if self.is_serial:
            resource.baud_rate = self._line.baud
            resource.data_bits = self._line.data_bits
            resource.parity = _PARITY[self._line.parity]
            resource.stop_bits = _STOP_BITS[self._line.stop_bits]

    def _lost(self, happened: str, error: Exception) -> ConnectionLost:
        return ConnectionLost(
            self.name,
            self.address,
            happened,
            cause=str(error).split("\n")[0] or type(error).__name__,
            action=say("check power, cable and address, and that no other program uses it"),
        )


def shorten(text: str) -> str:
    """Return a message short enough for a sentence."""
    return text if len(text) <= 48 else text[:45] + "…"


def _ms(deadline: float) -> int:
    """Return the whole milliseconds left until a deadline, at least one."""
    return max(1, round(1000 * (deadline - time.monotonic())))
