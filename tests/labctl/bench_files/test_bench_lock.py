"""A bench is used by one at a time: the second is refused in words before anything is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labctl.bench_files import bench_lock
from labctl.bench_files.load import load_bench
from protocols.errors import InstrumentError

SUPPLY = "TCPIP0::127.0.0.1::9::SOCKET"
BENCH = {"Dev9": "daq", SUPPLY: "supply"}
HOLDING = """
from labctl.bench_files import bench_lock
with bench_lock.held({bench!r}, "run 'night'"):
    print("held", flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_the_second_user_is_refused_and_told_who_the_first_is() -> None:
    with bench_lock.held(BENCH, "run 'night' of engine a"):
        with pytest.raises(InstrumentError, match="Dev9 is in use by run 'night' of engine a"):
            bench_lock.check_free(BENCH)
        other = {SUPPLY: "supply"}
        with (
            pytest.raises(InstrumentError, match=r"supply: TCPIP0.* stop it first"),
            bench_lock.held(other, "b"),
        ):
            pass
        elsewhere = {"TCPIP0::127.0.0.1::10::SOCKET": "supply"}
        bench_lock.check_free(elsewhere)
    bench_lock.check_free(BENCH)


def test_a_simulated_bench_is_nobodys() -> None:
    assert load_bench("sim", None, 0).file.addresses() == {}
    with bench_lock.held({}, "a"):
        bench_lock.check_free({})


def test_a_user_that_is_killed_lets_go() -> None:
    command = [sys.executable, "-c", HOLDING.format(bench=BENCH)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InstrumentError, match=rf"in use by run 'night' \(process {other.pid}\)"):
            bench_lock.check_free(BENCH)
        other.kill()
        other.wait()
        bench_lock.check_free(BENCH)


def test_another_users_lock_is_opened_as_it_is_and_only_a_missing_one_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench_lock.check_free(BENCH)
    really, ways = os.open, []

    def opened(path: object, flags: int, *rest: object) -> int:
        ways.append(flags)
        if flags & os.O_CREAT:  # what Linux says for another user's file in a folder for all
            raise PermissionError(13, "Permission denied")
        return really(path, flags, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", opened)
        bench_lock.check_free(BENCH)
        assert ways == [os.O_RDWR] * 2
        ways.clear()
        new = {"socket://127.0.0.1:1": "supply"}
        with pytest.raises(InstrumentError, match="Permission denied"):
            bench_lock.check_free(new)
        assert ways == [os.O_RDWR, os.O_RDWR | os.O_CREAT | os.O_EXCL]


def test_a_lock_that_somebody_made_a_moment_before_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    really, ways = os.open, []

    def opened(path: object, flags: int, *rest: object) -> int:
        ways.append(flags)
        if flags & os.O_CREAT:
            os.close(really(path, flags, *rest))
        return really(path, flags, *rest)

    supply = {SUPPLY: "supply"}
    monkeypatch.setattr(os, "open", opened)
    bench_lock.check_free(supply)
    assert ways == [os.O_RDWR, os.O_RDWR | os.O_CREAT | os.O_EXCL, os.O_RDWR]
