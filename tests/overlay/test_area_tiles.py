"""A layer cut into tiles, and a county cut into parts: the same, and the whole."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from plots_of_batch import OPTIONS, plots

from zoning import measure
from zoning.check import check
from zoning.model import Base, Layer, Report
from zoning.overlay import measure_overlaps
from zoning.rules.packs import read_rule_book

CUT = ("permanent_basic_farmland", "ecological_redline")


def cells(bounds: tuple[float, ...], across: int) -> NDArray[np.object_]:
    """Cut a box into tiles whose borders lie on no round coordinate."""
    west, south, east, north = bounds
    x = np.linspace(west - 0.37, east + 0.41, across + 1)
    y = np.linspace(south - 0.29, north + 0.53, across + 1)
    left, low = (a.ravel() for a in np.meshgrid(x[:-1], y[:-1]))
    right, high = (a.ravel() for a in np.meshgrid(x[1:], y[1:]))
    return np.asarray(shapely.box(left, low, right, high), dtype=object)


def in_tiles(layer: Layer, across: int) -> Layer:
    """Return the layer with each feature cut along the tiles that it meets."""
    tiles = cells(tuple(shapely.total_bounds(layer.geometry)), across)
    tile, row = shapely.STRtree(layer.geometry).query(tiles, predicate="intersects")
    pieces = shapely.intersection(tiles[tile], layer.geometry[row])
    kept = shapely.get_dimensions(pieces) == 2
    row, tile = row[kept], tile[kept]
    names = [f"{layer.feature_ids[r]}/{t}" for r, t in zip(row, tile, strict=True)]
    return replace(
        layer,
        geometry=pieces[kept],
        feature_ids=np.array(names, dtype=object),
        attributes={key: column[row] for key, column in layer.attributes.items()},
    )


@pytest.fixture(scope="module")
def whole(base: Base) -> Report:
    book = read_rule_book(base.packs, base.folder)
    return check(plots(24), base, book, options=OPTIONS)


@pytest.mark.parametrize("across", [1, 4, 16])
def test_tiles_change_no_verdict_and_no_area(
    base: Base, whole: Report, across: int
) -> None:
    cut = {key: in_tiles(base.layers[key], across) for key in CUT}
    tiled = replace(base, layers={**base.layers, **cut})
    book = read_rule_book(base.packs, base.folder)

    found = check(plots(24), tiled, book, options=OPTIONS)

    for one, other in zip(whole.sites, found.sites, strict=True):
        assert one.verdict == other.verdict
        assert [f.state for f in one.findings] == [f.state for f in other.findings]
        for a, b in zip(one.findings, other.findings, strict=True):
            both = a.overlap_m2_deduplicated, b.overlap_m2_deduplicated
            assert math.isclose(*both, rel_tol=1e-9, abs_tol=1e-6), a.rule_id


@pytest.mark.parametrize("across", [1, 3, 9])
def test_the_parts_of_a_partition_of_the_county_sum_to_the_county(
    base: Base, across: int
) -> None:
    county = np.array([base.county], dtype=object)
    parts = shapely.intersection(cells(base.county.bounds, across), base.county)

    found = measure_overlaps(parts, county, OPTIONS, crs=base.crs)

    whole = float(measure.area_m2(county, base.crs)[0])
    assert math.isclose(math.fsum(found.area_m2), whole, rel_tol=1e-9)
    assert len(found.site) == len(parts)
