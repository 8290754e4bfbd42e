"""The way to NI-DAQmx: in this computer, or a gRPC device server at `grpc://host:port`.

A call to a server that hangs would wait for ever, so every call gets what is left of the operation it
belongs to: `within` says how long that may take, however many calls it needs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nidaqmx
from nidaqmx.errors import DaqNotFoundError

from drivers.errors import DriverMissing
from protocols.errors import ConfigError
from protocols.messages import say

LOCAL = ""
_ADDRESS = re.compile(r"grpc://(?P<target>[^/\s]+:\d{1,5})/?")
_LEAST_S = 0.01
_CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),  # a new channel is a new connection, not the broken one again
    ("grpc.enable_retries", 0),  # a pulse must not be given twice
    ("grpc.minimal_stack", 1),  # nothing is balanced or compressed here: a tenth less work for each call
)


class Daqmx:
    """NI-DAQmx at an address; `options` is what nidaqmx's classes want as `grpc_options`.

    Raises ConfigError for an address that is neither empty nor grpc://host:port.
    """

    def __init__(self, address: str = LOCAL) -> None:
        found = _ADDRESS.fullmatch(address)
        if address != LOCAL and found is None:
            raise ConfigError(
                say("is no address of NI-DAQmx"),
                key="address",
                value=address,
                allowed=say('"" for a board in this computer, or grpc://host:port'),
            )
        self.address = address
        self.options: Any = None
        self._target = found["target"] if found else ""
        self._channel: Any = None
        self._deadline: float | None = None

    def connect(self) -> None:
        """Make the way ready; whether anyone is there shows with the first call."""
        if not self._target or self._channel is not None:
            return
        try:
            import grpc  # type: ignore[import-untyped]  # newer versions have types
        except ImportError as error:
            raise DriverMissing(
                "gRPC",
                self.address,
                say("the Python package grpcio is not installed"),
                action=say('install it with: pip install "nidaqmx[grpc]"'),
            ) from error
        self._channel = grpc.insecure_channel(self._target, options=_CHANNEL_OPTIONS)
        self.options = nidaqmx.GrpcSessionOptions(_Limited(self._channel, self._left_s), "")

    def disconnect(self) -> None:
        """Let the connection go; harmless when there is none."""
        if self._channel is not None:
            self._channel.close()
        self._channel = self.options = None

    def system(self) -> Any:
        """Return nidaqmx's System; raises nidaqmx's DaqNotFoundError where there is no DAQmx."""
        system = nidaqmx.system.System
        return system.remote(self.options) if self._target else system.local()

    @property
    def installed(self) -> bool:
        """Say whether NI-DAQmx can be reached at all from here: a server counts."""
        if self._target:
            return True
        try:
            _ = nidaqmx.system.System.local().driver_version
        except DaqNotFoundError:
            return False
        return True

    @contextmanager
    def within(self, limit_s: float) -> Iterator[None]:
        """Let everything inside take this long at most; inside another, that one's end stands."""
        outer = self._deadline
        if outer is None:
            self._deadline = time.monotonic() + limit_s
        try:
            yield
        finally:
            self._deadline = outer

    def _left_s(self) -> float | None:
        return None if self._deadline is None else max(self._deadline - time.monotonic(), _LEAST_S)


class _Limited:
    """A gRPC channel whose calls all end in time; nidaqmx's stubs take it for a channel.

    nidaqmx makes stubs of all of DAQmx's 450 calls for each task, which costs 15 ms and more: here a call is
    made ready when it is first used, and once for all tasks.
    """

    def __init__(self, channel: Any, left_s: Callable[[], float | None]) -> None:
        self._channel = channel
        self._left_s = left_s
        self._calls: dict[str, Any] = {}

    def unary_unary(self, method: str, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        def limited(request: Any, timeout: float | None = None, metadata: Any = None) -> Any:
            call = self._calls.get(method)
            if call is None:
                call = self._calls[method] = self._channel.unary_unary(method, *args, **kwargs)
            return call(request, timeout=timeout or self._left_s(), metadata=metadata)

        return limited

    def unary_stream(self, *args: Any, **kwargs: Any) -> Any:
        """Return the channel's own: events last as long as they last."""
        return self._channel.unary_stream(*args, **kwargs)
