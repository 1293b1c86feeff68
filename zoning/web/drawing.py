"""What the page draws of a report: shapes in degrees, with what they belong to.

Texts and numbers come from the verdict; a shape names its site and its rules.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.fixes import FixReport
from zoning.model import Report, Site
from zoning.report.map_conflicts import conflict_shapes
from zoning.report.map_layers import to_degrees
from zoning.report.numbers import rounded
from zoning.report.verdict import problem_document

__all__ = ["fix_drawing", "report_drawing", "sites_read"]

Json = dict[str, Any]
_DEGREES = "EPSG:4490"
_AREA = 4


def report_drawing(report: Report) -> Json:
    """Return sites, conflicts, sections and trims as a GeoJSON collection."""
    crs = report.base.crs
    return _collection(
        _feature(shape, crs, properties)
        for shape, properties in (*_sites(report), *_conflicts(report), *_cut(report))
        if shape is not None and not shape.is_empty
    )


def fix_drawing(fixed: FixReport) -> Json:
    """Return what is kept and what is given up of trimmed sites."""
    crs = fixed.before.base.crs
    drawn: list[Json] = []
    for fix in fixed.fixes:
        site = fix.before.site.id
        for kind, shape in (("kept", fix.kept), ("lost", fix.lost)):
            if shape is not None and not shape.is_empty:
                own = fix.plane.crs if kind == "kept" and fix.plane else crs
                drawn.append(_feature(shape, own, {"kind": kind, "site": site}))
    return _collection(drawn)


def sites_read(sites: Iterable[Site]) -> list[Json]:
    """Return sites as read, for the list and the map before any check."""
    return [
        {
            "id": site.id,
            "name": site.name,
            "source": site.source.path,
            "row": site.source.row,
            "sha256": site.source.sha256,
            "crs": site.crs,
            "area_declared_m2": rounded(site.area_declared_m2, _AREA),
            "open_readings": list(site.open_readings),
            "problems": [problem_document(problem) for problem in site.problems],
            "rejection": None
            if site.rejection is None
            else problem_document(site.rejection),
            "geometry": None
            if site.geometry is None or site.crs is None
            else _shape(site.geometry, site.crs),
        }
        for site in sites
    ]


def _sites(report: Report) -> Iterator[tuple[BaseGeometry | None, Json]]:
    for result in report.sites:
        yield (
            result.geometry,
            {
                "kind": "site",
                "site": result.site.id,
                "name": result.site.name,
                "verdict": str(result.verdict),
            },
        )


def _conflicts(report: Report) -> Iterator[tuple[BaseGeometry, Json]]:
    for drawn in conflict_shapes(report):
        own = drawn.conflict
        yield (
            own.geometry,
            {
                "kind": drawn.item,
                "site": own.site_id,
                "layer": own.layer,
                "feature": own.feature,
                "name": own.feature_name,
                "state": str(drawn.state),
                "rules": list(own.rule_ids),
                "overlap_m2": rounded(own.overlap_m2, _AREA),
                "length_m": rounded(own.length_m, 2),
            },
        )


def _cut(report: Report) -> Iterator[tuple[BaseGeometry | None, Json]]:
    for result in report.sites:
        for hit in result.layout:
            own = {"site": result.site.id, "name": hit.name, "feature": hit.feature}
            yield hit.section, {"kind": "section", **own}
            trim_m2 = rounded(hit.trim_m2, _AREA)
            yield hit.trim, {"kind": "trim", **own, "trim_m2": trim_m2}


def _collection(features: Iterable[Json]) -> Json:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(shape: BaseGeometry, crs: str, properties: Json) -> Json:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": _shape(shape, crs),
    }


def _shape(shape: BaseGeometry, crs: str) -> Json:
    one = np.array([shapely.force_2d(shape)], dtype=object)
    moved: BaseGeometry = to_degrees(one, crs)[0]
    mapping: Json = moved.__geo_interface__
    return mapping
