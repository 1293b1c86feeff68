"""Names written on the map, and the plane whose coordinates it shows."""

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Base, Report, SiteResult, Verdict
from zoning.report.map_distance import distances
from zoning.report.map_layers import to_degrees
from zoning.report.map_trim import TrimDrawing
from zoning.report.map_words import metre, verdict_mark
from zoning.report.numbers import metres
from zoning.report.styles import state_colour, style

__all__ = [
    "distance_labels",
    "place_labels",
    "plane_of",
    "site_labels",
    "trim_labels",
    "worst_sites_first",
]

Json = dict[str, Any]


def place_labels(base: Base) -> list[Json]:
    """Return names of townships and rivers with the point they stand at."""
    named: list[Json] = []
    for key, kind in (("township", "place"), ("river", "water")):
        if key not in base.layers or "name" not in base.layers[key].attributes:
            continue
        layer = base.layers[key]
        names: dict[str, int] = {}
        for row in np.argsort(-shapely.area(layer.geometry), kind="stable"):
            names.setdefault(str(layer.attributes["name"][row]), int(row))
        named += [
            {"kind": kind, "text": name, "at": _at(layer.geometry[row], base.crs)}
            for name, row in names.items()
            if name
        ]
    return named


def worst_sites_first(report: Report) -> list[SiteResult]:
    """Return the sites as the page lists them: the worst first, rejected last."""
    checked = [v for v in reversed(Verdict) if v != Verdict.REJECTED]
    order = [*checked, Verdict.REJECTED]
    return sorted(report.sites, key=lambda result: order.index(result.verdict))


def site_labels(report: Report, lang: str) -> list[Json]:
    """Return verdict and name of each site with the point they stand at."""
    labels: list[Json] = []
    for number, result in enumerate(worst_sites_first(report)):
        if result.geometry is None:
            continue
        west, _, east, north = result.geometry.bounds
        top = shapely.Point((west + east) / 2, north)
        at = top if shapely.get_dimensions(result.geometry) > 1 else None
        labels.append(
            {
                "kind": "site",
                "number": number,
                "text": result.site.name or result.site.id,
                "mark": verdict_mark(result.verdict, lang),
                "at": _at(at or result.geometry, report.base.crs),
            }
        )
    return labels


def distance_labels(report: Report, lang: str) -> list[Json]:
    """Return the length of each line to a nearest feature, at its middle."""
    return [
        {
            "kind": "distance",
            "text": f"{metres(one.distance_m)} {metre(lang)}",
            "colour": state_colour(one.state),
            "at": _at(one.geometry, report.base.crs),
        }
        for one in distances(report)
    ]


def trim_labels(trims: TrimDrawing, crs: str) -> list[Json]:
    """Return how much is given up, or which stretch it is, in its middle."""
    return [
        {
            "kind": "distance",
            "text": one.label,
            "colour": style(one.item).line,
            "at": _at(one.geometry, crs),
        }
        for one in trims.shapes
        if one.label
    ]


def _at(shape: BaseGeometry, crs: str) -> list[float]:
    if shapely.get_dimensions(shape) == 1:
        lines = shapely.get_parts(shape)
        longest = lines[int(np.argmax(shapely.length(lines)))]
        point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    else:
        point = shapely.point_on_surface(shape)
    moved = to_degrees(np.array([point], dtype=object), crs)[0]
    return [float(moved.y), float(moved.x)]


def plane_of(crs: str) -> Json | None:
    """Return the constants of a transverse Mercator plane; None of any other."""
    from pyproj import CRS

    known = CRS.from_user_input(crs)
    operation = known.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: parameter.value for parameter in operation.params}
    return {
        "name": known.name,
        "meridian": values["Longitude of natural origin"],
        "scale": values["Scale factor at natural origin"],
        "false_easting": values["False easting"],
        "false_northing": values["False northing"],
    }
