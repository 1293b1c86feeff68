"""What a map picture shows of conflicts and distances, as paths over its pixels.

The page lays them over the picture, so that a place leads to its rule and a
rule to its place. Only what the picture draws is returned: a picture without
the base has no path either.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.model import ConflictShape, Finding, SiteResult, State
from zoning.report.blocks import PictureShape, ShapeFinding
from zoning.report.figure import DrawnFigure
from zoning.report.numbers import hectares, metres, square_metres
from zoning.report.texts import text
from zoning.report.wording import Context, described, ruling, worst_first

__all__ = ["path_of", "picture_shapes"]

_SIMPLER_PX = 0.4
"""Half a pixel on paper: no eye tells the simpler outline from the true one."""

_SURFACE = 2  # dimensions
_LOOSE = {State.CLEAR, State.NOT_CHECKED}


def picture_shapes(
    drawn: DrawnFigure, result: SiteResult, context: Context
) -> tuple[PictureShape, ...]:
    """Return the conflicts and distances of a picture, in the order of drawing.

    A shape on which no finding rests has nowhere to lead to and is left out.
    """
    found: dict[str, Finding] = {}
    for finding in worst_first(result.findings):
        if finding.state not in _LOOSE:
            found.setdefault(finding.rule_id, finding)
    shapes = _shapes(drawn, found, context.lang)
    return tuple(shape for shape in shapes if shape.findings and shape.path)


def _shapes(
    drawn: DrawnFigure, found: Mapping[str, Finding], lang: str
) -> Iterator[PictureShape]:
    for conflict in drawn.conflicts:
        yield PictureShape(
            path=path_of(conflict.geometry, drawn.to_pixels),
            findings=_findings(conflict.rule_ids, found, lang),
            feature=f"{conflict.layer}/{conflict.feature}",
            measure=_measure(conflict, lang),
            line=int(shapely.get_dimensions(conflict.geometry)) < _SURFACE,
        )
    for reach in drawn.reaches:
        yield PictureShape(
            path=path_of(reach.line, drawn.to_pixels),
            findings=_findings(reach.rules, found, lang),
            feature="",
            measure=text("extent.distance", lang, distance=metres(reach.distance_m)),
            line=True,
        )


def _findings(
    rules: Sequence[str], found: Mapping[str, Finding], lang: str
) -> tuple[ShapeFinding, ...]:
    """Return the findings of `rules` that have something to say, worst first."""
    return tuple(
        ShapeFinding(
            rule=rule,
            words=text(
                "picture.finding",
                lang,
                rule=rule,
                title=described(finding, lang),
                state=ruling(finding, lang),
            ),
        )
        for rule, finding in found.items()
        if rule in rules
    )


def _measure(conflict: ConflictShape, lang: str) -> str:
    """Return the feature with the area or length of what it shares with the site."""
    said, area = [conflict.feature_name or conflict.feature], conflict.overlap_m2
    if area:
        exact = square_metres(area)
        said.append(text("picture.area", lang, area=hectares(area), exact=exact))
    elif conflict.length_m:
        said.append(text("extent.length", lang, length=metres(conflict.length_m)))
    return text("mark.comma", lang).join(part for part in said if part)


# ------------------------------------------------------------------------- paths
def path_of(
    geometry: BaseGeometry, to_pixels: tuple[float, float, float, float]
) -> str:
    """Return an SVG path of a geometry, to a tenth of a pixel; '' for nothing.

    Parameters
    ----------
    geometry : BaseGeometry
        In the working plane; parts of any kind. Rings are closed, a point is a
        line of no length, which round line ends make a dot.
    to_pixels : tuple of float
        x scale, x offset, y scale, y offset.
    """
    x_scale, x_offset, y_scale, y_offset = to_pixels
    placed = shapely.transform(
        geometry, lambda xy: xy * (x_scale, y_scale) + (x_offset, y_offset)
    )
    simple = shapely.simplify(placed, _SIMPLER_PX, preserve_topology=True)
    return "".join(_subpaths(simple))


def _subpaths(geometry: BaseGeometry) -> Iterator[str]:
    for part in shapely.get_parts(geometry):
        if part.is_empty:
            continue
        if isinstance(part, shapely.Polygon):
            for ring in (part.exterior, *part.interiors):
                yield _subpath(shapely.get_coordinates(ring)[:-1], end="Z")
        elif hasattr(part, "geoms"):
            yield from _subpaths(part)
        else:
            yield _subpath(shapely.get_coordinates(part), end="")


def _subpath(xy: NDArray[np.float64], *, end: str) -> str:
    """Return one run of points; neighbours that round to the same are one."""
    places = [f"{_tenths(x)} {_tenths(y)}" for x, y in xy.tolist()]
    kept = [
        place
        for place, last in zip(places, [None, *places], strict=False)
        if place != last
    ]
    return "M" + "L".join(kept if len(kept) > 1 else kept * 2) + end


def _tenths(value: float) -> str:
    """Return one decimal at most, and never ``-0``."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
