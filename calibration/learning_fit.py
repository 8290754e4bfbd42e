"""How each edge really learns: rate, constant bias, contrast offset and charge per pulse.

dG/dt = α(ΔV_F² − ΔV_C²) + 2α·o·ΔV_F + b while learning is on, and a charge q with every pulse
(DESIGN §2.3, §2.5). With the node voltages of both copies read along the way, the change of a gate over
a training burst is linear in α, β = 2αo, b and q: an ordinary weighted regression per edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.board_under_test import Averaged, Learned
from protocols.block import BoolArray, FloatArray
from protocols.network import Network

RATE, OFFSET_RATE, BIAS, CHARGE = range(4)
_REJECTIONS, _STRANGE = 4, 7.0
_LEAST_U_V = 10e-6  # no prediction of where a gate goes is better: between snapshots it is interpolated
_MOST_GROWTH = 1.0  # 1/V, wide as a prior: a bias that doubles with a volt more on all gates together
LEAST_RATE = 0.2  # of the board's usual one: an edge slower than that does not learn
WALL_MARGIN_V = 0.2  # walls are known roughly; an edge that came this near may have met its own


@dataclass(frozen=True, eq=False)
class Burst:
    """One burst of pulses: what should move each gate, and how far it went.

    regressors (E, 4): ∫(ΔV_F² − ΔV_C²)dt in V²s, ∫ΔV_F dt in Vs, time in s, number of pulses; contrast_u
    (E,): standard uncertainty of the first; moved (E,) and its standard uncertainty, never below 10 µV, in
    volts; usable (E,): no wall was in the way; gates_V (E,): their mean meanwhile. kind: which protocol.
    """

    kind: str
    regressors: FloatArray
    contrast_u: FloatArray
    moved: FloatArray
    moved_u: FloatArray
    usable: BoolArray
    gates_V: FloatArray


@dataclass(frozen=True, eq=False)
class LearningFit:
    """Estimates per edge (E,): rate 1/(V·s), offset V, bias V/s, charge V, and standard uncertainties.

    coefficients (E, 4) are α, β = 2αo, b, q with covariance (E, 4, 4); chi2 (E,) per degree of freedom;
    kind_chi2: the same per protocol, over all edges. growth (1/V) of the bias with the sum of the gates that
    learn, common to all edges, about reference_V, where the biases hold; 0 unless it stands out, ± 1 1/V
    without a bias.
    """

    coefficients: FloatArray
    covariance: FloatArray
    chi2: FloatArray
    kind_chi2: dict[str, float]
    growth: float
    growth_u: float
    reference_V: float

    @property
    def rate(self) -> Averaged:
        """Return α and its standard uncertainty, in 1/(V·s)."""
        return self._one(RATE)

    @property
    def bias(self) -> Averaged:
        """Return b and its standard uncertainty, in V/s."""
        return self._one(BIAS)

    @property
    def charge(self) -> Averaged:
        """Return q and its standard uncertainty, in V."""
        return self._one(CHARGE)

    @property
    def offset(self) -> Averaged:
        """Return o = β/(2α) and its standard uncertainty, in V."""
        alpha, beta = self.coefficients[:, RATE], self.coefficients[:, OFFSET_RATE]
        safe = np.where(np.abs(alpha) > 0, alpha, np.nan)
        offset = beta / (2 * safe)
        c = self.covariance
        variance = (
            c[:, OFFSET_RATE, OFFSET_RATE]
            - 4 * offset * c[:, RATE, OFFSET_RATE]
            + 4 * offset**2 * c[:, RATE, RATE]
        ) / (2 * safe) ** 2
        return Averaged(offset, np.sqrt(np.maximum(variance, 0.0)))

    @property
    def correlation(self) -> FloatArray:
        """Return the correlation of bias and offset estimates (E,): ±1 means they cannot be told apart."""
        c = self.covariance
        scale = np.sqrt(c[:, BIAS, BIAS] * c[:, OFFSET_RATE, OFFSET_RATE])
        return np.divide(c[:, BIAS, OFFSET_RATE], scale, out=np.ones_like(scale), where=scale > 0)

    def _one(self, which: int) -> Averaged:
        return Averaged(self.coefficients[:, which], np.sqrt(self.covariance[:, which, which]))


def burst(
    network: Network,
    kind: str,
    runs: list[Learned],
    before: Averaged,
    after: Averaged,
    walls_V: tuple[FloatArray, FloatArray],
    node_noise_V: float = 0.0,
    leaked_V: FloatArray | float = 0.0,
) -> Burst:
    """Return runs of pulses between two gate readings as one row of the regression, of every edge.

    walls_V: lower and upper, (E,) each; an edge that came near one is not usable. node_noise_V: of one
    reading. leaked_V (E,) is what the gates lost meanwhile besides.
    """
    moved = after.mean - before.mean + leaked_V
    rows, variance = np.zeros((network.n_edges, 4)), np.zeros(network.n_edges)
    for run in runs:
        row, row_u = _integrals(network, run, node_noise_V)
        rows, variance = rows + row, variance + row_u**2
    lowest, highest = np.minimum(before.mean, after.mean), np.maximum(before.mean, after.mean)
    return Burst(
        kind,
        rows,
        np.sqrt(variance),
        moved,
        np.sqrt(before.uncertainty**2 + after.uncertainty**2 + _LEAST_U_V**2),
        (lowest > walls_V[0] + WALL_MARGIN_V) & (highest < walls_V[1] - WALL_MARGIN_V),
        0.5 * (before.mean + after.mean),
    )


def _integrals(network: Network, run: Learned, noise_V: float) -> tuple[FloatArray, FloatArray]:
    """Integrate what moves each gate over a run, (E, 4), and the uncertainty of the first (E,); see Burst.

    Snapshots stand at the ends of pulses; between them the trapezoid rule, and before the first a straight
    line through the first two.
    """
    tail, head = network.endpoints().T
    x = run.free[:, tail] - run.free[:, head]
    y = run.clamped[:, tail] - run.clamped[:, head]
    times = run.time_s
    weights = _trapezoid_weights(times, run.total_s)
    constant = np.ones(network.n_edges)
    rows = np.column_stack(
        [
            weights @ ((x - y) * (x + y)),
            weights @ x,
            run.total_s * constant,
            run.pulses * constant,
        ]
    )
    spread = np.sqrt(weights**2 @ (8 * noise_V**2 * (x**2 + y**2)))
    return rows, spread


def _trapezoid_weights(times: FloatArray, total_s: float) -> FloatArray:
    """Return what each snapshot weighs in an integral from 0 to total_s (k,), in seconds."""
    k = len(times)
    if k == 1:
        return np.array([total_s])
    weights = np.zeros(k)
    steps = np.diff(times)
    weights[:-1] += 0.5 * steps
    weights[1:] += 0.5 * steps
    weights[-1] += total_s - times[-1]
    lean = 0.5 * times[0] / steps[0]  # mean of the line over (0, t₁): f₁ − (f₂ − f₁)·t₁/(2·(t₂ − t₁))
    weights[0] += times[0] * (1 + lean)
    weights[1] -= times[0] * lean
    return weights


def fit_learning(network: Network, bursts: list[Burst], nominal_rate: float) -> LearningFit:
    """Regress how far each gate moved on what should have moved it.

    nominal_rate in 1/(V·s) sets a prior so wide that it only holds what no burst tells, and how the
    uncertainty of the contrast weighs in a first fit; in the next the board's usual rate does.
    Uncertainties are widened by √χ² per degree of freedom where a gate moved less predictably than its
    readings explain.
    """
    still = np.zeros(len(bursts))
    first = _regress(network, bursts, nominal_rate, 0.0, still)
    found = np.abs(first.coefficients[network.transistors(), RATE])
    if len(found):
        nominal_rate = float(np.clip(np.median(found), 0.1 * nominal_rate, 10 * nominal_rate))
        first = _regress(network, bursts, nominal_rate, 0.0, still)
    sums = np.nansum([b.gates_V * _learns(network, first, nominal_rate) for b in bursts], axis=1)
    reference = float(sums.mean())
    excess = sums - reference
    growth, growth_u = _growth(network, bursts, nominal_rate, first, excess)
    if abs(growth) < 4 * growth_u:
        return replace(first, reference_V=reference, growth_u=growth_u)
    fit = first
    for _ in range(3):  # what the growth hides in the other estimates comes out step by step
        fit = _regress(network, bursts, nominal_rate, growth, excess)
        more, growth_u = _growth(network, bursts, nominal_rate, fit, excess)
        growth += more
    fit = _regress(network, bursts, nominal_rate, growth, excess)
    return replace(fit, growth=growth, growth_u=growth_u, reference_V=reference)


def _learns(network: Network, fit: LearningFit, rate: float) -> BoolArray:
    """Return which edges (E,) learn: of those that may, all but the dead, the open and the shorted ones.

    A rate that no burst tells, as of a shorted edge, counts as none only where no bias shows either.
    """
    found, bias = fit.rate, fit.bias
    dead = np.abs(found.mean) + 3 * found.uncertainty < LEAST_RATE * rate
    untold = found.uncertainty > LEAST_RATE * rate
    learns: BoolArray = network.transistors() & ~dead & ~(untold & (np.abs(bias.mean) < 4 * bias.uncertainty))
    return learns


def _rows(bursts: list[Burst], rate: float) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Return regressors (B, E, 4), moved, its uncertainty and usable (B, E) of all bursts."""
    x, moved = np.array([b.regressors for b in bursts]), np.array([b.moved for b in bursts])
    u = np.array([np.hypot(b.moved_u, rate * b.contrast_u) for b in bursts])
    return x, moved, u, np.array([b.usable for b in bursts])


def _regress(
    network: Network, bursts: list[Burst], rate: float, growth: float, excess_V: FloatArray
) -> LearningFit:
    """Fit every edge by itself; excess_V (B,): the sum of gates beyond its reference, in volts."""
    x, moved, u, usable = _rows(bursts, rate)
    x[:, :, BIAS] *= (1 + growth * excess_V)[:, None]
    edges = network.n_edges
    prior = np.diag(np.array([2 * rate, rate, 50.0, 1e-3]) ** -2.0)
    coefficients, covariance = np.full((edges, 4), np.nan), np.full((edges, 4, 4), np.nan)
    chi2 = np.full(edges, np.nan)
    squares: dict[str, list[float]] = {b.kind: [] for b in bursts}
    for e in np.flatnonzero(network.transistors()):
        on = usable[:, e]
        weight = np.where(on, 1.0 / np.where(u[:, e] > 0, u[:, e], 1.0), 0.0)
        for _ in range(_REJECTIONS):
            a, y = x[:, e] * weight[:, None], np.nan_to_num(moved[:, e]) * weight
            cov = np.linalg.inv(a.T @ a + prior)
            at = cov @ (a.T @ y)
            residual = y - a @ at
            scatter = 1.4826 * float(np.median(np.abs(residual[weight > 0]))) if (weight > 0).any() else 1.0
            strange = np.abs(residual) > _STRANGE * max(scatter, 1.0)
            if not strange.any():
                break
            weight = np.where(strange, 0.0, weight)  # a wall met on the way, or a sample lost
        on = weight > 0
        chi2[e] = float(residual @ residual) / max(int(on.sum()) - 4, 1)
        coefficients[e], covariance[e] = at, cov * max(chi2[e], 1.0)
        for b, r, good in zip(bursts, residual, on, strict=True):
            if good:
                squares[b.kind].append(float(r * r))
    means = {kind: float(np.mean(values)) if values else np.nan for kind, values in squares.items()}
    return LearningFit(coefficients, covariance, chi2, means, growth, 0.0, 0.0)


def _growth(
    network: Network, bursts: list[Burst], rate: float, fit: LearningFit, excess_V: FloatArray
) -> tuple[float, float]:
    """Return what growth of the bias the residuals of a fit still show, and its uncertainty, in 1/V.

    Where there is no bias that could grow, the prior is left: 0 ± 1.
    """
    x, moved, u, usable = _rows(bursts, rate)
    on = usable & network.transistors()
    theta = np.nan_to_num(fit.coefficients)
    scaled = x.copy()
    scaled[:, :, BIAS] *= (1 + fit.growth * excess_V)[:, None]
    residual = np.nan_to_num(moved - np.einsum("bei,ei->be", scaled, theta))
    column = x[:, :, BIAS] * theta[:, BIAS] * excess_V[:, None]
    for e in np.flatnonzero(network.transistors()):  # only what the edge's own estimates cannot take up
        a = scaled[:, e] / u[:, e, None]
        on_e = on[:, e][:, None]
        target = column[:, e] / u[:, e]
        taken, *_ = np.linalg.lstsq(a * on_e, target * on_e[:, 0], rcond=None)
        column[:, e] -= (a @ taken) * u[:, e]
    weight = np.where(on, 1.0 / np.where(u > 0, u, 1.0) ** 2, 0.0)
    widened = max(float(np.nanmedian(fit.chi2)), 1.0)
    information = float(np.sum(weight * column**2)) / widened
    shown = float(np.sum(weight * column * residual)) / widened
    told = information + _MOST_GROWTH**-2
    return shown / told, told**-0.5
