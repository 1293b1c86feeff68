"""Zip archives that hold one set of site data, and KMZ."""

from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath

from zoning.errors import Problem, SiteError
from zoning.io import archives
from zoning.io.formats import READ_SUFFIXES
from zoning.io.geodatabase import CATALOG, is_member
from zoning.io.kml_sites import read_kml
from zoning.io.magic import COMPANIONS
from zoning.io.shapefile_sites import read_shapefile
from zoning.io.site_row import SiteRow

__all__ = ["data_sets", "one_set", "read_kmz", "read_zip", "wanted"]

_COORDINATES = "坐标"
_MAIN = "doc.kml"
_NAMES_SHOWN = 6


def read_zip(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read the one Shapefile or file geodatabase of an archive.

    Raises
    ------
    SiteError
        ``ARCHIVE_REFUSED``; ``SITE_SEVERAL_TABLES`` with the names of the
        sets, sites in other formats beside one among them; or what the reader
        of the set raises.
    """
    found = archives.members(
        content, file, wanted=lambda path: wanted(path) or _other_site(path)
    )
    sets = data_sets(found)
    others: dict[PurePosixPath, Mapping[str, bytes]] = {
        path: {}
        for path, content in ((PurePosixPath(n), c) for n, c in found.items())
        if _other_site(path) and not _is_prose(path, content)
    }
    name, parts = one_set({**sets, **others} if sets else sets, file)
    if name.suffix.lower() == ".shp":
        return read_shapefile(parts, file=file, crs=crs)
    from zoning.io.gdal_sites import read_geodatabase

    return read_geodatabase(parts, file=file, crs=crs)


def _other_site(path: PurePosixPath) -> bool:
    """Say whether a member is a site of its own in another format."""
    suffix = path.suffix.lower()
    return suffix in READ_SUFFIXES - {".shp"} and not _left_by_macos(path)


def _is_prose(path: PurePosixPath, content: bytes) -> bool:
    """Say whether a text is a note to the reader: it gives no coordinates."""
    marks = [_COORDINATES.encode(encoding) for encoding in ("utf-8", "gb18030")]
    told = b"@" in content or any(mark in content for mark in marks)
    return path.suffix.lower() == ".txt" and not told


def _left_by_macos(path: PurePosixPath) -> bool:
    return "__MACOSX" in path.parts or path.name.startswith("._")


def wanted(path: PurePosixPath) -> bool:
    """Say whether a member may belong to a set of data."""
    if _left_by_macos(path):
        return False
    return path.suffix.lower() in COMPANIONS or _database(path) is not None


def data_sets(
    members: Mapping[str, bytes],
) -> dict[PurePosixPath, dict[str, bytes]]:
    """Sort members into sets: Shapefiles by suffix, geodatabases by file name."""
    paths = {PurePosixPath(name): content for name, content in members.items()}
    sets: dict[PurePosixPath, dict[str, bytes]] = {}
    for path, content in paths.items():
        if path.suffix.lower() == ".shp":
            sets[path] = {
                other.suffix.lower(): part
                for other, part in paths.items()
                if other.with_suffix("") == path.with_suffix("")
            }
        database = _database(path)
        if database is not None:
            sets.setdefault(database, {})[path.name] = content
    return {
        path: parts
        for path, parts in sets.items()
        if path.suffix.lower() == ".shp" or CATALOG in parts
    }


def one_set(
    sets: Mapping[PurePosixPath, Mapping[str, bytes]], file: str
) -> tuple[PurePosixPath, Mapping[str, bytes]]:
    """Return the one set; none and several are refused."""
    if len(sets) == 1:
        return next(iter(sets.items()))
    if not sets:
        raise SiteError(_refused(".shp × 0", file))
    names = [str(path) for path in sorted(sets)]
    shown = [*names[:_NAMES_SHOWN], *(["…"] if len(names) > _NAMES_SHOWN else [])]
    values = {"names": "、".join(shown), "names_en": ", ".join(shown)}
    raise SiteError(Problem(code="SITE_SEVERAL_TABLES", where=file, values=values))


def read_kmz(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read the documents of a KMZ: the one there is, or ``doc.kml`` and the rest.

    Raises
    ------
    SiteError
        ``ARCHIVE_REFUSED`` when it holds no document, or several and none of
        them the main one; else as `zoning.io.kml_sites.read_kml`.
    """
    found = archives.members(
        content, file, wanted=lambda path: path.suffix.lower() == ".kml"
    )
    names = sorted(found, key=lambda name: (name != _MAIN, name))
    if not names or (len(names) > 1 and names[0] != _MAIN):
        raise SiteError(_refused(f".kml × {len(names)}", file))
    rows: list[SiteRow] = []
    empty: list[SiteError] = []
    for name in names:
        place = file if len(names) == 1 else f"{file}/{name}"
        try:
            rows += read_kml(found[name], file=place, crs=crs)
        except SiteError as error:
            if error.problem.code not in {"SITE_NO_ROWS", "KML_NETWORK_LINK"}:
                raise
            empty.append(error)
    if not rows:
        raise empty[0]
    return tuple(rows)


def _database(path: PurePath) -> PurePosixPath | None:
    """Return the geodatabase that a member lies in."""
    folder = PurePosixPath(path.parent)
    inside = folder.suffix.lower() == ".gdb" or not folder.parts
    return folder if inside and is_member(path.name) else None


def _refused(detail: str, where: str) -> Problem:
    return Problem(code="ARCHIVE_REFUSED", where=where, values={"detail": detail})
