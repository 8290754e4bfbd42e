"""`gates`: reset, walls, leak while held, charge per pulse, read-out noise and resolution."""

from __future__ import annotations

import numpy as np

from calibration.board_under_test import Averaged, BoardUnderTest, smallest_step
from calibration.records import edge_channel, edge_values, value
from calibration.routine import Nominal, Result
from protocols.block import BoolArray, FloatArray, IntArray
from protocols.messages import say
from protocols.method import ClampRule

READINGS = 400
HOLD_S, QUICK_HOLD_S = 20.0, 0.5
CHARGE_PULSES = 4000
CHARGE_LENGTHS_S = 5e-6, 10e-6  # so short that gates hardly move
_PUSH_PULSES, _PUSH_S = 150, 500e-6
_SHORT_V = 5e-3  # of its charge: less is the noise of readings and the reset error
_MOST_LEAK, _MOST_RESET_V = 0.5, 0.1


def calibrate_gates(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Charge, hold, push and read the gates.

    Reset error: read − asked in mid-range. Leak: fall while held, over time. Charge per pulse: many
    short pulses of two lengths, clamps released, extrapolated to length 0. Walls: where gates stop that
    are charged, or pushed by learning, beyond them.
    """
    limits, network = board.limits, board.network
    gated = np.flatnonzero(network.transistors())
    middle = 0.5 * (limits.gate_min_V + limits.gate_max_V)
    result = Result(
        "reset, hold, short pulses and pushes; averaged gate readings",
        conditions={"readings": READINGS, "hold_s": HOLD_S, "short_pulses": CHARGE_PULSES},
    )
    steps = 4
    board.told(say("read-out"), 0, steps)
    _read_out(result, board, middle, gated)
    board.told(say("hold"), 1, steps)
    leak = _leak(result, board, gated)
    board.told(say("charge per pulse"), 2, steps)
    _charge(result, board, middle, leak, gated)
    board.told(say("walls"), 3, steps)
    _walls(result, board, gated)
    board.told(say("done"), steps, steps)
    return result


def _read_out(result: Result, board: BoardUnderTest, middle: float, gated: IntArray) -> None:
    board.set_gates(middle)
    samples = np.array([board.bench.read_gates() for _ in range(READINGS)])[:, gated]
    noise = float(np.sqrt(np.mean(samples.std(axis=0, ddof=1) ** 2)))
    error = samples.mean(axis=0) - middle
    result.raw["readings"] = samples
    result.values += [
        value("gate reading noise", "board", noise, noise / np.sqrt(2 * samples.size), "V"),
        value("gate reading step", "board", smallest_step(samples), 0.0, "V"),
    ]
    mean = np.full(board.network.n_edges, np.nan)
    mean[gated] = error
    u = np.full_like(mean, noise / np.sqrt(READINGS))
    result.values += edge_values(board.network, "reset error", "V", mean, u, gated)
    for e in gated:
        if abs(mean[e]) > _MOST_RESET_V:
            name = edge_channel(board.network, int(e))
            text = say(
                "{name} does not take its charge: asked for {asked_V:.2f} V, read {read_V:.2f} V",
                name=name,
                asked_V=middle,
                read_V=middle + mean[e],
            )
            result.fault("gate stuck", name, text)


def _leak(result: Result, board: BoardUnderTest, gated: IntArray) -> Averaged:
    limits = board.limits
    start = limits.gate_min_V + 0.8 * (limits.gate_max_V - limits.gate_min_V)
    board.set_gates(start)
    before, began_s = board.read_gates_when(READINGS)
    board.hold(QUICK_HOLD_S)
    between, then_s = board.read_gates_when(READINGS)
    board.hold(HOLD_S)
    after, ended_s = board.read_gates_when(READINGS)
    quick_s, held_s = then_s - began_s, ended_s - began_s
    fall = (before.mean - after.mean) / held_s
    u = np.hypot(before.uncertainty, after.uncertainty) / held_s
    quick = (before.mean - between.mean) / quick_s
    fast = quick * held_s > 0.25 * (limits.gate_max_V - limits.gate_min_V)  # it may have met its wall
    fall = np.where(fast, quick, fall)
    u = np.where(fast, np.hypot(before.uncertainty, between.uncertainty) / quick_s, u)
    result.raw |= {"held_before": before.mean, "held_after": after.mean, "held_s": np.array(held_s)}
    result.values += edge_values(board.network, "gate leak", "V/s", fall, u, gated)
    for e in gated:
        if fall[e] - 3 * u[e] > _MOST_LEAK:
            name = edge_channel(board.network, int(e))
            result.fault(
                "gate leaks",
                name,
                say("{name} loses {fall_V_per_s:.2f} V/s while held", name=name, fall_V_per_s=fall[e]),
            )
    return Averaged(fall, u)


def _charge(result: Result, board: BoardUnderTest, middle: float, leak: Averaged, gated: IntArray) -> None:
    """Extrapolate what short pulses add to length 0: ΔG/n = q + (b + 2αoΔV)·t, leak taken off."""
    inputs, labels = board.random_inputs(1, 0.5, 0.5001), board.random_labels(1)
    per_pulse, u, lengths = [], [], []
    for length in CHARGE_LENGTHS_S:
        board.set_gates(middle)
        before, began_s = board.read_gates_when(READINGS)
        run = board.learn(inputs, labels, pulse_s=length, pulses=CHARGE_PULSES, unclamped=True, kept=0)
        after, ended_s = board.read_gates_when(READINGS)
        idle = max(ended_s - began_s - run.total_s, 0.0)
        per_pulse.append((after.mean - before.mean + leak.mean * idle) / run.pulses)
        gone = np.hypot(np.hypot(before.uncertainty, after.uncertainty), leak.uncertainty * idle)
        u.append(gone / run.pulses)
        lengths.append(run.total_s / run.pulses)
    short, long = lengths
    share = long / (long - short)
    charge = share * per_pulse[0] + (1 - share) * per_pulse[1]
    charge_u = np.hypot(share * u[0], (1 - share) * u[1])
    result.values += edge_values(board.network, "pulse charge", "V", charge, charge_u, gated)
    result.raw |= {"charge": charge}


def _walls(result: Result, board: BoardUnderTest, gated: IntArray) -> None:
    limits = board.limits
    for name, at, sign in (("wall low", limits.gate_min_V, -1.0), ("wall high", limits.gate_max_V, 1.0)):
        wall, u, met = _push(board, at, sign)
        found = gated[met[gated]]
        result.values += edge_values(board.network, name, "V", wall, u, found)
        result.raw[name.replace(" ", "_")] = wall
        missing = gated[~met[gated]]
        if len(missing):
            many = (
                say("{count} edges", count=len(missing))
                if len(missing) > 1
                else edge_channel(board.network, int(missing[0]))
            )
            result.warn(
                "wall not met",
                "board",
                say("{edges} could not be pushed to the {wall} wall", edges=many, wall=name.split()[1]),
            )


def kept_back(read: Averaged, asked: float, sign: float) -> BoolArray:
    """Tell which gates (E,) could not be charged as far as asked: a wall on this side of it keeps them back.

    sign: −1 toward the lower wall, 1 toward the upper one.
    """
    short: BoolArray = sign * (asked - read.mean) > np.maximum(8 * read.uncertainty, _SHORT_V)
    return short


def _push(board: BoardUnderTest, at: float, sign: float) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return walls (E,), their uncertainty, and whether each was met: a gate that was moving stopped.

    Each push clamps toward random labels, or away from them, twice as long; an edge meets its wall when it
    is driven there and the second half adds nothing.
    """
    ends, noises = [], []
    met: BoolArray = np.zeros(board.network.n_edges, dtype=np.bool_)
    for turn in range(24):
        rule = ClampRule(direction=1 if turn % 2 else -1)
        inputs, labels = board.random_inputs(1), board.random_labels(1)
        asked = at - sign * 0.04
        board.set_gates(asked)
        marks = [board.read_gates()]
        short = sign * (asked - marks[0].mean)
        blocked = kept_back(marks[0], asked, sign) & (short < _MOST_RESET_V * 4)
        for _ in range(2):
            board.learn(
                inputs, labels, pulse_s=min(_PUSH_S, board.limits.pulse_max_s), pulses=_PUSH_PULSES,
                clamp=rule, kept=0,
            )  # fmt: skip
            marks.append(board.read_gates())
        first = sign * (marks[1].mean - marks[0].mean)
        second = sign * (marks[2].mean - marks[1].mean)
        noise = np.hypot(marks[2].uncertainty, marks[1].uncertainty)
        held = blocked & (np.abs(first) < 5 * noise)  # it stays where it could not be charged beyond
        stopped = ((first > 0.02) | held) & (np.abs(second) < 3 * noise)
        ends.append(np.where(stopped, 0.5 * sign * (marks[1].mean + marks[2].mean), np.nan))
        noises.append(noise / 2)
        met = met | stopped
        if met[board.network.transistors()].all():
            break
    stops = np.array(ends)[:, met]
    noise = np.array(noises)[:, met]
    at_wall = stops > np.nanmax(stops, axis=0) - 6 * noise  # elsewhere a task was solved, not a wall met
    wall: FloatArray = np.full(len(met), np.nan)
    u: FloatArray = np.full(len(met), np.nan)
    wall[met] = sign * np.nanmean(np.where(at_wall, stops, np.nan), axis=0)
    u[met] = np.nanmean(noise, axis=0) / np.sqrt(at_wall.sum(axis=0))
    return wall, u, met
