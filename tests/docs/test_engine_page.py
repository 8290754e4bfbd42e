"""docs/engine-process.md: its table has every request with its answer, its example runs."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import pytest

from labctl.engine import messages
from labctl.engine.local import LocalEngine

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "engine-process.md").read_text("utf-8")


def test_the_table_names_every_request_with_its_answer() -> None:
    told = re.findall(r"^\| `(\w+)` \| ([\w-]+) \| `(\w+)` \|", PAGE, re.MULTILINE)
    kinds = typing.get_args(messages.AnyRequest)
    answers = [typing.get_args(kind.__orig_bases__[0])[0] for kind in kinds]
    found = [(k.__name__, k.__struct_config__.tag, a.__name__) for k, a in zip(kinds, answers, strict=True)]
    assert told == found


@pytest.mark.slow
def test_the_example_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with LocalEngine() as engine:
        monkeypatch.setattr("labctl.engine.client.launch", lambda *_, **__: engine)
        exec(compile(code, "docs/engine-process.md", "exec"), {})
    assert "completed runs/" in capsys.readouterr().out


def test_every_field_that_the_page_names_of_a_snapshot_is_there() -> None:
    line = PAGE.partition("**Snapshot**")[2].partition("\n\n")[0]
    fields = set(messages.Snapshot.__dataclass_fields__)
    named = set(re.findall(r"`(\w+)`", line))
    assert named <= fields
