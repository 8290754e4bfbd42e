"""Settings for every test: no window, no screen, no deadline for a single hypothesis example."""

import inspect
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from .leftovers import Held, left_behind

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

# The first example of a test may compile the plant, and CI machines stall: time is pytest-timeout's job.
hypothesis.settings.register_profile("labctl", deadline=None, database=None)
hypothesis.settings.load_profile("labctl")

# Files whose tests start processes and draw come first: a slow one at the end would keep one worker alone.
_FIRST = ("labctl", "system")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the contract tests run on a real bench: pytest tests/contract --bench BENCH.toml."""
    parser.addoption(
        "--bench", metavar="BENCH.toml", help="hold this bench, too, to the contract of all benches"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` starts: one more than cores, for tests wait for their processes."""
    return (os.cpu_count() or 1) + 1


# What a person waits for while working: pure rules, the plant, the store, panels without processes.
_FAST = (
    "protocols",
    "sim_backend/emulators",
    "sim_backend/test_board.py",
    "sim_backend/test_edge_law.py",
    "sim_backend/test_imperfections.py",
    "sim_backend/test_learning_ode.py",
    "labctl/analysis",
    "labctl/bench_files",
    "labctl/experiment/test_experiment_files.py",
    "labctl/gui/panels/test_without_an_engine.py",
    "labctl/gui/state",
    "labctl/gui/widgets",
    "labctl/store",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is fast, and put the slow folders first; within a folder the order stays."""
    tests = Path(__file__).parent
    for item in items:
        file = item.path.relative_to(tests).as_posix()
        long = any(item.get_closest_marker(name) for name in ("slow", "system"))
        if not long and any(file == part or file.startswith(f"{part}/") for part in _FAST):
            item.add_marker("fast")

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(tests).parts[0]
        return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give this process and those it starts a folder of their own for temporary files."""
    tmp_path_factory.getbasetemp()  # pytest's own stays where it is
    folder = Path(tempfile.mkdtemp(prefix="lt-"))  # short, for sockets may lie in it
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        (
            folder / "labctl-benches"
        ).mkdir()  # locks of benches: the folder outlives every program that uses it
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def runtime_folder(temporary_folder: Path) -> Iterator[Path]:
    """Keep a file's engines apart from the user's and other files'; those that linger are ended."""
    before = Held.now(temporary_folder, whole=True)
    folder = Path(tempfile.mkdtemp(prefix="e"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABCTL_RUNTIME_DIR", str(folder))
        yield folder
        if any(folder.iterdir()):
            _end_engines()
    shutil.rmtree(folder, ignore_errors=True)
    left = left_behind(before, temporary_folder, whole=True)
    assert not left, f"the tests of this file left behind: {left}"


def _end_engines() -> None:
    """End the engines of the runtime folder that wait for another client."""
    from labctl.engine.places import engines

    for place in engines():
        process = place.process()
        if process is not None and process.is_alive():
            os.kill(process.pid, signal.SIGTERM)


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest, temporary_folder: Path) -> Iterator[None]:
    """Fail a test that leaves a thread, a child process, a socket or a temporary file behind.

    What fixtures of a wider scope hold, and may start meanwhile, is looked for when the file ends.
    """
    if _has_wider_fixtures(request):
        yield
        return
    before = Held.now(temporary_folder, whole=False)
    yield
    left = left_behind(before, temporary_folder, whole=False)
    assert not left, f"the test left behind: {left}"


def _has_wider_fixtures(request: pytest.FixtureRequest) -> bool:
    """Tell whether the test uses a fixture of these tests that outlives it and has something to end."""
    ours = {"temporary_folder", "runtime_folder"}
    found = request.node._fixtureinfo.name2fixturedefs  # noqa: SLF001
    return any(
        one.scope != "function" and inspect.isgeneratorfunction(one.func) and one.baseid.startswith("tests")
        for name, definitions in found.items()
        for one in definitions[-1:]
        if name not in ours
    )
