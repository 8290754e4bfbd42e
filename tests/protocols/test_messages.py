"""Messages keep their values until somebody reads them, and errors are made of nothing else."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.engine.codec import decode, decode_line, encode, encode_line
from protocols import errors
from protocols.errors import ConfigError, InstrumentError, LabError
from protocols.messages import NOTHING, Message, joined, say

ROOT = Path(errors.__file__).parents[1]
FOLDERS = ("calibration", "drivers", "protocols", "sim_backend")
FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
_NAMES = ("voltage", "wire", "why")
_VALUES = st.one_of(
    st.text(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.booleans(), st.none()
)


def _sentence(fields: dict[str, object]) -> Message:
    return say(" and ".join(f"{name} {{{name}}}" for name in fields) or "nothing", **fields)


def _fields(values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(_NAMES), values, max_size=3)


MESSAGES = st.recursive(
    _fields(_VALUES).map(_sentence),
    lambda inner: _fields(st.one_of(_VALUES, inner)).map(_sentence),
    max_leaves=8,
)


def _plain(message: Message) -> tuple[str, dict[str, object]]:
    """Return template and fields, down to the innermost: what equality of texts does not compare."""
    fields = {n: _plain(v) if isinstance(v, Message) else v for n, v in message.fields.items()}
    return message.template, fields


@given(MESSAGES)
def test_a_message_comes_through_every_border_as_it_was(message: Message) -> None:
    for again in (
        decode(encode(message), Message),
        decode_line(encode_line(message), Message),
        pickle.loads(pickle.dumps(message)),
        copy.deepcopy(message),
    ):
        assert type(again) is Message
        assert again == message
        assert _plain(again) == _plain(message)


@given(MESSAGES)
def test_a_message_is_its_english_sentence(message: Message) -> None:
    assert message == str(message) == message.told(lambda template: template)
    assert hash(message) == hash(str(message))
    assert type(str(message)) is str
    assert Message.of(message) is message
    if message.fields:
        assert message == message.template.format_map(message.fields)


def test_another_language_may_turn_the_fields_round() -> None:
    words = {
        "{name} drives node {at} instead of {where}": "{where} ← {name}, {at}",
        "node {node} of the {copy} copy": "{copy}/{node:02d}",
        "free": "frei",
    }
    where = say("node {node} of the {copy} copy", node=3, copy=say("free"))
    message = say("{name} drives node {at} instead of {where}", name="V1", at=7, where=where)
    assert message == "V1 drives node 7 instead of node 3 of the free copy"
    assert message.told(lambda template: words.get(template, template)) == "frei/03 ← V1, 7"


def test_braces_in_a_users_text_are_only_text() -> None:
    message = say("unknown key {key}", key="{oops}")
    assert Message.of("a {b} c").told(lambda template: template) == "a {b} c"
    assert message == "unknown key {oops}" == decode(encode(message), Message)


def test_values_of_other_kinds_are_made_to_travel() -> None:
    fault = InstrumentError("supply", say("it gives {V:.1f} V", V=np.float64(4.94)))
    message = say(
        "{file}: {count:d} of {shape}; {error}",
        file=Path("a.toml"),
        count=np.int64(3),
        shape=(2, 3),
        error=fault,
    )
    assert message == "a.toml: 3 of (2, 3); supply: it gives 4.9 V"
    assert decode(encode(message), Message).fields["error"].fields["problem"].fields == {"V": 4.94}


_WORDS = {"must be at least {bound}": "≥ {bound}", "add it": "+", "{n} mice": "{n} Mäuse"}


def _translated(template: str) -> str:
    return _WORDS.get(template, template)


def test_an_error_keeps_the_values_of_its_sentence() -> None:
    problem = say("must be at least {bound}", bound="1")
    error = ConfigError(problem, file="x.toml", key="training.cycles", value=-5, allowed=say("add it"))
    assert str(error) == "x.toml: training.cycles: must be at least 1 (got -5); add it"
    assert error.message.told(_translated) == "x.toml: training.cycles: ≥ 1 (got -5); +"


def test_messages_are_joined_each_translated_by_itself() -> None:
    both = joined([say("{n} mice", n=2), "plain"], "; ")
    assert both == "2 mice; plain"
    assert both.told(_translated) == "2 Mäuse; plain"
    assert joined([]) == NOTHING == ""


# ── nobody makes a sentence another way ──────────────────────────────────────────────────────────


def _kinds_of_errors() -> set[str]:
    """Return the names of LabError and of all that derive from it in the lower layers."""
    parents = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    found = {LabError.__name__}
    while more := {name for name, bases in parents.items() if bases & found} - found:
        found |= more
    return found


KINDS = _kinds_of_errors()
NO_SENTENCES = ("file", "key", "value", "instrument", "address")  # of errors: where and what, in no language


def _made_otherwise(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where an error is given an f-string, or texts added up, as part of its sentence."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in KINDS):
            continue
        given_ = [*node.args, *(k.value for k in node.keywords if k.arg not in NO_SENTENCES)]
        yield from (part.lineno for part in given_ if isinstance(part, ast.JoinedStr | ast.BinOp))


def test_the_kinds_of_errors_are_found() -> None:
    assert {"ConfigError", "InstrumentFault", "OutOfLimit", "WireError", "NotSafe"} <= KINDS
    assert list(_made_otherwise(ast.parse("raise errors.ConfigError(f'no {x}', key=f'{x}')"))) == [1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_errors_are_made_of_messages(file: Path) -> None:
    assert not list(_made_otherwise(ast.parse(file.read_text("utf-8"))))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_lower_layer_names_a_command(file: Path) -> None:
    """Docstrings may: they are for who reads the code."""
    says = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "say"
    ]
    said = [str(n.value) for call in says for n in ast.walk(call) if isinstance(n, ast.Constant)]
    assert not [text for text in said if re.search(r"[`']labctl \w|--\w", text)]
