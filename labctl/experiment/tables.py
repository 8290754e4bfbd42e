"""Tables of TOML files as they are read or written: nobody has checked keys and values yet."""

from __future__ import annotations

from typing import Any

TomlTable = dict[str, Any]
