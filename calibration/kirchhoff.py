"""Thresholds and strengths of both copies from node voltages alone, by Kirchhoff's law.

At every node that nothing drives the currents add up to zero, whatever flows: with gates and node
voltages read, that is one equation per node, data point and copy in the unknown thresholds and strengths.
The fit is generalised least squares: each equation is weighted by what the uncertainties of the
gate and node readings do to it, errors shared by the equations of one gate setting included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.square_law import UnitCurrents, unit_currents
from protocols.block import BoolArray, FloatArray, IntArray
from protocols.network import Network

_WIDTHS = 0.3, 0.4, 0.1, 0.3  # of the prior (V, -, V, -): so wide that it only holds what nothing else does
_SCALE_HELD = 1e-3  # the mean strength is held: voltages alone do not tell it
_SCALE_LOOSE = 0.1  # not so tightly while it is unknown which edges conduct at all
_NODE_FLOOR_V = 2e-6  # better no node voltage is taken to be known


@dataclass(frozen=True, eq=False)
class EdgeReadings:
    """K gate settings × P data points of both copies.

    gates (K, E) and their uncertainty (K, E); free, clamped (K, P, N) and the nodes' uncertainty (N,);
    driven (N,): nodes held by a source. All in volts.
    """

    gates: FloatArray
    gates_u: FloatArray
    free: FloatArray
    clamped: FloatArray
    nodes_u: FloatArray
    driven: BoolArray


@dataclass(frozen=True, eq=False)
class EdgeFit:
    """What the fit found, per edge (E,), with the covariance of everything (4E, 4E).

    threshold, threshold_mismatch in volts; strength relative to the nominal one; strength_mismatch
    relative; the order of the covariance is that of these four. seen (E,): edges in any balance. Where
    no fixed resistor gives the scale of currents, the mean strength of a group of edges is taken to be
    the nominal one; scale_u and mismatch_scale_u (E,) are the standard uncertainties of that. chi2 per
    degree of freedom; residual_V (K, 2, P, M).
    """

    threshold: FloatArray
    strength: FloatArray
    threshold_mismatch: FloatArray
    strength_mismatch: FloatArray
    covariance: FloatArray
    seen: BoolArray
    scale_u: FloatArray
    mismatch_scale_u: FloatArray
    chi2: float
    residual_V: FloatArray

    def standard_uncertainties(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the standard uncertainties (E,) of the four quantities."""
        n = len(self.threshold)
        u = np.sqrt(np.clip(np.diag(self.covariance), 0.0, None))
        strength = np.hypot(u[n : 2 * n], self.scale_u * self.strength)
        mismatch = np.hypot(u[3 * n :], self.mismatch_scale_u)
        return u[:n], strength, u[2 * n : 3 * n], mismatch


def fit_edges(
    network: Network,
    readings: EdgeReadings,
    threshold_V: float,
    strength_A_per_V2: float,
    shorted: BoolArray | None = None,
    absent: BoolArray | None = None,
    rounds: int = 4,
    screening: bool = False,
) -> EdgeFit:
    """Fit threshold and strength of every transistor and how the clamped copy differs.

    threshold_V, strength_A_per_V2: nominal values, where the search starts. shorted (E,): edges whose
    two ends are one node; absent (E,): edges that conduct nothing. screening: find out which edges conduct
    at all; good to a few per cent.
    """
    none = np.zeros(network.n_edges, dtype=np.bool_)
    broken = none if shorted is None else shorted, none if absent is None else absent
    model = _Model(network, readings, strength_A_per_V2, *broken)
    n = network.n_edges
    theta = np.concatenate([np.full(n, threshold_V), np.ones(n), np.zeros(2 * n)])
    groups = scale_groups(network, model.incidence * (model.on | (model.conductance > 0)))
    prior = _prior(theta, n, model.on, groups, _SCALE_LOOSE if screening else _SCALE_HELD)
    coarse = _no_better_than(readings, gates_V=0.05, nodes_V=1e-3)
    theta = _search(_Model(network, coarse, strength_A_per_V2, *broken), theta, prior, renewals=2)
    if screening:
        model = _Model(network, coarse, strength_A_per_V2, *broken)
    theta = _search(model, theta, prior, renewals=1 if screening else rounds)
    white, slopes = _whitened(model, theta, _factors(model, theta))
    freedom = max(len(white) - 4 * int(network.transistors().sum()), 1)
    reduced = float(white @ white) / freedom
    normal = slopes.T @ slopes + prior[1].T @ prior[1]
    covariance = np.asarray(np.linalg.inv(normal) * max(reduced, 1.0), dtype=np.float64)
    return _result(model, theta, covariance, reduced, groups)


def _no_better_than(readings: EdgeReadings, gates_V: float, nodes_V: float) -> EdgeReadings:
    """Return readings that claim no better than these uncertainties, for a first rough fit."""
    return replace(
        readings,
        gates_u=np.maximum(readings.gates_u, gates_V),
        nodes_u=np.maximum(readings.nodes_u, nodes_V),
    )


def _search(
    model: _Model, theta: FloatArray, prior: tuple[FloatArray, FloatArray], renewals: int
) -> FloatArray:
    """Minimise χ² by Levenberg and Marquardt, the weights renewed where each search ends."""
    at, rows = prior
    for _ in range(renewals):
        factors = _factors(model, theta)
        before, damping = theta, 1e-3
        white, slopes = _whitened(model, theta, factors)
        pull = rows @ (theta - at)
        cost = float(white @ white + pull @ pull)
        for _ in range(15):
            normal = slopes.T @ slopes + rows.T @ rows
            gradient = slopes.T @ white + rows.T @ pull
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -gradient)
            trial = theta + step
            trial_white = _white_residual(model, trial, factors)
            trial_pull = rows @ (trial - at)
            trial_cost = float(trial_white @ trial_white + trial_pull @ trial_pull)
            if trial_cost > cost:
                damping *= 10
                if damping > 1e6:
                    break
                continue
            settled = cost - trial_cost < 1e-5 * cost
            theta, cost, pull, damping = trial, trial_cost, trial_pull, damping * 0.1
            if settled:
                break
            white, slopes = _whitened(model, theta, factors)
        if np.max(np.abs(theta - before)) < 1e-5:
            break
    return theta


def _factors(model: _Model, theta: FloatArray) -> FloatArray:
    """Return the inverse Cholesky factors of the residuals' covariance, (K, rows, rows)."""
    inverse: FloatArray = np.linalg.inv(np.linalg.cholesky(model.covariance(theta)))
    return inverse


def _white_residual(model: _Model, theta: FloatArray, factors: FloatArray) -> FloatArray:
    return (factors @ model.residual(theta)[..., None]).reshape(-1)


def _whitened(model: _Model, theta: FloatArray, factors: FloatArray) -> tuple[FloatArray, FloatArray]:
    slopes = factors @ model.jacobian(theta)
    return _white_residual(model, theta, factors), slopes.reshape(-1, slopes.shape[-1])


def _result(
    model: _Model, theta: FloatArray, covariance: FloatArray, reduced: float, groups: list[IntArray]
) -> EdgeFit:
    vt, s, dvt, ds = np.split(theta, 4)
    sound = model.on & (s > 0.3) & (s < 3)
    spread = float(np.std(s[sound], ddof=1)) if sound.sum() > 2 else 0.05
    spread_mismatch = float(np.std(ds[sound], ddof=1)) if sound.sum() > 2 else 0.01
    share = np.zeros(model.edges)
    for group in groups:
        share[group] = 1.0 / np.sqrt(max(int(sound[group].sum()), 1))
    seen = np.any(model.incidence != 0, axis=0) & model.on
    return EdgeFit(
        vt,
        s,
        dvt,
        ds,
        covariance,
        seen,
        spread * share,
        spread_mismatch * share,
        reduced,
        model.residual_V(theta),
    )


def _prior(
    theta: FloatArray, edges: int, on: BoolArray, groups: list[IntArray], held: float
) -> tuple[FloatArray, FloatArray]:
    """Return where the weak prior stands and its whitened rows, held means included."""
    widths = np.repeat(_WIDTHS, edges)
    rows = [np.diag(1.0 / widths)]
    for group in groups:
        members = group[on[group]]
        mean = np.zeros((2, 4 * edges))
        mean[0, edges + members] = 1.0 / max(len(members), 1) / held
        mean[1, 3 * edges + members] = 1.0 / max(len(members), 1) / held
        rows.append(mean)
    return theta.copy(), np.vstack(rows)


def scale_groups(network: Network, incidence: FloatArray) -> list[IntArray]:
    """Return the edges whose common factor no voltage tells: joined by balances, with no fixed resistor.

    incidence (M, E) of the current balances, 0 for edges that do not conduct. Driven nodes and open edges
    cut a network into such groups.
    """
    import networkx  # slow to import, and every run looks at calibrations

    graph = networkx.Graph()
    for row, balance in enumerate(incidence):
        graph.add_edges_from((-1 - row, int(e)) for e in np.flatnonzero(balance))
    groups = []
    for component in networkx.connected_components(graph):
        edges = np.array(sorted(e for e in component if e >= 0), dtype=np.int64)
        if not any(int(e) in network.fixed_resistance for e in edges):
            groups.append(edges)
    return groups


class _Model:
    """Residual currents, per unit of nominal strength, and their slopes, for all gate settings at once.

    Shapes: K gate settings, 2 copies, P data points, M balances.
    """

    def __init__(
        self,
        network: Network,
        readings: EdgeReadings,
        strength: float,
        shorted: BoolArray,
        absent: BoolArray,
    ) -> None:
        self.readings = readings
        self.edges = network.n_edges
        self.gated = network.transistors()
        self.conductance = np.zeros(self.edges)
        for edge, ohm in network.fixed_resistance.items():
            self.conductance[edge] = 1.0 / (ohm * strength)
        self.on = self.gated & ~shorted & ~absent
        self.conductance[absent] = 0.0
        self.incidence = _balances(network, readings.driven, shorted)
        ends = network.endpoints()
        self.at_tail, self.at_head = (np.eye(network.nodes)[ends[:, side]] for side in (0, 1))
        nodes = np.stack([readings.free, readings.clamped], axis=1)
        self.a, self.b = nodes[..., ends[:, 0]], nodes[..., ends[:, 1]]  # (K, 2, P, E)
        self.gates = np.where(self.gated, readings.gates, 5.0)[:, None, None, :]
        self.gates_u = np.where(self.gated, np.nan_to_num(readings.gates_u), 0.0)
        self.nodes_u = np.maximum(readings.nodes_u, _NODE_FLOOR_V)

    def currents(self, theta: FloatArray) -> tuple[FloatArray, UnitCurrents, FloatArray]:
        """Return edge currents (K, 2, P, E), their unit currents, and the strengths (2, 1, E)."""
        vt, s, dvt, ds = np.split(theta, 4)
        threshold = np.stack([vt, vt + dvt])[:, None, :]
        strength = np.where(self.on, np.stack([s, s * (1 + ds)]), 0.0)[:, None, :]
        unit = unit_currents(self.gates - threshold, self.a, self.b)
        return strength * unit.current + self.conductance * (self.a - self.b), unit, strength

    def residual(self, theta: FloatArray) -> FloatArray:
        """Return the currents that do not add up, (K, rows)."""
        balanced = self.currents(theta)[0] @ self.incidence.T
        return balanced.reshape(len(balanced), -1)

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Return the slopes of the residuals by θ, (K, rows, 4E)."""
        _, s, _, ds = np.split(theta, 4)
        _, unit, strength = self.currents(theta)
        by_threshold = -strength * unit.by_overdrive
        per_strength = np.where(self.on, unit.current, 0.0)
        by_s, by_ds = per_strength.copy(), per_strength * s
        by_s[:, 1] *= 1 + ds
        by_dvt = by_threshold.copy()
        by_dvt[:, 0], by_ds[:, 0] = 0.0, 0.0
        parts = [x[..., None, :] * self.incidence for x in (by_threshold, by_s, by_dvt, by_ds)]
        stacked = np.concatenate(parts, axis=-1)
        return stacked.reshape(len(stacked), -1, 4 * self.edges)

    def covariance(self, theta: FloatArray) -> FloatArray:
        """Return the covariance of the residuals of each gate setting, (K, rows, rows)."""
        _, unit, strength = self.currents(theta)
        through_gates = (strength * unit.by_overdrive)[..., None, :] * self.incidence
        settings, _, points, balances, _ = through_gates.shape
        rows = 2 * points * balances
        scaled = through_gates.reshape(settings, rows, -1) * self.gates_u[:, None, :]
        covariance = scaled @ scaled.transpose(0, 2, 1)
        by_node = self.by_node(unit, strength) * self.nodes_u
        blocks = by_node @ by_node.swapaxes(-1, -2)
        for c in range(2):
            for p in range(points):
                at = slice((c * points + p) * balances, (c * points + p + 1) * balances)
                covariance[:, at, at] += blocks[:, c, p]
        least = 1e-10 * np.trace(covariance, axis1=1, axis2=2) / rows + 1e-18
        covariance += least[:, None, None] * np.eye(rows)
        return covariance

    def by_node(self, unit: UnitCurrents, strength: FloatArray) -> FloatArray:
        """Return the slopes of the balances by node voltage, (K, 2, P, M, N)."""
        at_a = (strength * unit.by_a + self.conductance)[..., None, :] * self.incidence
        at_b = (strength * unit.by_b - self.conductance)[..., None, :] * self.incidence
        return at_a @ self.at_tail + at_b @ self.at_head

    def residual_V(self, theta: FloatArray) -> FloatArray:
        """Return every residual as a voltage, (K, 2, P, M): the current over the node's conductance."""
        current, unit, strength = self.currents(theta)
        residual = current @ self.incidence.T
        own = np.max(np.abs(self.by_node(unit, strength)), axis=-1)
        volts: FloatArray = np.divide(residual, own, out=np.zeros_like(residual), where=own > 1e-9)
        return volts


def _balances(network: Network, driven: BoolArray, shorted: BoolArray) -> FloatArray:
    """Return the incidence of every current balance (M, E): undriven nodes, shorted ones taken together."""
    group = np.arange(network.nodes)
    for edge in np.flatnonzero(shorted):
        a, b = network.edges[edge]
        group[group == group[b]] = group[a]
    held = {int(group[n]) for n in np.flatnonzero(driven)}
    free = [int(g) for g in np.unique(group) if int(g) not in held]
    incidence = np.zeros((len(free), network.n_edges))
    for e, (a, b) in enumerate(network.edges):
        for end, sign in ((a, 1.0), (b, -1.0)):
            if int(group[end]) in free:
                incidence[free.index(int(group[end])), e] += sign
    return incidence
