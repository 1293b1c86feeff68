"""Boxes of a GeoPackage's index, read from its nodes: as SQLite tells them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from zoning.io.geopackage_index import geopackage_boxes


def written(folder: Path, count: int) -> Path:
    rng = np.random.default_rng(count)
    corner = rng.uniform(-1e6, 1e6, (count, 2))
    boxes = np.hstack([corner, corner + rng.uniform(1, 500, (count, 2))])
    path = folder / "a.gpkg"
    table = geopandas.GeoDataFrame(
        {"A": np.arange(count)}, geometry=shapely.box(*boxes.T), crs=4546
    )
    table.to_file(path, layer="a", driver="GPKG")
    return path


def by_sqlite(path: Path) -> NDArray[np.float64]:
    query = (
        "SELECT r.minx, r.miny, r.maxx, r.maxy FROM a LEFT JOIN rtree_a_geom r"
        " ON r.id = a.rowid ORDER BY a.rowid"
    )
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(query).fetchall()
    return np.array(found, dtype=float).reshape(-1, 4)


def run(path: Path, *queries: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for query in queries:
            database.execute(query)
        database.commit()


def no_triggers(path: Path) -> list[str]:
    """Return what takes the triggers away that keep table and index together."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with closing(sqlite3.connect(path)) as database:
        return [f'DROP TRIGGER "{name}"' for (name,) in database.execute(query)]


@pytest.mark.parametrize("count", [1, 50, 52, 3000])
def test_the_nodes_tell_what_sqlite_tells(tmp_path: Path, count: int) -> None:
    path = written(tmp_path, count)

    boxes = geopackage_boxes(path, "a")

    assert boxes is not None
    np.testing.assert_array_equal(boxes, by_sqlite(path))


def test_features_without_a_leaf_have_no_box_and_move_no_other(tmp_path: Path) -> None:
    path = written(tmp_path, 300)
    run(path, "DELETE FROM rtree_a_geom WHERE id IN (1, 7, 300)")

    boxes = geopackage_boxes(path, "a")

    assert boxes is not None
    np.testing.assert_array_equal(boxes, by_sqlite(path))
    assert np.flatnonzero(np.isnan(boxes[:, 0])).tolist() == [0, 6, 299]


def test_keys_with_holes_keep_their_boxes(tmp_path: Path) -> None:
    path = written(tmp_path, 300)
    run(path, *no_triggers(path), "DELETE FROM a WHERE rowid IN (5, 6, 299)")

    boxes = geopackage_boxes(path, "a")

    assert boxes is not None
    assert len(boxes) == 297
    np.testing.assert_array_equal(boxes, by_sqlite(path))


def test_an_index_of_another_make_is_read_through_sqlite(tmp_path: Path) -> None:
    path = written(tmp_path, 60)
    run(
        path,
        *no_triggers(path),
        "CREATE VIRTUAL TABLE other USING rtree(id, minx, maxx, miny, maxy, +note)",
        "INSERT INTO other (id, minx, maxx, miny, maxy)"
        " SELECT id, minx, maxx, miny, maxy FROM rtree_a_geom",
        "DROP TABLE rtree_a_geom",
        "ALTER TABLE other RENAME TO rtree_a_geom",
    )

    boxes = geopackage_boxes(path, "a")

    assert boxes is not None
    np.testing.assert_array_equal(boxes, by_sqlite(path))


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM rtree_a_geom_node WHERE nodeno > 1",
        "UPDATE rtree_a_geom_node SET data = zeroblob(10) WHERE nodeno = 1",
        "UPDATE rtree_a_geom_node SET data = x'00' WHERE nodeno > 1",
        "DELETE FROM rtree_a_geom_node",
    ],
)
def test_a_broken_tree_is_never_half_a_tree(tmp_path: Path, damage: str) -> None:
    path = written(tmp_path, 300)
    run(path, damage)

    try:
        boxes = geopackage_boxes(path, "a")
    except (ValueError, sqlite3.Error):
        return
    assert boxes is None or not np.isfinite(boxes).any()


def test_without_an_index_there_are_no_boxes(tmp_path: Path) -> None:
    path = written(tmp_path, 3)
    run(path, "DROP TABLE rtree_a_geom")

    assert geopackage_boxes(path, "a") is None
