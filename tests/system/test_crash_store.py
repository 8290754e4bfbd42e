"""A run on disk survives kill -9, a full disk and a folder that cannot be written.

LABCTL_KILLS=200 in the environment kills more often than the half dozen of every day.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray

from labctl.store import LiveReader, live, marker, open_run
from labctl.store.events import read_events
from labctl.store.recovery import find_orphans
from protocols.errors import DataError

pytestmark = [pytest.mark.system, pytest.mark.slow]
EXAMPLE = Path(__file__).parents[2] / "examples" / "xor.toml"
KILLS = int(os.environ.get("LABCTL_KILLS", "6"))
LABCTL = [sys.executable, "-c", "from labctl.cli import main; main()"]
CYCLES = 400_000
TRAINING = ["--imperfections", "harsh", "--seed", "2", "--set", f"training.cycles={CYCLES}", "--no-figures"]


def labctl(*words: object) -> subprocess.CompletedProcess[str]:
    command = [*LABCTL, *(str(w) for w in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def start(out: Path, *words: str, **options: object) -> subprocess.Popen[str]:
    command = [*LABCTL, "run", str(EXAMPLE), *TRAINING, "--out", str(out), "--json", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def folder_of(out: Path, process: subprocess.Popen[str]) -> Path:
    """Wait until the run has a folder of its own."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = list(out.glob(f"*/*/{marker.NAME}"))
        if found:
            return found[0].parent
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    pytest.fail("the run did not start")


def kill_engine(folder: Path, process: subprocess.Popen[str]) -> None:
    """Kill -9 the engine that runs in a folder, and see its client out."""
    owner = marker.read_marker(folder)
    assert owner is not None
    os.kill(owner.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    while owner.is_alive():
        time.sleep(0.01)


def committed_cycles(folder: Path) -> int:
    """Return what a bystander can read at this moment."""
    try:
        with LiveReader(folder) as reader:
            return reader.extent().cycles
    except DataError:  # not made yet, or stored and gone
        return 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> xarray.Dataset:
    """The run nobody killed."""
    out = tmp_path_factory.mktemp("whole")
    done = labctl("run", EXAMPLE, *TRAINING, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return open_run(Path(json.loads(done.stdout)["path"]))


def assert_same(found: xarray.Dataset, whole: xarray.Dataset, cycles: int, rounds: int) -> None:
    """Hold everything recorded, up to so many cycles and rounds, against the run nobody killed."""
    lengths = {"cycle": cycles, "round": rounds, "snapshot": found.sizes["snapshot"]}
    for name in set(found.variables) - {"wall_time"}:
        values, expected = found[name].values, whole[name].values
        expected = expected[: lengths.get(found[name].dims[0], len(expected))]
        assert values.shape == expected.shape, name
        same = (
            (values == expected).all() if values.dtype == object else values.tobytes() == expected.tobytes()
        )
        assert same, f"{name} differs"


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_a_random_moment_no_committed_row_is_lost(
    tmp_path: Path, whole: xarray.Dataset, number: int
) -> None:
    moment = random.Random(number).uniform(0.0, 3.0)
    with start(tmp_path) as process:
        folder = folder_of(tmp_path, process)
        deadline, seen = time.monotonic() + moment, 0
        while time.monotonic() < deadline and process.poll() is None:
            seen = max(seen, committed_cycles(folder))
            time.sleep(0.02)
        if process.poll() is None and (folder / marker.NAME).exists():
            kill_engine(folder, process)
    if process.returncode == 0:  # it was quicker
        assert_same(open_run(folder), whole, CYCLES, whole.sizes["round"])
        return
    if (folder / live.NAME).exists():
        assert committed_cycles(folder) >= seen
    assert find_orphans(tmp_path) == [folder]

    done = labctl("runs", "recover", "--all", "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["recovered"]
    assert told["cycles"] >= seen
    assert told["damaged_blocks"] == 0
    assert find_orphans(tmp_path) == []
    if (folder / "run.nc").exists():
        assert_same(open_run(folder), whole, told["cycles"], open_run(folder).sizes["round"])
    if told["resumable"] and number % 3 == 0:
        done = labctl("runs", "resume", folder, "--out", tmp_path, "--json", "--no-figures")
        assert done.returncode == 0, done.stderr
        assert_same(open_run(folder), whole, CYCLES, whole.sizes["round"])
        assert not (folder / live.NAME).exists()


def test_a_new_run_tells_in_one_line_of_the_one_that_was_cut_short(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        kill_engine(folder_of(tmp_path, process), process)
    short = ("--set", "training.cycles=100", "--no-figures", "--out", tmp_path)
    done = labctl("run", EXAMPLE, *short)
    assert done.returncode == 0
    (line,) = [text for text in done.stderr.splitlines() if "cut short" in text]
    assert "labctl runs recover" in line
    assert "100 cycles" in done.stderr
    assert "at most" in done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def assert_clear(stderr: str, *parts: str) -> None:
    """Hold that a person is told what happened, once, without a traceback."""
    assert "Traceback" not in stderr
    told = [line for line in stderr.splitlines() if line.startswith("labctl:")]
    assert len(told) == 1, stderr
    for part in parts:
        assert part.lower() in told[0].lower()


def test_a_disk_that_fills_up_ends_the_run_safe_with_what_was_committed(
    small_disk: Path, whole: xarray.Dataset
) -> None:
    rows = ("--set", "record.cycle_rows=100000")
    with start(small_disk, *rows) as process:
        folder = folder_of(small_disk, process)
        while (seen := committed_cycles(folder)) == 0 and process.poll() is None:
            time.sleep(0.02)
        free = shutil.disk_usage(small_disk).free
        with (small_disk / "filler").open("wb", buffering=0) as filler:
            filler.write(bytes(free - 40_000))
            stdout, stderr = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("the run was over before the disk was full")
    assert process.returncode == 1
    assert json.loads(stdout)["exit_code"] == 1
    assert_clear(stderr, "nothing more can be stored", "make room, then run 'labctl runs recover")
    assert read_events(folder)[-1]["what"] in ("run fault", "run safe")
    done = labctl("runs", "recover", folder)
    assert done.returncode == 1
    assert_clear(done.stderr, "nothing more can be stored: no space left on device")
    (small_disk / "filler").unlink()
    kept = committed_cycles(folder)
    assert kept >= seen > 0
    done = labctl("runs", "recover", folder)
    assert done.returncode == 0, done.stderr
    run = open_run(folder)
    stride = int(run["cycle"].values[1])
    assert run.sizes["cycle"] == len(range(0, kept, stride))
    np.testing.assert_array_equal(run["cycle_start"], whole["cycle_start"].values[:kept:stride])


def test_a_file_size_limit_is_a_full_disk_too(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000_000, 12_000_000))

    with start(tmp_path, preexec_fn=limit) as process:
        folder = folder_of(tmp_path, process)
        seen = 0
        while process.poll() is None:
            seen = max(seen, committed_cycles(folder))
            time.sleep(0.02)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert_clear(stderr, "nothing more can be stored", "labctl runs resume")
    assert read_events(folder)[-1]["what"] == "run safe"
    run = open_run(folder)
    assert run.attrs["status"] == "failed"
    assert run.sizes["cycle"] >= seen > 0
    done = labctl("runs", "resume", folder, "--json", "--no-figures")
    assert done.returncode == 0, done.stderr
    whole = open_run(folder)
    assert whole.sizes["cycle"] == CYCLES
    np.testing.assert_array_equal(whole["cycle_start"][: run.sizes["cycle"]], run["cycle_start"])


def test_too_small_a_disk_is_refused_before_anything_moves(small_disk: Path) -> None:
    with start(small_disk, "--set", "training.cycles=1500000") as process:
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert_clear(stderr, "the run may need", "are free here", "choose another --out")
    assert list(small_disk.iterdir()) == []


def test_a_read_only_folder_is_told_before_anything_moves(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = labctl("run", EXAMPLE, "--out", small_disk, "--set", "training.cycles=100", "--no-figures")
    assert done.returncode == 1
    assert_clear(done.stderr, "read-only file system", "choose another --out")
