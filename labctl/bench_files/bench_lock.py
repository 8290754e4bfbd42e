"""One user of a bench at a time: a lock on each of its instruments, by address, for all of this computer.

Two programs that drive one board undo each other's work: whoever ends first switches its supply off. The
locks are the system's own (flock): they are let go when their process dies, however it dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from protocols.errors import InstrumentError
from protocols.messages import say

_FOLDER = "labctl-benches"
_HINT = say("wait until that has ended, or stop it first; 'labctl engines' lists what runs")


class BenchInUse(InstrumentError):
    """Somebody else has an instrument of the bench: `fact` says which and who, `who` names the process."""

    def __init__(self, name: str, address: str, who: str) -> None:
        self.who = who
        in_use = say("{address} is in use by {who}", address=address, who=who)
        self.fact = say("{instrument}: {problem}", instrument=name, problem=in_use)
        super().__init__(name, in_use, _HINT)


@contextmanager
def held(addresses: Mapping[str, str], user: str) -> Iterator[None]:
    """Keep a bench's instruments for this process; `user` says what for. A simulated bench is nobody's.

    addresses: of its instruments, each with a name of what is there (`BenchFile.addresses`). Raises
    BenchInUse, with nothing touched, when somebody else has one, and InstrumentError when no lock can be had.
    """
    with ExitStack() as locks:
        for address, name in addresses.items():
            locks.enter_context(_locked(name, address, user))
        yield


def check_free(addresses: Mapping[str, str]) -> None:
    """Raise InstrumentError when somebody else uses an instrument at one of these addresses."""
    with held(addresses, "a preflight check"):
        pass


@contextmanager
def _locked(name: str, address: str, user: str) -> Iterator[None]:
    folder = Path(tempfile.gettempdir()) / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid == os.getuid():
            folder.chmod(0o1777)  # whoever uses this computer
        path = folder / hashlib.sha256(address.encode()).hexdigest()[:16]
        handle = _opened(path)
    except OSError as error:
        raise InstrumentError(
            name,
            say("nobody can be kept from using it meanwhile: {error}", error=error),
            say("make {folder} writable", folder=folder),
        ) from error
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        if os.fstat(handle).st_uid == os.getuid():
            os.fchmod(handle, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = file.read().strip() or "another program"
            raise BenchInUse(name, address, who) from None
        _sign(handle, f"{user} (process {os.getpid()})")
        try:
            yield
        finally:
            _sign(handle, "")


def _sign(handle: int, who: str) -> None:
    """Write into a lock's file who has it; on a full disk it is a lock all the same."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, who.encode(), 0)


def _opened(path: Path) -> int:
    """Open a lock's file, made when missing.

    Linux refuses O_CREAT for another user's file in a folder that all may write, root's opening, too.
    """
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        pass
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:  # somebody was quicker
        return os.open(path, os.O_RDWR)
