"""``corridors.gpkg``: sources, links, corridors and narrow places, working plane."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely.geometry.base import BaseGeometry

from zoning.linkage.values import LinkageReport
from zoning.report.features import frame_of, write_layers
from zoning.report.linkage.tables import (
    barrier_rows,
    link_rows,
    pinch_rows,
    source_rows,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["linkage_frames", "write_corridors"]

Row = Mapping[str, Any]


def write_corridors(report: LinkageReport, path: Path) -> Path:
    """Write the model as a GeoPackage with styles; return `path`.

    Layers ``sources``, ``links`` (cheapest ways), ``corridors``, ``pinch_points``
    and ``barriers``; empty ones are left out.
    """
    return write_layers(path, dict(linkage_frames(report)))


def linkage_frames(report: LinkageReport) -> Iterator[tuple[str, "GeoDataFrame"]]:
    """Yield the layers of the package by name, empty ones not."""
    model, crs = report.model, report.base.crs
    links = [_plain(asdict(row)) for row in link_rows(model)]
    tables: tuple[tuple[str, Sequence[Row], list[BaseGeometry]], ...] = (
        (
            "sources",
            [_plain(asdict(row)) for row in source_rows(report)],
            [one.shape for one in model.sources],
        ),
        ("corridors", links, [one.swath for one in model.links]),
        ("links", links, [one.path for one in model.links]),
        (
            "barriers",
            [_plain(asdict(row)) for row in barrier_rows(report)],
            [one.shape for one in model.barriers],
        ),
        (
            "pinch_points",
            [_plain(asdict(row)) for row in pinch_rows(report)],
            [one.shape for one in model.pinch_points],
        ),
    )
    for name, rows, shapes in tables:
        if rows:
            yield name, frame_of(rows, shapes, crs=crs)


def _plain(row: dict[str, Any]) -> Row:
    """Return a row with its numbers as numbers, missing ones as nan."""
    optional = {
        "mean_resistance",
        "importance_low_pct",
        "importance_high_pct",
        "cost_per_m",
        "mean_width_m",
        "gravity",
        "cost_low",
        "cost_high",
        "kept_pct",
        "same_pct",
    }
    return {
        key: float("nan") if value is None and key in optional else value
        for key, value in row.items()
    }
