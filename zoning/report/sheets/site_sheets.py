"""The sheets of checked sites, and the index of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Report, SiteResult, State
from zoning.report.numbers import hectares, metres
from zoning.report.scene import Reach, scene_of
from zoning.report.sheets.draw import Sign, draw_look
from zoning.report.sheets.frame import Title
from zoning.report.sheets.lettering import MM_PER_POINT, shortened, width_mm
from zoning.report.sheets.looks import Look, item_look
from zoning.report.sheets.making import Draft, Setting, finish, imprint_of, start
from zoning.report.sheets.page import INK, Page
from zoning.report.sheets.panel import Fact
from zoning.report.sheets.plan import (
    Bounds,
    Plan,
    batch_above,
    batch_sheets,
    book_plan,
    plans,
)
from zoning.report.sheets.points import draw_points, site_points
from zoning.report.sheets.words import word
from zoning.report.styles import state_colour, verdict_colour
from zoning.report.wording import heading, headline
from zoning.terms import label

__all__ = ["chosen_sheets", "index_page", "site_page"]

_MILD_TO_BAD = (State.NOTICE, State.REVIEW, State.CONDITIONAL, State.PROHIBITED)
_SMALL_MM = 5.0
"""A site smaller than this on paper is ringed, so that it is found."""

_RING_POINTS = 22.0
_OUTLINE_POINTS = (0.8, 2.0)
_CASING_POINTS = 2.0
_BAND_POINTS = 6.0
_NAME_SIZE = 8.5
_MOST_NAME = 16
_MOST_NAMED = 60
"""Sites named on the index; above, their numbers would cover the county."""


def chosen_sheets(report: Report, setting: Setting) -> tuple[Plan, ...]:
    """Return the sheets drawn of each site, in the order of the table."""
    keys: Sequence[str] = setting.sheets
    if not keys:
        many = len(report.sites) > batch_above()
        keys = batch_sheets() if many else tuple(plans())
    return tuple(plan for key, plan in plans().items() if key in keys)


def site_page(
    result: SiteResult, report: Report, plan: Plan, *, setting: Setting, number: int
) -> Page:
    """Return one sheet of one site.

    Raises
    ------
    ValueError
        If the site was rejected: it has no place on a map.
    """
    if result.geometry is None or result.geometry.is_empty:
        raise ValueError(result.site.id)
    base, lang = report.base, setting.lang
    reaches = _reaches(result, report, plan)
    bounds = _bounds(result, report, plan, reaches=reaches)
    draft = start(plan, base, bounds, setting=setting)
    _draw_findings(draft, result, reaches)
    _draw_site(draft, result)
    for reach in reaches:
        _name_reach(draft, reach)
        _take_outline(draft, reach.line)
    if plan.points:
        _number_points(draft, result)
    else:
        _name_site(draft, result)
    if not shapely.intersects(result.geometry, base.county):
        draft.notes.append(word("note.outside", lang))
    title = Title(
        subject=_name(result),
        kind=word(f"title.{plan.key}", lang),
        joint="" if lang == "zh" else " · ",
    )
    imprint = imprint_of(base, setting, as_of=report.options.as_of, page=number)
    return finish(draft, title, _facts(result, lang), imprint=imprint)


def index_page(report: Report, shown: Sequence[Plan], *, setting: Setting) -> Page:
    """Return the county with all sites; ValueError when none can be drawn."""
    drawn = [r for r in report.sites if r.geometry is not None]
    if not drawn:
        raise ValueError(len(report.sites))
    plan, lang = book_plan("index"), setting.lang
    shapes = [r.geometry for r in drawn if r.geometry is not None]
    bounds = _union_bounds([report.base.county, *shapes])
    draft = start(plan, report.base, bounds, setting=setting)
    for result in drawn:
        _draw_site(draft, result)
    if len(drawn) <= _MOST_NAMED:
        for result in drawn:
            _name_site(draft, result, words=result.site.id)
    facts = _index_facts(report, shown, lang)
    imprint = imprint_of(report.base, setting, as_of=report.options.as_of, page=1)
    return finish(draft, Title(kind=word("title.index", lang)), facts, imprint=imprint)


def _name(result: SiteResult) -> str:
    return result.site.project.get("name") or result.site.name or result.site.id


def _reaches(result: SiteResult, report: Report, plan: Plan) -> tuple[Reach, ...]:
    if not plan.near:
        return ()
    scene = scene_of(result, report.base, near=True, layout=False, aspect=1.0)
    return tuple(reach for reach in scene.reaches if reach.layer in plan.main)


def _bounds(
    result: SiteResult, report: Report, plan: Plan, *, reaches: Sequence[Reach]
) -> Bounds:
    """Return the bounds of what the sheet must hold."""
    shapes: list[BaseGeometry] = [reach.line for reach in reaches]
    if plan.layout:
        shapes += [s for hit in result.layout for s in (hit.section, hit.trim) if s]
    if plan.content == "base":
        shapes.append(report.base.county)
    if result.geometry is not None:
        shapes.append(result.geometry)
    return _union_bounds(shapes)


def _union_bounds(shapes: Sequence[BaseGeometry]) -> Bounds:
    west, south, east, north = shapely.total_bounds(
        np.array([s for s in shapes if not s.is_empty], dtype=object)
    )
    return float(west), float(south), float(east), float(north)


def _draw_findings(draft: Draft, result: SiteResult, reaches: Sequence[Reach]) -> None:
    """Draw conflicts, distances, sections and trims of the sheet's layers."""
    page, lang = draft.page, draft.page.lang
    if draft.plan.conflicts:
        shapes = [c for c in result.conflicts if c.layer in draft.plan.main]
        for state in _MILD_TO_BAD:
            found = [c.geometry for c in shapes if c.state == state]
            if found:
                said = label("state", state, lang)
                name = word("conflict.name", lang, state=said)
                colour = state_colour(state)
                look = item_look("conflict", lang, name=name, colour=colour)
                draft.signs += _draw_conflict(page, found, look)
    if reaches:
        look = item_look("reach", lang)
        draft.signs += draw_look(page, [reach.line for reach in reaches], look)
    if draft.plan.layout:
        for item in ("trim", "section"):
            parts = [getattr(hit, item) for hit in result.layout]
            kept = [part for part in parts if part is not None]
            draft.signs += draw_look(page, kept, item_look(item, lang))


def _draw_conflict(
    page: Page, shapes: Sequence[BaseGeometry], look: Look
) -> list[Sign]:
    """Draw conflicts; those of lines as a band that the site's line lies in."""
    flat = [s for s in shapes if shapely.get_dimensions(s) == 2]  # noqa: PLR2004  areas
    thin = [s for s in shapes if shapely.get_dimensions(s) < 2]  # noqa: PLR2004  areas
    band = replace(look, style=replace(look.style, width=_BAND_POINTS))
    return draw_look(page, flat, look) + draw_look(page, thin, band)


def _draw_site(draft: Draft, result: SiteResult) -> None:
    """Draw the outline on a white casing, and a ring round a tiny site."""
    page = draft.page
    shape = result.geometry
    if shape is None:
        return
    look = item_look("site", page.lang, name=word("site.name", page.lang))
    casing = item_look("casing", page.lang)
    width = _outline_points(page, shape)
    for item, more in ((casing, _CASING_POINTS), (look, 0.0)):
        drawn = replace(item, style=replace(item.style, width=width + more))
        signs = draw_look(page, [shape], drawn)
        draft.signs += signs if item is look else []
    west, south, east, north = shape.bounds
    unit = page.placed.metres_per_mm
    if max(east - west, north - south) / unit < _SMALL_MM and not draft.plan.points:
        _ring(page, ((west + east) / 2, (south + north) / 2), result)
        said = word(
            "ring.name",
            page.lang,
            verdict=heading("verdict", result.verdict, page.lang),
        )
        colour = verdict_colour(result.verdict)
        ring = item_look("site", page.lang, name=said, colour=colour)
        draft.signs.append(Sign(look=ring, shape="ring"))
    _take_outline(draft, shape)


def _outline_points(page: Page, shape: BaseGeometry) -> float:
    """Return the width of the outline: thin enough to leave the inside open.

    The mean width of a long shape is twice its area over its outline.
    """
    around = float(shapely.length(shape))
    if shapely.get_dimensions(shape) < 2 or around == 0:  # noqa: PLR2004  areas
        return _OUTLINE_POINTS[1]
    width = 2 * float(shapely.area(shape)) / around / page.placed.metres_per_mm
    least, most = _OUTLINE_POINTS
    return min(max(width / MM_PER_POINT / 4, least), most)


def _ring(page: Page, at: tuple[float, float], result: SiteResult) -> None:
    """Draw a ring in the colour of the verdict, inside a dark one."""
    for colour, width in (("#14181f", 3.2), (verdict_colour(result.verdict), 1.8)):
        page.map.plot(
            [at[0]],
            [at[1]],
            marker="o",
            markersize=_RING_POINTS / 2,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=width,
            zorder=960,
        )


def _take_outline(draft: Draft, shape: BaseGeometry) -> None:
    """Keep names off the site's outline."""
    unit = draft.page.placed.metres_per_mm
    line = shape if shapely.get_dimensions(shape) < 2 else shapely.boundary(shape)  # noqa: PLR2004  areas
    thin = shapely.simplify(line, unit / 2)
    dots = shapely.get_coordinates(shapely.segmentize(thin, unit * 4))[:400]
    for x, y in dots:
        at = draft.names.at(x, y)
        draft.names.reserve((at[0] - 0.8, at[1] - 0.8, at[0] + 0.8, at[1] + 0.8))


def _name_site(draft: Draft, result: SiteResult, *, words: str | None = None) -> None:
    """Write the site's name beside it, above or below first."""
    if result.geometry is None:
        return
    size = _NAME_SIZE * draft.page.layout.text
    name = words or _name(result)
    short = name if len(name) <= _MOST_NAME else f"{name[:_MOST_NAME]}…"
    said = shortened(short, size, draft.page.layout.frame.width * 0.5)
    west, south, east, north = result.geometry.bounds
    left, low = draft.names.at(west, south)
    right, high = draft.names.at(east, north)
    x, y = (left + right) / 2, (low + high) / 2
    half = width_mm(said, size) / 2
    centres = [
        place
        for off in (4.5, 7.0, 10.0)
        for place in (
            (x, high + off),
            (x, low - off),
            (right + half + off, y),
            (left - half - off, y),
            (right + half + off * 0.5, high + off),
            (left - half - off * 0.5, low - off),
        )
    ]
    draft.names.write(said, centres, size=size, colour=INK)


def _name_reach(draft: Draft, reach: Reach) -> None:
    """Write the distance at the middle of its line."""
    unit = word("page.metres", draft.page.lang)
    words = f"{metres(reach.distance_m)} {unit}"
    size = 7.5 * draft.page.layout.text
    shares = (0.5, 0.35, 0.65)
    points = [reach.line.interpolate(share, normalized=True) for share in shares]
    spots = [draft.names.at(point.x, point.y) for point in points]
    centres = [
        (x + dx, y + dy)
        for x, y in spots
        for dx, dy in ((0, 2.6), (0, -2.6), (9, 0), (-9, 0))
    ]
    draft.names.write(words, centres, size=size, colour=INK)


def _number_points(draft: Draft, result: SiteResult) -> None:
    """Write the numbers of the boundary points and say how many are shown."""
    lang = draft.page.lang
    shape = ("point", "line", "area")[shapely.get_dimensions(result.geometry)]
    what = word(f"point.{shape}", lang)
    points = site_points(result, draft.base.crs)
    shown = draw_points(draft.names, points)
    total = len(points.names)
    key = "note.points_all" if shown == total else "note.points"
    draft.remarks.append(word(key, lang, what=what, total=total, shown=shown))
    draft.signs.append(Sign(look=item_look("point", lang, name=what), shape="point"))


def _facts(result: SiteResult, lang: str) -> list[Fact]:
    """Return name, number, size and verdict of a site."""
    pairs = [("name", _name(result)), ("id", result.site.id)]
    if result.area_m2:
        said = word("fact.area_value", lang, ha=hectares(result.area_m2))
        pairs.append(("area", said))
    if result.length_m:
        said = word("fact.length_value", lang, m=metres(result.length_m))
        pairs.append(("length", said))
    pairs.append(("verdict", headline(result, lang)))
    return [Fact(name=word(f"fact.{key}", lang), value=value) for key, value in pairs]


def _index_facts(report: Report, shown: Sequence[Plan], lang: str) -> list[Fact]:
    return [
        Fact(name=word(f"fact.{key}", lang), value=value)
        for key, value in _index_pairs(report, shown, lang)
    ]


def _index_pairs(
    report: Report, shown: Sequence[Plan], lang: str
) -> Iterator[tuple[str, str]]:
    drawn = sum(r.geometry is not None for r in report.sites)
    count = len(report.sites)
    yield "sites", word("fact.sites_value", lang, count=count, drawn=drawn)
    comma = "、" if lang == "zh" else ", "
    lost = [_name(r) for r in report.sites if r.geometry is None]
    if lost:
        yield "rejected", word("fact.rejected_value", lang, names=comma.join(lost))
    if count > batch_above():
        sheets = comma.join(word(f"title.{plan.key}", lang) for plan in shown)
        values = {"most": batch_above(), "sheets": sheets}
        yield "batch", word("fact.batch_value", lang, **values)
