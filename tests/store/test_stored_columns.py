"""What a store gives back is what was put in, whichever part is asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning import store
from zoning.overlay import RaggedEdges, nearest_features, ragged_edges
from zoning.overlay.shapes import Drawn
from zoning.store.files import StoredFile, write_file

CRS = "EPSG:4546"
X, Y = 400_000.0, 3_440_000.0


def star(rng: np.random.Generator, count: int, reach: float) -> shapely.Polygon:
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    away = reach * rng.uniform(0.5, 1.0, count)
    middle = np.array([X, Y]) + rng.uniform(0, 3000, 2)
    ring = middle + away[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shape: shapely.Polygon = shapely.Polygon(ring).buffer(0)
    return shape


def shapes_of(seed: int) -> NDArray[np.object_]:
    """Every kind that a layer may hold, small and large, in no order of place."""
    rng = np.random.default_rng(seed)
    line = shapely.LineString(rng.uniform(0, 900, (40, 2)) + np.array([X, Y]))
    found = [
        *(star(rng, int(rng.integers(5, 40)), 80.0) for _ in range(12)),
        star(rng, 1500, 900.0),
        shapely.difference(star(rng, 60, 500.0), star(rng, 9, 60.0)),
        shapely.union_all([star(rng, 8, 90.0), star(rng, 8, 90.0)]),
        line,
        shapely.MultiLineString([line, shapely.LineString([(X, Y), (X + 9, Y)])]),
        shapely.Point(X + 7, Y + 5),
        shapely.MultiPoint([(X, Y), (X + 70, Y + 50)]),
        shapely.GeometryCollection([shapely.Point(X, Y), line]),
    ]
    kept = [shape for shape in found if not shape.is_empty]
    return np.array([*kept, None], dtype=object)[:-1]


def stored(folder: Path, shapes: NDArray[np.object_]) -> store.StoredShapes:
    path = folder / "shapes.zst4"
    write_file(path, {}, store.pack_shapes(shapes))
    return store.StoredShapes(StoredFile(path))


def same_edges(one: RaggedEdges, other: RaggedEdges) -> bool:
    names = ("piece_starts", "owner", "box", "edge_starts", "ends", "sign")
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_shapes_come_back_vertex_by_vertex(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    shapes = shapes_of(seed)
    column = stored(tmp_path_factory.mktemp("store"), shapes)
    some = np.random.default_rng(seed).permutation(len(shapes))[:7]

    assert np.array_equal(column.bounds, shapely.bounds(shapes))
    assert [shapely.to_wkb(s) for s in column[some]] == [
        shapely.to_wkb(s) for s in shapes[some]
    ]
    assert [shapely.to_wkb(s) for s in np.asarray(column)] == [
        shapely.to_wkb(s) for s in shapes
    ]
    assert column.taken(some)[2].equals_exact(shapes[some[2]], 0.0)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_stored_edges_and_facets_are_those_of_the_shapes(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    shapes = shapes_of(seed)
    column, drawn = stored(tmp_path_factory.mktemp("store"), shapes), Drawn(shapes)
    some = np.random.default_rng(seed).permutation(len(shapes))[:9]

    assert same_edges(column.edges(some), ragged_edges(shapes[some]))
    for row in range(len(shapes) - 1):  # a collection has no facets
        assert np.array_equal(column.facets(row), drawn.facets(row))
        first = np.arange(min(3, len(drawn.facets(row))))
        assert [s.wkb for s in column.facet_lines(row, first)] == [
            s.wkb for s in drawn.facet_lines(row, first)
        ]


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_the_nearest_is_the_one_that_geos_finds_among_all(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    shapes = shapes_of(seed)
    column = stored(tmp_path_factory.mktemp("store"), shapes)
    rng = np.random.default_rng(seed + 1)
    corner = np.array([X, Y]) + rng.uniform(-6000, 6000, (6, 2))
    sites: Any = shapely.box(
        *np.hstack([corner, corner + rng.uniform(1, 400, (6, 2))]).T
    )

    found = nearest_features(sites, column, 5000.0, crs=CRS)
    again = nearest_features(sites, shapes, 5000.0, crs=CRS)

    away = shapely.distance(sites[:, None], shapes[None, :])
    within = away.min(axis=1) <= 5000.0
    assert found.feature.tolist() == np.where(within, away.argmin(axis=1), -1).tolist()
    assert np.array_equal(found.distance_m, again.distance_m)
    assert np.array_equal(found.witness_lonlat, again.witness_lonlat, equal_nan=True)


@given(st.lists(st.text(max_size=6)), st.integers(0, 3))
def test_texts_come_back_row_by_row(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], more: int
) -> None:
    every = [w.encode("utf-8", "replace").decode() for w in words]
    every += [f"图斑{k}" for k in range(5000)] if more == 0 else []
    column = np.array([*every, None], dtype=object)[:-1]
    path = tmp_path_factory.mktemp("store") / "texts.zst4"
    write_file(path, {}, store.pack_texts("name", column))

    read = store.StoredTexts(StoredFile(path), "name")

    assert list(read) == every
    assert [read[k] for k in range(min(len(every), 5))] == every[:5]
    assert read[np.arange(len(every))[::-1]].tolist() == every[::-1]
    assert (read == column).all()


def test_rows_asked_for_twice_hide_no_other(tmp_path: Path) -> None:
    """As many rows as there are shapes need not be all shapes."""
    shapes = shapes_of(4)
    column = stored(tmp_path, shapes)
    twice = np.full(len(shapes), 3)

    drawn = column[twice]

    assert {shape.wkb for shape in drawn} == {shapes[3].wkb}
    every = np.arange(len(shapes))
    assert [shape.wkb for shape in column[every]] == [shape.wkb for shape in shapes]
