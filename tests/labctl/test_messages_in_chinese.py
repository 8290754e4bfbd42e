"""Every message that a window can come to show is in the Chinese catalogue, with all of its values."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from protocols.messages import Message

ROOT = Path(__file__).resolve().parents[2]
_FIELD = re.compile(r"{(\w+)(?::([^}]*))?}")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gui_texts", ROOT / "tools" / "gui_texts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    tree = ElementTree.parse(ROOT / "labctl" / "gui" / "translations" / "labctl_zh.ts")
    return {m.findtext("source"): m.findtext("translation") or "" for m in tree.iter("message")}


def test_every_template_is_translated(tool: ModuleType, chinese: dict[str, str]) -> None:
    templates = tool.templates()
    assert len(templates) > 500
    assert not sorted(template for template in templates if not chinese.get(template))


def test_translations_keep_their_fields_and_can_be_filled_in(
    tool: ModuleType, chinese: dict[str, str]
) -> None:
    for template in tool.templates():
        fields = dict(_FIELD.findall(template))
        assert dict(_FIELD.findall(chinese[template])).keys() == fields.keys(), template
        values = {name: 7 if spec else "7" for name, spec in fields.items()}
        assert Message(template, values).told(lambda text: chinese.get(text, text))
