"""What the report of an impact says; Word and the page draw the same story."""

from collections.abc import Iterator, Sequence

from zoning.linkage.impact import ImpactReport, LinkEffect
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
from zoning.report.impact.chapters import (
    data_chapter,
    findings_chapter,
    net_chapter,
    reading_chapter,
    sampled_chapter,
    sensitivity_note,
    sources_chapter,
    unsampled_note,
)
from zoning.report.impact.picture import impact_picture
from zoning.report.impact.tables import measure_rows
from zoning.report.impact.words import (
    cost_told,
    headline,
    impact_text,
    percent_of,
    rise_range_told,
    rise_told,
    site_name,
    why,
)
from zoning.report.linkage.words import decimal, link_name

__all__ = ["first_rows", "measure_cells", "tell_impact"]

_FIRST = 6
_LEAST_RISE = 1e-4
Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def tell_impact(report: ImpactReport, digest: str, *, lang: str) -> Story:
    """Return everything the report says, in order."""
    subtitle = impact_text(
        "subtitle",
        lang,
        base=report.base.name,
        site=site_name(report),
        as_of=report.as_of.isoformat(),
        cell=f"{max(report.standing.land.resistance.cell_m):g}",
    )
    first = FirstPage(
        state=str(state_of(report)),
        headline=headline(report, lang),
        why=why(report, lang),
        picture=impact_picture(report, lang=lang),
        table=_first_table(report, lang),
    )
    subject = CountySubject(
        say=lambda key, lang, **values: impact_text(
            key, lang, **(values | {"site": site_name(report)})
        ),
        base=report.base,
        anchor="impact",
        subtitle=subtitle,
        digest=digest,
    )
    return county_story(subject, first, _sections(report, lang), lang=lang)


def state_of(report: ImpactReport) -> State:
    """Return the state of a check in whose colour the answer is shown."""
    if report.harmed:
        return State.CONDITIONAL
    return State.CLEAR if report.complete else State.NOT_CHECKED


def heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    """Return headings of columns."""
    return tuple(impact_text(f"column_{name}", lang) for name in names)


def first_rows(report: ImpactReport, lang: str) -> Rows:
    """Return headings and cells of the corridors touched, the worst first."""
    names = ["ends", "width_m", "width_left_m", "cost", "cost_after", "rise_pct"]
    names += ["rise_range"] * (report.options.samples > 0)
    names += ["resistance_pct"] * report.options.effective
    rows = [_first_cells(report, one, lang) for one in report.touched]
    return heads(names, lang), rows


def _first_cells(report: ImpactReport, one: LinkEffect, lang: str) -> tuple[str, ...]:
    cells: tuple[str, ...] = (
        f"{one.number} · {link_name(one.start, one.end, lang)}",
        decimal(one.width_m, 0),
        decimal(one.width_left_m, 0),
        decimal(one.cost, 0),
        cost_told(one.cost_after, lang),
        rise_told(one, lang),
    )
    if report.options.samples:
        cells += (rise_range_told(one, lang),)
    return (*cells, *(_resistance_told(one, lang),) * report.options.effective)


def _resistance_told(one: LinkEffect, lang: str) -> str:
    if one.resistance_after is not None and one.resistance_after < 0:
        return impact_text("not_joined", lang)
    return percent_of(one.resistance_share)


def _first_table(report: ImpactReport, lang: str) -> Grid | None:
    columns, rows = first_rows(report, lang)
    if not rows:
        return None
    return Grid(
        columns=columns,
        rows=tuple(GridRow(cells=cells) for cells in rows[:_FIRST]),
        widths=(3.0, 1.5, 1.4, 1.5, 1.6, *(1.4,) * (len(columns) - 5)),
        numeric=tuple(range(1, len(columns))),
    )


def _sections(report: ImpactReport, lang: str) -> Iterator[Section]:
    chapters: tuple[tuple[str, Sequence[Block]], ...] = (
        ("findings", findings_chapter(report, lang)),
        ("links", _links(report, lang)),
        ("resistance", _resistances(report, lang)),
        ("sources", sources_chapter(report, lang)),
        ("net", net_chapter(report, lang)),
        ("measures", _measures(report, lang)),
        ("sampled", sampled_chapter(report, lang)),
        ("data", data_chapter(report, lang)),
        ("reading", reading_chapter(report, lang)),
    )
    for key, blocks in chapters:
        title = impact_text(f"chapter_{key}", lang)
        yield Section(key=key, title=title, blocks=tuple(blocks))


def _links(report: ImpactReport, lang: str) -> list[Block]:
    if not report.touched:
        return [Paragraph(text=impact_text("links_none", lang))]
    names = (
        "link",
        "ends",
        "on_path",
        "overlap_ha",
        "overlap_pct",
        "dearer_pct",
        "width_m",
        "width_left_m",
        "mean_width_m",
        "mean_width_after_m",
    )
    rows = [
        GridRow(
            cells=(
                str(one.number),
                link_name(one.start, one.end, lang),
                impact_text("yes" if one.on_path else "no", lang),
                decimal(one.overlap_m2 / 10_000, 2),
                percent_of(one.overlap_share),
                percent_of(one.dearer_share),
                decimal(one.width_m, 0),
                decimal(one.width_left_m, 0),
                decimal(one.mean_width_m, 0),
                decimal(one.mean_width_after_m, 0),
            )
        )
        for one in report.touched
    ]
    return [
        Grid(
            columns=heads(names, lang),
            rows=tuple(rows),
            widths=(1.4, 2.6, 1.3, 1.3, 1.4, 1.4, 1.4, 1.4, 1.4, 1.5),
            numeric=tuple(range(3, len(names))),
            small=True,
        ),
        sensitivity_note(report, lang),
    ]


def _resistances(report: ImpactReport, lang: str) -> list[Block]:
    if not report.options.effective:
        return [Paragraph(text=impact_text("resistance_off", lang), style="note")]
    shown = [
        one
        for one in report.links
        if one.touched
        or one.resistance_share is None
        or one.resistance_share >= _LEAST_RISE
    ]
    rows = [
        GridRow(
            cells=(
                str(one.number),
                link_name(one.start, one.end, lang),
                decimal(one.resistance, 4),
                decimal(one.resistance_after, 4)
                if one.resistance_after is None or one.resistance_after >= 0
                else impact_text("not_joined", lang),
                _resistance_told(one, lang),
            )
        )
        for one in shown
    ]
    note = Paragraph(text=impact_text("resistance_note", lang), style="note")
    if not rows:
        return [note]
    names = ("link", "ends", "resistance", "resistance_after", "resistance_pct")
    grid = Grid(
        columns=heads(names, lang),
        rows=tuple(rows),
        widths=(1.4, 3, 2, 2.2, 2),
        numeric=(2, 3, 4),
        small=True,
    )
    return [grid, note, unsampled_note(report, lang)]


def measure_cells(report: ImpactReport, lang: str) -> Rows:
    """Return headings and cells of the measures, the greatest gain first."""
    names = ("number", "kind", "told", "gain_ha", "gain_pct", "by_cell_ha")
    rows: list[tuple[str, ...]] = [
        (
            str(row.number),
            row.kind,
            row.told,
            decimal(row.gain_ha, 2),
            decimal(row.gain_pct, 1),
            decimal(row.by_cell_ha, 2),
        )
        for row in measure_rows(report, lang)
    ]
    return heads(names, lang), rows


def _measures(report: ImpactReport, lang: str) -> list[Block]:
    if not report.options.mitigation:
        return [Paragraph(text=impact_text("measures_off", lang), style="note")]
    if not any(one.rise_share != 0 for one in report.links):
        return [Paragraph(text=impact_text("measures_none", lang))]
    from zoning.linkage.impact.mitigation import search_rules

    rules, settings = search_rules(), report.standing.kept.table.settings
    note = impact_text(
        "measures_note",
        lang,
        strips=", ".join(map(str, rules.strips_cells)),
        radius=decimal(settings.barrier_radius_m, 0),
        shifts=", ".join(f"{one:g}" for one in rules.shifts_m),
    )
    columns, rows = measure_cells(report, lang)
    if not rows:
        told = Paragraph(text=impact_text("measures_empty", lang))
        return [told, Paragraph(text=note, style="note")]
    grid = Grid(
        columns=columns,
        rows=tuple(GridRow(cells=cells) for cells in rows),
        widths=(1, 1.8, 5, 1.8, 1.5, 1.8),
        numeric=(3, 4, 5),
        small=True,
    )
    return [grid, Paragraph(text=note, style="note"), unsampled_note(report, lang)]
