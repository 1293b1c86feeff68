"""What the map page says: panel, legend, labels; plain JSON values.

The sentences are those of the Word and HTML reports (`zoning.report.wording`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import (
    Base,
    Finding,
    LayoutHit,
    Report,
    SiteResult,
    State,
)
from zoning.report.map_conflicts import DrawnConflict, conflict_shapes
from zoning.report.map_distance import Distance, distances
from zoning.report.map_labels import plane_of, worst_sites_first
from zoning.report.map_layers import (
    bounds_lonlat,
    size_text,
)
from zoning.report.map_words import (
    map_text,
    page_words,
    sentence,
    state_mark,
    verdict_mark,
)
from zoning.report.numbers import hectares, metres, square_metres
from zoning.report.wording import (
    Context,
    basis,
    extent,
    headline,
    not_checked_count,
    words,
    worst_first,
)
from zoning.terms import label

__all__ = ["layer_facts", "panel"]

Json = dict[str, Any]

_SMALLEST_M = 60.0


def panel(
    source: Report | Base,
    lang: str,
    *,
    remarks: Mapping[str, Sequence[str]] | None = None,
) -> Json:
    """Return title block, sites with findings, and remarks.

    `remarks` are lines to be said first of a site, by its id.
    """
    base = source.base if isinstance(source, Report) else source
    said = (
        _of_report(source, lang, remarks or {})
        if isinstance(source, Report)
        else _of_base(base, lang)
    )
    return said | {
        "stamp": map_text("stamp", lang) if base.demo else None,
        "words": page_words(lang),
        "plane": plane_of(base.crs),
    }


def layer_word(layer: str, lang: str) -> str:
    """Return the name of a layer as a label."""
    return sentence(label("layer", layer, lang))


def _of_report(report: Report, lang: str, remarks: Mapping[str, Sequence[str]]) -> Json:
    context = Context(base=report.base, options=report.options, lang=lang)
    as_of = map_text("as_of", lang, date=report.options.as_of.isoformat())
    count = map_text("sites", lang, count=len(report.sites))
    only = report.sites[0] if len(report.sites) == 1 else None
    drawn = _Drawn(conflicts=conflict_shapes(report), distances=distances(report))
    return {
        "kind": map_text("title.trim" if remarks else "title.report", lang),
        "title": report.base.name if only is None else only.site.name or only.site.id,
        "meta": f"{count if only is None else report.base.name} · {as_of}",
        "note": map_text("note.report", lang),
        "tally": _tally(report, lang),
        "sites": [
            _site(r, context, drawn) | _first(r, remarks)
            for r in worst_sites_first(report)
        ],
        "overview": [],
        "remarks": [],
    }


def _first(result: SiteResult, remarks: Mapping[str, Sequence[str]]) -> Json:
    said = remarks.get(result.site.id)
    return {"told_first": list(said)} if said else {}


def _tally(report: Report, lang: str) -> list[Json]:
    """Return the verdict headline of one site, or how many have which verdict."""
    if len(report.sites) == 1:
        mark = verdict_mark(report.sites[0].verdict, lang)
        return [mark | {"word": headline(report.sites[0], lang)}]
    tally = Counter(result.verdict for result in worst_sites_first(report))
    return [verdict_mark(v, lang, f" {count}") for v, count in tally.items()]


def _of_base(base: Base, lang: str) -> Json:
    overview = [
        {
            "label": layer_word(key, lang),
            "sub": map_text("edition", lang, edition=layer.info.edition or "?"),
            "count": str(layer.info.features),
        }
        for key, layer in base.layers.items()
    ]
    remarks = [
        f"{layer_word(key, lang)} · "
        + map_text("declared_absent", lang, statement=absence.statement)
        for key, absence in base.absent.items()
    ]
    open_to_doubt = [layer.problems for layer in base.layers.values()]
    remarks += [
        problem.line(lang)
        for problems in (*base.missing.values(), *open_to_doubt)
        for problem in problems
    ]
    return {
        "kind": map_text("title.base", lang),
        "title": base.name,
        "meta": f"{map_text('overview', lang)} · {base.crs}",
        "note": map_text("note.base", lang),
        "tally": [],
        "sites": [],
        "overview": overview,
        "remarks": remarks,
    }


def layer_facts(base: Base, lang: str) -> Json:
    """Return name and edition of each layer, shared by all its popups."""
    return {
        key: {
            "layer": layer_word(key, lang),
            "edition": base.layers[key].info.edition if key in base.layers else None,
        }
        for key in ("county", *base.layers)
    }


# ------------------------------------------------------------------- the sites
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    """What is drawn of all sites, in the order of its numbers."""

    conflicts: tuple[DrawnConflict, ...]
    distances: tuple[Distance, ...]

    def lines_of(self, result: SiteResult) -> list[BaseGeometry]:
        return [one.geometry for one in self.distances if one.result is result]


def _site(result: SiteResult, context: Context, drawn: _Drawn) -> Json:
    lang = context.lang
    size = size_text(result.area_m2, result.length_m, lang)
    parts = headline(result, lang).split(" · ")[1:]
    met = [f for f in worst_first(result.findings) if f.state != State.CLEAR]
    bounds = None
    if result.geometry is not None:
        shape = shapely.union_all([result.geometry, *drawn.lines_of(result)])
        bounds = bounds_lonlat(shape.buffer(_SMALLEST_M), context.base.crs)
    return {
        "name": result.site.name or result.site.id,
        "sub": " · ".join([*parts, *([size.split(" · ")[-1]] if size else [])]),
        "mark": verdict_mark(result.verdict, lang),
        "bounds": bounds,
        "findings": [
            _finding(f, result, context, drawn=drawn)
            for f in met
            if f.state != State.NOT_CHECKED
        ],
        "open": [
            _finding(f, result, context, drawn=drawn)
            for f in met
            if f.state == State.NOT_CHECKED
        ],
        "gaps": list(dict.fromkeys(gap.problem.line(lang) for gap in result.gaps)),
        "not_checked": not_checked_count(result),
        "remarks": _remarks(result, lang),
    }


def _finding(
    finding: Finding, result: SiteResult, context: Context, *, drawn: _Drawn
) -> Json:
    lang, crs = context.lang, context.base.crs
    mine = [
        one
        for one in drawn.conflicts
        if one.result is result and finding.rule_id in one.conflict.rule_ids
    ]
    lines = {
        number: one.geometry
        for number, one in enumerate(drawn.distances)
        if any(finding is each for each in one.findings)
    }
    shapes = [one.conflict.geometry for one in mine]
    if lines or not shapes:
        shapes += [shape for shape in (result.geometry,) if shape is not None]
    whole = shapely.union_all([*shapes, *lines.values()])
    parts = [layer_word(finding.layer, lang), extent(finding, context)]
    return {
        "title": sentence(words(finding.title, lang)),
        "mark": state_mark(finding.state, lang),
        "extent": " · ".join(part for part in parts if part),
        "basis": "" if finding.source is None else basis(finding.source, lang),
        "bounds": bounds_lonlat(whole.buffer(_SMALLEST_M), crs) if shapes else None,
        "shapes": {
            "conflict": [one.number for one in mine if one.item == "conflict"],
            "residue": [one.number for one in mine if one.item == "residue"],
            "distance": list(lines),
        },
    }


def _remarks(result: SiteResult, lang: str) -> list[str]:
    said: list[str] = []
    if result.site.rejection is not None:
        said.append(result.site.rejection.line(lang))
    for hit in result.layout:
        said += _layout_remarks(hit, lang)
    said += [
        f"{layer_word(residue.layer, lang)} · "
        + map_text("residue", lang, area=square_metres(residue.overlap_m2))
        for residue in result.residue
    ]
    clear = sum(finding.state == State.CLEAR for finding in result.findings)
    return [*said, map_text("clear_count", lang, count=clear)] if clear else said


def _layout_remarks(hit: LayoutHit, lang: str) -> list[str]:
    said = []
    if hit.width_m is not None and hit.target_width_m is not None:
        said.append(
            f"{hit.name} · "
            + map_text(
                "width",
                lang,
                before=metres(hit.width_m),
                after=metres(hit.width_left_m),
                target=f"{hit.target_width_m:g}",
            )
        )
    if hit.trim is not None:
        said.append(map_text("trim", lang, area=hectares(hit.trim_m2)))
    return said
