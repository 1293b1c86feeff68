"""Edges noded on the grid: what is sure is cut as GEOS cuts it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.partition import noding

CORNER = np.array([395_000.0, 3_440_000.0])
Floats = NDArray[np.float64]


def edges_on_grid(seed: int, *, count: int, steps: int) -> Floats:
    """Edges between places of a square of so many grid steps, each once."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, steps, (count, 4)) * noding.GRID_M
    ends = noding.on_grid((places.reshape(-1, 2) + CORNER).reshape(-1, 4))
    long = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return noding.unique(noding.directed(ends[long]))[0]


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 14),
    steps=st.sampled_from([12, 60, 400, 10_000, 3_000_000]),
)
def test_edges_are_cut_in_the_places_that_geos_chooses(
    seed: int, count: int, steps: int
) -> None:
    """From places a few steps apart, where nothing is sure, to streets."""
    edges = edges_on_grid(seed, count=count, steps=steps)

    ours, theirs = noding._cut(edges), noding._noded(edges)

    assert ours.tobytes() == theirs.tobytes()


def test_streets_that_cross_are_cut_without_geos(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edges = edges_on_grid(8, count=40, steps=3_000_000)
    seen: list[int] = []
    whole = noding._noded

    def watched(ends: Floats) -> Floats:
        seen.append(len(ends))
        return whole(ends)

    monkeypatch.setattr(noding, "_noded", watched)

    cut = noding._cut(edges)

    assert len(cut) > 3 * len(edges)
    assert sum(seen) < len(edges) / 2
    assert (
        len(noding._meeting(noding.in_steps(cut), np.arange(len(cut)), within=0)) == 0
    )


def test_edges_that_only_share_ends_stay_as_they_are() -> None:
    star = CORNER + np.array([[0, 0, 5, 1], [0, 0, 5, 3], [0, 0, 2, 9]]).reshape(-1, 2)
    edges = noding.unique(noding.directed(star.reshape(-1, 4)))[0]

    assert noding._cut(edges).tobytes() == edges.tobytes()


@pytest.mark.parametrize("wide", [1.0, 3e5])
def test_places_are_ranked_by_x_then_y(wide: float) -> None:
    """Also where they are too far apart to be told by one whole number."""
    xy = noding.on_grid(CORNER + np.array([[wide, 0], [0, 7], [0, 2], [wide, 0]]))

    places, row = noding.ranked(xy)

    expected = sorted({(x, y) for x, y in xy.tolist()})
    assert [(x, y) for x, y in places.tolist()] == expected
    assert (places[row] == xy).all()
