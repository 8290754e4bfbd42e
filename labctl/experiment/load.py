"""Reading files: TOML in, validated settings out, and every mistake one clear sentence."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from labctl.experiment.model import Experiment
from labctl.experiment.tables import TomlTable
from protocols.errors import ConfigError
from protocols.messages import Message, say

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> TomlTable:
    """Read a TOML file. Raises ConfigError when it is missing, unreadable or not TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(say("file not found"), file=str(path), allowed=say("check the path")) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(say("cannot be read: {error}", error=error), file=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(say("is not valid TOML: {error}", error=error), file=str(path)) from None


@dataclass(frozen=True)
class LoadedExperiment:
    """An experiment with the file it came from and its values as written, overrides applied."""

    settings: Experiment
    values: TomlTable
    file: str


def load_experiment(path: Path, overrides: Sequence[str] = ()) -> LoadedExperiment:
    """Read an experiment file and apply `key=value` overrides. Raises ConfigError."""
    values = read_toml(path)
    for text in overrides:
        override(values, text)
    return LoadedExperiment(validate(Experiment, values, str(path)), values, str(path))


def split_overrides(overrides: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Sort overrides by what they change: experiment, bench (`bench.`), imperfections."""
    for text in overrides:
        key, _, value = (part.strip() for part in text.partition("="))
        if key in ("bench", "imperfections"):
            allowed = say("write --{key} {value}", key=key, value=(value or "NAME"))
            raise ConfigError(
                say("is an option of its own"), key=f"--set {key}", value=value, allowed=allowed
            )
    imperfections = [o for o in overrides if o.startswith("imperfections.")]
    bench = [o.removeprefix("bench.") for o in overrides if o.startswith("bench.")]
    rest = [o for o in overrides if not o.startswith(("imperfections.", "bench."))]
    return rest, bench, [o.removeprefix("imperfections.") for o in imperfections]


_TABLES_OF_A_KIND = ("method",)


def override(values: TomlTable, text: str) -> None:
    """Set one `dotted.key=value` in nested tables, in place.

    The value is read as TOML; what is no TOML is taken as text, so quotes may be left out. Naming a
    table that has a kind sets its kind: `method=standard` is `method.kind=standard`.
    """
    key, separator, raw = text.partition("=")
    if not separator or not key.strip():
        raise ConfigError(say("is not an override"), key="--set", value=text, allowed=say("write key=value"))
    parts = key.strip().split(".")
    try:
        value = tomllib.loads(f"x = {raw}")["x"]
    except tomllib.TOMLDecodeError:
        value = raw.strip()
    table: Any = values
    for depth, part in enumerate(parts):
        last = depth == len(parts) - 1
        if isinstance(table, list):
            table, part = _entry(table, part, key), part
            if last:
                raise ConfigError(say("names a table, not a value"), key=f"--set {key}")
            continue
        if not isinstance(table, dict):
            raise ConfigError(say("{parts} holds no keys", parts=".".join(parts[:depth])), key=f"--set {key}")
        if not last:
            table = table.setdefault(part, {})
        elif isinstance(value, str) and (isinstance(table.get(part), dict) or part in _TABLES_OF_A_KIND):
            table.setdefault(part, {})["kind"] = value
        else:
            table[part] = value


def _entry(table: list[Any], part: str, key: str) -> Any:
    """Return the entry of an array of tables named (or numbered) `part`."""
    for number, entry in enumerate(table):
        if isinstance(entry, dict) and part in (entry.get("name"), str(number)):
            return entry
    names = ", ".join(str(e.get("name", i)) for i, e in enumerate(table) if isinstance(e, dict))
    raise ConfigError(
        say("no such entry"), key=f"--set {key}", value=part, allowed=say("entries are {names}", names=names)
    )


def validate(model: type[Model], values: TomlTable, file: str) -> Model:
    """Validate a table against its schema; the first mistake becomes a ConfigError."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _sentence(model, error, values, file) from None


def _sentence(model: type[BaseModel], error: ValidationError, values: TomlTable, file: str) -> ConfigError:
    first = error.errors(include_url=False)[0]
    location, tags, value = _location(values, first["loc"])
    key = ".".join(location)
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        allowed = _keys_at(model, location[:-1], tags)
        guess = difflib.get_close_matches(location[-1], allowed, n=1)
        hint = say("did you mean {guess}? ", guess=guess[0]) if guess else ""
        return ConfigError(
            say("unknown key"),
            file=file,
            key=key,
            allowed=say("{hint}keys here are {allowed}", hint=hint, allowed=", ".join(allowed)),
        )
    if first["type"] == "missing":
        return ConfigError(say("is missing"), file=file, key=key, allowed=say("add it"))
    context = first.get("ctx", {})
    if first["type"] == "value_error":
        told = context["error"].args[0]  # the message with its values, where it is one
        return ConfigError(told if isinstance(told, Message) else message, file=file, key=key)
    wording: dict[str, Message] = {
        "greater_than": say("must be above {bound}", bound=_bound(context, "gt")),
        "greater_than_equal": say("must be at least {bound}", bound=_bound(context, "ge")),
        "less_than_equal": say("must be at most {bound}", bound=_bound(context, "le")),
        "enum": say("must be one of {expected}", expected=context.get("expected")),
        "literal_error": say("must be one of {expected}", expected=context.get("expected")),
        "union_tag_invalid": say(
            "{discriminator} must be one of {expected_tags}",
            discriminator=context.get("discriminator"),
            expected_tags=context.get("expected_tags"),
        ),
        "union_tag_not_found": say(
            "needs {discriminator}, which tells what it is", discriminator=context.get("discriminator")
        ),
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), say("must be a whole number")),
        **dict.fromkeys(("float_type", "float_parsing"), say("must be a number")),
        **dict.fromkeys(("bool_type", "bool_parsing"), say("must be true or false")),
        **dict.fromkeys(("tuple_type", "list_type"), say("must be a list")),
        **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), say("must be a table")),
        "string_type": say("must be a text, in quotes"),
    }
    message = wording.get(first["type"], Message.of(message[0].lower() + message[1:]))
    shown = value if isinstance(value, str | int | float) else None
    return ConfigError(message, file=file, key=key, value=shown)


def _bound(context: TomlTable, name: str) -> str:
    bound = context.get(name)
    return f"{bound:.12g}" if isinstance(bound, float) else str(bound)


def _location(values: TomlTable, loc: tuple[str | int, ...]) -> tuple[list[str], set[str], Any]:
    """Return where a mistake is, which kinds of tables are on the way, and the value: all as in the file.

    pydantic names the kind of a table that may be one of several as if it were a key above it.
    """
    location: list[str] = []
    tags: set[str] = set()
    node: Any = values
    for number, part in enumerate(loc):
        if isinstance(node, dict) and part not in node and number < len(loc) - 1:
            tags.add(str(part))
            continue
        location.append(str(part))
        inside = isinstance(node, dict) or (isinstance(node, list) and isinstance(part, int))
        try:
            node = node[part] if inside else None
        except (KeyError, IndexError):
            node = None
    return location, tags, node


def _keys_at(model: type[BaseModel], location: list[str], tags: set[str]) -> list[str]:
    """Return the keys allowed in the table at a location and of a kind, as far as the schema tells."""
    schema = model.model_json_schema()
    node: Any = schema
    for part in location:
        node = _resolve(node, schema)
        node = node.get("items", {}) if part.isdigit() else node.get("properties", {}).get(part, {})
    node = _resolve(node, schema)
    options = node.get("oneOf") or node.get("anyOf") or [node]
    found = [_resolve(option, schema).get("properties", {}) for option in options]
    named = [
        properties
        for properties in found
        if tags & {p.get("const") for p in properties.values() if isinstance(p, dict)}
    ]
    keys: list[str] = []
    for properties in named or found:
        keys += [k for k in properties if k not in keys]
    return keys


def _resolve(node: Any, schema: TomlTable) -> Any:
    reference = node.get("$ref")
    return schema["$defs"][reference.rsplit("/", 1)[-1]] if reference else node
