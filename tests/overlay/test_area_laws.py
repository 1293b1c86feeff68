"""Laws of the area sum: parts make the whole, order does not count, cells add up."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.county import CRS, County, make_county, make_sites
from zoning import measure
from zoning.overlay import PieceTree, SharedAreas, areas, own_areas, ragged_edges
from zoning.overlay import shared_areas as shared
from zoning.overlay.density import PLAIN

Shapes = NDArray[np.object_]
CORNER = np.array([395_000.0, 3_440_000.0])


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(0.002)


def table(left: Shapes, right: Shapes, crs: str = CRS) -> NDArray[np.float64]:
    """Return the shared areas as a matrix."""
    found = shared(ragged_edges(left), ragged_edges(right), crs=crs)
    return matrix(found, len(left), len(right))


def matrix(found: SharedAreas, rows: int, columns: int) -> NDArray[np.float64]:
    made = np.zeros((rows, columns))
    made[found.left, found.right] = found.area_m2
    return made


def whole_of(shapes: Shapes) -> Shapes:
    return np.array([shapely.coverage_union_all(shapes), None], dtype=object)[:-1]


def tiles_of(shapes: Shapes, count: int) -> Shapes:
    """Divide the box of shapes into count × count tiles."""
    west, south, east, north = shapely.total_bounds(shapes)
    x, y = np.linspace(west, east, count + 1), np.linspace(south, north, count + 1)
    i, j = (a.ravel() for a in np.mgrid[:count, :count])
    return np.asarray(shapely.box(x[i], y[j], x[i + 1], y[j + 1]), dtype=object)


def test_a_partition_of_the_county_sums_to_the_county(county: County) -> None:
    parts = own_areas(ragged_edges(county.parcels), crs=CRS)
    whole = whole_of(county.parcels)

    assert parts.sum() == pytest.approx(measure.area_m2(whole, CRS)[0], rel=1e-9)
    assert parts.sum() == pytest.approx(own_areas(ragged_edges(whole), crs=CRS)[0])
    crossed = table(whole, county.parcels)[0]
    assert crossed == pytest.approx(parts, rel=1e-9)


def test_a_site_shares_with_all_parcels_what_it_shares_with_the_county(
    county: County,
) -> None:
    sites = make_sites(20, 0.002)

    by_parcel = table(sites, county.parcels).sum(axis=1)

    assert by_parcel == pytest.approx(
        table(sites, whole_of(county.parcels))[:, 0], rel=1e-9
    )


@pytest.mark.parametrize("count", [1, 4, 16])
@pytest.mark.parametrize("layer", ["red_lines", "farmland", "units"])
def test_tiles_give_the_same_areas(county: County, layer: str, count: int) -> None:
    shapes: Shapes = getattr(county, layer)
    tiles = tiles_of(shapes, count)
    sites = make_sites(12, 0.002)

    in_tiles = table(shapes, tiles).sum(axis=1)
    cut = shapely.intersection(sites[:, None], tiles[None, :]).ravel()
    by_tile = table(cut, shapes).reshape(len(sites), len(tiles), -1).sum(axis=1)
    whole = table(sites, shapes)

    assert in_tiles == pytest.approx(own_areas(ragged_edges(shapes), crs=CRS), rel=1e-9)
    assert by_tile == pytest.approx(whole, rel=1e-9, abs=1e-6)
    assert ((by_tile > 1e-5) == (whole > 1e-5)).all()


@pytest.mark.parametrize("few", [10**12, -1], ids=["numpy", "compiled"])
def test_order_of_sites_features_and_threads_changes_no_byte(
    county: County, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "FEW", few)
    sites, shapes = make_sites(15, 0.002), county.red_lines
    shapes = np.concatenate([shapes, county.farmland, county.urban])
    rng = np.random.default_rng(4)
    site, row = rng.permutation(len(sites)), rng.permutation(len(shapes))
    plain = table(sites, shapes)

    left, right = ragged_edges(sites[site]), ragged_edges(shapes[row])
    trees = PieceTree(left), PieceTree(right)
    for threads in (1, 3):
        found = shared(*trees, crs=CRS, threads=threads)
        mixed = matrix(found, len(sites), len(shapes))
        assert mixed.tobytes() == plain[np.ix_(site, row)].tobytes()
        for tree in trees:  # areas of pieces that are kept change none either
            tree.keep_areas(CRS)


cells = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1)
lean = st.tuples(st.integers(-3, 3), st.integers(-3, 3))


def joined(places: Sequence[tuple[int, int]], leans: tuple[int, int]) -> Shapes:
    """Join unit cells, then lean their grid over: whole-number corners, exact."""
    i, j = np.array(places, dtype=float).T
    shape = shapely.union_all(shapely.box(i, j, i + 1, j + 1))
    across, up = leans
    turn = np.array([[1.0, up], [across, 1.0 + across * up]])  # of determinant 1
    moved = shapely.transform(shape, lambda xy: xy @ turn + CORNER)
    return np.array([moved, None], dtype=object)[:-1]


@given(one=cells, other=cells, leans=lean)
def test_joined_cells_share_the_cells_of_both(
    one: set[tuple[int, int]], other: set[tuple[int, int]], leans: tuple[int, int]
) -> None:
    """Holes, holes filled by the other, corners that touch, shared sloping edges."""
    left, right = joined(sorted(one), leans), joined(sorted(other), leans)

    assert table(left, right, PLAIN)[0, 0] == pytest.approx(len(one & other), abs=1e-9)


@pytest.mark.parametrize("few", [10**12, -1], ids=["numpy", "compiled"])
def test_a_piece_whose_box_is_covered_has_its_own_area(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "FEW", few)
    star = make_sites(1, 0.002)
    around = np.asarray(shapely.buffer(shapely.envelope(star), 5.0, quad_segs=2))
    holed = shapely.difference(around, shapely.buffer(star, -1.0, quad_segs=2))
    own = own_areas(ragged_edges(star), crs=CRS)[0]

    assert table(star, around)[0, 0] == own
    assert table(around, star)[0, 0] == own
    assert table(star, holed)[0, 0] == pytest.approx(
        measure.area_m2(shapely.intersection(star, holed), CRS)[0],
        rel=1e-9,
    )
