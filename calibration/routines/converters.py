"""`dac` and `adc`: offset, gain, nonlinearity, steps and noise of what drives and what reads."""

from __future__ import annotations

import numpy as np

from calibration.board_under_test import BoardUnderTest, smallest_step
from calibration.linear_fit import LEAST_U_V, LineFit, find_step, fit_line, integral_nonlinearity, quantised
from calibration.records import value
from calibration.reference import reference_of
from calibration.routine import Nominal, Result
from protocols.block import FloatArray
from protocols.messages import say

LEVELS = 240
REPEATS = 200
_FINE_V = 0.1e-3  # spacing of the sweep that looks for steps
_MOST_GAIN_ERROR, _MOST_OFFSET_V, _MOST_INL_V = 0.05, 20e-3, 5e-3


def calibrate_dac(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Compare what each source puts on its node with what it is told.

    The nodes are read where the sources drive them, at random levels all over the range; a multimeter at
    any node tells what these readings are worth. A fine sweep shows the quantisation step roughly, all levels
    together exactly. Voltage = (1 + gain)·quantised command + offset.
    """
    reference = reference_of(board)
    commands = board.random_inputs(LEVELS)
    nodes = list(board.wiring.source_nodes)
    board.told(say("sources"), 0, 2)
    read = board.read_nodes(commands)
    seen = reference.volts(0.5 * (read.free + read.clamped)[:, nodes])
    board.told(say("steps"), 1, 2)
    middle = 0.5 * (board.limits.node_min_V + board.limits.node_max_V)
    fine = middle + _FINE_V * np.arange(100)
    swept = board.read_nodes(np.tile(fine[:, None], (1, len(nodes)))).free[:, nodes]
    noise = float(read.uncertainty[nodes].mean())
    result = Result(
        reference.words("node readings against commands"),
        conditions={"levels": LEVELS, **reference.conditions()},
        raw={"commands": commands, "voltages": seen, "fine_commands": fine, "fine_readings": swept},
    )
    rough = np.array([_step(swept[:, k], noise) for k in range(len(nodes))])
    usual = float(np.median(rough[rough > 0])) if (rough > 0).any() else 0.0  # outputs of one converter
    for k, node in enumerate(nodes):
        step = find_step(commands[:, k], lambda x: x, seen[:, k], usual)
        line = fit_line(quantised(commands[:, k], step), seen[:, k])
        step_u = step**2 / (200 * float(np.ptp(commands[:, k])))
        if step > 0:  # a step taken too large by a part makes the gain too small by the same part
            line = line._replace(gain_u=float(np.hypot(line.gain_u, step_u / step)))
        _report(result, f"node {node}", "source", reference.widened(line), commands[:, k])
        result.values.append(value("source step", f"node {node}", step, step_u, "V"))
    board.told(say("done"), 2, 2)
    return result


def calibrate_adc(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Compare what each target reads with the voltage its node has.

    All sources stand at one level, so that no current flows and every node has that level; the
    reference is the node reading of the free copy, or what a multimeter says it is worth. Reading =
    (1 + gain)·voltage + offset.
    """
    reference = reference_of(board)
    levels = np.tile(board.random_inputs(LEVELS)[:, :1], (1, len(board.wiring.sources)))
    nodes = list(board.wiring.target_nodes)
    board.set_gates(3.0)
    board.told(say("levels"), 0, 2)
    truth = reference.volts(board.read_nodes(levels).free[:, nodes])
    readings = board.bench.measure(levels)
    board.told(say("noise"), 1, 2)
    middle = np.full((REPEATS, levels.shape[1]), 0.5 * board.limits.node_max_V)
    still = board.bench.measure(middle)
    result = Result(
        reference.words("target readings against node readings"),
        conditions={"levels": LEVELS, "repeats": REPEATS, **reference.conditions()},
        raw={"voltages": truth, "readings": readings, "still": still},
    )
    for k, node in enumerate(nodes):
        channel = f"node {node}"
        line = fit_line(truth[:, k], readings[:, k])
        _report(result, channel, "reading", reference.widened(line), truth[:, k])
        noise = float(still[:, k].std(ddof=1))
        result.values += [
            value("reading noise", channel, noise, noise / np.sqrt(2 * REPEATS), "V"),
            value("reading step", channel, smallest_step(still[:, [k]]), 0.0, "V"),
        ]
    board.told(say("done"), 2, 2)
    return result


def _report(result: Result, channel: str, what: str, line: LineFit, x: FloatArray) -> None:
    """Put a converter's line into a result, with a fault where it is no line."""
    bend = integral_nonlinearity(x, line.residual)
    bend_u = line.rms / np.sqrt(len(x) / 8)
    result.values += [
        value(f"{what} offset", channel, line.offset, max(line.offset_u, LEAST_U_V), "V"),
        value(f"{what} gain error", channel, line.gain - 1, line.gain_u, ""),
        value(f"{what} nonlinearity", channel, bend, bend_u, "V"),
    ]
    if abs(line.gain - 1) > _MOST_GAIN_ERROR or abs(line.offset) > _MOST_OFFSET_V:
        result.fault(
            f"{what} off",
            channel,
            say(
                "{what} at {channel}: gain {gain:.3f}, offset {offset_mV:.1f} mV; "
                "check its wire: calibrate 'wiring'",
                what=what,
                channel=channel,
                gain=line.gain,
                offset_mV=1e3 * line.offset,
            ),
        )
    elif bend - 3 * bend_u > _MOST_INL_V:
        result.fault(
            f"{what} bent",
            channel,
            say(
                "{what} at {channel} bends by {bend_mV:.1f} mV",
                what=what,
                channel=channel,
                bend_mV=1e3 * bend,
            ),
        )


def _step(readings: FloatArray, noise_V: float) -> float:
    """Return the quantisation step seen in a fine sweep, in volts: the median of its jumps."""
    rises = np.diff(readings)
    jumps = rises[rises > max(5 * noise_V, 3 * _FINE_V)]
    return float(np.median(jumps)) if len(jumps) >= 2 else 0.0
