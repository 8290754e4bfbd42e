"""A guardian for what energises a bench outside the engine process: calibrations and checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from labctl.bench_files import bench_lock
from labctl.engine.watch import Watch, last_words

MAKE_SAFE_S = 10.0
log = structlog.get_logger(__name__)


@contextmanager
def guarded(values: dict[str, Any], user: str) -> Iterator[None]:
    """Keep and watch the bench of these values while the body works; a simulated one drives nothing.

    When this process dies or hangs, the guardian makes the bench safe. When the body fails it does so, too,
    for whether the body could is not known: leave no instrument open. If it cannot at once, it goes on when
    this process has ended and let go of every port. Raises NoGuardian, or InstrumentError when somebody else
    uses the bench, nothing moved.
    """
    if values.get("kind") != "hardware":
        yield
        return
    with bench_lock.held(values, user):
        yield from _watched(values)


def _watched(values: dict[str, Any]) -> Iterator[None]:
    watch, safe = Watch(), True
    try:
        watch.watch("hardware", str(values.get("name", "")), values)
        try:
            yield
        except BaseException as error:
            safe = False
            reason = f"it was left in the middle: {str(error) or type(error).__name__}"
            did = watch.make_safe(reason, MAKE_SAFE_S)
            safe = did is not None and bool(did["safe"])
            if not safe:
                log.error(last_words(did))
            raise
        watch.release()
    finally:
        if safe:
            watch.leave()
