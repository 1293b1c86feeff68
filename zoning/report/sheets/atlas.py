"""The atlas: the three control lines township by township, with an index sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.measure import area_m2
from zoning.model import Base, Layer
from zoning.overlay import rows_meeting
from zoning.report.numbers import hectares
from zoning.report.sheets.draw import draw_look
from zoning.report.sheets.frame import Title
from zoning.report.sheets.lettering import shortened
from zoning.report.sheets.looks import item_look
from zoning.report.sheets.making import Setting, finish, imprint_of, start
from zoning.report.sheets.naming import heart
from zoning.report.sheets.page import INK, Page
from zoning.report.sheets.panel import Fact
from zoning.report.sheets.plan import Bounds, book_plan
from zoning.report.sheets.words import word
from zoning.terms import label

__all__ = ["Township", "atlas_page", "index_page", "townships"]

_NAME_SIZE = 9.0
_STRIP_M = 1.0
"""Half the width of a gap that two drawings of one boundary may leave."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Township:
    """A township with its sheet number in the atlas, from 1."""

    number: int
    code: str
    name: str
    geometry: BaseGeometry


def townships(base: Base) -> tuple[Township, ...]:
    """Return the townships by code; () when the base has no such layer.

    Rows of one code are one township.
    """
    layer = base.layers.get("township")
    if layer is None or len(layer.geometry) == 0:
        return ()
    count = len(layer.geometry)
    codes = layer.attributes.get("code", layer.feature_ids).astype(str)
    names = layer.attributes.get("name", np.full(count, "", object)).astype(str)
    found = []
    for number, code in enumerate(sorted(set(codes.tolist())), start=1):
        rows = np.flatnonzero(codes == code)
        shape = shapely.union_all(layer.geometry[rows])
        name = str(names[rows[0]]) or code
        found.append(Township(number=number, code=code, name=name, geometry=shape))
    return tuple(found)


def index_page(base: Base, *, setting: Setting, as_of: date) -> Page:
    """Return the county with its townships and the numbers of their sheets."""
    plan, lang = book_plan("atlas_index"), setting.lang
    west, south, east, north = base.county.bounds
    draft = start(plan, base, (west, south, east, north), setting=setting)
    found = townships(base)
    size = _NAME_SIZE * draft.page.layout.text
    for township in found:
        words = f"{township.number} {township.name}"
        words = shortened(words, size, draft.page.layout.frame.width / 3)
        x, y = draft.names.at(*heart(township.geometry))
        centres = [(x, y + up) for up in (0, 3.5, -3.5, 7, -7)]
        draft.names.write(words, centres, size=size, colour=INK)
    facts = [Fact(name=word("fact.townships", lang), value=str(len(found)))]
    imprint = imprint_of(base, setting, as_of=as_of, page=1)
    return finish(
        draft, Title(kind=word("title.atlas_index", lang)), facts, imprint=imprint
    )


def atlas_page(
    township: Township, base: Base, *, setting: Setting, as_of: date
) -> Page:
    """Return the sheet of one township; its neighbours are shown pale."""
    plan, lang = book_plan("atlas"), setting.lang
    bounds: Bounds = township.geometry.bounds
    draft = start(plan, base, bounds, setting=setting)
    view = draft.page.placed.view
    around = shapely.difference(
        shapely.intersection(view, base.county), township.geometry
    )
    draw_look(draft.page, [around], item_look("veil", lang))
    outline = shapely.boundary(township.geometry)
    draft.signs += draw_look(draft.page, [outline], item_look("focus", lang))
    imprint = imprint_of(base, setting, as_of=as_of, page=township.number + 1)
    title = Title(
        subject=township.name,
        kind=word("title.atlas", lang),
        joint="" if lang == "zh" else ": ",
    )
    return finish(draft, title, list(_facts(township, base, lang)), imprint=imprint)


def _facts(township: Township, base: Base, lang: str) -> Iterator[Fact]:
    """Yield the township's name, code and area, and the lines' areas in it."""
    shapes = np.array([township.geometry], dtype=object)
    whole = float(area_m2(shapes, base.crs)[0])
    values = {
        "township": township.name,
        "code": township.code,
        "township_area": word("fact.area_value", lang, ha=hectares(whole)),
    }
    for key, value in values.items():
        yield Fact(name=word(f"fact.{key}", lang), value=value)
    for name in book_plan("atlas").main:
        layer = base.layers.get(name)
        if layer is not None:
            value = _area_said(township, layer, base.crs, lang=lang)
            yield Fact(name=label("layer", name, lang), value=value)


def _area_said(township: Township, layer: Layer, crs: str, *, lang: str) -> str:
    """Return the ellipsoidal area of a line in a township, overlaps once.

    A line that is not known throughout the township has no total.
    """
    if layer.problems or not _covers(layer, township):
        return word("fact.no_total", lang)
    rows = rows_meeting(layer.geometry, township.geometry)
    parts = shapely.intersection(layer.geometry[rows], township.geometry)
    shapes = np.array([shapely.union_all(parts)], dtype=object)
    area = float(area_m2(shapes, crs)[0])
    return word("fact.area_value", lang, ha=hectares(area))


def _covers(layer: Layer, township: Township) -> bool:
    """Say whether a layer covers a township but for a strip of its boundary."""
    if layer.coverage is None:
        return False
    gap = shapely.difference(township.geometry, layer.coverage)
    return bool(shapely.is_empty(shapely.buffer(gap, -_STRIP_M)))
