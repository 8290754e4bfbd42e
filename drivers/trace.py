"""The trace of instrument writes: what is about to go over a wire and changes a voltage or a switch.

Off unless the standard logger `drivers.io` is set to DEBUG, as `labctl run --trace-io` does; off, it costs
one comparison.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

LOGGER = logging.getLogger("drivers.io")
_MOST = 16  # values of a list that are written out


def wrote(instrument: str, address: str, what: str, values: Iterable[float] | None = None) -> None:
    """Note a write just before it happens: to whom, what, and with which values in SI units."""
    if not LOGGER.isEnabledFor(logging.DEBUG):
        return
    traced: dict[str, object] = {"instrument": instrument, "address": address, "what": what}
    if values is not None:
        numbers = [round(float(value), 9) for value in values]
        traced["values"] = numbers[:_MOST]
        if len(numbers) > _MOST:
            traced["of"] = len(numbers)
    LOGGER.debug("write", extra={"traced": traced})
