"""Time limits that tell a hang from an answer on a machine that runs other tests at the same time.

How fast things are is measured in benchmarks/, on a machine that does nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STALL_S = 5.0  # how long a crowded machine may hold up what takes no time on an idle one
PATIENCE_S = 60.0  # for what another process does


@contextmanager
def within(limit_s: float) -> Iterator[None]:
    """Hold that what is done here takes no longer than its limit, crowding aside."""
    began = time.monotonic()
    try:
        yield
    finally:  # an error is to come in time, too
        took_s = time.monotonic() - began
        assert took_s < limit_s + STALL_S, f"took {took_s:.3g} s of at most {limit_s:g} s and {STALL_S:g} s"


def wait_for(
    condition: Callable[[], object],
    limit_s: float = PATIENCE_S,
    *,
    told: Callable[[], object] = str,
    pause: Callable[[], object] = lambda: time.sleep(0.005),
) -> None:
    """Wait until something is so, in pauses; fail with what is told when it is not in time."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"not so after {limit_s:g} s: {told()}"
        pause()
