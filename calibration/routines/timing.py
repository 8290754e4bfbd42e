"""`timing`: pulse length asked for against given, jitter, and how evenly cycles come."""

from __future__ import annotations

import numpy as np

from calibration.board_under_test import BoardUnderTest, smallest_step
from calibration.linear_fit import fit_line
from calibration.records import value
from calibration.routine import Nominal, Result
from protocols.messages import say

LENGTHS_S = (20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3)
PULSES = 400
_MOST_GAIN_ERROR, _MOST_OFFSET_S = 0.02, 10e-6
_TOLD_S = 0.05e-6  # what lengths are known to where a bench tells those it set; half a step of its counter


def calibrate_timing(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Give pulses of several lengths and compare what was asked with what the bench says it gave.

    given = (1 + gain)·asked + offset; the jitter is the scatter of one length. Lengths beyond what the
    bench gives are left out.
    """
    asked = np.array([t for t in LENGTHS_S if t <= board.limits.pulse_max_s])
    inputs, labels = board.random_inputs(1), board.random_labels(1)
    given, overhead, late = [], [], 0
    for k, length in enumerate(asked):
        board.told(say("pulses of {length_us:g} µs", length_us=1e6 * length), k, len(asked) + 1)
        board.set_gates(3.0)
        pulses = min(PULSES, board.limits.block_cycles)
        record = board.learn(
            inputs, labels, pulse_s=float(length), pulses=pulses, unclamped=True, kept=0
        ).record
        given.append(record.learning_time_s)
        on_time = record.lateness_s[1:] <= 0
        pauses = np.diff(record.start_s) - record.learning_time_s[:-1]
        overhead += list(pauses[on_time])
        late += int(np.sum(record.lateness_s > 0))
    fine = _fine_lengths(board)
    x = np.repeat(asked, [len(g) for g in given])
    y = np.concatenate(given)
    line = fit_line(x, y)
    spread = np.array([g.std(ddof=1) for g in given])
    jitter = float(np.sqrt(np.mean(spread**2)))
    exact = bool(np.all(np.abs(y - x) < 1e-12))
    least_s = _TOLD_S if exact else 0.0
    result = Result(
        "the bench's own record of pulses, straight line",
        conditions={"pulses": PULSES, "lengths": len(asked)},
        raw={"asked_s": x, "given_s": y, "overhead_s": np.array(overhead)},
    )
    pause = np.array(overhead)
    result.values += [
        value("pulse gain error", "board", line.gain - 1, max(line.gain_u, least_s / asked[-1]), ""),
        value("pulse offset", "board", line.offset, max(line.offset_u, least_s), "s"),
        value("pulse jitter", "board", jitter, max(jitter / np.sqrt(2 * len(y)), least_s), "s"),
        value("pulse step", "board", fine, 0.05e-6, "s"),
        value("cycle overhead", "board", pause.mean(), pause.std() / np.sqrt(len(pause)), "s"),
        value("late cycles", "board", late / len(y), np.sqrt(max(late, 1)) / len(y), ""),
    ]
    if exact:
        result.warn(
            "not measured",
            "board",
            say(
                "every pulse is reported exactly as asked for: this bench tells what it set, not what came; "
                "only a counter or an oscilloscope at the learn line can tell more"
            ),
        )
    if abs(line.gain - 1) > _MOST_GAIN_ERROR or abs(line.offset) > _MOST_OFFSET_S:
        result.fault(
            "pulse length off",
            "board",
            say(
                "pulses are {gain:.3f} times as long as asked for, and {offset_us:.1f} µs more",
                gain=line.gain,
                offset_us=1e6 * line.offset,
            ),
        )
    board.told(say("done"), len(asked) + 1, len(asked) + 1)
    return result


def _fine_lengths(board: BoardUnderTest) -> float:
    """Return the step in which pulses come, in seconds: lengths 0.1 µs apart that come out alike."""
    lengths = 100e-6 + 0.1e-6 * np.arange(120)
    inputs, labels = board.random_inputs(1), board.random_labels(1)
    means = []
    for length in lengths:
        run = board.learn(inputs, labels, pulse_s=float(length), pulses=16, unclamped=True, kept=0)
        means.append(float(np.mean(run.record.learning_time_s)))
    rises = np.diff(np.array(means))
    jumps = rises[rises > 0.35e-6]
    if len(jumps) < 2:
        return 0.0
    return float(np.median(jumps)) if np.median(jumps) > 0.5e-6 else smallest_step(np.array(means)[:, None])
