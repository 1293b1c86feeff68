"""Which reader a site file goes to: its bytes must agree with its name.

A file in disguise (an OGR VRT called .shp, a page called .kml) is refused
before any reader sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from zoning.errors import Problem, SiteError
from zoning.io.geodatabase import CATALOG, database_files
from zoning.io.hashing import unwritten
from zoning.io.magic import (
    COMPANIONS,
    DXF_MAGIC,
    FGB_MAGIC,
    PARQUET_MAGIC,
    SHP_MAGIC,
    SQLITE_MAGIC,
)
from zoning.io.reader_lost import ReaderLostError
from zoning.io.refused_files import refused_file
from zoning.io.site_row import SiteRow

__all__ = ["MAX_BYTES", "READ_SUFFIXES", "SiteFile", "load", "read_rows"]

MAX_BYTES = 64 * 1024 * 1024

_SIGNATURES = (
    (SHP_MAGIC, "Shapefile"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (SQLITE_MAGIC, "SQLite / GeoPackage"),
    (PARQUET_MAGIC, "Parquet"),
    (FGB_MAGIC, "FlatGeobuf"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"AC10", "DWG"),
    (b"AutoCAD Binary DXF", "binary DXF"),
    (b"\xd0\xcf\x11\xe0", "xls / doc"),
    (b"%PDF", "PDF"),
)
_MARKUP = {
    b"<OGRVRTDataSource": "OGR VRT",
    b"<!DOCTYPE html": "HTML",
    b"<html": "HTML",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A site file in memory: by lower-case suffix, companions included.

    The parts of a file geodatabase go by their file names.
    """

    name: str
    suffix: str
    parts: Mapping[str, bytes]

    @property
    def content(self) -> bytes:
        """Bytes of the file itself."""
        return self.parts[CATALOG if self.suffix == ".gdb" else self.suffix]


def load(path: Path) -> SiteFile:
    """Read a file, for a Shapefile also what belongs to it.

    Raises
    ------
    SiteError
        ``SITE_FILE_TOO_LARGE``, ``SITE_FILE_EMPTY``, ``SITE_BEING_EDITED``.
    OSError
        When it cannot be opened.
    """
    suffix = path.suffix.lower()
    places = _places(path, suffix)
    size = sum(place.stat().st_size for place in places.values())
    if size > MAX_BYTES:
        values = {"size": str(size >> 20), "limit": str(MAX_BYTES >> 20)}
        raise SiteError(
            Problem(code="SITE_FILE_TOO_LARGE", where=path.name, values=values)
        )
    parts = {key: place.read_bytes() for key, place in places.items()}
    file = SiteFile(name=path.name, suffix=suffix, parts=parts)
    if not file.content:
        raise SiteError(Problem(code="SITE_FILE_EMPTY", where=path.name))
    _require_written(path)
    return file


def _places(path: Path, suffix: str) -> dict[str, Path]:
    """Return the files that belong to a site file."""
    if suffix == ".gdb" and path.is_dir():
        members = {place.name: place for place in database_files(path)}
        if CATALOG not in members:
            values = {"detail": CATALOG}
            raise SiteError(
                Problem(code="SITE_FILE_DAMAGED", where=path.name, values=values)
            )
        return members
    places = {suffix: path}
    if suffix == ".shp":
        beside = sorted(path.parent.iterdir())
        for companion in COMPANIONS[1:]:
            found = [
                other
                for other in beside
                if other.stem == path.stem and other.suffix.lower() == companion
            ]
            places |= dict.fromkeys([companion], found[0]) if found else {}
    return places


def _require_written(path: Path) -> None:
    """Refuse a file of which a part lies elsewhere, or may."""
    detail = unwritten(path)
    if detail:
        values = {"detail": detail}
        raise SiteError(
            Problem(code="SITE_BEING_EDITED", where=path.name, values=values)
        )


def read_rows(file: SiteFile, *, crs: str | None = None) -> tuple[SiteRow, ...]:
    """Read the rows of a loaded file with the reader that its bytes call for.

    Raises
    ------
    SiteError
        When the format is not supported, disguised, or the file unreadable.
    """
    found = nature(file.content)
    if file.suffix not in _READERS:
        raise SiteError(_unreadable(file, found))
    reader = _READERS[file.suffix]
    if found not in reader.natures:
        values = {"suffix": file.suffix, "found": found}
        raise SiteError(
            Problem(code="SITE_FILE_DISGUISED", where=file.name, values=values)
        )
    try:
        return reader.read(file, crs)
    except ReaderLostError as lost:
        raise SiteError(lost.of_site(file.name)) from lost


def nature(content: bytes) -> str:
    """Say what the first bytes make of a file: a format, ``text`` or ``binary``."""
    for mark, name in _SIGNATURES:
        if content.startswith(mark):
            return name
    if DXF_MAGIC.match(content.removeprefix(b"\xef\xbb\xbf")):
        return "DXF"
    head = content[:2048]
    for mark, name in _MARKUP.items():
        if mark.lower() in head.lower():
            return name
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    return "binary" if b"\x00" in head else "text"


def _unreadable(file: SiteFile, found: str) -> Problem:
    """Say what a file is that no reader is for, and the way out."""
    known = refused_file(file.suffix, file.content[:32])
    if known is not None:
        return Problem(code="SITE_FORMAT_REFUSED", where=file.name, values=known.values)
    values = {"found": f"{file.suffix or '?'}, {found}"}
    return Problem(code="SITE_FORMAT_UNSUPPORTED", where=file.name, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A reader of site files, loaded when the first file asks for it.

    `natures` are those of its files; it is given the bytes of the file, or with
    `parts` all of them.
    """

    natures: frozenset[str]
    module: str
    name: str
    parts: bool = False

    def read(self, file: SiteFile, crs: str | None) -> tuple[SiteRow, ...]:
        """Return the rows of a file."""
        reader = getattr(import_module(f"zoning.io.{self.module}"), self.name)
        given = file.parts if self.parts else file.content
        rows: tuple[SiteRow, ...] = reader(given, file=file.name, crs=crs)
        return rows


def _reader(nature_: str, module: str, name: str, *, parts: bool = False) -> _Reader:
    return _Reader(natures=frozenset({nature_}), module=module, name=name, parts=parts)


_BOUNDARY = _reader("text", "boundary_txt", "read_boundary_txt")
_CSV = _reader("text", "workbook_sites", "read_csv")
_GEOJSON = _reader("text", "geojson_sites", "read_geojson")
_KML = _reader("text", "kml_sites", "read_kml")
_DXF = _reader("DXF", "dxf_sites", "read_dxf")
_WORKBOOK = _reader("zip", "workbook_sites", "read_workbook")
_SHAPEFILE = _reader("Shapefile", "shapefile_sites", "read_shapefile", parts=True)
_ZIP = _reader("zip", "zipped_sites", "read_zip")
_KMZ = _reader("zip", "zipped_sites", "read_kmz")
_GPKG = _reader("SQLite / GeoPackage", "gpkg_sites", "read_gpkg")
_WKT = _reader("text", "wkt_sites", "read_wkt")
_FLATGEOBUF = _reader("FlatGeobuf", "gdal_sites", "read_flatgeobuf")
_PARQUET = _reader("Parquet", "gdal_sites", "read_parquet")
_GEODATABASE = _reader("binary", "gdal_sites", "read_geodatabase", parts=True)
_READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        ".txt": _BOUNDARY,
        ".csv": _CSV,
        ".tsv": _CSV,
        ".geojson": _GEOJSON,
        ".json": _GEOJSON,
        ".kml": _KML,
        ".dxf": _DXF,
        ".xlsx": _WORKBOOK,
        ".xlsm": _WORKBOOK,
        ".shp": _SHAPEFILE,
        ".zip": _ZIP,
        ".kmz": _KMZ,
        ".gpkg": _GPKG,
        ".wkt": _WKT,
        ".fgb": _FLATGEOBUF,
        ".parquet": _PARQUET,
        ".geoparquet": _PARQUET,
        ".gdb": _GEODATABASE,
    }
)
READ_SUFFIXES = frozenset(_READERS)
"""Endings, in lower case, of the files that are read as sites."""
