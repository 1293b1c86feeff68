"""Accounts of change: a hand table, the laws of a matrix, and two routes that agree."""

import os
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import one_map_county
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from one_map_county import box
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.accounts import (
    ABSENT,
    Vintage,
    change_matrix,
    change_polygons,
    raster_matrix,
)
from zoning.errors import UsageError
from zoning.io.vintages import VintageOptions, read_vintages
from zoning.model import CheckOptions
from zoning.report.one_map.account_tables import Account, account_tables

CRS = "EPSG:4546"
EXAMPLES = 100 if os.environ.get("ZONING_THOROUGH") else 20
CHECK = CheckOptions(as_of=date(2026, 11, 23))


def vintage(*rows: tuple[BaseGeometry, str]) -> Vintage:
    shapes = np.array([*(shape for shape, _ in rows), None], dtype=object)[:-1]
    label = np.array([*(word for _, word in rows), None], dtype=object)[:-1]
    return Vintage(name="x", geometry=shapes, label=label)


OLD = vintage((box(0, 0, 600, 1000), "field"), (box(600, 0, 1000, 1000), "wood"))
NEW = vintage((box(0, 0, 500, 1000), "field"), (box(500, 0, 1000, 1000), "wood"))


def plane(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[list[int]]:
    """Square metres of the plane, near x = 400 000, to the hectare."""
    return [[round(v / 1e4) for v in row] for row in matrix.tolist()]


def test_the_matrix_is_that_of_a_hand_table() -> None:
    found = change_matrix(OLD, NEW, crs=CRS)

    assert found.classes == ("field", "wood", ABSENT)
    assert plane(found.area_m2) == [[50, 10, 0], [0, 40, 0], [0, 0, 0]]
    assert plane(np.array([found.additions_m2, found.reductions_m2])) == [
        [0, 10, 0],
        [10, 0, 0],
    ]


def mosaic(seed: int) -> Vintage:
    """Rectangles that tile a square of 1 km in random strips, three classes."""
    rng = np.random.default_rng(seed)
    cuts = np.unique(np.r_[0.0, rng.uniform(0, 1000, 4), 1000.0])
    rows = []
    for west, east in pairwise(cuts):
        tops = np.unique(np.r_[0.0, rng.uniform(0, 1000, 3), 1000.0])
        rows += [
            (box(west, low, east, high), str(rng.choice(["a", "b", "c"])))
            for low, high in pairwise(tops)
        ]
    return vintage(*rows)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10_000))
def test_margins_are_extents_and_swapping_vintages_transposes(seed: int) -> None:
    old, new = mosaic(seed), mosaic(seed + 1)

    found, back = change_matrix(old, new, crs=CRS), change_matrix(new, old, crs=CRS)

    whole = found.opening_m2.sum()
    for axis, extents, side in ((1, found.opening_m2, old), (0, found.closing_m2, new)):
        gap = np.abs(found.area_m2.sum(axis=axis) - extents).max()
        assert gap <= 1e-9 * whole
        for word in ("a", "b", "c"):
            shapes = side.geometry[side.label == word]
            place = found.classes.index(word) if word in found.classes else -1
            measured = measure.area_m2(shapes, CRS).sum()
            assert extents[place] == pytest.approx(measured, rel=1e-12, abs=1e-6)
    assert found.classes == back.classes
    assert np.abs(found.area_m2 - back.area_m2.T).max() <= 1e-9 * whole
    flow = found.opening_m2 + found.additions_m2 - found.reductions_m2
    assert np.abs(flow - found.closing_m2).max() <= 1e-9 * whole


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10_000))
def test_a_vintage_against_itself_is_a_diagonal(seed: int) -> None:
    same = mosaic(seed)

    found = change_matrix(same, same, crs=CRS)

    assert (found.area_m2 == np.diag(np.diag(found.area_m2))).all()
    assert len(change_polygons(same, same, crs=CRS).area_m2) == 0


def test_ground_of_one_vintage_alone_comes_and_goes() -> None:
    larger = vintage((box(0, 0, 600, 1000), "field"), (box(600, 0, 1200, 1000), "wood"))

    found = change_matrix(OLD, larger, crs=CRS)
    back = change_matrix(larger, OLD, crs=CRS)

    assert plane(found.area_m2)[2] == [0, 20, 0]
    assert plane(back.area_m2)[1] == [0, 40, 20]


def test_cells_that_fit_the_outlines_give_the_exact_matrix() -> None:
    exact = change_matrix(OLD, NEW, crs=CRS)

    for cell in (10.0, 50.0):
        cells = raster_matrix(OLD, NEW, cell, crs=CRS)
        assert cells.classes == exact.classes
        assert cells.area_m2 == pytest.approx(exact.area_m2, rel=3e-8, abs=1e-3)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10_000))
def test_the_fast_route_is_off_by_no_more_than_the_cells_on_borders(seed: int) -> None:
    old, new = mosaic(seed), mosaic(seed + 1)
    cell = 10.0

    exact = change_matrix(old, new, crs=CRS).area_m2
    cells = raster_matrix(old, new, cell, crs=CRS).area_m2

    borders = sum(
        shapely.length(shapely.boundary(side.geometry)).sum() for side in (old, new)
    )
    assert np.abs(exact - cells).sum() <= 2 * borders * cell


def test_a_hole_and_overlapping_classes_are_burnt_right() -> None:
    ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))
    one = vintage((ring, "a"), (box(50, 0, 100, 100), "b"))

    found = raster_matrix(one, one, 5.0, crs=CRS)

    assert found.area_m2[0, 0] == pytest.approx(10_000 - 400, rel=1e-3)
    assert found.area_m2[1, 1] == pytest.approx(10 * 20, rel=1e-3)  # in the hole


def test_change_polygons_are_the_matrix_with_slivers_apart() -> None:
    new = vintage(
        (box(0, 0, 500, 1000), "field"),
        (shapely.union(box(500, 0, 1000, 1000), box(0, 0, 15, 20)), "wood"),
    )
    new.geometry[0] = shapely.difference(new.geometry[0], box(0, 0, 15, 20))

    found = change_polygons(OLD, new, crs=CRS)

    assert [str(w) for w in found.before] == ["field", "field"]
    assert found.sliver.tolist() == [False, True]
    assert found.area_m2[1] == pytest.approx(300, rel=1e-3)
    matrix = change_matrix(OLD, new, crs=CRS)
    assert found.area_m2.sum() == pytest.approx(matrix.area_m2[0, 1], rel=1e-9)


def test_every_printed_identity_holds_to_the_last_digit() -> None:
    old, new = mosaic(3), mosaic(4)
    account = Account(
        layer="", old="x", new="y", matrix=change_matrix(old, new, crs=CRS), crs=CRS
    )

    matrix, extent, stock = account_tables(account, "en")

    for row in stock.rows:
        opening, added, lost, closing, net = (Decimal(str(c)) for c in row[1:])
        assert opening + added - lost == closing
        assert net == closing - opening
    by_name = {row[0]: row[1:-1] for row in extent.rows}
    assert by_name["opening"] == tuple(row[-1] for row in matrix.rows[:-1])
    assert by_name["closing"] == matrix.rows[-1][1:-1]


def test_two_bases_and_two_files_give_the_same_account(tmp_path: Path) -> None:
    moved = [*one_map_county.RED_LINE[:1]]
    one = one_map_county.write_county(tmp_path / "old")
    two = one_map_county.write_county(
        tmp_path / "new", ecological_redline=(moved, 4490)
    )
    options = VintageOptions(layer="ecological_redline")
    name = "ecological_redline.geojson"

    bases = read_vintages(one, two, options, check=CHECK)
    files = read_vintages(one / name, two / name, options, check=CHECK)

    found = [change_matrix(p.old, p.new, crs=p.crs) for p in (bases, files)]
    assert found[0].classes == found[1].classes == ("core", "general", ABSENT)
    assert found[0].area_m2 == pytest.approx(found[1].area_m2, rel=1e-8, abs=0.01)
    assert found[0].area_m2[1, 2] == pytest.approx(250_000, rel=1e-3)
    assert files.crs == "EPSG:4546"


def test_a_base_beside_a_file_is_refused(tmp_path: Path) -> None:
    one = one_map_county.write_county(tmp_path / "old")

    with pytest.raises(UsageError):
        read_vintages(
            one, one / "county.geojson", VintageOptions(layer="county"), check=CHECK
        )


def test_a_vintage_that_overlaps_itself_is_told_before_it_is_counted(
    tmp_path: Path,
) -> None:
    double = [*one_map_county.RED_LINE, one_map_county.RED_LINE[1]]
    folder = one_map_county.write_county(
        tmp_path / "c", ecological_redline=(double, 4490)
    )
    path = folder / "ecological_redline.geojson"

    pair = read_vintages(
        path, path, VintageOptions(layer="ecological_redline"), check=CHECK
    )

    assert {p.code for p in pair.problems} == {"VINTAGE_COVERS_TWICE"}
