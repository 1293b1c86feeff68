"""Indices of connectivity against brute force and landscapes done by hand."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.corridors.indices import (
    connectivity,
    integral_index,
    link_importance,
    node_importance,
    probability_of_dispersal,
    restoration_gain,
)
from zoning.errors import UsageError

Floats = NDArray[np.float64]


@st.composite
def landscapes(draw: st.DrawFn) -> tuple[Floats, Floats]:
    size = draw(st.integers(2, 6))
    numbers = st.floats(0.0, 100.0)
    attribute = np.array(draw(st.lists(numbers, min_size=size, max_size=size)))
    attribute[0] += 1.0
    direct = np.zeros((size, size))
    chances = st.one_of(st.just(0.0), st.just(1.0), st.floats(0.01, 0.99))
    for i in range(size):
        for j in range(i):
            direct[i, j] = direct[j, i] = draw(chances)
    return attribute, direct


def brute_best(direct: Floats) -> Floats:
    """Try every chain of different nodes."""
    size = len(direct)
    best = np.eye(size)
    for i in range(size):
        for j in range(size):
            others = [k for k in range(size) if k not in {i, j}]
            for count in range(len(others) + 1) if i != j else ():
                for between in permutations(others, count):
                    chain = pairwise((i, *between, j))
                    product = float(np.prod([direct[a, b] for a, b in chain]))
                    best[i, j] = max(best[i, j], product)
    return best


def brute_numerator(attribute: Floats, direct: Floats) -> float:
    return float(attribute @ brute_best(direct) @ attribute)


@given(landscape=landscapes())
def test_the_index_is_that_of_every_chain_tried(
    landscape: tuple[Floats, Floats],
) -> None:
    found = connectivity(*landscape)
    expected = brute_numerator(*landscape)
    assert found.numerator == pytest.approx(expected, rel=1e-12)
    assert found.equivalent**2 == pytest.approx(expected, rel=1e-12)


@given(landscape=landscapes())
def test_a_node_is_worth_what_is_lost_without_it(
    landscape: tuple[Floats, Floats],
) -> None:
    attribute, direct = landscape
    whole = brute_numerator(attribute, direct)
    left = []
    for k in range(len(attribute)):
        keep = np.arange(len(attribute)) != k
        left.append(brute_numerator(attribute[keep], direct[np.ix_(keep, keep)]))
    found = node_importance(attribute, direct)
    expected = 100 * (whole - np.array(left)) / whole
    assert found.whole == pytest.approx(expected, rel=1e-12, abs=1e-10)
    assert (found.connector >= 0).all()
    assert found.intra == pytest.approx(100 * attribute**2 / whole, rel=1e-12)


@given(landscape=landscapes())
def test_a_link_is_worth_what_is_lost_without_it_and_restored_by_it(
    landscape: tuple[Floats, Floats],
) -> None:
    attribute, direct = landscape
    whole = brute_numerator(attribute, direct)
    links = np.argwhere(np.triu(direct) > 0)
    found = link_importance(attribute, direct, links)
    for (i, j), worth in zip(links, found.whole, strict=True):
        less = direct.copy()
        less[i, j] = less[j, i] = 0.0
        without = brute_numerator(attribute, less)
        assert worth == pytest.approx(100 * (whole - without) / whole, abs=1e-10)
        one, back = np.array([[i, j]]), np.array([direct[i, j]])
        gain = restoration_gain(attribute, less, one, probability=back)[0]
        assert gain * without == pytest.approx(100 * (whole - without), abs=1e-8)


@pytest.mark.parametrize("size", [2, 3, 7])
def test_chains_have_a_closed_form(size: int) -> None:
    """Of n equal nodes in a row: n + 2 sum (n - k) p^k over k = 1 .. n - 1."""
    chance, area = 0.5, 3.0
    direct = np.diag(np.full(size - 1, chance), 1)
    direct += direct.T
    terms = sum((size - k) * chance**k for k in range(1, size))
    found = connectivity(np.full(size, area), direct)
    assert found.numerator == pytest.approx(area**2 * (size + 2 * terms), rel=1e-12)


def test_a_star_hangs_on_its_middle() -> None:
    """Four leaves of 1 about a middle of 0: the middle is stepping stone alone."""
    direct = np.zeros((5, 5))
    direct[0, 1:] = direct[1:, 0] = 0.5
    found = node_importance(np.array([0.0, 1, 1, 1, 1]), direct)
    assert found.whole[0] == pytest.approx(100 * (12 * 0.25) / (4 + 12 * 0.25))
    assert found.connector[0] == found.whole[0]
    assert found.connector[1:] == pytest.approx(0.0)


def test_a_sure_link_makes_two_nodes_one() -> None:
    direct = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert connectivity(np.array([3.0, 4.0]), direct).equivalent == pytest.approx(7.0)


def test_the_integral_index_counts_links_by_hand() -> None:
    """A path of three: 1+4+9 + 2(2/2 + 6/2 + 3/3) = 24; alone a node counts itself."""
    path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=bool)
    assert integral_index(np.array([1.0, 2.0, 3.0]), path) == pytest.approx(24.0)
    none = np.zeros((3, 3), dtype=bool)
    assert integral_index(np.array([1.0, 2.0, 3.0]), none) == pytest.approx(14.0)


def test_half_reach_the_median_distance_and_none_where_there_is_no_way() -> None:
    distance = np.array([0.0, 1000.0, 2000.0, np.inf])
    found = probability_of_dispersal(distance, at=1000.0, probability=0.5)
    assert found == pytest.approx([1.0, 0.5, 0.25, 0.0])


@pytest.mark.parametrize(("at", "probability"), [(0.0, 0.5), (10.0, 1.0), (10.0, 0.0)])
def test_a_dispersal_that_says_nothing_is_refused(
    at: float, probability: float
) -> None:
    with pytest.raises(UsageError, match="E58"):
        probability_of_dispersal(np.zeros(1), at=at, probability=probability)


@pytest.mark.parametrize(
    "direct",
    [np.zeros((2, 3)), np.array([[0, 2.0], [2.0, 0]]), np.array([[0, 0.1], [0.2, 0]])],
)
def test_links_that_are_no_probabilities_are_refused(direct: Floats) -> None:
    with pytest.raises(UsageError, match="E58"):
        connectivity(np.ones(2), direct)
