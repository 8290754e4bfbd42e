"""What to do about a calibration, in the words of the command line: lower layers know no commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from calibration.store import CannotStore
from protocols.messages import Message, say


def repeating(options: str) -> Callable[[str], Message]:
    """Return what says of a routine how it is repeated; options: of the bench, as `--bench lab.toml`."""
    return lambda routine: say("run 'labctl calibrate {routine}{options}'", routine=routine, options=options)


@contextmanager
def storing() -> Iterator[None]:
    """Say of a store that takes no calibration how to choose another."""
    try:
        yield
    except CannotStore as problem:
        told = say("{problem}; choose another folder with --store", problem=problem)
        raise CannotStore(told) from problem
