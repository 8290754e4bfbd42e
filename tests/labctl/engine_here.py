"""An engine in this process wherever the command line or a window would start one in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labctl.engine.guardian_lines import WatchBench
from labctl.engine.local import LocalEngine, Unguarded


class Unneeded(Unguarded):
    """Stands for a guardian of emulated benches: whatever happens to them, nobody is hurt."""

    def watch(self, bench: WatchBench) -> None:
        """Watch nothing."""


@pytest.fixture(autouse=True)
def engine_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start engines in threads; a test or module marked `system` has processes, as a user has."""
    if request.node.get_closest_marker("system") is not None:
        yield
        return
    made: list[LocalEngine] = []

    def launch(name: str | None = None, *, linger_s: float = 10.0, verbose: bool = False) -> LocalEngine:
        made.append(LocalEngine(name or f"here-{len(made)}", Unneeded()).start())
        return made[-1]

    monkeypatch.setattr("labctl.engine.client.launch", launch)
    yield
    for engine in made:
        engine.end()
