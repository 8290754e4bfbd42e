"""`clamp`: how far the clamps displace their nodes against what is asked of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calibration.board_under_test import BoardUnderTest
from calibration.linear_fit import LEAST_U_V, find_step, fit_line, quantised
from calibration.records import value
from calibration.routine import Nominal, Result
from protocols.block import FloatArray
from protocols.messages import say
from protocols.method import ClampRule

POINTS = 400
_PULSE_S = 10e-6  # so short that the gates stay where they are
_MOST_OFFSET_V, _LEAST_GAIN, _MOST_GAIN = 30e-3, 0.5, 1.5


def _asked_of(eta: float, free_V: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Return what labels ask of a clamp: displacements η(L − O), in volts."""
    return lambda labels: eta * (labels - free_V)


def calibrate_clamp(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Clamp toward random labels on random inputs and read both copies at the targets.

    Displacement = (1 + gain)·η(L − O) + offset per target node, with η as asked for and L quantised;
    achieved η is η·(1 + gain). Pulses are too short to move the gates.
    """
    rule = ClampRule()
    board.set_gates(3.0)
    inputs, labels = board.random_inputs(POINTS, 0.15, 0.85), board.random_labels(POINTS, 0.15, 0.85)
    run = board.learn(
        inputs, labels, pulse_s=_PULSE_S, pulses=POINTS, clamp=rule, kept=POINTS, told="clamped points"
    )
    nodes = list(board.wiring.target_nodes)
    free, clamped = run.free[:, nodes], run.clamped[:, nodes]
    asked = rule.eta * (labels - free)
    result = Result(
        "displacement of the clamped copy against the one asked for, straight line",
        conditions={"points": POINTS, "eta": rule.eta, "pulse_s": _PULSE_S},
        raw={"asked": asked, "displacement": clamped - free},
    )
    for k, node in enumerate(nodes):
        moved = clamped[:, k] - free[:, k]
        rough = float(np.sqrt(12)) * fit_line(asked[:, k], moved).rms / rule.eta
        step = find_step(labels[:, k], _asked_of(rule.eta, free[:, k]), moved, rough)
        line = fit_line(rule.eta * (quantised(labels[:, k], step) - free[:, k]), moved)
        step_u = step**2 / (200 * float(np.ptp(labels[:, k])))
        if step > 0:  # as in `dac`: a step taken too large makes the gain too small
            line = line._replace(gain_u=float(np.hypot(line.gain_u, step_u / step)))
        channel = f"node {node}"
        result.values += [
            value("clamp offset", channel, line.offset, max(line.offset_u, LEAST_U_V), "V"),
            value("clamp gain error", channel, line.gain - 1, line.gain_u, ""),
            value("eta achieved", channel, rule.eta * line.gain, rule.eta * line.gain_u, ""),
            value("label step", channel, step, step_u, "V"),
            value("clamp scatter", channel, line.rms, line.rms / np.sqrt(2 * POINTS), "V"),
        ]
        if not _LEAST_GAIN < line.gain < _MOST_GAIN:
            result.fault(
                "clamp gain",
                channel,
                say(
                    "the clamp at {channel} moves it {gain:.2f} times as far", channel=channel, gain=line.gain
                ),
            )
        elif abs(line.offset) > _MOST_OFFSET_V:
            result.fault(
                "clamp offset",
                channel,
                say(
                    "the clamp at {channel} is {offset_mV:.1f} mV beside its aim",
                    channel=channel,
                    offset_mV=1e3 * line.offset,
                ),
            )
    board.told(say("done"), POINTS, POINTS)
    return result
