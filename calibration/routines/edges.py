"""`edges`: threshold, strength and regimes of every transistor in both copies, and which are broken."""

from __future__ import annotations

import numpy as np

from calibration.board_under_test import BoardUnderTest
from calibration.kirchhoff import EdgeFit, EdgeReadings, fit_edges
from calibration.records import edge_channel, edge_values
from calibration.routine import MISFIT, NO_FIT, Nominal, Result
from calibration.routines.wiring import driven_nodes
from calibration.square_law import OHMIC, SATURATED, SUB_THRESHOLD, regimes
from protocols.block import BoolArray, FloatArray
from protocols.messages import say

SETTINGS, POINTS, NODE_READINGS = 42, 4, 16
_LOW_EVERY = 3  # every third gate setting is a low one: saturated and below threshold
_SHORT_V = 2e-3  # an edge that drops less than this with all gates low is a short
_OPEN, _WEAK = 0.15, 0.6  # of the nominal strength
_FAR_V = 0.3  # a threshold further off than this is no spread
_FOLLOWS_V = 0.15  # a gate reads what it was charged to within this
_BURSTS, _BURST_PULSES = 6, 200
_REGIMES = "sub-threshold", "saturated", "ohmic"


def calibrate_edges(board: BoardUnderTest, nominal: Nominal) -> Result:
    """Fit Kirchhoff's law at all nodes, for many gates and inputs, in both copies.

    Generalised least squares on Σ S_e·f(g − V_T, V_a, V_b) = 0. Voltages alone do not tell the scale of
    currents: where no fixed resistor does, the mean strength of a connected part is the nominal one, and
    its uncertainty the spread over the root of the number of edges.
    """
    network = board.network
    driven = driven_nodes(board)
    readings, asked = _read(board, driven)
    moved = _moves(board, nominal)
    result = Result(
        "Kirchhoff's law at all nodes, generalised least squares",
        conditions={"gate_settings": SETTINGS, "points": POINTS, "node_readings": NODE_READINGS},
    )
    shorted = _shorted(board, readings)
    stuck = _stuck(board, readings, asked)
    start = nominal.threshold_V, nominal.strength_A_per_V2
    gated = network.transistors()
    with board.computing():
        screened = fit_edges(network, readings, *start, shorted=shorted, screening=True)
        absent = gated & ~shorted & screened.seen & _idle(board, readings, screened)
        fit = fit_edges(network, readings, *start, shorted=shorted, absent=absent)
    sound = gated & ~shorted & ~absent & fit.seen
    _report(result, board, nominal, fit, readings, sound)
    for e in range(network.n_edges):
        name = edge_channel(network, e)
        if shorted[e]:
            result.fault(
                "edge shorted",
                name,
                say("{name} is shorted: its ends are at one voltage at any gate", name=name),
            )
        elif absent[e]:
            result.fault("edge open", name, say("{name} is open: it conducts nothing at any gate", name=name))
        elif stuck[e]:
            result.fault(
                "gate stuck", name, say("{name}: its gate does not take the charge it is given", name=name)
            )
        elif gated[e] and not fit.seen[e]:
            result.warn(
                "edge unseen", name, say("{name} lies between two sources: no voltage tells of it", name=name)
            )
        elif gated[e] and not moved[e]:
            result.fault(
                "edge dead", name, say("{name} is dead: pulses that should move its gate do not", name=name)
            )
        elif sound[e] and (fit.strength[e] < _WEAK or abs(fit.threshold[e] - nominal.threshold_V) > _FAR_V):
            part = say(
                "{strength:.2f} of the nominal strength, V_T {threshold_V:.2f} V",
                strength=fit.strength[e],
                threshold_V=fit.threshold[e],
            )
            result.fault(
                "edge off its law", name, say("{name} is no sound transistor: {part}", name=name, part=part)
            )
    return result


def _read(board: BoardUnderTest, driven: BoolArray) -> tuple[EdgeReadings, FloatArray]:
    """Read gates and nodes for gates all over their range; return what was asked too (K, E)."""
    limits = board.limits
    low, high = limits.gate_min_V, limits.gate_max_V
    span = high - low
    asked, gates, gates_u, free, clamped, nodes_u = [], [], [], [], [], []
    for k in range(SETTINGS):
        board.told(say("gates and nodes"), k, SETTINGS + _BURSTS)
        top = low + 0.2 * span if k % _LOW_EVERY == 0 else low + 0.95 * span
        wanted = board.random_gates(low, top)
        board.set_gates(wanted)
        gate = board.read_gates()
        nodes = board.read_nodes(board.random_inputs(POINTS), NODE_READINGS)
        asked.append(wanted)
        gates.append(gate.mean)
        gates_u.append(gate.uncertainty)
        free.append(nodes.free)
        clamped.append(nodes.clamped)
        nodes_u.append(nodes.uncertainty)
    pooled = np.sqrt(np.mean(np.array(nodes_u) ** 2, axis=0))
    taken = [np.array(x) for x in (gates, gates_u, free, clamped)]
    return EdgeReadings(taken[0], taken[1], taken[2], taken[3], pooled, driven), np.array(asked)


def _drops(board: BoardUnderTest, readings: EdgeReadings) -> FloatArray:
    """Return |V_a − V_b| of every edge, (K, 2, P, E), in volts."""
    tail, head = board.network.endpoints().T
    both = np.stack([readings.free, readings.clamped], axis=1)
    drops: FloatArray = np.abs(both[..., tail] - both[..., head])
    return drops


def _shorted(board: BoardUnderTest, readings: EdgeReadings) -> BoolArray:
    """Return the edges that drop nothing although all gates are low, so that hardly any current flows."""
    drops = _drops(board, readings)[::_LOW_EVERY].reshape(-1, board.network.n_edges)
    noise = float(np.max(readings.nodes_u))
    alike = np.quantile(drops, 0.95, axis=0) < _SHORT_V + 4 * noise
    tail, head = board.network.endpoints().T
    shorted: BoolArray = alike & ~(readings.driven[tail] & readings.driven[head])
    return shorted


def _idle(board: BoardUnderTest, readings: EdgeReadings, fit: EdgeFit) -> BoolArray:
    """Return the edges that carry hardly any current even at high gates, by a rough fit.

    Strength alone does not tell: that of an edge that never conducts is arbitrary if its threshold is high.
    """
    overdrive = readings.gates - board.limits.node_max_V
    usual = np.nan_to_num(np.quantile(overdrive, 0.9, axis=0) - np.median(fit.threshold))
    found = fit.strength * np.maximum(np.nan_to_num(np.quantile(overdrive, 0.9, axis=0)) - fit.threshold, 0.0)
    idle: BoolArray = found < _OPEN * usual
    return idle


def _stuck(board: BoardUnderTest, readings: EdgeReadings, asked: FloatArray) -> BoolArray:
    """Return the gates that do not read what they are charged to; walls may keep some back."""
    inside = (asked > board.limits.gate_min_V + _FOLLOWS_V) & (asked < board.limits.gate_max_V - _FOLLOWS_V)
    off = (np.abs(readings.gates - asked) > _FOLLOWS_V) & inside
    stuck: BoolArray = board.network.transistors() & (off.sum(axis=0) > 0.5 * inside.sum(axis=0))
    return stuck


def _moves(board: BoardUnderTest, nominal: Nominal) -> BoolArray:
    """Return which gates pulses move, or that no pulse should have moved enough to tell."""
    network = board.network
    tail, head = network.endpoints().T
    still, told = np.ones(network.n_edges, dtype=np.bool_), np.zeros(network.n_edges, dtype=np.bool_)
    for k in range(_BURSTS):
        board.told(say("does it learn"), SETTINGS + k, SETTINGS + _BURSTS)
        board.set_gates(board.random_gates(1.8, 3.8))
        before = board.read_gates()
        run = board.learn(
            board.random_inputs(1), board.random_labels(1), pulse_s=200e-6, pulses=_BURST_PULSES, kept=20
        )
        after = board.read_gates()
        x = run.free[:, tail] - run.free[:, head]
        y = run.clamped[:, tail] - run.clamped[:, head]
        expected = nominal.learning_rate_per_V_s * run.total_s * np.mean((x - y) * (x + y), axis=0)
        u = np.hypot(before.uncertainty, after.uncertainty)
        still &= np.abs(after.mean - before.mean) < 5 * u
        told |= np.abs(expected) > 12 * u
    board.told(say("done"), SETTINGS + _BURSTS, SETTINGS + _BURSTS)
    return ~(still & told)


def _report(
    result: Result,
    board: BoardUnderTest,
    nominal: Nominal,
    fit: EdgeFit,
    readings: EdgeReadings,
    sound: BoolArray,
) -> None:
    network, edges = board.network, np.flatnonzero(sound)
    vt_u, s_u, dvt_u, ds_u = fit.standard_uncertainties()
    strength = nominal.strength_A_per_V2
    clamped_threshold_u = np.hypot(vt_u, dvt_u)
    columns = (
        ("threshold", "V", fit.threshold, vt_u),
        ("strength", "A/V^2", fit.strength * strength, s_u * strength),
        ("threshold mismatch", "V", fit.threshold_mismatch, dvt_u),
        ("strength mismatch", "", fit.strength_mismatch, ds_u),
        ("threshold, clamped copy", "V", fit.threshold + fit.threshold_mismatch, clamped_threshold_u),
    )
    for quantity, unit, mean, u in columns:
        result.values += edge_values(network, quantity, unit, mean, u, edges)
    counts = _regimes(board, fit, readings)
    rms = np.sqrt(np.mean(fit.residual_V**2))
    result.conditions |= {"chi2": round(fit.chi2, 3), "rms_residual_V": float(rms)}
    result.raw |= {
        "gates": readings.gates,
        "free": readings.free,
        "clamped": readings.clamped,
        "regimes": counts,
        "residual_V": fit.residual_V,
        "covariance": fit.covariance,
    }
    if fit.chi2 > MISFIT:
        text = say("currents do not add up at the nodes (χ² {chi2:.3g})", chi2=fit.chi2)
        result.fault(NO_FIT, "board", say("{text}; check the wires, then measure again", text=text))
    partly = [int(e) for e in edges if not counts[:, e].all()]
    if partly:
        some = ", ".join(map(str, partly))
        text = say(
            "edges {some} were not met in all three regimes: {regimes}",
            some=some,
            regimes=", ".join(_REGIMES),
        )
        result.warn("regime unseen", "board", text)


def _regimes(board: BoardUnderTest, fit: EdgeFit, readings: EdgeReadings) -> FloatArray:
    """Count the readings of each edge below threshold, saturated and ohmic, (3, E)."""
    tail, head = board.network.endpoints().T
    over = np.nan_to_num(readings.gates - fit.threshold)[:, None, :]
    kinds = regimes(
        np.broadcast_to(over, readings.free[..., tail].shape),
        readings.free[..., tail],
        readings.free[..., head],
    )
    return np.array([(kinds == k).sum(axis=(0, 1)) for k in (SUB_THRESHOLD, SATURATED, OHMIC)])
