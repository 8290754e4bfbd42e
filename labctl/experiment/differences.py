"""In what two tables of settings differ."""

from __future__ import annotations

from typing import Any

from labctl.experiment.tables import TomlTable


def differences(before: TomlTable, after: TomlTable, prefix: str = "") -> list[tuple[str, Any, Any]]:
    """Return the settings that differ as dotted key, value before, value after; None where missing."""
    found: list[tuple[str, Any, Any]] = []
    for key in sorted(before.keys() | after.keys()):
        a, b = before.get(key), after.get(key)
        if isinstance(a, dict) or isinstance(b, dict):
            inner = (a if isinstance(a, dict) else {}, b if isinstance(b, dict) else {})
            found += differences(*inner, prefix=f"{prefix}{key}.")
        elif a != b:
            found.append((f"{prefix}{key}", a, b))
    return found
