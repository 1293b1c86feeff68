"""Which reader a site file goes to: its bytes must agree with its name.

A file in disguise (an OGR VRT called .shp, a page called .kml) is refused
before any reader sees it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from types import MappingProxyType

from zoning.errors import Problem, SiteError
from zoning.io import archives
from zoning.io.boundary_txt import read_boundary_txt
from zoning.io.dxf_sites import DXF_MAGIC, read_dxf
from zoning.io.geojson_sites import read_geojson
from zoning.io.kml_sites import read_kml
from zoning.io.shapefile_sites import COMPANIONS, SHP_MAGIC, read_shapefile
from zoning.io.site_row import SiteRow
from zoning.io.workbook_sites import read_csv, read_workbook

__all__ = ["MAX_BYTES", "SiteFile", "load", "read_rows"]

MAX_BYTES = 64 * 1024 * 1024

_Reader = Callable[..., tuple[SiteRow, ...]]
_SIGNATURES = (
    (SHP_MAGIC, "Shapefile"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\x00", "SQLite / GeoPackage"),
    (b"AC10", "DWG"),
    (b"AutoCAD Binary DXF", "binary DXF"),
    (b"\xd0\xcf\x11\xe0", "xls / doc"),
    (b"%PDF", "PDF"),
    (b"fgb\x03", "FlatGeobuf"),
)
_MARKUP = {
    b"<OGRVRTDataSource": "OGR VRT",
    b"<!DOCTYPE html": "HTML",
    b"<html": "HTML",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A site file in memory: by lower-case suffix, companions included."""

    name: str
    suffix: str
    parts: Mapping[str, bytes]

    @property
    def content(self) -> bytes:
        """Bytes of the file itself."""
        return self.parts[self.suffix]


def load(path: Path) -> SiteFile:
    """Read a file, for a Shapefile also what belongs to it.

    Raises
    ------
    SiteError
        ``SITE_FILE_TOO_LARGE`` or ``SITE_FILE_EMPTY``.
    OSError
        When it cannot be opened.
    """
    suffix = path.suffix.lower()
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
    size = sum(place.stat().st_size for place in places.values())
    if size > MAX_BYTES:
        values = {"size": str(size >> 20), "limit": str(MAX_BYTES >> 20)}
        raise SiteError(
            Problem(code="SITE_FILE_TOO_LARGE", where=path.name, values=values)
        )
    parts = {key: place.read_bytes() for key, place in places.items()}
    if not parts[suffix]:
        raise SiteError(Problem(code="SITE_FILE_EMPTY", where=path.name))
    return SiteFile(name=path.name, suffix=suffix, parts=parts)


def read_rows(file: SiteFile, *, crs: str | None = None) -> tuple[SiteRow, ...]:
    """Read the rows of a loaded file with the reader that its bytes call for.

    Raises
    ------
    SiteError
        When the format is not supported, disguised, or the file unreadable.
    """
    found = nature(file.content)
    if file.suffix not in _READERS:
        values = {"found": f"{file.suffix or '?'}, {found}"}
        raise SiteError(
            Problem(code="SITE_FORMAT_UNSUPPORTED", where=file.name, values=values)
        )
    expected, reader = _READERS[file.suffix]
    if found not in expected:
        values = {"suffix": file.suffix, "found": found}
        raise SiteError(
            Problem(code="SITE_FILE_DISGUISED", where=file.name, values=values)
        )
    return reader(file, crs)


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


def _shapefile(file: SiteFile, crs: str | None) -> tuple[SiteRow, ...]:
    return read_shapefile(file.parts, file=file.name, crs=crs)


def _zipped_shapefile(file: SiteFile, crs: str | None) -> tuple[SiteRow, ...]:
    found = archives.members(
        file.content, file.name, wanted=lambda path: path.suffix.lower() in COMPANIONS
    )
    shapes = [name for name in found if PurePosixPath(name).suffix.lower() == ".shp"]
    shapes = [name for name in shapes if not _is_debris(PurePosixPath(name))]
    if len(shapes) != 1:
        values = {"detail": f".shp × {len(shapes)}"}
        raise SiteError(Problem(code="ARCHIVE_REFUSED", where=file.name, values=values))
    stem = PurePosixPath(shapes[0]).with_suffix("")
    parts = {
        PurePosixPath(name).suffix.lower(): content
        for name, content in found.items()
        if PurePosixPath(name).with_suffix("") == stem
    }
    return read_shapefile(parts, file=file.name, crs=crs)


def _is_debris(path: PurePath) -> bool:
    """Say whether a member is what macOS leaves in archives."""
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _kmz(file: SiteFile, crs: str | None) -> tuple[SiteRow, ...]:
    found = archives.members(
        file.content, file.name, wanted=lambda path: path.suffix.lower() == ".kml"
    )
    names = sorted(found, key=lambda name: (name != "doc.kml", name))
    if not names or (len(names) > 1 and names[0] != "doc.kml"):
        values = {"detail": f".kml × {len(names)}"}
        raise SiteError(Problem(code="ARCHIVE_REFUSED", where=file.name, values=values))
    return read_kml(found[names[0]], file=file.name, crs=crs)


def _whole(reader: _Reader) -> _Reader:
    """Adapt a reader of bytes to a reader of site files."""
    return lambda file, crs: reader(file.content, file=file.name, crs=crs)


_TEXT = frozenset({"text"})
_ZIP = frozenset({"zip"})
_READERS: Mapping[str, tuple[frozenset[str], _Reader]] = MappingProxyType(
    {
        ".txt": (_TEXT, _whole(read_boundary_txt)),
        ".csv": (_TEXT, _whole(read_csv)),
        ".tsv": (_TEXT, _whole(read_csv)),
        ".geojson": (_TEXT, _whole(read_geojson)),
        ".json": (_TEXT, _whole(read_geojson)),
        ".kml": (_TEXT, _whole(read_kml)),
        ".dxf": (frozenset({"DXF"}), _whole(read_dxf)),
        ".xlsx": (_ZIP, _whole(read_workbook)),
        ".xlsm": (_ZIP, _whole(read_workbook)),
        ".shp": (frozenset({"Shapefile"}), _shapefile),
        ".zip": (_ZIP, _zipped_shapefile),
        ".kmz": (_ZIP, _kmz),
    }
)
