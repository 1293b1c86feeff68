"""``inputs.json``: the sites as read and the settings, so that a run can be replayed.

It holds what `zoning.check.check` was given beside the base and its packs:
coordinates in full, in the CRS of the survey, project attributes, declared
papers, remarks of the reader, and the options. Nothing of the base is in it.
Folders are private: of an absolute path only the name is kept.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from zoning.errors import OutputError, Problem, registry
from zoning.model import CheckOptions, DeclaredEvidence, Report, Site, SiteSource
from zoning.report.verdict import relative_path

__all__ = [
    "INPUTS",
    "INPUTS_SCHEMA",
    "Inputs",
    "inputs_bytes",
    "inputs_head",
    "inputs_line",
    "read_inputs",
    "site_inputs_bytes",
]

INPUTS = "inputs.json"
INPUTS_SCHEMA = "zoning/inputs/1"

Json = dict[str, Any]

_NOT_UNDERSTOOD = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    ShapelyError,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """What a check was given beside the base."""

    sites: tuple[Site, ...]
    options: CheckOptions


def inputs_bytes(report: Report) -> bytes:
    """Return the file: UTF-8 JSON, one site to a line.

    Numbers are written so that they read back bit for bit.
    """
    sites = b",\n".join(inputs_line(result.site) for result in report.sites)
    return inputs_head(report.options) + sites + b"\n]}\n"


def site_inputs_bytes(site: Site, as_of: date) -> bytes:
    """Return the file of one site and a day."""
    line = inputs_line(site)
    return inputs_head(CheckOptions(as_of=as_of)) + line + b"\n]}\n"


def inputs_head(options: CheckOptions) -> bytes:
    """Return the file up to its first site."""
    head = {"schema": INPUTS_SCHEMA, "options": _options(options)}
    return f'{_compact(head)[:-1]},"sites":[\n'.encode()


def inputs_line(site: Site) -> bytes:
    """Return the line of one site."""
    return _compact(_site(site)).encode(errors="backslashreplace")


def read_inputs(path: Path) -> Inputs:
    """Read what `inputs_bytes` wrote.

    Raises
    ------
    OutputError
        When it is no ``zoning/inputs/1`` document, or names messages that this
        version does not have.
    """
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != INPUTS_SCHEMA:
            raise _unreadable(f"schema {document['schema']}")
        return Inputs(
            sites=tuple(_read_site(entry) for entry in document["sites"]),
            options=_read_options(document["options"]),
        )
    except _NOT_UNDERSTOOD as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error


def _unreadable(detail: str) -> OutputError:
    return OutputError(Problem(code="INPUTS_UNREADABLE", values={"detail": detail}))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


# ------------------------------------------------------------------------ writing
def _options(options: CheckOptions) -> Json:
    return asdict(options) | {"as_of": options.as_of.isoformat()}


def _site(site: Site) -> Json:
    source = asdict(site.source) | {"path": relative_path(site.source.path)}
    return {
        "id": site.id,
        "name": site.name,
        "crs": site.crs,
        "source": source,
        "area_declared_m2": site.area_declared_m2,
        "project": _sorted(site.project),
        "evidence": [
            asdict(paper) | {"date": paper.date.isoformat()} for paper in site.evidence
        ],
        "attributes": _sorted(site.attributes),
        "problems": [_problem(problem) for problem in site.problems],
        "open_readings": list(site.open_readings),
        "rejection": None if site.rejection is None else _problem(site.rejection),
        "geometry": None if site.geometry is None else _shape(site.geometry),
    }


def _sorted(mapping: Mapping[str, Any]) -> Json:
    return {key: mapping[key] for key in sorted(mapping)}


def _problem(problem: Problem) -> Json:
    """Return a problem as it was made; its texts come from the registry again."""
    return {
        "code": problem.code,
        "where": problem.where,
        "values": _sorted(problem.values),
    }


def _shape(shape: BaseGeometry) -> Json:
    """Return a GeoJSON geometry, its numbers as they are; heights are not used."""
    if isinstance(shape, shapely.GeometryCollection):
        parts = [_shape(part) for part in shape.geoms]
        return {"type": shape.geom_type, "geometries": parts}
    interface = shapely.force_2d(shape).__geo_interface__
    kind = interface["type"].replace("LinearRing", "LineString")
    return {"type": kind, "coordinates": interface["coordinates"]}


# ------------------------------------------------------------------------ reading
def _read_options(entry: Json) -> CheckOptions:
    return CheckOptions(**entry | {"as_of": date.fromisoformat(entry["as_of"])})


def _read_site(entry: Json) -> Site:
    shape, rejection = entry["geometry"], entry["rejection"]
    return Site(
        id=entry["id"],
        name=entry["name"],
        crs=entry["crs"],
        source=SiteSource(**entry["source"]),
        area_declared_m2=entry["area_declared_m2"],
        project=entry["project"],
        evidence=tuple(_papers(entry["evidence"])),
        attributes=entry["attributes"],
        problems=tuple(_read_problem(problem) for problem in entry["problems"]),
        open_readings=tuple(entry.get("open_readings", ())),
        rejection=None if rejection is None else _read_problem(rejection),
        geometry=None if shape is None else _read_shape(shape),
    )


def _papers(entries: list[Json]) -> Iterator[DeclaredEvidence]:
    for entry in entries:
        yield DeclaredEvidence(**entry | {"date": date.fromisoformat(entry["date"])})


def _read_problem(entry: Json) -> Problem:
    if entry["code"] not in registry():
        raise KeyError(entry["code"])
    return Problem(**entry)


def _read_shape(entry: Json) -> BaseGeometry:
    shape: BaseGeometry = shapely.from_geojson(json.dumps(entry))
    return shape
