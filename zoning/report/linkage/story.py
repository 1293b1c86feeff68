"""What the report of a model says; Word and the page draw the same story."""

from collections.abc import Iterator, Sequence

from zoning.linkage.values import CorridorModel, LinkageReport, ModelledLink, Range
from zoning.model import State
from zoning.report.blocks import (
    Block,
    FirstPage,
    Grid,
    GridRow,
    Paragraph,
    Section,
    Story,
)
from zoning.report.county_story import CountySubject, county_story
from zoning.report.linkage.picture import linkage_picture
from zoning.report.linkage.sensitivity import model_sensitivity
from zoning.report.linkage.tables import (
    cost_rows,
    layer_rows,
    net_rows,
)
from zoning.report.linkage.words import (
    decimal,
    headline,
    link_name,
    linkage_text,
    why,
)
from zoning.report.numbers import DASH
from zoning.terms import label

__all__ = ["first_rows", "tell_linkage"]

_FIRST = 6
"""Corridors of the table on the first page."""
_HA = 10_000


def tell_linkage(report: LinkageReport, digest: str, *, lang: str) -> Story:
    """Return everything the report says, in order."""
    model = report.model
    state = State.NOTICE if model.complete else State.NOT_CHECKED
    subtitle = linkage_text(
        "subtitle",
        lang,
        base=report.base.name,
        as_of=report.as_of.isoformat(),
        cell=f"{max(model.resistance.cell_m):g}",
    )
    first = FirstPage(
        state=str(state),
        headline=headline(report, lang),
        why=why(report, lang),
        picture=linkage_picture(report, lang=lang),
        table=_first_table(model, lang),
    )
    subject = CountySubject(
        say=linkage_text,
        base=report.base,
        anchor="corridors",
        subtitle=subtitle,
        digest=digest,
    )
    return county_story(subject, first, _sections(report, lang), lang=lang)


def _heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(linkage_text(f"column_{name}", lang) for name in names)


def first_rows(
    model: CorridorModel, lang: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and cells of all corridors, most important first."""
    names = ["link", "ends", "length_m", "mean_width_m", "cost", "importance_pct"]
    sampled = model.options.samples > 0
    names[5:5] = ["cost_range"] * sampled
    links = sorted(model.links, key=lambda one: (-one.importance, one.number))
    rows: list[tuple[str, ...]] = [
        (
            str(one.number),
            link_name(one.start, one.end, lang),
            decimal(one.length_m, 0),
            decimal(one.width_m, 0),
            decimal(one.cost, 0),
            *(_range_told(one.sampled.cost if one.sampled else None),) * sampled,
            decimal(one.importance, 2),
        )
        for one in links
    ]
    return _heads(names, lang), rows


def _first_table(model: CorridorModel, lang: str) -> Grid:
    heads, rows = first_rows(model, lang)
    return Grid(
        columns=heads,
        rows=tuple(GridRow(cells=cells) for cells in rows[:_FIRST]),
        widths=(1.0, 2.6, 1.6, 1.6, 1.6, *(2.4,) * (len(heads) - 6), 1.4),
        numeric=tuple(range(2, len(heads))),
    )


def _sections(report: LinkageReport, lang: str) -> Iterator[Section]:
    model = report.model
    yield _section("links", _links(model, lang), lang)
    note = _sensitivity(model, lang)
    yield _section("sources", [_sources(model, lang), note], lang)
    unsampled = note
    if model.options.samples:
        unsampled = Paragraph(text=label("sensitivity", "partial", lang), style="note")
    narrow = [*_pinches(model, lang), *_barriers(model, lang), unsampled]
    yield _section("narrow", narrow, lang)
    yield _section("net", [_net(model, lang), note], lang)
    yield _section("table", [_costs(model, lang)], lang)
    yield _section("data", [*_remarks(model, lang), _layers(report, lang)], lang)
    yield _section("reading", _reading(model, lang), lang)


def _section(key: str, blocks: Sequence[Block], lang: str) -> Section:
    title = linkage_text(f"chapter_{key}", lang)
    return Section(key=key, title=title, blocks=tuple(blocks))


def _links(model: CorridorModel, lang: str) -> list[Block]:
    names = [
        "link",
        "ends",
        "length_m",
        "euclid_m",
        "mean_width_m",
        "cost",
        "effective_resistance",
        "gravity",
        "importance_pct",
        "betweenness",
    ]
    grid = Grid(
        columns=_heads(names, lang),
        rows=tuple(_link_row(one, lang) for one in model.links),
        widths=(1.4, 2.8, 1.6, 1.6, 1.5, 1.6, 1.6, 1.5, 1.4, 1.6),
        numeric=tuple(range(2, len(names))),
        small=True,
    )
    note = _sensitivity(model, lang)
    return [grid, _drawn(model, lang), note] if model.options.samples else [grid, note]


def _sensitivity(model: CorridorModel, lang: str) -> Paragraph:
    return Paragraph(text=model_sensitivity(model, lang), style="note")


def _link_row(one: ModelledLink, lang: str) -> GridRow:
    return GridRow(
        cells=(
            str(one.number),
            link_name(one.start, one.end, lang),
            decimal(one.length_m, 0),
            decimal(one.euclid_m, 0),
            decimal(one.width_m, 0),
            decimal(one.cost, 0),
            decimal(one.resistance, 2),
            decimal(one.gravity, 3),
            decimal(one.importance, 2),
            decimal(one.betweenness, 1),
        )
    )


def _drawn(model: CorridorModel, lang: str) -> Grid:
    """Return what becomes of each link under the sampled tables."""
    names = ("link", "ends", "cost", "cost_range", "kept_pct", "same_pct")
    rows = [
        GridRow(
            cells=(
                str(one.number),
                link_name(one.start, one.end, lang),
                decimal(one.cost, 0),
                _range_told(one.sampled.cost),
                decimal(100 * one.sampled.kept_share, 0),
                decimal(100 * one.sampled.same_share, 0),
            )
        )
        for one in model.links
        if one.sampled is not None
    ]
    return Grid(
        columns=_heads(names, lang),
        rows=tuple(rows),
        widths=(1.4, 2.8, 1.8, 3.0, 1.4, 1.8),
        numeric=(2, 3, 4, 5),
        small=True,
    )


def _range_told(one: Range | None) -> str:
    if one is None:
        return DASH
    return f"{decimal(one.low, 0)} – {decimal(one.high, 0)}"


def _sources(model: CorridorModel, lang: str) -> Grid:
    names = (
        "source",
        "area_ha",
        "protected",
        "links",
        "importance_pct",
        "intra_pct",
        "flux_pct",
        "connector_pct",
        "betweenness",
        "mean_resistance",
    )
    rows = [
        GridRow(
            cells=(
                str(one.number),
                decimal(one.area_m2 / _HA, 1),
                linkage_text("yes" if one.protected else "no", lang),
                str(one.links),
                decimal(one.importance, 2),
                decimal(one.intra, 2),
                decimal(one.flux, 2),
                decimal(one.connector, 2),
                decimal(one.betweenness, 1),
                decimal(one.resistance, 1),
            )
        )
        for one in model.sources
    ]
    return Grid(
        columns=_heads(names, lang),
        rows=tuple(rows),
        widths=(1.1, 1.8, 1.5, 1.2, 1.4, 1.4, 1.4, 1.5, 1.5, 1.5),
        numeric=(1, 3, 4, 5, 6, 7, 8, 9),
        small=True,
    )


def _pinches(model: CorridorModel, lang: str) -> list[Block]:
    if not model.pinch_points:
        return [Paragraph(text=linkage_text("pinch_none", lang))]
    rows = [
        GridRow(
            cells=(
                str(one.number),
                ", ".join(map(str, one.links)) or DASH,
                decimal(one.current, 3),
                decimal(one.area_m2 / _HA, 2),
            )
        )
        for one in model.pinch_points
    ]
    names = ("pinch_point", "on_links", "current_a", "area_ha")
    return [
        Grid(
            columns=_heads(names, lang),
            rows=tuple(rows),
            widths=(1.2, 3, 2, 2),
            numeric=(2, 3),
            small=True,
        )
    ]


def _barriers(model: CorridorModel, lang: str) -> list[Block]:
    if not model.barriers:
        return [Paragraph(text=linkage_text("barrier_none", lang))]
    rows = [
        GridRow(
            cells=(
                str(one.number),
                str(one.link),
                decimal(model.radius_m, 0),
                decimal(one.gain_per_m, 1),
                decimal(one.percent, 3),
            )
        )
        for one in model.barriers
    ]
    names = ("barrier", "link", "radius_m", "gain_per_m", "gain_pct")
    return [
        Grid(
            columns=_heads(names, lang),
            rows=tuple(rows),
            widths=(1.2, 1.2, 2, 2, 2.2),
            numeric=(2, 3, 4),
            small=True,
        )
    ]


def _net(model: CorridorModel, lang: str) -> Grid:
    rows = [
        GridRow(
            cells=(row.measure, _figure(row.kept), _figure(row.neighbours)),
        )
        for row in net_rows(model, lang)
    ]
    return Grid(
        columns=_heads(("measure", "kept", "neighbours"), lang),
        rows=tuple(rows),
        widths=(5, 2, 2),
        numeric=(1, 2),
    )


def _figure(value: float | None) -> str:
    if value is None:
        return DASH
    return decimal(value, 0 if value == int(value) else 3)


def _costs(model: CorridorModel, lang: str) -> Grid:
    rows = [
        GridRow(
            cells=(
                row.factor,
                decimal(row.weight, 2),
                " ".join(part for part in (row.from_value, row.class_name) if part),
                linkage_text("impassable", lang)
                if row.cost is None
                else decimal(row.cost, 2).rstrip("0").rstrip("."),
                "" if row.cells is None else f"{row.cells:,}",
                row.source_of_value,
            )
        )
        for row in cost_rows(model, lang)
    ]
    names = ("factor", "weight", "from_value", "cost", "cells", "source_of_value")
    heads = list(_heads(names, lang))
    heads[3] = linkage_text("column_resistance", lang)
    return Grid(
        columns=tuple(heads),
        rows=tuple(rows),
        widths=(2.4, 1.0, 2.8, 1.2, 1.8, 4),
        numeric=(1, 3, 4),
        small=True,
    )


def _remarks(model: CorridorModel, lang: str) -> list[Block]:
    told = [*model.problems, *model.remarks]
    if not told:
        return [Paragraph(text=linkage_text("remarks_none", lang))]
    doubts = set(map(id, model.problems))
    return [
        Paragraph(
            text=one.line(lang), style="warning" if id(one) in doubts else "remark"
        )
        for one in told
    ]


def _layers(report: LinkageReport, lang: str) -> Grid:
    rows = [
        GridRow(
            cells=(row.layer_name, row.edition, f"{row.features:,}", row.sha256[:16])
        )
        for row in layer_rows(report.base, report.used, lang)
    ]
    return Grid(
        columns=_heads(("layer_name", "edition", "features", "sha256"), lang),
        rows=tuple(rows),
        widths=(3, 2, 2, 3),
        numeric=(2,),
        small=True,
    )


def _reading(model: CorridorModel, lang: str) -> list[Block]:
    settings, options = model.table.settings, model.options
    told = [
        linkage_text("reading_cost", lang, share=f"{settings.swath_share * 100:g}"),
        linkage_text("reading_current", lang),
        linkage_text(
            "reading_dpc",
            lang,
            cost=decimal(model.net.cost_at, 0),
            probability=f"{settings.dispersal_probability:g}",
            distance=decimal(settings.dispersal_m, 0),
        ),
        linkage_text("reading_area", lang),
    ]
    if options.samples:
        told.append(
            linkage_text(
                "reading_samples",
                lang,
                times=f"{1 + options.spread:g}",
                samples=options.samples,
                seed=options.seed,
            )
        )
    return [Paragraph(text=text) for text in told]
