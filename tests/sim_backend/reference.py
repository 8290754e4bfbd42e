"""The plant once more, in plain numpy and scipy, written from DESIGN §2.2 and §2.3 alone.

Nothing here imports sim_backend: these functions are what the compiled plant is judged against.
"""

from dataclasses import dataclass, field, replace

import networkx
import numpy as np
import scipy.integrate
import scipy.optimize

ONSET = 0.096  # V, where the square law ends
PER_VOLT = np.log(10) / 0.1  # sub-threshold: a decade per 0.1 V


def current(overdrive, a, b, strength):
    """Return the current from a to b of a square-law transistor (DESIGN §2.2); arrays welcome."""
    overdrive, a, b, strength = np.broadcast_arrays(overdrive, a, b, strength)
    low, drop = np.minimum(a, b), np.abs(a - b)
    u = overdrive - low
    boundary = np.minimum(drop, ONSET)
    ohmic = strength * (u - drop / 2) * drop
    saturated = strength * u**2 / 2
    below = strength * boundary**2 / 2 * 10 ** ((np.minimum(u, boundary) - boundary) / 0.1)
    size = np.select([u > drop, u > ONSET], [ohmic, saturated], below)
    return np.sign(a - b) * size


def slopes(overdrive, a, b, strength):
    """Return ∂I/∂a and ∂I/∂b of `current`."""
    high, low = np.maximum(a, b), np.minimum(a, b)
    drop, u = high - low, overdrive - low
    ohmic, saturated, steep = u > drop, u > ONSET, drop >= ONSET
    tail = PER_VOLT * np.abs(current(overdrive, a, b, strength))
    faint = strength * drop * 10 ** (np.minimum(overdrive - high, 0) / 0.1)
    nothing = np.zeros_like(u)
    by_high = np.select(
        [ohmic, saturated, steep], [strength * (overdrive - high), nothing, nothing], faint - tail
    )
    by_low = np.select([ohmic, saturated, steep], [-strength * u, -strength * u, -tail], -faint)
    forward = a >= b
    return np.where(forward, by_high, -by_low), np.where(forward, by_low, -by_high)


@dataclass(frozen=True, eq=False)
class Plant:
    """One copy of a network: ends (E, 2), and per edge threshold (V), strength (A/V²), conductance (S).

    `conductance` is that of a fixed resistor, NaN for a transistor.
    """

    nodes: int
    ends: np.ndarray
    threshold: np.ndarray
    strength: np.ndarray
    conductance: np.ndarray

    @classmethod
    def of(cls, network, threshold=0.62, strength=8.5e-4):
        edges = len(network.edges)
        conductance = np.full(edges, np.nan)
        for edge, ohm in network.fixed_resistance.items():
            conductance[edge] = 1 / ohm
        ends = np.array(network.edges)
        full = np.ones(edges)
        return cls(network.nodes, ends, threshold * full, strength * full, conductance)

    def edge_currents(self, gates, v):
        a, b = v[self.ends.T]
        transistor = current(gates - self.threshold, a, b, self.strength)
        return np.where(np.isnan(self.conductance), transistor, self.conductance * (a - b))

    def edge_slopes(self, gates, v):
        a, b = v[self.ends.T]
        by_a, by_b = slopes(gates - self.threshold, a, b, self.strength)
        fixed = ~np.isnan(self.conductance)
        return np.where(fixed, self.conductance, by_a), np.where(fixed, -self.conductance, by_b)

    def leaving(self, gates, v):
        """Return the current leaving every node, (N,), in amperes."""
        i = self.edge_currents(gates, v)
        total = np.zeros(self.nodes)
        np.add.at(total, self.ends[:, 0], i)
        np.subtract.at(total, self.ends[:, 1], i)
        return total

    def jacobian(self, gates, v):
        a, b = self.ends.T
        by_a, by_b = self.edge_slopes(gates, v)
        matrix = np.zeros((self.nodes, self.nodes))
        np.add.at(matrix, (a, a), by_a)
        np.add.at(matrix, (a, b), by_b)
        np.subtract.at(matrix, (b, a), by_a)
        np.subtract.at(matrix, (b, b), by_b)
        return matrix

    def laplacian(self, conductances):
        a, b = self.ends.T
        matrix = np.zeros((self.nodes, self.nodes))
        np.add.at(matrix, (a, a), conductances)
        np.add.at(matrix, (b, b), conductances)
        np.subtract.at(matrix, (a, b), conductances)
        np.subtract.at(matrix, (b, a), conductances)
        return matrix

    def graph(self):
        graph = networkx.Graph(map(tuple, self.ends))
        graph.add_nodes_from(range(self.nodes))
        return graph


def laplacian_voltages(matrix, fixed):
    """Solve a linear network: conductance Laplacian (N, N), fixed node → V; every node must be reachable."""
    held = np.array(list(fixed))
    loose = np.setdiff1d(np.arange(len(matrix)), held)
    v = np.zeros(len(matrix))
    v[held] = list(fixed.values())
    v[loose] = np.linalg.solve(matrix[np.ix_(loose, loose)], -matrix[np.ix_(loose, held)] @ v[held])
    return v


def newton_correction(plant, gates, v, loose):
    """Return the Newton step (V) at v: the first-order distance to the root."""
    if not len(loose):
        return np.zeros(0)
    jacobian = plant.jacobian(gates, v)[np.ix_(loose, loose)]
    rows = np.abs(jacobian).max(axis=1)
    return np.linalg.solve(jacobian / rows[:, None], plant.leaving(gates, v)[loose] / rows)


def voltages(plant, gates, fixed):
    """Return the node voltages at rest, (N,), by scipy root finding.

    Nodes that hang on a single live node carry no current and take its voltage; nodes no path joins
    to a fixed node are at 0 V. The rest is solved from a Picard start; every accepted answer has a
    Newton correction below 1e-12 V.
    """
    live, hangs_on = _live_nodes(plant, fixed)
    v = np.zeros(plant.nodes)
    v[list(fixed)] = list(fixed.values())
    loose = np.array([n for n in live if n not in fixed], dtype=int)
    if len(loose):
        inside = np.isin(plant.ends, live).all(axis=1)
        part = replace(
            plant,
            ends=plant.ends[inside],
            threshold=plant.threshold[inside],
            strength=plant.strength[inside],
            conductance=plant.conductance[inside],
        )
        v = _root(part, np.broadcast_to(gates, inside.shape)[inside], v, loose)
    for node, anchor in hangs_on.items():
        v[node] = v[anchor]
    return v


def _live_nodes(plant, fixed):
    """Split reachable nodes into those that can carry current and those that hang on one of them."""
    graph = plant.graph()
    graph.add_edges_from(("supply", node) for node in fixed)
    live = set(fixed)
    for component in networkx.biconnected_components(graph):
        if "supply" in component:
            live |= component - {"supply"}
    graph.remove_node("supply")
    hangs_on, frontier = {}, sorted(live)
    while frontier:
        node = frontier.pop()
        for other in graph[node]:
            if other not in live and other not in hangs_on:
                hangs_on[other] = hangs_on.get(node, node)
                frontier.append(other)
    return np.array(sorted(live)), hangs_on


def _root(plant, gates, v, loose):
    v = _picard(plant, gates, v, loose)
    for _ in range(4):  # each round with the residual scaled by the slopes where the last one ended
        scale = np.abs(plant.jacobian(gates, v)[np.ix_(loose, loose)]).max(axis=1)
        trial = v.copy()

        def residual(x, trial=trial, scale=scale):
            trial[loose] = x
            rows = plant.jacobian(gates, trial)[np.ix_(loose, loose)]
            return plant.leaving(gates, trial)[loose] / scale, rows / scale[:, None]

        v[loose] = scipy.optimize.root(residual, v[loose], jac=True, options={"xtol": 1e-15}).x
        if np.max(np.abs(newton_correction(plant, gates, v, loose))) < 1e-12:
            return v
    raise AssertionError("the reference found no root")


def _picard(plant, gates, v, loose):
    """Walk toward rest with each edge replaced by its secant conductance, half a step at a time."""
    rest = np.setdiff1d(np.unique(plant.ends), loose)
    v = v.copy()
    v[loose] = v[rest].mean()
    a, b = plant.ends.T
    overdrive = gates - plant.threshold
    for _ in range(60):
        drop = v[a] - v[b]
        flat = np.abs(drop) < 1e-6
        at_least = current(overdrive, v[b] + 1e-6, v[b], plant.strength) / 1e-6
        secant = np.where(flat, at_least, plant.edge_currents(gates, v) / np.where(flat, 1.0, drop))
        secant = np.where(np.isnan(plant.conductance), secant, plant.conductance)
        matrix = plant.laplacian(np.maximum(secant, 1e-30))
        scale = matrix.diagonal()[loose]
        inflow = -matrix[np.ix_(loose, rest)] @ v[rest]
        target = np.linalg.solve(matrix[np.ix_(loose, loose)] / scale[:, None], inflow / scale)
        v[loose] += 0.5 * (target - v[loose])
    return v


@dataclass(eq=False)
class Learning:
    """The learning rule of DESIGN §2.3 with a clamp, as an ODE for scipy.

    sources: node → V in both copies; targets (K,) nodes; matrix (T, K) from target voltages to outputs;
    nudge(O) → displacement of each output (T,) in V. live: the clamp follows the live free output (analog
    circuit), otherwise it stays where it was at the start. symmetric: nudged away against nudged toward.
    """

    free: Plant
    clamped: Plant
    sources: dict
    targets: np.ndarray
    matrix: np.ndarray
    nudge: object
    alpha: float
    live: bool = True
    symmetric: bool = False
    bias: object = 0.0
    offset: object = 0.0
    growth: float = 0.0
    growth_reference: float = 0.0
    node_max: float = 0.4532
    guesses: dict = field(default_factory=dict)

    def start(self, gates):
        """Fix what is held during the pulse: the free targets and outputs at its start."""
        v = self.settle("free", self.free, gates, {})
        self.held = v[self.targets]
        self.displacement = self.nudge(self.matrix @ self.held)

    def shares(self, displacement):
        """Share an output's displacement between its target nodes, by sign."""
        return self.matrix.T @ (displacement / np.abs(self.matrix).sum(axis=1))

    def drops(self, gates):
        first, second = {}, {}
        base, push = self.held, self.shares(self.displacement)
        if self.symmetric:
            first = self.pins(base - push)
        v = self.settle("free", self.free, gates, first)
        if self.live and not self.symmetric:
            base = v[self.targets]
            push = self.shares(self.nudge(self.matrix @ base))
        second = self.pins(base + push)
        w = self.settle("clamped", self.clamped, gates, second)
        return v, w

    def pins(self, volts):
        return dict(zip(self.targets, np.clip(volts, 0, self.node_max), strict=True))

    def slope(self, gates):
        """Return dG/dt (E,) in V/s, before any wall."""
        v, w = self.drops(gates)
        a, b = self.free.ends.T
        x, y = v[a] - v[b], w[a] - w[b]
        learns = np.isnan(self.free.conductance)
        factor = 1 + self.growth * (gates[learns].sum() - self.growth_reference)
        return np.where(learns, self.alpha * (x**2 - y**2 + 2 * self.offset * x) + self.bias * factor, 0.0)

    def settle(self, copy, plant, gates, pins):
        """Bring one copy to rest: numpy Newton from the last answer, scipy root finding if that fails."""
        fixed = {**self.sources, **pins}
        loose = np.array([n for n in range(plant.nodes) if n not in fixed], dtype=int)
        v = self.guesses.get(copy, np.full(plant.nodes, np.mean(list(self.sources.values())))).copy()
        v[list(fixed)] = list(fixed.values())
        for _ in range(12):
            step = newton_correction(plant, gates, v, loose)
            v[loose] -= np.clip(step, -0.1, 0.1)
            if np.max(np.abs(step), initial=0.0) < 1e-9:  # quadratic: the next would be below 1e-15
                break
        else:
            v = voltages(plant, gates, fixed)
        self.guesses[copy] = v
        return v

    def pulse(self, gates, duration, walls=None):
        """Return the gates after a pulse; with walls (low, high) they stop there and leave again."""
        self.start(gates)
        g, t = np.array(gates, dtype=float), 0.0
        low, high = walls or (-np.inf, np.inf)
        while t < duration:
            slope = self.slope(g)
            stuck = ((g <= low) & (slope <= 0)) | ((g >= high) & (slope >= 0))
            g[g < low], g[g > high] = low, high

            def rate(_, y, stuck=stuck):
                return np.where(stuck, 0.0, self.slope(y))

            def hits(_, y, stuck=stuck):
                return np.min(np.where(stuck, 1.0, np.minimum(y - low, high - y)), initial=1.0) + 1e-13

            def leaves(_, y, stuck=stuck):
                inward = np.where(y >= high, -1.0, 1.0) * self.slope(y)
                return np.max(np.where(stuck, inward, -1.0)) - 1e-9

            hits.terminal = leaves.terminal = True
            hits.direction, leaves.direction = -1, 1
            events = [] if walls is None else [hits, leaves]
            run = scipy.integrate.solve_ivp(
                rate, (t, duration), g, method="DOP853", rtol=1e-9, atol=1e-11, events=events
            )
            assert run.success, run.message
            g, t = run.y[:, -1], run.t[-1]
            near = 1e-9
            g = np.where(np.abs(g - low) < near, low, np.where(np.abs(g - high) < near, high, g))
        return g
