"""One DAQ board: its connection, its tasks, and who may use its timing engines.

The drivers of its outputs, inputs, counters and lines share a board object. NI-DAQmx reserves an engine
for one task at a time; the board asks the last one to let go before the next one begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import nidaqmx
from nidaqmx.constants import TaskMode
from nidaqmx.errors import Error as NidaqError
from nidaqmx.system.device import Device

from drivers.errors import ATTACHED, InstrumentFault, WrongInstrument
from drivers.nidaq.capabilities import Capabilities, capabilities
from drivers.nidaq.errors import explain
from drivers.nidaq.server import LOCAL, Daqmx
from protocols.bench import InstrumentIdentity
from protocols.errors import ConfigError, ProtocolError
from protocols.messages import say

Kit = TypeVar("Kit")
T = TypeVar("T")
GRACE_S = 0.4  # for clearing up after a failure, on top of the time limit
_RECOGNISING_S = 0.5  # two dozen questions
_BUILDING_S = 0.3  # a task of many channels
_DEVICE = re.compile(r"[A-Za-z][\w-]*")


@runtime_checkable
class _Securable(Protocol):
    def make_safe(self) -> object: ...


class NidaqBoard:
    """A board by its DAQmx name, such as Dev1, at an address; drivers of its parts are made with it.

    `product` and `serial`, where given, are what it must be. Every operation ends within `timeout_s`
    plus what it takes by its nature. Opened by each part and closed with the last one.
    """

    def __init__(
        self,
        name: str,
        device: str,
        address: str = LOCAL,
        *,
        product: str = "",
        serial: int | None = None,
        timeout_s: float = 2.0,
    ) -> None:
        if not _DEVICE.fullmatch(device):
            raise ConfigError(say("is no DAQmx device name"), key=f"{name}.device", value=device)
        self.name = name
        self.device = device
        self.timeout_s = timeout_s
        self.daqmx = Daqmx(address)
        self.resets = 0
        self._product = product
        self._serial = serial
        self._users: dict[object, None] = {}  # in the order in which they came
        self._capabilities: Capabilities | None = None
        self._driver = ""
        self._holders: dict[str, TaskSlot[Any]] = {}
        self._slots: list[TaskSlot[Any]] = []

    @property
    def address(self) -> str:
        """Return where the board is, for sentences."""
        return f"{self.daqmx.address}/{self.device}" if self.daqmx.address else self.device

    @property
    def is_open(self) -> bool:
        """Say whether any part has it open."""
        return self._capabilities is not None

    def capabilities(self) -> Capabilities:
        """Return what the board can do, as found when it was opened."""
        if self._capabilities is None:
            raise ProtocolError(say("{name} is not open", name=self.name))
        return self._capabilities

    def identity(self) -> InstrumentIdentity:
        """Return who the board says it is."""
        found = self.capabilities()
        name, serial = f"{found.product} {self.device}", f"{found.serial:08X}"
        return InstrumentIdentity(
            "NI-DAQ", name, serial, found.simulated, "National Instruments", driver=self._driver
        )

    def identify(self, user: object) -> InstrumentIdentity:
        """Connect for a user and ask what is there, right or wrong; nothing is set.

        Raises DriverMissing, ConnectionLost, NoAnswer, or WrongInstrument when no board has this name.
        """
        self._connect()
        self._users[user] = None
        return self.identity()

    def open(self, user: object) -> None:
        """Connect for one of its parts and make sure that it is the board expected.

        Raises DriverMissing, ConnectionLost, NoAnswer or WrongInstrument.
        """
        self._connect()
        try:
            self._expected(self.capabilities())
        except BaseException:
            if not self._users:
                self._disconnect()
            raise
        self._users[user] = None

    def close(self, user: object) -> None:
        """Let one part go; with the last go all tasks, and the connection."""
        self._users.pop(user, None)
        if not self._users and self._capabilities is not None:
            self._disconnect()

    def reset(self) -> None:
        """Connect anew and reset the board: every task ends, every output goes to its power-up state.

        The way to the safe state when tasks do not answer any more. Raises InstrumentFault.
        """
        self.daqmx.disconnect()
        self._holders.clear()
        self.resets += 1
        known = self.capabilities()
        with self.doing(say("be reset")):
            self.daqmx.connect()
            device = Device(self.device, grpc_options=self.daqmx.options)
            device.reset_device()
            found = capabilities(device, brief=True)
        if (known.product, known.serial) != (found.product, found.serial):
            raise self._wrong(
                say(
                    "it was {product} {serial:08X} and now is {found}",
                    product=known.product,
                    serial=known.serial,
                    found=found.product,
                )
            )

    def retry_after_reset(self, make_safe: Callable[[], T]) -> T:
        """Carry out what makes safe; when it fails, reset the board and try again. Raises InstrumentFault.

        A reset takes lines and outputs out of their safe states too: all open parts are made safe after it.
        Each try has half the time limit, so that a call that is lost leaves time for the other one.
        """
        if not self.is_open:
            self.open(self)
            try:
                return self.retry_after_reset(make_safe)
            finally:
                self.close(self)
        half_s = 0.5 * self.timeout_s
        try:
            with self.daqmx.within(half_s + _BUILDING_S):
                return make_safe()
        except InstrumentFault:
            with self.daqmx.within(half_s + GRACE_S):
                self.reset()
                for part in tuple(self._users):
                    if isinstance(part, _Securable):
                        part.make_safe()
                return make_safe()

    @contextmanager
    def doing(self, what: str, takes_s: float = 0.0, limit_s: float | None = None) -> Iterator[None]:
        """Limit the time of what is inside, and turn nidaqmx's errors into sentences about it."""
        try:
            with self.daqmx.within((self.timeout_s if limit_s is None else limit_s) + takes_s):
                yield
        except NidaqError as error:
            raise explain(self.name, self.address, error, what) from error

    def keep(self, slot: TaskSlot[Any]) -> None:
        """Take a task in charge: it is closed before the connection is."""
        self._slots.append(slot)

    def own(self, engine: str, slot: TaskSlot[Any]) -> None:
        """Give an engine to a task, after the task that had it has let go."""
        holder = self._holders.get(engine)
        if holder is not None and holder is not slot:
            holder.release()
        self._holders[engine] = slot

    def physical(self, terminal: str) -> str:
        """Return a terminal's full name: ao0 is Dev1/ao0."""
        return f"{self.device}/{terminal}"

    def _connect(self) -> None:
        if self._capabilities is not None:
            return
        try:
            self._capabilities = self._found()
        except BaseException:
            self.daqmx.disconnect()
            raise

    def _disconnect(self) -> None:
        for slot in self._slots:
            slot.drop()
        self._capabilities = None
        self._holders.clear()
        self.daqmx.disconnect()

    def _found(self) -> Capabilities:
        with self.doing(say("say who it is"), _RECOGNISING_S):
            self.daqmx.connect()
            system = self.daqmx.system()
            names = list(system.devices.device_names)
            if self.device.lower() not in (n.lower() for n in names):
                raise self._wrong(
                    say(
                        "no board is called {device}: there is {boards}",
                        device=self.device,
                        boards=(", ".join(names) or say("none")),
                    )
                )
            self._driver = "NI-DAQmx " + ".".join(str(part) for part in system.driver_version)
            found = capabilities(Device(self.device, grpc_options=self.daqmx.options))
            again = capabilities(Device(self.device, grpc_options=self.daqmx.options), brief=True)
        if (found.product, found.serial) != (again.product, again.serial):
            raise self._wrong(
                say(
                    "it says to be {first}, then {again}",
                    first=found.product,
                    again=again.product,
                )
            )
        return found

    def _expected(self, found: Capabilities) -> None:
        if self._product and found.product != self._product:
            raise self._wrong(
                say(
                    "it is a {found}, the bench file expects {expected}",
                    found=found.product,
                    expected=self._product,
                )
            )
        if self._serial is not None and found.serial != self._serial:
            raise self._wrong(
                say(
                    "its serial number is {serial:08X}, the bench file expects {expected:08X}",
                    serial=found.serial,
                    expected=self._serial,
                )
            )

    def _wrong(self, happened: str) -> WrongInstrument:
        return WrongInstrument(
            self.name,
            self.address,
            happened,
            cause=say("boards were exchanged or renamed"),
            action=say("see {attached}, and correct the bench file or the name in NI MAX", attached=ATTACHED),
        )


class TaskSlot(Generic[Kit]):
    """A task that is made when it is first needed, and again after anything went wrong with it.

    `build` adds channels and timing to a task and returns what works with it. `engines` are what DAQmx
    reserves for it.
    """

    def __init__(self, board: NidaqBoard, engines: tuple[str, ...], build: Callable[[Any], Kit]) -> None:
        self._board = board
        self._engines = engines
        self._build = build
        self._task: Any = None
        self._kit: Kit | None = None
        self._resets = -1
        self._running = False
        board.keep(self)

    @contextmanager
    def use(self, what: str, takes_s: float = 0.0) -> Iterator[tuple[Any, Kit]]:
        """Yield the task and its kit; a failure inside throws the task away."""
        try:
            with self._board.doing(what, takes_s if self.exists else takes_s + _BUILDING_S):
                yield self._ready()
        except BaseException:
            self.drop()
            raise

    def release(self) -> None:
        """Stop the task and let go of its engines; its outputs keep what they hold."""
        if self._task is not None and self._resets == self._board.resets:
            self._task.control(TaskMode.TASK_UNRESERVE)
        self._running = False

    def keep_running(self, task: Any) -> None:
        """Start the task unless it runs already; a task that runs saves DAQmx a start for every call."""
        if not self._running:
            task.start()
            self._running = True

    def drop(self) -> None:
        """Close the task, if it can still be reached; the next use makes a new one."""
        task, self._task, self._kit, self._running = self._task, None, None, False
        if task is None or self._resets != self._board.resets:
            return
        try:
            with self._board.doing(say("close a task"), limit_s=GRACE_S):
                task.close()
        except InstrumentFault:
            self._board.resets += 1  # the server may still hold it: nothing made before can be trusted

    @property
    def exists(self) -> bool:
        """Say whether there is a task that works."""
        return self._task is not None and self._resets == self._board.resets

    def _ready(self) -> tuple[Any, Kit]:
        if not self._board.is_open:
            raise ProtocolError(say("{name} is not open", name=self._board.name))
        for engine in self._engines:
            self._board.own(engine, self)
        if not self.exists or self._kit is None:
            self._task = nidaqmx.Task(grpc_options=self._board.daqmx.options)
            self._resets, self._running = self._board.resets, False
            self._kit = self._build(self._task)
        return self._task, self._kit
