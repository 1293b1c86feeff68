"""A GeoDataFrame made by hand, or by `zoning.api.read_sites`, to `Site` values.

What holds for files holds here: attributes are checked against the
vocabulary, coordinates on a foreign datum and features of several dimensions
are rejected, and rows out equal rows in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem, UsageError
from zoning.georeference.web_maps import WebMap
from zoning.io.crs import obstacle
from zoning.io.declared_evidence import (
    EVIDENCE,
    evidence_fault,
    evidence_text,
    joined,
    papers_of_text,
)
from zoning.io.project import (
    Projects,
    attributes,
    canonical_attributes,
    is_missing,
)
from zoning.io.project_values import Note
from zoning.io.site_position import remark_on, still_open
from zoning.model import DeclaredEvidence, Site, SiteSource

if TYPE_CHECKING:  # geopandas loads only when the caller has a table
    from geopandas import GeoDataFrame

__all__ = ["sites_of_table", "table_with_projects"]

OPEN = "open_readings"

_Row = Mapping[Any, Any]

_MULTI = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)


def table_with_projects(table: "GeoDataFrame", projects: Projects) -> "GeoDataFrame":
    """Return a copy with identifiers, names and canonical attribute columns.

    Parameters
    ----------
    table : GeoDataFrame
        One row per site. ``site_id``, ``name``, ``evidence`` (declared
        papers, one a line as ``kind | number | date | issuer``) and columns
        named like a project attribute are read; other columns are kept as
        they are.
    projects : Projects
        Laid on by ``site_id``, ``name`` and stem of ``source``; outweighs
        what a row says itself. Papers add to those of the row.

    Raises
    ------
    UsageError
        When the table has no CRS, an attribute has a value outside the
        vocabulary, a paper is malformed, or entries of `projects` match no
        row while a row has none.
    """
    _require_crs(table)
    made = table.copy()
    if "site_id" not in made.columns:
        made.insert(0, "site_id", [f"site-{k + 1}" for k in range(len(made))])
    if "name" not in made.columns:
        made["name"] = made["site_id"]
    rows = made.to_dict("records")
    keys = [
        (_word(row["site_id"]), _word(row["name"]), Path(_word(row.get("source"))).stem)
        for row in rows
    ]
    pairs = list(zip(keys, map(_readable, made.geometry), strict=True))
    projects.require_entries(
        [key for key, readable in pairs if readable],
        rejected=[key for key, readable in pairs if not readable],
    )
    said, declared = _said(rows)
    found = [
        {**own, **projects.for_site(*key)} for own, key in zip(said, keys, strict=True)
    ]
    papers = [
        evidence_text(joined(own, projects.evidence_for(*key)))
        for own, key in zip(declared, keys, strict=True)
    ]
    if EVIDENCE in made.columns or any(papers):
        made[EVIDENCE] = np.array([*papers, None], dtype=object)[:-1]
    for name in attributes():
        if name in made.columns or any(name in own for own in found):
            made[name] = np.array([own.get(name, "") for own in found], dtype=object)
    return made


def sites_of_table(table: "GeoDataFrame") -> tuple[Site, ...]:
    """Return the rows as sites, in order; a row that cannot be checked is rejected.

    Raises
    ------
    UsageError
        When the table has no CRS of the EPSG registry, an attribute has a
        value outside the vocabulary, or a paper is malformed.
    """
    crs = f"EPSG:{_require_crs(table)}"
    rows = table.to_dict("records")
    projects, declared = _said(rows)
    return tuple(
        replace(
            _site({**row, "geometry": shape}, crs, index=index),
            project=project,
            evidence=papers,
        )
        for index, (row, shape, project, papers) in enumerate(
            zip(rows, table.geometry, projects, declared, strict=True)
        )
    )


def _require_crs(table: "GeoDataFrame") -> int:
    code = None if table.crs is None else table.crs.to_epsg()
    if code is None:
        raise UsageError(Problem(code="TABLE_WITHOUT_CRS"))
    return int(code)


def _said(
    rows: Sequence[_Row],
) -> tuple[list[Mapping[str, str]], list[tuple[DeclaredEvidence, ...]]]:
    """Return attributes and papers by row; the faults of all rows are told at once."""
    found: list[Mapping[str, str]] = []
    declared: list[tuple[DeclaredEvidence, ...]] = []
    faults: list[Problem] = []
    for index, row in enumerate(rows):
        where = _place(row, index)
        own = {name: row[name] for name in attributes() if name in row}
        try:
            found.append(canonical_attributes(own, where))
        except UsageError as error:
            faults += error.problems
        text = _word(row.get(EVIDENCE))
        declared.append(papers_of_text(text, _telling(where, faults)))
    if faults:
        raise UsageError(*faults)
    return found, declared


def _telling(where: str, faults: list[Problem]) -> Note:
    return lambda _, zh, en: faults.append(evidence_fault(where, zh, en))


def _site(row: _Row, crs: str, *, index: int) -> Site:
    where = _word(row.get("source")) or f"#{index + 1}"
    shape, rejection = _judged(row, crs, where)
    declared = row.get("area_declared_m2")
    readings = _readings(row, crs)
    return Site(
        id=_word(row.get("site_id")) or str(index + 1),
        name=_word(row.get("name")),
        geometry=shape,
        crs=crs if rejection is None else None,
        source=SiteSource(
            path=_word(row.get("source")),
            sha256=_word(row.get("sha256")),
            row=int(row.get("row", index)),
            crs=crs,
        ),
        area_declared_m2=None if declared is None or np.isnan(declared) else declared,
        problems=(remark_on(crs, readings, where),) if readings else (),
        open_readings=readings,
        rejection=rejection,
    )


def _readings(row: _Row, crs: str) -> tuple[str, ...]:
    """Return what a row may be in as well: by its column, else by the CRS."""
    if OPEN not in row:
        return still_open(crs)
    asked = tuple(_word(row[OPEN]).split())
    known = {*WebMap, *still_open(crs)}
    return asked if set(asked) <= known else still_open(crs)


def _judged(
    row: _Row, crs: str, where: str
) -> tuple[BaseGeometry | None, Problem | None]:
    """Return the geometry, of one dimension, or why there is none to check."""
    values = {"detail": _word(row.get("rejection")) or "geometry"}
    refused = Problem(code="ROW_REJECTED", where=where, values=values)
    shape = row["geometry"]
    if not _readable(shape):
        return None, refused
    reason = obstacle(crs, where)
    if reason is not None:
        return None, reason
    if isinstance(shape, shapely.GeometryCollection):
        parts = _parts(shape)
        dimensions = {int(shapely.get_dimensions(part)) for part in parts}
        if len(dimensions) > 1:
            return None, Problem(code="GEOMETRY_MIXED", where=where)
        shape = _MULTI[dimensions.pop()](parts)
    return (shape, None) if shape.is_valid else (None, refused)


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return the simple parts of a collection, however deep, without empty ones."""
    if not hasattr(shape, "geoms"):
        return [] if shape.is_empty else [shape]
    return [simple for part in shape.geoms for simple in _parts(part)]


def _readable(shape: BaseGeometry | None) -> bool:
    return shape is not None and not shape.is_empty and bool(shape.is_valid)


def _place(row: _Row, index: int) -> str:
    return _word(row.get("site_id")) or f"#{index + 1}"


def _word(value: Any) -> str:
    """Return a cell as text; the ways in which tables leave a cell empty are ''."""
    return "" if is_missing(value) else str(value)
