"""What a layer's file is: its driver, its tables, its features counted apart."""

import sqlite3
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from zoning.errors import LayerError, SiteError
from zoning.io import archives
from zoning.io.flatgeobuf import count_flatgeobuf
from zoning.io.gdal_reading import layers_with_geometry
from zoning.io.geodatabase import DRIVER as GEODATABASE
from zoning.io.geodatabase import count_geodatabase, is_geodatabase
from zoning.io.geojson_layers import as_collection, count_json, is_array
from zoning.io.geojson_members import RefusedJsonError
from zoning.io.hashing import siblings
from zoning.io.magic import FGB_MAGIC, PARQUET_MAGIC, SHP_MAGIC, SQLITE_MAGIC
from zoning.io.reader_remarks import unreadable
from zoning.io.refused_files import refused_file
from zoning.io.shapefile_sites import count_records, made_index
from zoning.io.zipped_sites import data_sets, one_set, wanted
from zoning.model.problems import layer_problem

__all__ = [
    "GEODATABASE",
    "GEOPARQUET",
    "count_features",
    "data_set_names",
    "driver_of",
    "opened",
    "table_names",
    "table_of",
]

GEOPARQUET = "GeoParquet"
_MAGIC = (
    (SQLITE_MAGIC, "GPKG"),
    (SHP_MAGIC, "ESRI Shapefile"),
    (FGB_MAGIC[:3], "FlatGeobuf"),
    (PARQUET_MAGIC, GEOPARQUET),
)
_ZIP_MAGIC = b"PK\x03\x04"
_SHP_HEADER = 100


@contextmanager
def opened(path: Path, layer_id: str) -> Iterator[Path]:
    """Give what GDAL can read: out of its zip, with an index, no array alone.

    Nothing is written beside the data.

    Raises
    ------
    LayerError
        ``LAYER_UNREADABLE`` when an archive is refused, or holds not just one
        Shapefile or file geodatabase.
    """
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as place:
        yield _remade(path, layer_id, place=Path(place)) or path


def _remade(path: Path, layer_id: str, *, place: Path) -> Path | None:
    """Write what stands for a file that GDAL cannot read as it is."""
    with path.open("rb") as stream:
        head = stream.read(32)
    if head.startswith(_ZIP_MAGIC):
        return _written(place, *_unpacked(path, layer_id))
    if head.startswith(SHP_MAGIC) and ".shx" not in siblings(path):
        parts = {s: p.read_bytes() for s, p in siblings(path).items()}
        return _written(place, PurePosixPath(path.name), parts)
    collection = as_collection(path.read_bytes()) if is_array(head) else None
    if collection is None:
        return None
    made = place / path.name
    made.write_bytes(collection)
    return made


def _unpacked(path: Path, layer_id: str) -> tuple[PurePosixPath, Mapping[str, bytes]]:
    _refuse_known(path, layer_id, b"")  # workbooks and KMZ are zips too
    try:
        members = archives.members(path.read_bytes(), path.name, wanted=wanted)
        return one_set(data_sets(members), path.name)
    except SiteError as error:
        raise _unreadable(layer_id, _told(error)) from error


def _written(place: Path, name: PurePosixPath, parts: Mapping[str, bytes]) -> Path:
    if name.suffix.lower() != ".shp":
        folder = place / "layer.gdb"
        folder.mkdir()
        for member, content in parts.items():
            (folder / member).write_bytes(content)
        return folder
    index = {} if ".shx" in parts else {".shx": made_index(parts[".shp"])}
    for suffix, content in {**parts, **index}.items():
        (place / f"{name.stem}{suffix}").write_bytes(content)
    return place / f"{name.stem}.shp"


def driver_of(path: Path, layer_id: str) -> str:
    """Tell the driver by first bytes; a known format that is not read is named.

    Raises
    ------
    LayerError
        ``LAYER_FORMAT_REFUSED`` or ``LAYER_UNREADABLE``.
    """
    if is_geodatabase(path):
        return GEODATABASE
    with path.open("rb") as stream:
        head = stream.read(32)
    for mark, driver in _MAGIC:
        if head.startswith(mark):
            return driver
    _refuse_known(path, layer_id, head)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["}:
        return "GeoJSON"
    raise _unreadable(layer_id, "unknown format")


def _refuse_known(path: Path, layer_id: str, head: bytes) -> None:
    """Name a format that is known and no layer comes in."""
    known = refused_file(path.suffix, head, layer=True)
    if known is not None:
        values = dict(known.values)
        raise LayerError(layer_problem("LAYER_FORMAT_REFUSED", layer_id, **values))


def table_of(
    path: Path, layer_id: str, driver: str, *, wanted: str | None
) -> str | None:
    """Return the table to read; several and none named is refused with their names."""
    if driver not in {"GPKG", GEODATABASE}:
        return None
    try:
        names = table_names(path, driver)
    except (sqlite3.Error, ValueError) as error:
        raise _unreadable(layer_id, str(error).replace(str(path), path.name)) from error
    if wanted is not None and wanted in names:
        return wanted
    if wanted is None and len(names) == 1:
        return names[0]
    raise _unreadable(layer_id, f"layers: {', '.join(sorted(names)) or '-'}")


def table_names(path: Path, driver: str) -> list[str]:
    """Return the tables with shapes of a GeoPackage or geodatabase.

    Raises
    ------
    sqlite3.Error, ValueError
        When it cannot be opened.
    """
    if driver == GEODATABASE:
        return layers_with_geometry(path)
    query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
    with closing(_database(path)) as db:
        return [str(row[0]) for row in db.execute(query)]


def data_set_names(path: Path) -> tuple[str, ...]:
    """Return the names of what a zip holds, without suffix; () of other files."""
    with path.open("rb") as stream:
        if stream.read(4) != _ZIP_MAGIC:
            return ()
    try:
        members = archives.members(path.read_bytes(), path.name, wanted=wanted)
    except SiteError:
        return ()
    return tuple(name.stem for name in data_sets(members))


def count_features(path: Path, layer_id: str, driver: str, *, table: str | None) -> int:
    """Count the features without GDAL.

    A GeoJSON that says a key twice, or states a CRS where GDAL does not look, is
    refused before GDAL sees it.

    Returns
    -------
    int
        -2 where the file contradicts itself.

    Raises
    ------
    LayerError
        ``LAYER_UNREADABLE`` for such a GeoJSON.
    """
    try:
        if driver == "GPKG":
            return _count_rows(path, table or "")
        if driver == "ESRI Shapefile":
            return _count_shapefile(path)
        if driver == "FlatGeobuf":
            return count_flatgeobuf(path.read_bytes())
        if driver == GEODATABASE:
            return count_geodatabase(path, table or "")
        return count_json(path)
    except RefusedJsonError as error:
        raise _unreadable(layer_id, str(error)) from error
    except (ValueError, RecursionError, struct.error, sqlite3.Error):
        return -2


def _database(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _count_rows(path: Path, table: str) -> int:
    """Count the rows of a GeoPackage's table.

    GDAL keeps a count beside it, by which some readers stop. Where the two
    differ, rows were added or lost behind its back.
    """
    quoted = '"' + table.replace('"', '""') + '"'
    with closing(_database(path)) as db:
        row = db.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608  quoted identifier
        kept = _kept_count(db, table)
    return int(row[0]) if kept is None or kept == row[0] else -2


def _kept_count(db: sqlite3.Connection, table: str) -> int | None:
    """Return the count that GDAL keeps of a table; None where it keeps none."""
    kept = "SELECT name FROM sqlite_master WHERE name = 'gpkg_ogr_contents'"
    if db.execute(kept).fetchone() is None:
        return None
    count = "SELECT feature_count FROM gpkg_ogr_contents"
    where = f"{count} WHERE lower(table_name) = lower(?)"
    row = db.execute(where, (table,)).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def _count_shapefile(path: Path) -> int:
    """Count the records that stand, by the .dbf.

    Records marked deleted do not count: GDAL leaves them out. The .shp is
    walked too: of companions of an older edition GDAL would tell nothing.
    """
    parts = siblings(path)
    table, content = parts[".dbf"].read_bytes(), path.read_bytes()
    rows, header, record = struct.unpack_from("<IHH", table, 4)
    stated = int(struct.unpack(">i", content[24:28])[0]) * 2
    places = _places(parts.get(".shx"))
    shapes = rows if places is None else len(places)
    if stated != len(content) or shapes != rows:
        return -2
    repeats = places is not None and len(np.unique(places)) < len(places)
    if count_records(content, places) > rows or repeats:
        return -2
    marks = table[header : header + rows * record : max(record, 1)]
    return int(rows) - marks.count(b"*")


def _places(index: Path | None) -> NDArray[np.int64] | None:
    """Return where the records start by a .shx, shape (n,).

    Raises
    ------
    ValueError
        When it is too short, or cut within a number.
    """
    if index is None:
        return None
    words = np.frombuffer(index.read_bytes(), dtype=">i4", offset=_SHP_HEADER)
    return words[: len(words) // 2 * 2 : 2].astype(np.int64) * 2


def _told(error: SiteError) -> str:
    values = error.problem.values
    return str(values.get("detail") or values.get("names") or error.problem.code)


def _unreadable(layer_id: str, detail: str) -> LayerError:
    return LayerError(unreadable(layer_id, detail))
