"""Which writer a file name calls for, and the CRS and encoding it writes in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zoning.check.survey_plane import survey_plane
from zoning.errors import Problem, UsageError
from zoning.model.parcels import ParcelTable, WrittenParcels
from zoning.report.parcels.boundary import boundary_parcels
from zoning.report.parcels.carrying import is_survey_plane
from zoning.report.parcels.features import (
    geojson_parcels,
    kml_parcels,
    package_parcels,
)
from zoning.report.parcels.shapes import FIELDS_END, TEXTS_END, shapefile_parcels
from zoning.report.parcels.sheets import csv_parcels, workbook_parcels

__all__ = ["SUFFIXES", "Target", "target_of", "write_parcels"]

_DEGREES = ("EPSG:4490", "EPSG:4326")
_WORDS = {
    "survey": ("CGCS2000 高斯-克吕格平面", "CGCS2000 Gauss-Krüger planes"),
    "points": (
        "CGCS2000 高斯-克吕格平面、EPSG:4490、EPSG:4326",
        "CGCS2000 Gauss-Krüger planes, EPSG:4490, EPSG:4326",
    ),
    "earth": (
        "EPSG:4326、EPSG:4490（KML 规定为经纬度）",
        "EPSG:4326, EPSG:4490 (degrees)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """What a suffix stands for.

    `planes` says which CRS it takes, `encodings` maps the user's word to the
    codec, the first being the default; empty when there is no choice.
    `parts` are all files that belong to one of that name, written or stale.
    """

    planes: str
    encodings: Mapping[str, str]
    parts: tuple[str, ...]


_SHAPEFILE = (
    *(".shp", ".shx", ".dbf", ".prj", ".cpg", FIELDS_END, TEXTS_END),
    *(".sbn", ".sbx", ".qix", ".shp.xml", ".qpj"),
)
_FORMATS: Mapping[str, _Format] = MappingProxyType(
    {
        ".txt": _Format(
            planes="survey",
            encodings={"gbk": "gb18030", "utf-8": "utf-8"},
            parts=(".txt",),
        ),
        ".shp": _Format(
            planes="any", encodings={"gbk": "gbk", "utf-8": "utf-8"}, parts=_SHAPEFILE
        ),
        ".csv": _Format(
            planes="points",
            encodings={"utf-8": "utf-8-sig", "gbk": "gb18030"},
            parts=(".csv",),
        ),
        ".xlsx": _Format(planes="points", encodings={}, parts=(".xlsx",)),
        ".gpkg": _Format(planes="any", encodings={}, parts=(".gpkg",)),
        ".kml": _Format(planes="earth", encodings={}, parts=(".kml",)),
        ".geojson": _Format(planes="any", encodings={}, parts=(".geojson",)),
        ".json": _Format(planes="any", encodings={}, parts=(".json",)),
    }
)
SUFFIXES = tuple(_FORMATS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file to be written: suffix, stem, codec, and the words for its talk."""

    suffix: str
    stem: str
    encoding: str
    lang: str = "zh"

    @property
    def parts(self) -> tuple[str, ...]:
        """What may stand behind the stem in the files that belong to it."""
        return _FORMATS[self.suffix].parts

    def crs(self, sources: tuple[str, ...], longitude: float, to: str | None) -> str:
        """Return the CRS to write in.

        Parameters
        ----------
        sources : tuple of str
            CRS of the parcels, the first one first.
        longitude : float
            Of the parcels, degrees; picks a zone where no source has one.
        to : str or None
            What the user asked for.

        Raises
        ------
        UsageError
            ``CONVERT_CRS_UNFIT``.
        """
        planes = _FORMATS[self.suffix].planes
        if to is not None:
            self._require(planes, to)
        if planes == "earth":
            return "EPSG:4326"
        if to is not None:
            return to
        if self.suffix in {".geojson", ".json"}:
            wgs84 = _is_wgs84(sources[0])
            return "EPSG:4326" if wgs84 else "EPSG:4490"
        return sources[0] if planes == "any" else _with_zone(sources[0], longitude)

    def _require(self, planes: str, to: str) -> None:
        fits = {
            "any": True,
            "survey": is_survey_plane(to),
            "points": is_survey_plane(to) or to in _DEGREES,
            "earth": to in _DEGREES,
        }
        if not fits[planes]:
            known, known_en = _WORDS[planes]
            values = {"suffix": self.suffix, "crs": to, "known": known}
            problem = Problem(
                code="CONVERT_CRS_UNFIT", values=values | {"known_en": known_en}
            )
            raise UsageError(problem)


def _is_wgs84(crs: str) -> bool:
    return crs == "EPSG:4326" or crs.startswith(("EPSG:326", "EPSG:327"))


def _with_zone(crs: str, longitude: float) -> str:
    """Return the survey plane whose eastings bear their zone, as filings want it."""
    plane = survey_plane(crs, crs, longitude)
    offset = {3: 21, 6: 11}[plane.width_deg]
    return f"EPSG:{int(plane.crs.removeprefix('EPSG:')) - offset}"


def target_of(name: str, encoding: str | None, *, lang: str = "zh") -> Target:
    """Read what a file name and ``--encoding`` call for.

    Raises
    ------
    UsageError
        ``CONVERT_TARGET_UNKNOWN``; ``CONVERT_ENCODING_FIXED``.
    """
    stem, dot, ending = name.rpartition(".")
    suffix = f"{dot}{ending}".lower()
    if suffix not in _FORMATS or not stem:
        values = {"suffix": suffix or name, "known": " ".join(SUFFIXES)}
        raise UsageError(Problem(code="CONVERT_TARGET_UNKNOWN", values=values))
    known = _FORMATS[suffix].encodings
    if not known and encoding not in {None, "utf-8"}:
        values = {"suffix": suffix}
        raise UsageError(Problem(code="CONVERT_ENCODING_FIXED", values=values))
    codec = "utf-8" if not known else known[encoding or next(iter(known))]
    return Target(suffix=suffix, stem=stem, encoding=codec, lang=lang)


def write_parcels(table: ParcelTable, target: Target) -> WrittenParcels:
    """Return a table as the bytes of a file; the same table gives the same bytes.

    Raises
    ------
    OutputError
        When the format has no room for it.
    """
    writers: Mapping[str, Callable[[], WrittenParcels]] = {
        ".txt": lambda: boundary_parcels(table, encoding=target.encoding),
        ".csv": lambda: csv_parcels(table, encoding=target.encoding),
        ".xlsx": lambda: workbook_parcels(table),
        ".gpkg": lambda: package_parcels(table),
        ".kml": lambda: kml_parcels(table),
        ".shp": lambda: shapefile_parcels(
            table, encoding=target.encoding, stem=target.stem, lang=target.lang
        ),
    }
    if target.suffix not in writers:
        return geojson_parcels(table, suffix=target.suffix)
    return writers[target.suffix]()
