"""Networks whose nodes have a capacitance: time constants, and the way to rest as an ODE."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import scipy.integrate
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg
from numba import njit
from numpy.typing import ArrayLike, NDArray

from protocols import Network
from sim_backend import EdgeLaw, SquareLaw, solve
from sim_backend.plant.compilation import JIT
from sim_backend.plant.edge_law import Devices, edge_current

Vector = NDArray[np.float64]

LONGEST = 1e4  # slowest time constants; nothing here takes that long
DENSE_BELOW = 100  # unknowns; above, only the slowest modes are computed
SLOWEST = 4


@njit(**JIT)
def edge_currents(d: Devices, ends: NDArray[np.int64], gates: Vector, v: Vector) -> Vector:
    """Return current and both slopes of every edge, (E, 3), in amperes and siemens."""
    out = np.empty((len(ends), 3))
    for e in range(len(ends)):
        current, at_tail, at_head = edge_current(d, e, gates[e], v[ends[e, 0]], v[ends[e, 1]])
        out[e, 0], out[e, 1], out[e, 2] = current, at_tail, at_head
    return out


class Relaxation:
    """A network whose free nodes have a capacitance to ground: C_i·dV_i/dt = −I_i(V).

    I_i is the current that leaves node i through its edges; gates (E,) in volts do not move; fixed maps
    node → volts; capacitance in farads, one value or one per free node, in the order of `free`.
    """

    def __init__(
        self,
        network: Network,
        gates_V: ArrayLike,
        fixed: Mapping[int, float],
        capacitance_F: ArrayLike,
        law: EdgeLaw | None = None,
    ) -> None:
        law = law or SquareLaw()
        self.devices = law.devices(network)
        self.ends = network.endpoints()
        self.gates_V = np.array(np.broadcast_to(np.asarray(gates_V, dtype=float), (network.n_edges,)))
        self.free = np.array([n for n in range(network.nodes) if n not in fixed])
        self.capacitance_F = np.broadcast_to(np.asarray(capacitance_F, dtype=float), self.free.shape)
        self.rest_V = solve(network, self.gates_V, fixed, law)

    def rate(self, v: Vector) -> Vector:
        """Return dV/dt (F,) of the free nodes at node voltages v (F,), in V/s."""
        nodes = self._all(v)
        leaving = self.devices.leak * nodes if self.devices.leaks else np.zeros(len(nodes))
        current = edge_currents(self.devices, self.ends, self.gates_V, nodes)[:, 0]
        np.add.at(leaving, self.ends[:, 0], current)
        np.subtract.at(leaving, self.ends[:, 1], current)
        rates: Vector = -leaving[self.free] / self.capacitance_F
        return rates

    def jacobian(self, v: Vector) -> scipy.sparse.csc_array:
        """Return C⁻¹·J (F, F) at node voltages v (F,), in 1/s; its eigenvalues are the decay rates."""
        nodes = self._all(v)
        _, at_tail, at_head = edge_currents(self.devices, self.ends, self.gates_V, nodes).T
        a, b = self.ends.T
        all_nodes = np.arange(len(nodes))
        leak = self.devices.leak if self.devices.leaks else np.zeros(len(nodes))
        values = np.concatenate([at_tail, at_head, -at_tail, -at_head, leak])
        rows, columns = np.concatenate([a, a, b, b, all_nodes]), np.concatenate([a, b, a, b, all_nodes])
        square = scipy.sparse.coo_array((values, (rows, columns)), shape=(len(nodes), len(nodes))).tocsr()
        inner = square[self.free][:, self.free]
        return scipy.sparse.csc_array(scipy.sparse.diags_array(1.0 / self.capacitance_F) @ inner)

    def time_constant_s(self) -> float:
        """Return the slowest time constant of small displacements from rest, 1/min Re λ(C⁻¹·J)."""
        rates = self.jacobian(self.rest_V[self.free])
        if rates.shape[0] < DENSE_BELOW:
            found = scipy.linalg.eigvals(rates.toarray())
        else:
            start = np.ones(rates.shape[0])  # ARPACK's own start is random
            found = scipy.sparse.linalg.eigs(rates, k=SLOWEST, sigma=0.0, v0=start, return_eigenvectors=False)
        slowest = float(np.min(found.real))
        if slowest <= 0:
            raise ArithmeticError("the state of rest is not stable: a displacement from it grows")
        return 1.0 / slowest

    def course(self, start_V: Vector, until_V: float) -> Course:
        """Integrate the nonlinear ODE from voltages start_V (N,) until all are within until_V of rest."""
        rest, time_constant = self.rest_V[self.free], self.time_constant_s()

        def distance(_: float, v: Vector) -> float:
            return float(np.max(np.abs(v - rest))) - until_V

        distance.terminal = True  # type: ignore[attr-defined]
        run = scipy.integrate.solve_ivp(
            lambda _, v: self.rate(v),
            (0.0, LONGEST * time_constant),
            start_V[self.free],
            method="Radau",
            jac=lambda _, v: -self.jacobian(v),
            rtol=1e-7,
            atol=1e-9,
            events=distance,
            dense_output=True,
        )
        if run.status != 1 or run.sol is None:
            raise ArithmeticError(f"the network did not settle: {run.message}")
        return Course(run.t, run.sol, rest)

    def _all(self, v: Vector) -> Vector:
        nodes = self.rest_V.copy()
        nodes[self.free] = v
        return nodes


class Course:
    """The way of a network to rest: how far (V) the farthest node is from there at a time (s)."""

    def __init__(self, times_s: Vector, at: Callable[[float], Vector], rest_V: Vector) -> None:
        self.times_s, self._at, self._rest_V = times_s, at, rest_V

    def distance_V(self, time_s: float) -> float:
        """Return how far the farthest node is from rest."""
        return float(np.max(np.abs(self._at(time_s) - self._rest_V)))

    def settled_s(self, distance_V: float) -> float:
        """Return the time in seconds after which every node stays within distance_V of rest."""
        outside = [k for k, t in enumerate(self.times_s) if self.distance_V(t) > distance_V]
        if not outside:
            return 0.0
        before = self.times_s[outside[-1]]
        after = self.times_s[min(outside[-1] + 1, len(self.times_s) - 1)]
        for _ in range(60):
            middle = 0.5 * (before + after)
            before, after = (middle, after) if self.distance_V(middle) > distance_V else (before, middle)
        return float(after)
