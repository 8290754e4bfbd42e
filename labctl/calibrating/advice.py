"""What to do about a calibration, in the words of the command line: lower layers know no commands."""

from __future__ import annotations

from collections.abc import Callable

from protocols.messages import Message, say


def repeating(options: str) -> Callable[[str], Message]:
    """Return what says of a routine how it is repeated; options: of the bench, as `--bench lab.toml`."""
    return lambda routine: say("run 'labctl calibrate {routine}{options}'", routine=routine, options=options)
