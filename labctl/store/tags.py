"""tags.json: words people give a run to find it again; kept in its folder, so no catalogue can lose them.

The manifest is the engine's alone while a run goes on, so tags have a file of their own and may be set at
any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from protocols.errors import ConfigError

NAME = "tags.json"
LONGEST = 40


def split_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a line of text, which commas part."""
    return tuple(filter(None, (" ".join(part.split()) for part in text.split(","))))


def read_tags(folder: Path) -> tuple[str, ...]:
    """Return a run's tags, none where there is no file or none that can be read."""
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
        return tuple(str(tag) for tag in found["tags"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def write_tags(folder: Path, tags: Iterable[str]) -> tuple[str, ...]:
    """Give a run exactly these tags, each once, and return them; `catalogue.tag` makes them known.

    Raises ConfigError for a tag that is too long or holds a comma, or when they cannot be written.
    """
    chosen = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    for tag in chosen:
        if len(tag) > LONGEST or "," in tag:
            raise ConfigError("is no tag", value=tag, allowed=f"at most {LONGEST} characters, no comma")
    temporary = folder / f"{NAME}.part"
    try:
        temporary.write_text(json.dumps({"tags": chosen}, ensure_ascii=False) + "\n", "utf-8")
        temporary.replace(folder / NAME)
    except OSError as error:
        raise ConfigError(
            f"the tags cannot be written: {error.strerror}", file=str(folder), allowed="check the folder"
        ) from None
    return chosen
