"""The circuit as arrays: unknowns in elimination order and the pattern of their LU factors.

Made once per wiring. Interior nodes are ordered to keep the factors sparse, target nodes come
last, so the system of the clamped copy (targets driven) is a leading block of the free one and one
factorisation serves both.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, NamedTuple

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from protocols.network import Network

Index = NDArray[np.uint32]


class Circuit(NamedTuple):
    """Static arrays of one wiring; compiled code reads them all the time.

    tail, head (E,) node of each edge end; order (M,) node of each unknown; row_tail, row_head (E,)
    unknown of each end or M when driven. The LU values lie as they are used: the diagonal of all M
    rows, the rows of L from first to last, those of U from last to first, so that either substitution
    reads straight on. column: of each value; row i of L is lower[i]:lower[i + 1], of U
    upper[i + 1]:upper[i]; slot_* (E,) where an edge's four slopes go in the LU values, or the spare
    last slot. interior: number of unknowns that are not targets; renewal: factors that shrink the
    error of a step by less than this factor are worth making anew.
    """

    tail: Index
    head: Index
    order: Index
    row_tail: Index
    row_head: Index
    column: Index
    lower: Index
    upper: Index
    slot_tail_tail: Index
    slot_tail_head: Index
    slot_head_tail: Index
    slot_head_head: Index
    interior: int
    renewal: float


def build_circuit(
    network: Network, driven: Collection[int], targets: Collection[int], open_edges: Collection[int] = ()
) -> Circuit:
    """Assign the unknowns of a wiring and lay out its LU factors.

    Nodes no driven node can reach, open edges left out, are no unknowns: they stay at 0 V.
    """
    ends = network.endpoints()
    conducting = tuple(pair for e, pair in enumerate(network.edges) if e not in set(open_edges))
    held = set(driven) | set(_unreachable(network.nodes, conducting, driven))
    interior = [n for n in range(network.nodes) if n not in held and n not in set(targets)]
    last = [n for n in targets if n not in held]
    order = np.array(_fill_reducing(network.nodes, ends, interior) + last, dtype=np.int64)
    unknowns = len(order)
    row_of = np.full(network.nodes, unknowns, dtype=np.int64)
    row_of[order] = np.arange(unknowns)
    rows = row_of[ends]
    column, lower, upper = _lu_pattern(unknowns, rows)
    slots = [_slots(rows[:, i], rows[:, j], column, lower, upper) for i in (0, 1) for j in (0, 1)]
    return Circuit(
        tail=_index(ends[:, 0]),
        head=_index(ends[:, 1]),
        order=_index(order),
        row_tail=_index(rows[:, 0]),
        row_head=_index(rows[:, 1]),
        column=_index(column),
        lower=_index(lower),
        upper=_index(upper),
        slot_tail_tail=_index(slots[0]),
        slot_tail_head=_index(slots[1]),
        slot_head_tail=_index(slots[2]),
        slot_head_head=_index(slots[3]),
        interior=len(interior),
        renewal=_renewal(upper, len(ends)),
    )


def _renewal(upper: NDArray[np.int64], edges: int) -> float:
    """Return the contraction that makes new factors worth their work.

    A factorisation costs about Σ u² of its rows' upper entries u, a chord step 2 Σ u and the edges; the
    longer the one takes against the other, the longer factors that have grown old are kept.
    """
    entries = upper[:-1] - upper[1:]
    cost = float(np.sum(entries**2)) / (2.0 * float(np.sum(entries)) + 3.0 * edges + 1.0)
    return float(np.clip(0.01 * cost, 0.02, 0.1))


def _unreachable(nodes: int, edges: tuple[tuple[int, int], ...], driven: Collection[int]) -> Collection[int]:
    if not edges:
        return range(nodes)
    return Network(nodes, edges).unreachable(driven)


def _index(values: NDArray[np.int64]) -> Index:
    """Make an index array; unsigned, since numba then leaves out the test for negative indices."""
    return np.ascontiguousarray(values, dtype=np.uint32)


def _fill_reducing(nodes: int, ends: NDArray[np.int64], interior: list[int]) -> list[int]:
    """Order the interior nodes by SuperLU's minimum degree, to keep LU factors sparse."""
    if len(interior) < 3:
        return interior
    weights = np.ones(len(ends))
    adjacency = scipy.sparse.coo_array((weights, (ends[:, 0], ends[:, 1])), shape=(nodes, nodes)).tocsr()
    block = adjacency[interior][:, interior]
    dominant = scipy.sparse.eye_array(len(interior)) * (2.0 * len(ends)) - block - block.T
    factors = _factors(dominant.tocsc(), "MMD_AT_PLUS_A")
    return [interior[k] for k in np.argsort(factors.perm_c)]


def _lu_pattern(
    unknowns: int, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the pattern of L and U, fill included: column, lower and upper of Circuit."""
    if unknowns == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    inside = rows[(rows < unknowns).all(axis=1)]
    pairs = np.concatenate([inside, inside[:, ::-1]])
    weights = np.ones(len(pairs))
    graph = scipy.sparse.coo_array((weights, (pairs[:, 0], pairs[:, 1])), shape=(unknowns, unknowns)).tocsc()
    # Where SuperLU's factors of a matrix that nothing cancels in are not 0, there is fill.
    dominant = scipy.sparse.diags_array(graph.sum(axis=0) + 1.0) - graph
    factors = _factors(dominant.tocsc(), "NATURAL")
    original = np.argsort(factors.perm_c)  # it may change the order where that changes no fill
    filled = factors.L.tocoo()
    off = (filled.row != filled.col) & (filled.data != 0.0)
    ends = np.sort([original[filled.row[off]], original[filled.col[off]]], axis=0)
    shape = (unknowns, unknowns)
    u = scipy.sparse.coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=shape).tocsr()
    u.sort_indices()
    low = u.T.tocsr()
    low.sort_indices()
    backwards = [u.indices[u.indptr[i] : u.indptr[i + 1]] for i in range(unknowns - 1, -1, -1)]
    column = np.concatenate([np.arange(unknowns), low.indices, *backwards]).astype(np.int64)
    lower = unknowns + low.indptr.astype(np.int64)
    return column, lower, len(column) - u.indptr.astype(np.int64)


def _factors(matrix: Any, order: Literal["NATURAL", "MMD_AT_PLUS_A"]) -> Any:
    """Factor a matrix of symmetric pattern that needs no pivots."""
    return scipy.sparse.linalg.splu(
        matrix, permc_spec=order, diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )


def _slots(
    row: NDArray[np.int64],
    col: NDArray[np.int64],
    column: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the position of entry (row, col) in the LU values for each edge; spare when driven."""
    unknowns, spare = len(lower) - 1, len(column)
    slots = np.full(len(row), spare, dtype=np.int64)
    for e in np.flatnonzero((row < unknowns) & (col < unknowns)):
        i, j = row[e], col[e]
        begin, end = (lower[i], lower[i + 1]) if j < i else (upper[i + 1], upper[i])
        slots[e] = i if i == j else begin + np.searchsorted(column[begin:end], j)
    return slots
