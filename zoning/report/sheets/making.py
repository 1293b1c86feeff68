"""A sheet from its plan: ground, layers, gaps, names and frame, in that order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Base
from zoning.report.sheets.draw import (
    Sign,
    draw_background,
    draw_layer,
    draw_look,
    least_gap_m,
    no_data,
)
from zoning.report.sheets.frame import (
    Imprint,
    Title,
    draw_frame,
    draw_north,
    map_note,
)
from zoning.report.sheets.looks import item_look
from zoning.report.sheets.naming import Names, name_features
from zoning.report.sheets.page import Page, new_page, page_layout
from zoning.report.sheets.panel import Fact, draw_panel, legend_of
from zoning.report.sheets.plan import Bounds, Plan, default_marks, paper_named, placed
from zoning.report.sheets.provenance import Seen, data_rows, missing_layers
from zoning.report.sheets.words import word
from zoning.terms import label

__all__ = ["Draft", "Setting", "finish", "imprint_of", "start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How sheets are made.

    Parameters
    ----------
    paper : str
        ``A4`` or ``A3``.
    orientation : str
        ``landscape``, ``portrait`` or ``auto``: the one with the larger scale.
    pictures : bool
        A PNG of each sheet beside the PDF, at `dpi`.
    sheets : tuple of str
        Keys of `plan.plans`; empty for all (of large batches, some).
    """

    paper: str = "A4"
    orientation: str = "auto"
    maker: str = ""
    marks: tuple[str, ...] = field(default_factory=default_marks)
    lang: str = "zh"
    dpi: int = 200
    pictures: bool = True
    sheets: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """A sheet in the making: its page, names, legend and what layers show.

    `notes` are warnings on the map, `remarks` lines of the panel.
    """

    page: Page
    plan: Plan
    base: Base
    names: Names
    signs: list[Sign] = field(default_factory=list)
    seen: dict[str, Seen] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def start(plan: Plan, base: Base, bounds: Bounds, *, setting: Setting) -> Draft:
    """Return a sheet with ground, layers and the gaps of its main layers."""
    paper = paper_named(setting.paper)
    shapes = {"landscape": (True,), "portrait": (False,)}
    layouts = [
        page_layout(paper, landscape=wide)
        for wide in shapes.get(setting.orientation, (True, False))
    ]
    found = [
        (placed(bounds, plan, (x.frame.width, x.frame.height)), x) for x in layouts
    ]
    best, layout = min(found, key=lambda pair: pair[0].scale)
    page = new_page(layout, best, lang=setting.lang)
    draft = Draft(page=page, plan=plan, base=base, names=Names(page=page))
    draft.signs += draw_background(page, base.county)
    for name in plan.layers:
        layer = base.layers.get(name)
        if layer is None:
            continue
        signs = draw_layer(page, layer)
        draft.signs += signs
        draft.seen[name] = Seen(empty=not signs, partial=False)
    _draw_gaps(draft)
    return draft


def _draw_gaps(draft: Draft) -> None:
    """Hatch where a main layer has no data, and note it of the layer."""
    gaps: list[BaseGeometry] = []
    page = draft.page
    for name in draft.plan.main:
        layer = draft.base.layers.get(name)
        if layer is None:
            continue
        finest = least_gap_m(page)
        gap = no_data(layer, draft.base, page.placed.view, finest_m=finest)
        if gap is not None and not gap.is_empty:
            gaps.append(gap)
            seen = draft.seen.get(name)
            empty = seen.empty if seen else True
            draft.seen[name] = Seen(empty=empty, partial=True)
    if gaps:
        look = item_look("no_data", page.lang)
        draft.signs += draw_look(page, [shapely.union_all(gaps)], look)


def finish(
    draft: Draft, title: Title, facts: Sequence[Fact], *, imprint: Imprint
) -> Page:
    """Write names, frame, panel and warnings; return the page.

    The site and its points have taken their places on the map by then.
    """
    page, lang = draft.page, draft.page.lang
    draw_north(draft.names)
    _write_notes(draft)
    for name in draft.plan.labels:
        layer = draft.base.layers.get(name)
        if layer is not None:
            name_features(draft.names, layer)
    draw_frame(page, title, imprint)
    rows = data_rows(
        draft.plan.main, draft.base, draft.seen, as_of=imprint.as_of, lang=lang
    )
    remarks = [
        Fact(name=word("fact.remark", lang), value=said) for said in draft.remarks
    ]
    signs = legend_of(draft.signs)
    draw_panel(page, [*facts, *remarks], rows, signs=signs)
    return page


def _write_notes(draft: Draft) -> None:
    lang = draft.page.lang
    missing = missing_layers(draft.plan.main, draft.base)
    notes = list(draft.notes)
    if missing:
        comma = "、" if lang == "zh" else ", "
        layers = comma.join(label("layer", name, lang) for name in missing)
        notes.append(word("note.missing", lang, layers=layers))
    box = map_note(draft.page, tuple(notes))
    if box is not None:
        frame = draft.page.layout.frame
        x, y = box.x - frame.x, box.y - frame.y
        draft.names.reserve((x, y, x + box.width, y + box.height))


def imprint_of(base: Base, setting: Setting, *, as_of: date, page: int) -> Imprint:
    """Return what is printed round every sheet of a book."""
    return Imprint(
        base=base.name,
        crs=base.crs,
        demo=base.demo,
        as_of=as_of,
        maker=setting.maker,
        marks=setting.marks,
        page=page,
    )
