"""Faults that every emulator can be given: which kind, at which message, repeatable by seed.

An emulator asks its `FaultInjector` once for every message it receives and carries out the fault it
gets back; what a fault means for each kind of wire is said under `FaultKind`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong with the message that a fault strikes."""

    DROP = "drop"  # it is lost on the way in: neither carried out nor answered
    TIMEOUT = "timeout"  # it is carried out, and its answer is lost
    DELAY = "delay"  # it is carried out at once and answered `delay_s` late
    CORRUPT = "corrupt"  # its answer has one bit wrong
    DISCONNECT = "disconnect"  # it is lost, and so is the connection; a new one may be made
    WRONG_DEVICE = "wrong_device"  # an identity question is answered with another instrument's name
    STUCK = "stuck"  # settings are acknowledged but not taken; readings do not change any more
    OVERRUN = "overrun"  # a buffer overflows: part of what was sent is lost, and the instrument says so


@dataclass(frozen=True)
class Fault:
    """A fault and when it strikes.

    `at` is the first message it may strike, counted from 0 from when it was armed; `count` how many it
    strikes, None for all that follow; `probability` with which each of them is struck; `match` limits it to
    messages that contain this text. `delay_s` belongs to DELAY. The same seed strikes the same messages.
    """

    kind: FaultKind
    at: int = 0
    count: int | None = 1
    probability: float = 1.0
    match: str = ""
    delay_s: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class StruckFault:
    """A fault that was carried out, and the number of the message since the injector was made."""

    fault: Fault
    message: int


class _Armed:
    """A fault with its own count of messages and its own random numbers."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0
        self._left = fault.count
        self._random = random.Random(fault.seed)

    def due(self, text: str) -> bool:
        """Count the message and say whether the fault would strike it."""
        fault = self.fault
        if fault.match not in text:
            return False
        self._seen += 1
        if self._seen <= fault.at or self._left == 0:
            return False
        return fault.probability >= 1.0 or self._random.random() < fault.probability

    def strike(self) -> Fault:
        if self._left is not None:
            self._left -= 1
        return self.fault


class FaultInjector:
    """Decide for each message which fault, if any, strikes it; may be shared between threads."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._armed = [_Armed(fault) for fault in faults]
        self._messages = 0
        self._struck: list[StruckFault] = []

    def arm(self, *faults: Fault) -> None:
        """Add faults; their messages count from now."""
        with self._lock:
            self._armed.extend(_Armed(fault) for fault in faults)

    def disarm(self) -> None:
        """Forget every fault that has not struck yet."""
        with self._lock:
            self._armed.clear()

    def next_message(self, text: str = "") -> Fault | None:
        """Count a message and return the fault that strikes it; of several, the one armed first."""
        with self._lock:
            number = self._messages
            self._messages += 1
            due = [armed for armed in self._armed if armed.due(text)]
            if not due:
                return None
            fault = due[0].strike()
            self._struck.append(StruckFault(fault, number))
            return fault

    def strikes(self) -> tuple[StruckFault, ...]:
        """Return every fault carried out so far, in order."""
        with self._lock:
            return tuple(self._struck)


def corrupt(data: bytes, seed: int, *, keep: bytes = b"") -> bytes:
    """Return data with one bit wrong, the same for the same seed.

    Bytes in `keep`, such as terminators, are neither changed nor produced. Data that leave no choice
    come back unchanged.
    """
    choices = [
        (index, 1 << bit)
        for index, byte in enumerate(data)
        for bit in range(8)
        if byte not in keep and (byte ^ (1 << bit)) not in keep
    ]
    if not choices:
        return data
    index, bit = random.Random(f"{seed}:{len(data)}").choice(choices)
    return data[:index] + bytes([data[index] ^ bit]) + data[index + 1 :]
