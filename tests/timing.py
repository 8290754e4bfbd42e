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
    every_s: float = 0.005,
    told: Callable[[], object] = str,
) -> None:
    """Wait until something is so; fail with what is told when it is not in time."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"not so after {limit_s:g} s: {told()}"
        time.sleep(every_s)


def crowding() -> float:
    """Return how much longer than alone this process takes for a tenth of a second's work, 1 to 20.

    Time limits that hold on an idle machine would fail on a crowded one for no fault of the drivers.
    """
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    while time.process_time() - cpu_s < 0.1:
        pass
    return min(max((time.perf_counter() - wall_s) / 0.1, 1.0), 20.0)


CROWDING = crowding()
