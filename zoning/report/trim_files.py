"""What ``zoning fix`` writes: the rest for GIS and surveyor, the map, the facts.

``fix.json`` (schema ``zoning/fix/1``) depends on sites, base, packs, options
and date alone, as ``verdict.json`` does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.crossings import Crossing, Run
from zoning.check.fixes import Cut, FixReport, SiteFix
from zoning.check.survey_plane import SurveyPlane
from zoning.model import LonLat, State
from zoning.report.boundary_file import Parcel, boundary_bytes
from zoning.report.features import frame_of, write_layers
from zoning.report.folder import Artefact, write_folder
from zoning.report.map import write_map
from zoning.report.map_trim import trim_drawing
from zoning.report.trim_words import meets, move_of, outcome_of, reason_of, trim_text
from zoning.report.verdict import (
    json_bytes,
    problem_document,
    relative_path,
    site_document,
)
from zoning.terms import LANGUAGES

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["boundary_files", "boundary_names", "fix_document", "write_fix"]

SCHEMA = "zoning/fix/1"
AREA, LENGTH, DEGREE, PLANE, BEARING = 4, 2, 9, 3, 2

Json = dict[str, Any]


def write_fix(fixed: FixReport, folder: Path, *, lang: str = "zh") -> Path:
    """Write the files of a fix into a new folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    lang : str
        ``zh`` or ``en``, for map and headings.

    Returns
    -------
    Path
        `folder`: ``fix.json``, ``map.html``; where a site was trimmed also
        ``trimmed.gpkg`` (``kept``, ``lost``, ``moved``, ``crossings`` in the
        working plane), ``trimmed.geojson`` (EPSG:4490) and a boundary file per source
        file under ``boundary/``.
    """
    return write_folder(folder, _artefacts(fixed, lang))


def _artefacts(fixed: FixReport, lang: str) -> Iterator[Artefact]:
    document = fix_document(fixed)
    yield Artefact(name="fix.json", make=lambda: json_bytes(document))
    tables = {name: rows for name, rows in _tables(fixed, lang).items() if rows[1]}
    if tables:
        yield Artefact(
            name="trimmed.gpkg",
            draw=lambda path: write_layers(path, _frames(tables, fixed)),
        )
        yield Artefact(name="trimmed.geojson", make=lambda: _geojson(tables, fixed))
    for name, make in boundary_files(fixed).items():
        yield Artefact(name=f"boundary/{name}", make=make)
    drawing = trim_drawing(fixed, lang)
    yield Artefact(
        name="map.html",
        draw=lambda path: write_map(fixed.after, path, lang=lang, trims=drawing),
    )


# ---------------------------------------------------------------- boundary files
def boundary_names(fixed: FixReport) -> dict[str, list[SiteFix]]:
    """Return the boundary files with their sites.

    A file is named like the one its sites came from, so that project
    attributes given by file name still find them.
    """
    groups: dict[tuple[str, SurveyPlane], list[SiteFix]] = {}
    for fix in fixed.fixes:
        if fix.kept is not None and fix.plane is not None:
            key = fix.before.site.source.path, fix.plane
            groups.setdefault(key, []).append(fix)
    names: dict[str, list[SiteFix]] = {}
    for (source, _), fixes in groups.items():
        stem, number = Path(relative_path(source)).stem or "site", 1
        name = f"{stem}.txt"
        while name.lower() in {known.lower() for known in names}:
            number += 1
            name = f"{stem}-{number}.txt"
        names[name] = fixes
    return names


def boundary_files(fixed: FixReport) -> dict[str, Callable[[], bytes]]:
    """Return what makes the bytes of each boundary file, by its name."""
    return {
        name: _boundary(fixes, fixed) for name, fixes in boundary_names(fixed).items()
    }


def _boundary(fixes: Sequence[SiteFix], fixed: FixReport) -> Callable[[], bytes]:
    parcels = [
        Parcel(
            number=fix.before.site.id,
            name=fix.before.site.name,
            geometry=fix.kept,
            area_m2=fix.kept_m2 or 0.0,
            attributes=fix.before.site.attributes,
        )
        for fix in fixes
        if fix.kept is not None
    ]
    plane = next(fix.plane for fix in fixes if fix.plane is not None)
    return lambda: boundary_bytes(
        parcels,
        plane,
        day=fixed.before.options.as_of,
        producer=trim_text("producer", "zh"),
    )


# ------------------------------------------------------------------------ layers
Table = tuple[list[Json], list[BaseGeometry]]


def _tables(fixed: FixReport, lang: str) -> dict[str, Table]:
    tables: dict[str, Table] = {
        name: ([], [])
        for name in ("kept", "lost", "moved", "crossings", "crossings_points")
    }
    for fix in fixed.fixes:
        site = {"site_id": fix.before.site.id, "name": fix.before.site.name}
        if fix.after is not None and fix.after.geometry is not None:
            own = {"verdict": str(fix.after.verdict), "area_m2": fix.kept_m2}
            _add(tables["kept"], site | own, fix.after.geometry)
        if fix.lost is not None and not shapely.is_empty(fix.lost):
            rules = " ".join(c.finding.rule_id for c in fix.cuts if c.obstacle is None)
            own = {"rule_ids": rules, "area_m2": fix.lost_m2}
            _add(tables["lost"], site | own, fix.lost)
        if fix.escape is not None and move_of(fix) is not None:
            way, after = fix.escape.way, fix.escape.after
            own = {"verdict": str(after.verdict), "distance_m": way.distance_m}
            _add(tables["moved"], site | own, way.geometry)
        for one in fix.crossings:
            lines = shapely.get_dimensions(one.geometry) == 1
            key = "crossings" if lines else "crossings_points"
            _add(tables[key], site | _stretch(one, lang), one.geometry)
    return tables


def _add(table: Table, row: Json, shape: BaseGeometry) -> None:
    table[0].append(row)
    table[1].append(shape)


def _stretch(one: Crossing, lang: str) -> Json:
    return {
        "part": one.part + 1,
        "start_m": one.start_m,
        "end_m": one.end_m,
        "length_m": one.run_m,
        "layer": one.layer,
        "feature": one.feature,
        "meets": meets(one, lang),
        "rule_ids": " ".join(one.rule_ids),
    }


def _frames(
    tables: Mapping[str, Table], fixed: FixReport
) -> dict[str, "gpd.GeoDataFrame"]:
    crs = fixed.before.base.crs
    return {
        name: frame_of(rows, shapes, crs=crs) for name, (rows, shapes) in tables.items()
    }


def _geojson(tables: Mapping[str, Table], fixed: FixReport) -> bytes:
    """Return all layers as one collection; `part` says which each came from."""
    features = []
    for name, (rows, shapes) in tables.items():
        degrees = measure.project(
            np.array([*shapes, None], dtype=object)[:-1],
            fixed.before.base.crs,
            measure.GEOGRAPHIC_CRS,
        )
        for row, shape in zip(rows, degrees, strict=True):
            own = {key: _rounded(value) for key, value in row.items()}
            features.append(
                {
                    "type": "Feature",
                    "properties": {"role": name.removesuffix("_points"), **own},
                    "geometry": {
                        "type": shape.geom_type,
                        "coordinates": _nested(
                            shape.__geo_interface__["coordinates"], DEGREE
                        ),
                    },
                }
            )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    return json_bytes({"type": "FeatureCollection", "crs": crs, "features": features})


# ---------------------------------------------------------------------- fix.json
def fix_document(fixed: FixReport) -> Json:
    """Return the trims as a tree of plain JSON values."""
    report, options = fixed.before, fixed.options
    return {
        "schema": SCHEMA,
        "as_of": report.options.as_of.isoformat(),
        "verdict_before": str(report.verdict),
        "verdict_after": str(fixed.after.verdict),
        "complete_after": fixed.after.complete,
        "base": {"name": report.base.name, "demo": report.base.demo},
        "crs": report.base.crs,
        "options": {
            "also_conditional": options.also_conditional,
            "min_part_m2": options.min_part_m2,
            "margin_m": options.margin_m,
            "residue_area_m2": report.options.residue_area_m2,
            "residue_width_m": report.options.residue_width_m,
        },
        "sites": [_site(fix, fixed) for fix in fixed.fixes],
    }


def _site(fix: SiteFix, fixed: FixReport) -> Json:
    message, move = outcome_of(fix, fixed.options), move_of(fix)
    before = fix.before
    return {
        "id": before.site.id,
        "name": before.site.name,
        "source": {
            "path": relative_path(before.site.source.path),
            "sha256": before.site.source.sha256,
            "row": before.site.source.row,
        },
        "outcome": str(fix.outcome),
        "message": None if message is None else problem_document(message),
        "move": None if move is None else problem_document(move),
        "verdict_before": str(before.verdict),
        "verdict_after": None if fix.after is None else str(fix.after.verdict),
        "area_m2": _rounded(before.area_m2, AREA),
        "kept_m2": _rounded(fix.kept_m2, AREA),
        "lost_m2": _rounded(fix.lost_m2, AREA),
        "parts": fix.parts,
        "min_part_m2": _rounded(fix.least_m2, AREA),
        "dropped": {"parts": fix.dropped, "area_m2": _rounded(fix.dropped_m2, AREA)},
        "margin_m": fix.margin_m,
        "clear_m": fix.clear_m,
        "findings": [_cut(cut) for cut in fix.cuts],
        "kept": _kept(fix),
        "crossings": [_crossing(one) for one in fix.crossings],
        "runs_left": [_run(one) for one in fix.runs],
        "strip": {
            "breaks_m": [_rounded(run, LENGTH) for run in fix.breaks_m],
            "left_m": [_rounded(run, LENGTH) for run in fix.left_m],
        },
        "way_out": _way_out(fix),
        "after": None if fix.after is None else site_document(fix.after),
    }


def _cut(cut: Cut) -> Json:
    why = reason_of(cut)
    finding = cut.finding
    return {
        "rule_id": finding.rule_id,
        "state": str(finding.state),
        "title": {lang: finding.title[lang] for lang in LANGUAGES},
        "relation": finding.relation,
        "taken_m2": _rounded(cut.taken_m2, AREA),
        "features": list(cut.features),
        "not_trimmed": None if why is None else problem_document(why),
        "stands": cut.stands,
    }


def _kept(fix: SiteFix) -> Json | None:
    if fix.kept is None or fix.plane is None:
        return None
    return {
        "crs": fix.plane.crs,
        "zone": fix.plane.zone,
        "geometry": {
            "type": fix.kept.geom_type,
            "coordinates": _nested(fix.kept.__geo_interface__["coordinates"], PLANE),
        },
    }


def _crossing(one: Crossing) -> Json:
    return {
        "rule_ids": list(one.rule_ids),
        "layer": one.layer,
        "feature": one.feature,
        "name": one.name,
        "limit_m": one.limit_m,
        "part": one.part + 1,
        "start_m": _rounded(one.start_m, LENGTH),
        "end_m": _rounded(one.end_m, LENGTH),
        "length_m": _rounded(one.run_m, LENGTH),
        "start": _lonlat(one.start),
        "end": _lonlat(one.end),
        "plane": _nested(shapely.get_coordinates(one.geometry).tolist(), PLANE),
    }


def _run(one: Run) -> Json:
    return {
        "part": one.part + 1,
        "start_m": _rounded(one.start_m, LENGTH),
        "end_m": _rounded(one.end_m, LENGTH),
        "length_m": _rounded(one.run_m, LENGTH),
    }


def _way_out(fix: SiteFix) -> Json | None:
    if fix.escape is None:
        return None
    way, after = fix.escape.way, fix.escape.after
    centre = shapely.get_coordinates(shapely.centroid(way.geometry))
    return {
        "distance_m": _rounded(way.distance_m, LENGTH),
        "bearing_deg": _rounded(way.bearing_deg, BEARING),
        "shift_m": _nested(list(way.shift_m), PLANE),
        "place": _lonlat(way.place),
        "plane": _nested(centre.tolist()[0], PLANE),
        "verdict": str(after.verdict),
        "complete": after.complete,
        "gaps": len(after.gaps),
        "review": sum(f.state is State.REVIEW for f in after.findings),
    }


def _lonlat(place: LonLat) -> list[float]:
    return [round(place.lon, DEGREE), round(place.lat, DEGREE)]


def _nested(values: Any, places: int) -> Any:
    if isinstance(values, (int, float)):
        return round(float(values), places) + 0.0
    return [_nested(value, places) for value in values]


def _rounded(value: Any, places: int = AREA) -> Any:
    return round(value, places) + 0.0 if isinstance(value, float) else value
