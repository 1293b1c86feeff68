"""``result.gpkg`` of an impact: site, links, corridors, measures, working plane."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.linkage.impact import ImpactReport
from zoning.report.features import frame_of, write_layers
from zoning.report.impact.tables import link_rows, measure_rows, source_rows
from zoning.report.impact.words import site_name

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["impact_frames", "write_impact_features"]

Row = Mapping[str, Any]
_SITE = ("project_site_points", "project_site_lines", "project_site")


def write_impact_features(report: ImpactReport, path: Path, *, lang: str) -> Path:
    """Write the result as a GeoPackage with styles; return `path`.

    Layers ``project_site``, ``links`` and ``corridors`` of the model with what becomes
    of them, ``detours`` (ways with the site), ``narrowed`` (corridors with the site),
    ``layout_sections``, ``sources`` that lose ground, ``measures``; empty ones are
    left out.
    """
    return write_layers(path, dict(impact_frames(report, lang)))


def impact_frames(
    report: ImpactReport, lang: str
) -> Iterator[tuple[str, "GeoDataFrame"]]:
    """Yield the layers of the package by name, empty ones not."""
    kept, crs = report.standing.kept, report.base.crs
    links = [_plain(asdict(row)) for row in link_rows(report)]
    effects = report.links
    site: Row = {"site_name": site_name(report), "site_id": report.site.id}
    hurt = [kept.sources[one.number - 1] for one in report.sources]
    tables: tuple[tuple[str, Sequence[Row], Sequence[BaseGeometry | None]], ...] = (
        (_SITE[shapely.get_dimensions(report.geometry)], [site], [report.geometry]),
        ("sources", [_plain(asdict(row)) for row in source_rows(report)], hurt),
        ("corridors", links, list(kept.swaths)),
        ("narrowed", links, [one.swath_after for one in effects]),
        ("links", links, list(kept.paths)),
        ("detours", links, [one.path_after for one in effects]),
        ("layout_sections", links, [one.section for one in effects]),
        (
            "measures",
            [_plain(asdict(row)) for row in measure_rows(report, lang)],
            [one.shape for one in report.measures],
        ),
    )
    for name, rows, shapes in tables:
        kind = [(r, s) for r, s in zip(rows, shapes, strict=True) if s is not None]
        if kind:
            yield name, frame_of([r for r, _ in kind], [s for _, s in kind], crs=crs)


def _plain(row: dict[str, Any]) -> Row:
    """Return a row with its numbers as numbers, missing ones as nan."""
    return {
        key: float("nan") if value is None and key not in {"told", "kind"} else value
        for key, value in row.items()
    }
