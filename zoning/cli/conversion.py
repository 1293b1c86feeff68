"""A site file to another format: read, carried, written aside, read back, put in place.

Reading is `zoning.io`'s and writing `zoning.report`'s; neither knows the other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.cli.staged_files import put_in_place
from zoning.errors import OutputError, Problem, SiteError, UsageError
from zoning.io.crs import crs_argument, datum_of, fits, obstacle
from zoning.io.hashing import files_of, unwritten
from zoning.io.parcel_table import parcel_table, statements_of
from zoning.io.site_position import crs_or_web_map
from zoning.io.site_row import SiteRow
from zoning.io.sites import read_file
from zoning.model.parcels import Parcel, ParcelTable, WrittenParcels
from zoning.report.parcels.boundary import STATEMENTS
from zoning.report.parcels.carrying import carry
from zoning.report.parcels.writing import Target, target_of, write_parcels

__all__ = ["Conversion", "ConvertOptions", "Side", "convert"]

AREA_M2 = 0.1
"""A parcel whose area differs by more after reading back is not the same."""
PLACE_M = 0.01
_DECLARED_M2 = 0.001
_DEGREE_M = 111_320.0
_NUMBERED = {".txt", ".csv", ".tsv", ".xlsx", ".xlsm"}
_TEXT_ONLY = {".shp", ".gpkg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertOptions:
    """What the user asked for; None where nothing was said."""

    to: str | None = None
    crs: str | None = None
    encoding: str | None = None
    overwrite: bool = False
    skip_rejected: bool = False
    lang: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a conversion; `points` without the repeated closing ones.

    `area_m2` is ellipsoidal, None when no parcel is a polygon.
    """

    crs: str
    encoding: str
    parcels: int
    rings: int
    points: int
    area_m2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What was done: files in the order written, remarks in the order to be told."""

    files: tuple[Path, ...]
    before: Side
    after: Side
    rejected: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


def convert(source: Path, out: Path, options: ConvertOptions) -> Conversion:
    """Convert a file of sites.

    Parameters
    ----------
    source : Path
        In any format of `zoning.io.formats`.
    out : Path
        Its suffix names the format to write.
    options : ConvertOptions

    Raises
    ------
    UsageError
        When the call cannot be carried out: an unknown suffix, a CRS that the
        format cannot have, an output that exists or is the input.
    SiteError
        With every rejected row, unless they are to be skipped; when none is left.
    OutputError
        When the output has no room, cannot be written, or does not read back
        as it was written. No file is then left, and an old one is untouched.
    """
    target = target_of(out.name, options.encoding, lang=options.lang)
    to = _wanted_crs(options.to)
    _require_free(source, out, target, overwrite=options.overwrite)
    origin, rows = read_file(source, crs_or_web_map(options.crs))
    rejected = tuple(row.rejection for row in rows if row.rejection is not None)
    kept = [row for row in rows if row.rejection is None and row.geometry is not None]
    if (rejected and not options.skip_rejected) or not kept:
        raise SiteError(*rejected, _refused(len(rejected), len(rows)))
    boundary = source.suffix.lower() == ".txt"
    said = statements_of(source.read_bytes(), source.name) if boundary else {}
    table, inserted = _carried(kept, target, to)
    table = replace(table, statements=said)
    written = write_parcels(table, target)
    names = {target.stem + part: content for part, content in written.parts.items()}
    after: list[Side] = []

    def approve(folder: Path) -> None:
        after.append(_read_back(folder / next(iter(names)), written, kept))

    stale = [target.stem + part for part in target.parts]
    put_in_place(names, out.parent, stale=stale, approve=approve)
    return Conversion(
        files=tuple(out.parent / name for name in names),
        before=_side(kept, origin.encoding),
        after=after[0],
        rejected=rejected,
        remarks=(
            *_remarks(rows, written, inserted, source=source),
            *_unsaid(said, target),
        ),
    )


# ------------------------------------------------------------------ before reading
def _wanted_crs(to: str | None) -> str | None:
    """Return ``--to`` as a code; a datum that needs parameters cannot be made."""
    code = crs_argument(to)
    reason = None if code is None else obstacle(code, "--to")
    if reason is not None:
        raise UsageError(reason)
    return code


def _require_free(source: Path, out: Path, target: Target, *, overwrite: bool) -> None:
    names = [out.with_name(target.stem + part) for part in target.parts]
    own = {path.resolve() for path in (source, *_files(source))}
    if own & {path.resolve() for path in names}:
        values = {"name": out.name}
        raise UsageError(Problem(code="CONVERT_ONTO_ITSELF", values=values))
    there = [path for path in names if path.exists()]
    if there and not overwrite:
        values = {"name": there[0].name}
        raise UsageError(Problem(code="CONVERT_EXISTS", values=values))
    for path in there:
        if path.is_dir() or unwritten(path):
            values = {"name": path.name, "detail": unwritten(path) or "folder"}
            raise OutputError(Problem(code="CONVERT_NOT_WRITTEN", values=values))


def _files(source: Path) -> tuple[Path, ...]:
    return files_of(source) if source.exists() else ()


def _refused(count: int, total: int) -> Problem:
    values = {"count": str(count), "total": str(total)}
    return Problem(code="CONVERT_REJECTED", values=values)


# ---------------------------------------------------------------------- carrying
def _carried(
    rows: Sequence[SiteRow], target: Target, to: str | None
) -> tuple[ParcelTable, int]:
    """Return the rows as a table in the CRS to write, and how many points it got."""
    sources = tuple(dict.fromkeys(row.crs or "" for row in rows))
    first = shapely.get_coordinates(rows[0].geometry)[:1]
    longitude = float(measure.to_lonlat(first, sources[0])[0, 0])
    crs = target.crs(sources, longitude, to)
    inserted = 0
    moved = []
    for number, row in enumerate(rows, start=1):
        made = carry(_shape(row), row.crs or "", crs)
        _require_fit(made.geometry, crs, number)
        inserted += made.inserted
        moved.append(replace(row, geometry=made.geometry, crs=crs))
    return parcel_table(moved, crs), inserted


def _require_fit(shape: BaseGeometry, crs: str, number: int) -> None:
    """Refuse a plane in which a parcel lies far outside its zone."""
    west, south, east, north = shapely.bounds(shape).tolist()
    if fits(crs, west, south) and fits(crs, east, north):
        return
    values = {"crs": crs, "where_zh": f"第 {number} 个地块"}
    values["where_en"] = f"parcel {number}"
    raise UsageError(Problem(code="CONVERT_FAR_FROM_ZONE", values=values))


def _shape(row: SiteRow) -> BaseGeometry:
    if row.geometry is None:
        raise ValueError(row.number)
    return row.geometry


# ------------------------------------------------------------------ reading back
def _read_back(path: Path, written: WrittenParcels, source: Sequence[SiteRow]) -> Side:
    """Compare a file with what was to be written and with where it came from."""
    origin, rows = read_file(path)
    for row in rows:
        if row.rejection is not None:
            raise _differs(row.rejection.line("zh"))
    if len(rows) != len(written.parcels):
        raise _differs(f"{len(written.parcels)} → {len(rows)} 个地块 parcels")
    before, after = _areas(source), _areas(rows)
    for number, (row, parcel) in enumerate(
        zip(rows, written.parcels, strict=True), start=1
    ):
        difference = _difference(row, parcel, written)
        if difference:
            raise _differs(f"#{number}: {difference}")
        off = abs(float(after[number - 1] - before[number - 1]))
        if not off <= AREA_M2:
            raise _differs(f"#{number}: {off:.2f} m²")
    return replace(_side(rows, origin.encoding), encoding=written.encoding)


def _difference(row: SiteRow, parcel: Parcel, written: WrittenParcels) -> str:
    """Say in what a row differs from what was written; '' when in nothing."""
    texts = (row.number, row.name, row.project_name)
    wanted = (parcel.number, parcel.name, parcel.project_name)
    if texts != wanted:
        return f"{wanted} → {texts}"
    if row.crs != written.crs:
        return f"{written.crs} → {row.crs}"
    if written.columns is not None:
        own = dict(zip(written.columns, parcel.values, strict=True))
        changed = [name for name in own if own[name] != row.attributes.get(name, "")]
        if changed:
            name, found = changed[0], row.attributes.get(changed[0])
            return f"{name}: {own[name]!r} → {found!r}"
    declared, area = parcel.area_declared_m2, row.area_declared_m2
    if declared and not abs((area or 0.0) - declared) <= _DECLARED_M2:
        return f"{declared} → {area} m²"
    return _outline_difference(_shape(row), parcel.geometry, written.crs)


def _outline_difference(found: BaseGeometry, wanted: BaseGeometry, crs: str) -> str:
    if _count(found) != _count(wanted):
        return f"(rings, points) {_count(wanted)} → {_count(found)}"
    unit = _DEGREE_M if measure.is_geographic(crs) else 1.0
    off = np.abs(np.subtract(shapely.bounds(found), shapely.bounds(wanted))).max()
    middles = [shapely.get_coordinates(shapely.centroid(s)) for s in (found, wanted)]
    off = max(float(off), float(np.abs(middles[0] - middles[1]).max())) * unit
    return "" if off <= PLACE_M else f"{off:.3f} m"


def _differs(detail: str) -> OutputError:
    return OutputError(Problem(code="CONVERT_DIFFERS", values={"detail": detail}))


# ----------------------------------------------------------------------- telling
def _side(rows: Sequence[SiteRow], encoding: str | None) -> Side:
    counts = [_count(_shape(row)) for row in rows]
    polygons = any(shapely.get_dimensions(row.geometry) == 2 for row in rows)  # noqa: PLR2004 - polygons
    encodings = dict.fromkeys(row.encoding or encoding or "" for row in rows)
    return Side(
        crs=", ".join(dict.fromkeys(row.crs or "" for row in rows)),
        encoding=", ".join(filter(None, encodings)),
        parcels=len(rows),
        rings=sum(rings for rings, _ in counts),
        points=sum(points for _, points in counts),
        area_m2=math.fsum(_areas(rows).tolist()) if polygons else None,
    )


def _areas(rows: Sequence[SiteRow]) -> NDArray[np.float64]:
    areas = np.zeros(len(rows))
    for crs in {row.crs or "" for row in rows}:
        own = [k for k, row in enumerate(rows) if (row.crs or "") == crs]
        column = np.array([*(_shape(rows[k]) for k in own), None], dtype=object)
        areas[own] = measure.area_m2(column[:-1], crs)
    return areas


def _count(shape: BaseGeometry) -> tuple[int, int]:
    """Return rings (of lines and points: parts) and points without closing ones."""
    dimension = int(shapely.get_dimensions(shape))
    points = int(shapely.get_num_coordinates(shape))
    parts = shapely.get_parts(shape)
    if dimension < 2:  # noqa: PLR2004 - lines and points
        return len(parts), points
    rings = len(shapely.get_rings(parts))
    return rings, points - rings


def _remarks(
    rows: Sequence[SiteRow], written: WrittenParcels, inserted: int, *, source: Path
) -> tuple[Problem, ...]:
    """Return everything that is not as it was, each once."""
    told = [
        *_left_out(rows),
        *(problem for row in rows for problem in row.problems),
        *_datum(rows, written.crs),
        *written.remarks,
    ]
    if inserted:
        values = {"count": str(inserted)}
        told.append(Problem(code="CONVERT_POINTS_INSERTED", values=values))
    suffix, made = source.suffix.lower(), next(iter(written.parts))
    if suffix in _NUMBERED:
        renumbered = made in _NUMBERED
        code = "CONVERT_POINTS_RENUMBERED" if renumbered else "CONVERT_POINT_NAMES_LEFT"
        told.append(Problem(code=code, values={"suffix": made}))
    if made in _TEXT_ONLY and written.columns and suffix not in _NUMBERED:
        told.append(Problem(code="CONVERT_AS_TEXT"))
    return tuple({problem.line(): problem for problem in told}.values())


def _unsaid(said: Mapping[str, str], target: Target) -> list[Problem]:
    """Name what the head of a boundary file says and the output does not."""
    carried = STATEMENTS if target.suffix == ".txt" else ()
    left = [f"{key}={value}" for key, value in said.items() if key not in carried]
    if not left:
        return []
    values = {"fields": "、".join(left)}
    return [Problem(code="CONVERT_HEADER_LEFT", values=values)]


def _left_out(rows: Sequence[SiteRow]) -> list[Problem]:
    return [
        Problem(
            code="CONVERT_ROW_LEFT_OUT",
            values={
                "row": str(number),
                "name": row.name or row.number,
                "reason": row.rejection.line("zh"),
                "reason_en": row.rejection.line("en"),
            },
        )
        for number, row in enumerate(rows, start=1)
        if row.rejection is not None
    ]


def _datum(rows: Sequence[SiteRow], target: str) -> list[Problem]:
    foreign = dict.fromkeys(
        row.crs for row in rows if row.crs and datum_of(row.crs) is not datum_of(target)
    )
    return [
        Problem(code="CONVERT_DATUM_AS_ONE", values={"source": crs, "target": target})
        for crs in foreign
    ]
