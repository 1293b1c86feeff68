"""The boundary points of a site as a survey lists them: 30 rows to a page."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.measure import geodesic_m, is_geographic
from zoning.model import SiteResult
from zoning.report.blocks import Block, Grid, GridRow, Paragraph, Section
from zoning.report.numbers import fixed, metres
from zoning.report.texts import text

__all__ = ["BoundaryPoint", "boundary_points", "coordinate_section"]

ROWS_PER_PAGE = 30
PAGES_PRINTED = 30
"""Coordinate pages printed per site; the rest is in result.gpkg, and said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryPoint:
    """One boundary point, as in a survey's coordinate table.

    `x` is the northing (or latitude), `y` the easting (or longitude);
    `edge_m` runs to the next point, None at the closing point of a ring.
    """

    number: int
    name: str
    x: float
    y: float
    edge_m: float | None


def boundary_points(result: SiteResult) -> tuple[BoundaryPoint, ...]:
    """Return the points of the site as it was handed in, ring by ring.

    Coordinates are those of the site's own CRS. Edge lengths are plane in a
    projected CRS and geodesic (GRS80) in a geographic one. A ring ends with
    its first point named again, as survey tables do.
    """
    site = result.site
    if site.geometry is None or site.crs is None:
        return ()
    points: list[BoundaryPoint] = []
    named = 0
    for line in _lines(site.geometry):
        coordinates = shapely.get_coordinates(line)
        last = len(coordinates) - 1
        closed = last > 0 and bool((coordinates[0] == coordinates[last]).all())
        edges = [*_edges(coordinates, site.crs), None]
        for index, (east, north) in enumerate(coordinates.tolist()):
            offset = 0 if closed and index == last else index
            points.append(
                BoundaryPoint(
                    number=len(points) + 1,
                    name=f"J{named + 1 + offset}",
                    x=north,
                    y=east,
                    edge_m=edges[index],
                )
            )
        named += last if closed else last + 1
    return tuple(points)


def coordinate_section(result: SiteResult, *, lang: str) -> Section | None:
    """Return the coordinate table in pages of 30 rows."""
    points, crs = boundary_points(result), result.site.crs
    if not points or crs is None:
        return None
    geographic = is_geographic(crs)
    places = 8 if geographic else 3
    pages = [
        points[start : start + ROWS_PER_PAGE]
        for start in range(0, len(points), ROWS_PER_PAGE)
    ]
    axes = ("latitude", "longitude") if geographic else ("x", "y")
    names = ("sequence", "point", *axes, "edge_m")
    columns = tuple(text(f"column.{name}", lang) for name in names)
    blocks: list[Block] = [
        Paragraph(text=text("points.opening", lang, crs=crs), style="item")
    ]
    for number, page in enumerate(pages[:PAGES_PRINTED], start=1):
        rows = tuple(_point_row(point, places) for point in page)
        caption = text("caption.points", lang, page=number, pages=len(pages))
        blocks.append(
            Grid(
                columns=columns,
                rows=rows,
                widths=(1, 1.4, 3, 3, 2),
                numeric=(2, 3, 4),
                caption=caption,
                new_page=number > 1,
                small=True,
            )
        )
    left = len(points) - PAGES_PRINTED * ROWS_PER_PAGE
    if left > 0:
        more = text("points.more", lang, count=left)
        blocks.append(Paragraph(text=more, style="warning"))
    title = text("chapter.points", lang)
    return Section(key="points", title=title, blocks=tuple(blocks))


def _point_row(point: BoundaryPoint, places: int) -> GridRow:
    return GridRow(
        cells=(
            str(point.number),
            point.name,
            fixed(point.x, places),
            fixed(point.y, places),
            metres(point.edge_m),
        )
    )


def _lines(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """Yield rings (shell before holes), lines and points in their order."""
    for part in shapely.get_parts(geometry):
        if isinstance(part, shapely.Polygon):
            yield part.exterior
            yield from part.interiors
        else:
            yield part


def _edges(coordinates: NDArray[np.float64], crs: str) -> list[float]:
    """Return the length of each edge of a ring or line, metres."""
    start, end = coordinates[:-1], coordinates[1:]
    if is_geographic(crs):
        return [float(length) for length in geodesic_m(start, end)]
    return [float(length) for length in np.hypot(*(end - start).T)]
