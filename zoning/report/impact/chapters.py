"""Chapters of the impact report: sources, the net, sensitivity, data, reading."""

from collections.abc import Sequence

from zoning.linkage.impact import ImpactReport, LinkEffect
from zoning.report.blocks import Block, Grid, GridRow, Paragraph
from zoning.report.impact.tables import (
    finding_rows,
    net_rows,
    read_layers,
    source_rows,
)
from zoning.report.impact.words import (
    impact_text,
    percent_of,
    rise_range_told,
    rise_told,
)
from zoning.report.linkage.sensitivity import impact_sensitivity
from zoning.report.linkage.words import decimal, factor_name, link_name
from zoning.report.numbers import DASH, area_with_units
from zoning.terms import label

__all__ = [
    "data_chapter",
    "findings_chapter",
    "net_chapter",
    "reading_chapter",
    "sampled_chapter",
    "sensitivity_note",
    "sources_chapter",
    "unsampled_note",
]


def _heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(impact_text(f"column_{name}", lang) for name in names)


def findings_chapter(report: ImpactReport, lang: str) -> list[Block]:
    """Return what the rules say, with what can be done."""
    rows = [
        GridRow(cells=(row.rule, row.title, row.state, row.met, row.need))
        for row in finding_rows(report, lang)
    ]
    if not rows:
        return [Paragraph(text=impact_text("findings_none", lang))]
    grid = Grid(
        columns=_heads(("rule", "title", "state", "met", "need"), lang),
        rows=tuple(rows),
        widths=(1.4, 4.2, 2.4, 1.8, 3.4),
        state_column=2,
        small=True,
    )
    return [grid, Paragraph(text=impact_text("findings_note", lang), style="note")]


def sources_chapter(report: ImpactReport, lang: str) -> list[Block]:
    """Return what the sources lose."""
    if not report.sources:
        return [Paragraph(text=impact_text("sources_none", lang))]
    names = (
        "source",
        "area_ha",
        "taken_m2",
        "taken_pct",
        "pieces",
        "pieces_after",
        "separated",
    )
    rows = [
        GridRow(
            cells=(
                str(row.source),
                decimal(row.area_ha, 1),
                decimal(row.taken_m2, 2),
                percent_of(row.taken_pct / 100),
                str(row.pieces),
                str(row.pieces_after),
                impact_text("yes" if row.separated else "no", lang),
            )
        )
        for row in source_rows(report)
    ]
    return [
        Grid(
            columns=_heads(names, lang),
            rows=tuple(rows),
            widths=(1.2, 2, 2, 1.6, 1.2, 1.8, 1.6),
            numeric=(1, 2, 3, 4, 5),
        )
    ]


def net_chapter(report: ImpactReport, lang: str) -> list[Block]:
    """Return the net before and after."""
    rows = [
        GridRow(cells=(row.measure, _figure(row.before), _figure(row.after)))
        for row in net_rows(report, lang)
    ]
    grid = Grid(
        columns=_heads(("measure", "before", "after"), lang),
        rows=tuple(rows),
        widths=(5, 2, 2),
        numeric=(1, 2),
    )
    return [grid, sensitivity_note(report, lang)]


def _figure(value: float | None) -> str:
    if value is None:
        return DASH
    return decimal(value, 0 if value == int(value) else 2)


def sampled_chapter(report: ImpactReport, lang: str) -> list[Block]:
    """Return what becomes of the impact under the sampled tables."""
    options, lost = report.options, report.net.lost
    if lost is None:
        return [sensitivity_note(report, lang)]
    note = impact_text(
        "sampled_note",
        lang,
        times=f"{1 + options.spread:g}",
        samples=options.samples,
        seed=options.seed,
        low=percent_of(lost.low),
        middle=percent_of(lost.middle),
        high=percent_of(lost.high),
    )
    shown = [
        one
        for one in report.links
        if one.touched or (one.sampled is not None and one.sampled.touched_share)
    ]
    told = Paragraph(text=note)
    if not shown:
        return [told, sensitivity_note(report, lang)]
    grid = Grid(
        columns=_heads(("link", "ends", "rise_pct", "rise_range", "touched_pct"), lang),
        rows=tuple(_sampled_row(one, lang) for one in shown),
        widths=(1.2, 3, 1.8, 2.6, 2.4),
        numeric=(2, 3, 4),
        small=True,
    )
    return [told, grid, sensitivity_note(report, lang)]


def sensitivity_note(report: ImpactReport, lang: str) -> Paragraph:
    """Return how far the answer hangs on the table, beside what was modelled."""
    return Paragraph(text=impact_sensitivity(report, lang), style="note")


def unsampled_note(report: ImpactReport, lang: str) -> Paragraph:
    """Return that figures were not sampled, whatever was; or how to get ranges."""
    if not report.options.samples:
        return sensitivity_note(report, lang)
    return Paragraph(text=label("sensitivity", "partial", lang), style="note")


def _sampled_row(one: LinkEffect, lang: str) -> GridRow:
    drawn = one.sampled
    share = None if drawn is None else 100 * drawn.touched_share
    return GridRow(
        cells=(
            str(one.number),
            link_name(one.start, one.end, lang),
            rise_told(one, lang),
            rise_range_told(one, lang),
            decimal(share, 0),
        )
    )


def data_chapter(report: ImpactReport, lang: str) -> list[Block]:
    """Return what is in doubt, what the model is, and what it was made from."""
    told: list[Block] = [
        Paragraph(text=one.line(lang), style="warning") for one in report.problems
    ]
    told += [Paragraph(text=one.line(lang), style="remark") for one in report.remarks]
    if not told:
        told = [Paragraph(text=impact_text("remarks_none", lang))]
    rows = [
        GridRow(
            cells=(row.layer_name, row.edition, f"{row.features:,}", row.sha256[:16])
        )
        for row in read_layers(report, lang)
    ]
    grid = Grid(
        columns=_heads(("layer_name", "edition", "features", "sha256"), lang),
        rows=tuple(rows),
        widths=(3, 2, 2, 3),
        numeric=(2,),
        small=True,
    )
    return [*told, Paragraph(text=_model_told(report, lang)), grid]


def _model_told(report: ImpactReport, lang: str) -> str:
    kept = report.standing.kept
    return impact_text(
        "model",
        lang,
        digest=kept.digest[:23],
        sources=len(kept.sources),
        links=len(kept.ends),
        cell=f"{max(report.standing.land.resistance.cell_m):g}",
        table=kept.table.resistance.name,
        source=kept.table.resistance.source,
    )


def reading_chapter(report: ImpactReport, lang: str) -> list[Block]:
    """Return how it is to be read."""
    kept, dispersal = report.standing.kept, report.standing.dispersal
    area = area_with_units(report.area_m2, lang)
    if report.area_m2 is None and report.length_m is not None:
        area = f"{decimal(report.length_m, 2)} m"
    rules = kept.table.site
    names = "、" if lang == "zh" else ", "
    told = [
        impact_text(
            "footprint",
            lang,
            area=area,
            taken=f"{report.cells_taken:,}",
            dearer=f"{report.cells_dearer:,}",
        ),
        impact_text("reading_links", lang),
        impact_text("reading_width", lang),
        impact_text(
            "reading_ec",
            lang,
            cost=decimal(dispersal.cost_at, 0),
            probability=f"{dispersal.probability:g}",
        ),
        impact_text("reading_bound", lang),
    ]
    if rules is not None:
        factors = names.join(factor_name(name, lang) for name in rules.counts_as)
        told.append(
            impact_text(
                "rules",
                lang,
                code=f"{rules.land_cover:g}",
                factors=factors or impact_text("rules_none", lang),
                source=rules.source,
            )
        )
    return [Paragraph(text=text) for text in told]
