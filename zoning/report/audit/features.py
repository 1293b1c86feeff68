"""``result.gpkg`` of an audit: where the problems are, in the working plane."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from zoning.model import AuditProblem, AuditReport
from zoning.report.audit.tables import problem_rows
from zoning.report.features import frame_of, write_layers

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["problem_frame", "write_problems"]


def write_problems(report: AuditReport, path: Path, *, lang: str) -> Path:
    """Write problems and members as a GeoPackage with styles; return `path`.

    Layers ``problems`` and ``members`` hold polygons, the same with
    ``_lines`` and ``_points`` the rest; empty ones are left out, save
    ``problems``.
    """
    tables = {
        name: frame
        for name, frame in _frames(report, lang)
        if len(frame) or name == "problems"
    }
    return write_layers(path, tables)


def problem_frame(
    report: AuditReport, problems: Sequence[AuditProblem], *, lang: str
) -> "GeoDataFrame":
    """Return the problems that have a place, as a table with their shapes."""
    placed = [one for one in problems if one.shape is not None]
    rows = [asdict(row) for row in problem_rows(report, placed, lang=lang)]
    shapes = [one.shape for one in placed if one.shape is not None]
    for row in rows:
        row["mean_width_m"] = row.pop("width_m")
    return frame_of(rows, shapes, crs=report.base.crs)


def _frames(report: AuditReport, lang: str) -> Iterator[tuple[str, "GeoDataFrame"]]:
    for name, problems in (("problems", report.problems), ("members", report.members)):
        frame = problem_frame(report, problems, lang=lang)
        sizes = shapely.get_dimensions(np.asarray(frame.geometry, dtype=object))
        for suffix, size in (("", 2), ("_lines", 1), ("_points", 0)):
            yield f"{name}{suffix}", frame[sizes == size]
