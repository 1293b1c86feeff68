"""What the map page says: panel, legend, labels; plain JSON values.

The sentences are those of the Word and HTML reports (`zoning.report.wording`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import shapely

from zoning import strict_yaml
from zoning.model import (
    Base,
    ConflictShape,
    Finding,
    LayoutHit,
    Report,
    SiteResult,
    State,
    Verdict,
)
from zoning.report.map_layers import (
    DrawnLayer,
    bounds_lonlat,
    size_text,
    to_degrees,
)
from zoning.report.numbers import hectares, metres, square_metres
from zoning.report.styles import (
    Style,
    groups,
    state_colour,
    style,
    text_colour,
    verdict_colour,
)
from zoning.report.wording import Context, basis, extent, headline, words, worst_first
from zoning.terms import label

__all__ = [
    "conflict_properties",
    "layer_facts",
    "legend",
    "map_text",
    "panel",
    "place_labels",
    "plane_of",
    "site_labels",
]

Json = dict[str, Any]

_LINES = frozenset({"road"})
_POINTS = frozenset({"facility"})
_SITE_ITEMS = ("site", "conflict", "residue", "section", "trim")
_SMALLEST_M = 60.0
_NAMED_ROUND_M = 400.0


@cache
def _texts() -> Mapping[str, Any]:
    text = files("zoning").joinpath("report/map_texts.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = strict_yaml.load_text(text)
    return loaded


def map_text(key: str, lang: str, **values: object) -> str:
    """Return a text of ``map_texts.yaml`` by its dotted key."""
    entry: Any = _texts()
    for part in key.split("."):
        entry = entry[part]
    return str(entry[lang]).format_map(values)


def panel(source: Report | Base, lang: str) -> Json:
    """Return title block, sites with findings, and remarks."""
    base = source.base if isinstance(source, Report) else source
    said = (
        _of_report(source, lang) if isinstance(source, Report) else _of_base(base, lang)
    )
    return said | {
        "stamp": map_text("stamp", lang) if base.demo else None,
        "words": {key: entry[lang] for key, entry in _texts()["js"].items()},
        "plane": plane_of(base.crs),
    }


def _of_report(report: Report, lang: str) -> Json:
    context = Context(base=report.base, options=report.options, lang=lang)
    tally = Counter(result.verdict for result in report.sites)
    ordered = [v for v in reversed(Verdict) if tally[v]]
    as_of = map_text("as_of", lang, date=report.options.as_of.isoformat())
    count = map_text("sites", lang, count=len(report.sites))
    numbers = _conflict_numbers(report)
    return {
        "kind": map_text("title.report", lang),
        "title": report.base.name,
        "meta": f"{count} · {as_of}",
        "note": map_text("note.report", lang),
        "tally": [_verdict_mark(v, lang, f" {tally[v]}") for v in ordered],
        "sites": [_site(result, context, numbers) for result in report.sites],
        "remarks": [],
    }


def _of_base(base: Base, lang: str) -> Json:
    remarks = [
        f"{label('layer', key, lang)} · {_edition(base, key, lang)} · "
        + map_text("features", lang, count=layer.info.features)
        for key, layer in base.layers.items()
    ]
    remarks += [
        f"{label('layer', key, lang)} · "
        + map_text("declared_absent", lang, statement=absence.statement)
        for key, absence in base.absent.items()
    ]
    remarks += [
        problem.line(lang) for problems in base.missing.values() for problem in problems
    ]
    return {
        "kind": map_text("title.base", lang),
        "title": base.name,
        "meta": f"{map_text('overview', lang)} · {base.crs}",
        "note": map_text("note.base", lang),
        "tally": [],
        "sites": [],
        "remarks": remarks,
    }


def _edition(base: Base, layer: str, lang: str) -> str:
    edition = base.layers[layer].info.edition
    return map_text("edition", lang, edition=edition or "?")


def layer_facts(base: Base, lang: str) -> Json:
    """Return name and edition of each layer, shared by all its popups."""
    return {
        key: {
            "layer": label("layer", key, lang),
            "edition": base.layers[key].info.edition if key in base.layers else None,
        }
        for key in ("county", *base.layers)
    }


# ------------------------------------------------------------------- the sites
def _site(result: SiteResult, context: Context, numbers: Mapping[int, int]) -> Json:
    lang = context.lang
    size = size_text(result.area_m2, result.length_m, lang)
    parts = headline(result, lang).split(" · ")[1:]
    adverse = [f for f in worst_first(result.findings) if f.state != State.CLEAR]
    bounds = None
    if result.geometry is not None:
        bounds = bounds_lonlat(result.geometry.buffer(_SMALLEST_M), context.base.crs)
    return {
        "name": result.site.name or result.site.id,
        "sub": " · ".join([*parts, *([size.split(" · ")[-1]] if size else [])]),
        "mark": _verdict_mark(result.verdict, lang),
        "bounds": bounds,
        "findings": [_finding(f, result, context, numbers) for f in adverse],
        "remarks": _remarks(result, lang),
    }


def _finding(
    finding: Finding, result: SiteResult, context: Context, numbers: Mapping[int, int]
) -> Json:
    lang, crs = context.lang, context.base.crs
    mine = [c for c in result.conflicts if finding.rule_id in c.rule_ids]
    shape = shapely.union_all([c.geometry for c in mine]) if mine else result.geometry
    return {
        "title": words(finding.title, lang),
        "mark": _state_mark(finding.state, lang),
        "extent": f"{label('layer', finding.layer, lang)} · {extent(finding, context)}",
        "basis": "" if finding.source is None else basis(finding.source, lang),
        "bounds": bounds_lonlat(shape.buffer(_SMALLEST_M), crs) if shape else None,
        "conflicts": [numbers[id(conflict)] for conflict in mine],
    }


def _remarks(result: SiteResult, lang: str) -> list[str]:
    said = [gap.problem.line(lang) for gap in result.gaps]
    if result.site.rejection is not None:
        said.append(result.site.rejection.line(lang))
    for hit in result.layout:
        said += _layout_remarks(hit, lang)
    said += [
        f"{label('layer', residue.layer, lang)} · "
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


def _conflict_numbers(report: Report) -> dict[int, int]:
    shapes = (conflict for result in report.sites for conflict in result.conflicts)
    return {id(conflict): number for number, conflict in enumerate(shapes)}


def conflict_properties(report: Report, lang: str) -> list[tuple[ConflictShape, Json]]:
    """Return each conflict of the report with what its popup tells."""
    told: list[tuple[ConflictShape, Json]] = []
    for result in report.sites:
        by_rule = {finding.rule_id: finding for finding in result.findings}
        for conflict in result.conflicts:
            met = [by_rule[rule] for rule in conflict.rule_ids if rule in by_rule]
            own = {
                "number": len(told),
                "heading": conflict.feature_name or conflict.feature,
                "mark": _state_mark(conflict.state, lang),
                "site": result.site.name,
                "layer": label("layer", conflict.layer, lang),
                "feature": conflict.feature,
                "state": f"{conflict.state} {label('state', conflict.state, lang)}",
                "overlap_class": label("overlap_class", conflict.overlap_class, lang),
                "overlap": size_text(conflict.overlap_m2, None, lang),
                "overlap_length": size_text(None, conflict.length_m, lang),
                "rules": _joined(_rule_words(conflict, met, lang)),
                "basis": _joined(basis(f.source, lang) for f in met if f.source),
            }
            told.append((conflict, own))
    return told


def _rule_words(
    conflict: ConflictShape, met: Sequence[Finding], lang: str
) -> list[str]:
    titles = {finding.rule_id: words(finding.title, lang) for finding in met}
    return [f"{rule} {titles.get(rule, '')}".strip() for rule in conflict.rule_ids]


def _joined(parts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(parts))


def _state_mark(state: State, lang: str) -> Json:
    colour = state_colour(state)
    word = label("state", state, lang)
    return {"word": word, "colour": colour, "ink": text_colour(colour)}


def _verdict_mark(verdict: Verdict, lang: str, more: str = "") -> Json:
    colour = verdict_colour(verdict)
    word = label("verdict", verdict, lang) + more
    return {"word": word, "colour": colour, "ink": text_colour(colour)}


# ------------------------------------------------------------------ the legend
def legend(
    source: Report | Base,
    drawn: Sequence[DrawnLayer],
    items: Mapping[str, int],
    lang: str,
) -> list[Json]:
    """Return the groups of the legend with rows and classes.

    Parameters
    ----------
    drawn : sequence of DrawnLayer
        Every layer; those without features are listed with 0.
    items : mapping of str to int
        How many sites, conflicts and so on are drawn.
    """
    base = source.base if isinstance(source, Report) else source
    by_layer = {entry.layer: entry for entry in drawn}
    parts: list[Json] = []
    if isinstance(source, Report):
        rows = [
            _row(style(key), items[key], lang) for key in _SITE_ITEMS if items.get(key)
        ]
        parts.append({"label": map_text("js.sites_group", lang), "rows": rows})
    for group, layers in groups().items():
        rows = [
            _layer_row(by_layer[key], base, lang) for key in layers if key in by_layer
        ]
        if rows:
            parts.append({"label": label("map_group", group, lang), "rows": rows})
    return parts


def _layer_row(drawn: DrawnLayer, base: Base, lang: str) -> Json:
    row = _row(style(drawn.layer), drawn.in_view, lang)
    if drawn.layer in base.missing:
        row["count"] = map_text("missing", lang)
    elif drawn.layer in base.absent:
        row["count"] = map_text("absent", lang)
    if drawn.shown < drawn.in_view:
        row["note"] = map_text("largest", lang, shown=drawn.shown, count=drawn.in_view)
    row["classes"] = [
        {
            "label": style(drawn.layer, kind).label(lang),
            "style": _swatch(style(drawn.layer, kind)),
            "count": str(len(features)),
        }
        for kind, features in drawn.classes.items()
        if style(drawn.layer, kind).kind is not None
    ]
    return row


def _row(own: Style, count: int, lang: str) -> Json:
    return {
        "layer": own.layer,
        "label": own.label(lang),
        "style": _swatch(own),
        "count": str(count),
        "note": None,
        "classes": [],
    }


def _swatch(own: Style) -> Json:
    shape = "polygon"
    if own.layer in _POINTS:
        shape = "point"
    elif own.layer in _LINES or own.layer == "section":
        shape = "line"
    return {
        "fill": own.fill,
        "line": own.line,
        "width": own.width,
        "opacity": own.opacity,
        "dash": list(own.dash),
        "shape": shape,
    }


# ------------------------------------------------------------------ the labels
def place_labels(base: Base) -> list[Json]:
    """Return names of townships and rivers with the point they stand at."""
    named: list[Json] = []
    for key, kind in (("township", "place"), ("river", "water")):
        if key not in base.layers or "name" not in base.layers[key].attributes:
            continue
        layer = base.layers[key]
        names: dict[str, int] = {}
        for row in np.argsort(-shapely.area(layer.geometry), kind="stable"):
            names.setdefault(str(layer.attributes["name"][row]), int(row))
        named += [
            {"kind": kind, "text": name, "at": _at(layer.geometry[row], base.crs)}
            for name, row in names.items()
            if name
        ]
    return named


def site_labels(report: Report, lang: str) -> list[Json]:
    """Return verdict and name of each site with the point they stand at."""
    labels: list[Json] = []
    for result in report.sites:
        if result.geometry is None:
            continue
        west, _, east, north = result.geometry.bounds
        top = shapely.Point((west + east) / 2, north)
        at = top if shapely.get_dimensions(result.geometry) > 1 else None
        labels.append(
            {
                "kind": "site",
                "text": result.site.name or result.site.id,
                "mark": _verdict_mark(result.verdict, lang),
                "at": _at(at or result.geometry, report.base.crs),
            }
        )
    return labels


def _at(shape: shapely.Geometry, crs: str) -> list[float]:
    inside = shapely.line_interpolate_point(shape, 0.5, normalized=True)
    point = inside if not shapely.is_empty(inside) else shape.representative_point()
    moved = to_degrees(np.array([point], dtype=object), crs)[0]
    return [float(moved.y), float(moved.x)]


def plane_of(crs: str) -> Json | None:
    """Return the constants of a transverse Mercator plane; None of any other."""
    from pyproj import CRS

    known = CRS.from_user_input(crs)
    operation = known.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: parameter.value for parameter in operation.params}
    return {
        "name": known.name,
        "meridian": values["Longitude of natural origin"],
        "scale": values["Scale factor at natural origin"],
        "false_easting": values["False easting"],
        "false_northing": values["False northing"],
    }
