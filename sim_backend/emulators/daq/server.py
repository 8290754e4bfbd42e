"""An NI gRPC device server for one emulated DAQ device, with faults on demand.

nidaqmx talks to it as to any such server: `GrpcSessionOptions` with a channel to `address`. What the
faults mean here: DROP and TIMEOUT leave the call unanswered, except that a read or a wait that is struck
by TIMEOUT gets DAQmx's own time-out error when its time is up; CORRUPT is an answer that cannot be
read (what travels is guarded by TCP, so a bad bit shows as a broken message); DISCONNECT cuts off the
caller's connection, a new one may be made; OVERRUN is a buffer that overflows or runs dry in the next
call that reads, writes or waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import grpc  # type: ignore[import-untyped]  # newer versions have types

from sim_backend.emulators.daq.attributes import disguised
from sim_backend.emulators.daq.calls import SERVICE, Calls, request_type
from sim_backend.emulators.daq.core import DaqCore
from sim_backend.emulators.daq.device import DaqDevice
from sim_backend.emulators.daq.errors import Code, DaqFault
from sim_backend.emulators.faults import Fault, FaultInjector, FaultKind

REMEMBERED = 10_000  # calls; a night has tens of millions
_WORKERS = 16
_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
    ("grpc.minimal_stack", 1),  # nothing is compressed or counted here: less work for each call
]
_STICKING = ("Read", "Write", "Start", "Set", "TaskControl", "Stop")
_UNREADABLE = b"\x0f"  # a field with a wire type that does not exist


class DaqServer:
    """Serve a device on a TCP port; port 0 takes a free one. Use as a context manager, or start and stop."""

    def __init__(
        self,
        device: DaqDevice,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: FaultInjector | None = None,
    ) -> None:
        self.device = device
        self.core = DaqCore(device)
        self.faults = faults or FaultInjector()
        self._calls = Calls(self.core)
        self._host = host
        self._port = port
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._heard: deque[str] = deque(maxlen=REMEMBERED)
        self._cut_off: set[str] = set()
        self._server: grpc.Server | None = None
        self._workers: ThreadPoolExecutor | None = None

    @property
    def port(self) -> int:
        """Return the port, the one taken once the server was started."""
        return self._port

    @property
    def address(self) -> str:
        """Return the address a bench file names."""
        return f"grpc://{self._host}:{self._port}"

    def heard(self) -> tuple[str, ...]:
        """Return the names of the calls that arrived, in order, the last `REMEMBERED` at most."""
        with self._lock:
            return tuple(self._heard)

    def held(self) -> tuple[list[float], list[bool]]:
        """Return what the outputs hold now: volts of the analog ones, states of the lines."""
        with self._lock:
            self._look_at_watchdogs()
            return [float(v) for v in self.device.ao_V], [bool(s) for s in self.device.lines]

    def start(self) -> None:
        """Listen; raises OSError when the port is taken. A stopped server starts again on its port."""
        self._closing.clear()
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="daq")
        server = grpc.server(self._workers, options=_OPTIONS)
        handlers = {
            m.name: self._handler(m.name)
            for m in SERVICE.methods
            if not m.server_streaming and self._calls.find(m.name)
        }
        service = grpc.method_handlers_generic_handler(SERVICE.full_name, handlers)
        server.add_generic_rpc_handlers((service,))
        try:
            self._port = server.add_insecure_port(f"{self._host}:{self._port}")
        except RuntimeError as error:
            self._workers.shutdown()
            raise OSError(f"cannot listen at {self._host}:{self._port}: {error}") from error
        server.start()
        self._server = server

    def stop(self) -> None:
        """Cut every connection and wait for every thread; stopping twice is harmless."""
        self._closing.set()
        if self._server is not None:
            self._server.stop(grace=None).wait()
            self._server = None
        if self._workers is not None:
            self._workers.shutdown(wait=True)
            self._workers = None

    def __enter__(self) -> DaqServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ── calls, each on a thread of the server's ─────────────────────────────────────────────────

    def _handler(self, name: str) -> grpc.RpcMethodHandler:
        call = self._calls.find(name)
        if call is None:
            raise LookupError(name)

        about = _subject(name)

        def answer(request: Any, context: grpc.ServicerContext) -> bytes:
            with self._lock:
                self._heard.append(name)
                cut_off = bool(self._cut_off) and context.peer() in self._cut_off
                fault = None if cut_off else self.faults.next_message(f"{name} {about(request)}".rstrip())
            if cut_off:
                context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")
            if fault is None:
                return self._carried_out(call, request, context)
            return self._struck(fault, name, call, request, context)

        return grpc.unary_unary_rpc_method_handler(answer, request_deserializer=request_type(name).FromString)

    def _carried_out(self, call: Callable[[Any], Any], request: Any, context: grpc.ServicerContext) -> bytes:
        try:
            with self._lock:
                self._look_at_watchdogs()
                self.device.catch_up()
                response: bytes = call(request).SerializeToString()
            return response
        except DaqFault as fault:
            return self._failed(fault, request, context)

    def _failed(self, fault: DaqFault, request: Any, context: grpc.ServicerContext) -> bytes:
        """Report the device's error as NI's server does: in the status' trailing metadata."""
        metadata = [("ni-error", str(int(fault.code)))]
        if fault.read is not None:
            metadata.append(("ni-samps-per-chan-read", str(fault.read)))
        if fault.written is not None:
            metadata.append(("ni-samps-per-chan-written", str(fault.written)))
        context.set_trailing_metadata(tuple(metadata))
        context.abort(grpc.StatusCode.UNKNOWN, str(fault))
        raise AssertionError("abort raises")

    def _struck(
        self, fault: Fault, name: str, call: Callable[[Any], Any], request: Any, context: grpc.ServicerContext
    ) -> bytes:
        kind = fault.kind
        if kind is FaultKind.DISCONNECT:
            with self._lock:
                self._cut_off.add(context.peer())
            context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")
        if kind is FaultKind.DROP:
            return self._silent(context)
        if kind is FaultKind.TIMEOUT and (name.startswith("Read") or name == "WaitUntilTaskDone"):
            return self._timed_out(name, request, context)
        if kind is FaultKind.OVERRUN:
            with self._lock:
                self.core.overrun = True
        if kind is FaultKind.STUCK and name.startswith(_STICKING):
            call = self._sticking(call)
        answer = self._carried_out(call, request, context)
        if kind is FaultKind.TIMEOUT:
            return self._silent(context)
        if kind is FaultKind.DELAY:
            self._wait(context, fault.delay_s)
        if kind is FaultKind.CORRUPT:
            return _UNREADABLE + answer
        if kind is FaultKind.WRONG_DEVICE:
            return disguised(name, request, answer)
        return answer

    def _sticking(self, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def stuck(request: Any) -> Any:
            self._calls.stuck = True
            try:
                return call(request)
            finally:
                self._calls.stuck = False

        return stuck

    def _silent(self, context: grpc.ServicerContext) -> bytes:
        """Never answer: return when the caller has given up or the server closes."""
        self._wait(context, None)
        context.abort(grpc.StatusCode.CANCELLED, "nobody is waiting any more")
        raise AssertionError("abort raises")

    def _timed_out(self, name: str, request: Any, context: grpc.ServicerContext) -> bytes:
        limit_s = request.time_to_wait if name == "WaitUntilTaskDone" else request.timeout
        self._wait(context, None if limit_s < 0 else limit_s)
        if name == "WaitUntilTaskDone":
            fault = DaqFault(Code.NOT_DONE_IN_TIME, f"Task Name: {request.task.name}")
        else:
            fault = DaqFault(Code.SAMPLES_NOT_YET_AVAILABLE, f"Task Name: {request.task.name}", read=0)
        return self._failed(fault, request, context)

    def _wait(self, context: grpc.ServicerContext, duration_s: float | None) -> None:
        """Wait, but no longer than the caller does, and not when the server closes."""
        over = threading.Event()
        context.add_callback(over.set)
        left_s = 3600.0 if duration_s is None else duration_s
        while left_s > 0.0 and not self._closing.is_set() and not over.wait(min(left_s, 0.05)):
            left_s -= 0.05

    def _look_at_watchdogs(self) -> None:
        for watchdog in self.core.watchdogs.values():
            watchdog.look()


def _subject(name: str) -> Callable[[Any], str]:
    """Return what gives a call's task or device, which a fault's `match` looks at beside the name."""
    fields = request_type(name).DESCRIPTOR.fields_by_name
    if "task" in fields:
        return lambda request: str(request.task.name)
    if "device_name" in fields:
        return lambda request: str(request.device_name)
    return lambda request: ""
