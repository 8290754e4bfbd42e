"""Where engines are found: a folder per engine with its socket, its key and who it is.

The folders lie in $LABCTL_RUNTIME_DIR, else in the user's runtime folder, else in /tmp under the user's
number; only the user may enter. The key (mode 0600) is what a client must know.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import asdict, dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Protocol

from labctl.engine.errors import EngineGone
from labctl.store.marker import Process
from protocols.errors import ConfigError, DataError
from protocols.messages import say

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SOCKET_CHARACTERS = 100  # the system takes about 107


class EngineLine(Protocol):
    """A client's line to an engine: one request, one answer, as bytes."""

    def exchange(self, blob: bytes, timeout_s: float) -> bytes:
        """Send a request and return the answer. Raises TimeoutError, OSError or EOFError."""

    def close(self) -> None:
        """Hang up."""


class EngineAddress(Protocol):
    """Where an engine can be reached: `EnginePlace` for one in a process of its own."""

    @property
    def name(self) -> str:
        """Return the engine's name."""

    def connect(self) -> EngineLine:
        """Return a new line to it. Raises OSError or EOFError, or EngineGone when it does not let us in."""

    def process(self) -> Process | None:
        """Return the engine's process; None when it is not known or there is none."""

    def notes(self) -> Path | None:
        """Return where its guardian notes what it did when no run was under way; None where it has none."""

    def last_error(self) -> str:
        """Return the last line an engine that broke down has written, empty when there is none."""


class SocketLine:
    """A line to an engine over its socket."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exchange(self, blob: bytes, timeout_s: float) -> bytes:
        """Send a request and return the answer. Raises TimeoutError, OSError or EOFError."""
        self._connection.send_bytes(blob)
        if not self._connection.poll(timeout_s):
            raise TimeoutError
        return self._connection.recv_bytes()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@dataclass(frozen=True)
class EnginePlace:
    """The folder of one engine."""

    folder: Path

    @property
    def name(self) -> str:
        """Return the engine's name."""
        return self.folder.name

    @property
    def socket(self) -> str:
        """Return the address clients connect to."""
        return str(self.folder / "socket")

    @property
    def log(self) -> Path:
        """Return the file with what the engine wrote to its standard output and error."""
        return self.folder / "engine.log"

    def key(self) -> bytes:
        """Return the key a client must know. Raises EngineGone when the engine has left."""
        try:
            return (self.folder / "key").read_bytes()
        except OSError as error:
            raise EngineGone(
                say("engine {name}: {error}; see 'labctl engines'", name=self.name, error=error.strerror)
            ) from None

    def process(self) -> Process | None:
        """Return the engine's process; None before it is up or when its note cannot be read."""
        try:
            return Process(**json.loads((self.folder / "process.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def notes(self) -> Path | None:
        """Return where its guardian notes what it did when no run was under way."""
        return self.folder

    def is_alive(self) -> bool:
        """Tell whether the engine's process runs."""
        process = self.process()
        return process is not None and process.is_alive()

    def last_error(self) -> str:
        """Return the last line an engine that broke down has written, empty when there is none."""
        try:
            lines = self.log.read_text("utf-8", "replace").split("Traceback", 1)[1].strip().splitlines()
        except (OSError, IndexError):
            return ""
        return lines[-1][:200]

    def connect(self) -> EngineLine:
        """Return a new line to the engine. Raises OSError or EOFError, or EngineGone for a wrong key."""
        try:
            return SocketLine(Client(self.socket, "AF_UNIX", authkey=self.key()))
        except AuthenticationError as error:
            raise EngineGone(
                say("engine {name} does not let us in: its key has changed", name=self.name)
            ) from error

    def settle(self) -> bytes:
        """Note the calling process as the engine here, with a fresh key; return the key."""
        key = secrets.token_hex(32).encode("ascii")
        handle = os.open(self.folder / "key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        part = self.folder / "process.json.part"
        part.write_text(json.dumps(asdict(Process.current())) + "\n", "utf-8")
        part.replace(self.folder / "process.json")
        return key

    def leave(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def root() -> Path:
    """Return the folder of all engines of this user, made when missing; DataError if it is not ours."""
    given = os.environ.get("LABCTL_RUNTIME_DIR")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if given:
        place = Path(given)
    elif runtime and Path(runtime).is_dir():
        place = Path(runtime) / "labctl"
    else:
        place = Path(tempfile.gettempdir()) / f"labctl-{os.getuid()}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            say("{place}: engines cannot be reached here: {error}", place=place, error=error.strerror)
        ) from None
    status = place.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise DataError(
            say("{place}: is not yours alone; set LABCTL_RUNTIME_DIR to a folder that is", place=place)
        )
    return place


def new_place(name: str | None = None) -> EnginePlace:
    """Make the folder of an engine about to start. Raises ConfigError for a bad name or a taken one."""
    if name is None:
        name = f"e{os.getpid()}-{secrets.token_hex(2)}"
    if not NAME.fullmatch(name):
        raise ConfigError(
            say("is no engine name"), key="name", value=name, allowed=say("a-z, 0-9 and -, at most 32")
        )
    place = EnginePlace(root() / name)
    if len(place.socket) > _SOCKET_CHARACTERS:
        raise ConfigError(say("is too long a path"), key="LABCTL_RUNTIME_DIR", value=str(place.folder.parent))
    if place.folder.exists():
        if place.is_alive():
            raise ConfigError(say("an engine of this name is running"), key="name", value=name)
        place.leave()
    place.folder.mkdir(mode=0o700)
    return place


def engines() -> list[EnginePlace]:
    """Return the engines that run, oldest first; folders of dead ones are cleared away."""
    found = []
    for folder in sorted((f for f in root().iterdir() if f.is_dir()), key=lambda f: f.stat().st_mtime):
        place = EnginePlace(folder)
        if place.is_alive():
            found.append(place)
        elif place.process() is not None:
            place.leave()
    return found


def find_engine(name: str | None = None) -> EnginePlace:
    """Return the engine of this name, or the only one there is. Raises ConfigError."""
    running = engines()
    if name is None and len(running) == 1:
        return running[0]
    for place in running:
        if place.name == name:
            return place
    names = ", ".join(p.name for p in running) or say("none is running")
    what = say("no such engine") if name is not None else say("say which engine")
    raise ConfigError(what, key="engine", value=name, allowed=say("running: {names}", names=names))
