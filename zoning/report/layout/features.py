"""``result.gpkg`` of a layout audit: axes, gaps, narrow stretches, working plane."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning.corridors.layout.values import LayoutReport
from zoning.report.features import frame_of, write_layers
from zoning.report.layout.tables import gap_rows, narrow_rows
from zoning.report.layout.words import called, numbered_gaps, state_both
from zoning.terms import label

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["write_layout_features"]

_CORRIDORS = "axes"


def write_layout_features(report: LayoutReport, path: Path, *, lang: str) -> Path:
    """Write the layers ``axes``, ``gaps`` and ``narrow_stretches``; return `path`.

    Empty ones are left out, save ``axes``.
    """
    tables = {
        name: frame
        for name, frame in _frames(report, lang)
        if len(frame) or name == _CORRIDORS
    }
    return write_layers(path, tables)


def _frames(report: LayoutReport, lang: str) -> Iterator[tuple[str, "GeoDataFrame"]]:
    crs = report.base.crs
    linear = [one for one in report.features if one.axis is not None]
    rows: list[dict[str, Any]] = [
        {
            "name": called(one),
            "kind": label("corridor_kind", one.kind, lang),
            "feature": one.id,
            "severity": str(one.state),
            "severity_word": state_both(one.state),
            "length_m": one.length_m,
            "target_width_m": one.target_m,
            "continuity_pct": _percent(one.continuity_share),
            "passable_pct": _percent(one.passable_share),
            "gaps": len(one.broken_at),
            "gap_m": one.broken_m,
            "least_width_m": one.permeable_m.least_m if one.permeable_m else None,
        }
        for one in linear
    ]
    axes = [one.axis.line for one in linear if one.axis is not None]
    yield _CORRIDORS, frame_of(rows, axes, crs=crs)
    gaps = [asdict(row) for row in gap_rows(report, lang)]
    for gap in gaps:
        del gap["fills"]
    shapes = [one.gap.shape for one in numbered_gaps(report)]
    yield "gaps", frame_of(gaps, shapes, crs=crs)
    narrow = [asdict(row) for row in narrow_rows(report)]
    stretches = [stretch.shape for one in report.features for stretch in one.narrow]
    yield "narrow_stretches", frame_of(narrow, stretches, crs=crs)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
