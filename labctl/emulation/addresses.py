"""Addresses of a bench file as places where an emulator can listen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from protocols.errors import ConfigError
from protocols.messages import say

_VISA = re.compile(r"TCPIP\d*::(?P<host>[^:]+)::(?P<port>\d+)::SOCKET", re.IGNORECASE)
_SERIAL = re.compile(r"socket://(?P<host>[^:/]+):(?P<port>\d+)")
_GRPC = re.compile(r"grpc://(?P<host>[^:/]+):(?P<port>\d+)/?")


@dataclass(frozen=True)
class Place:
    """A TCP port of this machine, or a path where a pseudo terminal is linked."""

    host: str = ""
    port: int = 0
    path: Path | None = None


def visa_place(address: str, key: str) -> Place:
    """Return where an emulated SCPI instrument listens. Raises ConfigError unless it is a TCP port."""
    return _tcp(_VISA, address, key, "TCPIP0::127.0.0.1::5025::SOCKET")


def grpc_place(address: str, key: str) -> Place:
    """Return where an emulated DAQ device's gRPC server listens. Raises ConfigError."""
    return _tcp(_GRPC, address, key, "grpc://127.0.0.1:31763")


def serial_place(address: str, key: str) -> Place:
    """Return where an emulated controller listens: a TCP port, or a path for a pseudo terminal."""
    if address.startswith("/") and not address.startswith("/dev/"):
        return Place(path=Path(address))
    return _tcp(_SERIAL, address, key, "socket://127.0.0.1:5760 or a path outside /dev")


def _tcp(pattern: re.Pattern[str], address: str, key: str, example: str) -> Place:
    found = pattern.fullmatch(address)
    if found is None:
        raise ConfigError(
            say("cannot be emulated at this address"),
            key=key,
            value=address,
            allowed=say("use {example}", example=example),
        )
    return Place(found["host"], int(found["port"]))
