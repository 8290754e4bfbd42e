"""The engine's end of the connection: a thread lets clients in, one thread each answers them.

A client that hangs, half-way through saying who it is or while an answer is on its way, holds up its own
thread and nobody else's.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from typing import Any

import structlog

from labctl.engine.codec import decode, encode
from labctl.engine.errors import Failure
from labctl.engine.messages import MAX_BYTES, Answer, AnyRequest, Introduce, Request
from protocols.errors import LabError, ProtocolError
from protocols.messages import say

MOST_CLIENTS = 32
_LONGEST_NAME = 40  # of a client, in letters
WATCHED_FOR_S = 2.0  # a client that has asked within this time is watching

Answering = Callable[[Request[Any], str], object]
log = structlog.get_logger(__name__)


class Server:
    """Lets clients in at a socket and has their requests answered.

    `answering` gets the request and who asks; it runs in that client's thread and must not take long.
    """

    def __init__(self, address: str, answering: Answering) -> None:
        self._answering = answering
        self._listener = Listener(address, "AF_UNIX", backlog=MOST_CLIENTS)
        self._lock = threading.Lock()
        self._heard: dict[int, float] = {}  # by thread: when its client last asked something
        self._last_heard = time.monotonic()
        self._served = False
        self._key = b""

    def start(self, key: bytes) -> None:
        """Let clients in that know the key."""
        self._key = key
        threading.Thread(target=self._accept, name="clients", daemon=True).start()

    def watchers(self) -> int:
        """Return how many clients have asked something lately."""
        now = time.monotonic()
        with self._lock:
            return sum(now - heard < WATCHED_FOR_S for heard in self._heard.values())

    def attached(self) -> int:
        """Return how many clients are connected."""
        with self._lock:
            return len(self._heard)

    def unwatched_s(self) -> float:
        """Return for how long no client has asked anything."""
        return time.monotonic() - self._last_heard

    def close(self) -> None:
        """Let nobody in any more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:  # closed
                return
            if self.attached() >= MOST_CLIENTS:
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), name="client", daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        me, who = threading.get_ident(), "user"
        try:
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            with self._lock:
                self._heard[me] = time.monotonic()
            while True:
                blob = connection.recv_bytes(MAX_BYTES)
                self._last_heard = self._heard[me] = time.monotonic()
                answer, who = answered(self._answering, blob, who)
                connection.send_bytes(answer)
        except AuthenticationError:
            log.warning("a client did not know the key and was not let in")
        except (OSError, EOFError, LabError) as gone:
            log.debug("a client left", who=who, how=type(gone).__name__)
        finally:
            with self._lock:
                self._heard.pop(me, None)
            with contextlib.suppress(OSError):
                connection.close()


def answered(answering: Answering, blob: bytes, who: str) -> tuple[bytes, str]:
    """Return the packed answer to a packed request, or the packed failure; and who asks from now on."""
    try:
        request: Request[Any] = decode(blob, AnyRequest)
    except LabError as error:
        return encode(Answer(failure=_not_understood(error))), who
    if isinstance(request, Introduce):
        who = request.who[:_LONGEST_NAME]
    try:
        return encode(Answer(answering(request, who))), who
    except LabError as error:
        return encode(Answer(failure=Failure.of(error))), who
    except Exception as error:  # a defect of ours ends one answer, not the engine
        log.error("a request failed", ask=type(request).__name__, exc_info=True)
        return encode(Answer(failure=Failure.of(error))), who


def _not_understood(error: LabError) -> Failure:
    told = say("an engine of this version cannot be asked for this ({why})", why=error.message)
    return Failure.of(ProtocolError(told))
