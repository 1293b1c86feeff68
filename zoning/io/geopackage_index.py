"""Boxes of the features of a GeoPackage, from the index that it keeps of them.

The index is a tree whose nodes lie in a table of their own; read level by level
it costs a tenth of asking SQLite for its rows.

References
----------
.. [1] OGC 12-128r19, annex F.3: ``rtree_<table>_<column>``, rounded outwards to
   32-bit numbers.
.. [2] SQLite, ``ext/rtree/rtree.c``: a node is a blob, big-endian; depth of the
   tree (in the root, node 1) and number of cells in two bytes each, then cells of
   an id in eight bytes and the least and greatest coordinate of each axis in four.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["geopackage_boxes"]

_ROOT = 1
_COUNT, _CELLS = slice(2, 4), 4
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_MOST_LEVELS = 40
_USUAL = re.compile(
    r'USING\s+"?rtree"?\s*\(\s*id\s*,\s*minx\s*,\s*maxx\s*,\s*miny\s*,\s*maxy\s*\)',
    re.IGNORECASE,
)
_WEST_SOUTH_EAST_NORTH = [0, 2, 1, 3]
Leaves = tuple[NDArray[np.int64], NDArray[np.float64]]


def geopackage_boxes(path: Path, table: str) -> NDArray[np.float64] | None:
    """Return the boxes of a table's features, in the order of their keys.

    Returns
    -------
    ndarray of float, shape (n, 4), or None
        West, south, east, north; NaN where the index has none: such a feature was
        added by a program that keeps no index, and is read all the same, for
        nothing here searches by place. None without an index.

    Raises
    ------
    sqlite3.Error, ValueError
        When it cannot be read.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        column = database.execute(
            "SELECT column_name FROM gpkg_geometry_columns"
            " WHERE lower(table_name) = lower(?)",
            (table,),
        ).fetchone()
        index = f"rtree_{table}_{column[0] if column else ''}"
        there = database.execute(
            "SELECT sql FROM sqlite_master WHERE lower(name) = lower(?)", (index,)
        ).fetchone()
        if there is None:
            return None
        keys = _keys(database, table)
        ids, leaves = _leaves(database, index, str(there[0]))
    boxes = np.full((len(keys), 4), np.nan)
    if len(ids):
        order = np.argsort(ids, kind="stable")
        place = np.searchsorted(ids[order], keys)
        place[place == len(ids)] = 0
        known = ids[order][place] == keys
        boxes[known] = leaves[order][place[known]]
    return boxes


def _keys(database: sqlite3.Connection, table: str) -> NDArray[np.int64]:
    """Return the keys of a table in order; where none is left out, without a walk."""
    rows = _quoted(table)
    count, first, last = (
        database.execute(f"SELECT {what} FROM {rows}").fetchone()[0]  # noqa: S608  quoted identifier
        for what in ("count(*)", "min(rowid)", "max(rowid)")
    )
    if count and last - first + 1 == count:
        return np.arange(first, last + 1)
    query = f"SELECT rowid FROM {rows} ORDER BY rowid"  # noqa: S608  quoted identifier
    return np.fromiter((key for (key,) in database.execute(query)), np.int64)


def _leaves(database: sqlite3.Connection, index: str, made: str) -> Leaves:
    """Return ids and boxes of an index made by the SQL `made`, in any order."""
    if _USUAL.search(made):
        nodes = f"SELECT nodeno, data FROM {_quoted(f'{index}_node')}"  # noqa: S608  quoted identifier
        try:
            return _walked(database.execute(nodes).fetchall())
        except (ValueError, TypeError, OverflowError, sqlite3.Error):
            pass  # SQLite itself may get further
    query = f"SELECT id, minx, miny, maxx, maxy FROM {_quoted(index)}"  # noqa: S608  quoted identifier
    found = np.array(database.execute(query).fetchall(), dtype=np.float64)
    found = found.reshape(-1, 1 + 4)
    return found[:, 0].astype(np.int64), found[:, 1:]


def _walked(nodes: list[tuple[int, bytes]]) -> Leaves:
    """Go down the tree, level by level.

    Raises
    ------
    ValueError
        When a node is missing, named twice, or holds more than it has room for.
    """
    numbers = np.array([number for number, _ in nodes], dtype=np.int64)
    size = len(nodes[0][1]) if nodes else 0
    room = (size - _CELLS) // _CELL.itemsize
    if room < 1 or any(len(data) != size for _, data in nodes):
        raise ValueError("nodes")
    order = np.argsort(numbers)
    numbers = numbers[order]
    content = np.frombuffer(b"".join(data for _, data in nodes), np.uint8)
    content = content.reshape(-1, size)
    depth = int.from_bytes(nodes[int(order[0])][1][:2], "big")
    cells = _cells(content[order[_places(numbers, np.array([_ROOT]))]], room)
    for _ in range(min(depth, _MOST_LEVELS)):
        inside = _places(numbers, cells["id"].astype(np.int64))
        cells = _cells(content[order[inside]], room)
    boxes = cells["box"][:, _WEST_SOUTH_EAST_NORTH]
    return cells["id"].astype(np.int64), boxes.astype(np.float64)


def _places(numbers: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return where nodes are among all, by their ascending numbers."""
    place = np.searchsorted(numbers, wanted)
    if (place == len(numbers)).any() or (numbers[place] != wanted).any():
        raise ValueError("nodes")
    if len(np.unique(wanted)) < len(wanted):
        raise ValueError("nodes")
    return place


def _cells(content: NDArray[np.uint8], room: int) -> NDArray[np.void]:
    """Return the cells of some nodes, shape (m,)."""
    counts = np.ascontiguousarray(content[:, _COUNT]).view(">u2").ravel()
    if (counts > room).any():
        raise ValueError("cells")
    end = _CELLS + room * _CELL.itemsize
    cells = np.ascontiguousarray(content[:, _CELLS:end]).view(_CELL)
    filled = np.arange(room) < counts[:, None]
    return np.asarray(cells.reshape(-1, room)[filled])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
