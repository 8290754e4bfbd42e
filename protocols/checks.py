"""What every bench checks before a block or a measurement begins: shapes, numbers, limits."""

from __future__ import annotations

import numpy as np

from protocols.bench import Limits
from protocols.block import CycleBlock, FloatArray
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.task import Wiring


def check_block(block: CycleBlock, wiring: Wiring, limits: Limits) -> None:
    """Raise ProtocolError unless a bench with this wiring and these limits can run the block."""
    check_length(block, limits)
    checked_inputs(block.inputs, wiring)
    outputs = (len(wiring.outputs),)
    if block.labels.shape[1:] != outputs or block.margins.shape[1:] != outputs:
        raise ProtocolError(say("the block's labels or margins do not fit the wiring's outputs"))
    for name in ("labels", "margins"):
        if not np.all(np.isfinite(getattr(block, name))):
            raise ProtocolError(say("the block's {name} hold a value that is no number", name=name))
    longest_s = block.method.time.longest_s()
    if longest_s > limits.pulse_max_s:
        raise ProtocolError(
            say(
                "a pulse of {longest_s:g} s is asked for, the bench gives {pulse_max_s:g} s",
                longest_s=longest_s,
                pulse_max_s=limits.pulse_max_s,
            )
        )


def check_length(block: CycleBlock, limits: Limits) -> None:
    """Raise ProtocolError for a block of more cycles than a bench takes."""
    if len(block) > limits.block_cycles:
        raise ProtocolError(
            say(
                "{count} cycles asked for, a block holds {block_cycles}",
                count=len(block),
                block_cycles=limits.block_cycles,
            )
        )


def checked_inputs(inputs_V: FloatArray, wiring: Wiring) -> FloatArray:
    """Return inputs as (P, S), in volts; raises ProtocolError for another shape or what is no number."""
    inputs = np.atleast_2d(np.asarray(inputs_V, dtype=float))
    sources = len(wiring.sources)
    if inputs.ndim != 2 or inputs.shape[1] != sources:
        raise ProtocolError(
            say(
                "inputs have shape {shape}, {sources} voltages per data point are needed",
                shape=inputs.shape,
                sources=sources,
            )
        )
    if not np.all(np.isfinite(inputs)):
        raise ProtocolError(say("the inputs hold a value that is no number"))
    return inputs
