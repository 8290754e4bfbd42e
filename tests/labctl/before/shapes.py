"""What of an output others build on, as lines of text: keys of JSON, commands and options, schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "stored-runs"


def key_lines(value: Any, path: str = "") -> set[str]:
    """Return a line for each key of a JSON value: its path and the type of what stands there.

    Entries of a list share the path `name[]`; what is null, or an empty list, has the type "null".
    """
    if isinstance(value, dict):
        nested = [key_lines(entry, f"{path}.{key}" if path else key) for key, entry in value.items()]
        return {f"{path} object"}.union(*nested) if path else set().union(*nested)
    if isinstance(value, list):
        return {f"{path} list"}.union(*(key_lines(entry, f"{path}[]") for entry in value))
    return {f"{path} {_type(value)}"}


def lacking(then: set[str], now: set[str]) -> list[str]:
    """Return the lines of then that now has not; where either says null any type will do."""
    paths = {line.rpartition(" ")[0]: set() for line in now}
    for line in now:
        path, _, kind = line.rpartition(" ")
        paths[path].add(kind)
    missing = []
    for line in sorted(then):
        path, _, kind = line.rpartition(" ")
        here = paths.get(path)
        if here is None or not (kind in here or kind == "null" or "null" in here):
            missing.append(line)
    return missing


def command_lines(command: Any, name: str = "labctl") -> Iterator[str]:
    """Return a line for each option and argument of a command and of those below it."""
    with command.make_context(name, [], resilient_parsing=True) as context:
        for parameter in command.get_params(context):
            need = "required" if parameter.required else "optional"
            many = "many" if parameter.multiple or parameter.nargs == -1 else "one"
            if parameter.param_type_name == "argument":
                yield f"{name}: argument {parameter.metavar or parameter.name} {need} {many}"
                continue
            kind = "flag" if parameter.is_flag else "value"
            for option in (*parameter.opts, *parameter.secondary_opts):
                yield f"{name}: {option} {need} {many} {kind}"
        if hasattr(command, "list_commands"):
            for below in command.list_commands(context):
                yield from command_lines(command.get_command(context, below), f"{name} {below}")


def schema_lines(schema: dict[str, Any]) -> set[str]:
    """Return a line for each key that a JSON schema allows, with what it may hold, and each it requires."""
    found: set[str] = set()
    _walk(schema, schema, "", found, ())
    return found


def _walk(node: dict[str, Any], root: dict[str, Any], path: str, found: set[str], above: tuple) -> None:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name not in above:
            _walk(root["$defs"][name], root, path, found, (*above, name))
        return
    for way in ("anyOf", "oneOf", "allOf"):
        for one in node.get(way, ()):
            _walk(one, root, path, found, above)
    if "const" in node:
        found.add(f"{path} = {node['const']}")
    found.update(f"{path} = {value}" for value in node.get("enum", ()))
    if "type" in node and path:
        found.add(f"{path} {node['type']}")
    for key, below in node.get("properties", {}).items():
        _walk(below, root, f"{path}.{key}" if path else key, found, above)
    for more, suffix in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(node.get(more), dict):
            _walk(node[more], root, path + suffix, found, above)


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"
