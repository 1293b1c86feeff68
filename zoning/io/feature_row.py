"""An outline with attributes to a site row, alike for all feature formats."""

from collections.abc import Mapping
from dataclasses import replace

from zoning.errors import Problem, SiteError
from zoning.io.declared_area import read_area
from zoning.io.outlines import Outline, crs_of, geometry_of
from zoning.io.rings import Shape
from zoning.io.site_columns import heading_of, value_of
from zoning.io.site_row import SiteRow

__all__ = ["described_row", "feature_row", "shaped_row"]


def described_row(
    attributes: Mapping[str, str],
    *,
    number: str = "",
    name: str = "",
    encoding: str | None = None,
    rejection: Problem | None = None,
) -> SiteRow:
    """Make a row of attributes alone; `number` and `name` are second choices."""
    return SiteRow(
        number=value_of("number", attributes) or number,
        name=value_of("name", attributes) or name,
        project_name=value_of("project_name", attributes),
        attributes=attributes,
        encoding=encoding,
        rejection=rejection,
    )


def feature_row(
    described: SiteRow,
    outline: Outline,
    *,
    stated: str | None,
    argument: str | None,
    where: str,
) -> SiteRow:
    """Complete a row with its geometry, or with the reason it has none."""
    try:
        shape = geometry_of(outline, where)
    except SiteError as error:
        return replace(described, rejection=error.problem)
    return shaped_row(described, shape, stated=stated, argument=argument, where=where)


def shaped_row(
    described: SiteRow,
    shape: Shape,
    *,
    stated: str | None,
    argument: str | None,
    where: str,
) -> SiteRow:
    """Complete a row with a shape: CRS settled, declared area compared."""
    try:
        decision = crs_of(shape.geometry, stated, argument, where=where)
    except SiteError as error:
        return replace(described, rejection=error.problem)
    polygonal = shape.geometry.geom_type in {"Polygon", "MultiPolygon"}
    area = read_area(
        value_of("area", described.attributes) if polygonal else "",
        shape.geometry,
        decision.crs,
        where=where,
        unit_hint=heading_of("area", described.attributes),
    )
    return replace(
        described,
        geometry=shape.geometry,
        crs=decision.crs,
        area_declared_m2=area.square_metres,
        problems=(
            *described.problems,
            *decision.problems,
            *shape.problems,
            *area.problems,
        ),
    )
