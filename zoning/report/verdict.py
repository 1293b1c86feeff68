"""``verdict.json``: the answer as data, schema ``zoning/verdict/1``.

On the quick path of ``zoning check --json``: standard library, inner rooms only.

The bytes depend on sites, base, packs, options and date alone. Key order is
that of the functions below, mappings from outside are sorted by key, numbers
are rounded to stated decimals, and a number that is not finite is an error.
"""

import hashlib
import json
import platform
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from importlib import metadata
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from zoning import guard
from zoning.errors import Problem
from zoning.model import (
    Base,
    DeclaredEvidence,
    Gap,
    LayerInfo,
    LayoutHit,
    Report,
    SiteResult,
    State,
    Terrain,
)
from zoning.report.numbers import rounded
from zoning.report.statements import canonical
from zoning.report.verdict_findings import (
    AREA,
    DISTANCE,
    SHARE,
    finding_document,
    ordered,
)
from zoning.terms import LANGUAGES

__all__ = [
    "SCHEMA",
    "base_document",
    "digest_of",
    "frame_document",
    "json_bytes",
    "layer_document",
    "problem_document",
    "relative_path",
    "site_document",
    "software",
    "verdict_bytes",
    "verdict_document",
    "warnings_of",
]

SCHEMA = "zoning/verdict/1"

WIDTH = 3

_LIBRARIES = ("geopandas", "numpy", "pyogrio", "pyproj", "shapely")
_UNSIGNED = ("software", "digest")
_LONE_SURROGATES = "backslashreplace"
"""File names in another encoding hold them; so written they are JSON escapes."""

Json = dict[str, Any]


def verdict_document(report: Report) -> Json:
    """Return the whole answer as a tree of plain JSON values.

    ``sites[i]`` depends on site i alone: checked by itself or in a batch, it
    reads the same.
    """
    document: Json = frame_document(report) | {
        "sites": [site_document(result) for result in report.sites]
    }
    return document | {"digest": digest_of(document)}


def frame_document(report: Report) -> Json:
    """Return the answer without sites and digest; ``sites`` keeps its place."""
    return {
        "schema": SCHEMA,
        "verdict": str(report.verdict),
        "complete": report.complete,
        "as_of": report.options.as_of.isoformat(),
        "counts": {
            "sites": len(report.sites),
            "rejected": sum(site.site.rejection is not None for site in report.sites),
        },
        "sites": [],
        "base": base_document(report.base),
        "packs": [asdict(pack) for pack in report.packs],
        "options": {
            "as_of": report.options.as_of.isoformat(),
            "residue_area_m2": rounded(report.options.residue_area_m2, AREA),
            "residue_width_m": rounded(report.options.residue_width_m, AREA),
            "near_m": rounded(report.options.near_m, DISTANCE),
        },
        "software": dict(software()),
    }


def verdict_bytes(report: Report) -> bytes:
    """Return the bytes of ``verdict.json``: UTF-8, indent 1, newline at the end."""
    return json_bytes(verdict_document(report))


def json_bytes(document: Any) -> bytes:
    """Return readable JSON bytes; keys keep their order, NaN is refused."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode(errors=_LONE_SURROGATES)


def digest_of(document: Mapping[str, Any]) -> str:
    """Return ``sha256:…`` of `document` without ``software`` and ``digest``.

    Hashed is the form with sorted keys and no blanks, so that a file that was
    read and written again by another program keeps its digest.
    """
    signed = {key: document[key] for key in document if key not in _UNSIGNED}
    data = canonical(signed).encode(errors=_LONE_SURROGATES)
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@cache
def software() -> Mapping[str, str]:
    """Return the versions that made the answer; not part of the digest."""
    versions = {"zoning": _version("zoning"), "python": platform.python_version()}
    return versions | {name: _version(name) for name in _LIBRARIES} | guard.fallbacks()


def site_document(
    result: SiteResult, states: Collection[State] = frozenset(State)
) -> Json:
    """Return one element of ``sites``; findings of some `states` when given."""
    return _identity(result) | {
        "warnings": [problem_document(problem) for problem in warnings_of(result)],
        "findings": [finding_document(f) for f in result.findings if f.state in states],
        "gaps": [_gap(gap) for gap in result.gaps],
        "residue": [
            {
                "layer": residue.layer,
                "feature": residue.feature,
                "overlap_m2": rounded(residue.overlap_m2, AREA),
                "width_m": rounded(residue.width_m, WIDTH),
            }
            for residue in result.residue
        ],
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "unit_class": unit.unit_class,
                "overlap_m2": rounded(unit.overlap_m2, AREA),
                "share": rounded(unit.share, SHARE),
            }
            for unit in result.units
        ],
        "layout": [_layout(hit) for hit in result.layout],
        "terrain": None if result.terrain is None else _terrain(result.terrain),
    }


def _identity(result: SiteResult) -> Json:
    """Return which site it is, what it measures and what came out."""
    site, source, rejection = result.site, result.site.source, result.site.rejection
    return {
        "id": site.id,
        "name": site.name,
        "source": {
            "path": relative_path(source.path),
            "sha256": source.sha256,
            "crs": source.crs or site.crs,
            "encoding": source.encoding,
            "row": source.row,
        },
        "project": ordered(site.project),
        "evidence": [_paper(paper) for paper in site.evidence],
        "verdict": str(result.verdict),
        "complete": result.complete,
        "rejection": None if rejection is None else problem_document(rejection),
        "area_m2": rounded(result.area_m2, AREA),
        "area_plane_m2": rounded(result.area_plane_m2, AREA),
        "area_declared_m2": rounded(site.area_declared_m2, AREA),
        "length_m": rounded(result.length_m, DISTANCE),
        "states": {
            str(state): sum(finding.state == state for finding in result.findings)
            for state in State
        },
    }


def _paper(paper: DeclaredEvidence) -> Json:
    """Return a paper as declared; nobody has verified it."""
    return {
        "kind": paper.kind,
        "number": paper.number,
        "date": paper.date.isoformat(),
        "issuer": paper.issuer,
    }


def warnings_of(result: SiteResult) -> tuple[Problem, ...]:
    """Return the problems that did not stop the check, each once, in order."""
    seen: list[Problem] = []
    for problem in (*result.site.problems, *result.problems):
        if problem not in seen:
            seen.append(problem)
    return tuple(seen)


def problem_document(problem: Problem) -> Json:
    """Return a problem with its number and its texts in both languages."""
    return {
        "code": problem.code,
        "number": problem.number,
        "where": problem.where,
        "text": {lang: problem.text(lang) for lang in LANGUAGES},
        "cure": {lang: problem.cure(lang) for lang in LANGUAGES},
    }


def layer_document(kind: str, info: LayerInfo, problems: Iterable[Problem]) -> Json:
    """Return the standing of one layer; `kind` is vector, raster or table."""
    return {
        "id": info.id,
        "kind": kind,
        "path": relative_path(info.path),
        "sha256": info.sha256,
        "sealed": info.sealed,
        "features": info.features,
        "edition": info.edition,
        "valid_from": _day(info.valid_from),
        "valid_to": _day(info.valid_to),
        "authority": info.authority,
        "coverage": info.coverage,
        "crs": info.crs,
        "encoding": info.encoding,
        "vertical_datum": info.vertical_datum,
        "repairs": [
            {
                "feature": repair.feature,
                "what": repair.what,
                "area_change_m2": rounded(repair.area_change_m2, AREA),
            }
            for repair in info.repairs
        ],
        "notes": [problem_document(note) for note in info.notes],
        "problems": [problem_document(problem) for problem in problems],
    }


def _gap(gap: Gap) -> Json:
    problem = problem_document(gap.problem)
    reason = problem.pop("code")
    return {"rule_id": gap.rule_id, "layer": gap.layer, "reason": reason} | problem


def _layout(hit: LayoutHit) -> Json:
    """Return widths and areas; the shapes are in ``result.gpkg``."""
    return {
        "feature": hit.feature,
        "name": hit.name,
        "kind": hit.kind,
        "overlap_m2": rounded(hit.overlap_m2, AREA),
        "share": rounded(hit.share, SHARE),
        "length_m": rounded(hit.length_m, DISTANCE),
        "target_width_m": rounded(hit.target_width_m, DISTANCE),
        "width_m": rounded(hit.width_m, DISTANCE),
        "width_left_m": rounded(hit.width_left_m, DISTANCE),
        "trim_m2": rounded(hit.trim_m2, AREA),
        "narrow_before": hit.narrow_before,
        "cut_through": hit.cut_through,
    }


def _terrain(terrain: Terrain) -> Json:
    return {
        "elevation_min_m": rounded(terrain.elevation_min_m, DISTANCE),
        "elevation_mean_m": rounded(terrain.elevation_mean_m, DISTANCE),
        "elevation_max_m": rounded(terrain.elevation_max_m, DISTANCE),
        "vertical_datum": terrain.vertical_datum,
        "slope_mean_deg": rounded(terrain.slope_mean_deg, DISTANCE),
        "slope_max_deg": rounded(terrain.slope_max_deg, DISTANCE),
        "slope_ge_25_share": rounded(terrain.slope_ge_25_share, SHARE),
        "cover": {k: rounded(v, SHARE) for k, v in sorted(terrain.cover.items())},
    }


def base_document(base: Base) -> Json:
    """Return the base: every layer it holds, lacks, or declares absent."""
    vectors = [("vector", layer.info, layer.problems) for layer in base.layers.values()]
    rasters = [("raster", grid.info, grid.problems) for grid in base.rasters.values()]
    tables = [("table", info, ()) for info in base.tables.values()]
    rows = sorted([*vectors, *rasters, *tables], key=lambda row: (row[1].id, row[0]))
    return {
        "name": base.name,
        "demo": base.demo,
        "admin_code": base.admin_code,
        "crs": base.crs,
        "scope": list(base.scope),
        "layers": [layer_document(*row) for row in rows],
        "absent": [
            {"id": name, **asdict(base.absent[name])} for name in sorted(base.absent)
        ],
        "missing": [
            {"id": name, "problems": [problem_document(p) for p in base.missing[name]]}
            for name in sorted(base.missing)
        ],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def relative_path(path: str) -> str:
    """Return `path`; of an absolute one only its name, as folders are private."""
    for flavour in (PurePosixPath(path), PureWindowsPath(path)):
        if flavour.is_absolute():
            return flavour.name
    return path


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
