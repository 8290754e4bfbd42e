"""Serial addresses that do not work, each in one sentence with a way out."""

from __future__ import annotations

import errno
import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.controller import Controller
from drivers.errors import ConnectionLost, InstrumentFault, NoAnswer, WrongInstrument
from protocols.wire import REPLY, Frame, FrameKind, FrameReader, encode_frame

from .emulated import QUICK, controller, emulator


def opened(url: str) -> None:
    Controller(url, retry_policy=QUICK).open()


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A TCP server that answers every piece of data with what `answer` makes of it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            caller, _ = server.accept()
            with caller:
                while data := caller.recv(4096):
                    caller.sendall(answer(data))

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_no_such_port() -> None:
    with pytest.raises(
        ConnectionLost, match=r"^controller at /dev/nothing: there is no such port \(.*plugged in.*\)"
    ):
        opened("/dev/nothing")


@pytest.mark.skipif(
    os.geteuid() == 0, reason="the superuser may open anything; run the tests as a normal user"
)
def test_no_permission(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch(mode=0)
    with pytest.raises(ConnectionLost, match=r"permission denied .*dialout"):
        opened(str(port))


def test_permission_is_explained_whoever_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int, mode: int = 0o777) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ConnectionLost, match=r"at /dev/ttyACM0: permission denied .*dialout.*log in again"):
        opened("/dev/ttyACM0")


def test_a_port_in_use() -> None:
    with (
        emulator("pty") as board,
        controller(board),
        pytest.raises(ConnectionLost, match=r"in use .*close that"),
    ):
        opened(board.url)


def test_a_second_caller_over_tcp_is_turned_away_and_the_first_goes_on() -> None:
    with emulator("tcp") as board, controller(board) as driver:
        with pytest.raises(ConnectionLost):
            opened(board.url)
        driver.read_gates()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionLost, match=r"nobody takes the call .*start it"):
        opened(f"socket://127.0.0.1:{port}")


@pytest.mark.parametrize("url", ["gopher://there", "socket://127.0.0.1"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InstrumentFault, match=r"address|cannot be opened") as caught:
        opened(url)
    assert caught.value.action


def test_a_line_that_echoes() -> None:
    with pytest.raises(WrongInstrument, match=r"does not speak the controller protocol .*echoes"):
        opened("loop://")


@pytest.mark.parametrize("words", [b"ERR: unknown command\r\n", b"ERR\r\n\x00", b"\x00"])
def test_an_instrument_that_speaks_another_language(words: bytes) -> None:
    with answering(lambda data: words) as url, pytest.raises(WrongInstrument, match="controller protocol"):
        opened(url)


def test_a_line_on_which_nothing_is_heard() -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    try:
        with pytest.raises(NoAnswer, match=r"no answer to HELLO within 0.2 s .*off, or it hangs\?"):
            opened(os.ttyname(theirs))
    finally:
        os.close(ours)
        os.close(theirs)


def test_firmware_of_another_version() -> None:
    def answer(data: bytes) -> bytes:
        hello = next(f for f in FrameReader().feed(data) if isinstance(f, Frame))
        assert hello.kind == FrameKind.HELLO
        return encode_frame(Frame(FrameKind.HELLO | REPLY, hello.session, hello.sequence, b"", version=2))

    with (
        answering(answer) as url,
        pytest.raises(WrongInstrument, match=r"it speaks version 2\); install the firmware"),
    ):
        opened(url)


def test_an_unplugged_board_is_noticed_by_a_reader_without_a_handle() -> None:
    """Adapters without a file handle, as on Windows, are read with pyserial's own timeouts."""
    with emulator("tcp") as board, controller(board, None) as driver:
        line = driver._session._line  # noqa: SLF001
        assert line is not None
        line._handle = None  # noqa: SLF001
        assert driver.held().cycles_done == 0
        assert [driver.held().deadman_s for _ in range(20)] == [2.0] * 20


def test_a_line_that_is_cut_while_it_is_opened_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened_ports: list[socket.socket] = []

    def cut(port: object) -> int:
        opened_ports.append(port._socket)  # type: ignore[attr-defined]  # noqa: SLF001
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr("drivers.controller.serial_line._handle_of", cut)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(ConnectionLost, match="it cannot be opened"),
    ):
        opened(f"socket://127.0.0.1:{server.getsockname()[1]}")
    assert [port.fileno() for port in opened_ports] == [-1]
