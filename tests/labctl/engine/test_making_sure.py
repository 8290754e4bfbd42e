"""What an engine says when its guardian had to try too: what a person must do comes first."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from labctl.engine import process
from labctl.engine.places import Place
from labctl.engine.process import Engine


def test_a_bench_that_may_not_be_safe_is_told_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Watch:
        """Stands where the guardian's line would be."""

        watching, pid = True, 0

        def make_safe(self, reason: str, limit_s: float) -> dict[str, object]:
            return {"safe": False, "problem": "no answer"}

        def release(self) -> None:
            """Let go."""

    monkeypatch.setattr(process, "Watch", Watch)
    engine = Engine(Place(tmp_path), linger_s=1.0, verbose=False)
    try:
        engine._now.session = object()  # noqa: SLF001
        engine._now.result = {"error": {"text": "controller: the connection broke"}}  # noqa: SLF001
        engine._make_sure(SimpleNamespace(energises=True))  # noqa: SLF001
        told = engine._now.result["error"]["text"]  # noqa: SLF001
        assert told.startswith("THE BENCH MAY NOT BE SAFE, switch its supply off by hand: no answer; contr")
    finally:
        engine._server.close()  # noqa: SLF001
