"""However a run on instruments ends, they hold the safe state: read inside the emulators, not asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.crash import LABCTL, child_of, emulated
from labctl.bench_files import bench_lock
from labctl.bench_files.load import load_bench
from labctl.emulation import EmulatedBench
from labctl.engine.client import EngineClient
from labctl.engine.errors import EngineRefused
from labctl.engine.snapshot import Snapshot
from labctl.runs.request import RunRequest
from labctl.store.events import read_events
from labctl.store.recovery import recover
from protocols.engine import RunState
from sim_backend.emulators.faults import Fault, FaultKind

from .. import timing

pytestmark = [pytest.mark.system, pytest.mark.slow]
EXAMPLE = Path(__file__).parents[2] / "examples" / "xor.toml"
GUARDIAN_S, DEADMAN_S = 1.0, 2.0
ENDLESS = ("training.cycles=3000000", "record.rounds=8", "record.cycle_rows=3000000")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmulatedBench, Path]]:
    with emulated(tmp_path_factory.mktemp("rig")) as (bench, file):
        yield bench, file


@pytest.fixture
def bench(rig: tuple[EmulatedBench, Path]) -> Iterator[EmulatedBench]:
    assert rig[0].unsafe() == []
    yield rig[0]
    for injector in (rig[0].controller.faults, rig[0].supply.faults):
        injector.disarm()


@pytest.fixture(scope="module")
def shared() -> Iterator[EngineClient]:
    """An engine for the endings that it survives."""
    with EngineClient.start(who="test") as client:
        yield client
        client.quit_engine()


@pytest.fixture
def mortal() -> Iterator[EngineClient]:
    """An engine of one's own, to be killed."""
    with EngineClient.start(who="test") as client:
        yield client
        if client.place.is_alive():
            os.kill(client.pid, signal.SIGKILL)


@pytest.fixture
def begin(rig: tuple[EmulatedBench, Path], tmp_path: Path) -> Callable[..., None]:
    """Start a run on the emulated bench and wait until it trains and something is energised."""

    def started(client: EngineClient, *keys: str) -> None:
        timing.wait_for(lambda: is_free(rig[1]))  # the user before, or its guardian, may not have left yet
        asked = RunRequest(EXAMPLE, str(rig[1]), out=tmp_path, overrides=keys or ENDLESS, figures=False)
        before = rig[0].unsafe()
        sheet = client.preflight(asked)
        assert sheet.report.energises
        assert rig[0].unsafe() == before  # checking moves nothing, also what somebody has left on
        client.start_run(sheet)
        wait_for(client, lambda s: s.cycle > 0)
        if not keys:
            assert rig[0].unsafe() != []

    return started


def is_free(bench_file: Path) -> bool:
    try:
        bench_lock.check_free(load_bench(str(bench_file), None, 0).file.addresses())
    except bench_lock.BenchInUse:
        return False
    return True


def wait_for(client: EngineClient, true: Callable[[Snapshot], bool], timeout_s: float = 60.0) -> Snapshot:
    deadline = time.monotonic() + timeout_s
    while not true(snapshot := client.snapshot()):
        assert time.monotonic() < deadline, snapshot
        assert not snapshot.problem, snapshot.problem
        time.sleep(0.005)
    return snapshot


def safe_within(bench: EmulatedBench, limit_s: float, *, board_alone: bool = False) -> None:
    """Hold that the emulators are safe before the limit, and stay so."""
    deadline = time.monotonic() + limit_s
    while True:
        wrong = [w for w in bench.unsafe() if not (board_alone and w.startswith("supply"))]
        if not wrong:
            return
        assert time.monotonic() < deadline, wrong
        time.sleep(0.002)


def test_a_run_that_completes(bench: EmulatedBench, shared: EngineClient, begin: Callable[..., None]) -> None:
    begin(shared, "training.cycles=500", "record.rounds=4")
    assert shared.wait(timeout_s=60).state is RunState.SAFE
    assert bench.unsafe() == []


@pytest.mark.parametrize("verb", ["stop", "abort", "emergency_off"])
def test_stop_abort_and_emergency_off(
    bench: EmulatedBench, shared: EngineClient, begin: Callable[..., None], verb: str
) -> None:
    begin(shared)
    getattr(shared, verb)()
    safe_within(bench, 1.0 + timing.STALL_S)
    assert shared.wait(timeout_s=60).state is RunState.SAFE
    assert bench.unsafe() == []


def test_a_pause_longer_than_the_dead_man_time_goes_on_and_ends_safe(
    bench: EmulatedBench, shared: EngineClient, begin: Callable[..., None]
) -> None:
    begin(shared)
    shared.pause()
    paused = wait_for(shared, lambda s: s.state is RunState.PAUSED)
    time.sleep(DEADMAN_S + 0.5)
    shared.resume()
    wait_for(shared, lambda s: s.cycle > paused.cycle)
    shared.stop()
    assert str(shared.wait(timeout_s=60).outcome) == "stopped"
    assert bench.unsafe() == []


@pytest.mark.parametrize(
    ("instrument", "kind"),
    [
        ("controller", FaultKind.DISCONNECT),
        ("controller", FaultKind.TIMEOUT),
        ("supply", FaultKind.DISCONNECT),
    ],
)
def test_an_instrument_unplugged(
    bench: EmulatedBench,
    shared: EngineClient,
    begin: Callable[..., None],
    instrument: str,
    kind: FaultKind,
) -> None:
    begin(shared)
    injector = getattr(bench, instrument).faults
    injector.arm(Fault(kind, at=0, count=60 if kind is FaultKind.TIMEOUT else 1))
    if instrument == "supply":  # it is spoken to again when the run ends
        shared.stop()
    timing.wait_for(lambda: shared.snapshot().is_over)
    snapshot = shared.snapshot()
    safe_within(bench, DEADMAN_S + timing.STALL_S)
    if instrument == "controller":
        assert snapshot.problem
        with pytest.raises(EngineRefused):
            shared.result()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_engine(
    bench: EmulatedBench, mortal: EngineClient, begin: Callable[..., None], number: int
) -> None:
    begin(mortal)
    os.kill(mortal.pid, number)
    safe_within(bench, 1.0 + timing.STALL_S)


def test_kill_9_of_the_engine(
    bench: EmulatedBench, mortal: EngineClient, begin: Callable[..., None], tmp_path: Path
) -> None:
    begin(mortal)
    os.kill(mortal.pid, signal.SIGKILL)
    safe_within(bench, GUARDIAN_S + timing.STALL_S)
    (folder,) = tmp_path.glob("*/*/")
    time.sleep(0.3)
    told = read_events(folder)[-1]
    assert (told["what"], told["safe"]) == ("bench made safe by the guardian", True)
    assert {part["name"] for part in told["parts"]} == {"board", "supply", "meter"}
    assert "the guardian made the bench safe within" in recover(folder).reason


def test_kill_9_of_engine_and_guardian_leaves_it_to_the_dead_man_timer(
    bench: EmulatedBench, mortal: EngineClient, shared: EngineClient, begin: Callable[..., None]
) -> None:
    begin(mortal)
    os.kill(child_of(mortal.pid), signal.SIGKILL)
    os.kill(mortal.pid, signal.SIGKILL)
    safe_within(bench, DEADMAN_S + timing.STALL_S, board_alone=True)
    begin(shared, "training.cycles=500", "record.rounds=4")  # the next run finds the bench in order
    shared.wait(timeout_s=60)
    assert bench.unsafe() == []


def test_an_engine_that_hangs_is_replaced_by_the_guardian(
    bench: EmulatedBench, mortal: EngineClient, begin: Callable[..., None]
) -> None:
    begin(mortal)
    os.kill(mortal.pid, signal.SIGSTOP)
    safe_within(bench, DEADMAN_S + timing.STALL_S, board_alone=True)  # the board by itself
    safe_within(bench, 8.0)  # the guardian, supply and all
    assert not mortal.place.is_alive()


def test_a_guardian_that_dies_is_replaced(
    bench: EmulatedBench, mortal: EngineClient, begin: Callable[..., None]
) -> None:
    begin(mortal)
    first = child_of(mortal.pid)
    os.kill(first, signal.SIGKILL)
    wait_for(mortal, lambda s: s.guardian.pid not in (0, first) and s.guardian.watching)
    os.kill(mortal.pid, signal.SIGKILL)
    safe_within(bench, GUARDIAN_S + timing.STALL_S)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, "completed"), (signal.SIGHUP, "stopped")])
def test_a_client_that_is_killed_changes_nothing_and_one_whose_window_closes_stops(
    rig: tuple[EmulatedBench, Path], bench: EmulatedBench, tmp_path: Path, number: int, status: str
) -> None:
    keys = ("training.cycles=12000", "record.rounds=4")
    command = [sys.executable, "-c", "from labctl.cli import main; main()", "run", str(EXAMPLE), "--yes"]
    command += ["--bench", str(rig[1]), "--out", str(tmp_path), "--no-figures", "--json"]
    with subprocess.Popen([*command, *(f"--set={k}" for k in keys)], stdout=subprocess.PIPE) as client:
        timing.wait_for(bench.unsafe)
        client.send_signal(number)
        client.communicate(timeout=60)
    (folder,) = tmp_path.glob("*/*/")
    timing.wait_for(lambda: not (folder / "running.json").exists())
    assert bench.unsafe() == []
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["status"] == status


@pytest.mark.parametrize("words", [("bench", "check"), ("run", str(EXAMPLE), "--yes", "--bench")])
def test_a_second_user_of_the_bench_is_refused_and_the_run_goes_on(
    rig: tuple[EmulatedBench, Path],
    bench: EmulatedBench,
    shared: EngineClient,
    begin: Callable[..., None],
    words: tuple[str, ...],
) -> None:
    begin(shared)
    second = subprocess.run(
        [*LABCTL, *words, str(rig[1])], capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode != 0
    assert "is in use by run 'xor' of engine" in second.stderr
    reached = shared.snapshot().cycle
    wait_for(shared, lambda s: s.cycle > reached)
    shared.stop()
    assert str(shared.wait(timeout_s=60).outcome) == "stopped"
    assert bench.unsafe() == []


def test_a_calibration_that_is_killed(
    rig: tuple[EmulatedBench, Path], bench: EmulatedBench, tmp_path: Path
) -> None:
    words = [
        "calibrate",
        "learning-rate",
        "--bench",
        str(rig[1]),
        "--store",
        str(tmp_path),
        "--yes",
        "--no-figures",
    ]
    work = subprocess.Popen([*LABCTL, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not bench.unsafe():
        assert work.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    work.kill()
    work.wait()
    safe_within(bench, GUARDIAN_S + timing.STALL_S)
