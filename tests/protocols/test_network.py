"""Networks: the edges of the boards (DESIGN §2.1), names, and what floats."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols import ConfigError, Network, lattice, periodic_lattice, two_edge_board


def degrees(network: Network) -> list[int]:
    return np.bincount(network.endpoints().ravel(), minlength=network.nodes).tolist()


# ── the lattice board ────────────────────────────────────────────────────────────────────────────

# Written out from the rule in DESIGN §2.1: node 4·row + col; (r,c)–(r+1 mod 4,c), then (r,c)–(r,c+1 mod 4).
VERTICAL = [
    *[(0, 4), (1, 5), (2, 6), (3, 7)],
    *[(4, 8), (5, 9), (6, 10), (7, 11)],
    *[(8, 12), (9, 13), (10, 14), (11, 15)],
    *[(12, 0), (13, 1), (14, 2), (15, 3)],
]
HORIZONTAL = [
    *[(0, 1), (1, 2), (2, 3), (3, 0)],
    *[(4, 5), (5, 6), (6, 7), (7, 4)],
    *[(8, 9), (9, 10), (10, 11), (11, 8)],
    *[(12, 13), (13, 14), (14, 15), (15, 12)],
]


def test_the_lattice_board_has_the_published_edges_in_the_published_order() -> None:
    board = periodic_lattice(4, 4)
    assert (board.nodes, board.n_edges) == (16, 32)
    assert board.edges == (*VERTICAL, *HORIZONTAL)
    assert degrees(board) == [4] * 16
    assert board.transistors().all()
    assert board.name == "4×4 periodic lattice"


def test_the_open_lattice_has_no_wrapped_edges() -> None:
    board = lattice(4, 4, periodic=False)
    wrapped = {(12, 0), (13, 1), (14, 2), (15, 3), (3, 0), (7, 4), (11, 8), (15, 12)}
    assert board.edges == tuple(e for e in (*VERTICAL, *HORIZONTAL) if e not in wrapped)
    assert Counter(degrees(board)) == {2: 4, 3: 8, 4: 4}
    assert board.name == "4×4 open lattice"


sides = st.integers(1, 7)


@given(rows=sides, columns=sides, periodic=st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_lattice_joins_neighbours_only(rows: int, columns: int, periodic: bool) -> None:
    if rows * columns < 2:
        return
    board = lattice(rows, columns, periodic=periodic)
    wraps = [n > 1 and periodic for n in (rows, columns)]
    assert board.n_edges == (rows if wraps[0] else rows - 1) * columns + rows * (
        columns if wraps[1] else columns - 1
    )
    for a, b in board.edges:
        (ra, ca), (rb, cb) = divmod(a, columns), divmod(b, columns)
        down, right = (rb - ra) % rows, (cb - ca) % columns
        assert (down, right) in {(1, 0), (0, 1)}
        if not periodic:
            assert abs(rb - ra) + abs(cb - ca) == 1
    assert board.unreachable([0]) == []
    assert len(set(board.edge_names())) == board.n_edges


def test_a_lattice_is_drawn_with_row_0_on_top() -> None:
    board = periodic_lattice(2, 3)
    assert board.positions == ((0, 1), (1, 1), (2, 1), (0, 0), (1, 0), (2, 0))


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_a_periodic_row_is_a_ring(shape: tuple[int, int]) -> None:
    ring = periodic_lattice(*shape)
    assert ring.edges == ((0, 1), (1, 2), (2, 3), (3, 4), (4, 0))


def test_an_open_row_is_a_chain() -> None:
    assert lattice(1, 4, periodic=False).edges == ((0, 1), (1, 2), (2, 3))


def test_two_periodic_rows_are_joined_twice() -> None:
    board = periodic_lattice(2, 3)
    assert board.edges[:6] == ((0, 3), (1, 4), (2, 5), (3, 0), (4, 1), (5, 2))
    assert degrees(board) == [4] * 6
    assert max(Counter(frozenset(e) for e in board.edges).values()) == 2


@pytest.mark.parametrize("shape", [(1, 1), (0, 4), (4, 0), (-2, -2)])
def test_a_lattice_of_less_than_two_nodes_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ConfigError) as caught:
        lattice(*shape)
    assert caught.value.key == "rows"
    assert str(list(shape)) in str(caught.value)


# ── the two-edge board ───────────────────────────────────────────────────────────────────────────


def test_the_two_edge_board_is_a_star_of_two_transistors_and_a_resistor() -> None:
    board = two_edge_board()
    assert (board.nodes, board.n_edges) == (4, 3)
    assert [set(e) for e in board.edges] == [{0, 1}, {0, 2}, {0, 3}]
    assert board.transistors().tolist() == [True, True, False]
    assert board.fixed_resistance == {2: 500.0}
    assert degrees(board) == [3, 1, 1, 1]
    assert two_edge_board(470.0).fixed_resistance == {2: 470.0}


# ── any graph ────────────────────────────────────────────────────────────────────────────────────


def test_a_graph_without_positions_is_drawn_on_a_circle() -> None:
    network = Network(5, ((0, 1), (1, 2), (2, 3), (3, 4)))
    np.testing.assert_allclose(np.hypot(*np.array(network.positions).T), 1.0)
    assert len(set(network.positions)) == 5


def test_endpoints_are_the_edges_as_an_array() -> None:
    network = Network(3, ((2, 0), (1, 2)))
    assert network.endpoints().tolist() == [[2, 0], [1, 2]]
    assert network.endpoints().dtype == np.int64


def test_edges_may_come_as_lists_of_numpy_numbers() -> None:
    network = Network(3, np.array([[0, 1], [1, 2]]))  # type: ignore[arg-type]
    assert network.edges == ((0, 1), (1, 2))
    assert all(type(node) is int for edge in network.edges for node in edge)


def test_edge_names_are_readable_and_sortable() -> None:
    assert Network(3, ((0, 1), (2, 1))).edge_names() == ["0-1", "2-1"]
    assert periodic_lattice(4, 4).edge_names()[:2] == ["00-04", "01-05"]
    assert Network(2, ((0, 1), (0, 1), (1, 0), (0, 1))).edge_names() == ["0-1", "0-1b", "1-0", "0-1c"]


@given(
    nodes=st.integers(2, 120),
    pairs=st.lists(st.tuples(st.integers(0, 119), st.integers(0, 119)), min_size=1, max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_edge_names_are_unique(nodes: int, pairs: list[tuple[int, int]]) -> None:
    edges = [(a % nodes, b % nodes) for a, b in pairs if a % nodes != b % nodes]
    if not edges:
        return
    names = Network(nodes, tuple(edges)).edge_names()
    assert len(set(names)) == len(edges)


def test_even_forty_parallel_edges_have_names_of_their_own() -> None:
    names = Network(2, ((0, 1),) * 40).edge_names()
    assert len(set(names)) == 40


# ── what floats ──────────────────────────────────────────────────────────────────────────────────


def test_nodes_that_no_path_joins_to_a_source_are_unreachable() -> None:
    network = Network(7, ((0, 1), (1, 2), (3, 4), (4, 3)))
    assert network.unreachable([0]) == [3, 4, 5, 6]
    assert network.unreachable([2, 4]) == [5, 6]
    assert network.unreachable([]) == list(range(7))
    assert network.unreachable([6]) == [0, 1, 2, 3, 4, 5]


@given(
    nodes=st.integers(2, 15),
    pairs=st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), min_size=1, max_size=20),
    fixed=st.sets(st.integers(0, 14), max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_unreachable_against_shortest_paths(
    nodes: int, pairs: list[tuple[int, int]], fixed: set[int]
) -> None:
    edges = [(a % nodes, b % nodes) for a, b in pairs if a % nodes != b % nodes]
    if not edges:
        return
    sources = {f % nodes for f in fixed}
    graph = networkx.MultiGraph(edges)
    graph.add_nodes_from(range(nodes))
    expected = [n for n in range(nodes) if not any(networkx.has_path(graph, n, s) for s in sources)]
    assert Network(nodes, tuple(edges)).unreachable(sources) == expected


# ── what cannot be built ─────────────────────────────────────────────────────────────────────────

TWO = ((0, 1), (1, 2))
BAD: list[Any] = [
    pytest.param({"nodes": 1, "edges": ((0, 0),)}, "nodes", "1", id="one node"),
    pytest.param({"nodes": 0, "edges": ()}, "nodes", "0", id="no node"),
    pytest.param({"nodes": -3, "edges": TWO}, "nodes", "-3", id="negative nodes"),
    pytest.param({"nodes": 3, "edges": ()}, "edges", "", id="no edge"),
    pytest.param({"nodes": 3, "edges": ((0, 1), (1, 3))}, "edges", "[1, 3]", id="node too high"),
    pytest.param({"nodes": 3, "edges": ((-1, 1),)}, "edges", "[-1, 1]", id="node below 0"),
    pytest.param({"nodes": 3, "edges": ((0, 1), (2, 2))}, "edges", "[2, 2]", id="self-loop"),
    pytest.param({"fixed_resistance": {2: 500.0}}, "fixed_resistance", "2", id="resistor on no edge"),
    pytest.param({"fixed_resistance": {-1: 500.0}}, "fixed_resistance", "-1", id="resistor on edge -1"),
    pytest.param({"fixed_resistance": {0: 0.0}}, "fixed_resistance", "0.0", id="short"),
    pytest.param({"fixed_resistance": {0: -5.0}}, "fixed_resistance", "-5.0", id="negative ohms"),
    pytest.param({"fixed_resistance": {0: np.inf}}, "fixed_resistance", "inf", id="infinite ohms"),
    pytest.param({"fixed_resistance": {0: np.nan}}, "fixed_resistance", "nan", id="nan ohms"),
    pytest.param({"positions": ((0.0, 0.0),)}, "positions", "1", id="too few positions"),
]


@pytest.mark.parametrize(("changes", "key", "value"), BAD)
def test_a_network_that_cannot_be_built_is_refused_with_key_and_value(
    changes: dict[str, Any], key: str, value: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        Network(**({"nodes": 3, "edges": TWO} | changes))
    text = str(caught.value)
    assert caught.value.key == key
    assert text.startswith(f"{key}: ")
    if value:
        assert f"(got {value})" in text


def test_the_edge_that_is_wrong_is_named_with_what_is_allowed() -> None:
    with pytest.raises(ConfigError, match=r"edge 1 names a node .*; nodes are 0 to 2"):
        Network(3, ((0, 1), (1, 7)))


def test_a_network_does_not_follow_its_callers_dictionary() -> None:
    resistors = {0: 500.0}
    network = Network(3, TWO, resistors)
    resistors[1] = 10.0
    assert network.transistors().tolist() == [False, True]
