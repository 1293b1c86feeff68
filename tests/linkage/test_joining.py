"""Links that are kept: nothing that can be joined is left apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from valley import table_text

from zoning.corridors.grid import Grid
from zoning.corridors.network import Link
from zoning.errors import UsageError
from zoning.linkage.joining import Joined, join, parts_of
from zoning.linkage.table import model_table_of

SIDE = 24


def drawn(seed: int) -> tuple[Grid, np.ndarray[tuple[int, ...], np.dtype[np.int32]]]:
    """Return random ground with barriers, and up to nine sources on it."""
    draw = np.random.default_rng(seed)
    ground = draw.choice([1.0, 5.0, 40.0, np.nan], (SIDE, SIDE), p=[0.4, 0.3, 0.1, 0.2])
    labels = np.zeros((SIDE, SIDE), dtype=np.int32)
    for number in range(1, int(draw.integers(2, 10)) + 1):
        row, column = draw.integers(0, SIDE - 2, 2)
        labels[row : row + 2, column : column + 2] = number
    numbers, again = np.unique(labels, return_inverse=True)
    place = (100.0, 0.0, 400_000.0, 0.0, -100.0, 3_440_000.0)
    grid = Grid(values=ground, transform=place, crs="EPSG:4546")
    assert numbers[0] == 0
    return grid, again.reshape(labels.shape).astype(np.int32)


def joined(
    grid: Grid, labels: np.ndarray[tuple[int, ...], np.dtype[np.int32]], nearest: int
) -> Joined | None:
    """Join sources; None where there is nothing to join."""
    settings = model_table_of(table_text(nearest=str(nearest))).settings
    try:
        return join(grid, labels, settings, threads=1)
    except UsageError as error:
        if error.problem.code not in {"CORRIDOR_NO_LINKS", "SOURCES_ONE"}:
            raise
        return None


def together(sources: tuple[int, ...], links: tuple[Link, ...]) -> set[frozenset[int]]:
    """Return the parts of a net, by merging sets until nothing changes."""
    parts = [{number} for number in sources]
    for link in links:
        met = [part for part in parts if part & {link.start, link.end}]
        parts = [part for part in parts if part not in met]
        parts.append(set().union(*met))
    return {frozenset(part) for part in parts}


@given(seed=st.integers(0, 10**6), nearest=st.integers(1, 3))
def test_what_can_be_joined_is_joined_by_the_links_kept(
    seed: int, nearest: int
) -> None:
    grid, labels = drawn(seed)
    found = joined(grid, labels, nearest)
    if found is None:
        return
    net = found.net
    assert together(net.sources, found.kept) == together(net.sources, net.links)
    ends = {(link.start, link.end) for link in found.kept}
    assert found.tree <= ends
    assert len(found.tree) == len(net.sources) - len(together(net.sources, net.links))
    for number in net.sources:
        own = [k for k in net.links if number in {k.start, k.end} and not k.crossed]
        if own:
            best = min(own, key=lambda link: (link.cost, link.start, link.end))
            assert (best.start, best.end) in ends


@pytest.mark.parametrize("seed", range(12))
def test_parts_are_those_of_merged_sets(seed: int) -> None:
    draw = np.random.default_rng(seed)
    grid, labels = drawn(seed)
    found = joined(grid, labels, 1)
    if found is None:
        return
    links = tuple(link for link in found.net.links if draw.random() < 0.5)
    part = parts_of(found.net.sources, links)
    merged = {
        frozenset(np.array(found.net.sources)[part == k].tolist())
        for k in range(int(part.max()) + 1)
    }
    assert merged == together(found.net.sources, links)
