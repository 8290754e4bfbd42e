"""The example experiments and benches that come with labctl."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import labctl


def shipped(kind: Literal["examples", "benches"]) -> Path:
    """Return the folder of the files of a kind that came with labctl.

    Installed from a wheel they lie inside the package, in a checkout at its top, where people edit them.
    """
    package = Path(labctl.__file__).parent
    inside = package / kind
    return inside if inside.is_dir() else package.parent / kind
